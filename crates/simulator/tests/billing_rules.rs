//! Guide B1 to B3, sentence by sentence and at their edges: who pays for which message.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, NUMBER, PORTFOLIO, WABA, text};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use unmoor_simulator::{
    Action, ChargeTotal, ReceiveMessage, SendMessage, ShownMessage,
    world::{MessageStatus, Payer, PricingCategory, PricingType, Sentence},
};

const CUSTOMER: &str = "+493023125900";

/// A template message of the usual number, which the source and, once copied, the destination have.
fn utility() -> SendMessage {
    SendMessage::template(NUMBER.parse().unwrap(), CUSTOMER, "order_shipped", "de")
}

fn send(caller: &Caller, message: &SendMessage) -> String {
    caller.simulator.advance_to(caller.now);
    caller.simulator.send_message(message).unwrap().message_id
}

fn found(caller: &Caller, id: &str) -> ShownMessage {
    caller.simulator.messages(0).into_iter().find(|message| message.message_id == id).unwrap()
}

/// Payer and sentence of a message; nobody if it costs nothing.
fn paid_by(caller: &Caller, id: &str) -> Option<(Payer, Sentence)> {
    found(caller, id).charge.map(|charge| (charge.payer, charge.sentence))
}

fn advance(caller: &mut Caller, seconds: i64) {
    caller.now += SignedDuration::from_secs(seconds);
    caller.simulator.advance_to(caller.now);
}

/// Moved and ready to register; every template is copied with the move, so that the destination can send at once.
fn moved() -> (Caller, String, String) {
    let mut caller = Caller::with_knobs(&json!({ "template_copy_when": "migrate", "template_copy_delay_s": 0 }));
    let (destination, phone) = caller.moved();
    (caller, destination, phone)
}

/// The instant at which the number was registered on its destination.
fn completed_at(caller: &Caller) -> Timestamp {
    caller.entries("number.registered")[0].at
}

/// guide: B1
#[test]
fn b1_delivered_before_the_migration_is_complete_the_old_solution_partner_pays() {
    let (mut caller, _, phone) = moved();
    let id = send(&caller, &utility().delivered_after_s(5));
    advance(&mut caller, 5);
    caller.register(&phone);
    assert_eq!(paid_by(&caller, &id), Some((Payer::SolutionPartner, Sentence::B1)));
    let charged = &caller.entries("message.charged")[0];
    assert_eq!((charged.ids["payer"].as_str(), charged.ids["sentence"].as_str()), ("solution_partner", "B1"));
    assert_eq!((charged.ids["amount"].as_str(), charged.ids["currency"].as_str()), ("0.0300", "EUR"));
    let (of_message, total) = (found(&caller, &id).charge.unwrap(), &caller.simulator.charges(None)[0]);
    assert_eq!((of_message.amount, of_message.currency.as_str()), (0.03, "EUR"));
    assert_eq!((total.amount, total.currency.as_str()), (0.03, "EUR"), "in the same unit");
}

/// guide: B2
#[test]
fn b2_sent_before_and_delivered_after_the_old_solution_partner_pays_as_well() {
    let (mut caller, _, phone) = moved();
    let id = send(&caller, &utility().delivered_after_s(3600));
    caller.register(&phone);
    advance(&mut caller, 3600);
    let message = found(&caller, &id);
    assert!(message.sent_at < completed_at(&caller) && message.delivered_at.unwrap() > completed_at(&caller));
    assert_eq!(paid_by(&caller, &id), Some((Payer::SolutionPartner, Sentence::B2)));
    assert_eq!(message.waba_id.to_string(), WABA, "it belongs to the WABA that sent it");
}

/// guide: B3
#[test]
fn b3_sent_and_delivered_after_the_customer_pays() {
    let (mut caller, destination, phone) = moved();
    caller.register(&phone);
    let id = send(&caller, &utility().delivered_after_s(5));
    advance(&mut caller, 5);
    assert_eq!(paid_by(&caller, &id), Some((Payer::Customer, Sentence::B3)));
    assert_eq!(found(&caller, &id).waba_id.to_string(), destination);
}

