//! A number that has begun: its outcome is found out, its register follows, the destination proves it.

use jiff::{SignedDuration, Timestamp};

use super::gates::look_at_gate;
use super::reads::{find, fresh_listing};
use super::{Next, Wait, attempt, fetch_again, fetched_since, poll, standing_since};
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::{Effect, EffectKind};
use crate::event::Fact;
use crate::gate::{self, Gate};
use crate::input::Surroundings;
use crate::migration::{Destination, Migration};
use crate::number::{Doubt, FailedTry, Number, NumberState};
use crate::observed::ListedNumber;
use crate::reading::{Answer, Reading};
use crate::retry::{
    ABSENCE_SPACING, Failure, REGISTER_LIMIT, REGISTER_TRIES, after, patience_in_outage, register_spacing,
};
use crate::{Cause, PhoneNumberId, Verdict};

/// From here on a number between two accounts is an alarm (rule 3).
const ALARM_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// How long a registered number may take to be listed as CONNECTED before people hear of it.
const QUIET_UNTIL_CONNECTED: SignedDuration = SignedDuration::from_secs(60);

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
    let seen = d.numbers.as_ref().filter(|listing| listing.at >= doubt.sent_at);
    if let Some(fact) = seen.and_then(|listing| found(listing, number)) {
        return Next::Record(fact);
    }
    // Presence is believed at once, absence only after the call's full time-out.
    if let Some(listing) = seen.filter(|listing| listing.at >= doubt.look_from) {
        match doubt.absent_at {
            None => return Next::Record(Fact::NotFoundOnce { number: id(), read_at: listing.at }),
            Some(first) if listing.at >= after(first, ABSENCE_SPACING) => {
                return Next::Record(Fact::ProvenAbsent { number: id() });
            }
            Some(_) => {}
        }
    }
    let look_at = match (seen, doubt.absent_at) {
        (None, None) => s.now,
        (Some(_), None) => doubt.look_from,
        (_, Some(first)) => after(first, ABSENCE_SPACING),
    };
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
    if !number.pin_sealed {
        return pin_of_a_recovered(m, d, number, s, wait);
    }
    if let Some(next) = storage_region(m, number, &phone_number_id, s, &mut wait) {
        return next;
    }
    let effect = Effect::RegisterNumber { number: number.number.clone(), phone_number_id };
    attempt(m, s, effect, &mut wait).unwrap_or(Next::Wait(wait))
}

/// A wanted storage region is set and read back before the register, after which nothing can be changed. A person's word that
/// it is settled otherwise takes its place.
fn storage_region(
    m: &Migration,
    number: &Number,
    phone_number_id: &PhoneNumberId,
    s: &Surroundings<'_>,
    wait: &mut Wait,
) -> Option<Next> {
    let region = m.customer.storage_region.clone()?;
    let reading = gate::read(m, number, Gate::StorageRegion);
    if reading.is_open() {
        return None;
    }
    let refused_at = m.troubles.get(&EffectKind::SetStorageRegion).map(|trouble| trouble.at);
    let asked_at = reading.read_at.max(refused_at).filter(|at| number.moved_at.is_some_and(|moved_at| *at >= moved_at));
    let mut blocker = reading.blocker(m, Some(number), s.now);
    if let Some(trouble) = m.troubles.get(&EffectKind::SetStorageRegion).filter(|trouble| asked_at == Some(trouble.at))
    {
        blocker = blocker.saying(&trouble.last);
    }
    let every = patience_in_outage(standing_since(m, blocker.code, blocker.number.as_ref(), s.now), s.now);
    if asked_at.is_some() {
        wait.block(blocker);
        // Somebody may register the number by hand meanwhile.
        let d = m.destination.as_ref()?;
        let listed_at = d.numbers.as_ref().map(|listing| listing.at);
        let read = Effect::ReadDestinationNumbers { destination: d.waba.clone() };
        if let Some(next) = poll(m, s, read, listed_at.max(asked_at), every, wait) {
            return Some(next);
        }
    }
    let (number, phone_number_id) = (number.number.clone(), phone_number_id.clone());
    let set = Effect::SetStorageRegion { number, phone_number_id, region };
    let mut holdup = Wait::default();
    if let Some(next) = poll(m, s, set, reading.read_at, every, &mut holdup) {
        return Some(next);
    }
    // One matter, one blocker.
    let others = holdup.blockers.into_iter().filter(|other| other.code != BlockerCode::CallRefused);
    others.for_each(|other| wait.block(other));
    if let Some(until) = holdup.until {
        wait.look_at(until);
    }
    Some(Next::Wait(std::mem::take(wait)))
}

