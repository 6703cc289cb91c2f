//! What can be done to a number beside moving and registering it: PIN, deregister, local storage, the limit of its portfolio.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, WABA};
use serde_json::json;
use unmoor_simulator::Fault;

const DONE: fn() -> serde_json::Value = || json!({ "success": true });

fn source_phone(caller: &Caller) -> String {
    caller.credentials.customers[0].phone_number_ids[0].to_string()
}

#[test]
fn a_pin_is_set_by_a_call_and_turns_two_step_verification_on() {
    let mut caller = Caller::usual("");
    let (token, phone) = (caller.business_token(), source_phone(&caller));
    let is_on = |caller: &mut Caller| {
        caller.get(&format!("/{phone}?fields=is_pin_enabled"), &token).body["is_pin_enabled"].clone()
    };
    assert_eq!(is_on(&mut caller), false);
    assert_eq!(caller.post(&format!("/{phone}"), &token, json!({ "pin": "150954" })).body, DONE());
    assert_eq!(is_on(&mut caller), true);
    caller.post(&format!("/{phone}"), &token, json!({ "pin": "150955" }));
    caller.post(&format!("/{phone}"), &token, json!({ "pin": "150955" }));
    assert_eq!(caller.kinds(), ["two_step.turned_on", "two_step.pin_changed"], "the same PIN again changes nothing");
    for wrong in ["15095", "1509544", "15095a", "１２３４５６"] {
        let refused = caller.post(&format!("/{phone}"), &token, json!({ "pin": wrong }));
        assert_eq!((refused.status, refused.codes().0), (400, 100), "{wrong}");
    }
    assert_eq!(caller.post(&format!("/{phone}"), &token, json!({})).codes().0, 100);
}

#[test]
fn a_pin_cannot_be_set_on_a_number_that_is_not_registered() {
    let mut caller = Caller::usual("");
    let (_, phone) = caller.moved();
    let token = caller.business_token();
    let refused = caller.post(&format!("/{phone}"), &token, json!({ "pin": "150954" }));
    assert_eq!((refused.status, refused.codes()), (400, (133_010, None)));
    caller.register(&phone);
    assert_eq!(caller.post(&format!("/{phone}"), &token, json!({ "pin": "150954" })).body, DONE());
}

#[test]
fn a_deregistered_number_keeps_its_pin_and_registers_again_without_a_second_cutover() {
    let mut caller = Caller::usual("");
    let (_, phone) = caller.moved();
    let token = caller.business_token();
    caller.register(&phone);
    assert_eq!(caller.post(&format!("/{phone}/deregister"), &token, json!({})).body, DONE());
    let fields = format!("/{phone}?fields=status,platform_type,is_pin_enabled");
    let seen = caller.get(&fields, &token).body;
    assert_eq!(
        seen,
        json!({ "status": "DISCONNECTED", "platform_type": "NOT_APPLICABLE", "is_pin_enabled": true, "id": phone })
    );
    let again = caller.post(&format!("/{phone}/deregister"), &token, json!({}));
    assert_eq!(again.codes(), (100, Some(2_207_051)));
    let register = |caller: &mut Caller, pin: &str| {
        let body = json!({ "messaging_product": "whatsapp", "pin": pin });
        caller.post(&format!("/{phone}/register"), &token, body)
    };
    assert_eq!(register(&mut caller, "000000").codes().0, 133_005);
    assert_eq!(register(&mut caller, "212834").body, DONE());
    assert_eq!(caller.get(&fields, &token).body["status"], "CONNECTED");
    assert_eq!(caller.entries("number.registered").len(), 1);
}

#[test]
fn deregister_has_a_limit_of_its_own() {
    let mut caller = Caller::usual("");
    let (token, phone) = (caller.business_token(), source_phone(&caller));
    let path = format!("/{phone}/deregister");
    for _ in 0..10 {
        caller.post(&path, &token, json!({}));
    }
    assert_eq!(caller.post(&path, &token, json!({})).codes(), (133_016, None));
    caller.wait(73);
    assert_eq!(
        caller.post(&path, &token, json!({})).codes(),
        (100, Some(2_207_051)),
        "blocked no more, and not registered"
    );
    let register = json!({ "messaging_product": "whatsapp", "pin": "212834" });
    assert_eq!(caller.post(&format!("/{phone}/register"), &token, register).body, DONE(), "counted apart");
}

