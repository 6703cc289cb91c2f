//! What can be changed about an account and a number beside the guide's own calls.

use serde_json::json;

use crate::common::{WABA, text};
use crate::recorder::Recorder;

pub(super) fn of_accounts_and_numbers(recorder: &mut Recorder<'_>) {
    let token = recorder.caller.business_token();
    let phone = recorder.caller.credentials.customers[0].phone_number_ids[0].to_string();
    for uri in ["https://hooks.example/number", "no address"] {
        let body = json!({ "webhook_configuration": { "override_callback_uri": uri, "verify_token": "v" } });
        recorder.call("POST /<PHONE>", &phone, "", &token, Some(body));
    }
}

/// What may be done to an account and its number beside the guide.
pub(super) fn beside_the_guide(recorder: &mut Recorder<'_>) {
    let (token, system) = (recorder.caller.business_token(), recorder.caller.system_token());
    let provider = recorder.caller.credentials.portfolio_id.to_string();
    let phone = recorder.caller.credentials.customers[0].phone_number_ids[0].to_string();
    for pin in ["15095", "150954"] {
        recorder.call("POST /<PHONE>", &phone, "", &token, Some(json!({ "pin": pin })));
    }
    for _ in 0..2 {
        recorder.call("POST /<PHONE>/deregister", &phone, "", &token, Some(json!({})));
    }
    let region = |region: &str| json!({ "storage_configuration": { "enabled": true, "region": region } });
    for region in [region("XX"), region("DE"), json!({})] {
        recorder.get("GET /<PHONE>/settings", &phone, "", &token);
        recorder.call("POST /<PHONE>/settings", &phone, "", &token, Some(region));
    }
    let profile = |about: &str| json!({ "messaging_product": "whatsapp", "about": about, "vertical": "RETAIL" });
    for body in [json!({}), profile("Fresh bread since six")] {
        recorder.call("POST /<PHONE>/whatsapp_business_profile", &phone, "", &token, Some(body));
    }
    for query in ["fields=about,vertical", "fields=colour"] {
        recorder.get("GET /<PHONE>/whatsapp_business_profile", &phone, query, &token);
    }
    for prompt in ["x".repeat(81), "Where is my order?".to_owned()] {
        let body = json!({ "prompts": [prompt], "commands": [] });
        recorder.call("POST /<PHONE>/conversational_automation", &phone, "", &token, Some(body));
    }
    for on in ["maybe", "true"] {
        recorder.call("POST /<WABA>", WABA, "", &token, Some(json!({ "is_enabled_for_insights": on })));
    }
    let users = "/<WABA>/assigned_users";
    let user = text(&recorder.caller.get("/me", &system).body["id"]);
    for tasks in ["FLY", "MANAGE"] {
        let body = json!({ "user": user, "tasks": [tasks] });
        recorder.call(&format!("POST {users}"), WABA, "", &system, Some(body));
    }
    for query in
        ["", &format!("business={provider}"), &format!("business={provider}&fields=id,name,business,user_type")]
    {
        recorder.get(&format!("GET {users}"), WABA, query, &system);
    }
    for _ in 0..2 {
        recorder.call(&format!("DELETE {users}"), WABA, &format!("user={user}"), &system, None);
    }
}
