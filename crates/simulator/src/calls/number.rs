//! The phone number node: read it, register it (guide 9), and refuse its reverification.

use serde_json::{Value, json};

use super::{Call, Served, conversational_automation, node_time, webhook_configuration};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::{NodeType, Selection},
    },
    ids::Id,
    knobs::{Knobs, StatusVocabulary},
    ledger::Change,
    phone::E164,
    rules::{deregister_number, health, list_numbers, register_number, set_pin},
    state::State,
    world::{Number, NumberStatus, Scope, Waba, World},
};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/<PHONE>", read).takes(&["fields"]),
    Served::new("POST", "/<PHONE>", update)
        .takes(&["pin", "webhook_configuration"])
        .asks(webhook_configuration::wanted),
    Served::new("POST", "/<PHONE>/register", register).takes(&["messaging_product", "pin", "data_localization_region"]),
    Served::new("POST", "/<PHONE>/deregister", deregister),
    Served::new("POST", "/<PHONE>/request_code", |call| refuse_code(call, "number.code_requested"))
        .takes(&["code_method", "language"]),
    Served::new("POST", "/<PHONE>/verify_code", |call| refuse_code(call, "number.code_verified")).takes(&["code"]),
];

/// A business phone number (observations: numbers.fields).
pub(super) const NUMBER: NodeType = NodeType {
    name: "WhatsAppBusinessPhoneNumber",
    default: &[
        "verified_name",
        "code_verification_status",
        "display_phone_number",
        "quality_rating",
        "platform_type",
        "throughput",
        "last_onboarded_time",
        "webhook_configuration",
        "id",
    ],
    fields: &[
        "id",
        "verified_name",
        "display_phone_number",
        "status",
        "quality_rating",
        "quality_score",
        "code_verification_status",
        "name_status",
        "new_name_status",
        "new_display_name",
        "platform_type",
        "is_pin_enabled",
        "is_on_biz_app",
        "is_official_business_account",
        "is_preverified_number",
        "account_mode",
        "throughput",
        "messaging_limit_tier",
        "last_onboarded_time",
        "country_code",
        "country_dial_code",
        "health_status",
        "webhook_configuration",
        "whatsapp_business_manager_messaging_limit",
        "certificate",
        "new_certificate",
        "username",
        "search_visibility",
        "eligibility_for_api_business_global_search",
        "conversational_automation",
    ],
};

/// `GET /<PHONE>`. Where source and destination share an id, the registered one is shown: the node alone proves nothing.
fn read(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.id()?;
    let (waba, number) = find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement])?;
    call.count(waba)?;
    let selection = Selection::read(call.params.text("fields")?.as_deref(), &NUMBER)?;
    let state = &*call.state;
    let Some(waba) = state.seen_waba(waba) else { return Err(unknown(call, id)) };
    let Some(entry) = waba.number(&number) else { return Err(unknown(call, id)) };
    Ok(show(state, call.caller.app, waba, entry, &selection))
}

/// `POST /<PHONE>/register`.
fn register(call: &mut Call<'_>) -> Answer<Value> {
    let (waba, number) = find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement, Scope::WhatsappBusinessMessaging])?;
    if call.params.required("messaging_product")? != "whatsapp" {
        return Err(GraphError::new(400, 100, "Param messaging_product must be one of {WHATSAPP}"));
    }
    let pin = pin(call)?.ok_or_else(|| GraphError::missing("pin"))?;
    let region = call.params.text("data_localization_region")?;
    register_number::register(call.state, call.cause, waba, &number, &pin, region.as_deref())?;
    Ok(json!({ "success": true }))
}

/// A PIN of six digits, if one is given.
fn pin(call: &Call<'_>) -> Answer<Option<String>> {
    let pin = call.params.text("pin")?;
    match &pin {
        Some(digits) if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(GraphError::new(400, 100, "Param pin must be 6 digits"))
        }
        Some(_) | None => Ok(pin),
    }
}

/// `POST /<PHONE>`: the PIN (observations: registration.set_pin), or the callback.
fn update(call: &mut Call<'_>) -> Answer<Value> {
    if call.params.has("webhook_configuration") {
        return webhook_configuration::configure(call);
    }
    let (waba, number) = find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement])?;
    let pin = pin(call)?.ok_or_else(|| GraphError::missing("pin"))?;
    set_pin::set(call.state, call.cause, waba, &number, &pin)?;
    Ok(json!({ "success": true }))
}

/// `POST /<PHONE>/deregister`.
fn deregister(call: &mut Call<'_>) -> Answer<Value> {
    let (waba, number) = find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement, Scope::WhatsappBusinessMessaging])?;
    deregister_number::deregister(call.state, call.cause, waba, &number)?;
    Ok(json!({ "success": true }))
}

