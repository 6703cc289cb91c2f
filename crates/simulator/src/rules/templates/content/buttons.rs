//! Buttons: each kind has its members and how often it may occur; quick replies stand together (observations:
//! templates.buttons).

use serde_json::{Map, Value, json};

use super::{
    super::{flows, refusal},
    Context, Part, example, placeholders, text,
};
use crate::http::error::Answer;

/// Most buttons of a template.
const MOST: usize = 10;
/// Longest text of a button.
const TEXT_LENGTH: usize = 25;
const URL_LENGTH: usize = 2000;
const PHONE_NUMBER_LENGTH: usize = 20;
const CODE_LENGTH: usize = 15;

/// How many of a kind there may be.
fn most_of(kind: &str) -> usize {
    match kind {
        "URL" => 2,
        "PHONE_NUMBER" | "COPY_CODE" => 1,
        _ => MOST,
    }
}

pub(super) fn check(context: &Context<'_>, part: &Part<'_>) -> Answer<Value> {
    part.only(&["buttons"])?;
    let given = part.list("buttons")?;
    if given.is_empty() || given.len() > MOST {
        return Err(part.wrong(&format!("1 to {MOST} buttons, not {}", given.len())));
    }
    let mut buttons = Vec::with_capacity(given.len());
    for (place, button) in given.iter().enumerate() {
        let button = Part::read(format!("{}.buttons[{place}]", part.place), button)?;
        buttons.push(one(context, &button)?);
    }
    check_counts(part, &buttons)?;
    check_grouping(part, &buttons)?;
    Ok(json!({ "type": "BUTTONS", "buttons": buttons }))
}

fn check_counts(part: &Part<'_>, buttons: &[Value]) -> Answer<()> {
    for button in buttons {
        let kind = button["type"].as_str().unwrap_or_default();
        let count = buttons.iter().filter(|other| other["type"] == button["type"]).count();
        if count > most_of(kind) {
            return Err(part.wrong(&format!("at most {} buttons of type {kind}, not {count}", most_of(kind))));
        }
    }
    Ok(())
}

/// Quick replies together, the others together, whichever come first.
fn check_grouping(part: &Part<'_>, buttons: &[Value]) -> Answer<()> {
    let is_reply = |button: &Value| button["type"] == "QUICK_REPLY";
    let borders = buttons.windows(2).filter(|pair| pair.first().map(is_reply) != pair.last().map(is_reply)).count();
    if borders > 1 {
        return Err(part.wrong("Invalid combination of buttons: quick replies have to be grouped together"));
    }
    Ok(())
}

fn one(context: &Context<'_>, part: &Part<'_>) -> Answer<Value> {
    match part.kind.as_str() {
        "QUICK_REPLY" => {
            part.only(&["text"])?;
            Ok(json!({ "type": "QUICK_REPLY", "text": label(part)? }))
        }
        "URL" => url(part),
        "PHONE_NUMBER" => phone_number(part),
        "COPY_CODE" => copy_code(part),
        "FLOW" => flow(context, part),
        "MPM" | "SPM" | "CATALOG" | "VOICE_CALL" | "ORDER_DETAILS" | "APP" | "REQUEST_CONTACT_INFO" => as_it_is(part),
        "OTP" => Err(part.wrong("a button for a one-time code needs category AUTHENTICATION")),
        other => {
            let shown: String = other.chars().take(40).collect();
            Err(refusal::invalid(format!("{}: there is no button of type {shown}", part.place)))
        }
    }
}

/// The text on a button.
pub(super) fn label<'a>(part: &Part<'a>) -> Answer<&'a str> {
    let words = part.required_text("text")?;
    text::check_length(part, "text", words, TEXT_LENGTH)?;
    Ok(words)
}

