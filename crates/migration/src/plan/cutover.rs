//! Guide 8 and 9, number by number: the only steps that cannot be undone.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::provisioning::{attempt_list, business_token, classify, list_source, subscribe};
use super::{Next, Wait, attempt, interval, poll, standing_since};
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::{Effect, EffectKind};
use crate::event::Fact;
use crate::gate::{self, GREATEST_AGE, Gate, GateReading};
use crate::input::Surroundings;
use crate::migration::{Destination, Migration};
use crate::number::{Doubt, FailedTry, Number, NumberState};
use crate::observed::ListedNumber;
use crate::phase::Phase;
use crate::reading::{Answer, Reading};
use crate::retry::{
    ABSENCE_SPACING, Failure, REGISTER_LIMIT, REGISTER_TRIES, after, patience_in_outage, register_spacing,
};
use crate::{Cause, Verdict};

/// From here on a number between two accounts is an alarm (rule 3).
const ALARM_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// How long a registered number may take to be listed as CONNECTED before people hear of it.
const QUIET_UNTIL_CONNECTED: SignedDuration = SignedDuration::from_secs(60);

/// Waits until everything holds for every number, then begins.
pub(super) fn begin(m: &Migration, s: &Surroundings<'_>) -> Next {
    if let Some(fact) = classify(m) {
        return Next::Record(fact);
    }
    let numbers: Vec<&Number> = m.eligible().collect();
    if numbers.is_empty() {
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
        !number.has_begun() && number.move_trouble.as_ref().is_some_and(|failed| failed.at <= listing.at)
    };
    m.numbers.values().filter(tried).find_map(|number| {
        let phone_number_id = find(listing, number)?.id.clone();
        Some(Fact::MoveFound { number: number.number.clone(), phone_number_id })
    })
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
    if s.policy.before_move_hook && number.allowed_at.is_none_or(|at| s.now.duration_since(at) > GREATEST_AGE) {
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
    let is_known = fresh_listing(d, failed.at, s.now).is_some();
    (!is_known).then(|| attempt(m, s, read, &mut wait).unwrap_or(Next::Wait(wait)))
}

fn move_refused(failed: &FailedTry, number: &Number) -> Blocker {
    Blocker::new(BlockerCode::MoveRefused, failed.since).of(&number.number).saying(&failed.failure)
}

/// What has to come first while a gate of rule 2 is closed or its reading too old; `None` when `numbers` may move now.
fn closed(m: &Migration, s: &Surroundings<'_>, numbers: &[&Number]) -> Option<Next> {
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
    if let Some(mark) = &m.held {
        let reason = mark.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        wait.block(Blocker::new(BlockerCode::Held, mark.at).saying(format_args!("by {}{reason}", mark.by)));
    }
    window(m, s, &mut wait);
    if let Some(blocker) = &s.fleet.no_move {
        wait.block(blocker.clone());
        wait.look_at(after(s.now, SignedDuration::from_mins(1)));
    }
    if wait != Wait::default() {
        return Some(Next::Wait(wait));
    }
    refresh(m, s, numbers)
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
            let blocker = reading.blocker(m, Some(number), s.now);
            let every = interval(m, s, &blocker);
            wait.block(blocker);
            if let Some(next) = look_at_gate(m, s, number, &reading, every, wait) {
                return Some(next);
            }
        }
    }
    None
}

