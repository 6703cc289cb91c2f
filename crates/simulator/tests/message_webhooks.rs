//! Field `messages`: what apps are told of messages, in whose name, and where it goes around a cutover.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, NUMBER, WABA, text};
use jiff::SignedDuration;
use serde_json::{Value, json};
use unmoor_simulator::{
    ReceiveMessage, SendMessage,
    webhooks::{Outcome, Receivers},
};

const CUSTOMER: &str = "+493023125900";

/// The usual world with somebody behind the callbacks, and a network that does nothing of its own.
fn listening(knobs: &Value) -> Caller {
    let caller = Caller::with_knobs(&json!({
        "webhook_delay_s": 0, "webhook_duplicates": 0.0, "webhook_reorder": 0.0,
        "template_copy_when": "migrate", "template_copy_delay_s": 0,
    }));
    caller.set_knobs(knobs);
    caller.simulator.attach_receivers(Receivers::Everywhere);
    caller
}

/// Every change of field `messages` that the provider's app is told until now.
fn told(caller: &Caller) -> Vec<Value> {
    caller.simulator.advance_to(caller.now);
    let mut changes = Vec::new();
    caller.simulator.deliver_due(|delivery| {
        let body: Value = serde_json::from_slice(&delivery.body).unwrap();
        let entries = body["entry"].as_array().unwrap().iter();
        let entries = entries.filter(|_| delivery.app == caller.credentials.app_id);
        changes.extend(entries.filter(|entry| entry["changes"][0]["field"] == "messages").cloned());
        Outcome::Answered(200)
    });
    changes
}

fn wait(caller: &mut Caller, seconds: i64) {
    caller.now += SignedDuration::from_secs(seconds);
}

fn template(caller: &Caller) -> SendMessage {
    caller.simulator.advance_to(caller.now);
    SendMessage::template(NUMBER.parse().unwrap(), CUSTOMER, "order_shipped", "de")
}

fn write(caller: &Caller, free_entry_point: bool) {
    caller.simulator.advance_to(caller.now);
    let message = ReceiveMessage {
        from: CUSTOMER.to_owned(),
        number: Some(NUMBER.parse().unwrap()),
        phone_number_id: None,
        text: "Where is my order?".to_owned(),
        free_entry_point,
    };
    caller.simulator.receive_message(&message).unwrap();
}

#[test]
fn a_message_tells_sent_delivered_and_read_with_pricing_in_the_first_two() {
    let mut caller = listening(&json!({}));
    let message =
        SendMessage { read_after_s: Some(60), callback_data: Some("order 7".to_owned()), ..template(&caller) };
    caller.simulator.send_message(&message.delivered_after_s(2)).unwrap();
    let mut all = told(&caller);
    wait(&mut caller, 100);
    all.extend(told(&caller));
    insta::assert_json_snapshot!("sent_delivered_read", all);
}

#[test]
fn a_failure_tells_its_error() {
    let mut caller = listening(&json!({ "payment_missing_told_by": "status" }));
    let failing = SendMessage { failed_after_s: Some(5), ..template(&caller) };
    caller.simulator.send_message(&failing).unwrap();
    let text = SendMessage::text(NUMBER.parse().unwrap(), CUSTOMER, "Hello");
    caller.simulator.send_message(&text).unwrap();
    wait(&mut caller, 10);
    let failed: Vec<Value> = told(&caller).into_iter().filter(|entry| status_of(entry) == "failed").collect();
    insta::assert_json_snapshot!("failed", failed);
}

fn status_of(entry: &Value) -> &str {
    entry["changes"][0]["value"]["statuses"][0]["status"].as_str().unwrap_or_default()
}

#[test]
fn a_customers_message_arrives_with_its_contact() {
    let caller = listening(&json!({}));
    write(&caller, false);
    write(&caller, true);
    insta::assert_json_snapshot!("from_a_customer", told(&caller));
}

#[test]
fn inside_a_free_entry_point_window_a_status_names_the_conversation() {
    let mut caller = listening(&json!({}));
    write(&caller, true);
    told(&caller);
    caller.simulator.send_message(&template(&caller).delivered_after_s(2)).unwrap();
    wait(&mut caller, 10);
    insta::assert_json_snapshot!("free_entry_point", told(&caller));
}

