//! Guide 2 to 5: tagging, answering, fetching the token.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, PORTFOLIO, WABA, text};
use serde_json::{Value, json};
use unmoor_simulator::{
    Action,
    world::{Secret, Token},
};

fn tag(caller: &mut Caller, body: Value) -> common::Answer {
    let token = caller.business_token();
    caller.post(&format!("/{WABA}/set_solution_migration_intent"), &token, body)
}

fn status(caller: &mut Caller, intent: &str) -> String {
    let system = caller.system_token();
    text(&caller.get(&format!("/{intent}"), &system).body["status"])
}

#[test]
fn tagging_again_gives_the_same_intent_and_one_entry() {
    let mut caller = Caller::usual("");
    let first = caller.set_intent();
    assert_eq!(caller.set_intent(), first);
    assert_eq!(caller.entries("intent.created").len(), 1);
    assert_eq!(caller.simulator.mails().len(), 2);
}

#[test]
fn tagging_again_can_give_another_intent_or_be_refused() {
    let mut caller = Caller::with_knobs(&json!({ "intent_repeat": "new_id" }));
    assert_ne!(caller.set_intent(), caller.set_intent());
    let mut caller = Caller::with_knobs(&json!({ "intent_repeat": "2593079" }));
    caller.set_intent();
    let app = caller.credentials.app_id;
    assert_eq!(tag(&mut caller, json!({ "app_id": app })).codes(), (100, Some(2_593_079)));
}

#[test]
fn tagging_again_after_acceptance_can_be_refused() {
    let mut caller = Caller::usual("");
    let intent = caller.set_intent();
    caller.wait(3);
    assert_eq!(status(&mut caller, &intent), "ACCEPTED");
    caller.set_knobs(&json!({ "intent_repeat": "new_id" }));
    assert_eq!(caller.set_intent(), intent, "the knob of open intents is another one");
    caller.set_knobs(&json!({ "intent_repeat_after_accept": "refused" }));
    let app = caller.credentials.app_id;
    let refused = tag(&mut caller, json!({ "app_id": app }));
    assert_eq!((refused.status, refused.codes()), (422, (100, None)));
}

#[test]
fn another_app_cannot_tag_what_is_tagged_already() {
    let mut caller = Caller::usual("");
    let mut world = caller.simulator.world();
    let other = world.solutions.values().next().unwrap().partner_app;
    world.apps.get_mut(&other).unwrap().advanced_access = true;
    let own = caller.business_token();
    let token = world.tokens[own.as_str()].clone();
    world.tokens.insert(Secret::new("of-the-other-app"), Token { app: other, ..token });
    caller.simulator.set_world(world);
    let edge = format!("/{WABA}/set_solution_migration_intent");
    let mut tags = || caller.post(&edge, "of-the-other-app", json!({ "app_id": other }));
    assert_eq!(tags().codes(), (100, None), "it is no provider of the solution");
    caller.set_intent();
    let mut tags = || caller.post(&edge, "of-the-other-app", json!({ "app_id": other }));
    assert_eq!(tags().codes(), (100, Some(2_593_079)));
}

#[test]
fn after_a_rejection_a_new_intent_can_be_set() {
    let mut caller = Caller::usual("answer = \"reject\"");
    let first = caller.set_intent();
    caller.wait(3);
    assert_eq!(status(&mut caller, &first), "REJECTED");
    let second = caller.set_intent();
    assert_ne!(first, second);
    caller.simulator.person(caller.portfolio(), Action::AcceptIntent);
    assert_eq!(status(&mut caller, &second), "ACCEPTED");
    assert_eq!(status(&mut caller, &first), "REJECTED");
}

#[test]
fn a_customer_who_never_answers_stays_initiated() {
    let mut caller = Caller::usual("answer = \"never\"");
    let intent = caller.set_intent();
    caller.wait(24 * 365);
    assert_eq!(status(&mut caller, &intent), "INITIATED");
    assert_eq!(caller.simulator.next_event_at(), None);
}

#[test]
fn silence_can_become_consent_or_run_out() {
    for (knob, ends) in [("intent_auto_accept_days", "ACCEPTED"), ("intent_expiry_days", "REJECTED")] {
        let mut caller = Caller::usual("answer = \"never\"");
        caller.set_knobs(&json!({ knob: 90 }));
        let intent = caller.set_intent();
        caller.wait(24 * 89);
        assert_eq!(status(&mut caller, &intent), "INITIATED");
        caller.wait(24);
        assert_eq!(status(&mut caller, &intent), ends);
    }
}