#[test]
fn a_number_shared_with_the_business_app_cannot_be_deregistered() {
    let scenario = "[customers.acorn]\nnumbers = [{ number = \"+493023125001\", is_on_biz_app = true }]\n";
    let mut caller = Caller::new(common::CUSTOMERS, scenario);
    let (token, phone) = (caller.business_token(), source_phone(&caller));
    let refused = caller.post(&format!("/{phone}/deregister"), &token, json!({}));
    assert_eq!(refused.codes(), (100, None));
    let said = "Deregister endpoint is not available for API solution for SMB businesses.";
    assert_eq!(refused.body["error"]["message"], said);
}

fn with_storage() -> Caller {
    let number =
        "numbers = [{ number = \"+493023125001\", storage_region = \"DE\" }]\nperson.answers_after = \"2 hours\"\n";
    Caller::new(common::CUSTOMERS, &format!("[customers.acorn]\n{number}"))
}

fn storage(caller: &mut Caller, phone: &str) -> serde_json::Value {
    let token = caller.business_token();
    caller.get(&format!("/{phone}/settings"), &token).body["storage_configuration"].clone()
}

#[test]
fn local_storage_is_lost_by_the_move_unless_it_is_set_again() {
    let mut caller = with_storage();
    let enabled = json!({ "status": "IN_COUNTRY_STORAGE_ENABLED", "data_localization_region": "DE" });
    let source = source_phone(&caller);
    assert_eq!(storage(&mut caller, &source), enabled);
    let (_, phone) = caller.moved();
    assert_eq!(storage(&mut caller, &phone), json!({ "status": "DEFAULT" }));
    let token = caller.business_token();
    let path = format!("/{phone}/settings");
    assert_eq!(caller.post(&path, &token, json!({ "storage_configuration": enabled })).body, DONE());
    assert_eq!(caller.register(&phone).body, DONE());
    assert_eq!(storage(&mut caller, &phone), enabled);
    let off = json!({ "storage_configuration": { "status": "IN_COUNTRY_STORAGE_DISABLED" } });
    let refused = caller.post(&path, &token, off.clone());
    assert_eq!(refused.codes().0, 100);
    assert!(refused.details().contains("deregister it first"), "{}", refused.body);
    caller.post(&format!("/{phone}/deregister"), &token, json!({}));
    assert_eq!(storage(&mut caller, &phone), json!({ "status": "DEFAULT" }), "a deregister ends it as well");
    assert_eq!(caller.post(&path, &token, off).body, DONE(), "nothing to change");
}

#[test]
fn local_storage_may_come_along_and_is_set_in_either_spelling() {
    let mut caller = with_storage();
    caller.set_knobs(&json!({ "storage_region_after_migrate": "kept" }));
    let (_, phone) = caller.moved();
    assert_eq!(storage(&mut caller, &phone)["data_localization_region"], "DE");
    let token = caller.business_token();
    let other = json!({ "storage_configuration": { "enabled": true, "region": "ch" } });
    assert_eq!(caller.post(&format!("/{phone}/settings"), &token, other).body, DONE());
    assert_eq!(storage(&mut caller, &phone)["data_localization_region"], "CH");
    for wrong in [
        json!({ "status": "IN_COUNTRY_STORAGE_ENABLED", "data_localization_region": "XX" }),
        json!({}),
        json!("DE"),
        json!([]),
    ] {
        let refused = caller.post(&format!("/{phone}/settings"), &token, json!({ "storage_configuration": wrong }));
        assert_eq!((refused.status, refused.codes().0), (400, 100));
    }
    let encryption = json!({ "payload_encryption": { "status": "ENABLED" } });
    assert_eq!(caller.post(&format!("/{phone}/settings"), &token, encryption).status, 501);
}

#[test]
fn a_region_in_the_register_is_ignored_taken_or_refused() {
    for (knob, status, region) in [("ignored", 200, None), ("taken", 200, Some("IN")), ("refused", 400, None)] {
        let mut caller = Caller::with_knobs(&json!({ "region_in_register": knob }));
        let (_, phone) = caller.moved();
        let token = caller.business_token();
        let body = json!({ "messaging_product": "whatsapp", "pin": "212834", "data_localization_region": "IN" });
        assert_eq!(caller.post(&format!("/{phone}/register"), &token, body).status, status, "{knob}");
        assert_eq!(storage(&mut caller, &phone)["data_localization_region"].as_str(), region, "{knob}");
    }
}

