//! Everything that can be wrong with a call, tried on every call that is served: Meta's error for each, and never a panic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use bytes::Bytes;
use common::{Answer, Caller, PORTFOLIO, WABA, read, text};
use http::Request;
use serde_json::{Value, json};
use unmoor_simulator::{Reply, served_calls, served_parameters};

/// Calls whose body is the bytes of a file, and which therefore have no parameters in it.
const RAW_BODY: [&str; 1] = ["/upload:<UPLOAD>"];
/// Calls that show the secret of an app instead of a token.
const BY_SECRET: [&str; 2] = ["/oauth/access_token", "/oauth/revoke"];

/// A world in which every kind of node exists, and an id of each.
struct Stage {
    caller: Caller,
    ids: Vec<(&'static str, String)>,
}

impl Stage {
    fn new() -> Self {
        let mut caller = Caller::usual("");
        let intent = caller.set_intent();
        let world = caller.simulator.world();
        let waba = &world.wabas[&WABA.parse().unwrap()];
        let ids = vec![
            ("WABA", WABA.to_owned()),
            ("PORTFOLIO", PORTFOLIO.to_owned()),
            ("PHONE", waba.numbers[0].id.to_string()),
            ("TEMPLATE", waba.templates[0].id.to_string()),
            ("INTENT", intent),
            ("APP", caller.credentials.app_id.to_string()),
            ("SOLUTION", world.solutions.keys().next().unwrap().to_string()),
        ];
        Self { caller, ids }
    }

    /// The path with ids in place of its kinds of node.
    fn fill(&self, path: &str) -> String {
        let mut filled = path.to_owned();
        for (kind, id) in &self.ids {
            filled = filled.replace(&format!("<{kind}>"), id);
        }
        filled.replace(['<', '>'], "")
    }

