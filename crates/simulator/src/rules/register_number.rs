//! Guide 9: a number is registered with Cloud API on its new WABA, which is the cutover
//! (observations: registration.pin, numbers.phone_source_after_register, registration.limit).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Fidelity, Rule};
use super::{
    duplicate_templates, move_number, number_limit, partners_leave,
    payment::{self, Step},
    storage_region,
};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    knobs::{CompletedWhen, CopyWhen, SourceAfterRegister, TwoStepEnforcedAt},
    ledger::Change,
    phone::E164,
    state::{Cause, State, later},
    webhooks::occasions,
    world::{CodeVerification, Cutover, IntentStatus, Number, NumberStatus, Platform, Secret, World},
};

pub(super) const RULE: Rule = Rule {
    name: "register_number",
    says: "A number is registered with Cloud API on its new WABA: ten tries in 72 hours, two-step verification off, fourteen days after the move at most",
    source: "guide 9; observations: registration.pin, registration.limit, registration.deadline_after_move",
    fidelity: Fidelity::Simulated,
};

/// Ten requests per number in a moving window of 72 hours, failed ones counted.
const ATTEMPTS: usize = 10;
const WINDOW: SignedDuration = SignedDuration::from_hours(72);
/// A moved number that is not registered for so long has to be verified again.
const CODE_VALID: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Registers the entry of `number` in `waba` with a PIN of six digits.
///
/// `region` is a storage region that the call names.
pub(crate) fn register(
    state: &mut State,
    cause: Cause,
    waba: Id,
    number: &E164,
    pin: &str,
    region: Option<&str>,
) -> Answer<()> {
    let World { register_attempts, register_blocked_until, .. } = &mut state.world;
    count_attempt(register_attempts, register_blocked_until, cause.at, number)?;
    let Some(entry) = state.world.wabas.get(&waba).and_then(|waba| waba.number(number)).cloned() else {
        return Err(GraphError::unknown_object("POST", number.as_str()));
    };
    if entry.status == NumberStatus::Pending {
        check_first(state, cause, waba, &entry)?;
    } else if has_left(&state.world, waba, &entry) {
        return Err(GraphError::invalid_parameter(
            "Ensure there is no mismatch between the phone number ID you are registering and a previously stored phone number ID.",
        ));
    } else if entry.two_step && entry.pin.as_ref().map(Secret::expose) != Some(pin) {
        return Err(GraphError::new(400, 133_005, "Two-step verification PIN mismatch"));
    }
    if entry.status != NumberStatus::Connected
        && let Some(account) = state.world.wabas.get(&waba)
    {
        number_limit::check(state, account, number)?;
    }
    if let Some(region) = region {
        storage_region::in_register(state, cause, waba, number, region)?;
    }
    connect(state, cause, waba, number, pin);
    if entry.status == NumberStatus::Pending {
        cut_over(state, cause, waba, number);
    }
    Ok(())
}

/// Whether the number of an entry went from `waba` to another account, whatever the entry shows since then.
fn has_left(world: &World, waba: Id, entry: &Number) -> bool {
    let went = world.messaging.cutovers.get(&entry.number).is_some_and(|cutover| cutover.source == waba);
    went || !entry.status.is_held() || world.is_connected_elsewhere(&entry.number, waba)
}

/// Counts tries to register `number` that somebody else makes.
pub(crate) fn count_others(state: &mut State, number: &E164, tries: u32) {
    let World { register_attempts, register_blocked_until, .. } = &mut state.world;
    for _ in 0..tries {
        if count_attempt(register_attempts, register_blocked_until, state.now, number).is_err() {
            return;
        }
    }
}

/// Counts a request for `number`; the eleventh in 72 hours blocks it for 72 hours.
pub(crate) fn count_attempt(
    made: &mut BTreeMap<E164, Vec<Timestamp>>,
    blocked_until: &mut BTreeMap<E164, Timestamp>,
    at: Timestamp,
    number: &E164,
) -> Answer<()> {
    let refusal = || GraphError::limit(133_016, "Account register or deregister rate limit exceeded");
    if blocked_until.get(number).is_some_and(|until| *until > at) {
        return Err(refusal());
    }
    let made = made.entry(number.clone()).or_default();
    made.retain(|earlier| later(*earlier, WINDOW) > at);
    if made.len() < ATTEMPTS {
        made.push(at);
        return Ok(());
    }
    blocked_until.insert(number.clone(), later(at, WINDOW));
    Err(refusal())
}

