//! The figures behind the plots of a fleet. Whoever draws them draws nothing else.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::milliseconds;
use crate::phase::Phase;

/// Phases that a plot shows as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Not asked yet.
    NotAsked,
    /// The customer's turn.
    Asked,
    /// Accepted; everything that the cutover needs is being made ready.
    Preparing,
    /// Numbers are being moved.
    Moving,
    /// Templates and settings are watched.
    Settling,
    /// Over.
    Completed,
    /// Over, with something left behind.
    WithExceptions,
    /// Ended early.
    Stopped,
}

impl Group {
    /// All of them, in the order of the way.
    pub const ALL: [Self; 8] = [
        Self::NotAsked,
        Self::Asked,
        Self::Preparing,
        Self::Moving,
        Self::Settling,
        Self::Completed,
        Self::WithExceptions,
        Self::Stopped,
    ];

    /// Where a phase belongs.
    #[must_use]
    pub fn of(phase: &Phase) -> Self {
        match phase {
            Phase::Draft | Phase::Preflight | Phase::Ready | Phase::Tagging => Self::NotAsked,
            Phase::AwaitingAcceptance => Self::Asked,
            Phase::Provisioning | Phase::ReadyForCutover => Self::Preparing,
            Phase::CuttingOver => Self::Moving,
            Phase::Settling => Self::Settling,
            Phase::Completed => Self::Completed,
            Phase::CompletedWithExceptions => Self::WithExceptions,
            Phase::Stopped(_) => Self::Stopped,
        }
    }

    /// The same for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NotAsked => "not asked yet",
            Self::Asked => "asked, not accepted",
            Self::Preparing => "accepted, preparing",
            Self::Moving => "moving",
            Self::Settling => "settling",
            Self::Completed => "completed",
            Self::WithExceptions => "with exceptions",
            Self::Stopped => "stopped",
        }
    }
}

/// How many migrations stood where, over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// What the counts of a point are of.
    pub groups: [Group; 8],
    /// Instants, in order.
    pub points: Vec<ProgressPoint>,
}

/// One instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProgressPoint {
    /// When.
    pub at: Timestamp,
    /// How many migrations stood in each group.
    pub counts: [u64; 8],
}

/// A plot has at most about so many instants.
const MOST_POINTS: i64 = 120;

/// Distances between them, in seconds: those that clocks and calendars have.
const STEPS_S: [i64; 13] = [
    60,
    5 * 60,
    15 * 60,
    3_600,
    3 * 3_600,
    6 * 3_600,
    12 * 3_600,
    86_400,
    2 * 86_400,
    7 * 86_400,
    14 * 86_400,
    28 * 86_400,
    364 * 86_400,
];

pub(super) fn progress(ways: &[Vec<(Timestamp, Group)>], is_open: bool, made_at: Timestamp) -> Progress {
    let changes = || ways.iter().flatten().map(|(at, _)| *at);
    let (Some(first), Some(last)) = (changes().min(), changes().max()) else {
        return Progress { groups: Group::ALL, points: Vec::new() };
    };
    let last = if is_open { last.max(made_at) } else { last };
    let points = instants(first, last).into_iter().map(|at| ProgressPoint { at, counts: counts(ways, at) });
    Progress { groups: Group::ALL, points: points.collect() }
}

/// The first, the last, and between them whole steps of the clock.
fn instants(first: Timestamp, last: Timestamp) -> Vec<Timestamp> {
    let span = last.as_second().saturating_sub(first.as_second());
    let step = STEPS_S.into_iter().find(|step| span / step <= MOST_POINTS).unwrap_or(364 * 86_400);
    let mut instants = vec![first];
    let mut second = first.as_second() - first.as_second().rem_euclid(step) + step;
    while let Ok(at) = Timestamp::from_second(second)
        && at < last
        && at > first
    {
        instants.push(at);
        second += step;
    }
    if last > first {
        instants.push(last);
    }
    instants
}

