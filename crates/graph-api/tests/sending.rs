//! One call, one exchange: every way it can end, over a transport that answers what the test says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};
use unmoor_graph_api::calls::{ListPhoneNumbers, MigratePhoneNumber, RegisterPhoneNumber};
use unmoor_graph_api::phone::E164;
use unmoor_graph_api::*;

type Outcome = Result<http::Response<Bytes>, TransportError>;

/// Gives prepared outcomes, one for each exchange, and keeps what was asked.
#[derive(Default)]
struct Script {
    outcomes: Mutex<VecDeque<Outcome>>,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Transport for Script {
    async fn exchange(&self, request: http::Request<Bytes>, _: Duration) -> Outcome {
        self.asked.lock().unwrap().push(request.uri().to_string());
        self.outcomes.lock().unwrap().pop_front().expect("an exchange more than the test prepared")
    }
}

impl Script {
    fn of(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        Self { outcomes: Mutex::new(outcomes.into_iter().collect()), asked: Mutex::default() }
    }
}

fn respond(status: u16, body: impl Into<Bytes>) -> Outcome {
    Ok(http::Response::builder().status(status).body(body.into()).unwrap())
}

fn respond_json(status: u16, body: &Value) -> Outcome {
    respond(status, body.to_string())
}

fn token() -> BusinessToken {
    BusinessToken::new("EXAMPLE-BUSINESS-TOKEN").unwrap()
}

fn register() -> RegisterPhoneNumber {
    let phone_number_id = PhoneNumberId::parse("520").unwrap();
    RegisterPhoneNumber { token: token(), phone_number_id, pin: Pin::new("481527").unwrap() }
}

fn list() -> ListPhoneNumbers {
    ListPhoneNumbers::new(token(), WabaId::parse("310").unwrap(), Fields::of(&["status"]))
}

fn meta() -> GraphEndpoint {
    GraphEndpoint::meta()
}

async fn outcome<C: GraphCall>(call: &C, outcome: Outcome) -> Result<Reply<C::Answer>, CallError> {
    send(&Script::of([outcome]), &meta(), call, Duration::from_secs(30)).await
}

#[test]
fn a_call_under_way_can_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let (script, meta, call) = (Script::default(), meta(), register());
    is_send(&send(&script, &meta, &call, Duration::ZERO));
}

#[tokio::test]
async fn an_answer_comes_with_its_head() {
    let response = http::Response::builder()
        .header("x-fb-trace-id", "AExampleTrace9")
        .header("date", "Sun, 22 Nov 2026 10:00:00 GMT")
        .header("x-app-usage", r#"{"call_count":81}"#)
        .body(Bytes::from_static(b"{\"success\":true}"))
        .unwrap();
    let reply = outcome(&register(), Ok(response)).await.unwrap();
    assert_eq!(reply.head.trace_id.as_deref(), Some("AExampleTrace9"));
    assert_eq!(reply.head.date, Some("2026-11-22T10:00:00Z".parse().unwrap()));
    assert_eq!(reply.head.usage.highest_percent(), Some(81));
}

#[tokio::test]
async fn what_never_left_was_not_executed() {
    let why = "refused by EXAMPLE-BUSINESS-TOKEN at /x?access_token=abc".to_owned();
    let error = outcome(&register(), Err(TransportError::NotSent(why))).await.unwrap_err();
    assert!(matches!(error, CallError::NotSent { .. }) && !error.was_possibly_executed());
    insta::assert_snapshot!(error, @"register_phone_number was not sent: refused by [redacted] at /x?access_token=[redacted]; next: check the connection, then try again");
}

#[tokio::test]
async fn what_may_have_left_may_have_been_executed() {
    let lost = TransportError::NoAnswer("timed out with pin 481527".to_owned());
    let error = outcome(&register(), Err(lost.clone())).await.unwrap_err();
    assert!(matches!(error, CallError::Unknown { .. }) && error.was_possibly_executed());
    assert!(!error.to_string().contains("481527") && !format!("{error:?}").contains("481527"));
    let read = outcome(&list(), Err(lost)).await.unwrap_err();
    assert!(!read.was_possibly_executed(), "a read changes nothing");
}

#[tokio::test]
async fn pages_of_a_proxy_leave_a_write_open() {
    for status in [502, 503, 403, 302] {
        let error = outcome(&register(), respond(status, "<!DOCTYPE html><h1>Bad Gateway</h1>")).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown { .. }) && error.was_possibly_executed(), "{status}");
        assert_eq!(error.head().unwrap().http_status, status);
    }
}

#[tokio::test]
async fn an_error_counts_whatever_the_status_is() {
    let body =
        json!({"error": {"message": "Service Unavailable", "code": 2, "is_transient": true, "fbtrace_id": "A1"}});
    for status in [200, 400, 503] {
        let error = outcome(&register(), respond_json(status, &body)).await.unwrap_err();
        assert_eq!(error.graph().unwrap().cause(), Cause::Transient, "{status}");
        assert!(error.was_possibly_executed(), "{status}");
    }
}

