//! Templates for one-time codes: Meta writes their texts, so a caller gives switches instead (observations:
//! templates.auth_round_trip).

use serde_json::{Map, Value, json};

use super::{Context, Part, buttons, text};
use crate::http::error::Answer;

const MINUTES: std::ops::RangeInclusive<u64> = 1..=90;
const LABEL_LENGTH: usize = 25;

pub(super) fn check(_context: &Context<'_>, part: &Part<'_>) -> Answer<Value> {
    match part.kind.as_str() {
        "BODY" => body(part),
        "FOOTER" => footer(part),
        "BUTTONS" => otp_button(part),
        other => Err(part.wrong(&format!("a template of category AUTHENTICATION has no component of type {other}"))),
    }
}

fn body(part: &Part<'_>) -> Answer<Value> {
    no_text(part)?;
    part.only(&["add_security_recommendation"])?;
    let mut body = Map::new();
    body.insert("type".to_owned(), "BODY".into());
    if let Some(recommends) = part.boolean("add_security_recommendation")? {
        body.insert("add_security_recommendation".to_owned(), recommends.into());
    }
    Ok(Value::Object(body))
}

fn footer(part: &Part<'_>) -> Answer<Value> {
    no_text(part)?;
    part.only(&["code_expiration_minutes"])?;
    let mut footer = Map::new();
    footer.insert("type".to_owned(), "FOOTER".into());
    if let Some(value) = part.get("code_expiration_minutes") {
        let minutes = value.as_u64().filter(|minutes| MINUTES.contains(minutes));
        let Some(minutes) = minutes else { return Err(part.wrong("code_expiration_minutes must be 1 to 90")) };
        footer.insert("code_expiration_minutes".to_owned(), minutes.into());
    }
    Ok(Value::Object(footer))
}

fn no_text(part: &Part<'_>) -> Answer<()> {
    match part.get("text") {
        None => Ok(()),
        Some(_) => {
            Err(part.wrong("Meta writes the texts of a template of category AUTHENTICATION: text must not be given"))
        }
    }
}

fn otp_button(part: &Part<'_>) -> Answer<Value> {
    part.only(&["buttons"])?;
    let [button] = part.list("buttons")? else { return Err(part.wrong("exactly one button, of type OTP")) };
    let button = Part::read(format!("{}.buttons[0]", part.place), button)?;
    if button.kind != "OTP" {
        return Err(button.wrong("exactly one button, of type OTP"));
    }
    button.only(&[
        "otp_type",
        "text",
        "autofill_text",
        "zero_tap_terms_accepted",
        "supported_apps",
        "package_name",
        "signature_hash",
    ])?;
    let otp_type = button.required_text("otp_type")?.to_ascii_uppercase();
    let mut otp = Map::new();
    otp.insert("type".to_owned(), "OTP".into());
    otp.insert("otp_type".to_owned(), otp_type.clone().into());
    let words = if button.get("text").is_some() { buttons::label(&button)? } else { DEFAULT_LABEL };
    otp.insert("text".to_owned(), words.into());
    match otp_type.as_str() {
        "COPY_CODE" => {}
        "ONE_TAP" | "ZERO_TAP" => {
            if let Some(words) = button.text("autofill_text")? {
                text::check_length(&button, "autofill_text", words, LABEL_LENGTH)?;
                otp.insert("autofill_text".to_owned(), words.into());
            }
            otp.insert("supported_apps".to_owned(), supported_apps(&button)?);
        }
        _ => return Err(button.wrong("otp_type must be COPY_CODE, ONE_TAP or ZERO_TAP")),
    }
    if otp_type == "ZERO_TAP" {
        if button.boolean("zero_tap_terms_accepted")? != Some(true) {
            return Err(button.wrong("ZERO_TAP needs zero_tap_terms_accepted: true"));
        }
        otp.insert("zero_tap_terms_accepted".to_owned(), true.into());
    }
    Ok(json!({ "type": "BUTTONS", "buttons": [otp] }))
}

/// Meta's preset where the caller gives none. In English, whatever the language.
const DEFAULT_LABEL: &str = "Copy Code";

/// As a list; two members of the button in the older form.
fn supported_apps(button: &Part<'_>) -> Answer<Value> {
    let app = |of: &dyn Fn(&str) -> Option<String>| match (of("package_name"), of("signature_hash")) {
        (Some(package), Some(hash)) => Some(json!({ "package_name": package, "signature_hash": hash })),
        _ => None,
    };
    let text_of =
        |value: Option<&Value>| value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let apps: Option<Vec<Value>> = match button.get("supported_apps") {
        Some(Value::Array(apps)) if !apps.is_empty() => {
            apps.iter().map(|entry| app(&|name| text_of(entry.get(name)))).collect()
        }
        Some(_) => None,
        None => app(&|name| text_of(button.get(name))).map(|app| vec![app]),
    };
    let apps = apps.ok_or_else(|| button.wrong("supported_apps needs package_name and signature_hash of each app"))?;
    Ok(Value::Array(apps))
}