fn counts(ways: &[Vec<(Timestamp, Group)>], at: Timestamp) -> [u64; 8] {
    let mut counts = [0; 8];
    for way in ways {
        let stands = way.iter().take_while(|(entered, _)| *entered <= at).last();
        let place = stands.and_then(|(_, group)| Group::ALL.iter().position(|known| known == group));
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += 1;
        }
    }
    counts
}

/// How often lengths of time occurred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Histogram {
    /// How many lengths there are.
    pub values: u64,
    /// Half of them are at most so many milliseconds.
    pub p50_ms: Option<i64>,
    /// 99 of 100 are at most so many.
    pub p99_ms: Option<i64>,
    /// The longest.
    pub max_ms: Option<i64>,
    /// The bars, from the shortest to the longest that occurs, without a hole.
    pub bars: Vec<Bar>,
}

/// One bar: lengths above the bar before, up to and including this one's bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// The bound; `None` = whatever is longer.
    pub up_to_ms: Option<i64>,
    /// How many.
    pub count: u64,
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const GAP_BOUNDS: [i64; 18] = [
    100,
    200,
    500,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    3 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    3 * DAY,
];

const AGE_BOUNDS: [i64; 14] = [
    10 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    3 * DAY,
    5 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    56 * DAY,
    112 * DAY,
];

/// The gaps of numbers.
pub(super) fn gaps(values: Vec<i64>) -> Histogram {
    let mut histogram = histogram(values, &GAP_BOUNDS);
    trim(&mut [&mut histogram.bars]);
    histogram
}

/// How long customers take to accept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acceptance {
    /// Those who have: from being asked to acceptance being seen.
    pub accepted: Histogram,
    /// Those who have not: from being asked to the making of the report. Its bars are the other's.
    pub waiting: Histogram,
}

pub(super) fn acceptance(accepted: Vec<i64>, waiting: Vec<i64>) -> Acceptance {
    let (mut accepted, mut waiting) = (histogram(accepted, &AGE_BOUNDS), histogram(waiting, &AGE_BOUNDS));
    trim(&mut [&mut accepted.bars, &mut waiting.bars]);
    Acceptance { accepted, waiting }
}

fn histogram(mut values: Vec<i64>, bounds: &[i64]) -> Histogram {
    values.sort_unstable();
    let bounds = bounds.iter().copied().map(Some).chain([None]);
    let mut rest = values.as_slice();
    let bars = bounds.map(|up_to_ms| {
        let within = rest.partition_point(|value| up_to_ms.is_none_or(|bound| *value <= bound));
        rest = rest.get(within..).unwrap_or_default();
        Bar { up_to_ms, count: within as u64 }
    });
    let bars = bars.collect();
    Histogram {
        values: values.len() as u64,
        p50_ms: percentile(&values, 50),
        p99_ms: percentile(&values, 99),
        max_ms: values.last().copied(),
        bars,
    }
}

/// Takes away the bars at both ends that are empty in each of the rows.
fn trim(rows: &mut [&mut Vec<Bar>]) {
    let is_used = |place: usize| rows.iter().any(|bars| bars.get(place).is_some_and(|bar| bar.count > 0));
    let places = rows.iter().map(|bars| bars.len()).max().unwrap_or_default();
    let used: Vec<usize> = (0..places).filter(|place| is_used(*place)).collect();
    let (Some(first), Some(last)) = (used.first().copied(), used.last().copied()) else {
        rows.iter_mut().for_each(|bars| bars.clear());
        return;
    };
    for bars in rows {
        bars.truncate(last + 1);
        bars.drain(..first);
    }
}

/// The smallest value that `percent` of `sorted` do not exceed (nearest rank).
fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

