//! The life of a template.

use serde_json::json;

use crate::common::{WABA, text};
use crate::recorder::Recorder;

const FIELDS: &str =
    "fields=id,name,language,status,category,components,parameter_format,quality_score,rejected_reason";

pub(super) fn lived_through(recorder: &mut Recorder<'_>) {
    let token = recorder.caller.business_token();
    let edge = "/<WABA>/message_templates";
    let body = |words: &str| json!([{ "type": "BODY", "text": words }]);
    let template = json!({
        "name": "parcel_waits", "language": "en_US", "category": "UTILITY", "components": body("Your parcel waits.")
    });
    let created = recorder.call(&format!("POST {edge}"), WABA, "", &token, Some(template.clone()));
    let id = text(&created.body["id"]);
    recorder.call(&format!("POST {edge}"), WABA, "", &token, Some(template));
    for query in ["", FIELDS, "fields=nonsense"] {
        recorder.get("GET /<TEMPLATE>", &id, query, &token);
        recorder.get(&format!("GET {edge}"), WABA, query, &token);
    }
    recorder.caller.wait(48);
    for words in ["Your parcel waits at the counter.", ""] {
        let change = json!({ "components": body(words) });
        recorder.call("POST /<TEMPLATE>", &id, "", &token, Some(change));
    }
    for query in ["name=parcel_waits", "name=parcel_waits", ""] {
        recorder.call(&format!("DELETE {edge}"), WABA, query, &token, None);
    }
    recorder.get("GET /<WABA>/flows", WABA, "", &token);
    for body in [json!({ "source_waba_id": "1" }), json!({})] {
        recorder.call("POST /<WABA>/migrate_flows", WABA, "", &token, Some(body));
    }
    let destination = recorder.caller.accepted();
    let flows = json!({ "source_waba_id": WABA, "source_flow_names": ["no such flow"] });
    recorder.call("POST /<WABA>/migrate_flows", &destination, "", &token, Some(flows));
}