#[test]
fn delivered_at_the_very_instant_of_the_register_the_old_solution_partner_pays() {
    let (mut caller, _, phone) = moved();
    // The register is handed in a second from now: the message is delivered just before it, at the same instant.
    let id = send(&caller, &utility().delivered_after_s(1));
    caller.register(&phone);
    let message = found(&caller, &id);
    assert_eq!(message.delivered_at.unwrap(), completed_at(&caller));
    assert_eq!(paid_by(&caller, &id).unwrap().0, Payer::SolutionPartner);
}

/// guide: B3
#[test]
fn sent_at_the_very_instant_of_the_register_the_one_who_sent_it_pays() {
    let (mut caller, _, phone) = moved();
    caller.register(&phone);
    let id = send(&caller, &utility().delivered_after_s(0));
    advance(&mut caller, 0);
    let message = found(&caller, &id);
    assert_eq!((message.sent_at, message.delivered_at.unwrap()), (completed_at(&caller), completed_at(&caller)));
    assert_eq!(paid_by(&caller, &id), Some((Payer::Customer, Sentence::B3)));
}

#[test]
fn within_the_second_of_the_register_the_instants_decide_not_the_second() {
    let (mut caller, _, phone) = moved();
    caller.now += SignedDuration::from_millis(-300);
    let id = send(&caller, &utility().delivered_after_s(1));
    caller.now += SignedDuration::from_millis(-200);
    caller.register(&phone);
    advance(&mut caller, 1);
    let (delivered_at, completed_at) = (found(&caller, &id).delivered_at.unwrap(), completed_at(&caller));
    assert!(delivered_at != completed_at && (delivered_at - completed_at).get_milliseconds().abs() < 1000);
    let expected = if delivered_at < completed_at { Sentence::B1 } else { Sentence::B2 };
    assert_eq!(paid_by(&caller, &id), Some((Payer::SolutionPartner, expected)));
}

#[test]
fn what_is_never_delivered_nobody_pays_for() {
    let (mut caller, _, phone) = moved();
    let never = send(&caller, &utility().never_delivered());
    let failed = send(&caller, &SendMessage { failed_after_s: Some(2), ..utility() });
    caller.register(&phone);
    caller.wait(24 * 30);
    assert_eq!((found(&caller, &never).status, paid_by(&caller, &never)), (MessageStatus::Sent, None));
    assert_eq!((found(&caller, &failed).status, paid_by(&caller, &failed)), (MessageStatus::Failed, None));
    assert_eq!(caller.simulator.charges(None), []);
    assert_eq!(caller.entries("message.charged"), []);
}

/// guide: B2
#[test]
fn what_is_sent_in_the_gap_is_still_the_sources() {
    let (mut caller, _, phone) = moved();
    let id = send(&caller, &utility().delivered_after_s(60));
    assert_eq!(found(&caller, &id).waba_id.to_string(), WABA);
    caller.register(&phone);
    advance(&mut caller, 60);
    assert_eq!(paid_by(&caller, &id), Some((Payer::SolutionPartner, Sentence::B2)));
}

#[test]
fn each_number_is_complete_at_its_own_register() {
    let scenario = format!(
        "{}\n[customers.acorn]\nnumbers = [\"{NUMBER}\", \"+493023125002\"]\n\
         templates = [{{ name = \"order_shipped\", language = \"de\" }}]\nperson.answers_after = \"2 hours\"\n",
        "[knobs]\ntemplate_copy_when = \"migrate\"\ntemplate_copy_delay_s = 0\n"
    );
    let mut caller = Caller::new(common::CUSTOMERS, &scenario);
    let (_, phone) = caller.moved();
    caller.register(&phone);
    let second = SendMessage { number: Some("+493023125002".parse().unwrap()), ..utility() };
    let of_second = send(&caller, &second.delivered_after_s(5));
    let of_first = send(&caller, &utility().delivered_after_s(5));
    advance(&mut caller, 5);
    assert_eq!(paid_by(&caller, &of_first), Some((Payer::Customer, Sentence::B3)));
    assert_eq!(paid_by(&caller, &of_second), Some((Payer::SolutionPartner, Sentence::B1)));
}

