//! Guide 1: two-step verification is turned off by a person in WhatsApp Manager, number by number; no call does it
//! (observations: registration.no_disable, webhooks.security).

use jiff::Timestamp;

use super::{Fidelity, Rule};
use crate::{
    ids::Id,
    ledger::Change,
    state::{Cause, State},
    webhooks::occasions,
    world::Number,
};

pub(super) const RULE: Rule = Rule {
    name: "two_step",
    says: "A person with access to the WABA turns two-step verification off for a number, or on again; both partners hear of it",
    source: "guide 1; observations: registration.no_disable, webhooks.security",
    fidelity: Fidelity::Approximated {
        how: "it is off when the dialogue ends: there is no link in a mail to be followed",
        because: "the guide does not go into the mail that Meta's page on two-step verification speaks of",
    },
};

/// Turns two-step verification on or off for every number of a WABA (guide 1). Gives how many changed.
pub(crate) fn set(state: &mut State, at: Timestamp, id: Id, on: bool) -> usize {
    set_where(state, at, id, on, |_| true)
}

/// Turns two-step verification off for one number of a WABA, as the guide has a person do it (guide 1.4 to 1.7).
pub(crate) fn turn_off_for(state: &mut State, at: Timestamp, id: Id, phone: Id) -> bool {
    set_where(state, at, id, false, |entry| entry.id == phone) > 0
}

fn set_where(state: &mut State, at: Timestamp, id: Id, on: bool, wanted: impl Fn(&Number) -> bool) -> usize {
    let Some(waba) = state.change_waba(at, id) else { return 0 };
    let mut changed = Vec::new();
    for entry in waba.numbers.iter_mut().filter(|entry| entry.two_step != on && wanted(entry)) {
        entry.two_step = on;
        entry.pin = None;
        changed.push(entry.number.clone());
    }
    let kind = if on { "two_step.turned_on" } else { "two_step.turned_off" };
    let source = state.world.source_of(id);
    for number in &changed {
        state.enter(Cause::person(at), Change::new(kind, source).number(number).with("waba", id));
        occasions::two_step_set(state, at, id, number, on);
    }
    changed.len()
}
