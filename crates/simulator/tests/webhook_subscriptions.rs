//! Who is told, where, and how an address becomes one that is told: guide 6 and the calls around it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use bytes::Bytes;
use common::{Answer, Caller, WABA, read, text};
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use unmoor_simulator::{
    Begun, Drop, Fault, FaultAction, Match, Reply,
    webhooks::{Handshake, HandshakeAnswer},
};

/// A `POST` whose callback is played by `callback`. Gives the answer and what the callback was asked.
fn post(
    caller: &mut Caller,
    path: &str,
    token: &str,
    body: &Value,
    callback: impl FnOnce(&Handshake) -> HandshakeAnswer,
) -> (Answer, Vec<Handshake>) {
    caller.now += SignedDuration::from_secs(1);
    let request = Request::post(format!("http://graph.example/v25.0{path}"))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/json")
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let mut asked = Vec::new();
    let exchange = caller.simulator.exchange_with(caller.now, &request, |handshake| {
        asked.push(handshake.clone());
        callback(handshake)
    });
    let Reply::Answer(response) = exchange.reply else { panic!("{:?}", exchange.reply) };
    (read(&response), asked)
}

fn refuse(_: &Handshake) -> HandshakeAnswer {
    HandshakeAnswer::Answered { status: 403, body: Bytes::from_static(b"no") }
}

fn override_body() -> Value {
    json!({ "override_callback_uri": "https://hooks.acorn.example/in", "verify_token": "s e c" })
}

#[test]
fn an_override_is_asked_for_the_challenge_during_the_call() {
    let mut caller = Caller::usual("");
    let (path, token) = (format!("/{WABA}/subscribed_apps"), caller.business_token());
    let (answer, asked) = post(&mut caller, &path, &token, &override_body(), Handshake::right_answer);
    assert_eq!(answer.body, json!({ "success": true }));
    let [handshake] = asked.as_slice() else { panic!("asked {} times", asked.len()) };
    let query = format!("hub.mode=subscribe&hub.challenge={}&hub.verify_token=s+e+c", handshake.challenge);
    assert_eq!(handshake.url, format!("https://hooks.acorn.example/in?{query}"));
    assert_eq!(caller.entries("app.callback_changed").len(), 1);
}

#[test]
fn an_override_that_does_not_answer_is_refused_and_nothing_changes() {
    let mut caller = Caller::usual("");
    let (path, token) = (format!("/{WABA}/subscribed_apps"), caller.business_token());
    let before = caller.get(&path, &token).body;
    let (answer, _) = post(&mut caller, &path, &token, &override_body(), refuse);
    assert_eq!((answer.status, answer.codes()), (400, (2200, None)));
    assert_eq!(
        answer.body["error"]["message"],
        "(#2200) Callback verification failed with the following errors: HTTP Status Code = 403; HTTP Message = Forbidden"
    );
    assert_eq!(caller.get(&path, &token).body, before);
    assert_eq!(caller.kinds(), Vec::<String>::new());
}

#[test]
fn a_call_that_is_refused_anyway_asks_nobody() {
    let mut caller = Caller::usual("");
    let path = format!("/{WABA}/subscribed_apps");
    let token = caller.business_token();
    let not_https = json!({ "override_callback_uri": "http://hooks.acorn.example", "verify_token": "v" });
    for (token, body) in [("unknown", &override_body()), (&token, &not_https), (&token, &json!({}))] {
        let (_, asked) = post(&mut caller, &path, token, body, |_| panic!("asked"));
        assert_eq!(asked, []);
    }
}

