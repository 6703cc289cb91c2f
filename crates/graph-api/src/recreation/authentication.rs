//! Templates for one-time codes. Meta writes their texts and shows the OTP button as a URL button with an address of its own;
//! the request takes switches instead (`observations: templates.auth_round_trip`, `templates.template_otp_read_back`).

use serde_json::{Map, Value, json};

use super::{Bench, Lack, keep, text};

pub(super) fn components(bench: &mut Bench<'_>, read: &[&Value]) -> Vec<Value> {
    let of_kind = |kind: &str| read.iter().copied().find(|component| super::is(component, "type", kind));
    let button = of_kind("BUTTONS").and_then(|buttons| buttons.get("buttons")?.as_array()?.first());
    let address = button.map(Address::of).unwrap_or_default();
    let mut made = Vec::new();
    for component in read {
        match text(component, "type").unwrap_or_default().to_ascii_uppercase().as_str() {
            "BODY" => made.push(Value::Object(keep(component, &["type", "add_security_recommendation"]))),
            "FOOTER" => made.push(footer(component, &address)),
            "BUTTONS" => {}
            _ => made.push(super::plain::again(component)),
        }
    }
    match button {
        Some(button) => made.push(json!({ "type": "BUTTONS", "buttons": [otp(bench, button, &address)] })),
        None => bench.lacks(Lack::Unreadable("its button is not shown".to_owned())),
    }
    made
}

/// What the button's address tells: it is all that is left where its members are not shown.
#[derive(Default)]
struct Address {
    otp_type: Option<String>,
    code_expiration_minutes: Option<u64>,
}

impl Address {
    fn of(button: &Value) -> Self {
        let query = text(button, "url").and_then(|url| url.split_once('?')).map(|(_, query)| query).unwrap_or_default();
        let mut address = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "otp_type" => address.otp_type = Some(value.to_ascii_uppercase()),
                "code_expiration_minutes" => address.code_expiration_minutes = value.parse().ok(),
                _ => {}
            }
        }
        address
    }
}

fn footer(read: &Value, address: &Address) -> Value {
    let mut footer = keep(read, &["type", "code_expiration_minutes"]);
    if let (false, Some(minutes)) = (footer.contains_key("code_expiration_minutes"), address.code_expiration_minutes) {
        footer.insert("code_expiration_minutes".to_owned(), minutes.into());
    }
    Value::Object(footer)
}

fn otp(bench: &mut Bench<'_>, read: &Value, address: &Address) -> Map<String, Value> {
    let mut button = keep(read, &["text", "autofill_text", "supported_apps"]);
    button.insert("type".to_owned(), "OTP".into());
    let otp_type = text(read, "otp_type").map(str::to_ascii_uppercase).or_else(|| address.otp_type.clone());
    let Some(otp_type) = otp_type else {
        bench.lacks(Lack::Unreadable("the kind of its code's button is not shown".to_owned()));
        return button;
    };
    if otp_type != "COPY_CODE" && !button.contains_key("supported_apps") {
        // The older form has one app as two members.
        match (text(read, "package_name"), text(read, "signature_hash")) {
            (Some(package), Some(hash)) => {
                let app = json!({ "package_name": package, "signature_hash": hash });
                button.insert("supported_apps".to_owned(), json!([app]));
            }
            _ => bench.lacks(Lack::SupportedApps),
        }
    }
    if otp_type == "ZERO_TAP" {
        match read.get("zero_tap_terms_accepted") {
            Some(Value::Bool(true)) => {
                button.insert("zero_tap_terms_accepted".to_owned(), true.into());
            }
            // A consent is never made up.
            Some(_) | None => bench.lacks(Lack::ZeroTapTerms),
        }
    }
    button.insert("otp_type".to_owned(), otp_type.into());
    button
}
