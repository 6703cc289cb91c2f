//! When a number's migration became complete, as far as its journal can tell (observations: billing.completion).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::E164;
use crate::effect::{Effect, EffectKind, Outcome};
use crate::event::{Event, Fact};

/// The interval in which a number's migration became complete: somewhere between sending register and knowing that it
/// succeeded. Nobody outside the vendor knows it more exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// Register was sent; before this instant it cannot have succeeded.
    pub sent_at: Timestamp,
    /// Its success was known; `None` while a register that was sent may or may not have succeeded.
    pub known_at: Option<Timestamp>,
}

impl Completion {
    /// The interval, wider by `tolerance` on both sides: for a clock that may differ so much from the vendor's.
    #[must_use]
    pub fn widened(self, tolerance: SignedDuration) -> Self {
        Self {
            sent_at: self.sent_at.checked_sub(tolerance).unwrap_or(Timestamp::MIN),
            known_at: self.known_at.map(|known| known.checked_add(tolerance).unwrap_or(Timestamp::MAX)),
        }
    }
}

/// Gathers completions from the journal of one migration, event by event.
#[derive(Debug, Default)]
pub struct Completions {
    /// Before this instant no number of the migration can have been complete.
    not_before: Option<Timestamp>,
    /// Attempts at a register that have begun and not ended.
    begun: BTreeMap<u64, (E164, Timestamp)>,
    numbers: BTreeMap<E164, Way>,
}

/// One number on its way to completion.
#[derive(Debug, Default)]
struct Way {
    move_sent_at: Option<Timestamp>,
    /// The earliest register that may have succeeded.
    register_sent_at: Option<Timestamp>,
    known: Option<Completion>,
}

impl Completions {
    /// Takes in the next event.
    pub fn observe(&mut self, event: &Event) {
        let at = event.at;
        self.not_before.get_or_insert(at);
        if let Fact::Accepted { .. } = &event.fact {
            self.not_before = Some(at);
        } else if let Fact::AttemptStarted { attempt } = &event.fact {
            self.started(attempt.id, &attempt.effect, attempt.started_at);
        } else if let Fact::AttemptEnded { attempt, kind: EffectKind::RegisterNumber, outcome, .. } = &event.fact {
            self.ended(*attempt, outcome, at);
        } else if let Fact::ProvenAbsent { number } = &event.fact {
            self.way(number).register_sent_at = None;
        } else if let Fact::RegisterFound { number } = &event.fact {
            self.known(number, at);
        }
    }

    /// The completion of a number; `None` as long as no register was sent that can have succeeded.
    #[must_use]
    pub fn of(&self, number: &E164) -> Option<Completion> {
        let way = self.numbers.get(number)?;
        way.known.or_else(|| way.register_sent_at.map(|sent_at| Completion { sent_at, known_at: None }))
    }

    fn way(&mut self, number: &E164) -> &mut Way {
        self.numbers.entry(number.clone()).or_default()
    }

    fn started(&mut self, attempt: u64, effect: &Effect, at: Timestamp) {
        if let Effect::MoveNumber { number, .. } = effect {
            self.way(number).move_sent_at = Some(at);
        } else if let Effect::RegisterNumber { number, .. } = effect {
            self.begun.insert(attempt, (number.clone(), at));
            self.way(number).register_sent_at.get_or_insert(at);
        }
    }

    fn ended(&mut self, attempt: u64, outcome: &Outcome, at: Timestamp) {
        let Some((number, sent_at)) = self.begun.remove(&attempt) else { return };
        match outcome {
            Outcome::Success { .. } => self.known(&number, at),
            Outcome::Refused { .. } | Outcome::NotSent { .. } => {
                // It is certain that this one changed nothing; an earlier one without an answer still may have.
                let way = self.way(&number);
                way.register_sent_at = way.register_sent_at.filter(|earliest| *earliest != sent_at);
            }
            Outcome::Unknown { .. } => {}
        }
    }

    /// What somebody else has registered was complete at the earliest when it was moved, or else accepted.
    fn known(&mut self, number: &E164, at: Timestamp) {
        let not_before = self.not_before.unwrap_or(at);
        let way = self.way(number);
        let sent_at = way.register_sent_at.or(way.move_sent_at).unwrap_or(not_before);
        way.known.get_or_insert(Completion { sent_at, known_at: Some(at) });
    }
}
