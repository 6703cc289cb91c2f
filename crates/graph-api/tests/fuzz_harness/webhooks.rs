//! Webhooks: bytes of which nothing is known, or a payload that is put together as Meta does, with places in it changed. Whatever
//! they are, they are read or refused in a line, nothing that people wrote is kept, and a signature fits its own bytes alone.

use arbitrary::Unstructured;
use serde_json::{Value, json};
use unmoor_graph_api::AppSecret;
use unmoor_graph_api::webhook::{Payload, Update, verify_signature};

use super::{count, pick, text};

/// What became of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Read, with at least one status.
    Statuses,
    /// Read, and about something else.
    Changes,
    /// Read, and about nothing.
    Nothing,
    /// No webhook.
    Refused,
}

/// What people wrote, which must be kept nowhere.
const PRIVATE: &str = "PRIVATE-WORDS-OF-A-PERSON";

const FIELDS: [&str; 14] = [
    "messages",
    "messages",
    "messages",
    "account_update",
    "account_review_update",
    "message_template_status_update",
    "message_template_quality_update",
    "template_category_update",
    "message_template_components_update",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
    "flows",
    "",
];

const WORDS: [&str; 18] = [
    "sent",
    "delivered",
    "read",
    "played",
    "failed",
    "wamid.A==",
    "1750030073",
    "-1",
    "99999999999999999999",
    "106540352242922",
    "../..",
    "true",
    "regular",
    "marketing",
    "PARTNER_ADDED",
    "REJECTED",
    "en-US",
    "\u{1b}[31m\n",
];

const NAMES: [&str; 16] = [
    "id",
    "status",
    "timestamp",
    "pricing",
    "statuses",
    "metadata",
    "phone_number_id",
    "event",
    "waba_info",
    "waba_id",
    "entry",
    "changes",
    "value",
    "field",
    "body",
    "billable",
];

/// Reads the webhook that the bytes are.
///
/// # Panics
/// If what must hold does not.
pub fn play(bytes: &[u8]) -> Outcome {
    let mut input = Unstructured::new(bytes);
    let body = match count(&mut input, 3) {
        0 => text(&mut input, 4_000).into_bytes(),
        1 => forwarded(&mut input).to_string().into_bytes(),
        _ => payload(&mut input).to_string().into_bytes(),
    };
    check_signature(&mut input, &body);
    let read = Payload::parse_forwarded(&body);
    if let (Ok(raw), Ok(read)) = (Payload::parse(&body), &read) {
        assert_eq!(raw, *read, "an envelope of one's own is nothing else than its inside");
    }
    match read {
        Ok(payload) => {
            let shown = format!("{payload:?}");
            assert!(!shown.contains(PRIVATE), "{shown}");
            outcome(&payload)
        }
        Err(error) => {
            let said = error.to_string();
            assert!(said.len() < 200 && !said.contains(PRIVATE) && !said.chars().any(char::is_control), "{said:?}");
            Outcome::Refused
        }
    }
}

fn outcome(payload: &Payload) -> Outcome {
    let statuses = |update: &Update| match update {
        Update::Messages(updates) => {
            for status in &updates.statuses {
                assert!(!status.message_id.is_empty());
            }
            updates.statuses.len()
        }
        _ => 0,
    };
    if payload.changes.iter().any(|change| statuses(&change.update) > 0) {
        Outcome::Statuses
    } else if payload.changes.is_empty() {
        Outcome::Nothing
    } else {
        Outcome::Changes
    }
}

/// No text is the signature of bytes but their own, and that does not fit others.
fn check_signature(input: &mut Unstructured<'_>, body: &[u8]) {
    let secret = AppSecret::new("EXAMPLE-APP-SECRET").unwrap();
    let header =
        if count(input, 1) == 0 { text(input, 80) } else { format!("sha256={}", "0f".repeat(count(input, 40))) };
    assert!(verify_signature(&secret, &header, body).is_err(), "{header:?}");
}

fn forwarded(input: &mut Unstructured<'_>) -> Value {
    let inner = payload(input);
    match count(input, 4) {
        0 => json!({ "body": inner }),
        1 => json!({ "body": inner.to_string(), "headers": PRIVATE }),
        2 => json!({ "payload": inner }),
        3 => json!({ "payload": { "body": inner.to_string() } }),
        _ => json!({ "body": any(input, 3) }),
    }
}

fn payload(input: &mut Unstructured<'_>) -> Value {
    let changes: Vec<Value> = (0..=count(input, 3)).map(|_| change(input)).collect();
    let mut payload = json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "102290129340398", "time": 1_744_823_932, "changes": changes }],
    });
    for _ in 0..count(input, 3) {
        let value = any(input, 2);
        damage(input, &mut payload, value);
    }
    payload
}

fn change(input: &mut Unstructured<'_>) -> Value {
    let field = pick(input, &FIELDS);
    let statuses: Vec<Value> = (0..count(input, 3)).map(|_| status(input)).collect();
    let value = if field == "messages" {
        json!({
            "metadata": { "display_phone_number": "15550783881", "phone_number_id": "106540352242922" },
            "contacts": [{ "profile": { "name": PRIVATE }, "wa_id": PRIVATE }],
            "messages": [{ "from": PRIVATE, "id": "wamid.B", "timestamp": "1750030073", "type": "text", "text": { "body": PRIVATE } }],
            "statuses": statuses,
        })
    } else {
        json!({ "event": pick(input, &WORDS), "waba_info": { "waba_id": "119" }, "message_template_id": 7,
            "new_quality_score": any(input, 1), "message_template_element": PRIVATE })
    };
    json!({ "field": field, "value": value })
}

fn status(input: &mut Unstructured<'_>) -> Value {
    json!({
        "id": pick(input, &["wamid.A==", "wamid.B/+="]),
        "status": pick(input, &["sent", "delivered", "read", "played", "failed", "other"]),
        "timestamp": count(input, 100_000).to_string(),
        "recipient_id": PRIVATE,
        "pricing": { "billable": true, "type": "regular", "category": "marketing" },
    })
}

/// Puts something else into a place that the bytes choose.
fn damage(input: &mut Unstructured<'_>, place: &mut Value, value: Value) {
    match place {
        Value::Object(members) if !members.is_empty() && count(input, 4) > 0 => {
            let chosen = count(input, members.len() - 1);
            if let Some((_, member)) = members.iter_mut().nth(chosen) {
                damage(input, member, value);
            }
        }
        Value::Array(elements) if !elements.is_empty() && count(input, 4) > 0 => {
            let chosen = count(input, elements.len() - 1);
            damage(input, &mut elements[chosen], value);
        }
        other => *other = value,
    }
}

fn any(input: &mut Unstructured<'_>, depth: usize) -> Value {
    match count(input, if depth == 0 { 5 } else { 7 }) {
        0 => Value::Null,
        1 => Value::Bool(count(input, 1) == 1),
        2 => json!(count(input, 100_000)),
        3 => json!(-1.5e300),
        4 | 5 => json!(pick(input, &WORDS)),
        6 => Value::Array((0..count(input, 3)).map(|_| any(input, depth - 1)).collect()),
        _ => Value::Object(
            (0..count(input, 3)).map(|_| (pick(input, &NAMES).to_owned(), any(input, depth - 1))).collect(),
        ),
    }
}
