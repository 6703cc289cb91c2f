//! Scripted faults: what the caller sees, and what took place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, WABA, read};
use jiff::SignedDuration;
use serde_json::{Value, json};
use unmoor_simulator::{Action, Ending, Fault, Reply};

fn fault(caller: &Caller, fault: Value) {
    caller.simulator.add_fault(serde_json::from_value(fault).unwrap()).unwrap();
}

fn set_intent(caller: &mut Caller) -> Reply {
    let (token, app) = (caller.business_token(), caller.credentials.app_id);
    let path = format!("/{WABA}/set_solution_migration_intent");
    caller.exchange("POST", &path, Some(&token), Some(json!({ "app_id": app }))).reply
}

#[test]
fn dropped_before_has_no_effect() {
    let mut caller = Caller::usual("");
    fault(
        &caller,
        json!({ "match": { "path": "/*/set_solution_migration_intent" }, "times": 1, "action": { "drop": "before" } }),
    );
    assert!(matches!(set_intent(&mut caller), Reply::DroppedBefore));
    assert_eq!(caller.kinds(), Vec::<String>::new());
    assert_eq!(caller.simulator.requests(0)[0].ending, Ending::DroppedBefore);
    assert!(matches!(set_intent(&mut caller), Reply::Answer(_)));
}

#[test]
fn dropped_after_took_effect() {
    let mut caller = Caller::usual("");
    fault(&caller, json!({ "match": { "method": "POST", "waba": WABA }, "action": { "drop": "after" } }));
    assert!(matches!(set_intent(&mut caller), Reply::DroppedAfter));
    assert_eq!(caller.kinds(), ["intent.created"]);
    let logged = &caller.simulator.requests(0)[0];
    assert_eq!((logged.ending, logged.status), (Ending::DroppedAfter, Some(200)));
}

#[test]
fn dropped_and_late_takes_effect_when_it_lands() {
    let mut caller = Caller::usual("");
    fault(&caller, json!({ "times": 1, "action": { "drop": "later", "later_s": 20 } }));
    let Reply::DroppedThenLate { lands_at } = set_intent(&mut caller) else { panic!("not late") };
    assert_eq!(lands_at, caller.now + SignedDuration::from_secs(20));
    assert_eq!(caller.simulator.next_event_at(), Some(lands_at));
    caller.simulator.advance_to(lands_at - SignedDuration::from_millis(1));
    assert_eq!(caller.kinds(), Vec::<String>::new());
    caller.simulator.advance_to(lands_at);
    let entries = caller.entries("intent.created");
    assert_eq!((entries.len(), entries[0].at), (1, lands_at));
    assert_eq!(caller.simulator.requests(0)[1].ending, Ending::Late);
}

#[test]
fn late_moves_and_registers_land_too() {
    let mut caller = Caller::usual("");
    let destination = caller.subscribed();
    fault(
        &caller,
        json!({ "match": { "method": "POST", "path": "/*/phone_numbers" }, "times": 1, "action": { "drop": "later" } }),
    );
    let token = caller.business_token();
    let body = json!({ "migrate_phone_number": true, "cc": "49", "phone_number": "3023125001" });
    let reply = caller.exchange("POST", &format!("/{destination}/phone_numbers"), Some(&token), Some(body)).reply;
    assert!(matches!(reply, Reply::DroppedThenLate { .. }));
    assert_eq!(caller.get(&format!("/{destination}/phone_numbers"), &token).body, json!({ "data": [] }));
    caller.wait(1);
    assert_eq!(caller.entries("number.moved").len(), 1);
}

#[test]
fn a_graph_error_a_bare_status_and_latency_can_be_scripted() {
    let mut caller = Caller::usual("");
    let token = caller.business_token();
    fault(
        &caller,
        json!({ "times": 1, "action": { "graph_error": { "code": 131057, "subcode": 7, "message": "m", "details": "d",
                          "is_transient": true, "http_status": 200 } } }),
    );
    fault(&caller, json!({ "times": 1, "action": { "http_status": 502 } }));
    fault(&caller, json!({ "times": 1, "action": { "latency_ms": 31000 } }));
    let error = caller.get(&format!("/{WABA}"), &token);
    assert_eq!((error.status, error.codes()), (200, (131_057, Some(7))));
    assert_eq!((error.body["error"]["message"].as_str(), error.details()), (Some("m"), "d"));
    assert_eq!(error.body["error"]["is_transient"], true);
    let Reply::Answer(page) = caller.exchange("GET", &format!("/{WABA}"), Some(&token), None).reply else {
        panic!("dropped")
    };
    assert_eq!(
        (page.status().as_u16(), &page.headers()["content-type"]),
        (502, &"text/html; charset=utf-8".parse().unwrap())
    );
    let slow = caller.exchange("GET", &format!("/{WABA}"), Some(&token), None);
    assert_eq!(slow.latency, SignedDuration::from_secs(31));
    let usual = caller.exchange("GET", &format!("/{WABA}"), Some(&token), None);
    assert_eq!(usual.latency, SignedDuration::from_millis(80));
}

