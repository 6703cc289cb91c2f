//! Guide 8: what stops a move, and in which order.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, NUMBER, PORTFOLIO, WABA, text};
use serde_json::json;
use unmoor_simulator::{Action, Id};

fn portfolio() -> Id {
    PORTFOLIO.parse().unwrap()
}

/// The title of a refusal with 2388103.
fn refusal(caller: &mut Caller, destination: &str) -> String {
    let answer = caller.move_number(destination);
    assert_eq!(answer.status, 400);
    assert_eq!(answer.codes(), (100, Some(2_388_103)), "{}", answer.body);
    text(&answer.body["error"]["error_user_title"])
}

/// guide: 6.1
#[test]
fn subscription_payment_review_and_name_are_asked_for_in_this_order() {
    let scenario = r#"
        [customers.acorn]
        numbers = [{ number = "+493023125001", name_status = "PENDING_REVIEW" }]
        person = { answers_after = "2 hours", pays = "never" }
        [knobs]
        destination_review = "pending"
        destination_review_s = 864000
        payment_hidden_in_details = false
    "#;
    let mut caller = Caller::new(common::CUSTOMERS, scenario);
    let destination = caller.accepted();
    assert_eq!(refusal(&mut caller, &destination), "Cannot migrate phone number.");
    let token = caller.business_token();
    caller.post(&format!("/{destination}/subscribed_apps"), &token, json!({}));
    assert_eq!(refusal(&mut caller, &destination), "Your WhatsApp account does not have a payment account.");
    assert_eq!(caller.simulator.person(portfolio(), Action::AddPaymentMethod), 1);
    assert_eq!(refusal(&mut caller, &destination), "Your WhatsApp account must be approved");
    assert_eq!(caller.simulator.person(portfolio(), Action::ApproveWaba), 1);
    assert_eq!(refusal(&mut caller, &destination), "Registered name should be present and approved.");
    assert_eq!(caller.simulator.person(portfolio(), Action::ApproveName), 1);
    let moved = caller.move_number(&destination);
    assert!(moved.body["id"].is_string(), "{}", moved.body);
}

/// guide: 3.2
#[test]
fn a_missing_payment_method_hides_in_details_by_default() {
    let mut caller = Caller::usual("pays = \"never\"");
    let destination = caller.subscribed();
    let answer = caller.move_number(&destination);
    assert_eq!(answer.codes(), (100, None));
    assert_eq!(answer.body["error"]["message"], "(#100) Invalid parameter");
    assert!(answer.details().contains("doesn't have a payment method"), "{}", answer.body);
}

#[test]
fn a_declined_card_is_no_payment_method() {
    let mut caller = Caller::usual("pays = \"declined\"");
    let destination = caller.subscribed();
    assert!(caller.move_number(&destination).details().contains("payment method"));
    let token = caller.business_token();
    let account = caller.get(&format!("/{destination}?fields=primary_funding_id,health_status"), &token);
    assert!(account.body["primary_funding_id"].is_string());
    assert_eq!(account.body["health_status"]["entities"][0]["errors"][0]["error_code"], 141_006);
}

#[test]
fn a_number_that_is_there_already_is_told_with_2388012() {
    let mut caller = Caller::usual("");
    let (destination, _) = caller.moved();
    let again = caller.move_number(&destination);
    assert_eq!(again.codes(), (100, Some(2_388_012)));
    assert_eq!(caller.entries("number.moved").len(), 1);
}

#[test]
fn a_registered_number_is_told_with_2388012_too() {
    let mut caller = Caller::usual("");
    let (destination, phone) = caller.moved();
    caller.register(&phone);
    assert_eq!(caller.move_number(&destination).codes(), (100, Some(2_388_012)));
}

#[test]
fn a_customer_with_the_wrong_portfolio_cannot_move_a_number() {
    let mut caller = Caller::usual("answer = \"wrong_portfolio\"");
    let intent = caller.set_intent();
    caller.wait(3);
    let system = caller.system_token();
    let answer = caller.get(&format!("/{intent}?fields=status,destination_waba"), &system);
    let destination = text(&answer.body["destination_waba"]["id"]);
    let owner = caller.get(&format!("/{destination}?fields=owner_business_info"), &system);
    let owner = text(&owner.body["owner_business_info"]["id"]);
    assert_ne!(owner, PORTFOLIO);
    let business = caller.business_token();
    assert_eq!(caller.get(&format!("/{destination}"), &business).codes().0, 200);
    caller.post(&format!("/{destination}/subscribed_apps"), &system, json!({}));
    let body = json!({ "migrate_phone_number": true, "cc": "49", "phone_number": "3023125001" });
    let answer = caller.post(&format!("/{destination}/phone_numbers"), &system, body);
    let title = text(&answer.body["error"]["error_user_title"]);
    assert_eq!(title, "This phone number belongs to a different Business Manager account.");
}

#[test]
fn without_an_accepted_intent_a_number_has_to_be_verified_first() {
    let customers = "customer,source_waba_id,business_portfolio_id\nacorn,5001,77\nbirch,5002,77\n";
    let scenario = "[customers.acorn]\nnumbers = [\"+493023125001\"]\n[customers.birch]\nnumbers = 1\n";
    let mut caller = Caller::new(customers, scenario);
    let token = caller.business_token();
    let body = json!({ "migrate_phone_number": true, "cc": "49", "phone_number": "3023125001" });
    let answer = caller.post("/5002/phone_numbers", &token, body);
    assert_eq!(answer.codes(), (100, Some(2_388_001)));
}

