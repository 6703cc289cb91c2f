//! Guide 8, number by number: the step from which there is no return.

use jiff::Timestamp;

use super::gates::{closed, reading_gates};
use super::provisioning::classify;
use super::reads::{find, fresh_listing, list_source};
use super::{Next, Wait, attempt, interval, poll};
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::Effect;
use crate::event::Fact;
use crate::gate::Gate;
use crate::input::Surroundings;
use crate::migration::{Destination, Migration};
use crate::number::{FailedTry, Number};
use crate::phase::Phase;
use crate::retry::Failure;

/// Waits until everything holds for every number, then begins.
pub(super) fn begin(m: &Migration, s: &Surroundings<'_>) -> Next {
    if let Some(fact) = classify(m) {
        return Next::Record(fact);
    }
    let numbers: Vec<&Number> = m.eligible().collect();
    if numbers.is_empty() {
        if m.has_begun() {
            return Next::Record(Fact::PhaseEntered { phase: Phase::CuttingOver });
        }
        return next_number(m, s);
    }
    closed(m, s, &numbers).unwrap_or(Next::Record(Fact::PhaseEntered { phase: Phase::CuttingOver }))
}

/// The next number that has not begun (rule 8: strictly one after the other).
pub(super) fn next_number(m: &Migration, s: &Surroundings<'_>) -> Next {
    let Some(destination) = &m.destination else {
        return Next::Wait(Wait::because(Blocker::new(BlockerCode::DestinationUnknown, s.now)));
    };
    if let Some(next) = ask_before_giving_up(m, destination, s) {
        return next;
    }
    if let Some(fact) = classify(m) {
        return Next::Record(fact);
    }
    if let Some(next) = refused_for_the_waba(m, destination, s) {
        return next;
    }
    let mut waits = Wait::default();
    for number in m.eligible() {
        // One number's own matter does not stop the others; the WABA's stops all of them in turn.
        match move_one(m, destination, number, s) {
            Next::Wait(wait) => {
                wait.blockers.into_iter().for_each(|blocker| waits.block(blocker));
                if let Some(until) = wait.until {
                    waits.look_at(until);
                }
            }
            Next::Rest => {}
            next @ (Next::Record(_) | Next::Call(_)) => return next,
        }
    }
    if waits != Wait::default() {
        return Next::Wait(waits);
    }
    if m.has_begun() {
        return Next::Record(Fact::PhaseEntered { phase: Phase::Settling });
    }
    // Every number was skipped before its turn: a matter for a person (DESIGN: never a success).
    let blocker = super::ready::no_connected_number(m, s);
    let every = interval(m, s, &blocker);
    let mut wait = Wait::because(blocker);
    poll(m, s, list_source(m), m.source.numbers_at, every, &mut wait).unwrap_or(Next::Wait(wait))
}

/// A number that has not begun, as far as is known, and that the destination lists all the same: a call may take place
/// long after both reads of rule 5. Its register must follow.
pub(super) fn landed_late(m: &Migration) -> Option<Fact> {
    let listing = m.destination.as_ref()?.numbers.as_ref()?;
    let tried = |number: &&Number| {
        let was_tried = number.move_trouble.as_ref().is_some_and(|failed| failed.at <= listing.at);
        // The journal of a database that was restored may lack the try.
        let may_lack_it = m.recovered && listing.at >= m.truth_since;
        !number.has_begun() && (was_tried || may_lack_it)
    };
    m.numbers.values().filter(tried).find_map(|number| {
        let phone_number_id = find(listing, number)?.id.clone();
        Some(Fact::MoveFound { number: number.number.clone(), phone_number_id })
    })
}

/// Before a migration is given up: a move that nobody answered and that was proven absent may have landed since.
pub(super) fn last_look(m: &Migration, cancelled_at: Timestamp, s: &Surroundings<'_>) -> Option<Next> {
    let unanswered = |number: &Number| {
        let failed = number.move_trouble.as_ref().filter(|_| !number.has_begun());
        failed.is_some_and(|failed| matches!(failed.failure, Failure::Unknown { .. }))
    };
    let d = m.destination.as_ref().filter(|_| m.numbers.values().any(unanswered))?;
    if d.numbers.as_ref().is_some_and(|listing| listing.at >= cancelled_at) {
        return None;
    }
    let mut wait = Wait::default();
    let read = Effect::ReadDestinationNumbers { destination: d.waba.clone() };
    Some(attempt(m, s, read, &mut wait).unwrap_or(Next::Wait(wait)))
}

