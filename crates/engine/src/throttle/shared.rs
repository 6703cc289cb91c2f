//! The calls of a lane that all workers of a database share: one row, taken from in portions.
//!
//! A worker that needs calls takes a portion: it writes the row anew with the portion counted in the present minute,
//! provided that nobody has changed the row since it was read. The sum over the last hour never exceeds the limit at any
//! such change, so it never does, however many workers there are and whenever one of them dies: what a dead one had in hand
//! stays counted and ages out with its minute. What was not used by the end of its minute is given back with the next
//! portion. The same row is what a process that starts again remembers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::window::{COUNTS_FOR_MINUTES, end_of, minute_of};

/// A reading of usage counts for an hour, and what it is compared with is an hour before it.
const REMEMBERED_MINUTES: i64 = 2 * COUNTS_FOR_MINUTES;

/// A portion is this share of an hour's calls: few enough that what the others have in hand matters little, and many enough
/// that the row is written a few times a minute.
const PORTIONS_PER_HOUR: u32 = 50;

/// No portion is larger.
const LARGEST_PORTION: u32 = 64;

/// The row: what all workers have taken, and until when the vendor has closed the lane.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SharedCalls {
    /// Calls by minute, counted from the epoch.
    minutes: BTreeMap<i64, u32>,
    /// Nobody makes a call before.
    limited_until: Option<Timestamp>,
}

impl SharedCalls {
    /// Calls that count at `now`.
    #[must_use]
    pub fn total(&self, now: Timestamp) -> u64 {
        self.between(minute_of(now) - COUNTS_FOR_MINUTES, i64::MAX)
    }

    /// Calls that counted at the end of the minute of `at`, of those that are remembered.
    pub(super) fn total_then(&self, at: Timestamp) -> u64 {
        let minute = minute_of(at);
        self.between(minute - COUNTS_FOR_MINUTES, minute)
    }

    fn between(&self, after: i64, until: i64) -> u64 {
        let counting = self.minutes.iter().filter(|(minute, _)| **minute > after && **minute <= until);
        counting.map(|(_, calls)| u64::from(*calls)).sum()
    }

    /// The calls that count at `now`, with the instant from which they no longer do; oldest first.
    pub(super) fn counting(&self, now: Timestamp) -> impl Iterator<Item = (Timestamp, u64)> {
        let oldest = minute_of(now) - COUNTS_FOR_MINUTES;
        let counting = self.minutes.iter().filter(move |(minute, _)| **minute > oldest);
        counting.map(|(minute, calls)| (end_of(*minute), u64::from(*calls)))
    }

    fn add(&mut self, minute: i64, calls: u32) {
        if calls > 0 {
            let counted = self.minutes.entry(minute).or_default();
            *counted = counted.saturating_add(calls);
        }
    }

    fn take_back(&mut self, minute: i64, calls: u32) {
        if let Some(counted) = self.minutes.get_mut(&minute) {
            *counted = counted.saturating_sub(calls);
        }
    }
}

/// One worker's part in a shared lane.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// The row as it was last seen.
    pub(super) seen: SharedCalls,
    version: u64,
    in_hand: u32,
    /// The minute in which those in hand are counted, and in which they may be used.
    minute: i64,
    /// Taken in a minute that is over, and not used.
    unused: BTreeMap<i64, u32>,
    /// Made without being in hand: pages of a list, or the calls of a move that a process before this one began.
    beyond: u32,
}

/// The row as a worker wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proposal {
    /// The version that it was made from.
    pub(crate) expected_version: u64,
    /// The row.
    pub(crate) row: SharedCalls,
    minute: i64,
    taken: u32,
    unused: BTreeMap<i64, u32>,
    beyond: u32,
}

impl Share {
    /// What counts at `now`, with the instant from which it no longer does. What this worker has in hand is still to be used.
    pub(super) fn counting(&self, now: Timestamp) -> Vec<(Timestamp, u64)> {
        // What was put by is given back with the next portion; what is in hand may be of the minute that is over.
        let mut less: BTreeMap<Timestamp, u64> = BTreeMap::new();
        let in_hand = (self.minute, self.in_hand);
        for (minute, calls) in self.unused.iter().map(|(minute, calls)| (*minute, *calls)).chain([in_hand]) {
            *less.entry(end_of(minute)).or_default() += u64::from(calls);
        }
        let mut counting: Vec<_> = self.seen.counting(now).collect();
        for (end, calls) in &mut counting {
            *calls = calls.saturating_sub(less.get(end).copied().unwrap_or_default());
        }
        counting.push((end_of(minute_of(now)), u64::from(self.beyond)));
        counting
    }