    fn send(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        self.caller.now += jiff::SignedDuration::from_secs(60);
        let mut request = Request::builder().method(method).uri(format!("http://graph.example{target}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let Reply::Answer(answer) = self.caller.simulator.exchange(self.caller.now, &request).reply else {
            panic!("{method} {target}: dropped")
        };
        let answer = read(&answer);
        assert!(answer.status < 400 || is_envelope(&answer.body), "{method} {target}: {}", answer.body);
        let wrong = self.caller.simulator.audit();
        assert!(wrong.is_empty(), "{method} {target}: {wrong:?}");
        answer
    }

    /// A call as it should be, but for what `target`'s query and the body say.
    fn call(&mut self, method: &str, target: &str, body: impl Into<Bytes>) -> Answer {
        let token = format!("Bearer {}", self.caller.business_token());
        let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
        self.send(method, target, &headers, body)
    }
}

fn is_envelope(body: &Value) -> bool {
    let error = &body["error"];
    let texts =
        ["message", "type", "fbtrace_id"].iter().all(|name| error[*name].as_str().is_some_and(|text| !text.is_empty()));
    texts && error["code"].is_i64() && error["is_transient"].is_boolean()
}

fn calls() -> impl Iterator<Item = (&'static str, &'static str)> {
    served_calls().filter(|(_, path)| !RAW_BODY.contains(path))
}

#[test]
fn a_body_that_is_no_object_of_json_is_refused_by_every_call() {
    let mut stage = Stage::new();
    let deep = "{\"a\":".repeat(100_000);
    let large = vec![b' '; 1024 * 1024 + 1];
    let bodies: [&[u8]; 8] =
        [b"{", b"[]", b"null", b"\"text\"", b"{\"a\":1}}", b"{\"name\":\"\xff\xfe\"}", deep.as_bytes(), &large];
    for (method, path) in calls() {
        let target = format!("/v25.0{}", stage.fill(path));
        for body in bodies {
            let answer = stage.call(method, &target, Bytes::copy_from_slice(body));
            assert_eq!((answer.status, answer.codes().0), (400, 100), "{method} {path} {}", answer.body);
        }
    }
}

#[test]
fn every_call_refuses_a_token_that_is_missing_unknown_expired_or_revoked() {
    let mut stage = Stage::new();
    let (app, token) = (stage.caller.app_token(), stage.caller.business_token());
    let mut world = stage.caller.simulator.world();
    let mut copy = |value: &str, change: fn(&mut unmoor_simulator::world::Token, jiff::Timestamp)| {
        let mut token = world.tokens[token.as_str()].clone();
        change(&mut token, stage.caller.now);
        world.tokens.insert(unmoor_simulator::world::Secret::new(value), token);
    };
    copy("expired", |token, now| token.expires_at = Some(now));
    copy("revoked", |token, now| token.revoked_at = Some(now));
    stage.caller.simulator.set_world(world);
    for (method, path) in served_calls().filter(|(_, path)| !BY_SECRET.contains(path)) {
        let target = format!("/v25.0{}", stage.fill(path));
        let none = stage.send(method, &target, &[], "");
        assert_eq!((none.status, none.codes()), (401, (104, None)), "{method} {path}");
        for (token, subcode) in [("nobody's", 467), ("expired", 463), ("revoked", 458), (&format!("{app}x"), 467)] {
            let refused = stage.send(method, &target, &[("authorization", &format!("Bearer {token}"))], "");
            assert_eq!((refused.status, refused.codes()), (401, (190, Some(subcode))), "{method} {path} {token}");
        }
    }
    for path in BY_SECRET {
        assert_eq!(stage.send("GET", &format!("/v25.0{path}"), &[], "").codes(), (100, None), "{path}");
    }
}

#[test]
fn every_call_refuses_a_wrong_proof() {
    let mut stage = Stage::new();
    let token = stage.caller.business_token();
    let of_other = stage.caller.proof(&stage.caller.system_token());
    let upper = stage.caller.proof(&token).to_uppercase();
    for (method, path) in served_calls().filter(|(_, path)| !BY_SECRET.contains(path)) {
        for wrong in ["00", "%ff", "", &of_other, &upper] {
            let target = format!("/v25.0{}?appsecret_proof={wrong}", stage.fill(path));
            let refused = stage.call(method, &target, "");
            assert_eq!((refused.status, refused.codes()), (400, (100, None)), "{method} {path}");
            assert_eq!(refused.body["error"]["message"], "Invalid appsecret_proof provided in the API argument");
        }
    }
}

#[test]
fn a_foreign_token_changes_and_reads_nothing() {
    let customers =
        "customer,source_waba_id,business_portfolio_id\nacorn,102290129340398,506914307656634\nbirch,5002,77\n";
    let mut stage = Stage::new();
    let scenario = format!("{}[customers.birch]\n", common::SCENARIO);
    stage.caller = Caller::new(customers, &scenario);
    stage.ids.retain(|(kind, _)| *kind != "INTENT");
    stage.ids.push(("INTENT", stage.caller.set_intent()));
    let world = stage.caller.simulator.world();
    let waba = &world.wabas[&WABA.parse().unwrap()];
    for (kind, id) in [("PHONE", waba.numbers[0].id.to_string()), ("TEMPLATE", waba.templates[0].id.to_string())] {
        stage.ids.retain(|(known, _)| *known != kind);
        stage.ids.push((kind, id));
    }
    let before = stage.caller.simulator.ledger(0).len();
    let foreign = stage.caller.credentials.customers[1].business_token.clone().unwrap();
    let proof = stage.caller.proof(foreign.expose());
    let header = format!("Bearer {}", foreign.expose());
    for (method, path) in served_calls() {
        // What belongs to the app, which both customers have in common, is nobody's secret.
        if !["<WABA>", "<PHONE>", "<PORTFOLIO>", "<INTENT>", "<TEMPLATE>"].iter().any(|kind| path.contains(kind)) {
            continue;
        }
        let target = format!("/v25.0{}?appsecret_proof={proof}", stage.fill(path));
        let mut body = json!({
            "messaging_product": "whatsapp", "pin": "212834", "app_id": stage.caller.credentials.app_id, "cc": "49",
            "phone_number": "3023125001", "migrate_phone_number": true, "user": "1", "tasks": ["MANAGE"], "business": "77",
            "name": "a", "language": "de", "category": "UTILITY", "components": [], "to": "491701234567", "type": "text",
            "text": { "body": "x" }, "solution_id": "1",
        });
        let takes = served_parameters(method, path);
        body.as_object_mut().unwrap().retain(|name, _| takes.contains(&name.as_str()));
        let refused = stage.send(method, &target, &[("authorization", &header)], body.to_string());
        assert_eq!((refused.status, refused.codes().0), (403, 200), "{method} {path} {}", refused.body);
    }
    assert_eq!(stage.caller.simulator.ledger(0).len(), before, "nothing has changed");
}

#[test]
fn an_id_that_nobody_has_or_that_is_none_is_told_in_metas_words() {
    let mut stage = Stage::new();
    let (business, app) = (stage.caller.business_token(), stage.caller.app_token());
    let proof = stage.caller.proof(&business);
    let long = "x".repeat(500);
    let ids = ["999999999999999", "0", "-1", "1e3", "99999999999999999999", "%00", "%ff%fe", &long];
    for (method, path) in served_calls().filter(|(_, path)| path.starts_with("/<")) {
        let edge = path.split_once('>').unwrap().1;
        // The one edge that an app alone may ask.
        let (token, proof) = if edge == "/subscriptions" {
            (&app, String::new())
        } else {
            (&business, format!("?appsecret_proof={proof}"))
        };
        let headers = [("authorization", &*format!("Bearer {token}"))];
        for id in ids {
            let target = format!("/v25.0/{id}{edge}{proof}");
            let refused = stage.send(method, &target, &headers, "");
            assert_eq!(
                (refused.status, refused.codes()),
                (400, (100, Some(33))),
                "{method} {target}: {}",
                refused.body
            );
            assert!(text(&refused.body["error"]["message"]).len() < 400);
        }
    }
}

#[test]
fn parameters_of_every_wrong_type_are_borne_by_every_call() {
    let mut stage = Stage::new();
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!([]),
        json!({}),
        json!([[]]),
        json!({ "a": { "b": [1] } }),
        json!(""),
        json!("\u{0}\u{1f}\u{202e}"),
        json!("9".repeat(5000)),
        json!("[{\"field\":1}]"),
        json!(["x", 1, null]),
    ];
    for (method, path) in calls() {
        let target = format!("/v25.0{}", stage.fill(path));
        let names = served_parameters(method, path);
        for value in &values {
            let body: Value =
                names.iter().map(|name| ((*name).to_owned(), value.clone())).collect::<serde_json::Map<_, _>>().into();
            stage.call(method, &target, body.to_string());
        }
        for name in names {
            stage.call(method, &format!("{target}?{name}=%00%ff&{name}=1&{name}={{"), "");
        }
    }
}

#[test]
fn a_parameter_that_has_no_effect_is_refused_by_every_call_that_then_does_nothing() {
    let mut stage = Stage::new();
    let before = stage.caller.kinds();
    let proof = stage.caller.proof(&stage.caller.business_token());
    for (method, path) in calls().filter(|(_, path)| !BY_SECRET.contains(path)) {
        let target = format!("/v25.0{}?appsecret_proof={proof}&zzz=1", stage.fill(path));
        let refused = stage.call(method, &target, "");
        assert_eq!(refused.status, 501, "{method} {path}: {}", refused.body);
        let served = &refused.body["error"]["error_data"]["served"];
        let takes = served_parameters(method, path);
        assert!(takes.is_empty() || *served == json!(takes), "{method} {path}: {served}");
    }
    assert_eq!(stage.caller.kinds(), before);
}

#[test]
fn of_a_parameter_that_comes_twice_the_last_one_counts_and_of_query_and_body_the_body() {
    let mut stage = Stage::new();
    let shown = stage.call("GET", &format!("/v25.0/{WABA}?fields=id&fields=name"), "");
    assert!(shown.body["name"].is_string(), "{}", shown.body);
    let shown = stage.call("GET", &format!("/v25.0/{WABA}?fields=nope"), r#"{"fields":"shoe_size","fields":"name"}"#);
    assert!(shown.body["name"].is_string(), "{}", shown.body);
}

#[test]
fn huge_queries_and_paths_are_answered() {
    let mut stage = Stage::new();
    let many: String = (0..5000).map(|place| format!("&p{place}={place}")).collect();
    let refused = stage.call("GET", &format!("/v25.0/{WABA}?fields=name{many}"), "");
    assert_eq!(refused.status, 501);
    assert!(refused.body.to_string().len() < 4000, "one is named");
    let long = stage.call("GET", &format!("/v25.0/{WABA}?fields={}", "a".repeat(60_000)), "");
    assert_eq!((long.status, long.codes().0), (400, 100));
    assert!(long.body.to_string().len() < 4000, "what was sent is not sent back in full");
    assert_eq!(stage.call("GET", &format!("/v25.0/{}", "1/".repeat(10_000)), "").status, 501);
}

#[test]
fn a_version_nobody_knows_is_refused_and_an_old_one_served_by_the_oldest_that_lives() {
    let mut stage = Stage::new();
    for version in ["v27.0", "v25.1", "v2.80", "v25", "v0.0"] {
        let refused = stage.call("GET", &format!("/{version}/{WABA}"), "");
        assert_eq!((refused.status, refused.codes()), (400, (2500, None)), "{version}");
        assert_eq!(refused.body["error"]["message"], format!("Unknown path components: /{WABA}"));
    }
    // March 2027: v21.0 ended in January.
    for (asked, served) in
        [("/v21.0", "v22.0"), ("/v19.0", "v22.0"), ("/v24.0", "v24.0"), ("/v26.0", "v26.0"), ("", "v25.0")]
    {
        let answer = stage.call("GET", &format!("{asked}/{WABA}"), "");
        assert_eq!((answer.status, answer.headers["facebook-api-version"].to_str().unwrap()), (200, served), "{asked}");
    }
}
