//! What people do and rules bring about, as announcements: one function per occasion.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Receivers, Update,
    shapes::{
        AccountReviewUpdate, AccountUpdate, Announcement, BusinessCapabilityUpdate, MeantFor, PhoneNumberNameUpdate,
        PhoneNumberQualityUpdate, QualityEvent, ReviewDecision, Security, SecurityEvent, WabaInfo,
    },
};
use crate::{
    ids::Id,
    knobs::PartnerAdded,
    phone::E164,
    state::State,
    world::{Waba, World},
};

/// Tells whoever is meant, now. Events about partners go to every partner's app that the WABA is shared with.
pub(crate) fn announce(state: &mut State, at: Timestamp, waba: Id, announcement: &Announcement) {
    if state.receivers == Receivers::Nobody {
        return;
    }
    match announcement.meant_for() {
        MeantFor::Subscribers => super::publish(state, at, update(waba, None, announcement)),
        MeantFor::Partners => {
            for (app, portfolio) in partner_apps(&state.world, waba) {
                super::tell(state, at, app, update(waba, Some(portfolio), announcement));
            }
        }
    }
}

/// The customer accepted: the destination was shared with the app's portfolio (observations: webhooks.partner_added).
pub(crate) fn shared_with_app(state: &mut State, at: Timestamp, waba: Id, app: Id) {
    tell_partner(state, at, waba, app, None, |waba_info| AccountUpdate::PartnerAdded { waba_info });
}

/// The app's business token came to cover a destination (observations: webhooks.partner_app_installed).
pub(crate) fn granted_to_app(state: &mut State, at: Timestamp, waba: Id, app: Id) {
    tell_partner(state, at, waba, app, Some(app), |waba_info| AccountUpdate::PartnerAppInstalled { waba_info });
}

fn tell_partner(
    state: &mut State,
    at: Timestamp,
    waba: Id,
    app: Id,
    partner_app: Option<Id>,
    event: impl FnOnce(WabaInfo) -> AccountUpdate,
) {
    let portfolio = state.world.apps.get(&app).map(|app| app.portfolio);
    let entry = match state.knobs.partner_added_on_accept {
        PartnerAdded::Off => return,
        PartnerAdded::On => portfolio,
        PartnerAdded::EntryIsWaba => None,
    };
    let Some(info) = waba_info(&state.world, waba, partner_app) else { return };
    super::tell(state, at, app, update(waba, entry, &Announcement::AccountUpdate(event(info))));
}

/// The partners with these portfolios lose the WABA; to be told before they are forgotten.
pub(crate) fn partners_removed(state: &mut State, at: Timestamp, waba: Id, leaving: &BTreeSet<Id>) {
    let Some(waba_info) = waba_info(&state.world, waba, None) else { return };
    let removed = Announcement::AccountUpdate(AccountUpdate::PartnerRemoved { waba_info });
    for (app, portfolio) in partner_apps(&state.world, waba) {
        if leaving.contains(&portfolio) {
            super::tell(state, at, app, update(waba, Some(portfolio), &removed));
        }
    }
}

/// Meta approved an account.
pub(crate) fn account_approved(state: &mut State, at: Timestamp, waba: Id) {
    let decision = ReviewDecision::Approved;
    announce(state, at, waba, &Announcement::AccountReviewUpdate(AccountReviewUpdate { decision }));
}

/// Meta approved a display name.
pub(crate) fn name_approved(state: &mut State, at: Timestamp, waba: Id, number: &E164) {
    let Some(entry) = state.world.wabas.get(&waba).and_then(|waba| waba.number(number)) else { return };
    let announcement = Announcement::PhoneNumberNameUpdate(PhoneNumberNameUpdate {
        display_phone_number: number.digits().to_owned(),
        decision: ReviewDecision::Approved,
        requested_verified_name: entry.verified_name.clone(),
        rejection_reason: None,
    });
    announce(state, at, waba, &announcement);
}