    pub(super) fn in_hand_at(&self, now: Timestamp) -> u32 {
        if minute_of(now) == self.minute { self.in_hand } else { 0 }
    }

    /// Uses calls that are in hand. What is used beyond them is made up for with the next portion.
    pub(super) fn spend(&mut self, now: Timestamp, calls: u32) {
        self.put_by(now);
        let from_hand = calls.min(self.in_hand);
        self.in_hand -= from_hand;
        self.beyond = self.beyond.saturating_add(calls - from_hand);
    }

    /// Calls of a portion of `minute` were not made after all.
    pub(super) fn unspend(&mut self, now: Timestamp, minute: i64, calls: u32) {
        self.put_by(now);
        if minute == self.minute {
            self.in_hand = self.in_hand.saturating_add(calls);
        } else {
            let unused = self.unused.entry(minute).or_default();
            *unused = unused.saturating_add(calls);
        }
    }

    /// What is in hand is good for its minute alone: it counts from then.
    fn put_by(&mut self, now: Timestamp) {
        let minute = minute_of(now);
        if minute == self.minute {
            return;
        }
        let rest = std::mem::take(&mut self.in_hand);
        if rest > 0 {
            let unused = self.unused.entry(self.minute).or_default();
            *unused = unused.saturating_add(rest);
        }
        self.minute = minute;
    }

    /// Whether there is anything to give back.
    pub(super) fn has_unused(&self) -> bool {
        self.in_hand > 0 || !self.unused.is_empty()
    }

    /// Puts everything by that is in hand, to be given back with the next change of the row.
    pub(super) fn put_all_by(&mut self) {
        let rest = std::mem::take(&mut self.in_hand);
        let unused = self.unused.entry(self.minute).or_default();
        *unused = unused.saturating_add(rest);
    }

    /// The row with another portion taken, of at least `calls` where the lane has room for that; with none, if no calls are
    /// wanted. `limit` is that of an hour; nobody knows one if absent.
    pub(super) fn propose(
        &mut self,
        now: Timestamp,
        calls: u32,
        limit: Option<u32>,
        limited_until: Option<Timestamp>,
    ) -> Proposal {
        self.put_by(now);
        let minute = self.minute;
        let mut row = self.seen.clone();
        row.minutes.retain(|counted, _| *counted > minute - REMEMBERED_MINUTES);
        for (counted, calls) in &self.unused {
            row.take_back(*counted, *calls);
        }
        row.add(minute, self.beyond);
        row.limited_until = row.limited_until.max(limited_until).filter(|until| *until > now);
        let portion = limit.map_or(LARGEST_PORTION, |limit| (limit / PORTIONS_PER_HOUR).clamp(1, LARGEST_PORTION));
        let wanted = if calls == 0 { 0 } else { portion.max(calls.saturating_sub(self.in_hand)) };
        let room = limit.map_or(u64::MAX, |limit| u64::from(limit).saturating_sub(row.total(now)));
        let taken = u32::try_from(room).unwrap_or(u32::MAX).min(wanted);
        row.add(minute, taken);
        row.minutes.retain(|_, calls| *calls > 0);
        Proposal {
            expected_version: self.version,
            row,
            minute,
            taken,
            unused: std::mem::take(&mut self.unused),
            beyond: self.beyond,
        }
    }

    /// The proposal is the row now.
    pub(super) fn accepted(&mut self, now: Timestamp, version: u64, proposal: Proposal) {
        self.put_by(now);
        self.version = version;
        self.seen = proposal.row;
        self.beyond = self.beyond.saturating_sub(proposal.beyond);
        self.unspend(now, proposal.minute, proposal.taken);
    }

    /// Somebody was faster: the row is this one, and the proposal came to nothing.
    pub(super) fn overtaken(&mut self, version: u64, row: SharedCalls, proposal: Proposal) {
        self.version = version;
        self.seen = row;
        for (minute, calls) in proposal.unused {
            let unused = self.unused.entry(minute).or_default();
            *unused = unused.saturating_add(calls);
        }
    }

    /// Until when the vendor has closed the lane, as any worker was told.
    pub(super) fn limited_until(&self) -> Option<Timestamp> {
        self.seen.limited_until
    }
}
