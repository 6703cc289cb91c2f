//! What goes over the wire: Meta's envelope around the changes, its spelling of JSON, its signature.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::{Field, Update};

/// The `object` of every webhook about WhatsApp.
pub(crate) const OBJECT: &str = "whatsapp_business_account";

/// One element of `entry` (observations: webhooks.envelope). `messages` carry no `time`.
pub(crate) fn entry(at: Timestamp, update: &Update) -> Value {
    let id = update.entry.unwrap_or(update.waba);
    let changes = json!([{ "value": update.value, "field": update.field.as_str() }]);
    match update.field {
        Field::Messages => json!({ "id": id, "changes": changes }),
        Field::AccountAlerts
        | Field::AccountReviewUpdate
        | Field::AccountUpdate
        | Field::BusinessCapabilityUpdate
        | Field::MessageTemplateComponentsUpdate
        | Field::MessageTemplateQualityUpdate
        | Field::MessageTemplateStatusUpdate
        | Field::PartnerSolutions
        | Field::PhoneNumberNameUpdate
        | Field::PhoneNumberQualityUpdate
        | Field::Security
        | Field::TemplateCategoryUpdate => json!({ "id": id, "time": at.as_second(), "changes": changes }),
    }
}

/// The body around one entry.
pub(crate) fn envelope(entry: Value) -> Value {
    let members = [("object", Value::from(OBJECT)), ("entry", Value::Array(vec![entry]))];
    Value::Object(members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
}

/// Takes the words `field` and `object` to where the examples of Meta's pages have them for some events
/// (observations: webhooks.odd_shapes).
pub(crate) fn make_odd(mut body: Value, update: &Update) -> Value {
    let event = update.value.get("event").and_then(Value::as_str);
    match (update.field, event) {
        (Field::AccountUpdate, Some("PARTNER_APP_INSTALLED")) => {
            let (object, field) = take_words(&mut body);
            if let Some(entry) = body.pointer_mut("/entry/0").and_then(Value::as_object_mut) {
                put(entry, field, object);
            }
        }
        (Field::AccountUpdate, Some("PARTNER_APP_UNINSTALLED")) => {
            let (object, field) = take_words(&mut body);
            if let Some(value) = body.pointer_mut("/entry/0/changes/0/value").and_then(Value::as_object_mut) {
                put(value, field, object);
            }
        }
        (Field::MessageTemplateQualityUpdate, _) => {
            if let Some(change) = body.pointer_mut("/entry/0/changes/0").and_then(Value::as_object_mut) {
                change.insert("field".to_owned(), json!(Field::MessageTemplateStatusUpdate.as_str()));
            }
        }
        _ => {}
    }
    body
}

fn take_words(body: &mut Value) -> (Option<Value>, Option<Value>) {
    let object = body.as_object_mut().and_then(|body| body.shift_remove("object"));
    let change = body.pointer_mut("/entry/0/changes/0").and_then(Value::as_object_mut);
    (object, change.and_then(|change| change.shift_remove("field")))
}

fn put(into: &mut Map<String, Value>, field: Option<Value>, object: Option<Value>) {
    for (name, value) in [("field", field), ("object", object)] {
        if let Some(value) = value {
            into.insert(name.to_owned(), value);
        }
    }
}

/// JSON as Meta spells it: `/` as `\/`, everything beyond ASCII as `\uXXXX` (observations: webhooks.signature).
pub(crate) fn spell(body: &Value) -> String {
    let plain = body.to_string();
    let mut spelled = String::with_capacity(plain.len() + plain.len() / 8);
    let mut units = [0; 2];
    for letter in plain.chars() {
        match letter {
            '/' => spelled.push_str("\\/"),
            letter if letter.is_ascii() => spelled.push(letter),
            letter => {
                for unit in letter.encode_utf16(&mut units) {
                    spelled.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    spelled
}

/// `X-Hub-Signature-256` of a body: HMAC-SHA256 under the app secret, over the bytes as they are sent.
pub(crate) fn signature(app_secret: &str, body: &[u8]) -> String {
    // A key of any length is valid for HMAC, so the fallback is never reached; it verifies nowhere.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(app_secret.as_bytes()) else { return String::new() };
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_and_letters_beyond_ascii_are_escaped_as_meta_does() {
        let body = json!({ "url": "https://a.example/x", "name": "Café 😀 \"ß\"\n" });
        assert_eq!(spell(&body), r#"{"url":"https:\/\/a.example\/x","name":"Caf\u00e9 \ud83d\ude00 \"\u00df\"\n"}"#);
        assert_eq!(serde_json::from_str::<Value>(&spell(&body)).ok(), Some(body));
    }

    /// Made with `printf '%s' '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[]}]}' |
    /// openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef`.
    #[test]
    fn the_signature_is_the_one_that_another_program_computes() {
        let body = br#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[]}]}"#;
        assert_eq!(
            signature("0123456789abcdef0123456789abcdef", body),
            "sha256=2889e173f98c7f2a895a1e54e881a87ed88648e37cb4ddd833a8ae18accdd9ec"
        );
    }

    /// RFC 4231, test case 2.
    #[test]
    fn the_signature_is_hmac_sha256() {
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", b"what do ya want for nothing?"), expected);
    }
}