#[test]
fn without_a_template_nothing_is_ever_charged() {
    let (mut caller, _, phone) = moved();
    let mut free = Vec::new();
    for _ in 0..2 {
        receive(&caller, false);
        free.push(send(&caller, &SendMessage::text(NUMBER.parse().unwrap(), CUSTOMER, "Hello").delivered_after_s(3)));
        caller.register(&phone);
        advance(&mut caller, 3);
    }
    for id in free {
        let message = found(&caller, &id);
        assert_eq!((message.status, message.charge), (MessageStatus::Delivered, None));
        let pricing = message.pricing;
        assert_eq!((pricing.kind, pricing.category), (PricingType::FreeCustomerService, PricingCategory::Service));
    }
    assert!(caller.simulator.charges(None).iter().all(|total| total.payer.is_none() && total.amount == 0.0));
}

fn receive(caller: &Caller, free_entry_point: bool) {
    let number = Some(NUMBER.parse().unwrap());
    let message = ReceiveMessage {
        from: CUSTOMER.to_owned(),
        number,
        phone_number_id: None,
        text: "Where is it?".to_owned(),
        free_entry_point,
    };
    caller.simulator.advance_to(caller.now);
    caller.simulator.receive_message(&message).unwrap();
}

#[test]
fn a_utility_template_is_free_for_24_hours_after_the_customer_wrote_and_marketing_is_not() {
    let mut caller = Caller::usual("");
    let marketing = SendMessage::template(NUMBER.parse().unwrap(), CUSTOMER, "spring_offer", "de");
    receive(&caller, false);
    caller.now += SignedDuration::from_secs(24 * 3600 - 1);
    let inside = send(&caller, &utility());
    let offer = send(&caller, &marketing);
    caller.now += SignedDuration::from_secs(1);
    let outside = send(&caller, &utility());
    advance(&mut caller, 100);
    assert_eq!(found(&caller, &inside).pricing.kind, PricingType::FreeCustomerService);
    assert_eq!(found(&caller, &inside).pricing.category, PricingCategory::Utility);
    assert_eq!(paid_by(&caller, &inside), None);
    assert_eq!(paid_by(&caller, &offer), Some((Payer::SolutionPartner, Sentence::B1)));
    assert_eq!(paid_by(&caller, &outside), Some((Payer::SolutionPartner, Sentence::B1)));
}

#[test]
fn everything_is_free_for_72_hours_after_the_answer_to_a_message_through_an_advertisement() {
    let mut caller = Caller::usual("");
    let marketing = SendMessage::template(NUMBER.parse().unwrap(), CUSTOMER, "spring_offer", "de");
    receive(&caller, true);
    caller.now += SignedDuration::from_hours(23);
    let answer = send(&caller, &marketing);
    caller.now += SignedDuration::from_secs(72 * 3600 - 1);
    let last = send(&caller, &marketing);
    caller.now += SignedDuration::from_secs(1);
    let after = send(&caller, &marketing);
    advance(&mut caller, 100);
    for id in [&answer, &last] {
        assert_eq!(found(&caller, id).pricing.kind, PricingType::FreeEntryPoint);
        assert_eq!(paid_by(&caller, id), None);
    }
    assert_eq!(found(&caller, &after).pricing.kind, PricingType::Regular);
}

#[test]
fn an_answer_after_24_hours_opens_no_free_entry_point_window() {
    let mut caller = Caller::usual("");
    receive(&caller, true);
    caller.now += SignedDuration::from_hours(24);
    let late = send(&caller, &utility());
    advance(&mut caller, 100);
    assert_eq!(found(&caller, &late).pricing.kind, PricingType::Regular);
}