/// The checks of a number that has just moved: two-step verification on the source, then payment.
fn check_first(state: &State, cause: Cause, waba: Id, entry: &Number) -> Answer<()> {
    let two_step = state.world.holder_of(&entry.number, waba).is_some_and(|(_, held)| held.two_step);
    match state.knobs.twofa_enforced_at {
        TwoStepEnforcedAt::Register if two_step => return Err(move_number::two_step_is_on()),
        TwoStepEnforcedAt::Register | TwoStepEnforcedAt::Migrate => {}
    }
    payment::check(state, Step::Register, waba)?;
    if verification(entry, cause.at) != CodeVerification::Verified {
        let error = GraphError::new(400, 133_006, "Phone number needs to be verified before registering");
        return Err(error.details("the verification ran out 14 days after the number was added"));
    }
    Ok(())
}

/// The one-time-code state as it is now: what has moved and was not registered in time runs out.
pub(crate) fn verification(entry: &Number, now: Timestamp) -> CodeVerification {
    if entry.status == NumberStatus::Pending && later(entry.created_at, CODE_VALID) <= now {
        return CodeVerification::Expired;
    }
    entry.code_verification
}

/// The number is in use under `waba`; a register without two-step verification turns it on.
fn connect(state: &mut State, cause: Cause, waba: Id, number: &E164, pin: &str) {
    let Some(entry) = state.change_waba(cause.at, waba).and_then(|waba| waba.number_mut(number)) else { return };
    let turned_on = !entry.two_step && entry.status != NumberStatus::Pending;
    entry.status = NumberStatus::Connected;
    entry.platform = Platform::CloudApi;
    entry.two_step = true;
    entry.pin = Some(Secret::new(pin));
    entry.last_onboarded_at = Some(cause.at);
    if turned_on {
        let source = state.world.source_of(waba);
        state.enter(cause, Change::new("two_step.turned_on", source).number(number).with("waba", waba));
    }
}

/// The source lets go of the number, templates follow, and the last number completes the intent.
fn cut_over(state: &mut State, cause: Cause, waba: Id, number: &E164) {
    let source = state.world.holder_of(number, waba).map(|(source, entry)| (source.id, entry.id));
    let phone = state.world.wabas.get(&waba).and_then(|waba| waba.number(number)).map(|entry| entry.id);
    let mut change =
        Change::new("number.registered", state.world.source_of(waba)).number(number).with("destination_waba", waba);
    if let Some(phone) = phone {
        change = change.with("phone_number_id", phone);
    }
    state.enter(cause, change);
    occasions::number_registered(state, cause.at, waba, number);
    if let Some((source, phone)) = source {
        let cutover = Cutover { source, destination: waba, at: cause.at };
        state.world.messaging.cutovers.insert(number.clone(), cutover);
        release(state, cause, source, phone, number);
    }
    if let Some(intent) = state.world.intent_of_destination(waba).map(|intent| intent.id) {
        duplicate_templates::plan(state, cause, intent, CopyWhen::Register);
        end_if_last(state, cause, intent);
    }
}

fn release(state: &mut State, cause: Cause, source: Id, phone: Id, number: &E164) {
    let after = state.knobs.phone_source_after_register;
    let Some(waba) = state.change_waba(cause.at, source) else { return };
    let status = match after {
        SourceAfterRegister::Migrated => NumberStatus::Migrated,
        SourceAfterRegister::Disconnected => NumberStatus::Disconnected,
        SourceAfterRegister::Deleted => NumberStatus::Deleted,
        SourceAfterRegister::Absent => {
            waba.numbers.retain(|entry| entry.number != *number);
            state.world.index.remove(source, phone, number);
            return;
        }
    };
    if let Some(entry) = waba.number_mut(number) {
        entry.status = status;
        entry.platform = Platform::NotApplicable;
        entry.two_step = false;
        entry.pin = None;
    }
}

fn end_if_last(state: &mut State, cause: Cause, intent: Id) {
    let Some((source, status)) = state.world.intents.get(&intent).map(|intent| (intent.waba, intent.status)) else {
        return;
    };
    let is_connected = |number: &Number| number.status == NumberStatus::Connected;
    if state.world.wabas.get(&source).is_some_and(|source| source.numbers.iter().any(is_connected)) {
        return;
    }
    partners_leave::plan(state, cause, source);
    if state.knobs.intent_completed_when == CompletedWhen::LastRegister
        && status == IntentStatus::Accepted
        && let Some(entry) = state.change_intent(cause.at, intent)
    {
        entry.status = IntentStatus::Completed;
        let change = Change::new("intent.completed", source).with("intent", intent);
        state.enter(cause, change);
    }
}
