//! The figures that a run ends with (the last line of `--json`).

use std::fmt;

use serde::Serialize;
use unmoor_migration::settings::{self, Balance};
use unmoor_migration::{Migration, NumberState, Phase};

/// The last line of `rehearse` and `run`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "summary")]
pub struct Summary {
    /// Migrations in all.
    pub customers: u64,
    /// Over, with nothing left behind.
    pub completed: u64,
    /// Over, with something left behind that is recorded.
    pub completed_with_exceptions: u64,
    /// Ended before any number moved.
    pub stopped: u64,
    /// Not over.
    pub waiting: u64,
    /// Their numbers.
    pub numbers: Numbers,
    /// Their templates.
    pub templates: Templates,
    /// Their settings that do not travel, as far as they were compared.
    pub settings: Balance,
    /// Requests that were sent to the Graph API.
    pub graph_calls: u64,
    /// Time between the successes of guide 8 and guide 9, over all numbers.
    pub gap_ms: Gaps,
    /// Seconds that passed on the engine's clock.
    pub virtual_s: i64,
    /// Milliseconds that passed for whoever waited.
    pub wall_ms: u64,
}

/// Numbers of all migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Numbers {
    /// Listed by the source WABAs.
    pub listed: u64,
    /// Of those, connected there when they were last seen.
    pub connected: u64,
    /// Verified on the destination.
    pub migrated: u64,
    /// Left where they are, for a recorded reason.
    pub skipped: u64,
    /// Between two accounts, or waiting for a person after their move began.
    pub stuck: u64,
}

/// Templates of all migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Templates {
    /// On the source WABAs.
    pub source: u64,
    /// Duplicated by the vendor.
    pub duplicated: u64,
    /// Duplicated, then rejected when they were checked again.
    pub rejected_on_recheck: u64,
    /// Not duplicated, for want of eligibility or room.
    pub not_duplicated: u64,
    /// Of those, brought over by us: copied on request, or created again.
    pub recreated: u64,
    /// Of those, brought over by us and then rejected by the review.
    pub rejected_on_review: u64,
    /// Of those, left behind, each with its reason. With the duplicated, the two kinds of rejected and the recreated ones they add
    /// up to the sources', once every migration is over.
    pub left_behind: u64,
}

/// Gaps in milliseconds; zero where no number was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Gaps {
    /// Half of the numbers had at most this.
    pub p50: i64,
    /// 99 of 100 had at most this.
    pub p99: i64,
    /// The longest.
    pub max: i64,
}

/// Adds migrations up, one at a time.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    customers: u64,
    completed: u64,
    completed_with_exceptions: u64,
    stopped: u64,
    numbers: Numbers,
    templates: Templates,
    settings: Balance,
    gaps_ms: Vec<i64>,
}

impl Tally {
    /// Counts `m`.
    pub fn add(&mut self, m: &Migration) {
        self.customers += 1;
        match m.phase() {
            Phase::Completed => self.completed += 1,
            Phase::CompletedWithExceptions => self.completed_with_exceptions += 1,
            Phase::Stopped(_) => self.stopped += 1,
            Phase::Draft
            | Phase::Preflight
            | Phase::Ready
            | Phase::Tagging
            | Phase::AwaitingAcceptance
            | Phase::Provisioning
            | Phase::ReadyForCutover
            | Phase::CuttingOver
            | Phase::Settling => {}
        }
        for number in m.numbers() {
            self.numbers.listed += 1;
            self.numbers.connected += u64::from(number.source.value.is_connected());
            self.numbers.migrated += u64::from(number.is_migrated());
            self.numbers.skipped += u64::from(matches!(number.state, NumberState::Skipped { .. }));
            self.numbers.stuck += u64::from(number.is_in_outage());
            self.gaps_ms.extend(number.gap().and_then(|gap| i64::try_from(gap.as_millis()).ok()));
        }
        for entry in &m.source().unreadable_numbers {
            self.numbers.listed += 1;
            self.numbers.connected += u64::from(entry.is_connected());
            self.numbers.skipped += 1;
        }
        self.settings += settings::balance(m);
        if let Some(source) = &m.source().templates {
            self.templates.source += u64::from(source.value.total());
        }
        if let Some(balance) = m.templates() {
            self.templates.duplicated += u64::from(balance.duplicated);
            self.templates.rejected_on_recheck += u64::from(balance.rejected_on_recheck);
            let of_vendor = balance.duplicated.saturating_add(balance.rejected_on_recheck);
            self.templates.not_duplicated += u64::from(balance.source.saturating_sub(of_vendor));
            self.templates.recreated += u64::from(balance.copied) + u64::from(balance.created);
            self.templates.rejected_on_review += u64::from(balance.rejected_on_review);
            self.templates.left_behind += u64::from(balance.left_behind);
        }
    }

