//! Messages through a number: what is answered, what is refused, and where they go while the number moves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Answer, CUSTOMERS, Caller, NUMBER, PORTFOLIO, WABA, text};
use jiff::SignedDuration;
use serde_json::{Value, json};
use unmoor_simulator::{Action, ReceiveMessage, SendMessage, SendRefused, Simulator, load, world::MessageStatus};

const CUSTOMER: &str = "+493023125900";

fn source_phone(caller: &Caller) -> String {
    caller.credentials.customers[0].phone_number_ids[0].to_string()
}

fn message(members: &Value) -> Value {
    let mut body = json!({ "messaging_product": "whatsapp", "to": CUSTOMER });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

fn template(name: &str, language: &str, parameters: usize) -> Value {
    let parameters: Vec<Value> = (0..parameters).map(|_| json!({ "type": "text", "text": "x" })).collect();
    message(&json!({ "type": "template", "template": {
        "name": name, "language": { "code": language }, "components": [{ "type": "body", "parameters": parameters }],
    } }))
}

fn post(caller: &mut Caller, phone: &str, body: Value) -> Answer {
    let token = caller.business_token();
    caller.post(&format!("/{phone}/messages"), &token, body)
}

#[test]
fn a_template_message_is_answered_as_meta_does_and_then_delivered_and_read() {
    let mut caller = Caller::usual("[recipients]\nread = 1.0");
    let phone = source_phone(&caller);
    let answer = post(&mut caller, &phone, template("order_shipped", "de", 1));
    insta::assert_json_snapshot!("sent", answer.body);
    let id = text(&answer.body["messages"][0]["id"]);
    let status = |caller: &Caller| caller.simulator.messages(0)[0].status;
    assert_eq!(status(&caller), MessageStatus::Sent);
    caller.now += SignedDuration::from_secs(2);
    caller.simulator.advance_to(caller.now);
    assert_eq!(status(&caller), MessageStatus::Delivered);
    caller.now += SignedDuration::from_secs(60);
    caller.simulator.advance_to(caller.now);
    assert_eq!(status(&caller), MessageStatus::Read);
    let kinds = ["message.sent", "message.delivered", "message.charged", "message.read"];
    assert_eq!(caller.kinds(), kinds);
    for entry in caller.simulator.ledger(0) {
        assert_eq!(entry.ids["message"], id);
        assert_eq!((entry.template.as_deref(), entry.number.unwrap().as_str()), (Some("order_shipped/de"), NUMBER));
        assert_eq!(entry.source_waba.unwrap().to_string(), WABA);
    }
}

#[test]
fn what_may_not_be_sent_is_refused_with_metas_codes() {
    let scenario = "[customers.acorn]\ntemplates = [\n\
         { name = \"order_shipped\", language = \"de\" },\n\
         { name = \"waiting\", language = \"de\", status = \"PENDING\" },\n\
         { name = \"paused\", language = \"de\", status = \"PAUSED\" },\n\
         { name = \"disabled\", language = \"de\", status = \"DISABLED\" },\n]\n\
         numbers = [\"+493023125001\"]\n";
    let mut caller = Caller::new(CUSTOMERS, scenario);
    let phone = source_phone(&caller);
    let cases = [
        (template("no_such", "de", 0), (404, 132_001)),
        (template("order_shipped", "fr", 1), (404, 132_001)),
        (template("waiting", "de", 1), (404, 132_001)),
        (template("paused", "de", 1), (400, 132_015)),
        (template("disabled", "de", 1), (400, 132_016)),
        (template("order_shipped", "de", 0), (400, 132_000)),
        (template("order_shipped", "de", 2), (400, 132_000)),
        (message(&json!({ "type": "template" })), (400, 131_008)),
        (message(&json!({ "type": "template", "template": { "name": "order_shipped" } })), (400, 131_008)),
        (message(&json!({ "type": "template", "template": [] })), (400, 131_009)),
        (message(&json!({ "type": "pigeon" })), (400, 131_009)),
        (message(&json!({ "type": "text" })), (400, 131_008)),
        (message(&json!({ "type": "text", "text": { "body": "" } })), (400, 131_008)),
        (message(&json!({ "type": "text", "text": { "body": "x".repeat(4097) } })), (400, 131_009)),
        (message(&json!({ "type": "contacts", "contacts": [] })), (400, 131_009)),
        (
            json!({ "messaging_product": "whatsapp", "to": "nobody", "type": "text", "text": { "body": "x" } }),
            (400, 131_009),
        ),
        (json!({ "messaging_product": "whatsapp", "to": NUMBER, "text": { "body": "x" } }), (400, 131_021)),
        (json!({ "messaging_product": "whatsapp", "text": { "body": "x" } }), (400, 100)),
        (json!({ "messaging_product": "telegraph", "to": CUSTOMER, "text": { "body": "x" } }), (400, 100)),
        (json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "x" }), (400, 131_009)),
        (json!({ "messaging_product": "whatsapp", "recipient_type": "group", "to": "x" }), (501, 1)),
    ];
    for (body, expected) in cases {
        let answer = post(&mut caller, &phone, body.clone());
        assert_eq!((answer.status, answer.codes().0), expected, "{body}: {}", answer.body);
    }
    assert_eq!(caller.simulator.messages(0), [], "what is refused was never sent");
    let unknown = post(&mut caller, "12345", template("order_shipped", "de", 1));
    assert_eq!((unknown.status, unknown.codes()), (400, (100, Some(33))));
}

