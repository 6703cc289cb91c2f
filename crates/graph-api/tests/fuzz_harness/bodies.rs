//! Answers: those of `spec/fixtures` with places in them changed, or bytes of which nothing is known.

use std::path::Path;
use std::sync::OnceLock;

use arbitrary::Unstructured;
use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use super::{count, pick, text};

pub const BUSINESS_TOKEN: &str = "EXAMPLE-BUSINESS-TOKEN";
pub const SYSTEM_TOKEN: &str = "EXAMPLE-SYSTEM-TOKEN";
pub const APP_SECRET: &str = "EXAMPLE-APP-SECRET";
pub const APP_TOKEN: &str = "100|EXAMPLE-APP-SECRET";
pub const VERIFY_TOKEN: &str = "EXAMPLE-VERIFY-TOKEN";
pub const PIN: &str = "481527";
/// A token that no call here has, of the form that Meta's have.
pub const FOREIGN_TOKEN: &str = "EAAGm0PX4ZCpsBAKZC0123";

/// Texts that mean something somewhere, and secrets where none belongs.
const WORDS: [&str; 40] = [
    "",
    "0",
    "1",
    "true",
    "false",
    "null",
    "ACCEPTED",
    "accepted",
    "INITIATED",
    "CONNECTED",
    "MIGRATED",
    "APPROVED",
    "GREEN",
    "CLOUD_API",
    "AVAILABLE",
    "BLOCKED",
    "320000000000001",
    "9223372036854775808",
    "../..",
    "1/2?x=1#",
    "\u{661}\u{662}",
    "2023-08-22T19:05:53+0000",
    "2023-02-30T25:61:61+9999",
    "-9999999999",
    "https://evil.example/v25.0/1/phone_numbers?after=Q",
    "https://graph.facebook.com/x?access_token=abc&after=a%2Fb",
    "https://graph.facebook.com/x",
    "?after=",
    "after",
    "Two\nlines\u{1b}[31m",
    "(#100) Tried accessing nonexisting field (is_pin_enabled) on node type",
    "nonexisting field ()",
    "{\"details\":\"inner\"}",
    "{\"details\":",
    BUSINESS_TOKEN,
    SYSTEM_TOKEN,
    APP_TOKEN,
    "100%7cEXAMPLE-APP-SECRET",
    VERIFY_TOKEN,
    "pin 481527 of EAAGm0PX4ZCpsBAKZC0123",
];

/// Names that some answer has.
const NAMES: [&str; 30] = [
    "id",
    "data",
    "paging",
    "cursors",
    "after",
    "next",
    "error",
    "code",
    "message",
    "error_subcode",
    "error_data",
    "details",
    "error_user_msg",
    "fbtrace_id",
    "is_transient",
    "success",
    "status",
    "access_token",
    "destination_waba",
    "waba",
    "solution",
    "is_valid",
    "granular_scopes",
    "target_ids",
    "health_status",
    "entities",
    "errors",
    "components",
    "quality_score",
    "whatsapp_business_api_data",
];

const STATUSES: [u16; 16] = [200, 400, 200, 500, 201, 204, 301, 302, 401, 403, 404, 429, 503, 100, 599, 999];

/// A body of so many bytes grows no further.
const MOST_BYTES: usize = 20_000;

struct Fixture {
    call: String,
    response: Value,
}

fn fixtures() -> &'static [Fixture] {
    static FIXTURES: OnceLock<Vec<Fixture>> = OnceLock::new();
    FIXTURES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|above| above.join("spec/fixtures"));
        let folder = folder.into_iter().find(|folder| folder.is_dir()).expect("spec/fixtures stands above this crate");
        let mut paths: Vec<_> = ["errors", "guide", "reads"]
            .iter()
            .flat_map(|part| std::fs::read_dir(folder.join(part)).unwrap())
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        let documents = paths.iter().map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap());
        documents
            .map(|mut document: Value| Fixture {
                call: document["call"].as_str().unwrap().to_owned(),
                response: document["response"].take(),
            })
            .collect()
    })
}

