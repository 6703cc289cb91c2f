//! The answers have the shape of `spec/fixtures`, which were written from the guide and the observations alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::{collections::BTreeSet, path::Path};

use common::{Answer, CUSTOMERS, Caller, NUMBER, PORTFOLIO, WABA, text};
use serde_json::{Value, json};
use unmoor_simulator::{Action, SendMessage};

fn fixture(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/fixtures").join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Every place of a JSON value with the type that stands there; elements of a list are one place.
fn shape(value: &Value) -> BTreeSet<String> {
    fn collect(value: &Value, place: &str, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    collect(value, &format!("{place}/{name}"), into);
                }
            }
            Value::Array(items) => {
                into.insert(format!("{place} list"));
                for item in items {
                    collect(item, &format!("{place}[]"), into);
                }
            }
            Value::String(_) => drop(into.insert(format!("{place} text"))),
            Value::Number(_) => drop(into.insert(format!("{place} number"))),
            Value::Bool(_) => drop(into.insert(format!("{place} truth value"))),
            Value::Null => drop(into.insert(format!("{place} null"))),
        }
    }
    let mut places = BTreeSet::new();
    collect(value, "", &mut places);
    places
}

/// The answer of the fixture's own query to one of our nodes.
fn ask(caller: &mut Caller, name: &str, path: &str, token: &str) -> Answer {
    let query = fixture(name)["request"]["query"].clone();
    let pairs = query.as_object().unwrap().iter().filter(|(key, _)| *key == "fields");
    let query: Vec<String> = pairs.map(|(key, value)| format!("{key}={}", text(value))).collect();
    caller.get(&format!("{path}?{}", query.join("&")), token)
}

/// Every place of the fixture is in our answer, and ours has no other but `more`.
fn assert_like(answer: &Answer, name: &str, more: &[&str]) {
    let expected = fixture(name)["response"].clone();
    assert_eq!(json!(answer.status), expected["status"], "{name}");
    let (ours, theirs) = (shape(&answer.body), shape(&expected["body"]));
    let missing: Vec<_> = theirs.difference(&ours).collect();
    let extra: Vec<_> = ours.difference(&theirs).filter(|place| !more.contains(&place.as_str())).collect();
    assert!(missing.is_empty() && extra.is_empty(), "{name}: missing {missing:?}, extra {extra:?}\n{}", answer.body);
}

#[test]
fn the_calls_of_the_guide_are_answered_as_their_fixtures_are() {
    let mut caller = Caller::usual("");
    let (business, system) = (caller.business_token(), caller.system_token());
    let app = caller.credentials.app_id;
    let tagged = caller.post(&format!("/{WABA}/set_solution_migration_intent"), &business, json!({ "app_id": app }));
    assert_like(&tagged, "guide/2-set-intent", &[]);
    let intent = format!("/{}", text(&tagged.body["id"]));
    assert_like(&caller.get(&intent, &system), "guide/4-read-intent-initiated", &[]);
    caller.wait(3);
    assert_like(&caller.get(&intent, &system), "guide/4-read-intent-accepted", &[]);
    let with_source = ask(&mut caller, "guide/4-read-intent-with-source", &intent, &system);
    assert_like(&with_source, "guide/4-read-intent-with-source", &[]);
    let destination = text(&with_source.body["destination_waba"]["id"]);

    let fetch =
        format!("/{PORTFOLIO}/system_user_access_tokens?fetch_only=true&appsecret_proof={}", caller.proof(&system));
    assert_like(&caller.post(&fetch, &system, json!({})), "guide/5-fetch-business-token", &[]);
    let apps = format!("/{destination}/subscribed_apps");
    assert_like(&caller.get(&apps, &business), "guide/6-read-subscriptions-empty", &[]);
    let with_override = json!({ "override_callback_uri": "https://hooks.example/a", "verify_token": "v" });
    assert_like(&caller.post(&apps, &business, with_override), "guide/6-subscribe-with-override", &[]);
    assert_like(&caller.get(&apps, &business), "guide/6-read-subscriptions-with-override", &[]);
    assert_like(&caller.post(&apps, &business, json!({})), "guide/6-subscribe", &[]);
    assert_like(&caller.get(&apps, &business), "guide/6-read-subscriptions", &[]);
    let listed = ask(&mut caller, "guide/7-list-numbers", &format!("/{WABA}/phone_numbers"), &business);
    assert_like(&listed, "guide/7-list-numbers", &[]);
    let moved = caller.move_number(&destination);
    assert_like(&moved, "guide/8-move-number", &[]);
    assert_like(&caller.register(&text(&moved.body["id"])), "guide/9-register", &[]);
    assert_like(&caller.get(&intent, &system), "guide/4-read-intent-completed", &[]);

    let mut other = Caller::usual("answer = \"reject\"");
    let intent = other.set_intent();
    other.wait(3);
    assert_like(&other.get(&format!("/{intent}"), &system), "guide/4-read-intent-rejected", &[]);
}

