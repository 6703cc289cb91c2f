//! The guide's nine steps on a calm day, as a client sees them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, NUMBER, PORTFOLIO, WABA, text};
use serde_json::json;

/// guide: I1, I3, 2.1, 2.2, 2.4, 3.5, 4.1, 4.2, 4.3, 5.1, 6.1, 6.5, 7.1, 7.2, 7.3, 7.4, 7.5, 8.1, 8.7, 9.1, 9.3, T1, T7, T8
#[test]
fn nine_steps_on_a_calm_day() {
    let mut caller = Caller::usual("");
    let (business, system) = (caller.business_token(), caller.system_token());
    let app = caller.credentials.app_id;

    // 1: two-step verification is off.
    let source = caller.get(&format!("/{WABA}/phone_numbers?fields=status,is_pin_enabled"), &business);
    assert_eq!(source.body["data"][0]["is_pin_enabled"], json!(false));

    // 2: the WABA is tagged, and every admin gets a mail.
    let tagged = caller.post(&format!("/{WABA}/set_solution_migration_intent"), &business, json!({ "app_id": app }));
    let intent = text(&tagged.body["id"]);
    assert_eq!(tagged.body, json!({ "id": intent }));
    let mails = caller.simulator.mails();
    let receivers: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(receivers, ["office@acorn.example", "owner@acorn.example"]);
    assert!(mails.iter().all(|mail| mail.from.contains("notification@facebookmail.com")));

    // 3 and 4: the customer accepts after two hours; before that there is no destination.
    let waiting = caller.get(&format!("/{intent}"), &system);
    assert_eq!(waiting.body, json!({ "status": "INITIATED", "id": intent }));
    caller.wait(2);
    let accepted = caller.get(&format!("/{intent}"), &system);
    assert_eq!(accepted.body["status"], "ACCEPTED");
    let keys: Vec<&String> = accepted.body["destination_waba"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "name", "currency", "timezone_id", "business_type", "message_template_namespace"]);
    assert_eq!(accepted.body["destination_waba"]["business_type"], "ent");
    let destination = text(&accepted.body["destination_waba"]["id"]);
    assert_ne!(destination, WABA);

    // 5: the business token covers the destination.
    let proof = caller.proof(&system);
    let fetched = caller.post(
        &format!("/{PORTFOLIO}/system_user_access_tokens?fetch_only=true&appsecret_proof={proof}"),
        &system,
        json!({}),
    );
    let business = text(&fetched.body["access_token"]);
    let described = caller.get(&format!("/debug_token?input_token={business}"), &caller.app_token());
    assert_eq!(described.body["data"]["granular_scopes"][1]["target_ids"], json!([destination, WABA]));

    // 6: the app subscribes.
    let subscribed = caller.post(&format!("/{destination}/subscribed_apps"), &business, json!({}));
    assert_eq!(subscribed.body, json!({ "success": true }));
    let apps = caller.get(&format!("/{destination}/subscribed_apps"), &business);
    assert_eq!(apps.body["data"][0]["whatsapp_business_api_data"]["id"], json!(app));

    // 7: the source lists its number as connected.
    let numbers = caller.get(&format!("/{WABA}/phone_numbers?fields=status"), &business);
    let old_phone = text(&numbers.body["data"][0]["id"]);
    assert_eq!(numbers.body["data"], json!([{ "status": "CONNECTED", "id": old_phone }]));
    assert!(numbers.body["paging"]["cursors"]["after"].is_string());

    // 8: the number moves; it still waits for its register.
    let moved = caller.move_number(&destination);
    let phone = text(&moved.body["id"]);
    assert_eq!(moved.body, json!({ "id": phone }));
    assert_ne!(phone, old_phone);
    let fields = "status,platform_type,code_verification_status,is_pin_enabled";
    let pending = caller.get(&format!("/{phone}?fields={fields}"), &business);
    assert_eq!(
        pending.body,
        json!({ "status": "PENDING", "platform_type": "NOT_APPLICABLE", "code_verification_status": "VERIFIED",
                "is_pin_enabled": false, "id": phone })
    );

    // 9: registered, with two-step verification on again; the source has let go.
    let registered = caller.register(&phone);
    assert_eq!(registered.body, json!({ "success": true }));
    let listed = caller.get(&format!("/{destination}/phone_numbers?fields={fields}"), &business);
    assert_eq!(
        listed.body["data"],
        json!([{ "status": "CONNECTED", "platform_type": "CLOUD_API", "code_verification_status": "VERIFIED",
                 "is_pin_enabled": true, "id": phone }])
    );
    let source = caller.get(&format!("/{WABA}/phone_numbers?fields=status"), &business);
    assert_eq!(source.body["data"][0]["status"], "MIGRATED");
    assert_eq!(caller.get(&format!("/{intent}"), &system).body["status"], "COMPLETED");

    // Templates: approved ones of green quality follow a minute later, with new ids and unknown quality.
    let before = caller.get(&format!("/{destination}/message_templates"), &business);
    assert_eq!(before.body, json!({ "data": [] }));
    caller.wait(1);
    let copies =
        caller.get(&format!("/{destination}/message_templates?fields=name,language,status,quality_score"), &business);
    let copies: Vec<_> = copies.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|copy| {
            (text(&copy["name"]), text(&copy["language"]), text(&copy["status"]), text(&copy["quality_score"]["score"]))
        })
        .collect();
    let copy = |language: &str| ("order_shipped".into(), language.into(), "APPROVED".into(), "UNKNOWN".into());
    assert_eq!(copies, [copy("de"), copy("en_US")]);

    assert_eq!(
        caller.kinds(),
        [
            "intent.created",
            "intent.accepted",
            "funding.added",
            "token.issued",
            "app.subscribed",
            "number.moved",
            "number.registered",
            "intent.completed",
            "template.copied",
            "template.copied"
        ]
    );
    for entry in caller.simulator.ledger(0) {
        assert_eq!(entry.source_waba.unwrap().to_string(), WABA);
    }
    assert_eq!(caller.entries("number.moved")[0].number.as_ref().unwrap().as_str(), NUMBER);
}

#[test]
fn the_same_seed_and_calls_give_the_same_bytes() {
    let run = |seed: u64| {
        let setup = unmoor_simulator::load::load(common::CUSTOMERS, "", seed).unwrap();
        let now = setup.start;
        let simulator = unmoor_simulator::Simulator::from_setup(setup);
        let credentials = simulator.credentials();
        let mut caller = Caller { simulator, now, credentials };
        let token = caller.business_token();
        let mut bytes = String::new();
        for path in ["/phone_numbers", "/message_templates", "", "?fields=health_status"] {
            let answer = caller.get(&format!("/{WABA}{path}"), &token);
            bytes.push_str(&format!("{:?} {}\n", answer.headers, answer.body));
        }
        caller.set_intent();
        caller.wait(24 * 3);
        bytes.push_str(&serde_json::to_string(&caller.simulator.ledger(0)).unwrap());
        bytes
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