#[test]
fn too_many_messages_in_a_second_are_trouble_of_the_number() {
    let mut caller = listening(&json!({}));
    let (token, phone) = (caller.business_token(), caller.credentials.customers[0].phone_number_ids[0]);
    for nth in 0..=80 {
        let to = format!("+4930231270{nth:02}");
        let body = json!({ "messaging_product": "whatsapp", "to": to, "type": "text", "text": { "body": "Hello" } });
        caller.now -= SignedDuration::from_secs(1);
        caller.post(&format!("/{phone}/messages"), &token, body);
    }
    let troubled: Vec<Value> =
        told(&caller).into_iter().filter(|entry| !entry["changes"][0]["value"]["errors"].is_null()).collect();
    insta::assert_json_snapshot!("throughput_reached", troubled);
}

/// A message that outlives its sender's stay: sent before the cutover, delivered after it.
#[test]
fn a_late_status_goes_where_the_knob_says() {
    for to_source in [true, false] {
        let knob = if to_source { "source" } else { "destination" };
        let mut caller = listening(&json!({ "status_after_cutover_goes_to": knob }));
        let (destination, phone) = caller.moved();
        told(&caller);
        let sent = caller.simulator.send_message(&template(&caller).delivered_after_s(3600)).unwrap();
        assert_eq!(told(&caller)[0]["id"], WABA, "before the cutover, the source's");
        caller.register(&phone);
        wait(&mut caller, 3600);
        let late = told(&caller);
        let expected =
            if to_source { (WABA.to_owned(), sent.phone_number_id.to_string()) } else { (destination, phone) };
        let value = &late[0]["changes"][0]["value"];
        assert_eq!((text(&late[0]["id"]), text(&value["metadata"]["phone_number_id"])), expected, "{knob}");
        assert_eq!(value["statuses"][0]["id"], json!(sent.message_id), "the id stays the one of the sending");
    }
}

#[test]
fn after_the_cutover_customers_write_to_the_destination() {
    let mut caller = listening(&json!({}));
    let (destination, phone) = caller.moved();
    caller.register(&phone);
    told(&caller);
    write(&caller, false);
    let entry = &told(&caller)[0];
    assert_eq!(
        (text(&entry["id"]), text(&entry["changes"][0]["value"]["metadata"]["phone_number_id"])),
        (destination, phone)
    );
}

/// Guide 6.2: the override of a WABA moves its messages.
#[test]
fn the_override_of_the_destination_gets_its_messages() {
    let mut caller = listening(&json!({}));
    let destination = caller.accepted();
    let token = caller.business_token();
    let body = json!({ "override_callback_uri": "https://hooks.example/acorn", "verify_token": "v" });
    caller.post(&format!("/{destination}/subscribed_apps"), &token, body);
    let phone = text(&caller.move_number(&destination).body["id"]);
    caller.register(&phone);
    told(&caller);
    write(&caller, false);
    let mut urls = Vec::new();
    caller.simulator.deliver_due(|delivery| {
        urls.push(delivery.url.clone());
        Outcome::Answered(200)
    });
    assert_eq!(urls, ["https://hooks.example/acorn"]);
}

#[test]
fn a_customer_has_an_id_for_the_business_if_the_knob_says_so() {
    let mut caller = listening(&json!({ "status_contacts": "present" }));
    let ids = |changes: Vec<Value>| -> Vec<Value> {
        changes.iter().map(|entry| entry["changes"][0]["value"]["contacts"][0]["user_id"].clone()).collect()
    };
    write(&caller, false);
    wait(&mut caller, 1);
    assert_eq!(ids(told(&caller)), [Value::Null]);
    caller.set_knobs(&json!({ "contact_user_id": "present" }));
    write(&caller, false);
    caller.simulator.send_message(&template(&caller)).unwrap();
    wait(&mut caller, 3600);
    let ids = ids(told(&caller));
    assert!(ids.len() >= 3 && text(&ids[0]).starts_with("DE."), "{ids:?}");
    assert!(ids.iter().all(|id| *id == ids[0]), "one customer, one id: {ids:?}");
}

#[test]
fn a_status_names_its_recipient_if_the_knob_says_so() {
    for (knob, contacts) in [
        ("absent", Value::Null),
        ("present", json!([{ "profile": { "name": "Customer 493023125900" }, "wa_id": "493023125900" }])),
    ] {
        let mut caller = listening(&json!({ "status_contacts": knob }));
        caller.simulator.send_message(&template(&caller)).unwrap();
        wait(&mut caller, 3600);
        let statuses = told(&caller);
        assert!(statuses.len() >= 2, "{statuses:?}");
        for status in statuses {
            assert_eq!(status["changes"][0]["value"]["contacts"], contacts, "{knob}");
        }
    }
}
