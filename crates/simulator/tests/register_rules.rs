//! Guide 9: what stops a register, and what it does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, NUMBER, PORTFOLIO, WABA, text};
use serde_json::json;
use unmoor_simulator::Action;

/// guide: 1.1, 1.7
#[test]
fn two_step_verification_that_is_still_on_stops_the_register() {
    let mut caller = Caller::usual("turns_off_two_step_after = \"1 day\"");
    let (_, phone) = caller.moved();
    let refused = caller.register(&phone);
    assert_eq!(refused.codes(), (100, Some(2_388_001)));
    assert!(text(&refused.body["error"]["error_user_msg"]).contains("two-factor authentication"));
    caller.wait(24);
    assert_eq!(caller.register(&phone).body, json!({ "success": true }));
}

#[test]
fn it_can_stop_the_move_instead() {
    let mut caller = Caller::usual("turns_off_two_step_after = \"1 day\"");
    caller.set_knobs(&json!({ "twofa_enforced_at": "migrate" }));
    let destination = caller.subscribed();
    assert_eq!(caller.move_number(&destination).codes(), (100, Some(2_388_001)));
}

#[test]
fn payment_can_be_asked_for_at_the_register_alone_or_not_at_all() {
    for (knob, registers) in [("register_only", false), ("send_only", true)] {
        let mut caller = Caller::usual("pays = \"never\"");
        caller.set_knobs(&json!({ "payment_enforced_at": knob }));
        let (_, phone) = caller.moved();
        assert_eq!(caller.register(&phone).status == 200, registers, "{knob}");
    }
}

#[test]
fn the_eleventh_register_in_72_hours_blocks_the_number_for_72_hours() {
    let mut caller = Caller::usual("pays = \"never\"");
    caller.set_knobs(&json!({ "payment_enforced_at": "register_only" }));
    let (_, phone) = caller.moved();
    for _ in 0..10 {
        assert!(caller.register(&phone).details().contains("payment"), "failed attempts count");
    }
    caller.register(&phone);
    caller.simulator.person(PORTFOLIO.parse().unwrap(), Action::AddPaymentMethod);
    let refused = caller.register(&phone);
    assert_eq!((refused.status, refused.codes()), (400, (133_016, None)));
    caller.wait(71);
    assert_eq!(caller.register(&phone).codes().0, 133_016);
    caller.wait(2);
    assert_eq!(caller.register(&phone).body, json!({ "success": true }));
}

#[test]
fn the_limit_is_told_before_a_wrong_pin() {
    let mut caller = Caller::usual("");
    let (_, phone) = caller.moved();
    caller.register(&phone);
    let token = caller.business_token();
    let mut guess = || {
        let body = json!({ "messaging_product": "whatsapp", "pin": "000001" });
        caller.post(&format!("/{phone}/register"), &token, body).codes().0
    };
    for _ in 0..9 {
        assert_eq!(guess(), 133_005, "failed attempts count");
    }
    assert_eq!(guess(), 133_016);
    assert_eq!(caller.register(&phone).codes().0, 133_016, "the right PIN is no better");
}

#[test]
fn the_limit_is_429_in_the_other_style() {
    let mut caller = Caller::usual("");
    caller.set_knobs(&json!({ "error_http_style": "spec" }));
    let (_, phone) = caller.moved();
    for _ in 0..10 {
        assert_eq!(caller.register(&phone).status, 200);
    }
    assert_eq!(caller.register(&phone).status, 429);
}

/// guide: 9.2
#[test]
fn registering_again_needs_the_same_pin_and_changes_nothing() {
    let mut caller = Caller::usual("");
    let (_, phone) = caller.moved();
    caller.register(&phone);
    assert_eq!(caller.register(&phone).body, json!({ "success": true }));
    let token = caller.business_token();
    let body = json!({ "messaging_product": "whatsapp", "pin": "000001" });
    assert_eq!(caller.post(&format!("/{phone}/register"), &token, body).codes().0, 133_005);
    assert_eq!(caller.entries("number.registered").len(), 1);
}

/// guide: 8.8
#[test]
fn registering_the_old_id_is_refused_once_the_number_has_gone() {
    for shown in ["MIGRATED", "DISCONNECTED", "DELETED", "absent"] {
        let mut caller = Caller::with_knobs(&json!({ "phone_source_after_register": shown }));
        let token = caller.business_token();
        let old = text(&caller.get(&format!("/{WABA}/phone_numbers"), &token).body["data"][0]["id"]);
        let (destination, phone) = caller.moved();
        caller.register(&phone);
        let refused = caller.register(&old);
        assert_eq!((refused.status, refused.codes().0), (400, 100), "{shown}");
        assert!(shown == "absent" || refused.details().contains("mismatch"), "{shown}");
        assert_ne!(caller.post(&format!("/{old}/deregister"), &token, json!({})).status, 200, "{shown}");
        let connected = caller.get(&format!("/{destination}/phone_numbers?fields=status"), &token);
        assert_eq!(connected.body["data"][0]["status"], "CONNECTED", "{shown}");
        assert_eq!(caller.entries("number.registered").len(), 1, "{shown}");
    }
}

