//! Sentences of the guide about Meta's side that no test of a single rule holds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::collections::BTreeSet;

use bytes::Bytes;
use common::{Caller, WABA, read, text};
use http::Request;
use serde_json::json;
use unmoor_simulator::{Id, Reply};

/// guide: I2
#[test]
fn afterwards_the_provider_alone_has_a_part_in_the_customers_account() {
    let mut caller = Caller::usual("");
    let (destination, phone) = caller.moved();
    caller.register(&phone);
    let destination: Id = destination.parse().unwrap();
    let world = caller.simulator.world();
    let source = &world.wabas[&WABA.parse::<Id>().unwrap()];
    let account = &world.wabas[&destination];
    assert!(source.shared_with.len() > 1, "before, the old partner had one too");
    assert_eq!(account.shared_with, BTreeSet::from([caller.credentials.portfolio_id]));
    assert_eq!(account.solution, None);
}

/// guide: C1
#[test]
fn the_version_stands_first_in_the_path() {
    let caller = Caller::usual("");
    let get = |path: &str| {
        let request = Request::builder()
            .uri(format!("http://graph.example{path}"))
            .header("Authorization", format!("Bearer {}", caller.business_token()))
            .body(Bytes::new())
            .unwrap();
        let Reply::Answer(response) = caller.simulator.exchange(caller.now, &request).reply else { panic!("dropped") };
        let answer = read(&response);
        (answer.status, text(&json!(answer.headers["facebook-api-version"].to_str().unwrap())))
    };
    assert_eq!(get(&format!("/v25.0/{WABA}")), (200, "v25.0".to_owned()));
    assert_eq!(get(&format!("/v23.0/{WABA}")), (200, "v23.0".to_owned()));
    let (status, _) = get(&format!("/{WABA}/v25.0"));
    assert_ne!(status, 200, "behind the node it is no version");
}

/// guide: 3.6
#[test]
fn everybody_with_admin_access_gets_a_mail_that_asks_for_review_and_acceptance() {
    let mut caller = Caller::usual("");
    assert_eq!(caller.simulator.mails(), []);
    caller.set_intent();
    let mails = caller.simulator.mails();
    let receivers: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(receivers, ["office@acorn.example", "owner@acorn.example"]);
    for mail in &mails {
        assert_eq!(mail.from, "WhatsApp for Business <notification@facebookmail.com>");
        assert!(mail.text.contains("Review and accept"), "{}", mail.text);
    }
}

/// guide: 3.7
#[test]
fn the_button_of_the_mail_only_leads_to_business_settings() {
    let mut caller = Caller::usual("answer = \"never\"");
    let intent = caller.set_intent();
    let mails = caller.simulator.mails();
    let links: BTreeSet<&str> = mails.iter().map(|mail| mail.link.as_str()).collect();
    assert_eq!(links.len(), 1, "any admin may follow it, and nothing in it says which: {links:?}");
    let link = links.first().unwrap();
    assert!(link.contains("/settings"), "{link}");
    assert!(!link.contains(&intent), "it accepts nothing by itself: {link}");
}

/// guide: 6.3
#[test]
fn a_subscription_of_the_source_does_not_serve_the_destination() {
    let mut caller = Caller::usual("");
    let destination = caller.accepted();
    let token = caller.business_token();
    assert_eq!(caller.post(&format!("/{WABA}/subscribed_apps"), &token, json!({})).status, 200);
    let refused = caller.move_number(&destination);
    assert_eq!(refused.body["error"]["error_user_title"], "Cannot migrate phone number.");
    assert_eq!(caller.post(&format!("/{destination}/subscribed_apps"), &token, json!({})).status, 200);
    assert!(caller.move_number(&destination).body["id"].is_string());
}

/// guide: 6.4
#[test]
fn a_subscription_needs_no_body() {
    let mut caller = Caller::usual("");
    let destination = caller.accepted();
    let token = caller.business_token();
    let answer = caller.call("POST", &format!("/{destination}/subscribed_apps"), &token, None);
    assert_eq!((answer.status, answer.body), (200, json!({ "success": true })));
}

/// guide: 8.2
#[test]
fn without_migrate_phone_number_no_number_moves() {
    let mut caller = Caller::usual("");
    let destination = caller.subscribed();
    let token = caller.business_token();
    for asked in [json!(null), json!(false)] {
        let body = json!({ "migrate_phone_number": asked, "cc": "49", "phone_number": "3023125001" });
        assert_ne!(caller.post(&format!("/{destination}/phone_numbers"), &token, body).status, 200, "{asked}");
    }
    assert_eq!(caller.entries("number.moved"), []);
}

/// guide: 8.5
#[test]
fn the_display_number_may_be_given_with_or_without_plus_and_calling_code() {
    for display in ["+49 30 23125001", "+493023125001", "493023125001", "3023125001", "030 23125001"] {
        let mut caller = Caller::usual("");
        let destination = caller.subscribed();
        let token = caller.business_token();
        let body = json!({
            "migrate_phone_number": true, "cc": "49", "phone_number": "3023125001",
            "display_phone_number": display, "verified_name": "Acorn"
        });
        let answer = caller.post(&format!("/{destination}/phone_numbers"), &token, body);
        assert!(answer.body["id"].is_string(), "{display}: {}", answer.body);
    }
}
