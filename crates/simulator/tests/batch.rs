//! Several calls in one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Answer, Caller, WABA};
use serde_json::{Value, json};

fn batch(caller: &mut Caller, parts: &Value) -> Answer {
    let token = caller.business_token();
    caller.post("/", &token, json!({ "batch": parts.to_string(), "include_headers": false }))
}

fn body(part: &Value) -> Value {
    serde_json::from_str(part["body"].as_str().unwrap()).unwrap()
}

#[test]
fn the_parts_are_answered_in_their_order_and_logged_and_counted_one_by_one() {
    let mut caller = Caller::usual("");
    let app = caller.credentials.app_id;
    let parts = json!([
        { "method": "GET", "relative_url": format!("{WABA}?fields=name") },
        { "method": "POST", "relative_url": format!("v26.0/{WABA}/set_solution_migration_intent"), "body": format!("app_id={app}") },
        { "method": "GET", "relative_url": "999" },
        { "method": "GET", "relative_url": "me?access_token=nobody's" },
    ]);
    let answer = batch(&mut caller, &parts);
    let codes: Vec<u64> = answer.body.as_array().unwrap().iter().map(|part| part["code"].as_u64().unwrap()).collect();
    assert_eq!(codes, [200, 200, 400, 401]);
    assert_eq!(body(&answer.body[0]), json!({ "name": "Acorn", "id": WABA }));
    assert!(body(&answer.body[1])["id"].is_string());
    assert_eq!(body(&answer.body[2])["error"]["error_subcode"], 33);
    assert_eq!(answer.body[0].get("headers"), None);
    let log = caller.simulator.requests(0);
    let paths: Vec<&str> = log.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths.len(), 5, "{paths:?}");
    assert_eq!(paths[4], "/v25.0/", "the batch itself ends last");
    assert_eq!(caller.entries("intent.created")[0].request, Some(2));
    assert!(caller.simulator.audit().is_empty());
    let token = caller.business_token();
    let next = caller.get(&format!("/{WABA}"), &token);
    let usage = next.headers["x-business-use-case-usage"].to_str().unwrap();
    assert!(usage.contains("\"call_count\":0,"), "two of five thousand: {usage}");
}

#[test]
fn headers_come_along_unless_told_otherwise() {
    let mut caller = Caller::usual("");
    let token = caller.business_token();
    let answer = caller.post("/", &token, json!({ "batch": [{ "method": "GET", "relative_url": WABA }] }));
    let headers = answer.body[0]["headers"].as_array().unwrap();
    assert!(headers.iter().any(|header| header["name"] == "facebook-api-version" && header["value"] == "v25.0"));
}

#[test]
fn a_batch_that_is_none_is_refused_as_a_whole() {
    let mut caller = Caller::usual("");
    let get = json!({ "method": "GET", "relative_url": WABA });
    let many: Value = vec![get.clone(); 51].into();
    let refused = batch(&mut caller, &many);
    assert_eq!((refused.status, refused.codes().0), (400, 100));
    assert_eq!(refused.body["error"]["message"], "Too many requests in batch message. Maximum batch size is 50");
    for wrong in [
        json!({}),
        json!([1]),
        json!([{ "method": "GET" }]),
        json!([{ "method": "G T", "relative_url": "me" }]),
        json!([{ "method": "GET", "relative_url": "me", "body": {} }]),
    ] {
        assert_eq!(batch(&mut caller, &wrong).codes().0, 100, "{wrong}");
    }
    assert_eq!(batch(&mut caller, &json!([{ "method": "GET", "relative_url": "me", "depends_on": "x" }])).status, 501);
    assert_eq!(batch(&mut caller, &vec![get; 50].into()).body.as_array().unwrap().len(), 50);
}

#[test]
fn a_batch_holds_no_batch_and_sets_no_callback() {
    let mut caller = Caller::usual("");
    let callback = "override_callback_uri=https%3A%2F%2Fhooks.example%2Fa&verify_token=v";
    let parts = json!([
        { "method": "POST", "relative_url": "", "body": "batch=[]" },
        { "method": "POST", "relative_url": "v25.0/?batch=[]" },
        { "method": "POST", "relative_url": format!("{WABA}/subscribed_apps"), "body": callback },
    ]);
    let answer = batch(&mut caller, &parts);
    for part in answer.body.as_array().unwrap() {
        assert_eq!(part["code"], 501, "{part}");
    }
}
