//! The control surface `/_sim`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use bytes::Bytes;
use common::{Caller, NUMBER, PORTFOLIO, WABA};
use http::Request;
use serde_json::{Value, json};
use unmoor_simulator::{Control, Simulator, control};

fn call(simulator: &Simulator, method: &str, path: &str, body: &Value) -> (u16, Value, Control) {
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let request = Request::builder().method(method).uri(format!("/_sim{path}")).body(body).unwrap();
    let (answer, wanted) = control(simulator, 1.0, &request);
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap(), wanted)
}

fn get(simulator: &Simulator, path: &str) -> Value {
    let (status, body, _) = call(simulator, "GET", path, &Value::Null);
    assert_eq!(status, 200, "{path}: {body}");
    body
}

#[test]
fn the_handshake_says_what_this_is() {
    let caller = Caller::usual("");
    assert_eq!(get(&caller.simulator, "")["simulator"], "unmoor");
}

#[test]
fn a_world_can_be_taken_out_and_put_back() {
    let mut caller = Caller::usual("");
    let (destination, phone) = caller.moved();
    let world = get(&caller.simulator, "/world");
    assert_eq!(world["wabas"][&destination]["numbers"][0]["status"], "PENDING");
    caller.register(&phone);
    let (status, ..) = call(&caller.simulator, "PUT", "/world", &world);
    assert_eq!(status, 200);
    assert_eq!(get(&caller.simulator, "/world"), world);
    assert_eq!(caller.register(&phone).body, json!({ "success": true }), "what was undone can be done again");
    assert_eq!(call(&caller.simulator, "PUT", "/world", &json!({ "wabas": {} })).0, 400);
}

#[test]
fn a_world_holds_its_instant_and_what_people_are_still_going_to_do() {
    let mut caller = Caller::usual("");
    caller.set_intent();
    let world = get(&caller.simulator, "/world");
    assert_eq!(world["agenda"][0]["event"], "person_answers");
    let tagged_at = caller.simulator.now();
    caller.wait(2);
    assert_eq!(caller.entries("intent.accepted").len(), 1);
    let (_, body, wanted) = call(&caller.simulator, "PUT", "/world", &world);
    assert_eq!((wanted.moved, &body["now"]), (true, &json!(tagged_at)));
    assert_eq!(caller.simulator.now(), tagged_at, "the clock goes back with it");
    caller.wait(1);
    assert_eq!(caller.entries("intent.accepted").len(), 2, "put back, they do it again");
    let mut timeless = world;
    timeless.as_object_mut().unwrap().remove("now");
    call(&caller.simulator, "PUT", "/world", &timeless);
    assert_eq!(caller.simulator.now(), caller.now, "a world without an instant leaves the clock alone");
}

#[test]
fn a_reset_starts_again_with_another_seed_or_scenario() {
    let mut caller = Caller::usual("");
    let start = caller.simulator.now();
    let before = get(&caller.simulator, "/world");
    caller.moved();
    let (status, _, wanted) = call(&caller.simulator, "POST", "/reset", &json!({}));
    assert!(status == 200 && wanted.moved);
    assert_eq!((caller.simulator.now(), caller.kinds().len()), (start, 0));
    assert_eq!(get(&caller.simulator, "/world"), before);
    call(&caller.simulator, "POST", "/reset", &json!({ "seed": 2, "scenario": "[customers.acorn]\nnumbers = 7\n" }));
    let world = get(&caller.simulator, "/world");
    assert_eq!(world["wabas"][WABA]["numbers"].as_array().unwrap().len(), 7);
    let (status, body, _) =
        call(&caller.simulator, "POST", "/reset", &json!({ "scenario": "[customers.acorn]\nnumbers = [\"abc\"]\n" }));
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("line 2"), "{body}");
    let (status, body, _) = call(&caller.simulator, "POST", "/reset", &json!({ "scenario": "nope" }));
    assert_eq!(status, 400);
    let said = body["error"].as_str().unwrap();
    assert!(said.contains("is called nope; there are") && said.contains("forgotten-two-step"), "{said}");
}

#[test]
fn ledger_and_requests_are_read_from_a_place_on() {
    let mut caller = Caller::usual("");
    caller.subscribed();
    let all = get(&caller.simulator, "/ledger")["entries"].as_array().unwrap().clone();
    let (first, request) = (&all[0], &get(&caller.simulator, "/requests")["entries"][0]);
    assert_eq!(
        (&first["seq"], &first["kind"], &first["by"], &first["source_waba"]),
        (&json!(1), &json!("intent.created"), &json!("api"), &json!(WABA))
    );
    assert_eq!(first["request"], request["seq"]);
    assert_eq!((&request["method"], &request["status"], &request["waba"]), (&json!("POST"), &json!(200), &json!(WABA)));
    assert!(first["intent"].is_string(), "ids stand beside the rest");
    let later = get(&caller.simulator, "/ledger?after=1")["entries"].as_array().unwrap().clone();
    assert_eq!(later, all[1..]);
    assert_eq!(get(&caller.simulator, "/ledger?after=99999")["entries"], json!([]));
    assert_eq!(call(&caller.simulator, "GET", "/ledger?after=x", &Value::Null).0, 400);
    assert_eq!(get(&caller.simulator, "/ledger?after=1&limit=1")["entries"], json!([all[1]]));
    assert_eq!(get(&caller.simulator, "/requests?limit=1")["entries"], json!([request]));
    assert_eq!(call(&caller.simulator, "GET", "/requests?limit=x", &Value::Null).0, 400);
}