#[test]
fn sending_needs_the_messaging_scope() {
    let mut caller = Caller::usual("");
    let mut scoped = Caller::new(CUSTOMERS, "[customers.acorn]\ntoken_scopes = [\"whatsapp_business_management\"]\n");
    let phone = source_phone(&scoped);
    let refused = post(&mut scoped, &phone, template("order_shipped", "de", 1));
    assert_eq!((refused.status, refused.codes().0), (403, 200));
    let (phone, app_token) = (source_phone(&caller), caller.app_token());
    let by_app = caller.post(&format!("/{phone}/messages"), &app_token, template("order_shipped", "de", 1));
    assert_eq!(by_app.status, 403);
}

#[test]
fn without_a_template_the_customer_must_have_written_within_24_hours() {
    let mut caller = Caller::usual("");
    let phone = source_phone(&caller);
    let hello = message(&json!({ "type": "text", "text": { "body": "Hello" } }));
    let accepted = post(&mut caller, &phone, hello.clone());
    assert_eq!(accepted.status, 200, "taken first, and failed by a status");
    caller.wait(1);
    let failed = &caller.simulator.messages(0)[0];
    assert_eq!(failed.status, MessageStatus::Failed);
    assert_eq!(serde_json::to_value(failed.error).unwrap(), "reengagement");
    receive(&caller, CUSTOMER);
    post(&mut caller, &phone, hello);
    caller.wait(1);
    assert_ne!(caller.simulator.messages(1)[0].status, MessageStatus::Failed);
}

fn receive(caller: &Caller, from: &str) -> unmoor_simulator::ReceivedMessage {
    let message = ReceiveMessage {
        from: from.to_owned(),
        number: Some(NUMBER.parse().unwrap()),
        phone_number_id: None,
        text: "Where is my order?".to_owned(),
        free_entry_point: false,
    };
    caller.simulator.receive_message(&message).unwrap()
}

