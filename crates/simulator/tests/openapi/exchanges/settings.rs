//! What can be changed about an account and a number beside the guide's own calls.

use serde_json::json;

use crate::recorder::Recorder;

pub(super) fn of_accounts_and_numbers(recorder: &mut Recorder<'_>) {
    let token = recorder.caller.business_token();
    let phone = recorder.caller.credentials.customers[0].phone_number_ids[0].to_string();
    for uri in ["https://hooks.example/number", "no address"] {
        let body = json!({ "webhook_configuration": { "override_callback_uri": uri, "verify_token": "v" } });
        recorder.call("POST /<PHONE>", &phone, "", &token, Some(body));
    }
}
