//! The calls of the last hour on both sides of a migration: what Meta counts, kept with the migration, so that whoever works
//! on it next knows how many are spent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Migration;
use crate::effect::EffectKind;

/// Whatever window the vendor counts in, an hour and the minute that has begun cover it.
const REMEMBERED_MINUTES: i64 = 61;

/// A side of a migration, by whose WABA Meta counts a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The WABA that is left.
    Source,
    /// The WABA that is gone to.
    Destination,
}

/// Calls of the last hour before the latest one, by side and minute (counted from the epoch).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RecentCalls(BTreeMap<Side, BTreeMap<i64, u32>>);

impl RecentCalls {
    /// The calls on one side, by the minute, oldest first.
    pub fn on(&self, side: Side) -> impl Iterator<Item = (i64, u32)> {
        self.0.get(&side).into_iter().flatten().map(|(minute, calls)| (*minute, *calls))
    }

    pub(crate) fn count(&mut self, side: Side, at: Timestamp) {
        let minute = at.as_second().div_euclid(60);
        for minutes in self.0.values_mut() {
            minutes.retain(|counted, _| minute - *counted < REMEMBERED_MINUTES);
        }
        let calls = self.0.entry(side).or_default().entry(minute).or_default();
        *calls = calls.saturating_add(1);
        self.0.retain(|_, minutes| !minutes.is_empty());
    }
}

impl Migration {
    /// The WABA by which Meta counts a call of this kind.
    #[must_use]
    pub fn side_of(&self, kind: EffectKind) -> Side {
        let is_of_source = matches!(
            kind,
            EffectKind::CheckSourceToken
                | EffectKind::ReadSource
                | EffectKind::ReadSourceNumbers
                | EffectKind::ReadSourceTemplates
                | EffectKind::SetIntent
                | EffectKind::ReadIntent
                | EffectKind::ReadGivenIntent
                | EffectKind::ReadSourceSettings
        );
        if self.destination.is_none() || is_of_source { Side::Source } else { Side::Destination }
    }

    /// The calls of the last hour before the latest one.
    #[must_use]
    pub fn recent_calls(&self) -> &RecentCalls {
        &self.recent_calls
    }

    /// Until when Meta has closed one side to our calls, as far as refusals said.
    #[must_use]
    pub fn limited_until(&self, side: Side) -> Option<Timestamp> {
        let effects = self.troubles.iter().map(|(kind, trouble)| (*kind, &trouble.last, trouble.next_try_at));
        let moves = self.numbers.values().filter_map(|number| number.move_trouble.as_ref());
        let moves = moves.map(|failed| (EffectKind::MoveNumber, &failed.failure, failed.next_try_at));
        effects
            .chain(moves)
            .filter(|(kind, failure, _)| failure.is_of_waba_limit() && self.side_of(*kind) == side)
            .map(|(_, _, until)| until)
            .max()
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn calls_are_counted_by_side_and_minute_and_forgotten_after_an_hour() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let at = |minutes: i64| start + SignedDuration::from_mins(minutes);
        let mut recent = RecentCalls::default();
        for minute in [0, 0, 1, 60] {
            recent.count(Side::Source, at(minute));
        }
        recent.count(Side::Destination, at(60));
        let first = start.as_second() / 60;
        assert_eq!(recent.on(Side::Source).collect::<Vec<_>>(), [(first, 2), (first + 1, 1), (first + 60, 1)]);
        assert_eq!(recent.on(Side::Destination).collect::<Vec<_>>(), [(first + 60, 1)]);
        recent.count(Side::Destination, at(62));
        assert_eq!(recent.on(Side::Source).collect::<Vec<_>>(), [(first + 60, 1)]);
    }
}
