//! One template of Meta's, as the simulator keeps it: what was handed in, where a read shows something else (observations:
//! templates.media_headers, templates.auth_round_trip).

use serde_json::{Map, Value, json};
use unmoor_simulator::Id;
use unmoor_simulator::world::{
    Category, ParameterFormat, Quality, RejectedReason, SubCategory, Template, TemplateStatus,
};

use jiff::Timestamp;

use super::doubts::Doubts;
use super::world::instant;

/// Members of a one-time-code button that a read may show beside its address.
const OTP_MEMBERS: [&str; 3] = ["autofill_text", "zero_tap_terms_accepted", "supported_apps"];

/// `node`; `None` where it has no name, language or id.
pub(super) fn template(node: &Value, now: Timestamp, doubts: &mut Doubts) -> Option<Template> {
    let text = |field: &str| node.get(field).and_then(Value::as_str);
    let id: Option<Id> = text("id").and_then(|id| id.parse().ok());
    let (Some(id), Some(name), Some(language)) = (id, text("name"), text("language")) else {
        doubts.note("a template without id, name or language: left out");
        return None;
    };
    let category = doubts.word(node, "category", (Category::Utility, "UTILITY"));
    let score = node.get("quality_score").unwrap_or(&Value::Null);
    // Meta shows since when a template has its score, and not when it was made.
    let since = instant(score.get("date")).unwrap_or(now);
    Some(Template {
        id,
        name: name.to_owned(),
        language: language.to_owned(),
        category,
        status: doubts.word(node, "status", (TemplateStatus::Disabled, "DISABLED")),
        quality: doubts.word(score, "score", (Quality::Unknown, "UNKNOWN")),
        rejected_reason: match text("rejected_reason") {
            None => RejectedReason::None,
            Some(_) => doubts.word(node, "rejected_reason", (RejectedReason::InvalidFormat, "INVALID_FORMAT")),
        },
        components: components(node, id, category == Category::Authentication).into(),
        created_at: since,
        quality_since: None,
        parameter_format: match text("parameter_format") {
            None => ParameterFormat::Positional,
            Some(_) => doubts.word(node, "parameter_format", (ParameterFormat::Positional, "POSITIONAL")),
        },
        sub_category: optional::<SubCategory>(node, "sub_category", doubts),
        previous_category: optional(node, "previous_category", doubts),
        correct_category: optional(node, "correct_category", doubts),
        message_send_ttl_seconds: node
            .get("message_send_ttl_seconds")
            .and_then(Value::as_i64)
            .and_then(|seconds| i32::try_from(seconds).ok()),
        library_template_name: text("library_template_name").map(Into::into),
        cta_url_link_tracking_opted_out: node.get("cta_url_link_tracking_opted_out").and_then(Value::as_bool),
        copied_from: None,
    })
}

fn optional<T: serde::de::DeserializeOwned>(node: &Value, field: &str, doubts: &mut Doubts) -> Option<T> {
    let word = node.get(field).filter(|word| !word.is_null())?;
    let known = serde_json::from_value(word.clone()).ok();
    if known.is_none() {
        doubts.note(format!("{field} {word} is unknown to the simulator: left out"));
    }
    known
}

fn components(node: &Value, id: Id, is_authentication: bool) -> Vec<Value> {
    let shown = node.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if is_authentication {
        return shown.iter().map(authentication).collect();
    }
    let mut files = 0;
    shown.iter().map(|component| with_handles(component, id, &mut files)).collect()
}

/// Puts a handle in place of each address of a file. The simulator has a sample behind a handle that nobody uploaded.
fn with_handles(component: &Value, template: Id, files: &mut usize) -> Value {
    let mut handed_in = component.clone();
    if let Some(addresses) = handed_in.pointer_mut("/example/header_handle").and_then(Value::as_array_mut) {
        for address in addresses {
            *address = format!("4::snapshot:{template}:{files}").into();
            *files += 1;
        }
    }
    let Some(cards) = handed_in.get_mut("cards").and_then(Value::as_array_mut) else { return handed_in };
    for inside in cards.iter_mut().filter_map(|card| card.get_mut("components")?.as_array_mut()).flatten() {
        *inside = with_handles(inside, template, files);
    }
    handed_in
}

/// An authentication template is handed in without texts: Meta writes them, and makes its button an address.
fn authentication(component: &Value) -> Value {
    let mut handed_in = Map::new();
    let mut keep = |from: &Value, member: &str| {
        if let Some(value) = from.get(member) {
            handed_in.insert(member.to_owned(), value.clone());
        }
    };
    match component.get("type").and_then(Value::as_str) {
        Some("BODY") => {
            keep(component, "type");
            keep(component, "add_security_recommendation");
        }
        Some("FOOTER") if component.get("code_expiration_minutes").is_some() => {
            keep(component, "type");
            keep(component, "code_expiration_minutes");
        }
        Some("BUTTONS") => {
            let buttons = component.get("buttons").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            return json!({ "type": "BUTTONS", "buttons": buttons.iter().map(one_time_code).collect::<Vec<_>>() });
        }
        Some(_) | None => return component.clone(),
    }
    Value::Object(handed_in)
}

fn one_time_code(button: &Value) -> Value {
    let in_address = |name: &str| {
        let (_, query) = button.get("url")?.as_str()?.split_once('?')?;
        let pair = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?;
        Some(Value::String(pair.1.to_owned()))
    };
    let otp_type = button.get("otp_type").cloned().or_else(|| in_address("otp_type"));
    let mut handed_in = Map::new();
    handed_in.insert("type".to_owned(), "OTP".into());
    handed_in.insert("otp_type".to_owned(), otp_type.unwrap_or_else(|| "COPY_CODE".into()));
    for member in ["text"].into_iter().chain(OTP_MEMBERS) {
        if let Some(value) = button.get(member).filter(|value| !value.is_null()) {
            handed_in.insert(member.to_owned(), value.clone());
        }
    }
    Value::Object(handed_in)
}
