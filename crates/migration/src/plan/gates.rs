//! The gates before a move (rule 2): looked at, refreshed, waited for.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::losses;
use super::reads::{attempt_list, business_token, list_source, subscribe};
use super::{Next, Wait, attempt, interval, poll, standing_since};
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::{Effect, EffectKind};
use crate::gate::{self, Gate, GateReading};
use crate::input::Surroundings;
use crate::migration::Migration;
use crate::number::Number;
use crate::recent_calls::Side;
use crate::retry::{after, patience};

/// What has to come first while a gate of rule 2 is closed or its reading too old; `None` when `numbers` may move now.
pub(super) fn closed(m: &Migration, s: &Surroundings<'_>, numbers: &[&Number]) -> Option<Next> {
    let mut wait = Wait::default();
    // A token that was good when it was fetched may have come near its end.
    if let Some(d) = &m.destination
        && let Some(next) = business_token(m, d, s, &mut wait)
    {
        return Some(next);
    }
    if let Some(next) = reading_gates(m, s, numbers, &mut wait) {
        return Some(next);
    }
    if let Some(next) = losses::not_accepted(m, s, &mut wait) {
        return Some(next);
    }
    if let Some(mark) = &m.held {
        let reason = mark.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        wait.block(Blocker::new(BlockerCode::Held, mark.at).saying(format_args!("by {}{reason}", mark.by)));
    }
    window(m, s, &mut wait);
    if let Some(blocker) = &s.fleet.no_move {
        // Whoever ends the brake, or the pilot's cutover, wakes those who wait for it; this is the backstop.
        wait.look_at(after(s.now, patience(standing_since(m, blocker.code, None, s.now), s.now)));
        wait.block(blocker.clone());
    }
    if wait != Wait::default() {
        return Some(Next::Wait(wait));
    }
    losses::refresh(m, s).or_else(|| refresh(m, s, numbers))
}

fn window(m: &Migration, s: &Surroundings<'_>, wait: &mut Wait) {
    let Some(window) = &s.policy.window else { return };
    let zone = match m.customer.time_zone.as_deref() {
        None => Ok(TimeZone::UTC),
        Some(name) => TimeZone::get(name),
    };
    match zone.map(|zone| window.check(s.now, &zone)) {
        Ok(Ok(())) => {}
        Ok(Err(Some(opens_at))) => {
            wait.block(Blocker::new(BlockerCode::WindowClosed, s.now).saying(format_args!("opens at {opens_at}")));
            wait.look_at(opens_at);
        }
        Ok(Err(None)) => wait.block(Blocker::new(BlockerCode::WindowNeverOpens, s.now)),
        Err(error) => wait.block(Blocker::new(BlockerCode::WindowNeverOpens, s.now).saying(error)),
    }
}

/// The gates that are read. Closed ones go into `wait`, and their reads are repeated in time.
pub(super) fn reading_gates(m: &Migration, s: &Surroundings<'_>, numbers: &[&Number], wait: &mut Wait) -> Option<Next> {
    for gate in Gate::ALL {
        let about: &[&Number] = if gate.is_of_number() { numbers } else { numbers.get(..1).unwrap_or_default() };
        for number in about {
            let reading = gate::read(m, number, gate);
            if reading.is_open() {
                continue;
            }
            let every = interval(m, s, &reading.blocker(m, Some(number), s.now));
            reading.blockers(m, Some(number), s.now).into_iter().for_each(|blocker| wait.block(blocker));
            if let Some(next) = look_at_gate(m, s, number, &reading, every, wait) {
                return Some(next);
            }
        }
    }
    None
}

pub(super) fn look_at_gate(
    m: &Migration,
    s: &Surroundings<'_>,
    number: &Number,
    reading: &GateReading,
    every: SignedDuration,
    wait: &mut Wait,
) -> Option<Next> {
    let effect = match (reading.gate, &m.destination) {
        // Ours to mend: subscribe again, then read.
        (Gate::Subscription, Some(d)) if reading.read_at.is_some() => subscribe(m, d),
        (Gate::StorageRegion, _) => Effect::ReadSettings { side: Side::Source, number: Some(number.number.clone()) },
        (gate, Some(d)) if gate.is_of_number() && number.moved_at.is_some() => {
            Effect::ReadDestinationNumbers { destination: d.waba.clone() }
        }
        (gate, _) => effect_of(m, gate.read()?)?,
    };
    poll(m, s, effect, reading.read_at, every, wait)
}

fn effect_of(m: &Migration, kind: EffectKind) -> Option<Effect> {
    let destination = m.destination.as_ref()?.waba.clone();
    if kind == EffectKind::ReadSourceNumbers {
        Some(list_source(m))
    } else if kind == EffectKind::ReadSubscriptions {
        Some(Effect::ReadSubscriptions { destination })
    } else {
        (kind == EffectKind::ReadDestination).then_some(Effect::ReadDestination { destination })
    }
}

/// Reads again what is older than a gate allows. An attested gate has nothing to read.
fn refresh(m: &Migration, s: &Surroundings<'_>, numbers: &[&Number]) -> Option<Next> {
    let mut wait = Wait::default();
    for gate in Gate::ALL {
        for number in numbers {
            let reading = gate::read(m, number, gate);
            let is_stale =
                reading.read_at.is_some_and(|at| s.now.duration_since(at) > s.pace.greatest_age || m.is_outdated(at));
            if !is_stale || reading.attested {
                continue;
            }
            let next = match gate.read() {
                Some(EffectKind::ReadSourceNumbers) => attempt_list(m, s, &mut wait),
                Some(kind) => effect_of(m, kind).and_then(|effect| attempt(m, s, effect, &mut wait)),
                None => continue,
            };
            return Some(next.unwrap_or(Next::Wait(wait)));
        }
    }
    None
}