fn url(part: &Part<'_>) -> Answer<Value> {
    part.only(&["text", "url", "example"])?;
    let words = label(part)?;
    let url = part.required_text("url")?;
    text::check_length(part, "url", url, URL_LENGTH)?;
    if !(url.starts_with("https://") || url.starts_with("http://")) {
        return Err(part.wrong("url must begin with https:// or http://"));
    }
    let found = placeholders::read(url, true).map_err(|malformed| part.wrong(&format!("url: {}", malformed.0)))?;
    let mut button = Map::new();
    button.insert("type".to_owned(), "URL".into());
    button.insert("text".to_owned(), words.into());
    button.insert("url".to_owned(), url.into());
    if !found.names.is_empty() {
        if found.names.len() > 1 || !url.ends_with("}}") || url.matches("{{").count() > 1 {
            return Err(part.wrong("url may have one parameter, at its end"));
        }
        let samples = example::one_or_more(part.get("example"));
        let Some([sample]) = samples.as_deref() else {
            return Err(part.wrong("a url with a parameter needs one sample in example"));
        };
        text::check_length(part, "example", sample, URL_LENGTH)?;
        button.insert("example".to_owned(), json!([sample]));
    }
    Ok(Value::Object(button))
}

fn phone_number(part: &Part<'_>) -> Answer<Value> {
    part.only(&["text", "phone_number"])?;
    let words = label(part)?;
    let number = part.required_text("phone_number")?;
    text::check_length(part, "phone_number", number, PHONE_NUMBER_LENGTH)?;
    if !number.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(part.wrong("phone_number is no phone number"));
    }
    Ok(json!({ "type": "PHONE_NUMBER", "text": words, "phone_number": number }))
}

fn copy_code(part: &Part<'_>) -> Answer<Value> {
    part.only(&["text", "example"])?;
    let samples = example::one_or_more(part.get("example"));
    let Some([sample]) = samples.as_deref() else { return Err(part.wrong("example must hold one sample")) };
    text::check_length(part, "example", sample, CODE_LENGTH)?;
    Ok(json!({ "type": "COPY_CODE", "example": sample }))
}

fn flow(context: &Context<'_>, part: &Part<'_>) -> Answer<Value> {
    part.only(&["text", "flow_id", "flow_name", "flow_json", "flow_action", "navigate_screen", "icon"])?;
    label(part)?;
    let which = ["flow_id", "flow_name", "flow_json"].into_iter().filter(|name| part.get(name).is_some());
    if which.count() != 1 {
        return Err(part.wrong("one of flow_id, flow_name and flow_json is needed"));
    }
    let action = part.text("flow_action")?;
    if action.is_some_and(|action| !["navigate", "data_exchange"].contains(&action.to_ascii_lowercase().as_str())) {
        return Err(part.wrong("flow_action must be navigate or data_exchange"));
    }
    let id = match part.get("flow_id") {
        Some(Value::Number(id)) => Some(id.to_string()),
        Some(Value::String(id)) => Some(id.clone()),
        Some(_) => return Err(part.wrong("flow_id must be an id")),
        None => None,
    };
    let found = match (id, part.text("flow_name")?) {
        (Some(id), _) => flows::by_id(context.world, context.waba, &id),
        (None, Some(name)) => flows::by_name(context.world, context.waba, name),
        (None, None) => return as_it_is(part),
    };
    let Some(found) = found else { return Err(part.wrong("this WhatsApp Business account has no such Flow")) };
    let mut button = part.members().clone();
    button.shift_remove("flow_name");
    button.insert("flow_id".to_owned(), found.id.to_string().into());
    button.insert("type".to_owned(), "FLOW".into());
    Ok(Value::Object(button))
}

/// Kinds whose other members belong to catalogs, calls and apps.
fn as_it_is(part: &Part<'_>) -> Answer<Value> {
    if let Some(words) = part.text("text")? {
        text::check_length(part, "text", words, TEXT_LENGTH)?;
    }
    let mut button = part.members().clone();
    button.insert("type".to_owned(), part.kind.clone().into());
    Ok(Value::Object(button))
}