/// Somebody turned two-step verification on or off in WhatsApp Manager (guide 1).
pub(crate) fn two_step_set(state: &mut State, at: Timestamp, waba: Id, number: &E164, on: bool) {
    let Some(owner) = state.world.wabas.get(&waba).map(|waba| waba.owner) else { return };
    let requester = state.seed.id(&["user", "admin", &owner.to_string()]);
    let events: &[(SecurityEvent, Option<Id>)] = if on {
        &[(SecurityEvent::PinChanged, None)]
    } else {
        &[(SecurityEvent::PinResetRequest, Some(requester)), (SecurityEvent::PinRequestSuccess, None)]
    };
    for (event, requester) in events {
        let display_phone_number = number.digits().to_owned();
        let security = Security { display_phone_number, event: *event, requester: *requester };
        announce(state, at, waba, &Announcement::Security(security));
    }
}

/// A number was registered on its new WABA (observations: webhooks.number_quality, webhooks.capability).
pub(crate) fn number_registered(state: &mut State, at: Timestamp, waba: Id, number: &E164) {
    let Some(account) = state.world.wabas.get(&waba) else { return };
    let Some(entry) = account.number(number) else { return };
    let tier = entry.messaging_limit_tier.clone();
    let is_first = registered(account) == 1;
    let quality = PhoneNumberQualityUpdate {
        display_phone_number: number.digits().to_owned(),
        event: QualityEvent::Onboarding,
        old_limit: None,
        current_limit: Some(tier.clone()),
        max_daily_conversations_per_business: Some(tier.clone()),
    };
    announce(state, at, waba, &Announcement::PhoneNumberQualityUpdate(quality));
    if is_first && let Some(capability) = capability(&tier) {
        announce(state, at, waba, &Announcement::BusinessCapabilityUpdate(capability));
    }
}

fn registered(waba: &Waba) -> usize {
    waba.numbers.iter().filter(|entry| entry.last_onboarded_at.is_some()).count()
}

/// What a business with this messaging limit may do: 2 numbers in all with the lowest one, else 25 in each WABA.
fn capability(tier: &str) -> Option<BusinessCapabilityUpdate> {
    const LOWEST: i64 = 250;
    let limit = match tier {
        "TIER_250" => LOWEST,
        "TIER_2K" => 2000,
        "TIER_10K" => 10_000,
        "TIER_100K" => 100_000,
        "TIER_UNLIMITED" => -1,
        _ => return None,
    };
    Some(BusinessCapabilityUpdate {
        max_daily_conversations_per_business: limit,
        max_phone_numbers_per_business: (limit == LOWEST).then_some(2),
        max_phone_numbers_per_waba: (limit != LOWEST).then_some(25),
    })
}

fn update(waba: Id, entry: Option<Id>, announcement: &Announcement) -> Update {
    Update { waba, entry, field: announcement.field(), phone: None, value: announcement.value() }
}

fn waba_info(world: &World, waba: Id, partner_app_id: Option<Id>) -> Option<WabaInfo> {
    let account = world.wabas.get(&waba)?;
    let solution = account.solution.and_then(|id| world.solutions.get(&id));
    let partners = solution.map_or_else(Vec::new, |solution| {
        let provider = world.apps.get(&solution.provider_app).map(|app| app.portfolio);
        provider.into_iter().chain([solution.partner_portfolio]).collect()
    });
    Some(WabaInfo {
        waba_id: waba,
        owner_business_id: account.owner,
        partner_app_id,
        solution_id: solution.map(|solution| solution.id),
        solution_partner_business_ids: partners,
    })
}

/// The apps of the portfolios that a WABA is shared with, each with its portfolio. There are as many apps as partners: two.
fn partner_apps(world: &World, waba: Id) -> Vec<(Id, Id)> {
    let Some(account) = world.wabas.get(&waba) else { return Vec::new() };
    let apps = world.apps.values().filter(|app| account.shared_with.contains(&app.portfolio));
    apps.map(|app| (app.id, app.portfolio)).collect()
}