#[test]
fn other_reads_are_answered_as_their_fixtures_are() {
    let mut caller = Caller::usual("pays = \"never\"");
    let (business, system, app) = (caller.business_token(), caller.system_token(), caller.app_token());
    let unverified = [
        "/health_status/entities[]/errors[]/error_code number",
        "/health_status/entities[]/errors list",
        "/health_status/entities[]/errors[]/error_description text",
        "/health_status/entities[]/errors[]/possible_solution text",
    ];
    let webhook = ["/webhook_configuration/application text"];
    let source = format!("/{WABA}");
    assert_like(&ask(&mut caller, "reads/waba-source", &source, &business), "reads/waba-source", &unverified);
    assert_like(&ask(&mut caller, "reads/waba-owner-only", &source, &business), "reads/waba-owner-only", &[]);
    assert_like(&ask(&mut caller, "reads/me", "/me", &business), "reads/me", &[]);
    let debug = caller.get(&format!("/debug_token?input_token={business}"), &app);
    assert_like(&debug, "reads/debug-token", &[]);
    let phone = format!("/{}", caller.credentials.customers[0].phone_number_ids[0]);
    assert_like(
        &ask(&mut caller, "reads/number-source-ready", &phone, &business),
        "reads/number-source-ready",
        &webhook,
    );

    let destination = format!("/{}", caller.subscribed());
    assert_like(
        &ask(&mut caller, "reads/waba-destination-141006", &destination, &business),
        "reads/waba-destination-141006",
        &[],
    );
    caller.simulator.person(caller.portfolio(), Action::AddPaymentMethod);
    let shared = format!("/{}/client_whatsapp_business_accounts", caller.credentials.portfolio_id);
    let shared = ask(&mut caller, "reads/client-wabas", &shared, &system);
    let as_text = shape(&shared.body);
    assert!(as_text.contains("/data[]/id text") && as_text.contains("/data[]/creation_time number"), "{}", shared.body);
    let phone = format!("/{}", text(&caller.move_number(destination.trim_start_matches('/')).body["id"]));
    assert_like(
        &ask(&mut caller, "reads/number-destination-moved", &phone, &business),
        "reads/number-destination-moved",
        &webhook,
    );
    caller.register(phone.trim_start_matches('/'));
    let registered = ask(&mut caller, "reads/number-destination-registered", &phone, &business);
    assert_like(&registered, "reads/number-destination-registered", &webhook);
    caller.wait(1);
    let templates =
        ask(&mut caller, "reads/templates-destination-copied", &format!("{destination}/message_templates"), &business);
    assert_like(&templates, "reads/templates-destination-copied", &[]);
}

/// One delivered message in the half hour that the fixtures ask about.
fn deliver_one(caller: &mut Caller) {
    caller.now = "2027-03-31T21:10:00Z".parse().unwrap();
    caller.simulator.advance_to(caller.now);
    let message = SendMessage::template(NUMBER.parse().unwrap(), "+493023125900", "order_shipped", "de");
    caller.simulator.send_message(&message.delivered_after_s(0)).unwrap();
    caller.wait(1);
}