#[test]
fn an_open_window_survives_the_cutover_or_does_not_as_the_knob_says() {
    for (knob, free) in [("stays", true), ("closes", false)] {
        let (mut caller, _, phone) = moved();
        caller.set_knobs(&json!({ "customer_window_after_cutover": knob }));
        receive(&caller, false);
        caller.register(&phone);
        let id = send(&caller, &utility());
        let texted = send(&caller, &SendMessage::text(NUMBER.parse().unwrap(), CUSTOMER, "Hello"));
        advance(&mut caller, 100);
        assert_eq!(paid_by(&caller, &id).is_none(), free, "{knob}");
        assert_eq!(found(&caller, &texted).status != MessageStatus::Failed, free, "{knob}");
    }
}

/// guide: 3.3
#[test]
fn until_there_is_a_payment_method_no_template_is_sent_and_then_it_is_guide_3_3() {
    let mut caller = Caller::usual("pays = \"never\"");
    caller.set_knobs(&json!({
        "payment_enforced_at": "send_only", "template_copy_when": "migrate", "template_copy_delay_s": 0,
    }));
    let (_, phone) = caller.moved();
    caller.register(&phone);
    let refused = post(&mut caller, &phone);
    assert_eq!((refused.status, refused.codes()), (400, (131_042, None)));
    assert_eq!(caller.simulator.messages(0), []);
    caller.simulator.person(PORTFOLIO.parse().unwrap(), Action::AddPaymentMethod);
    let id = text(&post(&mut caller, &phone).body["messages"][0]["id"]);
    advance(&mut caller, 60);
    assert_eq!(paid_by(&caller, &id), Some((Payer::Customer, Sentence::B3)));
    caller.simulator.person(PORTFOLIO.parse().unwrap(), Action::DeclinePaymentMethod);
    assert_eq!(post(&mut caller, &phone).codes().0, 131_042);
}

#[test]
fn a_missing_payment_method_can_be_told_by_a_status_instead() {
    let mut caller = Caller::usual("pays = \"never\"");
    caller.set_knobs(&json!({
        "payment_enforced_at": "send_only", "template_copy_when": "migrate", "template_copy_delay_s": 0,
        "payment_missing_told_by": "status",
    }));
    let (_, phone) = caller.moved();
    caller.register(&phone);
    let id = text(&post(&mut caller, &phone).body["messages"][0]["id"]);
    advance(&mut caller, 1);
    let message = found(&caller, &id);
    assert_eq!(message.status, MessageStatus::Failed);
    assert_eq!(serde_json::to_value(message.error).unwrap(), "payment");
    assert_eq!(message.charge, None);
}

fn post(caller: &mut Caller, phone: &str) -> common::Answer {
    let token = caller.business_token();
    let body = json!({
        "messaging_product": "whatsapp", "to": CUSTOMER, "type": "template",
        "template": {
            "name": "order_shipped", "language": { "code": "de" },
            "components": [{ "type": "body", "parameters": [{ "type": "text", "text": "A. Customer" }] }],
        },
    });
    caller.post(&format!("/{phone}/messages"), &token, body)
}