/// `POST /<PHONE>/request_code` and `/verify_code`: this migration needs no reverification, so whoever calls them errs.
/// Entered in the ledger, so that a test can see that nobody did.
fn refuse_code(call: &mut Call<'_>, kind: &'static str) -> Answer<Value> {
    let id = call.id()?;
    let (waba, number) = find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement])?;
    let source = call.state.world.source_of(waba);
    let change = Change::new(kind, source).number(&number).with("waba", waba).with("phone_number_id", id);
    call.state.enter(call.cause, change);
    Err(GraphError::migration(2_388_091, "", "This phone number is not eligible for a verification code."))
}

fn unknown(call: &Call<'_>, id: Id) -> Box<GraphError> {
    GraphError::unknown_object(call.method.as_str(), &id.to_string())
}

/// The WABA and the number that the call is about.
pub(super) fn find(call: &Call<'_>) -> Answer<(Id, E164)> {
    let id = call.id()?;
    let found = call.address.number(&call.state.world);
    found.map(|(waba, entry)| (waba, entry.number.clone())).ok_or_else(|| unknown(call, id))
}

/// A number with the selected fields.
pub(super) fn show(state: &State, app: Id, waba: &Waba, number: &Number, selection: &Selection) -> Value {
    let State { world, knobs, now, .. } = state;
    selection.show(|field| match field {
        "id" => Some(json!(number.id)),
        "verified_name" => Some(json!(number.verified_name)),
        "display_phone_number" => Some(json!(number.number.display())),
        "status" => Some(json!(status(knobs, number.status))),
        "quality_rating" => Some(json!(number.quality.as_str())),
        "quality_score" => Some(json!({ "score": number.quality.as_str() })),
        "code_verification_status" => Some(json!(register_number::verification(number, *now).as_str())),
        "name_status" => Some(json!(number.name_status.as_str())),
        "new_name_status" => Some(json!(if number.new_name.is_some() { "PENDING_REVIEW" } else { "NONE" })),
        "new_display_name" => number.new_name.as_ref().map(|name| json!(name)),
        "platform_type" => Some(json!(number.platform.as_str())),
        "is_pin_enabled" => Some(json!(number.two_step)),
        "is_on_biz_app" => Some(json!(number.is_on_biz_app)),
        "is_official_business_account" | "is_preverified_number" => Some(json!(false)),
        "account_mode" => Some(json!(list_numbers::ACCOUNT_MODE)),
        "throughput" => {
            let level = if number.status == NumberStatus::Connected { "STANDARD" } else { "NOT_APPLICABLE" };
            Some(json!({ "level": level }))
        }
        "whatsapp_business_manager_messaging_limit" => {
            world.portfolios.get(&waba.owner).map(|owner| json!(owner.messaging_limit_tier))
        }
        "messaging_limit_tier" => Some(json!(number.messaging_limit_tier)),
        "last_onboarded_time" => number.last_onboarded_at.map(|at| json!(node_time(at))),
        "country_dial_code" => Some(json!(number.number.split().0)),
        "health_status" => Some(health::status(world, knobs, app, waba, &health::Node::Number(number))),
        "webhook_configuration" => webhook_configuration(world, app, waba, number),
        "conversational_automation" => conversational_automation::show(number),
        _ => None,
    })
}

/// In the order in which they are used (observations: subscriptions.override_order).
fn webhook_configuration(world: &World, app: Id, waba: &Waba, number: &Number) -> Option<Value> {
    let mut configuration = serde_json::Map::new();
    if let Some(callback) = number.callback_overrides.get(&app) {
        configuration.insert("phone_number".to_owned(), json!(callback.uri));
    }
    if let Some(uri) = waba.subscription(app).and_then(|subscription| subscription.override_callback_uri.as_ref()) {
        configuration.insert("whatsapp_business_account".to_owned(), json!(uri));
    }
    if let Some(uri) = world.apps.get(&app).and_then(|app| app.callback_url.as_ref()) {
        configuration.insert("application".to_owned(), json!(uri));
    }
    (!configuration.is_empty()).then_some(Value::Object(configuration))
}

fn status(knobs: &Knobs, status: NumberStatus) -> &'static str {
    match knobs.phone_status_vocab {
        StatusVocabulary::Linked if status == NumberStatus::Connected => "LINKED",
        StatusVocabulary::Linked if status == NumberStatus::Disconnected => "UNLINKED",
        StatusVocabulary::Linked | StatusVocabulary::Connected => status.as_str(),
    }
}
