//! Between acceptance and cutover: token, subscription, numbers (guide 5 to 7), and everything a move will need.

use super::gates::reading_gates;
use super::losses;
use super::reads::{attempt_list, business_token, list_source, subscribe};
use super::ready::no_connected_number;
use super::{Next, Wait, attempt, interval, poll, settings};
use crate::E164;
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::Effect;
use crate::event::Fact;
use crate::input::Surroundings;
use crate::migration::{Destination, Migration};
use crate::number::{Number, NumberState, Skip};
use crate::phase::Phase;

pub(super) fn next(m: &Migration, s: &Surroundings<'_>) -> Next {
    let Some(destination) = &m.destination else {
        // Unreachable through `apply`: acceptance comes with a destination.
        return Next::Wait(Wait::because(Blocker::new(BlockerCode::DestinationUnknown, s.now)));
    };
    let mut wait = Wait::default();
    let steps = [business_token, subscription, moved_before, source_numbers];
    for step in steps {
        if let Some(next) = step(m, destination, s, &mut wait) {
            return next;
        }
        if wait != Wait::default() {
            return Next::Wait(wait);
        }
    }
    if let Some(fact) = classify(m) {
        return Next::Record(fact);
    }
    if m.eligible().next().is_none() && m.has_begun() {
        // They had moved before the database was restored.
        return Next::Record(Fact::PhaseEntered { phase: Phase::ReadyForCutover });
    }
    if m.eligible().next().is_none() {
        let blocker = no_connected_number(m, s);
        let every = interval(m, s, &blocker);
        wait.block(blocker);
        return poll(m, s, list_source(m), m.source.numbers_at, every, &mut wait).unwrap_or(Next::Wait(wait));
    }
    // The latest chance to see them as they are; where it is gone, what the preflight saw has to do.
    if let Some(next) = settings::before(m, s, &mut wait) {
        return next;
    }
    if wait != Wait::default() {
        return Next::Wait(wait);
    }
    let numbers: Vec<&Number> = m.eligible().collect();
    if let Some(next) = reading_gates(m, s, &numbers, &mut wait) {
        return next;
    }
    if let Some(next) = losses::not_accepted(m, s, &mut wait) {
        return next;
    }
    if wait != Wait::default() {
        return Next::Wait(wait);
    }
    if let Some(number) = m.eligible().find(|number| !number.pin_sealed) {
        let seal = Effect::SealPin { number: number.number.clone() };
        return attempt(m, s, seal, &mut wait).unwrap_or(Next::Wait(wait));
    }
    Next::Record(Fact::PhaseEntered { phase: Phase::ReadyForCutover })
}

/// Guide 6. Whether it holds is a gate; here it is made once.
fn subscription(m: &Migration, d: &Destination, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    if d.subscribed_at.is_none() {
        return attempt(m, s, subscribe(m, d), wait);
    }
    if d.subscriptions.is_none() {
        return attempt(m, s, Effect::ReadSubscriptions { destination: d.waba.clone() }, wait);
    }
    None
}

/// After a restore: numbers may have moved that the journal knows nothing of. No number is chosen before that is read.
fn moved_before(m: &Migration, d: &Destination, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    let is_read = d.numbers.as_ref().is_some_and(|listing| listing.at >= m.truth_since);
    if !m.recovered || is_read {
        return None;
    }
    attempt(m, s, Effect::ReadDestinationNumbers { destination: d.waba.clone() }, wait)
}

/// Guide 7, once more after acceptance; and the destination's node.
fn source_numbers(m: &Migration, d: &Destination, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    let accepted_at = m.intent.as_ref().and_then(|intent| intent.accepted_at);
    let read_since_acceptance = m.source.numbers_at.zip(accepted_at).is_some_and(|(read, accepted)| read >= accepted);
    if !read_since_acceptance && !m.source_is_lost() {
        return attempt_list(m, s, wait);
    }
    if d.account.is_none() {
        return attempt(m, s, Effect::ReadDestination { destination: d.waba.clone() }, wait);
    }
    None
}

/// Which numbers move: those that are CONNECTED on Cloud API (guide 7).
pub(super) fn classify(m: &Migration) -> Option<Fact> {
    m.numbers.values().find_map(|number| {
        let chosen = |number: &E164| Fact::NumberChosen { number: number.clone() };
        let skipped = |reason: Skip| Fact::NumberSkipped { number: number.number.clone(), reason };
        match (&number.state, number.reason_to_skip()) {
            (NumberState::Listed, None) => Some(chosen(&number.number)),
            (NumberState::Listed | NumberState::Eligible, Some(reason)) => Some(skipped(reason)),
            (NumberState::Skipped { reason: Skip::Cancelled }, _) => None,
            (NumberState::Skipped { .. }, None) => Some(chosen(&number.number)),
            (NumberState::Skipped { reason: known }, Some(reason)) => (*known != reason).then(|| skipped(reason)),
            (
                NumberState::Eligible
                | NumberState::Moving { .. }
                | NumberState::Moved
                | NumberState::Registering { .. }
                | NumberState::Registered
                | NumberState::Verified
                | NumberState::Serving
                | NumberState::Stuck { .. },
                _,
            ) => None,
        }
    })
}