#[test]
fn pricing_analytics_are_answered_as_their_fixtures_are() {
    let knobs = json!({ "template_copy_when": "migrate", "template_copy_delay_s": 0 });
    let mut leaver = Caller::with_knobs(&knobs);
    let business = leaver.business_token();
    let source = format!("/{WABA}");
    let silent = ask(&mut leaver, "reads/pricing-analytics-empty", &source, &business);
    assert_like(&silent, "reads/pricing-analytics-empty", &[]);
    deliver_one(&mut leaver);
    let charged = ask(&mut leaver, "reads/pricing-analytics-source", &source, &business);
    assert_like(&charged, "reads/pricing-analytics-source", &[]);

    let mut settled = Caller::with_knobs(&knobs);
    let (destination, phone) = settled.moved();
    settled.register(&phone);
    deliver_one(&mut settled);
    let charged = ask(&mut settled, "reads/pricing-analytics-destination", &format!("/{destination}"), &business);
    assert_like(&charged, "reads/pricing-analytics-destination", &[]);
}

#[test]
fn flows_are_listed_as_their_fixtures_are() {
    let mut caller = Caller::new(CUSTOMERS, "[customers.acorn]\ntemplates = 40\n");
    let business = caller.business_token();
    let edge = format!("/{WABA}/flows");
    let listed = ask(&mut caller, "reads/flows-source-page-2-of-2", &edge, &business);
    assert_like(&listed, "reads/flows-source-page-2-of-2", &[]);
}

/// What the client decides by: HTTP status, code, subcode and the words for people.
fn assert_refused_like(answer: &Answer, name: &str) {
    let expected = &fixture(name)["response"];
    assert_eq!(json!(answer.status), expected["status"], "{name}");
    let (ours, theirs) = (&answer.body["error"], &expected["body"]["error"]);
    for member in ["type", "code", "error_subcode", "error_user_title", "error_user_msg"] {
        if !theirs[member].is_null() {
            assert_eq!(ours[member], theirs[member], "{name}: {member}");
        }
    }
    assert_eq!(
        ours["error_data"]["details"].is_string(),
        theirs["error_data"]["details"].is_string(),
        "{name}: {ours}"
    );
    assert!(ours["fbtrace_id"].is_string());
}

#[test]
fn refusals_are_worded_as_their_fixtures_are() {
    let scenario = "\n[knobs]\npayment_hidden_in_details = false\ndestination_review = \"pending\"\ndestination_review_s = 8640000\n";
    let mut caller = Caller::usual(&format!("pays = \"never\"\nturns_off_two_step_after = \"9 days\"{scenario}"));
    let destination = caller.accepted();
    assert_refused_like(&caller.move_number(&destination), "errors/2388103-webhooks");
    let token = caller.business_token();
    caller.post(&format!("/{destination}/subscribed_apps"), &token, json!({}));
    assert_refused_like(&caller.move_number(&destination), "errors/2388103-payment");
    caller.set_knobs(&json!({ "migration_code_style": "code" }));
    assert_refused_like(&caller.move_number(&destination), "errors/2388103-plain-code-payment");
    caller.set_knobs(&json!({ "migration_code_style": "subcode", "payment_hidden_in_details": true }));
    assert_refused_like(&caller.move_number(&destination), "errors/100-payment-in-details-at-move");
    caller.set_knobs(&json!({ "error_data_shape": "string" }));
    let as_string = caller.move_number(&destination);
    let expected = fixture("errors/100-payment-in-details-as-string");
    assert_eq!(
        as_string.body["error"]["error_data"].is_string(),
        expected["response"]["body"]["error"]["error_data"].is_string()
    );
    caller.set_knobs(&json!({ "error_data_shape": "object" }));
    caller.simulator.person(caller.portfolio(), Action::AddPaymentMethod);
    assert_refused_like(&caller.move_number(&destination), "errors/2388103-not-approved");
    caller.simulator.person(caller.portfolio(), Action::ApproveWaba);
    let phone = text(&caller.move_number(&destination).body["id"]);
    assert_refused_like(&caller.move_number(&destination), "errors/2388012-already-there");
    assert_refused_like(&caller.register(&phone), "errors/2388001-register-two-step-on");
    assert_refused_like(&caller.get(&format!("/{phone}"), "nobody's"), "errors/190-467-token-invalid");
}