fn look_at_gate(
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
                reading.read_at.is_some_and(|at| s.now.duration_since(at) > GREATEST_AGE || m.is_outdated(at));
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

/// The number that has begun: its register follows whatever anybody wants (rule 7).
pub(super) fn carry_through(m: &Migration, number: &Number, s: &Surroundings<'_>) -> Next {
    let Some(d) = &m.destination else {
        return Next::Wait(Wait::because(Blocker::new(BlockerCode::DestinationUnknown, s.now)));
    };
    let mut wait = Wait::default();
    if let Some(since) = between_accounts_since(number) {
        let alarm_at = after(since, ALARM_AFTER);
        if !m.alarmed.contains(&number.number) {
            if s.now >= alarm_at {
                return Next::Record(Fact::GapAlarmed { number: number.number.clone() });
            }
            wait.look_at(alarm_at);
        }
    }
    match &number.state {
        NumberState::Moving { doubt: Some(doubt) } => in_doubt(m, d, number, doubt, s, wait),
        NumberState::Registering { doubt: Some(doubt) } => in_doubt(m, d, number, doubt, s, wait),
        NumberState::Moved => register(m, d, number, s, wait),
        NumberState::Registered => verify(m, d, number, s, wait),
        NumberState::Stuck { code } => stuck(m, d, number, *code, s, wait),
        // An attempt is open in these two, so that nothing is planned; the rest is not under way.
        NumberState::Moving { doubt: None }
        | NumberState::Registering { doubt: None }
        | NumberState::Listed
        | NumberState::Skipped { .. }
        | NumberState::Eligible
        | NumberState::Verified
        | NumberState::Serving => Next::Wait(wait),
    }
}

fn between_accounts_since(number: &Number) -> Option<Timestamp> {
    if let NumberState::Moving { doubt: Some(doubt) } = &number.state {
        return Some(doubt.sent_at);
    }
    number.moved_at.filter(|_| number.is_in_outage())
}

/// Rule 5: the effect is there, or two reads far enough apart prove that it is not.
fn in_doubt(
    m: &Migration,
    d: &Destination,
    number: &Number,
    doubt: &Doubt,
    s: &Surroundings<'_>,
    mut wait: Wait,
) -> Next {
    let id = || number.number.clone();
    let listing = d.numbers.as_ref().filter(|listing| listing.at >= doubt.look_from);
    if let Some(listing) = listing {
        if let Some(fact) = found(listing, number) {
            return Next::Record(fact);
        }
        match doubt.absent_at {
            None => return Next::Record(Fact::NotFoundOnce { number: id(), read_at: listing.at }),
            Some(first) if listing.at >= after(first, ABSENCE_SPACING) => {
                return Next::Record(Fact::ProvenAbsent { number: id() });
            }
            Some(_) => {}
        }
    }
    let look_at = doubt.absent_at.map_or(doubt.look_from, |first| after(first, ABSENCE_SPACING));
    if s.now >= look_at {
        let read = Effect::ReadDestinationNumbers { destination: d.waba.clone() };
        if let Some(next) = attempt(m, s, read, &mut wait) {
            return next;
        }
    } else {
        wait.look_at(look_at);
    }
    wait.block(Blocker::new(BlockerCode::OutcomeUnknown, doubt.sent_at).of(&number.number).saying(&doubt.why));
    Next::Wait(wait)
}

/// What a listing of the destination proves about a number in doubt.
fn found(listing: &Reading<Vec<ListedNumber>>, number: &Number) -> Option<Fact> {
    let entry = find(listing, number)?;
    match number.state {
        NumberState::Moving { .. } => {
            Some(Fact::MoveFound { number: number.number.clone(), phone_number_id: entry.id.clone() })
        }
        NumberState::Registering { .. } => {
            entry.is_registered_here().then(|| Fact::RegisterFound { number: number.number.clone() })
        }
        NumberState::Listed
        | NumberState::Skipped { .. }
        | NumberState::Eligible
        | NumberState::Moved
        | NumberState::Registered
        | NumberState::Verified
        | NumberState::Serving
        | NumberState::Stuck { .. } => None,
    }
}

fn find<'a>(listing: &'a Reading<Vec<ListedNumber>>, number: &Number) -> Option<&'a ListedNumber> {
    listing.value.iter().find(|entry| entry.number.as_ref() == Some(&number.number))
}