#[test]
fn a_number_has_its_pace_and_so_has_a_pair() {
    let mut caller = Caller::usual("");
    let phone = source_phone(&caller);
    let to_one = |caller: &mut Caller| {
        caller.now -= SignedDuration::from_secs(1);
        post(caller, &phone, template("order_shipped", "de", 1))
    };
    for nth in 1..=45 {
        assert_eq!(to_one(&mut caller).status, 200, "{nth}");
    }
    let refused = to_one(&mut caller);
    assert_eq!((refused.status, refused.codes().0), (400, 131_056));
    caller.now += SignedDuration::from_secs(6);
    assert_eq!(to_one(&mut caller).status, 200, "one more in six seconds");
    assert_eq!(to_one(&mut caller).codes().0, 131_056);

    let mut caller = Caller::usual("");
    let phone = source_phone(&caller);
    let to_many = |caller: &mut Caller, nth: u32| {
        caller.now -= SignedDuration::from_secs(1);
        let mut body = template("order_shipped", "de", 1);
        body["to"] = format!("+4930231270{nth:02}").into();
        post(caller, &phone, body)
    };
    for nth in 0..80 {
        assert_eq!(to_many(&mut caller, nth).status, 200, "{nth}");
    }
    assert_eq!(to_many(&mut caller, 80).codes().0, 130_429);
    caller.now += SignedDuration::from_secs(1);
    assert_eq!(to_many(&mut caller, 81).status, 200, "a second later");
    caller.set_knobs(&json!({ "error_http_style": "spec" }));
    for nth in 0..80 {
        to_many(&mut caller, nth);
    }
    assert_eq!(to_many(&mut caller, 80).status, 429);
}

#[test]
fn until_the_register_the_source_sends_and_after_it_the_destination() {
    let mut caller = Caller::with_knobs(&json!({ "template_copy_when": "migrate", "template_copy_delay_s": 0 }));
    let old = source_phone(&caller);
    let (_, new) = caller.moved();
    let body = || template("order_shipped", "de", 1);
    assert_eq!(post(&mut caller, &old, body()).status, 200);
    assert_eq!(post(&mut caller, &new, body()).codes().0, 133_010, "moved and not registered");
    caller.register(&new);
    assert_eq!(post(&mut caller, &old, body()).codes().0, 133_010, "the outbound path was forgotten");
    assert_eq!(post(&mut caller, &new, body()).status, 200);
}

#[test]
fn a_copy_that_is_not_there_yet_cannot_be_sent() {
    let mut caller = Caller::usual("");
    let (_, phone) = caller.moved();
    caller.register(&phone);
    assert_eq!(post(&mut caller, &phone, template("order_shipped", "de", 1)).codes().0, 132_001);
    caller.wait(1);
    assert_eq!(post(&mut caller, &phone, template("order_shipped", "de", 1)).status, 200);
}

#[test]
fn the_old_id_is_unknown_where_the_source_no_longer_lists_it_and_works_where_ids_stay() {
    let mut caller = Caller::with_knobs(&json!({ "phone_source_after_register": "absent" }));
    let old = source_phone(&caller);
    let (_, new) = caller.moved();
    caller.register(&new);
    assert_eq!(post(&mut caller, &old, template("order_shipped", "de", 1)).codes(), (100, Some(33)));

    let mut caller = Caller::with_knobs(&json!({ "phone_id_after_migrate": "same" }));
    let old = source_phone(&caller);
    let (destination, new) = caller.moved();
    assert_eq!(old, new);
    post(&mut caller, &old, template("order_shipped", "de", 1));
    caller.register(&new);
    caller.wait(1);
    post(&mut caller, &old, template("order_shipped", "de", 1));
    let senders: Vec<String> = caller.simulator.messages(0).iter().map(|one| one.waba_id.to_string()).collect();
    assert_eq!(senders, [WABA.to_owned(), destination]);
}

#[test]
fn a_message_in_the_gap_arrives_where_the_knob_says() {
    for (knob, arrives) in [("source", Some(true)), ("lost", None), ("destination", Some(false))] {
        let mut caller = Caller::with_knobs(&json!({ "inbound_between_8_and_9": knob }));
        let before = receive(&caller, CUSTOMER);
        assert_eq!(before.waba_id.unwrap().to_string(), WABA);
        let (destination, phone) = caller.moved();
        let in_the_gap = receive(&caller, CUSTOMER).waba_id.map(|waba| waba.to_string());
        assert_eq!(in_the_gap, arrives.map(|at_source| if at_source { WABA.to_owned() } else { destination.clone() }));
        assert_eq!(caller.entries("message.lost").len(), usize::from(arrives.is_none()), "{knob}");
        caller.register(&phone);
        let after = receive(&caller, CUSTOMER);
        assert_eq!(after.waba_id.unwrap().to_string(), destination);
        assert_eq!(after.phone_number_id.unwrap().to_string(), phone);
    }
}