#[test]
fn an_open_intent_follows_the_knobs_as_they_are_turned() {
    for (knob, ends) in [("intent_auto_accept_days", "ACCEPTED"), ("intent_expiry_days", "REJECTED")] {
        let mut caller = Caller::usual("answer = \"never\"");
        let intent = caller.set_intent();
        caller.wait(24 * 30);
        caller.set_knobs(&json!({ knob: 90 }));
        caller.wait(24 * 59);
        assert_eq!(status(&mut caller, &intent), "INITIATED");
        caller.set_knobs(&json!({ knob: 120 }));
        caller.wait(24 * 30);
        assert_eq!(status(&mut caller, &intent), "INITIATED", "put off");
        caller.set_knobs(&json!({ knob: null }));
        caller.wait(24 * 100);
        assert_eq!(status(&mut caller, &intent), "INITIATED", "called off");
        caller.set_knobs(&json!({ knob: 90 }));
        assert_eq!(status(&mut caller, &intent), ends, "overdue");
    }
}

/// guide: 2.3
#[test]
fn app_and_solution_are_checked() {
    let mut caller = Caller::usual("");
    let app = caller.credentials.app_id;
    for (body, code) in [
        (json!({}), 400),
        (json!({ "app_id": app, "solution_id": "5" }), 400),
        (json!({ "app_id": "12345" }), 400),
        (json!({ "app_id": "no id" }), 400),
        (json!({ "solution_id": "5" }), 501),
    ] {
        assert_eq!(tag(&mut caller, body.clone()).status, code, "{body}");
    }
    assert_eq!(caller.kinds(), Vec::<String>::new());
}

#[test]
fn the_shape_of_the_openapi_file_can_be_had() {
    let mut caller = Caller::with_knobs(&json!({ "intent_contract": "spec_v23" }));
    let refused = tag(&mut caller, json!({ "solution_id": "5", "migration_intent": "INITIATE_MIGRATION" }));
    assert_eq!((refused.status, refused.codes().0), (400, 100), "it belongs to another solution");
    let token = caller.business_token();
    let solution = text(&caller.get(&format!("/{WABA}/solutions"), &token).body["data"][0]["id"]);
    let answer = tag(&mut caller, json!({ "solution_id": solution, "migration_intent": "INITIATE_MIGRATION" }));
    assert_eq!(answer.body["status"], "PENDING");
    assert!(answer.body["migration_intent_id"].is_string());
}

#[test]
fn a_waba_of_the_partner_cannot_leave() {
    let scenario = "[customers.acorn]\nownership = \"ON_BEHALF_OF\"\n";
    let mut caller = Caller::new(common::CUSTOMERS, scenario);
    let token = caller.business_token();
    let fields = "ownership_type,owner_business_info,on_behalf_of_business_info";
    let waba = caller.get(&format!("/{WABA}?fields={fields}"), &token);
    assert_eq!(waba.body["ownership_type"], "ON_BEHALF_OF");
    assert_eq!(waba.body["on_behalf_of_business_info"]["id"], PORTFOLIO);
    let app = caller.credentials.app_id;
    assert_eq!(tag(&mut caller, json!({ "app_id": app })).codes(), (100, Some(2_593_085)));
}

/// guide: R1
#[test]
fn advanced_access_is_needed() {
    let mut caller = Caller::usual("\n[provider]\nadvanced_access = false\n");
    let app = caller.credentials.app_id;
    let answer = tag(&mut caller, json!({ "app_id": app }));
    assert_eq!((answer.status, answer.codes().0), (403, 10));
}

#[test]
fn a_destination_can_leave_no_solution() {
    let mut caller = Caller::usual("");
    let destination = caller.accepted();
    let (token, app) = (caller.business_token(), caller.credentials.app_id);
    let answer =
        caller.post(&format!("/{destination}/set_solution_migration_intent"), &token, json!({ "app_id": app }));
    assert_eq!((answer.status, answer.codes().0), (422, 100));
}

/// guide: 4.2
#[test]
fn an_intent_names_its_source_and_is_read_by_its_own_app_and_customer_only() {
    let customers =
        "customer,source_waba_id,business_portfolio_id\nacorn,102290129340398,506914307656634\nbirch,5002,77\n";
    let mut caller = Caller::new(customers, "");
    let intent = caller.set_intent();
    let (own, system) = (caller.business_token(), caller.system_token());
    let foreign = caller.credentials.customers[1].business_token.clone().unwrap();
    let path = format!("/{intent}?fields=waba,solution");
    assert_eq!(caller.get(&path, &own).body["waba"]["id"], WABA);
    assert_eq!(caller.get(&path, &system).body["solution"]["status"], "ACTIVE");
    assert_eq!(caller.get(&path, foreign.expose()).codes().0, 200);
}

