//! Webhooks over real sockets: `serve` on one side, a receiver as anybody would write it on the other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect},
    routing::get,
};
use bytes::Bytes;
use common::{CUSTOMERS, PORTFOLIO, SCENARIO, WABA};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use unmoor_simulator::{Simulator, load, serve};

const VERIFY_TOKEN: &str = "open sesame";

/// A receiver: `/hook` takes what has a good signature after failing as often as it was told, `/elsewhere` only redirects.
#[derive(Clone)]
struct Receiver {
    app_secret: String,
    failures: Arc<Mutex<u32>>,
    got: mpsc::UnboundedSender<(StatusCode, Value)>,
}

async fn verify(Query(query): Query<BTreeMap<String, String>>) -> (StatusCode, String) {
    let is_ours = query["hub.mode"] == "subscribe" && query["hub.verify_token"] == VERIFY_TOKEN;
    if is_ours { (StatusCode::OK, query["hub.challenge"].clone()) } else { (StatusCode::FORBIDDEN, String::new()) }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(receiver.app_secret.as_bytes()).unwrap();
    mac.update(&body);
    let expected = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let status = {
        let mut failures = receiver.failures.lock().unwrap();
        if headers["x-hub-signature-256"] != expected {
            StatusCode::UNAUTHORIZED
        } else if *failures > 0 {
            *failures -= 1;
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            StatusCode::OK
        }
    };
    receiver.got.send((status, serde_json::from_slice(&body).unwrap())).unwrap();
    status
}

struct Stage {
    simulator: Simulator,
    api: SocketAddr,
    receiver: SocketAddr,
    got: mpsc::UnboundedReceiver<(StatusCode, Value)>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
    received: JoinHandle<std::io::Result<()>>,
}

impl Stage {
    /// A simulator whose time moves on request only, and a receiver that fails `failures` times.
    async fn start(failures: u32) -> Self {
        let simulator = Simulator::from_setup(load::load(CUSTOMERS, SCENARIO, 1).unwrap());
        let (got_by, got) = mpsc::unbounded_channel();
        let state = Receiver {
            app_secret: simulator.credentials().app_secret.expose().to_owned(),
            failures: Arc::new(Mutex::new(failures)),
            got: got_by,
        };
        let elsewhere = get(|| async { Redirect::temporary("/hook").into_response() });
        let router =
            Router::new().route("/hook", get(verify).post(receive)).route("/elsewhere", elsewhere).with_state(state);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = listener.local_addr().unwrap();
        let received = tokio::spawn(async move { axum::serve(listener, router).await });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(serve(simulator.clone(), listener, 0.0, async move {
            let _ = stopped.await;
        }));
        Self { simulator, api, receiver, got, stop, served, received }
    }

    async fn call(&self, method: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.api).await.unwrap();
        let body = body.to_string();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.api,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap())
    }

    /// Sets the provider's callback to a path of the receiver.
    async fn configure(&self, path: &str, verify_token: &str) -> (u16, Value) {
        let credentials = self.simulator.credentials();
        let app_token = format!("{}|{}", credentials.app_id, credentials.app_secret.expose());
        let body = json!({
            "object": "whatsapp_business_account", "callback_url": format!("http://{}{path}", self.receiver),
            "verify_token": verify_token, "fields": "security,account_update"
        });
        self.call("POST", &format!("/v25.0/{}/subscriptions", credentials.app_id), &app_token, &body).await
    }

    /// The person turns two-step verification on; time then goes on by an hour.
    async fn something_happens(&self) {
        let action = json!({ "action": "turn_on_two_step" });
        self.call("POST", &format!("/_sim/people/{PORTFOLIO}"), "", &action).await;
        self.call("POST", "/_sim/clock", "", &json!({ "advance_s": 3600 })).await;
    }

    async fn log(&self) -> Vec<Value> {
        let (_, log) = self.call("GET", "/_sim/webhooks?after=0", "", &json!({})).await;
        log["entries"].as_array().unwrap().clone()
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
        self.received.abort();
    }
}

#[tokio::test]
async fn a_receiver_verifies_hears_signs_for_and_hears_again() {
    let mut stage = Stage::start(2).await;
    assert_eq!(stage.configure("/hook", VERIFY_TOKEN).await, (200, json!({ "success": true })));
    stage.something_happens().await;
    let mut seen = Vec::new();
    while seen.last() != Some(&StatusCode::OK) {
        let (status, body) = stage.got.recv().await.unwrap();
        assert_eq!(body["entry"][0]["id"], WABA);
        assert_eq!(body["entry"][0]["changes"][0]["value"]["event"], "PIN_CHANGED");
        seen.push(status);
    }
    let failed = StatusCode::INTERNAL_SERVER_ERROR;
    assert_eq!(seen, [failed, failed, StatusCode::OK], "at once again, and ten seconds later");
    stage.stop().await;
}