#[test]
fn numbers_of_the_business_app_or_in_maintenance_do_not_move() {
    for (special, codes) in [("is_on_biz_app = true", 2_655_093), ("in_maintenance_for = \"1 day\"", 2_494_100)] {
        let scenario = format!(
            "[customers.acorn]\nnumbers = [{{ number = \"{NUMBER}\", {special} }}]\nperson.answers_after = \"2 hours\""
        );
        let mut caller = Caller::new(common::CUSTOMERS, &scenario);
        let destination = caller.subscribed();
        assert_eq!(caller.move_number(&destination).codes(), (100, Some(codes)));
    }
}

#[test]
fn a_number_nobody_has_needs_no_migration() {
    let mut caller = Caller::usual("");
    let destination = caller.subscribed();
    let token = caller.business_token();
    let body = json!({ "migrate_phone_number": "true", "cc": 49, "phone_number": "3023125999" });
    let answer = caller.post(&format!("/{destination}/phone_numbers"), &token, body);
    assert_eq!(answer.body["error"]["error_user_title"], "Please add this phone number in your WhatsApp account");
}

/// guide: 8.3, 8.4
#[test]
fn the_national_number_is_given_without_the_calling_code() {
    let mut caller = Caller::usual("");
    let destination = caller.subscribed();
    let token = caller.business_token();
    let mut give = |cc: &str, number: &str| {
        let body = json!({ "migrate_phone_number": true, "cc": cc, "phone_number": number });
        caller.post(&format!("/{destination}/phone_numbers"), &token, body)
    };
    for (cc, number) in
        [("49", "493023125001"), ("4", "93023125001"), ("49", "+3023125001"), ("de", "3023125001"), ("", "1")]
    {
        let answer = give(cc, number);
        assert_eq!((answer.status, answer.codes().0), (400, 100), "{cc} {number}");
    }
    caller.set_knobs(&json!({ "phone_number_may_include_cc": true }));
    let body = json!({ "migrate_phone_number": true, "cc": "49", "phone_number": "493023125001" });
    assert!(caller.post(&format!("/{destination}/phone_numbers"), &token, body).body["id"].is_string());
}

#[test]
fn the_phone_number_id_can_be_the_same_and_then_the_node_proves_nothing() {
    let mut caller = Caller::with_knobs(&json!({ "phone_id_after_migrate": "same" }));
    let token = caller.business_token();
    let source = caller.get(&format!("/{WABA}/phone_numbers?fields=id"), &token);
    let (destination, phone) = caller.moved();
    assert_eq!(source.body["data"][0]["id"], phone.as_str());
    assert_eq!(caller.get(&format!("/{phone}?fields=status"), &token).body["status"], "CONNECTED");
    let listed = caller.get(&format!("/{destination}/phone_numbers?fields=status"), &token);
    assert_eq!(listed.body["data"][0]["status"], "PENDING");
    assert_eq!(caller.register(&phone).body, json!({ "success": true }));
    let listed = caller.get(&format!("/{destination}/phone_numbers?fields=status"), &token);
    assert_eq!(listed.body["data"][0]["status"], "CONNECTED");
    assert_eq!(
        caller.get(&format!("/{WABA}/phone_numbers?fields=status"), &token).body["data"][0]["status"],
        "MIGRATED"
    );
}

#[test]
fn a_read_after_a_write_can_lag() {
    let mut caller = Caller::usual("");
    let destination = caller.subscribed();
    caller.set_knobs(&json!({ "read_after_write_lag_s": 60 }));
    let phone = text(&caller.move_number(&destination).body["id"]);
    let token = caller.business_token();
    let path = format!("/{destination}/phone_numbers?fields=status");
    assert_eq!(caller.get(&path, &token).body, json!({ "data": [] }));
    assert_eq!(caller.get(&format!("/{phone}"), &token).codes(), (100, Some(33)));
    assert_eq!(caller.register(&phone).body, json!({ "success": true }));
    caller.now += jiff::SignedDuration::from_secs(58);
    assert_eq!(caller.get(&path, &token).body["data"][0]["status"], "PENDING");
    caller.now += jiff::SignedDuration::from_secs(60);
    assert_eq!(caller.get(&path, &token).body["data"][0]["status"], "CONNECTED");
}

#[test]
fn the_number_of_an_error_can_stand_as_its_code_and_its_data_as_a_string() {
    let mut caller = Caller::usual("");
    let (destination, _) = caller.moved();
    caller.set_knobs(&json!({ "migration_code_style": "code", "error_data_shape": "string" }));
    let answer = caller.move_number(&destination);
    assert_eq!(answer.codes(), (2_388_012, None));
    let data = answer.body["error"]["error_data"].as_str().unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(data).unwrap()["details"].is_string());
}

/// guide: 8.6
#[test]
fn another_display_name_is_accepted_unless_the_knob_says_no() {
    for (knob, moves) in [("accept", true), ("error", false)] {
        let mut caller = Caller::with_knobs(&json!({ "verified_name_mismatch": knob }));
        let destination = caller.subscribed();
        let token = caller.business_token();
        let body =
            json!({ "migrate_phone_number": true, "cc": "49", "phone_number": "3023125001", "verified_name": "Other" });
        let answer = caller.post(&format!("/{destination}/phone_numbers"), &token, body);
        assert_eq!(answer.body["id"].is_string(), moves, "{}", answer.body);
    }
}