#[test]
fn a_connection_that_drops_before_its_effect_asks_nobody_and_one_that_drops_after_it_does() {
    for (drop, times) in [(Drop::Before, 0), (Drop::After, 1)] {
        let mut caller = Caller::usual("");
        let fault = Fault {
            matches: Match::default(),
            probability: 1.0,
            times: Some(1),
            lasts_s: None,
            action: FaultAction { drop: Some(drop), ..FaultAction::default() },
        };
        caller.simulator.add_fault(fault).unwrap();
        let request = Request::post(format!("http://graph.example/v25.0/{WABA}/subscribed_apps"))
            .header("Authorization", format!("Bearer {}", caller.business_token()))
            .body(Bytes::from(override_body().to_string()))
            .unwrap();
        let mut asked = 0;
        caller.simulator.exchange_with(caller.now, &request, |handshake| {
            asked += 1;
            handshake.right_answer()
        });
        assert_eq!((asked, caller.entries("app.callback_changed").len()), (times, times), "{drop:?}");
        caller.now += SignedDuration::from_secs(1);
    }
}

#[test]
fn a_call_that_is_never_resumed_was_never_carried_out() {
    let caller = Caller::usual("");
    let request = Request::post(format!("http://graph.example/v25.0/{WABA}/subscribed_apps"))
        .header("Authorization", format!("Bearer {}", caller.business_token()))
        .body(Bytes::from(override_body().to_string()))
        .unwrap();
    let Begun::Asks(suspended) = caller.simulator.begin_exchange(caller.now, &request) else { panic!("not asked") };
    assert!(caller.simulator.requests(0).is_empty());
    let late = caller.now + SignedDuration::from_secs(9);
    let answer = suspended.handshake().right_answer();
    let exchange = caller.simulator.resume_exchange(late, suspended, &answer);
    let Reply::Answer(response) = exchange.reply else { panic!("dropped") };
    assert_eq!(response.status(), 200);
    assert_eq!(caller.simulator.requests(0)[0].at, late);
}

#[test]
fn whoever_plays_no_receiver_has_callbacks_that_answer_rightly() {
    let mut caller = Caller::usual("");
    let token = caller.business_token();
    let answer = caller.post(&format!("/{WABA}/subscribed_apps"), &token, override_body());
    assert_eq!(answer.body, json!({ "success": true }));
}

#[test]
fn an_app_may_have_to_be_subscribed_before_it_can_override() {
    let mut caller = Caller::with_knobs(&json!({ "override_needs_subscription": true }));
    let destination = caller.accepted();
    let (path, token) = (format!("/{destination}/subscribed_apps"), caller.business_token());
    let refused = caller.post(&path, &token, override_body());
    assert_eq!(refused.codes(), (100, None));
    assert!(text(&refused.body["error"]["message"]).contains("must be subscribed"), "{}", refused.body);
    assert_eq!(caller.post(&path, &token, json!({})).status, 200);
    assert_eq!(caller.post(&path, &token, override_body()).status, 200);
}

#[test]
fn an_app_says_where_its_webhooks_go_and_which_it_wants() {
    let mut caller = Caller::usual("");
    let (app, token) = (caller.credentials.app_id, caller.app_token());
    let path = format!("/{app}/subscriptions");
    let before = caller.get(&path, &token).body;
    assert_eq!(before["data"][0]["callback_url"], "https://provider.example/webhooks/whatsapp");
    let all = before["data"][0]["fields"].as_array().unwrap().len();
    assert!(all > 13, "an app from before the world began hears of everything: {all}");

    let body = json!({
        "object": "whatsapp_business_account", "callback_url": "https://new.provider.example/hook",
        "verify_token": "v", "fields": "messages,account_update", "include_values": true
    });
    let (refused, _) = post(&mut caller, &path, &token, &body, refuse);
    assert_eq!(refused.codes(), (2200, None));
    assert_eq!(caller.get(&path, &token).body, before);

    let (answer, asked) = post(&mut caller, &path, &token, &body, Handshake::right_answer);
    assert_eq!((answer.body, asked.len()), (json!({ "success": true }), 1));
    insta::assert_json_snapshot!("an_apps_subscription", caller.get(&path, &token).body);

    caller.call("DELETE", &path, &token, Some(json!({ "object": "whatsapp_business_account", "fields": "messages" })));
    let left = caller.get(&path, &token).body;
    assert_eq!(left["data"][0]["fields"], json!([{ "name": "account_update", "version": "v25.0" }]));
    caller.call("DELETE", &path, &token, Some(json!({ "object": "whatsapp_business_account" })));
    assert_eq!(caller.get(&path, &token).body, json!({ "data": [] }));
}

