//! What is remembered about one lane.

use jiff::{SignedDuration, Timestamp};

use super::{UsageReading, Why, later, window::Window};

/// Calls of others are remembered as long as our own.
const OTHERS_COUNT_FOR: SignedDuration = SignedDuration::from_hours(1);

#[derive(Debug, Default)]
pub(super) struct LaneState {
    pub(super) window: Window,
    usage: Option<Usage>,
    limited_until: Option<Timestamp>,
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

impl Usage {
    /// The calls of others, of a lane that gives `limit` in an hour, and until when they count.
    fn others(&self, limit: u32) -> (Timestamp, u64) {
        // Rounded up: the vendor rounds down.
        let reported = (u64::from(limit) * u64::from(self.call_count_percent)).div_ceil(100);
        (later(self.at, OTHERS_COUNT_FOR), reported.saturating_sub(self.own_calls))
    }
}

impl LaneState {
    /// What is in the way of `calls` calls, and until when, where something is. `budget` is the lane's limit and the
    /// part of it that such work may fill.
    pub(super) fn wait(&self, now: Timestamp, calls: u32, budget: Option<(u32, u32)>) -> Option<(Timestamp, Why)> {
        let limited = self.limited_until.filter(|until| *until > now).map(|until| (until, Why::Limited));
        let full = budget.and_then(|(limit, ceiling)| self.full_until(now, calls, limit, ceiling));
        limited.max(full.map(|until| (until, Why::Budget)))
    }

    fn full_until(&self, now: Timestamp, calls: u32, limit: u32, ceiling: u32) -> Option<Timestamp> {
        let others = self.usage.as_ref().map(|usage| usage.others(limit)).filter(|(until, _)| *until > now);
        let mut counting: Vec<_> = self.window.counting(now).chain(others).collect();
        let mut total: u64 = counting.iter().map(|(_, calls)| calls).sum();
        let room_for = u64::from(ceiling).checked_sub(u64::from(calls))?;
        if total <= room_for {
            return None;
        }
        counting.sort_unstable();
        counting.into_iter().find_map(|(until, calls)| {
            total -= calls;
            (total <= room_for).then_some(until)
        })
    }

    pub(super) fn read(&mut self, now: Timestamp, reading: &UsageReading) {
        if self.usage.as_ref().is_some_and(|usage| usage.at > now) {
            return;
        }
        self.usage = Some(Usage {
            at: now,
            call_count_percent: reading.call_count_percent,
            highest_percent: reading.highest_percent(),
            own_calls: self.window.total(now),
        });
    }

    /// When usage was last read, if it was at `percent` or above.
    pub(super) fn read_at_or_above(&self, percent: u32) -> Option<Timestamp> {
        self.usage.as_ref().filter(|usage| usage.highest_percent >= percent).map(|usage| usage.at)
    }

    /// A time once stated is not shortened by a later statement, which may come of an earlier call.
    pub(super) fn limit_until(&mut self, until: Timestamp) {
        self.limited_until = self.limited_until.max(Some(until));
    }

    pub(super) fn is_idle(&self, now: Timestamp) -> bool {
        self.window.total(now) == 0
            && self.limited_until.is_none_or(|until| until <= now)
            && self.usage.as_ref().is_none_or(|usage| later(usage.at, OTHERS_COUNT_FOR) <= now)
    }
}
