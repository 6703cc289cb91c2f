//! What becomes of a request that the customer leaves lying: it accepts itself, runs out, or stays open (observations:
//! intents.intent_auto_accept_days, intents.intent_expiry_days). The knobs hold for open intents too, so what was planned counts
//! only if it is still due by the knob when its time comes.

use jiff::{SignedDuration, Timestamp};

use super::{Fidelity, Rule, answer_intent};
use crate::{
    agenda::Event,
    ids::Id,
    knobs::Knobs,
    people,
    state::{Cause, State, later},
    world::IntentStatus,
};

pub(super) const RULE: Rule = Rule {
    name: "unanswered",
    says: "A request that nobody answers stays open, accepts itself or runs out",
    source: "observations: intents.intent_auto_accept_days, intents.intent_expiry_days, intents.neighbour_auto_accept",
    fidelity: Fidelity::Simulated,
};

/// Plans what the knobs have in store for an open intent.
pub(super) fn plan(state: &mut State, intent: Id) {
    let Knobs { intent_auto_accept_days: accepts, intent_expiry_days: expires, .. } = state.knobs;
    if let Some(at) = due_at(state, intent, accepts) {
        state.world.agenda.plan(at, Event::IntentAcceptsItself { intent });
    }
    if let Some(at) = due_at(state, intent, expires) {
        state.world.agenda.plan(at, Event::IntentExpires { intent });
    }
}

/// Plans anew for every open intent, once the knobs have changed.
pub(crate) fn plan_all(state: &mut State) {
    let open = state.world.intents.values().filter(|intent| intent.status == IntentStatus::Initiated);
    let open: Vec<Id> = open.map(|intent| intent.id).collect();
    for intent in open {
        plan(state, intent);
    }
}

/// Silence was consent.
pub(crate) fn accept(state: &mut State, at: Timestamp, intent: Id) {
    if due_at(state, intent, state.knobs.intent_auto_accept_days).is_some_and(|due| due <= at)
        && answer_intent::accept(state, Cause::time(at), intent, None)
    {
        people::follow_script(state, at, intent);
    }
}

/// The request has run out.
pub(crate) fn expire(state: &mut State, at: Timestamp, intent: Id) {
    if due_at(state, intent, state.knobs.intent_expiry_days).is_some_and(|due| due <= at) {
        answer_intent::reject(state, Cause::time(at), intent);
    }
}

/// When an intent has lain unanswered for so many days.
fn due_at(state: &State, intent: Id, days: Option<u32>) -> Option<Timestamp> {
    let set_at = state.world.intents.get(&intent)?.created_at;
    days.map(|days| later(set_at, SignedDuration::from_hours(24 * i64::from(days))))
}
