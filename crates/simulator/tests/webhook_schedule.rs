//! When deliveries come: delay, order, copies, loss, retries; on virtual time, and the same for the same seed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{
    Caller, WABA,
    receiver::{PROVIDER, receive, receive_at},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use unmoor_simulator::{
    Action, Simulator, load,
    webhooks::{DeliveryState, NotRedelivered, Outcome, Receivers},
};

/// `count` events, a minute apart, without any delivery being taken.
fn events(caller: &mut Caller, count: usize) {
    for place in 0..count {
        let action = if place % 2 == 0 { Action::TurnOnTwoStep } else { Action::TurnOffTwoStep };
        caller.simulator.person(caller.portfolio(), action);
        caller.now += SignedDuration::from_mins(1);
        caller.simulator.advance_to(caller.now);
    }
}

/// Every attempt of the first delivery to the provider that always fails: seconds after the first one.
fn attempts(window: &str) -> Vec<i64> {
    let mut caller = Caller::heard_with(&json!({ "webhook_retry_window": window }));
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    caller.wait(30 * 24);
    caller.simulator.deliver_due(|delivery| Outcome::Answered(if delivery.url == PROVIDER { 500 } else { 200 }));
    let log = caller.simulator.webhooks(0);
    let failed = log.iter().find(|entry| entry.url == PROVIDER).unwrap();
    assert_eq!((failed.state, failed.next_attempt_at), (DeliveryState::GivenUp, None));
    assert!(failed.attempts.iter().all(|attempt| attempt.outcome == Some(Outcome::Answered(500))));
    failed.attempts.iter().map(|attempt| attempt.at.as_second() - failed.attempts[0].at.as_second()).collect()
}

#[test]
fn a_failed_delivery_is_tried_again_for_seven_days_or_for_36_hours() {
    let rising = [0, 0, 10, 40, 100, 400, 1300, 4900, 12_100, 26_500, 55_300];
    let every_12_h = |count: i64| (1..=count).map(|nth| 55_300 + nth * 43_200);
    assert_eq!(attempts("7d"), rising.into_iter().chain(every_12_h(12)).collect::<Vec<_>>());
    assert_eq!(attempts("36h"), rising.into_iter().chain(every_12_h(1)).collect::<Vec<_>>());
}

#[test]
fn a_retry_comes_when_it_is_due_and_not_before_and_ends_with_success() {
    let mut caller = Caller::heard();
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    let fail = |simulator: &Simulator| simulator.deliver_due(|_| Outcome::NoAnswer("refused".to_owned()));
    assert_eq!(fail(&caller.simulator), 4, "two apps, each at once again");
    assert_eq!(caller.simulator.next_delivery_at(), Some(caller.now + SignedDuration::from_secs(10)));
    caller.now += SignedDuration::from_secs(9);
    caller.simulator.advance_to(caller.now);
    assert_eq!((caller.simulator.deliveries_due(), receive(&caller.simulator).0.len()), (0, 0));
    caller.now += SignedDuration::from_secs(1);
    caller.simulator.advance_to(caller.now);
    let taken = receive(&caller.simulator).0;
    assert_eq!(taken.iter().map(|delivery| delivery.attempt).collect::<Vec<_>>(), [3, 3]);
    assert_eq!(caller.simulator.next_delivery_at(), None);
    assert!(caller.simulator.webhooks(0).iter().all(|entry| entry.state == DeliveryState::Delivered));
}

#[test]
fn only_200_is_a_success() {
    for (status, state) in
        [(200, DeliveryState::Delivered), (204, DeliveryState::Waiting), (302, DeliveryState::Waiting)]
    {
        let caller = Caller::heard();
        caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
        let delivery = caller.simulator.take_due_delivery().unwrap();
        assert!(caller.simulator.delivered(delivery.id, Outcome::Answered(status)));
        assert!(!caller.simulator.delivered(delivery.id, Outcome::Answered(200)), "reported twice");
        assert_eq!(caller.simulator.webhooks(0)[0].state, state, "{status}");
    }
}