#[test]
fn the_old_id_stays_closed_when_the_new_one_is_deregistered() {
    let mut caller = Caller::with_knobs(&json!({ "phone_source_after_register": "DISCONNECTED" }));
    let token = caller.business_token();
    let old = text(&caller.get(&format!("/{WABA}/phone_numbers"), &token).body["data"][0]["id"]);
    let (_, phone) = caller.moved();
    caller.register(&phone);
    assert_eq!(caller.post(&format!("/{phone}/deregister"), &token, json!({})).status, 200);
    assert!(caller.register(&old).details().contains("mismatch"));
}

#[test]
fn a_moved_number_has_to_be_registered_within_14_days() {
    let mut caller = Caller::usual("");
    let (_, phone) = caller.moved();
    caller.wait(14 * 24);
    let token = caller.business_token();
    let node = caller.get(&format!("/{phone}?fields=code_verification_status"), &token);
    assert_eq!(node.body["code_verification_status"], "EXPIRED");
    assert_eq!(caller.register(&phone).codes().0, 133_006);
}

#[test]
fn the_source_shows_what_the_knob_says_and_a_disconnected_one_is_no_duplicate() {
    for (knob, shown) in [("MIGRATED", "MIGRATED"), ("DISCONNECTED", "DISCONNECTED"), ("DELETED", "DELETED")] {
        let mut caller = Caller::with_knobs(&json!({ "phone_source_after_register": knob }));
        let (_, phone) = caller.moved();
        caller.register(&phone);
        let token = caller.business_token();
        let source = caller.get(&format!("/{WABA}/phone_numbers?fields=status,platform_type"), &token);
        assert_eq!(source.body["data"][0]["status"], shown);
        assert_eq!(source.body["data"][0]["platform_type"], "NOT_APPLICABLE");
    }
    let mut caller = Caller::with_knobs(&json!({ "phone_source_after_register": "absent" }));
    let (_, phone) = caller.moved();
    caller.register(&phone);
    let token = caller.business_token();
    assert_eq!(caller.get(&format!("/{WABA}/phone_numbers"), &token).body, json!({ "data": [] }));
}

#[test]
fn a_registered_number_can_be_called_linked() {
    let mut caller = Caller::with_knobs(&json!({ "phone_status_vocab": "LINKED" }));
    let token = caller.business_token();
    let source = caller.get(&format!("/{WABA}/phone_numbers?fields=status"), &token);
    assert_eq!(source.body["data"][0]["status"], "LINKED");
}

#[test]
fn the_intent_completes_with_the_last_connected_number_unless_the_knob_says_otherwise() {
    let scenario = format!(
        "[customers.acorn]\nnumbers = [\"{NUMBER}\", \"+493023125002\", {{ number = \"+493023125003\", status = \"DISCONNECTED\" }}]\n\
         person.answers_after = \"2 hours\""
    );
    let mut caller = Caller::new(common::CUSTOMERS, &scenario);
    let destination = caller.subscribed();
    let phone = text(&caller.move_number(&destination).body["id"]);
    caller.register(&phone);
    assert_eq!(caller.entries("intent.completed"), []);
    let token = caller.business_token();
    let body = json!({ "migrate_phone_number": true, "cc": "49", "phone_number": "3023125002" });
    let second = text(&caller.post(&format!("/{destination}/phone_numbers"), &token, body).body["id"]);
    caller.register(&second);
    assert_eq!(caller.entries("intent.completed").len(), 1);

    let mut never = Caller::with_knobs(&json!({ "intent_completed_when": "never" }));
    let (_, phone) = never.moved();
    never.register(&phone);
    assert_eq!(never.entries("intent.completed"), []);
}

/// guide: 9.2
#[test]
fn pin_and_product_are_checked() {
    let mut caller = Caller::usual("");
    let (_, phone) = caller.moved();
    let token = caller.business_token();
    for body in [
        json!({}),
        json!({ "messaging_product": "whatsapp" }),
        json!({ "messaging_product": "telegraph", "pin": "212834" }),
        json!({ "messaging_product": "whatsapp", "pin": "12345" }),
        json!({ "messaging_product": "whatsapp", "pin": "12345x" }),
        json!({ "messaging_product": "whatsapp", "pin": ["212834"] }),
    ] {
        let answer = caller.post(&format!("/{phone}/register"), &token, body.clone());
        assert_eq!((answer.status, answer.codes().0), (400, 100), "{body}");
    }
    assert_eq!(caller.entries("number.registered"), []);
}

/// guide: I3
#[test]
fn reverification_is_refused_and_entered() {
    let mut caller = Caller::usual("");
    let (_, phone) = caller.moved();
    let token = caller.business_token();
    for edge in ["request_code", "verify_code"] {
        assert_eq!(caller.post(&format!("/{phone}/{edge}"), &token, json!({})).codes(), (100, Some(2_388_091)));
    }
    assert_eq!(caller.entries("number.code_requested").len() + caller.entries("number.code_verified").len(), 2);
}
