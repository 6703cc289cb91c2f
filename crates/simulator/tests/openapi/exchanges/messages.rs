//! Messages, as far as they are simulated.

use serde_json::{Value, json};

use crate::recorder::Recorder;

pub(super) fn sent(recorder: &mut Recorder<'_>) {
    let token = recorder.caller.business_token();
    let phone = recorder.caller.credentials.customers[0].phone_number_ids[0].to_string();
    let message = |more: Value| {
        let mut message = json!({ "messaging_product": "whatsapp", "to": "+493012345678" });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    };
    let template = json!({ "name": "order_shipped", "language": { "code": "de" } });
    for body in [
        message(json!({ "type": "template", "template": template })),
        message(json!({ "type": "text", "text": { "body": "Good morning." } })),
        message(json!({ "type": "telepathy" })),
    ] {
        recorder.call("POST /<PHONE>/messages", &phone, "", &token, Some(body));
    }
}