#[tokio::test]
async fn a_success_that_cannot_be_read_is_not_a_success() {
    let number = E164::parse("+1 631-555-0142").unwrap();
    let destination_waba_id = WabaId::parse("320").unwrap();
    let (display_phone_number, verified_name) = (number.to_string(), "Invented Harbour Bakery".to_owned());
    let move_number =
        MigratePhoneNumber { token: token(), destination_waba_id, number, display_phone_number, verified_name };
    for body in ["{}", "", "true", "{\"id\":null}", "{\"id\":\"../x\"}", "<html>"] {
        let error = outcome(&move_number, respond(200, body)).await.unwrap_err();
        assert!(matches!(error, CallError::Unreadable { .. }) && error.was_possibly_executed(), "{body}");
    }
    let error = outcome(&register(), respond(200, "{\"success\":false}")).await.unwrap_err();
    insta::assert_snapshot!(error, @"register_phone_number was answered with HTTP 200, and the answer settles nothing: at $.success: Meta says that it did not succeed, without a reason; next: look at what Meta has now, and only then decide whether to send it again");
    assert!(error.was_possibly_executed());
}

fn page(ids: &[u32], next: Option<&str>) -> Outcome {
    let data: Vec<Value> = ids.iter().map(|id| json!({"id": id, "status": "CONNECTED"})).collect();
    let link =
        next.map(|cursor| format!("https://graph.facebook.com/v25.0/310/phone_numbers?access_token=T&after={cursor}"));
    respond_json(
        200,
        &json!({"data": data, "paging": {"cursors": {"before": "B", "after": next.unwrap_or("END")}, "next": link}}),
    )
}

async fn walk(script: &Script, most_calls: u32) -> Result<Walk<nodes::PhoneNumber>, WalkError> {
    walk_pages(script, &meta(), &list(), Duration::from_secs(30), most_calls).await
}

fn ids(walk: &Walk<nodes::PhoneNumber>) -> Vec<&str> {
    walk.items.iter().map(|number| number.id.as_str()).collect()
}

/// guide: 7.3
#[tokio::test]
async fn all_pages_are_read_through_their_cursors() {
    let script = Script::of([page(&[1, 2], Some("C1")), page(&[], Some("C2")), page(&[3], None)]);
    let walk = walk(&script, 10).await.unwrap();
    assert_eq!((ids(&walk), walk.calls), (vec!["1", "2", "3"], 3));
    insta::assert_snapshot!(script.asked.lock().unwrap().join("\n"), @"
    https://graph.facebook.com/v25.0/310/phone_numbers?fields=status
    https://graph.facebook.com/v25.0/310/phone_numbers?fields=status&after=C1
    https://graph.facebook.com/v25.0/310/phone_numbers?fields=status&after=C2
    ");
}

fn stale() -> Outcome {
    respond_json(400, &json!({"error": {"code": 131_059, "message": "stale"}}))
}

#[tokio::test]
async fn a_stale_cursor_begins_the_list_again_once() {
    let script = Script::of([page(&[1], Some("C1")), stale(), page(&[1], Some("D1")), page(&[2], None)]);
    assert_eq!(ids(&walk(&script, 10).await.unwrap()), ["1", "2"]);
    let script = Script::of([page(&[1], Some("C1")), stale(), page(&[1], Some("D1")), stale()]);
    assert!(matches!(walk(&script, 10).await, Err(WalkError::Call(CallError::Graph { .. }))));
}

#[tokio::test]
async fn a_list_without_end_is_an_error_and_never_a_part() {
    let script = Script::of([page(&[1], Some("C1")), page(&[2], Some("C2"))]);
    assert!(matches!(walk(&script, 2).await, Err(WalkError::TooLong { calls: 2, .. })));
    let script = Script::of([page(&[1], Some("C1")), page(&[2], Some("C1"))]);
    assert!(matches!(walk(&script, 9).await, Err(WalkError::Circle { .. })));
    let script = Script::of([page(&[1], Some("C1")), respond(502, "")]);
    assert!(matches!(walk(&script, 9).await, Err(WalkError::Call(CallError::Unknown { .. }))));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic_and_never_register(status in 100u16..600, body in prop::collection::vec(any::<u8>(), 0..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let result = runtime.block_on(outcome(&register(), respond(status, body)));
        prop_assert!(result.is_err());
    }
}

#[tokio::test]
async fn a_token_in_a_usage_header_is_shown_by_no_answer() {
    let usage = r#"{"EXAMPLE-BUSINESS-TOKEN":[{"type":"EAAGm0PX4ZCpsBAKZC0123","call_count":1}],"320":[]}"#;
    let response = http::Response::builder().header("x-business-use-case-usage", usage);
    let reply = outcome(&register(), Ok(response.body(Bytes::from_static(b"{\"success\":true}")).unwrap())).await;
    let shown = format!("{reply:?}");
    assert!(!shown.contains("EXAMPLE-BUSINESS-TOKEN") && !shown.contains("EAAGm0"), "{shown}");
}