    /// The summary, with what no migration knows.
    #[must_use]
    pub fn summary(mut self, graph_calls: u64, virtual_s: i64, wall_ms: u64) -> Summary {
        self.gaps_ms.sort_unstable();
        Summary {
            customers: self.customers,
            completed: self.completed,
            completed_with_exceptions: self.completed_with_exceptions,
            stopped: self.stopped,
            waiting: self.customers - self.completed - self.completed_with_exceptions - self.stopped,
            numbers: self.numbers,
            templates: self.templates,
            settings: self.settings,
            graph_calls,
            gap_ms: Gaps {
                p50: percentile(&self.gaps_ms, 50),
                p99: percentile(&self.gaps_ms, 99),
                max: self.gaps_ms.last().copied().unwrap_or_default(),
            },
            virtual_s,
            wall_ms,
        }
    }
}

/// The smallest value that `percent` of `sorted` do not exceed (nearest rank).
fn percentile(sorted: &[i64], percent: usize) -> i64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (numbers, templates) = (&self.numbers, &self.templates);
        writeln!(
            f,
            "customers  {} in all: {} completed, {} completed with exceptions, {} stopped, {} waiting",
            self.customers, self.completed, self.completed_with_exceptions, self.stopped, self.waiting
        )?;
        writeln!(
            f,
            "numbers    {} listed, {} connected: {} moved and registered, {} skipped, {} stuck",
            numbers.listed, numbers.connected, numbers.migrated, numbers.skipped, numbers.stuck
        )?;
        writeln!(
            f,
            "templates  {} on the sources: {} duplicated, {} rejected when checked again, {} brought over by us, {} left behind",
            templates.source,
            templates.duplicated,
            templates.rejected_on_recheck + templates.rejected_on_review,
            templates.recreated,
            templates.left_behind
        )?;
        let settings = &self.settings;
        if *settings != Balance::default() {
            writeln!(
                f,
                "settings   {} the same, {} restored, {} as wanted, {} for somebody to look at, {} unreadable",
                settings.same, settings.restored, settings.as_wanted, settings.open, settings.unreadable
            )?;
        }
        writeln!(
            f,
            "gap        {} typical, {} at most between move and register",
            milliseconds(self.gap_ms.p50),
            milliseconds(self.gap_ms.max)
        )?;
        write!(f, "calls      {} requests to the Graph API", self.graph_calls)
    }
}

/// Milliseconds for people.
pub(super) fn milliseconds(ms: i64) -> String {
    match ms {
        ..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        60_000..3_600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
        3_600_000..86_400_000 => format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
        _ => format!("{} d {} h", ms / 86_400_000, ms % 86_400_000 / 3_600_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        assert_eq!(percentile(&[], 50), 0);
        assert_eq!(percentile(&[7], 99), 7);
        assert_eq!(percentile(&[1, 2, 3, 4], 50), 2);
        assert_eq!(percentile(&(1..=200).collect::<Vec<_>>(), 99), 198);
    }

    #[test]
    fn durations_are_told_in_the_unit_that_matters() {
        let told = [0, 80, 1_250, 61_000, 3_700_000, 200_000_000].map(milliseconds);
        assert_eq!(told, ["0 ms", "80 ms", "1.2 s", "1 min 1 s", "1 h 1 min", "2 d 7 h"]);
    }
}