#[test]
fn charges_add_up_by_payer_and_sentence_and_name_the_portfolio() {
    let (mut caller, _, phone) = moved();
    send(&caller, &utility().delivered_after_s(0));
    send(&caller, &utility().delivered_after_s(60));
    caller.register(&phone);
    send(&caller, &utility().delivered_after_s(60));
    send(&caller, &utility().delivered_after_s(60));
    advance(&mut caller, 60);
    let totals = caller.simulator.charges(None);
    let short = |total: &ChargeTotal| (total.payer.unwrap(), total.sentence.unwrap(), total.messages, total.amount);
    assert_eq!(
        totals.iter().map(short).collect::<Vec<_>>(),
        [
            (Payer::SolutionPartner, Sentence::B1, 1, 0.03),
            (Payer::SolutionPartner, Sentence::B2, 1, 0.03),
            (Payer::Customer, Sentence::B3, 2, 0.06),
        ]
    );
    let solution = caller.simulator.world().solutions.into_values().next().unwrap();
    assert_eq!(totals[0].portfolio_id, Some(solution.partner_portfolio));
    assert_eq!(totals[2].portfolio_id, Some(caller.portfolio()));
    let of_source = caller.simulator.charges(Some(WABA.parse().unwrap()));
    assert_eq!(of_source, totals[..2]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// The guide's sentences, read off the instants alone, against a run with that message and that register.
    #[test]
    fn whatever_the_instants_the_three_sentences_decide(sent_s in 0_i64..20, register_s in 0_i64..20, delivery_s in 0_u32..20) {
        let (mut caller, _, phone) = moved();
        let start = caller.now;
        let mut id = None;
        for second in 0..40 {
            caller.now = start + SignedDuration::from_secs(second);
            if second == register_s {
                caller.now -= SignedDuration::from_secs(1);
                prop_assert_eq!(caller.register(&phone).status, 200);
            }
            if second == sent_s {
                id = Some(send(&caller, &utility().delivered_after_s(delivery_s)));
            }
        }
        advance(&mut caller, 60);
        let message = found(&caller, &id.unwrap());
        let (completed, delivered) = (completed_at(&caller), message.delivered_at.unwrap());
        // In the loop a register of the same second comes first, so an equal instant of sending is the destination's.
        let expected = if delivered < completed {
            (Payer::SolutionPartner, Sentence::B1)
        } else if message.sent_at < completed {
            (Payer::SolutionPartner, Sentence::B2)
        } else {
            (Payer::Customer, Sentence::B3)
        };
        let decided = message.charge.map(|charge| (charge.payer, charge.sentence));
        if delivered == completed && message.sent_at < completed {
            // Neither before nor after: B1 or B2, and the same payer.
            prop_assert_eq!(decided.map(|(payer, _)| payer), Some(Payer::SolutionPartner));
        } else {
            prop_assert_eq!(decided, Some(expected));
        }
    }
}

/// guide: B1, B2, B3
/// Analytics of both WABAs around the cutover, to the cent: guide B1 to B3 as a customer can prove them.
#[test]
fn analytics_of_both_wabas_agree_with_prices_and_charges() {
    let (mut caller, destination, phone) = moved();
    let marketing = SendMessage::template(NUMBER.parse().unwrap(), CUSTOMER, "spring_offer", "de");
    for _ in 0..3 {
        send(&caller, &utility().delivered_after_s(1));
    }
    send(&caller, &marketing.delivered_after_s(7200));
    caller.register(&phone);
    for _ in 0..5 {
        send(&caller, &utility().delivered_after_s(7200));
    }
    receive(&caller, false);
    send(&caller, &SendMessage::text(NUMBER.parse().unwrap(), CUSTOMER, "Hello").delivered_after_s(7200));
    advance(&mut caller, 7200);

    let of_source = analytics(&mut caller, WABA);
    let of_destination = analytics(&mut caller, &destination);
    insta::assert_json_snapshot!(
        "analytics_around_the_cutover",
        json!({
            "source": of_source, "destination": of_destination,
        })
    );
    let sum = |points: &Value, name: &str| {
        points.as_array().unwrap().iter().map(|point| point[name].as_f64().unwrap()).sum::<f64>()
    };
    let charges = caller.simulator.charges(Some(destination.parse().unwrap()));
    let charged: f64 = charges.iter().map(|total| total.amount).sum();
    assert!((sum(&of_destination, "cost") - charged).abs() < 1e-9);
    assert!(of_source.as_array().unwrap().iter().all(|point| point.get("cost").is_none()), "a partner's line pays");
    assert_eq!(sum(&of_source, "volume"), 4.0);
    assert_eq!(sum(&of_destination, "volume"), 6.0);
}

fn analytics(caller: &mut Caller, waba: &str) -> Value {
    let token = caller.business_token();
    let (start, end) = (caller.now.as_second() - 86_400, caller.now.as_second() + 86_400);
    let fields = format!(
        "pricing_analytics.start({start}).end({end}).granularity(HALF_HOUR)\
         .dimensions([\"PHONE\",\"PRICING_TYPE\",\"PRICING_CATEGORY\",\"COUNTRY\",\"TIER\"])"
    );
    let answer = caller.get(&format!("/{waba}?fields={}", urlencode(&fields)), &token);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["pricing_analytics"]["data"][0]["data_points"].clone()
}

fn urlencode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
