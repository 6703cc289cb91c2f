//! Guide 8: a number moves to the destination WABA. What Meta checks is documented, the order of the checks is not
//! (observations: errors.2388103, numbers.phone_id_after_migrate).

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::payment::{self, Step};
use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    knobs::{CopyWhen, PhoneIdAfterMigrate, RegionAfterMigrate, TwoStepEnforcedAt, VerifiedNameMismatch},
    ledger::Change,
    phone::E164,
    rules::{duplicate_templates, number_settings},
    state::{Cause, State},
    world::{NameStatus, Number, NumberStatus, Platform, Review, Waba},
};

pub(super) const RULE: Rule = Rule {
    name: "move_number",
    says: "A number moves to its destination, or is refused for one of the documented reasons",
    source: "guide 8; observations: errors.2388103, errors.2388012, errors.2494100",
    fidelity: Fidelity::Approximated {
        how: "the checks come in one fixed order",
        because: "nobody has documented the order",
    },
};

/// What guide 8 sends.
pub(crate) struct MoveRequest {
    pub(crate) calling_code: String,
    pub(crate) national_number: String,
    pub(crate) verified_name: Option<String>,
}

/// Lists a number under `destination`, still to be registered. Gives its phone number id there.
pub(crate) fn move_number(state: &mut State, cause: Cause, destination: Id, request: &MoveRequest) -> Answer<Id> {
    let number = read_number(state, request)?;
    let account = state.world.wabas.get(&destination);
    let account = account.ok_or_else(|| GraphError::unknown_object("POST", &destination.to_string()))?;
    check_destination(state, account)?;
    let (source, entry) = check_source(state, cause.at, account, &number, request)?;
    let id = match state.knobs.phone_id_after_migrate {
        PhoneIdAfterMigrate::Same => entry.id,
        PhoneIdAfterMigrate::New => state.seed.id(&["phone", &destination.to_string(), number.as_str()]),
    };
    let entry = Number {
        id,
        status: NumberStatus::Pending,
        platform: Platform::NotApplicable,
        two_step: false,
        pin: None,
        created_at: cause.at,
        last_onboarded_at: None,
        maintenance_until: None,
        callback_overrides: BTreeMap::new(),
        settings: number_settings::after_move(state, &entry.settings),
        storage_region: match state.knobs.storage_region_after_migrate {
            RegionAfterMigrate::Lost => None,
            RegionAfterMigrate::Kept => entry.storage_region,
        },
        ..entry
    };
    if let Some(account) = state.change_waba(cause.at, destination) {
        account.numbers.insert(0, entry);
    }
    state.world.index.add(destination, id, &number);
    let change = Change::new("number.moved", source)
        .number(&number)
        .with("destination_waba", destination)
        .with("phone_number_id", id);
    state.enter(cause, change);
    if let Some(intent) = state.world.intent_of_destination(destination).map(|intent| intent.id) {
        duplicate_templates::plan(state, cause, intent, CopyWhen::Migrate);
    }
    Ok(id)
}

