//! What reads show instead of what was handed in: an address that expires instead of an upload's handle, Meta's words and a
//! URL button instead of the switches of an authentication template (observations: templates.media_headers,
//! templates.auth_round_trip).

use serde_json::{Map, Value, json};

use super::{
    super::{Fidelity, Rule},
    media,
};
use crate::{
    knobs::OtpReadBack,
    state::State,
    world::{Category, Template},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/read_back",
    says: "A read shows an uploaded file as an address that expires, an authentication template with Meta's texts and its OTP button as a URL button",
    source: "observations: templates.media_headers, templates.auth_round_trip, templates.template_otp_read_back",
    fidelity: Fidelity::Approximated {
        how: "Meta's texts are in English, whatever the language",
        because: "the other texts are not among the sources",
    },
};

/// The components as `GET` shows them. `origin` is scheme and host that the caller used.
pub(crate) fn components(state: &State, template: &Template, origin: &str) -> Value {
    if template.category == Category::Authentication {
        return template.components.iter().map(|component| authentication(state, template, component)).collect();
    }
    let mut files = 0;
    let shown =
        template.components.iter().map(|component| with_addresses(state, template, origin, &mut files, component));
    shown.collect()
}

/// Replaces the handles of a component, counting them, so that each address names its file by its place.
fn with_addresses(state: &State, template: &Template, origin: &str, files: &mut usize, component: &Value) -> Value {
    let mut shown = component.clone();
    if let Some(handles) = shown.pointer_mut("/example/header_handle").and_then(Value::as_array_mut) {
        for handle in handles {
            *handle = media::address(state, template, origin, *files).into();
            *files += 1;
        }
    }
    let Some(cards) = shown.get_mut("cards").and_then(Value::as_array_mut) else { return shown };
    for inside in cards.iter_mut().filter_map(|card| card.get_mut("components")?.as_array_mut()).flatten() {
        *inside = with_addresses(state, template, origin, files, inside);
    }
    shown
}

fn authentication(state: &State, template: &Template, component: &Value) -> Value {
    match component["type"].as_str() {
        Some("BODY") => body(component),
        Some("FOOTER") => footer(component),
        Some("BUTTONS") => json!({ "type": "BUTTONS", "buttons": [button(state, template, component)] }),
        Some(_) | None => component.clone(),
    }
}

fn body(component: &Value) -> Value {
    let recommends = component["add_security_recommendation"] == true;
    let advice = if recommends { " For your security, do not share this code." } else { "" };
    let mut body = Map::new();
    body.insert("type".to_owned(), "BODY".into());
    body.insert("text".to_owned(), format!("*{{{{1}}}}* is your verification code.{advice}").into());
    if let Some(given) = component.get("add_security_recommendation") {
        body.insert("add_security_recommendation".to_owned(), given.clone());
    }
    body.insert("example".to_owned(), json!({ "body_text": [["123456"]] }));
    Value::Object(body)
}

fn footer(component: &Value) -> Value {
    match component["code_expiration_minutes"].as_u64() {
        None => component.clone(),
        Some(minutes) => json!({
            "type": "FOOTER",
            "text": format!("This code expires in {minutes} minutes."),
            "code_expiration_minutes": minutes,
        }),
    }
}

fn button(state: &State, template: &Template, component: &Value) -> Value {
    let none = Value::Null;
    let otp = component.pointer("/buttons/0").unwrap_or(&none);
    let mut address = form_urlencoded::Serializer::new(String::new());
    address.append_pair("otp_type", otp["otp_type"].as_str().unwrap_or("COPY_CODE"));
    let minutes = template.components.of_type("FOOTER").and_then(|footer| footer["code_expiration_minutes"].as_u64());
    if let Some(minutes) = minutes {
        address.append_pair("code_expiration_minutes", &minutes.to_string());
    }
    let address = format!("https://www.whatsapp.com/otp/code/?{}&code=otp", address.finish());
    let mut button = Map::new();
    button.insert("type".to_owned(), "URL".into());
    button.insert("text".to_owned(), otp["text"].clone());
    button.insert("url".to_owned(), format!("{address}{{{{1}}}}").into());
    button.insert("example".to_owned(), json!([format!("{address}123456")]));
    if state.knobs.template_otp_read_back == OtpReadBack::Members {
        for name in ["otp_type", "autofill_text", "zero_tap_terms_accepted", "supported_apps"] {
            if let Some(value) = otp.get(name) {
                button.insert(name.to_owned(), value.clone());
            }
        }
    }
    Value::Object(button)
}