#[test]
fn register_says_which_parameters_it_does_not_simulate() {
    let mut caller = Caller::usual("");
    let (token, phone) = (caller.business_token(), source_phone(&caller));
    let body = json!({ "messaging_product": "whatsapp", "pin": "212834", "backup": { "password": "x", "data": "y" } });
    assert_eq!(caller.post(&format!("/{phone}/register"), &token, body).status, 501);
}

#[test]
fn a_shared_id_is_entered_and_matched_under_the_side_that_is_served() {
    let mut caller = Caller::with_knobs(&json!({ "phone_id_after_migrate": "same" }));
    let (destination, phone) = caller.moved();
    let token = caller.business_token();
    let entered = |caller: &Caller| caller.simulator.requests(0).last().unwrap().waba.unwrap().to_string();
    caller.get(&format!("/{phone}"), &token);
    assert_eq!(entered(&caller), WABA, "the source is in use");
    caller
        .simulator
        .add_fault(Fault::on("POST", "/*/register").about(destination.parse().unwrap()).answers_status(502))
        .unwrap();
    caller.exchange("POST", &format!("/{phone}/register"), Some(&token), Some(json!({})));
    assert_eq!(entered(&caller), destination, "the register is for the number that has moved");
    assert_eq!(caller.simulator.faults()[0].1, 1);
    caller.simulator.clear_faults();
    assert_eq!(caller.register(&phone).body, DONE());
    caller.get(&format!("/{phone}"), &token);
    assert_eq!(entered(&caller), destination);
}

/// Three numbers of a new, unverified portfolio: two are registered, one is not.
fn crowded() -> Caller {
    let numbers =
        "numbers = [\"+493023125001\", \"+493023125002\", { number = \"+493023125003\", status = \"DISCONNECTED\" }]";
    let more = "business_verified = false\nmessaging_limit = \"TIER_250\"\nperson.answers_after = \"2 hours\"";
    Caller::new(common::CUSTOMERS, &format!("[customers.acorn]\n{numbers}\n{more}\n"))
}

#[test]
fn a_new_portfolio_has_two_registered_numbers_and_a_migrating_one_counts_once() {
    let mut caller = crowded();
    let (token, phone) = (caller.business_token(), caller.credentials.customers[0].phone_number_ids[2]);
    let register = json!({ "messaging_product": "whatsapp", "pin": "212834" });
    let refused = caller.post(&format!("/{phone}/register"), &token, register.clone());
    assert_eq!((refused.status, refused.codes()), (403, (200, Some(1_349_175))));
    caller.set_knobs(&json!({ "portfolio_limit_code": 100 }));
    assert_eq!(caller.post(&format!("/{phone}/register"), &token, register).codes(), (100, None));
    let (_, moved) = caller.moved();
    assert_eq!(caller.register(&moved).body, DONE());
}

#[test]
fn a_migrating_number_may_count_twice_and_a_verified_portfolio_has_room_for_twenty() {
    let mut caller = crowded();
    caller.set_knobs(&json!({ "number_counts_on_both_sides": true }));
    let (_, moved) = caller.moved();
    assert_eq!(caller.register(&moved).codes(), (200, Some(1_349_175)));
    let mut world = caller.simulator.world();
    world.portfolios.get_mut(&caller.portfolio()).unwrap().verified = true;
    caller.simulator.set_world(world);
    assert_eq!(caller.register(&moved).body, DONE());
}

#[test]
fn settings_of_an_account_stay_behind() {
    let mut caller = Caller::usual("");
    let token = caller.business_token();
    let path = format!("/{WABA}");
    assert_eq!(caller.post(&path, &token, json!({ "is_enabled_for_insights": "true" })).body, json!({ "id": WABA }));
    assert_eq!(caller.post(&path, &token, json!({ "is_enabled_for_insights": false })).codes().0, 100);
    assert_eq!(caller.post(&path, &token, json!({})).codes().0, 100);
    let destination = caller.accepted();
    let fields = "fields=is_enabled_for_insights,disable_marketing_messages_on_cloud_api";
    assert_eq!(caller.get(&format!("{path}?{fields}"), &token).body["is_enabled_for_insights"], true);
    assert_eq!(caller.get(&format!("/{destination}?{fields}"), &token).body["is_enabled_for_insights"], false);
}
