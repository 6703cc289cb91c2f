//! Many at once: languages, templates of another account, Flows (observations: templates.upsert, templates.manual_copy,
//! templates.flows).

use serde_json::{Value, json};

use super::{Caller, WABA, assert_invalid, assert_refused, text};
use crate::common::CUSTOMERS;

const MIXED: &str = r#"[customers.acorn]
numbers = ["+493023125001"]
templates = [
    { name = "green" },
    { name = "unrated", quality = "UNKNOWN" },
    { name = "yellow", quality = "YELLOW" },
    { name = "paused", status = "PAUSED" },
    { name = "oldest" },
]
person.answers_after = "2 hours"
"#;

/// A destination to which nothing was copied yet.
fn accepted(scenario: &str) -> (Caller, String, String) {
    let mut caller = Caller::new(CUSTOMERS, scenario);
    let destination = caller.accepted();
    let token = caller.business_token();
    (caller, destination, token)
}

fn names(caller: &mut Caller, waba: &str) -> Vec<String> {
    let token = caller.business_token();
    let list = caller.get(&format!("/{waba}/message_templates?fields=name&limit=100"), &token).body;
    list["data"].as_array().unwrap().iter().map(|template| text(&template["name"])).collect()
}

fn id_of(caller: &mut Caller, name: &str) -> String {
    let token = caller.business_token();
    let list = caller.get(&format!("/{WABA}/message_templates?fields=id&name={name}"), &token).body;
    text(&list["data"][0]["id"])
}

#[test]
fn approved_templates_of_green_or_unknown_quality_are_migrated_by_pages() {
    let (mut caller, destination, token) = accepted(MIXED);
    let edge = format!("/{destination}/migrate_message_templates");
    let first = caller.post(&edge, &token, json!({ "source_waba_id": WABA, "count": 2, "page_number": 0 })).body;
    assert_eq!(first["migrated_templates"], json!([id_of(&mut caller, "green"), id_of(&mut caller, "unrated")]));
    assert_eq!(first["failed_templates"], json!({}));
    let second = caller.post(&edge, &token, json!({ "source_waba_id": WABA, "count": 2, "page_number": 1 })).body;
    assert_eq!(second["migrated_templates"], json!([id_of(&mut caller, "oldest")]));
    assert_eq!(names(&mut caller, &destination), ["oldest", "green", "unrated"]);
    let third = caller.post(&edge, &token, json!({ "source_waba_id": WABA, "count": 2, "page_number": 2 })).body;
    assert_eq!(third["migrated_templates"], json!([]));
    assert_eq!(caller.entries("template.copied").len(), 3);
}

#[test]
fn what_cannot_be_migrated_is_named_with_its_reason() {
    let (mut caller, destination, token) = accepted(MIXED);
    let edge = format!("/{destination}/migrate_message_templates");
    let (green, yellow) = (id_of(&mut caller, "green"), id_of(&mut caller, "yellow"));
    let by_id = json!({ "source_waba_id": WABA, "template_ids": [green, yellow, "123"] });
    let answer = caller.post(&edge, &token, by_id.clone()).body;
    assert_eq!(answer["migrated_templates"], json!([green]));
    assert!(text(&answer["failed_templates"][&yellow]).contains("eligible"));
    assert!(text(&answer["failed_templates"]["123"]).contains("not found"));
    let again = caller.post(&edge, &token, by_id).body;
    assert!(text(&again["failed_templates"][&green]).contains("name and language"));
    assert_invalid(&caller.post(&edge, &token, json!({ "source_waba_id": destination })), "destination itself");
    assert_invalid(&caller.post(&edge, &token, json!({})), "source_waba_id");
    assert_invalid(&caller.post(&edge, &token, json!({ "source_waba_id": WABA, "count": 501 })), "1 to 500");
}

#[test]
fn a_full_destination_takes_what_fits() {
    let (mut caller, destination, token) =
        accepted(&MIXED.replace("templates = [", "template_limit = 2\ntemplates = ["));
    let edge = format!("/{destination}/migrate_message_templates");
    let answer = caller.post(&edge, &token, json!({ "source_waba_id": WABA })).body;
    assert_eq!(answer["migrated_templates"].as_array().unwrap().len(), 2);
    assert_eq!(answer["failed_templates"].as_object().unwrap().len(), 1);
}