/// All that comes to the provider in 30 days after `count` events.
fn run(seed: u64, knobs: &Value, count: usize) -> Vec<(String, Vec<u8>)> {
    let setup = load::load(common::CUSTOMERS, common::SCENARIO, seed).unwrap();
    let now = setup.start;
    let simulator = Simulator::from_setup(setup);
    let credentials = simulator.credentials();
    let mut caller = Caller { simulator, now, credentials };
    caller.set_knobs(knobs);
    caller.simulator.attach_receivers(Receivers::Everywhere);
    events(&mut caller, count);
    caller.wait(30 * 24);
    receive_at(&caller.simulator, PROVIDER).bytes()
}

fn in_order(bodies: &[(String, Vec<u8>)]) -> bool {
    let times =
        bodies.iter().map(|(_, body)| serde_json::from_slice::<Value>(body).unwrap()["entry"][0]["time"].as_i64());
    times.collect::<Vec<_>>().is_sorted()
}

#[test]
fn what_befalls_a_delivery_does_not_hang_on_the_address_that_a_receiver_listens_at() {
    let knobs =
        json!({ "webhook_duplicates": 0.3, "webhook_reorder": 0.3, "webhook_loss": 0.3, "webhook_delay_s": 600 });
    let heard_at = |url: &str| {
        let mut caller = Caller::heard_with(&knobs);
        let path = format!("/{}/subscriptions", caller.credentials.app_id);
        let body = json!({
            "object": "whatsapp_business_account", "callback_url": url, "verify_token": "v", "fields": "security"
        });
        assert_eq!(caller.post(&path, &caller.app_token(), body).status, 200);
        events(&mut caller, 40);
        caller.wait(24);
        receive_at(&caller.simulator, url).bodies()
    };
    let bodies = heard_at("http://127.0.0.1:40001/hook");
    assert!(!bodies.is_empty());
    assert_eq!(heard_at("http://127.0.0.1:50002/another"), bodies);
}

#[test]
fn copies_delay_order_and_loss_are_what_the_knobs_say_and_the_same_for_the_same_seed() {
    let still = json!({ "webhook_duplicates": 0.0, "webhook_reorder": 0.0, "webhook_loss": 0.0, "webhook_delay_s": 5 });
    let with = |knob: &str, value: Value| {
        let mut knobs = still.clone();
        knobs[knob] = value;
        knobs
    };
    let plain = run(1, &still, 40);
    assert_eq!(plain.len(), 60, "20 times on, 20 times off with two events");
    assert!(in_order(&plain), "no delay is longer than the minute between two events");

    let twice = run(1, &with("webhook_duplicates", json!(1.0)), 40);
    assert_eq!(twice.len(), 120);
    let lost = run(1, &with("webhook_loss", json!(0.5)), 40);
    assert!((15..45).contains(&lost.len()), "{}", lost.len());
    assert_eq!(run(1, &with("webhook_loss", json!(1.0)), 40), []);
    let mixed = run(1, &with("webhook_reorder", json!(0.3)), 40);
    let late = run(1, &with("webhook_delay_s", json!(3600)), 40);
    for shuffled in [&mixed, &late] {
        assert!(!in_order(shuffled));
        let sorted = |bodies: &[(String, Vec<u8>)]| {
            let mut bodies = bodies.to_vec();
            bodies.sort();
            bodies
        };
        assert_eq!(sorted(shuffled), sorted(&plain), "nothing is lost and nothing comes twice");
    }
    for (knob, value, seen) in [
        ("webhook_duplicates", json!(1.0), &twice),
        ("webhook_loss", json!(0.5), &lost),
        ("webhook_reorder", json!(0.3), &mixed),
        ("webhook_delay_s", json!(3600), &late),
    ] {
        assert_eq!(&run(1, &with(knob, value.clone()), 40), seen, "{knob}");
    }
    assert_ne!(run(2, &with("webhook_reorder", json!(0.3)), 40), mixed);
}

