//! Every kind of template that generated customers have, read by `GET` and created again elsewhere as a recreation tool has
//! to: files downloaded and uploaded anew, authentication templates built of their switches, Flows moved first.

use serde_json::{Map, Value, json};
use unmoor_simulator::{Id, TemplateStatus};

use super::{Caller, Desk, WABA, text};
use crate::common::CUSTOMERS;

const FIELDS: &str =
    "name,language,category,components,parameter_format,sub_category,message_send_ttl_seconds,library_template_name";
const EVERY_KIND: usize = 40;

/// What a creation call takes of what a read gives.
fn recreation(desk: &mut Desk, node: &Value, flow: Option<&str>) -> Value {
    let mut body = node.clone();
    body.as_object_mut().unwrap().remove("id");
    if node["category"] == "AUTHENTICATION" {
        body["components"] = node["components"].as_array().unwrap().iter().map(switches).collect();
        return body;
    }
    for component in body["components"].as_array_mut().unwrap() {
        adapt(desk, component, flow);
    }
    body
}

/// Uploads the file of a header again, and lets a Flow button name the destination's Flow.
fn adapt(desk: &mut Desk, component: &mut Value, flow: Option<&str>) {
    if let Some(handle) = component.pointer_mut("/example/header_handle/0") {
        let (status, file_type, bytes) = desk.file(&text(handle));
        assert_eq!(status, 200);
        *handle = desk.uploaded(&file_type, &bytes).into();
    }
    for button in component.get_mut("buttons").and_then(Value::as_array_mut).into_iter().flatten() {
        if button["type"] == "FLOW" {
            button["flow_id"] = flow.expect("the Flow was moved").into();
        }
    }
    for card in component.get_mut("cards").and_then(Value::as_array_mut).into_iter().flatten() {
        for inside in card["components"].as_array_mut().unwrap() {
            adapt(desk, inside, flow);
        }
    }
}

/// Drops Meta's words and keeps the switches.
fn switches(component: &Value) -> Value {
    let keep = |value: &Value, names: &[&str]| -> Map<String, Value> {
        let members = value.as_object().unwrap().iter().filter(|(name, _)| names.contains(&name.as_str()));
        members.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    if component["type"] != "BUTTONS" {
        return Value::Object(keep(component, &["type", "add_security_recommendation", "code_expiration_minutes"]));
    }
    let names = ["text", "otp_type", "autofill_text", "supported_apps", "zero_tap_terms_accepted"];
    let mut otp = keep(&component["buttons"][0], &names);
    otp.insert("type".to_owned(), "OTP".into());
    json!({ "type": "BUTTONS", "buttons": [otp] })
}

/// A read without what Meta gives anew: the id, the addresses of files, the id of a Flow.
fn comparable(node: &Value) -> Value {
    let mut node = node.clone();
    node.as_object_mut().unwrap().remove("id");
    let mut components = vec![&mut node["components"]];
    while let Some(list) = components.pop() {
        for component in list.as_array_mut().unwrap() {
            if let Some(handle) = component.pointer_mut("/example/header_handle/0") {
                *handle = Value::Null;
            }
            let component = component.as_object_mut().unwrap();
            for button in component.get_mut("buttons").and_then(Value::as_array_mut).into_iter().flatten() {
                if button["type"] == "FLOW" {
                    button["flow_id"] = Value::Null;
                }
            }
            for card in component.get_mut("cards").and_then(Value::as_array_mut).into_iter().flatten() {
                components.push(&mut card["components"]);
            }
        }
    }
    node
}

fn all(desk: &mut Desk, waba: &str) -> Vec<Value> {
    let path = format!("/{waba}/message_templates?fields={FIELDS}&limit=100");
    let list = desk.caller.get(&path, &desk.token).body;
    list["data"].as_array().unwrap().clone()
}

#[test]
fn every_kind_of_template_can_be_created_again_and_is_the_same() {
    let scenario = format!("[customers.acorn]\ntemplates = {EVERY_KIND}\nperson.answers_after = \"2 hours\"\n");
    let mut caller = Caller::new(CUSTOMERS, &scenario);
    let destination = caller.accepted();
    let mut desk = Desk { token: caller.business_token(), caller };
    let originals = all(&mut desk, WABA);
    assert_eq!(originals.len(), EVERY_KIND);
    let moved =
        desk.caller.post(&format!("/{destination}/migrate_flows"), &desk.token, json!({ "source_waba_id": WABA }));
    let flow = text(&moved.body["migrated_flows"][0]["migrated_id"]);
    for original in originals.iter().rev() {
        let body = recreation(&mut desk, original, Some(&flow));
        let answer = desk.caller.post(&format!("/{destination}/message_templates"), &desk.token, body.clone());
        assert_eq!(answer.status, 200, "{body} gives {}", answer.body);
    }
    desk.wait_for_review();
    let again = all(&mut desk, &destination);
    for (original, again) in originals.iter().zip(&again) {
        assert_eq!(comparable(original), comparable(again));
    }
    let id: Id = destination.parse().unwrap();
    let world = desk.caller.simulator.world();
    let not_approved: Vec<_> =
        world.wabas[&id].templates.iter().filter(|one| one.status != TemplateStatus::Approved).collect();
    assert!(not_approved.is_empty(), "{not_approved:?}");
}

#[test]
fn generated_templates_are_of_every_kind() {
    let caller = Caller::new(CUSTOMERS, &format!("[customers.acorn]\ntemplates = {EVERY_KIND}\n"));
    let mut desk = Desk { token: caller.business_token(), caller };
    let all = all(&mut desk, WABA);
    let everything = Value::from(all.clone()).to_string();
    for kind in [
        "\"IMAGE\"",
        "\"VIDEO\"",
        "\"DOCUMENT\"",
        "\"LOCATION\"",
        "CAROUSEL",
        "LIMITED_TIME_OFFER",
        "CALL_PERMISSION_REQUEST",
        "COPY_CODE",
        "ONE_TAP",
        "\"FLOW\"",
        "\"MPM\"",
        "\"CATALOG\"",
        "QUICK_REPLY",
        "PHONE_NUMBER",
        "\"NAMED\"",
        "header_text",
        "ORDER_STATUS",
    ] {
        assert!(everything.contains(kind), "{kind}");
    }
    let mut languages: Vec<&str> = all.iter().filter_map(|one| one["language"].as_str()).collect();
    languages.sort_unstable();
    languages.dedup();
    assert_eq!(languages.len(), 2);
}

#[test]
fn an_authentication_template_is_read_with_metas_words_and_a_url_button() {
    let mut desk = Desk::usual();
    let body = json!({
        "name": "login", "language": "en_US", "category": "AUTHENTICATION",
        "components": [
            { "type": "BODY", "add_security_recommendation": true },
            { "type": "FOOTER", "code_expiration_minutes": 5 },
            { "type": "BUTTONS", "buttons": [{
                "type": "OTP", "otp_type": "ONE_TAP", "text": "Copy Code", "autofill_text": "Autofill",
                "supported_apps": [{ "package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7" }]
            }] }
        ]
    });
    let id = text(&desk.create(body).body["id"]);
    let shown = desk.read(&id, "components");
    insta::assert_json_snapshot!(shown["components"]);
    desk.caller.set_knobs(&json!({ "template_otp_read_back": "address" }));
    let button = desk.read(&id, "components")["components"][2]["buttons"][0].clone();
    assert!(button.get("otp_type").is_none() && button.get("supported_apps").is_none(), "{button}");
}