/// The number as country calling code and national number make it.
fn read_number(state: &State, request: &MoveRequest) -> Answer<E164> {
    let MoveRequest { calling_code, national_number, .. } = request;
    let wrong = |reason: &str| {
        GraphError::invalid_parameter(format!("cc {calling_code}, phone_number {national_number}: {reason}"))
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(calling_code) || !is_digits(national_number) {
        return Err(wrong("both are digits only"));
    }
    let as_given: Option<E164> = format!("+{calling_code}{national_number}").parse().ok();
    if let Some(number) = &as_given
        && number.split().0 == calling_code
        && is_listed(state, number)
    {
        return Ok(number.clone());
    }
    let repeated: Option<E164> =
        if national_number.starts_with(calling_code) { format!("+{national_number}").parse().ok() } else { None };
    if let Some(number) = repeated.filter(|number| is_listed(state, number)) {
        if state.knobs.phone_number_may_include_cc {
            return Ok(number);
        }
        return Err(wrong("phone_number is given without the country calling code"));
    }
    match as_given {
        Some(number) if number.split().0 == calling_code => Ok(number),
        Some(_) | None => Err(wrong("this is no phone number of that country")),
    }
}

fn is_listed(state: &State, number: &E164) -> bool {
    state.world.index.of_number(number).next().is_some()
}

fn check_destination(state: &State, account: &Waba) -> Answer<()> {
    if account.subscriptions.is_empty() {
        return Err(cannot_move(
            "Cannot migrate phone number.",
            "Webhooks have not been set up for the destination WhatsApp Business account.",
        ));
    }
    payment::check(state, Step::Move, account.id)?;
    if account.review != Review::Approved {
        return Err(cannot_move(
            "Your WhatsApp account must be approved",
            "Business verification and the review of the WhatsApp account must be finished.",
        ));
    }
    Ok(())
}

/// The source WABA and its entry of the number.
fn check_source(
    state: &State,
    at: Timestamp,
    account: &Waba,
    number: &E164,
    request: &MoveRequest,
) -> Answer<(Id, Number)> {
    let duplicate = account.number(number).is_some();
    let Some((source, entry)) = state.world.holder_of(number, account.id) else {
        if duplicate {
            return Err(already_listed());
        }
        return Err(cannot_move(
            "Please add this phone number in your WhatsApp account",
            "This phone number can be added directly and needs no migration.",
        ));
    };
    if source.owner != account.owner {
        return Err(cannot_move(
            "This phone number belongs to a different Business Manager account.",
            "Source and destination must belong to the same business.",
        ));
    }
    if source.review != Review::Approved {
        return Err(cannot_move(
            "The WhatsApp account that this phone number is registered with is not set up correctly.",
            "Contact support about the account that this phone number comes from.",
        ));
    }
    if entry.name_status != NameStatus::Approved || entry.new_name.is_some() {
        return Err(cannot_move(
            "Registered name should be present and approved.",
            "The display name of this phone number must be approved and have no pending change.",
        ));
    }
    if duplicate {
        return Err(already_listed());
    }
    check_entry(state, at, account, source, entry, request)?;
    Ok((source.id, entry.clone()))
}

fn check_entry(
    state: &State,
    at: Timestamp,
    account: &Waba,
    source: &Waba,
    entry: &Number,
    request: &MoveRequest,
) -> Answer<()> {
    if entry.is_on_biz_app || entry.platform == Platform::OnPremise {
        return Err(GraphError::migration(
            2_655_093,
            "",
            "The number is in use by the WhatsApp Business app or an on-premises client.",
        ));
    }
    // Only the acceptance of an intent for this source spares the number its reverification.
    if state.world.intent_of_destination(account.id).is_none_or(|intent| intent.waba != source.id) {
        return Err(GraphError::migration(2_388_001, "", "Please confirm that you own this phone number first."));
    }
    if state.knobs.twofa_enforced_at == TwoStepEnforcedAt::Migrate && entry.two_step {
        return Err(two_step_is_on());
    }
    let other_name = request.verified_name.as_ref().is_some_and(|name| *name != entry.verified_name);
    if other_name && state.knobs.verified_name_mismatch == VerifiedNameMismatch::Error {
        return Err(GraphError::invalid_parameter("verified_name is not the number's existing display name"));
    }
    if entry.maintenance_until.is_some_and(|until| until > at) {
        return Err(GraphError::migration(2_494_100, "Account is in maintenance mode.", "Try again in a few minutes.")
            .transient(true));
    }
    Ok(())
}

fn cannot_move(title: &'static str, text: &'static str) -> Box<GraphError> {
    GraphError::migration(2_388_103, title, text)
}

fn already_listed() -> Box<GraphError> {
    GraphError::migration(
        2_388_012,
        "This phone number already exists in your list of phone numbers.",
        "Look it up there.",
    )
}

/// Two-step verification stops a number (guide 1).
pub(crate) fn two_step_is_on() -> Box<GraphError> {
    GraphError::migration(
        2_388_001,
        "",
        "Cannot Create Certificate. Please ensure two-factor authentication is disabled.",
    )
}