fn fresh_listing(d: &Destination, since: Timestamp, now: Timestamp) -> Option<&Reading<Vec<ListedNumber>>> {
    d.numbers.as_ref().filter(|listing| listing.at >= since && listing.is_fresh(now, GREATEST_AGE))
}

/// Rule 4.
fn register(m: &Migration, d: &Destination, number: &Number, s: &Surroundings<'_>, mut wait: Wait) -> Next {
    // Somebody else may have done it meanwhile (rule 6).
    let since = number.register_trouble.as_ref().map(|failed| failed.at).max(number.moved_at);
    let listing = d.numbers.as_ref().filter(|listing| since.is_some_and(|since| listing.at >= since));
    if listing.and_then(|listing| find(listing, number)).is_some_and(ListedNumber::is_registered_here) {
        return Next::Record(Fact::RegisterFound { number: number.number.clone() });
    }
    if let Some(failed) = &number.register_trouble
        && let Some(next) = after_a_failed_register(m, d, number, failed, s, &mut wait)
    {
        return next;
    }
    let Some(phone_number_id) = number.destination_id.clone() else {
        return Next::Record(Fact::NumberStuck { number: number.number.clone(), code: BlockerCode::RegisterRefused });
    };
    let effect = Effect::RegisterNumber { number: number.number.clone(), phone_number_id };
    attempt(m, s, effect, &mut wait).unwrap_or(Next::Wait(wait))
}

/// `None` when register may be sent again now.
fn after_a_failed_register(
    m: &Migration,
    d: &Destination,
    number: &Number,
    failed: &FailedTry,
    s: &Surroundings<'_>,
    wait: &mut Wait,
) -> Option<Next> {
    let stuck = |code| Some(Next::Record(Fact::NumberStuck { number: number.number.clone(), code }));
    if matches!(failed.failure, Failure::NotSent { .. }) {
        return wait_until(failed.next_try_at, failed, number, s, wait);
    }
    let asked_for = m.is_asked_for(failed.at);
    if let Some(code) = no_more_tries(number, s.now) {
        return stuck(code);
    }
    if let Failure::Refused { refusal } = &failed.failure
        && !asked_for
    {
        match (refusal.cause, Gate::contradicted_by(refusal.cause)) {
            // A named cause stops the tries; its reading is polled instead.
            (_, Some(gate)) => {
                let reading = gate::read(m, number, gate);
                if reading.answer != Answer::Yes {
                    let blocker = reading.blocker(m, Some(number), s.now);
                    let since = standing_since(m, blocker.code, blocker.number.as_ref(), s.now);
                    wait.block(blocker);
                    let every = patience_in_outage(since, s.now);
                    let next = look_at_gate(m, s, number, &reading, every, wait);
                    return Some(next.unwrap_or_else(|| Next::Wait(std::mem::take(wait))));
                }
            }
            (Cause::NumberNeedsVerification, None) => return stuck(BlockerCode::NumberNeedsVerification),
            (Cause::RegisterLimit, None) => return wait_until(failed.next_try_at, failed, number, s, wait),
            // What only a person can mend. A refusal without a cause that we know keeps to the schedule.
            (Cause::WrongPin | Cause::AccountLocked | Cause::CoexistenceNumber, None)
                if matches!(refusal.verdict, Verdict::Turn | Verdict::Permanent) =>
            {
                return stuck(BlockerCode::RegisterRefused);
            }
            (_, None) => {}
        }
    }
    if !asked_for && let Some(next) = wait_until(failed.next_try_at, failed, number, s, wait) {
        return Some(next);
    }
    // Nor is it repeated without a look.
    if fresh_listing(d, failed.at, s.now).is_some() {
        return None;
    }
    let read = Effect::ReadDestinationNumbers { destination: d.waba.clone() };
    Some(attempt(m, s, read, wait).unwrap_or_else(|| Next::Wait(std::mem::take(wait))))
}

