//! Every call once with a token that is no good, and once about a node that is not there.

use serde_json::{Value, json};

use super::served;
use crate::common::{PORTFOLIO, WABA, text};
use crate::recorder::Recorder;

/// No token, and one that ended.
pub(super) fn tokens_that_are_no_good(recorder: &mut Recorder<'_>) {
    let phone = recorder.caller.credentials.customers[0].phone_number_ids[0].to_string();
    let intent = recorder.caller.set_intent();
    let system = recorder.caller.system_token();
    let solution = text(&recorder.caller.get(&format!("/{WABA}/solutions"), &system).body["data"][0]["id"]);
    let app = recorder.caller.credentials.app_id.to_string();
    for operation in served() {
        let Some((_, node)) = operation.split_once('<') else { continue };
        let node = match node.split_once('>').map(|(kind, _)| kind) {
            Some("WABA") => WABA,
            Some("PHONE") => &phone,
            Some("INTENT") => &intent,
            Some("PORTFOLIO") => PORTFOLIO,
            Some("SOLUTION") => &solution,
            Some("APP") => &app,
            _ => continue,
        };
        recorder.call(&operation, node, "", "nobody's", None);
    }
}

/// Nodes that are not there.
pub(super) fn ids_that_are_no_good(recorder: &mut Recorder<'_>) {
    let token = recorder.caller.system_token();
    for operation in served().iter().filter(|operation| operation.contains('<')) {
        let body: Option<Value> = operation.starts_with("POST").then(|| json!({}));
        recorder.call(operation, "999999999999999", "", &token, body);
    }
}
