//! One number of Meta's, as the simulator keeps it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use unmoor_graph_api::phone;
use unmoor_migration::retry::after;
use unmoor_simulator::world::{
    CallbackOverride, CodeVerification, NameStatus, Number, NumberStatus, Platform, Quality, Secret, StorageRegion,
};
use unmoor_simulator::{E164, Id};

use super::doubts::Doubts;
use super::world::instant;

/// `node`, with its settings where they were shown. `age` is its place in the list, newest first: Meta does not show when an
/// account got a number, only in which order. `None` where it cannot be read as a number at all.
pub(super) fn number(
    node: &Value,
    (settings, profile): (Option<&Value>, Option<&Value>),
    (age, now, app): (usize, Timestamp, Id),
    doubts: &mut Doubts,
) -> Option<Number> {
    let text = |field: &str| node.get(field).and_then(Value::as_str);
    let flag = |field: &str| node.get(field).and_then(Value::as_bool);
    let shown = text("display_phone_number").unwrap_or_default();
    let (Some(id), Some(number)) = (text("id").and_then(|id| id.parse().ok()), e164(shown)) else {
        doubts.note(format!("the number {shown:?} cannot be read as one: left out"));
        return None;
    };
    if flag("is_pin_enabled").is_none() {
        doubts.note("is_pin_enabled was not shown: two-step verification is taken as off");
    }
    let is_asked = text("new_name_status") == Some("PENDING_REVIEW");
    let new_name = text("new_display_name").or(text("verified_name")).filter(|_| is_asked);
    let last_onboarded_at = instant(node.get("last_onboarded_time"));
    let days = i64::try_from(age).unwrap_or(i64::MAX / 48);
    Some(Number {
        id,
        number,
        verified_name: text("verified_name").unwrap_or_default().to_owned(),
        status: status(node, doubts),
        name_status: doubts.word(node, "name_status", (NameStatus::Approved, "APPROVED")),
        new_name: new_name.map(str::to_owned),
        code_verification: doubts.word(node, "code_verification_status", (CodeVerification::Verified, "VERIFIED")),
        platform: doubts.word(node, "platform_type", (Platform::CloudApi, "CLOUD_API")),
        two_step: flag("is_pin_enabled").unwrap_or(false),
        pin: None,
        is_on_biz_app: flag("is_on_biz_app").unwrap_or(false),
        quality: doubts.word(node, "quality_rating", (Quality::Unknown, "UNKNOWN")),
        messaging_limit_tier: text("messaging_limit_tier").unwrap_or("TIER_2K").to_owned(),
        created_at: last_onboarded_at.unwrap_or_else(|| after(now, SignedDuration::from_hours(-24 * (200 + days)))),
        last_onboarded_at,
        storage_region: storage_region(settings, doubts),
        maintenance_until: None,
        callback_overrides: callback(node, app),
        settings: super::settings::settings(node, settings, profile, doubts),
    })
}

/// The registration status; two of its words are the OpenAPI file's (observations: numbers.status_values).
fn status(node: &Value, doubts: &mut Doubts) -> NumberStatus {
    match node.get("status").and_then(Value::as_str) {
        Some("LINKED") => NumberStatus::Connected,
        Some("UNLINKED") => NumberStatus::Disconnected,
        Some(_) | None => doubts.word(node, "status", (NumberStatus::Unknown, "UNKNOWN")),
    }
}

/// The number behind what Meta displays: with a plus and punctuation, or digits only.
fn e164(shown: &str) -> Option<E164> {
    let parsed = phone::E164::parse(shown).or_else(|_| phone::E164::parse_digits(shown)).ok()?;
    parsed.to_string().parse().ok()
}

fn storage_region(settings: Option<&Value>, doubts: &mut Doubts) -> Option<StorageRegion> {
    let configuration = settings?.get("storage_configuration")?;
    let region = configuration.get("data_localization_region").or_else(|| configuration.get("region"))?;
    let known = serde_json::from_value(region.clone()).ok();
    if known.is_none() {
        doubts.note(format!("the storage region {region} is unknown to the simulator: left out"));
    }
    known
}

/// The number's own callback, which is shown for the app that asks.
fn callback(node: &Value, app: Id) -> BTreeMap<Id, CallbackOverride> {
    let uri = node.pointer("/webhook_configuration/phone_number").and_then(Value::as_str);
    let made = uri.map(|uri| CallbackOverride { uri: uri.to_owned(), verify_token: Secret::new("not read") });
    made.into_iter().map(|callback| (app, callback)).collect()
}