/// A length of time for people, in the unit that matters: `80 ms`, `1.2 s`, `5 min 1 s`, `3 d 2 h`.
#[must_use]
pub fn length(ms: i64) -> String {
    let two = |great: i64, great_unit: &str, small: i64, small_unit: &str| {
        if small == 0 { format!("{great} {great_unit}") } else { format!("{great} {great_unit} {small} {small_unit}") }
    };
    match ms {
        ..SECOND => format!("{ms} ms"),
        SECOND..MINUTE if ms % SECOND / 100 == 0 => format!("{} s", ms / SECOND),
        SECOND..MINUTE => format!("{}.{} s", ms / SECOND, ms % SECOND / 100),
        MINUTE..HOUR => two(ms / MINUTE, "min", ms % MINUTE / SECOND, "s"),
        HOUR..DAY => two(ms / HOUR, "h", ms % HOUR / MINUTE, "min"),
        _ => two(ms / DAY, "d", ms % DAY / HOUR, "h"),
    }
}

/// The time between two instants, for people.
#[must_use]
pub fn between(from: Timestamp, to: Timestamp) -> String {
    length(milliseconds(to.duration_since(from).max(SignedDuration::ZERO)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn bars_hold_every_value_once_and_begin_and_end_where_there_are_any() {
        let histogram = gaps(vec![80, 100, 101, 900, 900, 61_000]);
        let counts: Vec<u64> = histogram.bars.iter().map(|bar| bar.count).collect();
        assert_eq!(counts, [2, 1, 0, 2, 0, 0, 0, 0, 0, 1], "{:?}", histogram.bars);
        assert_eq!((histogram.p50_ms, histogram.p99_ms, histogram.max_ms), (Some(101), Some(61_000), Some(61_000)));
        assert_eq!(gaps(Vec::new()).bars, []);
        let beyond = gaps(vec![4 * DAY]);
        assert_eq!(beyond.bars, [Bar { up_to_ms: None, count: 1 }]);
    }

    #[test]
    fn both_rows_of_the_acceptance_plot_have_the_same_bars() {
        let plot = acceptance(vec![2 * HOUR], vec![6 * DAY]);
        let bounds = |histogram: &Histogram| histogram.bars.iter().map(|bar| bar.up_to_ms).collect::<Vec<_>>();
        assert_eq!(bounds(&plot.accepted), bounds(&plot.waiting));
        assert_eq!(plot.accepted.bars.len(), 8);
    }

    #[test]
    fn a_plot_over_time_has_its_ends_and_whole_steps_between_them() {
        let instants = instants(at("2027-03-01T08:10:00Z"), at("2027-03-06T20:00:00Z"));
        assert_eq!(instants.first(), Some(&at("2027-03-01T08:10:00Z")));
        assert_eq!(instants.get(1), Some(&at("2027-03-01T09:00:00Z")));
        assert_eq!(instants.get(2), Some(&at("2027-03-01T12:00:00Z")));
        assert_eq!(instants.last(), Some(&at("2027-03-06T20:00:00Z")));
        assert!(instants.len() <= 122 && instants.is_sorted(), "{instants:?}");
        assert_eq!(super::instants(at("2027-03-01T08:10:00Z"), at("2027-03-01T08:10:00Z")).len(), 1);
    }

    #[test]
    fn a_migration_stands_where_it_went_last() {
        let way = vec![(at("2027-03-01T08:00:00Z"), Group::NotAsked), (at("2027-03-01T09:00:00Z"), Group::Asked)];
        let progress = progress(&[way], true, at("2027-03-01T10:00:00Z"));
        let stands = |point: &ProgressPoint| point.counts.iter().position(|count| *count == 1);
        assert_eq!(progress.points.first().and_then(stands), Some(0));
        assert_eq!(progress.points.last().and_then(stands), Some(1));
        assert!(progress.points.iter().all(|point| point.counts.iter().sum::<u64>() == 1));
    }

    #[test]
    fn lengths_are_told_in_the_unit_that_matters() {
        let told = [0, 80, 1_000, 1_250, 61_000, 3_600_000, 3_700_000, 200_000_000].map(length);
        assert_eq!(told, ["0 ms", "80 ms", "1 s", "1.2 s", "1 min 1 s", "1 h", "1 h 1 min", "2 d 7 h"]);
    }
}
