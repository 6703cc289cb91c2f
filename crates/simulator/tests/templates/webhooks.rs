//! What apps hear about templates (observations: webhooks.template_status, webhooks.template_quality,
//! webhooks.template_category, webhooks.template_components).

use serde_json::{Value, json};

use super::{Caller, Desk, text};
use crate::common::receiver::receive;

impl Desk {
    fn heard_with(knobs: &Value) -> Self {
        let caller = Caller::heard_with(knobs);
        Self { token: caller.business_token(), caller }
    }

    /// The changes that the provider heard of since it last listened.
    fn changes(&self) -> Vec<Value> {
        self.caller.hears().bodies().iter().map(|body| body["entry"][0]["changes"][0].clone()).collect()
    }
}

/// What happened to which template, in order.
fn events(changes: &[Value]) -> Vec<String> {
    changes
        .iter()
        .map(|change| {
            let value = &change["value"];
            format!("{} {}", value["event"].as_str().unwrap_or("-"), text(&value["message_template_name"]))
        })
        .collect()
}

#[test]
fn approval_edit_and_deletion_are_told_in_metas_shapes() {
    let mut desk = Desk::heard_with(&json!({}));
    let id = text(
        &desk
            .create_with(
                "shop_opened",
                json!([
                    { "type": "HEADER", "format": "TEXT", "text": "News" },
                    { "type": "BODY", "text": "Our shop is open." },
                    { "type": "FOOTER", "text": "Come in" },
                    { "type": "BUTTONS", "buttons": [
                        { "type": "URL", "text": "Look", "url": "https://shop.example" },
                        { "type": "PHONE_NUMBER", "text": "Call", "phone_number": "15550001111" }
                    ] }
                ]),
            )
            .body["id"],
    );
    desk.wait_for_review();
    insta::assert_json_snapshot!("approved", desk.changes());
    desk.edit(&id, json!({ "components": [{ "type": "BODY", "text": "Our shop is open again." }, { "type": "FOOTER", "text": "Come in" }] }));
    insta::assert_json_snapshot!("edited", desk.changes());
    desk.wait_for_review();
    desk.changes();
    desk.delete("name=shop_opened");
    assert_eq!(events(&desk.changes()), ["DELETED shop_opened"]);
}

#[test]
fn a_rejected_format_is_told_with_its_reason_and_what_to_do() {
    let mut desk = Desk::heard_with(&json!({}));
    desk.create_with(
        "side_by_side",
        json!([{ "type": "BODY", "text": "Your parcel {{1}} {{2}} has left our house this morning.", "example": { "body_text": [["A", "B"]] } }]),
    );
    desk.wait_for_review();
    insta::assert_json_snapshot!("rejected", desk.changes());
}

#[test]
fn another_category_and_a_rating_are_told() {
    let mut desk = Desk::heard_with(&json!({ "template_recategorize_rate": 1.0, "template_rating_messages": 1 }));
    let id = desk.created("rather_an_advertisement");
    desk.wait_for_review();
    let changes = desk.changes();
    let fields: Vec<&str> = changes.iter().filter_map(|change| change["field"].as_str()).collect();
    assert_eq!(fields, ["template_category_update", "message_template_status_update"]);
    insta::assert_json_snapshot!("recategorized", changes[0]);
    desk.caller.wait(24);
    let message = json!({ "number": "+493023125001", "to": "+4915112345678", "template": { "name": "rather_an_advertisement", "language": "en_US" } });
    desk.caller.simulator.send_message(&serde_json::from_value(message).unwrap()).unwrap();
    desk.caller.wait(1);
    let rated: Vec<Value> =
        desk.changes().into_iter().filter(|change| change["field"] == "message_template_quality_update").collect();
    insta::assert_json_snapshot!("rated", rated);
    assert_eq!(desk.read(&id, "quality_score{score}")["quality_score"]["score"], "GREEN");
}

#[test]
fn a_copy_that_falls_and_a_lack_of_room_are_told() {
    let mut desk = Desk::usual();
    let scenario = crate::common::SCENARIO.replace("templates = [", "template_limit = 1\ntemplates = [");
    desk.caller = Caller::new(crate::common::CUSTOMERS, &scenario);
    desk.caller.set_knobs(&json!({
        "webhook_duplicates": 0.0, "webhook_reorder": 0.0, "webhook_delay_s": 0, "template_reject_rate": 1.0
    }));
    desk.caller.simulator.attach_receivers(unmoor_simulator::webhooks::Receivers::Everywhere);
    let (_, phone) = desk.caller.moved();
    desk.caller.register(&phone);
    receive(&desk.caller.simulator);
    desk.caller.wait(2);
    let changes = desk.changes();
    assert_eq!(events(&changes), ["LIMIT_EXCEEDED order_shipped", "REJECTED order_shipped"]);
    assert_eq!(changes[0]["value"]["message_template_language"], "en-US");
    assert_eq!(changes[1]["value"]["reason"], "INCORRECT_CATEGORY");
}

#[test]
fn a_language_is_spelled_as_the_knob_has_it() {
    for (knob, language) in [("hyphen", "en-US"), ("underscore", "en_US")] {
        let mut desk = Desk::heard_with(&json!({ "webhook_language_spelling": knob }));
        desk.created("shop_opened");
        desk.wait_for_review();
        let approved = desk.changes().pop().unwrap();
        assert_eq!(approved["value"]["message_template_language"], language, "{knob}");
    }
}
