//! Messages sent through a number.

use serde_json::{Value, json};

use crate::recorder::Recorder;

const TO: &str = "+493023125900";

pub(super) fn sent_and_refused(recorder: &mut Recorder<'_>) {
    let token = recorder.caller.business_token();
    let phone = recorder.caller.credentials.customers[0].phone_number_ids[0].to_string();
    let mut send = |members: Value| {
        let mut body = json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "to": TO });
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        recorder.call("POST /<PHONE>/messages", &phone, "", &token, Some(body))
    };
    let template = |name: &str| {
        let parameters = json!([{ "type": "body", "parameters": [{ "type": "text", "text": "A. Customer" }] }]);
        json!({ "type": "template", "template": { "name": name, "language": { "code": "de" }, "components": parameters } })
    };
    assert_eq!(send(template("order_shipped")).status, 200);
    assert_eq!(send(json!({ "type": "text", "text": { "body": "Hello" } })).status, 200);
    assert_eq!(send(json!({ "status": "read", "message_id": "wamid.AAA=" })).status, 200);
    assert_eq!(send(template("no_such_template")).status, 404);
    assert_eq!(send(json!({ "type": "carrier_pigeon" })).status, 400);
}