#[test]
fn passing_faults_come_at_their_rate_and_change_nothing() {
    let mut caller = Caller::with_knobs(&json!({ "transient_fault_rate": 0.2 }));
    let token = caller.business_token();
    let mut failed = 0;
    for _ in 0..200 {
        let Reply::Answer(answer) = caller.exchange("GET", &format!("/{WABA}"), Some(&token), None).reply else {
            panic!("dropped")
        };
        let answer = read(&answer);
        if answer.status != 200 {
            assert_eq!(
                (answer.status, answer.codes().0, &answer.body["error"]["is_transient"]),
                (503, 2, &json!(true))
            );
            failed += 1;
        }
    }
    assert!((20..60).contains(&failed), "{failed}");
}

#[test]
fn a_person_acts_at_the_moment_of_a_call_and_later() {
    let mut caller = Caller::usual("");
    let (_, phone) = caller.moved();
    caller.simulator.add_fault(Fault::on("POST", "/*/register").nth(1).lets_a_person(Action::TurnOnTwoStep)).unwrap();
    let mut later = Fault::on("POST", "/*/register").nth(1).lets_a_person(Action::TurnOffTwoStep);
    later.action.later_s = Some(7200);
    caller.simulator.add_fault(later).unwrap();
    assert_eq!(caller.register(&phone).codes().1, Some(2_388_001), "it is on when the call is looked at");
    assert_eq!(caller.entries("two_step.turned_on").len(), 1);
    caller.wait(1);
    assert!(caller.entries("two_step.turned_off").is_empty());
    caller.wait(1);
    assert_eq!(caller.entries("two_step.turned_off").len(), 1);
    assert_eq!(caller.register(&phone).status, 200);
}

#[test]
fn crowds_that_meet_are_more_than_any_limit() {
    let mut caller = Caller::usual("");
    let destination = caller.subscribed();
    let mut crowd = Fault::on("GET", "/*/phone_numbers").times(1);
    crowd.action.other_calls = Some(1_000_000);
    for _ in 0..5000 {
        caller.simulator.add_fault(crowd.clone()).unwrap();
    }
    let token = caller.business_token();
    assert_eq!(caller.get(&format!("/{destination}/phone_numbers"), &token).codes().0, 80_008);
}

#[test]
fn another_world_begins_with_a_fresh_hour() {
    let mut caller = Caller::usual("");
    let destination = caller.subscribed();
    let mut crowd = Fault::on("GET", "/*/phone_numbers").times(1);
    crowd.action.other_calls = Some(250);
    caller.simulator.add_fault(crowd).unwrap();
    caller.set_knobs(&json!({ "read_after_write_lag_s": 86_400 }));
    let token = caller.business_token();
    let path = format!("/{destination}/phone_numbers");
    assert_eq!(caller.get(&path, &token).codes().0, 80_008);
    caller.move_number(&destination);
    caller.simulator.set_world(caller.simulator.world());
    let listed = caller.get(&path, &token);
    assert_eq!(listed.status, 200, "{}", listed.body);
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 1, "reads do not show the world before it");
    assert_eq!(caller.simulator.faults().len(), 1);
}

fn script(caller: &Caller, name: &str) {
    let ready_made = unmoor_simulator::load::ready_made::FAULT_SCRIPTS.iter().find(|one| one.name == name).unwrap();
    let files = unmoor_simulator::load::Files {
        customers: common::CUSTOMERS.to_owned(),
        scenario: String::new(),
        fault_script: ready_made.text.to_owned(),
    };
    for fault in unmoor_simulator::load::load_files(&files, 1).unwrap().faults {
        caller.simulator.add_fault(fault).unwrap();
    }
}

#[test]
fn the_script_of_used_up_registers_lasts_72_hours_and_that_of_guessed_pins_one() {
    for (name, code, hours) in [("register-limit", 133_016, 72), ("pin-guesses", 133_008, 1)] {
        let mut caller = Caller::usual("");
        let (_, phone) = caller.moved();
        script(&caller, name);
        assert_eq!(caller.register(&phone).codes().0, code);
        assert_eq!(caller.register(&phone).codes().0, code, "a second later it is no better");
        caller.wait(hours - 1);
        assert_eq!(caller.register(&phone).codes().0, code, "nor an hour before its end");
        caller.wait(1);
        assert_eq!(caller.register(&phone).status, 200, "{name}");
    }
}

#[test]
fn calls_of_others_use_up_the_hour() {
    let mut caller = Caller::usual("");
    let destination = caller.subscribed();
    let mut crowd = Fault::on("GET", "/*/phone_numbers").times(1);
    crowd.action.other_calls = Some(250);
    caller.simulator.add_fault(crowd).unwrap();
    let token = caller.business_token();
    let path = format!("/{destination}/phone_numbers");
    assert_eq!(caller.get(&path, &token).codes().0, 80_008);
    caller.set_knobs(&json!({ "rate_limit_code": 80_007 }));
    assert_eq!(caller.get(&path, &token).codes().0, 80_007, "the other code that is seen");
    caller.wait(2);
    assert_eq!(caller.get(&path, &token).status, 200);
}