#[test]
fn a_number_in_maintenance_mode_sends_nothing() {
    let scenario = "[customers.acorn]\nnumbers = [{ number = \"+493023125001\", in_maintenance_for = \"1 min\" }]\n\
                    templates = [{ name = \"order_shipped\", language = \"de\" }]\n";
    let mut caller = Caller::new(CUSTOMERS, scenario);
    let phone = source_phone(&caller);
    assert_eq!(post(&mut caller, &phone, template("order_shipped", "de", 1)).codes().0, 131_057);
    caller.wait(1);
    assert_eq!(post(&mut caller, &phone, template("order_shipped", "de", 1)).status, 200);
}

#[test]
fn a_customers_message_can_be_marked_as_read() {
    let mut caller = Caller::usual("");
    let phone = source_phone(&caller);
    let id = receive(&caller, CUSTOMER).message_id;
    let body = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": id });
    assert_eq!(post(&mut caller, &phone, body).body, json!({ "success": true }));
}

#[test]
fn a_message_by_hand_is_refused_as_an_apps_would_be() {
    let caller = Caller::usual("");
    let number = || NUMBER.parse().unwrap();
    let refused = |message: SendMessage| caller.simulator.send_message(&message).unwrap_err();
    assert!(matches!(
        refused(SendMessage::template(number(), CUSTOMER, "no_such", "de")),
        SendRefused::ByMeta { code: 132_001, .. }
    ));
    assert!(matches!(
        refused(SendMessage::text("+4930555".parse().unwrap(), CUSTOMER, "x")),
        SendRefused::UnknownNumber(_)
    ));
    assert!(matches!(refused(SendMessage::text(number(), "nobody", "x")), SendRefused::Unclear(_)));
    assert!(matches!(
        refused(SendMessage { text: Some("x".to_owned()), ..SendMessage::template(number(), CUSTOMER, "a", "de") }),
        SendRefused::Unclear(_)
    ));
}

#[test]
fn two_equal_messages_of_one_instant_have_ids_of_their_own_and_two_runs_the_same_ones() {
    let ids = || {
        let caller = Caller::usual("");
        let message = SendMessage::template(NUMBER.parse().unwrap(), CUSTOMER, "order_shipped", "de");
        [(); 3].map(|()| caller.simulator.send_message(&message).unwrap().message_id)
    };
    let [one, two, three] = ids();
    assert!(one != two && two != three && one != three);
    assert_eq!(ids(), [one, two, three]);
}

#[test]
fn what_is_on_its_way_is_saved_and_put_back() {
    let mut caller = Caller::usual("");
    let message =
        SendMessage::template(NUMBER.parse().unwrap(), CUSTOMER, "order_shipped", "de").delivered_after_s(7200);
    caller.simulator.send_message(&message).unwrap();
    receive(&caller, CUSTOMER);
    caller.wait(1);
    let restored = Simulator::restore(&caller.simulator.save().unwrap()).unwrap();
    let world = serde_json::to_value(caller.simulator.world()).unwrap();
    for simulator in [&caller.simulator, &restored] {
        simulator.advance_to(caller.now + SignedDuration::from_hours(2));
        assert_eq!(simulator.messages(0)[0].charge.as_ref().unwrap().sentence, unmoor_simulator::world::Sentence::B1);
        assert_eq!(simulator.charges(None)[0].messages, 1);
    }
    assert_eq!(
        serde_json::to_value(restored.world()).unwrap(),
        serde_json::to_value(caller.simulator.world()).unwrap()
    );
    caller.simulator.set_world(serde_json::from_value(world).unwrap());
    caller.simulator.advance_to(caller.now + SignedDuration::from_hours(4));
    assert_eq!(caller.simulator.charges(None)[0].messages, 1, "put back, it is delivered again");
}