fn any_fixture(input: &mut Unstructured<'_>) -> &'static Fixture {
    &fixtures()[count(input, fixtures().len() - 1)]
}

/// An answer to a call, which has this name in the fixtures.
pub fn answer(input: &mut Unstructured<'_>, call: &str) -> http::Response<Bytes> {
    let fitting: Vec<&Fixture> = fixtures().iter().filter(|fixture| fixture.call == call).collect();
    let fixture = match count(input, 7) {
        0..=4 if !fitting.is_empty() => pick(input, &fitting),
        0..=6 => any_fixture(input),
        _ => return respond(pick(input, &STATUSES), headers(input, &Value::Null), raw(input)),
    };
    let recorded = fixture.response["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap();
    let status = if count(input, 3) == 3 { pick(input, &STATUSES) } else { recorded };
    let headers = headers(input, &fixture.response["headers"]);
    let mut body = fixture.response["body"].clone();
    for _ in 0..count(input, 6) {
        // Thirty times thirty times itself would only measure how fast a body is written here.
        if body.to_string().len() < MOST_BYTES {
            change(input, &mut body);
        }
    }
    let body = match body {
        Value::String(text) => text,
        document => document.to_string(),
    };
    respond(status, headers, body.into_bytes())
}

fn respond(status: u16, headers: Vec<(HeaderName, HeaderValue)>, body: Vec<u8>) -> http::Response<Bytes> {
    let mut response = http::Response::builder().status(status).body(Bytes::from(body)).unwrap();
    response.headers_mut().extend(headers);
    response
}

/// Bytes that are no answer at all, or nest without end.
fn raw(input: &mut Unstructured<'_>) -> Vec<u8> {
    match count(input, 3) {
        0 => "[".repeat(count(input, 3000)).into_bytes(),
        1 => "{\"error\":".repeat(count(input, 3000)).into_bytes(),
        2 => b"<!DOCTYPE html><h1>Bad Gateway</h1>".to_vec(),
        _ => text(input, 400).into_bytes(),
    }
}

/// The fixture's headers, and some that may say anything.
fn headers(input: &mut Unstructured<'_>, recorded: &Value) -> Vec<(HeaderName, HeaderValue)> {
    const NAMES: [&str; 6] =
        ["x-app-usage", "x-business-use-case-usage", "x-fb-trace-id", "x-fb-request-id", "date", "content-type"];
    let recorded = recorded.as_object().into_iter().flatten();
    let mut headers: Vec<(HeaderName, HeaderValue)> =
        recorded.filter_map(|(name, value)| Some((name.parse().ok()?, value.as_str()?.parse().ok()?))).collect();
    for _ in 0..count(input, 4) {
        let name = HeaderName::from_static(pick(input, &NAMES));
        let value = match count(input, 3) {
            0 => pick(input, &WORDS).as_bytes().to_vec(),
            1 => text(input, 60).into_bytes(),
            2 => b"Sun, 22 Nov 2026 10:00:00 GMT".to_vec(),
            _ => {
                let mut usage = json!({ "102290129340398": [{ "type": "whatsapp_business_management", "call_count": 95,
                    "total_cputime": 1, "total_time": 26.2, "estimated_time_to_regain_access": 12 }], "call_count": 28 });
                change(input, &mut usage);
                usage.to_string().into_bytes()
            }
        };
        headers.extend(HeaderValue::from_bytes(&value).ok().map(|value| (name, value)));
    }
    headers
}

/// Changes one place in a document.
fn change(input: &mut Unstructured<'_>, value: &mut Value) {
    let members = match value {
        Value::Array(list) => list.len(),
        Value::Object(object) => object.len(),
        _ => 0,
    };
    if members > 0 && count(input, 3) > 0 {
        let place = count(input, members - 1);
        match value {
            Value::Array(list) => change(input, &mut list[place]),
            Value::Object(object) => change(input, object.values_mut().nth(place).unwrap()),
            _ => {}
        }
        return;
    }
    if let Value::Object(object) = value {
        match count(input, 3) {
            0 => {
                let name = object.keys().nth(count(input, members.saturating_sub(1))).cloned().unwrap_or_default();
                object.remove(&name);
                return;
            }
            1 | 2 => {
                object.insert((pick(input, &NAMES)).to_owned(), scalar(input));
                return;
            }
            _ => {}
        }
    }
    *value = instead(input, value);
}

/// What may stand in a value's place.
fn instead(input: &mut Unstructured<'_>, old: &Value) -> Value {
    match count(input, 9) {
        0..=3 => scalar(input),
        4 => json!([old]),
        5 => Value::Array(vec![old.clone(); count(input, 30)]),
        6 => Value::Object(Map::from_iter([((pick(input, &NAMES)).to_owned(), old.clone())])),
        7 => (0..count(input, 140)).fold(old.clone(), |inner, _| json!([inner])),
        8 => Value::String(pick(input, &WORDS).repeat(count(input, 300))),
        _ => any_fixture(input).response["body"].clone(),
    }
}

fn scalar(input: &mut Unstructured<'_>) -> Value {
    match count(input, 12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(false),
        3 => json!(pick(input, &[0, 1, -1, 100, 133_016, 131_059, i64::MAX, i64::MIN])),
        4 => json!(u64::MAX),
        5 => json!(pick(input, &[0.5, -0.0, 1e308, -1e308, 1e-300])),
        6 => json!([]),
        7 => json!({}),
        8 => json!(text(input, 40)),
        _ => json!(pick(input, &WORDS)),
    }
}