/// Its PIN was drawn after the backup, and went with the database that is gone. Only where the vendor shows that the number
/// has none may another one be drawn (rule 10).
fn pin_of_a_recovered(m: &Migration, d: &Destination, number: &Number, s: &Surroundings<'_>, mut wait: Wait) -> Next {
    let counts = |at| at >= m.truth_since && !m.is_outdated(at);
    let listing = d.numbers.as_ref().filter(|listing| counts(listing.at));
    let effect = match listing.and_then(|listing| find(listing, number)) {
        Some(entry) if entry.two_step_off() == Answer::Yes => Effect::SealPin { number: number.number.clone() },
        Some(_) => {
            return Next::Record(Fact::NumberStuck { number: number.number.clone(), code: BlockerCode::PinLost });
        }
        None => Effect::ReadDestinationNumbers { destination: d.waba.clone() },
    };
    attempt(m, s, effect, &mut wait).unwrap_or(Next::Wait(wait))
}

/// A number that works, with a PIN that nobody has: a person has to give it another one.
fn exception_of_lost_pin(m: &Migration, number: &Number) -> Option<Fact> {
    let exception = format!(
        "{}: it is registered with a PIN that is not in the restored vault; set another one in WhatsApp Manager",
        number.number
    );
    let is_new = !number.pin_sealed && !m.exceptions.contains(&exception);
    is_new.then_some(Fact::ExceptionRecorded { exception })
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
                    reading.blockers(m, Some(number), s.now).into_iter().for_each(|blocker| wait.block(blocker));
                    let every = patience_in_outage(since, s.now);
                    let next = look_at_gate(m, s, number, &reading, every, wait);
                    return Some(next.unwrap_or_else(|| Next::Wait(std::mem::take(wait))));
                }
                // What was read right after a refusal may be older than what it was about.
                let settled_at = after(failed.at, ABSENCE_SPACING);
                if s.now >= failed.next_try_at && reading.read_at.is_some_and(|at| at < settled_at) {
                    if let Some(next) = wait_until(settled_at, failed, number, s, wait) {
                        return Some(next);
                    }
                    let next = look_at_gate(m, s, number, &reading, SignedDuration::ZERO, wait);
                    return Some(next.unwrap_or_else(|| Next::Wait(std::mem::take(wait))));
                }
            }
            // The tries are for the number's sake: none is spent on a token that is known to be bad.
            (Cause::TokenInvalid, None) if !fetched_since(m, failed.at) => {
                let next = fetch_again(m, s, wait);
                return Some(next.unwrap_or_else(|| Next::Wait(std::mem::take(wait))));
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
    if fresh_listing(d, failed.at, s).is_some() {
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
    if let Some(exception) = exception_of_lost_pin(m, number) {
        return Next::Record(exception);
    }
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
    let since = number.register_trouble.as_ref().map(|failed| failed.at).or(number.moved_at).unwrap_or(s.now);
    let mut blocker = Blocker::new(code, since).of(&number.number);
    if let Some(failed) = &number.register_trouble {
        blocker = blocker.saying(&failed.failure);
    }
    wait.block(blocker);
    if let Some(listing) = fresh_listing(d, since, s)
        && find(listing, number).is_some_and(ListedNumber::is_registered_here)
    {
        return Next::Record(Fact::RegisterFound { number: number.number.clone() });
    }
    let read = Effect::ReadDestinationNumbers { destination: d.waba.clone() };
    let read_at = d.numbers.as_ref().map(|listing| listing.at).filter(|at| *at >= since);
    poll(m, s, read, read_at, SignedDuration::from_mins(5), &mut wait).unwrap_or(Next::Wait(wait))
}