fn no_more_tries(number: &Number, now: Timestamp) -> Option<BlockerCode> {
    let sent = number.registers_in_window(now);
    let allowed = (REGISTER_TRIES + number.extra_tries).min(REGISTER_LIMIT);
    (sent >= allowed).then_some(BlockerCode::RegisterTriesUsed)
}

fn wait_until(
    instant: Timestamp,
    failed: &FailedTry,
    number: &Number,
    s: &Surroundings<'_>,
    wait: &mut Wait,
) -> Option<Next> {
    if s.now >= instant {
        return None;
    }
    let limited = failed.failure.cause() == Some(Cause::RegisterLimit);
    let code = if limited { BlockerCode::RegisterLimit } else { BlockerCode::RegisterRetrying };
    wait.block(Blocker::new(code, failed.since).of(&number.number).saying(&failed.failure));
    wait.look_at(instant);
    Some(Next::Wait(std::mem::take(wait)))
}

/// When a failed register may be sent again: the schedule of rule 4, or later where the vendor says so.
#[must_use]
pub(crate) fn register_again_at(number: &Number, vendor_says: Timestamp, now: Timestamp) -> Timestamp {
    let sent_last = number.register_sent.last().copied().unwrap_or(now);
    let scheduled = after(sent_last, register_spacing(number.registers_in_window(now)));
    scheduled.max(vendor_says)
}

/// Rule 6: only the destination's own list proves it.
fn verify(m: &Migration, d: &Destination, number: &Number, s: &Surroundings<'_>, mut wait: Wait) -> Next {
    let registered_at = number.registered_at.unwrap_or(s.now);
    let sent_at = number.register_sent.last().copied().unwrap_or(registered_at);
    let listing = d.numbers.as_ref().filter(|listing| listing.at >= sent_at);
    if listing.and_then(|listing| find(listing, number)).is_some_and(ListedNumber::is_registered_here) {
        return Next::Record(Fact::NumberVerified { number: number.number.clone() });
    }
    let waiting_for = s.now.duration_since(registered_at);
    let every = if waiting_for < QUIET_UNTIL_CONNECTED {
        SignedDuration::from_secs(10)
    } else {
        let words = listing.and_then(|listing| find(listing, number)).map_or_else(
            || "the new WABA does not list it".to_owned(),
            |entry| format!("its status is {}", entry.status.as_deref().unwrap_or("not shown")),
        );
        wait.block(Blocker::new(BlockerCode::NotConnectedYet, registered_at).of(&number.number).saying(words));
        patience_in_outage(registered_at, s.now)
    };
    let read = Effect::ReadDestinationNumbers { destination: d.waba.clone() };
    let read_at = listing.map(|listing| listing.at);
    poll(m, s, read, read_at, every, &mut wait).unwrap_or(Next::Wait(wait))
}

/// A person has to look; meanwhile the truth is read, since that person may register the number by hand.
fn stuck(
    m: &Migration,
    d: &Destination,
    number: &Number,
    code: BlockerCode,
    s: &Surroundings<'_>,
    mut wait: Wait,
) -> Next {
    let since = number.register_trouble.as_ref().map_or(s.now, |failed| failed.at);
    let mut blocker = Blocker::new(code, since).of(&number.number);
    if let Some(failed) = &number.register_trouble {
        blocker = blocker.saying(&failed.failure);
    }
    wait.block(blocker);
    if let Some(listing) = fresh_listing(d, since, s.now)
        && find(listing, number).is_some_and(ListedNumber::is_registered_here)
    {
        return Next::Record(Fact::RegisterFound { number: number.number.clone() });
    }
    let read = Effect::ReadDestinationNumbers { destination: d.waba.clone() };
    let read_at = d.numbers.as_ref().map(|listing| listing.at).filter(|at| *at >= since);
    poll(m, s, read, read_at, SignedDuration::from_mins(5), &mut wait).unwrap_or(Next::Wait(wait))
}