/// A number whose move was tried and that the source lists no longer, or as another than CONNECTED: before it is given
/// up, the destination is asked.
fn ask_before_giving_up(m: &Migration, d: &Destination, s: &Surroundings<'_>) -> Option<Next> {
    let number = m.eligible().find(|number| number.move_trouble.is_some() && number.reason_to_skip().is_some())?;
    if d.numbers.as_ref().is_some_and(|listing| listing.at >= number.source.at) {
        return None;
    }
    let mut wait = Wait::default();
    let read = Effect::ReadDestinationNumbers { destination: d.waba.clone() };
    Some(attempt(m, s, read, &mut wait).unwrap_or(Next::Wait(wait)))
}

/// A refusal whose cause is the WABA's stops all its numbers: the refused one asks again first (rule 8). Once it is its
/// turn and a matter of its own holds it back, the others may.
fn refused_for_the_waba(m: &Migration, d: &Destination, s: &Surroundings<'_>) -> Option<Next> {
    let (number, failed) = m.eligible().find_map(|number| {
        let failed = number.move_trouble.as_ref()?;
        failed.failure.cause()?.is_of_the_waba().then_some((number, failed))
    })?;
    match move_one(m, d, number, s) {
        Next::Wait(_) if s.now >= failed.next_try_at => None,
        next @ (Next::Record(_) | Next::Call(_) | Next::Wait(_) | Next::Rest) => Some(next),
    }
}

fn move_one(m: &Migration, d: &Destination, number: &Number, s: &Surroundings<'_>) -> Next {
    if let Some(next) = after_a_failed_move(m, d, number, s) {
        return next;
    }
    if let Some(next) = closed(m, s, &[number]) {
        return next;
    }
    let mut wait = Wait::default();
    if !number.pin_sealed {
        let seal = Effect::SealPin { number: number.number.clone() };
        return attempt(m, s, seal, &mut wait).unwrap_or(Next::Wait(wait));
    }
    if s.policy.before_move_hook && number.allowed_at.is_none_or(|at| s.now.duration_since(at) > s.pace.greatest_age) {
        let ask = Effect::AskBeforeMove { number: number.number.clone() };
        let Some(veto) = &number.vetoed else { return attempt(m, s, ask, &mut wait).unwrap_or(Next::Wait(wait)) };
        let blocker = Blocker::new(BlockerCode::HookVetoed, s.now).of(&number.number).saying(&veto.value);
        let every = interval(m, s, &blocker);
        wait.block(blocker);
        return poll(m, s, ask, Some(veto.at), every, &mut wait).unwrap_or(Next::Wait(wait));
    }
    let effect = Effect::MoveNumber {
        destination: d.waba.clone(),
        number: number.number.clone(),
        display: number.source.value.display.clone(),
        verified_name: number.source.value.verified_name.clone().unwrap_or_default(),
    };
    attempt(m, s, effect, &mut wait).unwrap_or(Next::Wait(wait))
}

/// A move that failed before is not repeated before its time, nor without a look at the destination (rule 5).
fn after_a_failed_move(m: &Migration, d: &Destination, number: &Number, s: &Surroundings<'_>) -> Option<Next> {
    let failed = number.move_trouble.as_ref()?;
    let mut wait = Wait::default();
    if s.now < failed.next_try_at && !m.is_asked_for(failed.at) {
        let names_a_gate = failed.failure.cause().and_then(Gate::contradicted_by).is_some();
        if names_a_gate && let Some(next) = reading_gates(m, s, &[number], &mut wait) {
            return Some(next);
        }
        // A cause that its own reading shows as cleared lets the move go on at once, but only once: where the vendor
        // refuses again what the reading shows, time has to pass.
        let is_cleared = names_a_gate && wait.blockers.is_empty() && failed.failures == 1;
        if !is_cleared {
            if wait.blockers.is_empty() {
                wait.block(move_refused(failed, number));
            }
            wait.look_at(failed.next_try_at);
            return Some(Next::Wait(wait));
        }
    }
    let read = Effect::ReadDestinationNumbers { destination: d.waba.clone() };
    // What such a listing shows is taken in before anything else is planned.
    let is_known = fresh_listing(d, failed.at, s).is_some();
    (!is_known).then(|| attempt(m, s, read, &mut wait).unwrap_or(Next::Wait(wait)))
}

fn move_refused(failed: &FailedTry, number: &Number) -> Blocker {
    Blocker::new(BlockerCode::MoveRefused, failed.since).of(&number.number).saying(&failed.failure)
}