#[test]
fn thirty_days_in_one_call_deliver_what_falls_due_in_order() {
    let knobs = json!({ "destination_review": "pending", "destination_review_s": 259_200, "webhook_reorder": 0.0, "webhook_duplicates": 0.0 });
    let days = |steps: i64| {
        let mut caller = Caller::usual("");
        caller.set_knobs(&knobs);
        caller.simulator.attach_receivers(Receivers::Everywhere);
        caller.set_intent();
        let mut seen = Vec::new();
        for _ in 0..steps {
            caller.wait(30 * 24 / steps);
            seen.extend(receive(&caller.simulator).bytes());
        }
        seen
    };
    let at_once = days(1);
    assert!(at_once.len() >= 2 && in_order(&at_once));
    assert_eq!(at_once, days(30), "the same bytes as day by day");
}

#[test]
fn changes_of_one_moment_may_come_in_one_delivery() {
    let caller = Caller::heard_with(&json!({ "webhook_batch": 1000, "webhook_delay_s": 5 }));
    for action in [Action::TurnOnTwoStep, Action::TurnOffTwoStep] {
        caller.simulator.person(caller.portfolio(), action);
    }
    let mut caller = caller;
    caller.wait(1);
    let bodies = caller.hears().bodies();
    let [body] = bodies.as_slice() else { panic!("{bodies:#?}") };
    assert_eq!(body["entry"].as_array().unwrap().len(), 1);
    let events: Vec<&Value> =
        body["entry"][0]["changes"].as_array().unwrap().iter().map(|change| &change["value"]["event"]).collect();
    assert_eq!(events, ["PIN_CHANGED", "PIN_RESET_REQUEST", "PIN_REQUEST_SUCCESS"]);
    assert_eq!(caller.simulator.webhooks(0)[0].changes, 3);
}

#[test]
fn a_delivery_is_sent_once_more_on_request() {
    let mut caller = Caller::heard();
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    let first = caller.hears().0[0].clone();
    assert_eq!(receive(&caller.simulator).0.len(), 0);
    caller.simulator.redeliver(first.id).unwrap();
    let again = caller.hears().0[0].clone();
    assert_eq!((again.id, again.body, again.attempt), (first.id, first.body, 2));
    assert_eq!(caller.simulator.redeliver(99), Err(NotRedelivered::Unknown(99)));
    caller.simulator.redeliver(first.id).unwrap();
    let taken = caller.simulator.take_due_delivery().unwrap();
    assert_eq!(caller.simulator.redeliver(taken.id), Err(NotRedelivered::InFlight(taken.id)));
    caller.wait(24 * 8);
    caller.simulator.delivered(taken.id, Outcome::Answered(500));
    let state = |caller: &Caller| caller.simulator.webhooks(first.id - 1)[0].state;
    assert_eq!(state(&caller), DeliveryState::Waiting, "within its window it is tried on");
}

#[test]
fn what_waits_outlasts_a_restart_and_what_was_in_flight_is_sent_again() {
    let caller = Caller::heard_with(&json!({ "webhook_delay_s": 5 }));
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    let later: Timestamp = caller.now + SignedDuration::from_secs(60);
    let restored = Simulator::restore(&caller.simulator.save().unwrap()).unwrap();
    let bytes = |simulator: &Simulator| {
        simulator.advance_to(later);
        receive(simulator).bytes()
    };
    let expected = bytes(&caller.simulator);
    restored.advance_to(later);
    assert!(restored.take_due_delivery().is_some());
    let again = Simulator::restore(&restored.save().unwrap()).unwrap();
    assert_eq!((expected.len(), bytes(&again)), (2, expected));
}

#[test]
fn the_log_tells_of_every_attempt() {
    let mut caller = Caller::heard();
    caller.simulator.person(caller.portfolio(), Action::TurnOnTwoStep);
    let mut failures = 1;
    caller.simulator.deliver_due(|delivery| {
        if delivery.url != PROVIDER || failures == 0 {
            return Outcome::Answered(200);
        }
        failures -= 1;
        Outcome::NoAnswer("connection refused".to_owned())
    });
    caller.wait(1);
    let log = caller.simulator.webhooks(0);
    assert_eq!(log.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(caller.simulator.webhooks(1).len(), 1);
    assert!(log.iter().all(|entry| entry.waba.to_string() == WABA));
    insta::assert_json_snapshot!("log_entry", log.iter().find(|entry| entry.url == PROVIDER).unwrap());
}
