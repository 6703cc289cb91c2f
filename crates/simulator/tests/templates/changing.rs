//! Editing, pausing, deleting.

use serde_json::json;

use super::{Desk, WABA, assert_invalid, assert_refused, text};

const NEW_BODY: &str = "Other words for the same thing.";

fn new_components() -> serde_json::Value {
    json!({ "components": [{ "type": "BODY", "text": NEW_BODY }] })
}

#[test]
fn an_approved_template_is_edited_once_a_day_and_ten_times_a_month() {
    let mut desk = Desk::usual();
    let id = desk.created("to_be_edited");
    assert_refused(&desk.edit(&id, new_components()), 2_388_039, "PENDING");
    desk.wait_for_review();
    for day in 0..10 {
        let answer = desk.edit(&id, new_components());
        assert_eq!(answer.body, json!({ "success": true }), "day {day}");
        assert_eq!(desk.status(&id), "PENDING");
        desk.wait_for_review();
        assert_refused(&desk.edit(&id, new_components()), 2_388_039, "24 hours");
        desk.caller.wait(24);
    }
    assert_refused(&desk.edit(&id, new_components()), 2_388_039, "30 days");
    assert_eq!(desk.read(&id, "components")["components"][0]["text"], NEW_BODY);
    desk.caller.wait(30 * 24);
    assert_eq!(desk.edit(&id, new_components()).status, 200);
}

#[test]
fn a_rejected_template_is_edited_at_will_and_reviewed_again() {
    let mut desk = Desk::new(&json!({ "template_review_reject_rate": 1.0 }));
    let id = desk.created("no_good");
    desk.wait_for_review();
    assert_eq!(desk.status(&id), "REJECTED");
    desk.caller.set_knobs(&json!({ "template_review_reject_rate": 0.0 }));
    let mut edit = new_components();
    edit["category"] = json!("MARKETING");
    edit["message_send_ttl_seconds"] = json!(3600);
    assert_eq!(desk.edit(&id, edit).status, 200);
    desk.wait_for_review();
    let node = desk.read(&id, "status,category,previous_category,message_send_ttl_seconds,rejected_reason");
    assert_eq!(node["status"], "APPROVED");
    assert_eq!((&node["category"], &node["previous_category"]), (&json!("MARKETING"), &json!("UTILITY")));
    assert_eq!(node["message_send_ttl_seconds"], 3600);
    assert_eq!(node["rejected_reason"], "NONE");
}

#[test]
fn what_names_a_template_and_the_category_of_an_approved_one_cannot_be_changed() {
    let mut desk = Desk::usual();
    let id = desk.created("fixed");
    desk.wait_for_review();
    assert_invalid(&desk.edit(&id, json!({ "category": "MARKETING" })), "category");
    assert_invalid(&desk.edit(&id, json!({ "name": "other" })), "name");
    assert_invalid(&desk.edit(&id, json!({ "language": "fr" })), "language");
    assert_invalid(&desk.edit(&id, json!({})), "components");
    assert_eq!(desk.edit("999999999999999", json!({})).codes(), (100, Some(33)));
}

#[test]
fn deletion_by_name_takes_every_language_and_blocks_the_name_of_an_approved_one_for_30_days() {
    let mut desk = Desk::usual();
    assert_eq!(desk.delete("name=order_shipped").body, json!({ "success": true }));
    let left = desk.caller.get(&format!("/{WABA}/message_templates?fields=name"), &desk.token).body;
    assert_eq!(left["data"].as_array().unwrap().len(), 1);
    let again = |desk: &mut Desk| {
        desk.create(json!({ "name": "order_shipped", "language": "fr", "category": "UTILITY", "components": [{ "type": "BODY", "text": "Again." }] }))
    };
    assert_refused(&again(&mut desk), 2_388_023, "blocked");
    desk.caller.wait(30 * 24);
    assert_eq!(again(&mut desk).status, 200);
    assert_invalid(&desk.delete("name=nobody"), "no such");
    assert_invalid(&desk.delete(""), "name");
}

#[test]
fn deletion_by_id_takes_one_language_and_a_new_one_has_another_id() {
    let mut desk = Desk::usual();
    let list =
        desk.caller.get(&format!("/{WABA}/message_templates?fields=name&language=de&name=order_shipped"), &desk.token);
    let id = text(&list.body["data"][0]["id"]);
    assert_invalid(&desk.delete(&format!("name=spring_offer&hsm_id={id}")), "no such");
    assert_eq!(desk.delete(&format!("name=order_shipped&hsm_id={id}")).status, 200);
    assert_eq!(desk.caller.get(&format!("/{id}"), &desk.token).codes(), (100, Some(33)));
    let body = |language: &str| json!({ "name": "order_shipped", "language": language, "category": "UTILITY", "components": [{ "type": "BODY", "text": "Again." }] });
    assert_refused(&desk.create(body("de")), 2_388_023, "order_shipped/de");
    assert_eq!(desk.create(body("fr")).status, 200, "only this language is blocked");
    desk.caller.wait(30 * 24);
    let again = desk.create(body("de"));
    assert_eq!(again.status, 200);
    assert_ne!(text(&again.body["id"]), id);
}

#[test]
fn several_templates_are_deleted_together_or_not_at_all() {
    let mut desk = Desk::usual();
    let (one, two) = (desk.created("one"), desk.created("two"));
    assert_invalid(&desk.delete(&format!("hsm_ids={one},999999999999999")), "no such");
    assert_eq!(desk.status(&one), "PENDING");
    assert_eq!(desk.delete(&format!("hsm_ids={one},{two}")).status, 200);
    assert_eq!(desk.caller.entries("template.deleted").len(), 2);
}

#[test]
fn a_disabled_template_stays_and_a_paused_one_is_taken_up_again() {
    let mut desk = Desk::usual();
    desk.caller = super::Caller::new(
        super::common::CUSTOMERS,
        "[customers.acorn]\ntemplates = [{ name = \"off\", status = \"DISABLED\" }, { name = \"resting\", status = \"PAUSED\" }]",
    );
    desk.token = desk.caller.business_token();
    assert_refused(&desk.delete("name=off"), 2_388_039, "DISABLED");
    let list = desk.caller.get(&format!("/{WABA}/message_templates?fields=id&name=resting"), &desk.token);
    let id = text(&list.body["data"][0]["id"]);
    assert_eq!(desk.caller.post(&format!("/{id}/unpause"), &desk.token, json!({})).body, json!({ "success": true }));
    assert_eq!(desk.status(&id), "APPROVED");
    let again = desk.caller.post(&format!("/{id}/unpause"), &desk.token, json!({}));
    assert_refused(&again, 2_388_039, "not PAUSED");
}
