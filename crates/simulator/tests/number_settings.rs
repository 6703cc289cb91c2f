//! Business profile, conversational automation and calling: set for a number under one WABA, and left behind by a move.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::Caller;
use serde_json::{Value, json};

const DONE: fn() -> Value = || json!({ "success": true });

const FURNISHED: &str = "profile = { about = \"Fresh bread\", websites = [\"https://acorn.example/\"], picture = true }, \
    automation = { prompts = [\"Where is my order?\"] }, calling = { status = \"ENABLED\" }, \
    callback_override = \"https://provider.example/number\"";

fn furnished() -> Caller {
    let number =
        format!("numbers = [{{ number = \"+493023125001\", {FURNISHED} }}]\nperson.answers_after = \"2 hours\"\n");
    Caller::new(common::CUSTOMERS, &format!("[customers.acorn]\n{number}"))
}

fn source_phone(caller: &Caller) -> String {
    caller.credentials.customers[0].phone_number_ids[0].to_string()
}

fn get(caller: &mut Caller, path: &str) -> Value {
    let token = caller.business_token();
    caller.get(path, &token).body
}

/// What a number shows of all of them.
fn shown(caller: &mut Caller, phone: &str) -> Value {
    let mut profile = get(caller, &format!("/{phone}/whatsapp_business_profile"))["data"][0].clone();
    if let Some(url) = profile.as_object_mut().unwrap().get_mut("profile_picture_url") {
        assert!(url.as_str().unwrap().starts_with("https://"));
        *url = json!("there is one");
    }
    let node = get(caller, &format!("/{phone}?fields=conversational_automation,webhook_configuration"));
    let mut settings = get(caller, &format!("/{phone}/settings?fields=calling"));
    settings["profile"] = profile;
    settings["automation"] = node["conversational_automation"]["prompts"].clone();
    settings["callback"] = node["webhook_configuration"]["phone_number"].clone();
    settings
}

#[test]
fn they_are_left_behind_by_a_move_and_the_source_keeps_them() {
    let mut caller = furnished();
    let source = source_phone(&caller);
    let before = shown(&mut caller, &source);
    assert_eq!(
        before,
        json!({
            "calling": { "status": "ENABLED" }, "automation": ["Where is my order?"],
            "callback": "https://provider.example/number",
            "profile": { "messaging_product": "whatsapp", "about": "Fresh bread",
                "websites": ["https://acorn.example/"], "profile_picture_url": "there is one" },
        })
    );
    let (_, phone) = caller.moved();
    caller.register(&phone);
    let nothing = json!({ "profile": { "messaging_product": "whatsapp" }, "automation": null, "callback": null });
    assert_eq!(shown(&mut caller, &phone), nothing);
    assert_eq!(shown(&mut caller, &source), before);
}

#[test]
fn profile_automation_and_calling_may_come_along() {
    let mut caller = furnished();
    caller.set_knobs(&json!({ "settings_after_migrate": "kept" }));
    let source = source_phone(&caller);
    let mut before = shown(&mut caller, &source);
    let (_, phone) = caller.moved();
    before["callback"] = Value::Null;
    assert_eq!(shown(&mut caller, &phone), before, "a callback never does");
}

#[test]
fn each_is_set_by_its_call_and_a_second_time_changes_nothing() {
    let mut caller = Caller::usual("");
    let (token, phone) = (caller.business_token(), source_phone(&caller));
    let calls = [
        ("whatsapp_business_profile", json!({ "messaging_product": "whatsapp", "about": "Fresh bread" })),
        ("conversational_automation", json!({ "prompts": ["Where is my order?"], "commands": [] })),
        ("settings", json!({ "calling": { "status": "ENABLED" } })),
    ];
    for _ in 0..2 {
        for (edge, body) in &calls {
            assert_eq!(caller.post(&format!("/{phone}/{edge}"), &token, body.clone()).body, DONE(), "{edge}");
        }
    }
    assert_eq!(caller.kinds(), ["number.profile_changed", "number.automation_changed", "number.calling_changed"]);
    caller.post(&format!("/{phone}/settings"), &token, json!({ "calling": { "call_icon_visibility": "DEFAULT" } }));
    let calling = get(&mut caller, &format!("/{phone}/settings"))["calling"].clone();
    assert_eq!(calling, json!({ "status": "ENABLED", "call_icon_visibility": "DEFAULT" }), "others stay");
    caller.post(&format!("/{phone}/conversational_automation"), &token, json!({ "enable_welcome_message": true }));
    let node = get(&mut caller, &format!("/{phone}?fields=conversational_automation"));
    assert_eq!(node["conversational_automation"]["prompts"], json!([]), "an automation is replaced");
}

#[test]
fn what_is_too_long_or_no_setting_is_refused() {
    let mut caller = Caller::usual("");
    let (token, phone) = (caller.business_token(), source_phone(&caller));
    let profile = |fields: Value| {
        let mut body = fields;
        body["messaging_product"] = json!("whatsapp");
        ("whatsapp_business_profile", body)
    };
    let wrong = [
        profile(json!({ "about": "" })),
        profile(json!({ "about": "x".repeat(140) })),
        profile(json!({ "websites": ["https://a.example", "https://b.example", "https://c.example"] })),
        ("whatsapp_business_profile", json!({ "about": "Fresh bread" })),
        ("conversational_automation", json!({ "prompts": ["x".repeat(81)] })),
        ("conversational_automation", json!({ "commands": [{ "command_name": "hours" }] })),
        ("conversational_automation", json!({ "prompts": ["1", "2", "3", "4", "5"] })),
        ("settings", json!({ "calling": { "status": "PERHAPS" } })),
        ("settings", json!({ "calling": "ENABLED" })),
        ("settings", json!({ "calling": { "status": "ENABLED" }, "storage_configuration": { "status": "DEFAULT" } })),
    ];
    for (edge, body) in wrong {
        let refused = caller.post(&format!("/{phone}/{edge}"), &token, body.clone());
        assert_eq!((refused.status, refused.codes().0), (400, 100), "{edge} {body}");
    }
    assert!(caller.kinds().is_empty());
}