#[test]
fn of_requests_the_newest_are_kept_under_the_numbers_they_had_and_the_ledger_is_whole() {
    let mut caller = Caller::usual("");
    caller.simulator.keep_requests(3);
    caller.moved();
    let last = caller.simulator.requests(0).last().unwrap().seq;
    let seqs = |caller: &Caller, after: u64| {
        caller.simulator.requests(after).iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    assert!(last > 3, "{last}");
    assert_eq!((seqs(&caller, 0), seqs(&caller, last - 1)), (vec![last - 2, last - 1, last], vec![last]));
    assert_eq!(caller.simulator.ledger(0)[0].seq, 1);
    assert_eq!(caller.simulator.audit(), [""; 0]);
    caller.simulator.reset(caller.simulator.origin());
    caller.moved();
    assert_eq!(seqs(&caller, 0), [last - 2, last - 1, last], "a reset keeps as many");
}

#[test]
fn the_clock_goes_forward_only() {
    let mut caller = Caller::usual("");
    caller.set_intent();
    let (_, body, wanted) = call(&caller.simulator, "POST", "/clock", &json!({ "advance_s": 10800 }));
    assert_eq!((wanted, &body["next_event_at"]), (Control { rate: None, moved: true }, &json!(null)));
    assert_eq!(caller.entries("intent.accepted").len(), 1);
    let (_, body, wanted) = call(&caller.simulator, "POST", "/clock", &json!({ "rate": 1000 }));
    assert_eq!((wanted.rate, &body["rate"]), (Some(1000.0), &json!(1000.0)));
    for wrong in [
        json!({ "advance_s": -1 }),
        json!({ "advance_s": 1e12 }),
        json!({ "advance_s": 1e300 }),
        json!({ "rate": -1 }),
        json!({ "advance_s": "a day" }),
        json!({ "back": 1 }),
    ] {
        assert_eq!(call(&caller.simulator, "POST", "/clock", &wrong).0, 400, "{wrong}");
    }
}

#[test]
fn a_tool_that_calls_its_json_a_form_gets_json() {
    let caller = Caller::usual("");
    let before = caller.simulator.now();
    let request = Request::post("/_sim/clock")
        .header("Accept", "*/*")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(Bytes::from_static(br#"{"advance_s":60}"#))
        .unwrap();
    let (answer, wanted) = control(&caller.simulator, 1.0, &request);
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert!(answer.status() == 200 && wanted.moved);
    assert_eq!(caller.simulator.now().duration_since(before).as_secs(), 60);
}

#[test]
fn credentials_hold_what_a_client_needs() {
    let caller = Caller::usual("");
    let credentials = get(&caller.simulator, "/credentials");
    let keys: Vec<&String> = credentials.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["app_id", "app_secret", "system_token", "portfolio_id", "customers"]);
    let keys: Vec<&String> = credentials["customers"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["customer", "waba_id", "portfolio_id", "business_token", "phone_number_ids"]);
}

#[test]
fn named_knobs_change_and_others_stay() {
    let caller = Caller::usual("");
    let (status, knobs, _) = call(&caller.simulator, "PUT", "/knobs", &json!({ "phone_id_after_migrate": "same" }));
    assert_eq!((status, &knobs["phone_id_after_migrate"], &knobs["latency_ms"]), (200, &json!("same"), &json!(80)));
    assert_eq!(call(&caller.simulator, "PUT", "/knobs", &json!({ "no_such_knob": 1 })).0, 400);
    assert_eq!(call(&caller.simulator, "PUT", "/knobs", &json!({ "transient_fault_rate": 7 })).0, 400);
    assert_eq!(get(&caller.simulator, "/knobs"), knobs);
}

#[test]
fn faults_are_added_listed_and_removed() {
    let caller = Caller::usual("");
    let fault = json!({ "match": { "method": "POST", "path": "/*/register", "waba": WABA, "nth": 2 }, "probability": 0.5, "times": 1,
                        "action": { "drop": "later", "later_s": 20 } });
    let (status, listed, _) = call(&caller.simulator, "POST", "/faults", &fault);
    assert_eq!((status, &listed["faults"]), (200, &json!([{ "fault": fault, "fired": 0 }])));
    assert_eq!(call(&caller.simulator, "POST", "/faults", &json!({ "action": { "drop": "sideways" } })).0, 400);
    assert_eq!(call(&caller.simulator, "DELETE", "/faults", &Value::Null).1, json!({ "faults": [] }));
}

#[test]
fn people_do_what_they_are_told() {
    let mut caller = Caller::usual("answer = \"never\"\npays = \"never\"");
    let act = |caller: &Caller, action: &str| {
        let (status, body, _) =
            call(&caller.simulator, "POST", &format!("/people/{PORTFOLIO}"), &json!({ "action": action }));
        assert_eq!(status, 200, "{action}: {body}");
        body["changed"].as_u64().unwrap()
    };
    assert_eq!(act(&caller, "accept_intent"), 0, "nothing to accept yet");
    caller.set_intent();
    for (action, changed) in [
        ("turn_on_two_step", 1),
        ("turn_on_two_step", 0),
        ("turn_off_two_step", 1),
        ("accept_intent", 1),
        ("accept_intent", 0),
        ("decline_payment_method", 1),
        ("add_payment_method", 1),
        ("approve_name", 0),
        ("approve_waba", 0),
        ("remove_partner", 1),
        ("reject_intent", 0),
    ] {
        assert_eq!(act(&caller, action), changed, "{action}");
    }
    let kinds = caller.kinds();
    let expected = [
        "intent.created",
        "two_step.turned_on",
        "two_step.turned_off",
        "intent.accepted",
        "funding.declined",
        "funding.added",
        "partner.removed",
    ];
    assert_eq!(kinds, expected);
    assert_eq!(call(&caller.simulator, "POST", &format!("/people/{PORTFOLIO}"), &json!({ "action": "dance" })).0, 400);
    assert_eq!(call(&caller.simulator, "POST", "/people/12345", &json!({ "action": "accept_intent" })).0, 404);
}

#[test]
fn what_is_not_there_says_so() {
    let caller = Caller::usual("");
    let (status, body, _) = call(&caller.simulator, "GET", "/wrold", &Value::Null);
    assert_eq!(status, 501);
    assert!(body["error"].as_str().unwrap().contains("/_sim/world"));
}

#[test]
fn messages_are_sent_by_hand_and_charges_read() {
    let mut caller = Caller::usual("");
    let post = |body: Value| call(&caller.simulator, "POST", "/messages", &body);
    let template = json!({ "name": "order_shipped", "language": "de" });
    let phone = caller.credentials.customers[0].phone_number_ids[0];
    let message = json!({ "number": NUMBER, "to": "+493023125900", "template": template, "delivered_after_s": 5 });
    let (status, sent, _) = post(message.clone());
    assert_eq!((status, &sent["waba_id"], &sent["phone_number_id"]), (200, &json!(WABA), &json!(phone)));
    let never =
        json!({ "phone_number_id": phone, "to": "+493023125901", "template": template, "delivered_after_s": null });
    assert_eq!(post(never).0, 200);
    let (status, received, _) = post(json!({ "from": "+493023125902", "number": NUMBER, "text": "Hello" }));
    assert_eq!((status, &received["waba_id"]), (200, &json!(WABA)));
    assert_eq!(post(json!({ "number": NUMBER, "to": "+493023125902", "text": "Hello" })).0, 200);

    let mut unknown = message.clone();
    unknown["template"]["name"] = "no_such".into();
    let (status, refused, _) = post(unknown);
    assert_eq!(status, 409);
    assert!(refused["error"].as_str().unwrap().contains("132001"), "{refused}");
    assert_eq!(post(json!({ "number": "+4930555", "to": "+493023125900", "text": "Hello" })).0, 404);
    for unclear in [
        json!({}),
        json!({ "to": "+493023125900", "text": "Hello" }),
        json!({ "number": NUMBER, "to": "nobody", "text": "Hello" }),
        json!({ "number": NUMBER, "to": "+493023125900" }),
        json!({ "number": NUMBER, "to": "+493023125900", "text": "Hello", "colour": "red" }),
        json!({ "from": "nobody", "number": NUMBER }),
    ] {
        assert_eq!(post(unclear.clone()).0, 400, "{unclear}");
    }

    caller.wait(1);
    let all = get(&caller.simulator, "/messages")["messages"].as_array().unwrap().clone();
    assert_eq!(all.len(), 3);
    assert_eq!((&all[0]["status"], &all[0]["charge"]["sentence"]), (&json!("delivered"), &json!("B1")));
    assert_eq!((&all[1]["status"], &all[1]["charge"]), (&json!("sent"), &Value::Null));
    assert_eq!(get(&caller.simulator, "/messages?after=2")["messages"].as_array().unwrap().len(), 1);
    let charges = get(&caller.simulator, "/charges")["charges"].as_array().unwrap().clone();
    assert_eq!((&charges[1]["payer"], &charges[1]["amount"]), (&json!("solution_partner"), &json!(0.03)));
    assert_eq!((&charges[0]["payer"], &charges[0]["amount"]), (&Value::Null, &json!(0.0)), "a text is free");
    assert_eq!(get(&caller.simulator, "/charges?waba=12345")["charges"], json!([]));
    assert_eq!(call(&caller.simulator, "GET", "/charges?waba=x", &Value::Null).0, 400);
}
