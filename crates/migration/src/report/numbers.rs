//! What became of each number, and how long it was between two accounts (guide 8 and 9).

use jiff::Timestamp;
use serde::Serialize;

use super::entry::Entry;
use super::milliseconds;
use crate::E164;
use crate::effect::Effect;
use crate::event::Fact;
use crate::id_map::{has_other_digits, written_at_destination};
use crate::migration::Migration;
use crate::number::{Number, NumberState};

/// One number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NumberPart {
    /// Which.
    pub number: E164,
    /// How people know it.
    pub display_name: Option<String>,
    /// Name of its state.
    pub state: &'static str,
    /// Whether the destination proved to have it.
    pub is_migrated: bool,
    /// Why it stays or is stuck.
    pub reason: Option<String>,
    /// Its id under the source.
    pub old_id: String,
    /// Its id under the destination.
    pub new_id: Option<String>,
    /// Whether it is written with other digits on the other side; `None` as long as that is not known.
    pub written_form_changed: Option<bool>,
    /// When the move that took effect was sent (guide 8).
    pub move_sent_at: Option<Timestamp>,
    /// When its success was known: the gap begins.
    pub moved_at: Option<Timestamp>,
    /// How many registers were or may have been sent (guide 9).
    pub registers_sent: u64,
    /// When the last of them was sent.
    pub register_sent_at: Option<Timestamp>,
    /// When its success was known: the gap ends.
    pub registered_at: Option<Timestamp>,
    /// When the destination listed it as CONNECTED.
    pub verified_at: Option<Timestamp>,
    /// Milliseconds between the two successes.
    pub gap_ms: Option<i64>,
    /// The longest that it can have been unreachable: from the move being sent to the register's success being known.
    pub at_most_ms: Option<i64>,
}

pub(super) fn numbers(m: &Migration, entries: &[Entry]) -> Vec<NumberPart> {
    m.numbers().map(|number| part(m, number, entries)).collect()
}

fn part(m: &Migration, number: &Number, entries: &[Entry]) -> NumberPart {
    let move_sent_at =
        sent(entries, &number.number, number.moved_at, |effect| matches!(effect, Effect::MoveNumber { .. }));
    let at_most = move_sent_at.zip(number.registered_at).map(|(sent, known)| milliseconds(known.duration_since(sent)));
    let source = &number.source.value;
    let written = written_at_destination(m, number);
    NumberPart {
        number: number.number.clone(),
        display_name: source.verified_name.clone(),
        state: number.state_name(),
        is_migrated: number.is_migrated(),
        reason: reason(number),
        old_id: source.id.to_string(),
        new_id: number.destination_id.as_ref().map(ToString::to_string),
        written_form_changed: written.map(|written| has_other_digits(&source.display, written)),
        move_sent_at,
        moved_at: number.moved_at,
        registers_sent: number.register_sent.len() as u64,
        register_sent_at: number.register_sent.last().copied(),
        registered_at: number.registered_at,
        verified_at: number.verified_at,
        gap_ms: number.gap().map(milliseconds),
        at_most_ms: at_most,
    }
}

fn reason(number: &Number) -> Option<String> {
    match &number.state {
        NumberState::Skipped { reason } => Some(reason.to_string()),
        NumberState::Stuck { code } => Some(format!("{} ({code})", code.row().sentence)),
        NumberState::Listed
        | NumberState::Eligible
        | NumberState::Moving { .. }
        | NumberState::Moved
        | NumberState::Registering { .. }
        | NumberState::Registered
        | NumberState::Verified
        | NumberState::Serving => None,
    }
}

/// When the last such call for the number was sent, of those that began before `known_at`.
fn sent(
    entries: &[Entry],
    number: &E164,
    known_at: Option<Timestamp>,
    is_it: impl Fn(&Effect) -> bool,
) -> Option<Timestamp> {
    let attempts = entries.iter().filter_map(|entry| match entry.fact() {
        Some(Fact::AttemptStarted { attempt }) => Some(attempt),
        Some(_) | None => None,
    });
    attempts
        .filter(|attempt| is_it(&attempt.effect) && attempt.effect.number() == Some(number))
        .filter(|attempt| known_at.is_none_or(|known| attempt.started_at <= known))
        .map(|attempt| attempt.started_at)
        .next_back()
}
