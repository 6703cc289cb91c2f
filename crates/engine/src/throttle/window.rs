//! The calls of the last hour, by the minute.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

const MINUTE_SECONDS: i64 = 60;
/// A minute's calls count until the last one that may have been in it is an hour old.
pub(super) const COUNTS_FOR_MINUTES: i64 = 61;

/// The minute, counted from the epoch, in which an instant lies.
pub(super) fn minute_of(instant: Timestamp) -> i64 {
    instant.as_second().div_euclid(MINUTE_SECONDS)
}

/// The instant from which the calls of a minute no longer count.
pub(super) fn end_of(minute: i64) -> Timestamp {
    let end = minute.saturating_add(COUNTS_FOR_MINUTES).saturating_mul(MINUTE_SECONDS);
    Timestamp::from_second(end).unwrap_or(Timestamp::MAX)
}

/// A sliding hour. It errs on the side of counting a call up to a minute too long.
#[derive(Debug, Default)]
pub(super) struct Window(VecDeque<(i64, u32)>);

impl Window {
    /// Counts calls made now, and gives the minute they are counted in.
    pub(super) fn add(&mut self, now: Timestamp, calls: u32) -> i64 {
        let minute = minute_of(now);
        while self.0.front().is_some_and(|(oldest, _)| minute - oldest >= COUNTS_FOR_MINUTES) {
            self.0.pop_front();
        }
        match self.0.back_mut() {
            // Also when the clock was set back: minutes never fall.
            Some((newest, count)) if *newest >= minute => {
                *count = count.saturating_add(calls);
                *newest
            }
            _ => {
                self.0.push_back((minute, calls));
                minute
            }
        }
    }

    /// Takes back calls that were counted in `minute`.
    pub(super) fn take_back(&mut self, minute: i64, calls: u32) {
        if let Some((_, count)) = self.0.iter_mut().find(|(counted, _)| *counted == minute) {
            *count = count.saturating_sub(calls);
        }
    }

    /// The calls that count now.
    pub(super) fn total(&self, now: Timestamp) -> u64 {
        self.counting(now).map(|(_, calls)| calls).sum()
    }

    /// The calls that count now, with the instant from which they no longer do; oldest first.
    pub(super) fn counting(&self, now: Timestamp) -> impl Iterator<Item = (Timestamp, u64)> {
        let minute = minute_of(now);
        self.0
            .iter()
            .filter(move |(counted, _)| minute - counted < COUNTS_FOR_MINUTES)
            .map(|(counted, calls)| (end_of(*counted), u64::from(*calls)))
    }

    /// The calls of the last hour without its first minute, whose calls the vendor may have forgotten.
    pub(super) fn surely_counting(&self, now: Timestamp) -> u64 {
        let minute = minute_of(now);
        let recent = self.0.iter().filter(|(counted, _)| minute - counted < COUNTS_FOR_MINUTES - 2);
        recent.map(|(_, calls)| u64::from(*calls)).sum()
    }

    /// Knows at least these calls, by the minute, oldest first: what another process made and what is remembered elsewhere.
    pub(super) fn know(&mut self, minutes: impl IntoIterator<Item = (i64, u32)>) {
        let mut known: BTreeMap<i64, u32> = self.0.drain(..).collect();
        for (minute, calls) in minutes {
            let counted = known.entry(minute).or_default();
            *counted = calls.max(*counted);
        }
        self.0 = known.into_iter().collect();
    }
}
