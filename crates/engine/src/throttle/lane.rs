//! What is remembered about one lane.

use jiff::{SignedDuration, Timestamp};

use super::{UsageReading, Why, later, window::Window};

/// Calls of others are remembered as long as our own.
const OTHERS_COUNT_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Once so much was reported, a lane whose limit nobody knows is held to what the reports say the limit must be at least.
/// Before, nobody is near it, and a share that others used up would say too little about ours.
const LEARNS_FROM_PERCENT: u32 = 75;

/// How long that is remembered: the vendor may have raised the limit since.
const LEARNED_FOR: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug, Default)]
pub(super) struct LaneState {
    /// Our own calls.
    pub(super) window: Window,
    /// Those that were answered: the vendor has surely counted them.
    answered: Window,
    usage: Option<Usage>,
    limited_until: Option<Timestamp>,
    /// What the limit must be at least, and when that was seen.
    learned: Option<(Timestamp, u32)>,
    /// When the vendor last reported that the limit is near.
    near_at: Option<Timestamp>,
}

/// The last reading of usage.
#[derive(Debug)]
struct Usage {
    at: Timestamp,
    call_count_percent: u32,
    highest_percent: u32,
    /// Our own calls at that time, to tell them from those of others.
    own_calls: u64,
}

impl LaneState {
    /// Until when the vendor has closed the lane, where it has.
    pub(super) fn limited(&self, now: Timestamp) -> Option<(Timestamp, Why)> {
        self.limited_until.filter(|until| *until > now).map(|until| (until, Why::Limited))
    }

    /// What counts in a lane that gives `limit` in an hour: our own calls, and those of others that the vendor reports.
    pub(super) fn counting(&self, now: Timestamp, limit: u32) -> Vec<(Timestamp, u64)> {
        let others = self.others(now, limit, |usage| usage.own_calls);
        self.window.counting(now).chain(others).collect()
    }

    /// Calls beyond our own that the vendor reported, and until when they count. `own` is what was ours then.
    fn others(&self, now: Timestamp, limit: u32, own: impl Fn(&Usage) -> u64) -> Option<(Timestamp, u64)> {
        let usage = self.usage.as_ref().filter(|usage| later(usage.at, OTHERS_COUNT_FOR) > now)?;
        // Rounded up: the vendor rounds down.
        let reported = (u64::from(limit) * u64::from(usage.call_count_percent)).div_ceil(100);
        Some((later(usage.at, OTHERS_COUNT_FOR), reported.saturating_sub(own(usage))))
    }

    /// The same beyond the calls of all workers, of which `ours` knows how many there were at an instant.
    pub(super) fn others_beyond(
        &self,
        now: Timestamp,
        limit: u32,
        ours: impl Fn(Timestamp) -> u64,
    ) -> Option<(Timestamp, u64)> {
        self.others(now, limit, |usage| ours(usage.at))
    }

    /// What the limit must be at least, once the vendor has reported that it is near; `None` before, since nobody knows.
    pub(super) fn learned_limit(&self, now: Timestamp) -> Option<u32> {
        self.near_at.filter(|near| later(*near, LEARNED_FOR) > now)?;
        self.learned.map(|(_, limit)| limit)
    }

    /// The vendor has counted the calls that it answered, and rounds down. The highest of what that says is the closest: what
    /// others used makes it lower.
    fn learn(&mut self, now: Timestamp, percent: u32) {
        let answered = self.answered.surely_counting(now);
        let at_least = u32::try_from(answered * 100 / (u64::from(percent) + 1)).unwrap_or(u32::MAX);
        let known = self.learned.filter(|(at, _)| later(*at, LEARNED_FOR) > now);
        if known.is_none_or(|(_, known)| known <= at_least) {
            self.learned = Some((now, at_least));
        }
        if percent >= LEARNS_FROM_PERCENT {
            self.near_at = Some(now);
        }
    }

    /// An answer has come, with this reading.
    pub(super) fn read(&mut self, now: Timestamp, reading: &UsageReading) {
        self.answered.add(now, 1);
        if self.usage.as_ref().is_some_and(|usage| usage.at > now) {
            return;
        }
        self.usage = Some(Usage {
            at: now,
            call_count_percent: reading.call_count_percent,
            highest_percent: reading.highest_percent(),
            own_calls: self.window.total(now),
        });
        self.learn(now, reading.call_count_percent);
    }

    /// When usage was last read, if it was at `percent` or above.
    pub(super) fn read_at_or_above(&self, percent: u32) -> Option<Timestamp> {
        self.usage.as_ref().filter(|usage| usage.highest_percent >= percent).map(|usage| usage.at)
    }

    /// A time once stated is not shortened by a later statement, which may come of an earlier call.
    pub(super) fn limit_until(&mut self, until: Timestamp) {
        self.limited_until = self.limited_until.max(Some(until));
    }

    pub(super) fn limited_until(&self) -> Option<Timestamp> {
        self.limited_until
    }

    pub(super) fn is_idle(&self, now: Timestamp) -> bool {
        self.window.total(now) == 0
            && self.limited_until.is_none_or(|until| until <= now)
            && self.usage.as_ref().is_none_or(|usage| later(usage.at, OTHERS_COUNT_FOR) <= now)
    }
}

/// Until when a lane has no room for `calls` calls below `ceiling`; `None` where it has.
pub(super) fn full_until(mut counting: Vec<(Timestamp, u64)>, calls: u32, ceiling: u32) -> Option<Timestamp> {
    let mut total: u64 = counting.iter().map(|(_, calls)| calls).sum();
    let room_for = u64::from(ceiling).saturating_sub(u64::from(calls));
    if total <= room_for {
        return None;
    }
    counting.sort_unstable();
    counting.into_iter().find_map(|(until, calls)| {
        total -= calls;
        (total <= room_for).then_some(until)
    })
}