#[tokio::test]
async fn the_log_shows_deliveries_and_has_one_sent_again() {
    let mut stage = Stage::start(0).await;
    stage.configure("/hook", VERIFY_TOKEN).await;
    stage.something_happens().await;
    stage.got.recv().await.unwrap();
    let log = stage.log().await;
    assert_eq!(log.len(), 2, "{log:#?}");
    let to = |host: &str| log.iter().find(|entry| entry["url"].as_str().unwrap().contains(host)).unwrap().clone();
    assert_eq!(to("partner.example")["state"], "not_sent", "nobody is at an address that is reserved for examples");
    let ours = to("127.0.0.1")["seq"].as_u64().unwrap();
    // The receiver has it before the server knows that it has: both states are possible here, and a repeat tells which.
    let path = format!("/_sim/webhooks/{ours}/redeliver");
    while stage.call("POST", &path, "", &json!({})).await.0 == 409 {
        tokio::task::yield_now().await;
    }
    stage.got.recv().await.unwrap();
    assert_eq!(stage.call("POST", "/_sim/webhooks/99/redeliver", "", &json!({})).await.0, 404);
    assert_eq!(stage.call("POST", "/_sim/webhooks/x/redeliver", "", &json!({})).await.0, 400);
    let partners = to("partner.example")["seq"].as_u64().unwrap();
    assert_eq!(stage.call("POST", &format!("/_sim/webhooks/{partners}/redeliver"), "", &json!({})).await.0, 409);
    stage.stop().await;
}

#[tokio::test]
async fn anything_can_be_announced_by_hand() {
    let mut stage = Stage::start(0).await;
    stage.configure("/hook", VERIFY_TOKEN).await;
    let body = json!({
        "waba": WABA, "field": "account_update",
        "value": { "event": "ACCOUNT_VIOLATION", "violation_info": { "violation_type": "SCAM" } }
    });
    assert_eq!(stage.call("POST", "/_sim/webhooks", "", &body).await, (200, json!({ "success": true })));
    stage.call("POST", "/_sim/clock", "", &json!({ "advance_s": 3600 })).await;
    let (_, got) = stage.got.recv().await.unwrap();
    assert_eq!(got["entry"][0]["changes"][0]["value"], body["value"]);
    let wrong = json!({ "waba": WABA, "field": "account_update", "value": { "event": "ACCOUNT_GOSSIP" } });
    assert_eq!(stage.call("POST", "/_sim/webhooks", "", &wrong).await.0, 400);
    stage.stop().await;
}

#[tokio::test]
async fn a_callback_that_knows_another_token_redirects_or_is_not_there_is_refused() {
    let stage = Stage::start(0).await;
    let message = |answer: &(u16, Value)| answer.1["error"]["message"].as_str().unwrap().to_owned();
    let wrong_token = stage.configure("/hook", "another").await;
    assert_eq!((wrong_token.0, &wrong_token.1["error"]["code"]), (400, &json!(2200)));
    assert!(message(&wrong_token).ends_with("HTTP Status Code = 403; HTTP Message = Forbidden"));
    let redirect = stage.configure("/elsewhere", VERIFY_TOKEN).await;
    assert!(message(&redirect).ends_with("HTTP Status Code = 307; HTTP Message = Temporary Redirect"), "{redirect:?}");
    let missing = stage.configure("/nowhere", VERIFY_TOKEN).await;
    assert!(message(&missing).ends_with("HTTP Status Code = 404; HTTP Message = Not Found"), "{missing:?}");
    // A port that is taken, so that nobody else comes to listen there, and on which nobody listens.
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let gone = taken.local_addr().unwrap();
    let business = stage.simulator.credentials().customers[0].business_token.clone().unwrap();
    let body = json!({ "override_callback_uri": format!("http://{gone}/hook"), "verify_token": VERIFY_TOKEN });
    let path = format!("/v25.0/{WABA}/subscribed_apps");
    let answer = stage.call("POST", &path, business.expose(), &body).await;
    assert_eq!(answer.1["error"]["code"], 2200);
    assert!(message(&answer).ends_with("HTTP Status Code = 0"), "{answer:?}");
    assert!(!message(&answer).contains("sesame"), "the verify token is nobody's business");
    stage.stop().await;
}

#[tokio::test]
async fn an_example_address_is_taken_unasked() {
    let stage = Stage::start(0).await;
    let business = stage.simulator.credentials().customers[0].business_token.clone().unwrap();
    let body = json!({ "override_callback_uri": "https://hooks.acorn.example/in", "verify_token": VERIFY_TOKEN });
    let path = format!("/v25.0/{WABA}/subscribed_apps");
    assert_eq!(stage.call("POST", &path, business.expose(), &body).await, (200, json!({ "success": true })));
    stage.stop().await;
}

#[tokio::test]
async fn time_alone_brings_webhooks_about_at_the_clocks_rate() {
    let mut stage = Stage::start(0).await;
    stage.configure("/hook", VERIFY_TOKEN).await;
    let (app, token) = (stage.simulator.credentials().app_id, stage.simulator.credentials().customers[0].clone());
    let business = token.business_token.unwrap();
    let path = format!("/v25.0/{WABA}/set_solution_migration_intent");
    assert_eq!(stage.call("POST", &path, business.expose(), &json!({ "app_id": app })).await.0, 200);
    // The person answers after two hours; at this rate that is a moment, and nobody asks anything meanwhile.
    stage.call("POST", "/_sim/clock", "", &json!({ "rate": 1_000_000 })).await;
    let (_, body) = stage.got.recv().await.unwrap();
    assert!(body["entry"][0]["changes"][0]["value"]["event"].as_str().unwrap().starts_with("PARTNER_"), "{body}");
    stage.stop().await;
}
