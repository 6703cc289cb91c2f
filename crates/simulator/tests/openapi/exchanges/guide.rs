//! The guide's own calls, with a reading of everything before and after.

use serde_json::json;

use crate::common::{WABA, text};
use crate::recorder::Recorder;

/// The fields of a node that Meta's file documents and the simulator has, so that more than the defaults is compared.
const WABA_FIELDS: &str = "fields=id,name,currency,timezone_id,message_template_namespace,business_type,\
     account_review_status,business_verification_status,ownership_type,owner_business_info,on_behalf_of_business_info,\
     primary_funding_id,country,creation_time,status,health_status,\
     is_enabled_for_insights,marketing_messages_lite_api_status,marketing_messages_onboarding_status,subscribed_apps";
const NUMBER_FIELDS: &str = "fields=id,verified_name,display_phone_number,status,quality_rating,quality_score,\
     code_verification_status,name_status,new_name_status,platform_type,is_pin_enabled,is_on_biz_app,\
     is_official_business_account,is_preverified_number,account_mode,throughput,messaging_limit_tier,last_onboarded_time,\
     country_dial_code,health_status,webhook_configuration";

/// Guide 2 to 9 with a reading of everything before and after.
pub(super) fn as_the_guide_has_it(recorder: &mut Recorder<'_>) {
    let (business, system) = (recorder.caller.business_token(), recorder.caller.system_token());
    let provider = recorder.caller.credentials.portfolio_id.to_string();
    let phone = recorder.caller.credentials.customers[0].phone_number_ids[0].to_string();
    read_account(recorder, WABA, &phone, &business);
    let app = recorder.caller.credentials.app_id;
    let tagged = recorder.call(
        "POST /<WABA>/set_solution_migration_intent",
        WABA,
        "",
        &business,
        Some(json!({ "app_id": app })),
    );
    let intent = text(&tagged.body["id"]);
    recorder.get("GET /<INTENT>", &intent, "", &system);
    recorder.caller.wait(3);
    let accepted = recorder.get("GET /<INTENT>", &intent, "", &system);
    recorder.get("GET /<INTENT>", &intent, "fields=id,status,destination_waba,solution,waba", &system);
    let destination = text(&accepted.body["destination_waba"]["id"]);
    for query in ["", WABA_FIELDS] {
        recorder.get("GET /<PORTFOLIO>/client_whatsapp_business_accounts", &provider, query, &system);
    }
    move_and_register(recorder, &destination, &business);
    recorder.caller.wait(2);
    let listed = recorder.get("GET /<WABA>/phone_numbers", &destination, "", &business);
    let phone = text(&listed.body["data"][0]["id"]);
    read_account(recorder, &destination, &phone, &business);
    recorder.get("GET /<INTENT>", &intent, "", &system);
}

fn move_and_register(recorder: &mut Recorder<'_>, destination: &str, token: &str) {
    let moving = json!({
        "migrate_phone_number": true, "cc": "49", "phone_number": "3023125001",
        "display_phone_number": "+49 30 23125001", "verified_name": "Acorn"
    });
    recorder.call("POST /<WABA>/phone_numbers", destination, "", token, Some(moving.clone()));
    let apps = "/<WABA>/subscribed_apps";
    let callback = json!({ "override_callback_uri": "https://hooks.example/a", "verify_token": "v" });
    recorder.call(&format!("POST {apps}"), destination, "", token, Some(callback));
    recorder.get(&format!("GET {apps}"), destination, "", token);
    recorder.call(&format!("DELETE {apps}"), destination, "", token, None);
    recorder.get(&format!("GET {apps}"), destination, "", token);
    recorder.call(&format!("POST {apps}"), destination, "", token, Some(json!({})));
    let moved = recorder.call("POST /<WABA>/phone_numbers", destination, "", token, Some(moving));
    let phone = text(&moved.body["id"]);
    recorder.get("GET /<PHONE>", &phone, NUMBER_FIELDS, token);
    let asked = json!({ "code_method": "SMS", "language": "en_US" });
    for (edge, body) in [("request_code", asked), ("verify_code", json!({ "code": "123456" }))] {
        recorder.call(&format!("POST /<PHONE>/{edge}"), &phone, "", token, Some(body));
    }
    for pin in ["21283", "212834"] {
        let body = json!({ "messaging_product": "whatsapp", "pin": pin });
        recorder.call("POST /<PHONE>/register", &phone, "", token, Some(body));
    }
}

fn read_account(recorder: &mut Recorder<'_>, waba: &str, phone: &str, token: &str) {
    for query in ["", WABA_FIELDS, "fields=nonsense"] {
        recorder.get("GET /<WABA>", waba, query, token);
    }
    for query in ["", NUMBER_FIELDS, "fields=nonsense"] {
        recorder.get("GET /<WABA>/phone_numbers", waba, query, token);
        recorder.get("GET /<PHONE>", phone, query, token);
    }
    recorder.get("GET /<WABA>/subscribed_apps", waba, "", token);
    for query in ["", "limit=1", "after=nonsense"] {
        recorder.get("GET /<WABA>/message_templates", waba, query, token);
    }
}

/// With the knobs that say the file is right.
pub(super) fn as_the_file_has_it(recorder: &mut Recorder<'_>) {
    recorder.caller.set_knobs(&json!({ "intent_contract": "spec_v23", "phone_status_vocab": "LINKED" }));
    let token = recorder.caller.business_token();
    let operation = "POST /<WABA>/set_solution_migration_intent";
    let body = json!({ "solution_id": "1", "migration_intent": "INITIATE_MIGRATION" });
    recorder.call(operation, WABA, "", &token, Some(body));
    recorder.call(operation, WABA, "", &token, Some(json!({ "app_id": "1" })));
    recorder.get("GET /<WABA>/phone_numbers", WABA, NUMBER_FIELDS, &token);
}