#[test]
fn a_template_with_a_flow_needs_its_flow_moved_first() {
    let mut caller = Caller::new(CUSTOMERS, "[customers.acorn]\ntemplates = 40\nperson.answers_after = \"2 hours\"\n");
    let destination = caller.accepted();
    let token = caller.business_token();
    let booking = id_of(&mut caller, "visit_booking");
    let mut world = caller.simulator.world();
    for template in world.wabas.get_mut(&WABA.parse().unwrap()).unwrap().templates.iter_mut() {
        template.status = unmoor_simulator::TemplateStatus::Approved;
        template.quality = unmoor_simulator::Quality::Green;
    }
    caller.simulator.set_world(world);
    let body = json!({ "source_waba_id": WABA, "template_ids": [booking] });
    let edge = format!("/{destination}/migrate_message_templates");
    let early = caller.post(&edge, &token, body.clone()).body;
    assert!(text(&early["failed_templates"][&booking]).contains("migrate Flows first"));
    let flows = json!({ "source_waba_id": WABA, "source_flow_names": ["visit_booking", "nobody"] });
    let moved = caller.post(&format!("/{destination}/migrate_flows"), &token, flows).body;
    assert_eq!(moved["failed_flows"][0]["source_name"], "nobody");
    let flow = text(&moved["migrated_flows"][0]["migrated_id"]);
    assert_ne!(json!(flow), moved["migrated_flows"][0]["source_id"]);
    let listed = caller.get(&format!("/{destination}/flows"), &token).body;
    assert_eq!(listed["data"], json!([{ "id": flow, "name": "visit_booking", "status": "PUBLISHED" }]));
    let late = caller.post(&edge, &token, body).body;
    assert_eq!(late["migrated_templates"], json!([booking]));
    let copy = caller.get(&format!("/{destination}/message_templates?name=visit_booking"), &token).body;
    let button = copy["data"][0]["components"][1]["buttons"][0].clone();
    assert_eq!(button["flow_id"], json!(flow));
}

fn codes(button: Value) -> Value {
    json!({
        "name": "login", "languages": ["en_US", "fr"], "category": "AUTHENTICATION",
        "components": [{ "type": "BODY", "add_security_recommendation": true }, { "type": "BUTTONS", "buttons": [button] }]
    })
}

#[test]
fn one_authentication_template_is_made_in_many_languages() {
    let mut caller = Caller::usual("");
    let token = caller.business_token();
    let edge = format!("/{WABA}/upsert_message_templates");
    let copy = json!({ "type": "OTP", "otp_type": "COPY_CODE" });
    let made = caller.post(&edge, &token, codes(copy.clone())).body;
    let languages: Vec<&Value> = made["data"].as_array().unwrap().iter().map(|one| &one["language"]).collect();
    assert_eq!(languages, ["en_US", "fr"]);
    assert!(made["data"].as_array().unwrap().iter().all(|one| one["status"] == "APPROVED"));
    let mut wider = codes(copy.clone());
    wider["languages"] = json!(["fr", "de"]);
    wider["components"][0]["add_security_recommendation"] = json!(false);
    let again = caller.post(&edge, &token, wider).body;
    assert_eq!(again["data"][0]["id"], made["data"][1]["id"], "the one that is there is replaced");
    assert_eq!(caller.entries("template.created").len(), 3);
    assert_eq!(caller.entries("template.edited").len(), 1);
    let too_soon = caller.post(&edge, &token, codes(copy));
    assert_refused(&too_soon, 2_388_039, "24 hours");
    assert_invalid(
        &caller.post(&edge, &token, codes(json!({ "type": "OTP", "otp_type": "COPY_CODE", "text": "Copy" }))),
        "text",
    );
    let mut other = codes(json!({ "type": "OTP", "otp_type": "COPY_CODE" }));
    other["category"] = json!("UTILITY");
    assert_invalid(&caller.post(&edge, &token, other), "AUTHENTICATION");
}