#[test]
fn the_destination_can_be_shown_before_acceptance_and_is_the_same_afterwards() {
    let mut caller = Caller::with_knobs(&json!({ "intent_dest_before_accept": "present" }));
    let intent = caller.set_intent();
    let system = caller.system_token();
    let before = caller.get(&format!("/{intent}"), &system);
    assert_eq!(before.body["status"], "INITIATED");
    caller.wait(3);
    let after = caller.get(&format!("/{intent}"), &system);
    assert_eq!(before.body["destination_waba"]["id"], after.body["destination_waba"]["id"]);
}

#[test]
fn the_business_token_can_come_to_cover_the_destination_later() {
    let mut caller =
        Caller::with_knobs(&json!({ "token_covers_dest_after_accept": "delayed", "token_covers_dest_delay_s": 7200 }));
    let destination = caller.accepted();
    let token = caller.business_token();
    assert_eq!(caller.get(&format!("/{destination}"), &token).codes().0, 200);
    caller.wait(2);
    assert_eq!(caller.get(&format!("/{destination}"), &token).status, 200);
}

#[test]
fn the_business_token_can_be_another_string_after_acceptance() {
    let mut caller = Caller::with_knobs(&json!({ "token_after_accept": "new_string" }));
    let destination = caller.accepted();
    let old = caller.business_token();
    assert_eq!(caller.get(&format!("/{destination}"), &old).codes().0, 200);
    assert_eq!(caller.get(&format!("/{WABA}"), &old).status, 200);
    let system = caller.system_token();
    let proof = caller.proof(&system);
    let path = format!("/{PORTFOLIO}/system_user_access_tokens?fetch_only=true&appsecret_proof={proof}");
    let new = text(&caller.post(&path, &system, json!({})).body["access_token"]);
    assert_ne!(new, old);
    assert_eq!(caller.get(&format!("/{destination}"), &new).status, 200);
}

#[test]
fn a_customer_who_removes_the_partner_makes_the_source_unreadable() {
    let mut caller = Caller::usual("removes_partner_after = \"1 hour\"");
    let destination = caller.accepted();
    caller.wait(1);
    let (business, system) = (caller.business_token(), caller.system_token());
    assert_eq!(caller.get(&format!("/{WABA}/phone_numbers"), &business).codes().0, 200);
    assert_eq!(caller.get(&format!("/{WABA}/phone_numbers"), &system).codes().0, 200);
    assert_eq!(caller.get(&format!("/{destination}"), &business).status, 200);
}

#[test]
fn the_new_waba_is_found_among_the_shared_ones() {
    let mut caller = Caller::usual("");
    let destination = caller.accepted();
    let (system, portfolio) = (caller.system_token(), caller.credentials.portfolio_id);
    let path = format!("/{portfolio}/client_whatsapp_business_accounts");
    let all = caller.get(&format!("{path}?fields=id,creation_time"), &system);
    assert_eq!(all.body["data"][0]["id"], destination.as_str());
    assert_eq!(all.body["data"][1]["id"], WABA);
    let created = all.body["data"][1]["creation_time"].as_i64().unwrap();
    let filter = format!("[{{\"field\":\"creation_time\",\"operator\":\"GREATER_THAN\",\"value\":\"{created}\"}}]");
    let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    let newer = caller.get(&format!("{path}?filtering={filter}"), &system);
    assert_eq!(newer.body["data"].as_array().unwrap().len(), 1);
    let business = caller.business_token();
    assert_eq!(caller.get(&path, &business).codes().0, 200);
}

/// guide: 3.2
#[test]
fn who_accepts_by_hand_pays_by_hand() {
    for accepts_by_hand in [true, false] {
        let mut caller = Caller::usual("");
        caller.set_intent();
        if accepts_by_hand {
            caller.simulator.person(caller.portfolio(), Action::AcceptIntent);
        }
        caller.wait(48);
        assert_eq!(caller.entries("intent.accepted").len(), 1);
        assert_eq!(caller.entries("funding.added").len(), usize::from(!accepts_by_hand));
    }
}

#[test]
fn the_reading_of_an_intent_can_lag_behind_the_customers_answer() {
    let mut caller = Caller::usual("");
    let intent = caller.set_intent();
    caller.set_knobs(&json!({ "read_after_write_lag_s": 60 }));
    let token = caller.system_token();
    let path = format!("/{intent}");
    assert_eq!(caller.get(&path, &token).body["status"], "INITIATED", "what was just made is found");
    caller.simulator.person(caller.portfolio(), Action::AcceptIntent);
    let late = caller.get(&path, &token).body;
    assert_eq!((&late["status"], late.get("destination_waba")), (&json!("INITIATED"), None));
    caller.now += jiff::SignedDuration::from_secs(60);
    assert_eq!(caller.get(&path, &token).body["status"], "ACCEPTED");
}