#[test]
fn a_rehearsal_sends_nothing_of_itself() {
    let mut caller = Caller::usual("");
    let (_, phone) = caller.moved();
    caller.register(&phone);
    caller.wait(24 * 30);
    assert!(caller.kinds().iter().all(|kind| !kind.starts_with("message.")));
    assert_eq!((caller.simulator.messages(0), caller.simulator.charges(None)), (Vec::new(), Vec::new()));
}

/// A scenario with a steady stream of messages: on before and after the cutover, in volumes and not in the ledger.
#[test]
fn steady_traffic_goes_on_through_the_cutover_and_is_paid_by_whose_it_is() {
    let mut caller =
        Caller::usual("[traffic]\nsent_per_hour = 60\nreceived_per_hour = 5\ncustomers_per_number = 2000\n");
    caller.wait(24);
    let (destination, phone) = caller.moved();
    caller.register(&phone);
    caller.wait(24);
    let charged = |caller: &Caller, waba: &str| -> u64 {
        let charges = caller.simulator.charges(Some(waba.parse().unwrap()));
        charges.iter().filter(|total| total.payer.is_some()).map(|total| total.messages).sum()
    };
    let delivered = |caller: &Caller, waba: &str| -> u64 {
        caller.simulator.charges(Some(waba.parse().unwrap())).iter().map(|total| total.messages).sum()
    };
    // 60 templates and 5 answers an hour, for a day and the hours of the migration, then for a day.
    assert!((1700..1800).contains(&delivered(&caller, WABA)), "{}", delivered(&caller, WABA));
    assert!((1500..1600).contains(&delivered(&caller, &destination)), "{}", delivered(&caller, &destination));
    assert!(charged(&caller, WABA) > 1500 && charged(&caller, &destination) > 1200);
    assert!(caller.kinds().iter().all(|kind| !kind.starts_with("message.")));
    assert!(caller.simulator.messages(0).len() <= 1000 + 10, "only the latest ones are kept whole");
    let world = caller.simulator.world();
    assert!(world.messaging.template_traffic.values().sum::<u32>() > 2000, "what quality scores are made of");
}

#[test]
fn traffic_is_the_same_for_the_same_seed_and_can_be_switched_off_with_the_payment_method() {
    let run = || {
        let mut caller = Caller::usual("[traffic]\n");
        caller.wait(12);
        serde_json::to_string(&caller.simulator.world()).unwrap()
    };
    assert_eq!(run(), run());
    let mut caller = Caller::usual("[traffic]\nreceived_per_hour = 0\n");
    caller.set_knobs(&json!({ "template_copy_when": "migrate" }));
    let (destination, phone) = caller.moved();
    caller.register(&phone);
    caller.simulator.person(PORTFOLIO.parse().unwrap(), Action::DeclinePaymentMethod);
    caller.wait(24);
    assert_eq!(caller.simulator.charges(Some(destination.parse().unwrap())), []);
}

#[test]
fn a_scenario_of_messages_that_cannot_be_is_refused_with_its_line() {
    for (scenario, line, said) in [
        ("[recipients]\nread = 1.5\n", 1, "share"),
        ("# \n[recipients]\nnever_delivered = -0.1\n", 2, "share"),
        ("[traffic]\nsent_per_hour = 100000\n", 1, "14400"),
        ("[traffic]\ncustomers_per_number = 0\n", 1, "customer"),
        ("[traffic]\nmessages = 1\n", 2, "messages"),
    ] {
        let error = load::load(CUSTOMERS, scenario, 1).unwrap_err();
        assert_eq!(error.line, line, "{scenario}: {error}");
        assert!(error.reason.contains(said), "{scenario}: {error}");
    }
}