#[test]
fn an_apps_subscription_is_refused_in_metas_words() {
    let mut caller = Caller::usual("");
    let (app, token) = (caller.credentials.app_id, caller.app_token());
    let path = format!("/{app}/subscriptions");
    let business = caller.business_token();
    assert_eq!(caller.get(&path, &business).codes(), (15, None));
    let good = json!({
        "object": "whatsapp_business_account", "callback_url": "https://a.example/", "verify_token": "v", "fields": ["messages"]
    });
    for (name, value, expected) in [
        ("object", json!("page"), "(#100) Param object must be one of {whatsapp_business_account}"),
        ("callback_url", json!("ftp://a.example"), "(#100) Invalid parameter"),
        ("callback_url", Value::Null, "(#100) The parameter callback_url is required."),
        ("verify_token", Value::Null, "(#100) The parameter verify_token is required."),
        ("fields", Value::Null, "(#100) The parameter fields is required."),
    ] {
        let mut body = good.clone();
        body[name] = value;
        let answer = caller.post(&path, &token, body);
        assert_eq!((answer.status, &answer.body["error"]["message"]), (400, &json!(expected)), "{name}");
    }
    let mut body = good;
    body["fields"] = json!(["messages", "gossip"]);
    assert!(text(&caller.post(&path, &token, body).body["error"]["message"]).contains("gossip is none of {"));
}

#[test]
fn a_number_has_a_callback_of_its_own_until_it_is_emptied() {
    let mut caller = Caller::usual("");
    let phone = caller.credentials.customers[0].phone_number_ids[0];
    let (path, token) = (format!("/{phone}"), caller.business_token());
    let body = json!({ "webhook_configuration": { "override_callback_uri": "https://number.example/in", "verify_token": "v" } });
    let (refused, _) = post(&mut caller, &path, &token, &body, refuse);
    assert_eq!(refused.codes(), (2200, None));
    let (answer, asked) = post(&mut caller, &path, &token, &body, Handshake::right_answer);
    assert_eq!((answer.body, asked.len()), (json!({ "success": true }), 1));
    let shown = caller.get(&format!("{path}?fields=webhook_configuration"), &token).body;
    assert_eq!(
        shown["webhook_configuration"],
        json!({ "phone_number": "https://number.example/in", "application": "https://provider.example/webhooks/whatsapp" })
    );
    let empty = json!({ "webhook_configuration": { "override_callback_uri": "" } });
    assert_eq!(caller.post(&path, &token, empty).body, json!({ "success": true }));
    let shown = caller.get(&format!("{path}?fields=webhook_configuration"), &token).body;
    assert_eq!(shown["webhook_configuration"].get("phone_number"), None);
    assert_eq!(caller.post(&path, &token, json!({})).codes(), (100, None));
}

#[test]
fn a_numbers_callback_does_not_survive_its_move() {
    let mut caller = Caller::usual("");
    let phone = caller.credentials.customers[0].phone_number_ids[0];
    let token = caller.business_token();
    let body = json!({ "webhook_configuration": { "override_callback_uri": "https://number.example/in", "verify_token": "v" } });
    assert_eq!(caller.post(&format!("/{phone}"), &token, body).status, 200);
    let (_, moved) = caller.moved();
    let shown = caller.get(&format!("/{moved}?fields=webhook_configuration"), &token).body;
    assert_eq!(shown["webhook_configuration"].get("phone_number"), None);
}
