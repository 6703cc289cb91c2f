//! Graph answers: one call, what Meta answers to it, and what must be so whatever that was.
//!
//! * No request goes anywhere but to Meta, and one call is one request.
//! * An error envelope is an error, with Meta's words and trace id, whatever the status was.
//! * No error and no head of an answer shows a secret, and an error stays on one line.
//! * A success is only what the call's contract says; `calls.rs` has them.
//! * A list is whole or an error.

use std::time::Duration;

use arbitrary::Unstructured;
use bytes::Bytes;
use secrecy::ExposeSecret;
use serde_json::Value;
use unmoor_graph_api::{
    CallError, CallKind, GraphCall, GraphEndpoint, GraphError, Page, PagedCall, ReplyHead, send, walk_pages,
};

use super::transport::{Script, at_once};
use super::{bodies, calls, count};

/// Pages of a list that are read at most.
const MOST_PAGES: u32 = 6;
const DEADLINE: Duration = Duration::from_secs(30);

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    Answered,
    Refused,
    Unreadable,
    Unknown,
    NotSent,
    /// A list that did not end, or went in circles.
    Endless,
}

/// Makes the call that the bytes choose, and answers it with what they say.
///
/// # Panics
/// If an answer is taken for what it is not, or an error shows what it must not.
pub fn play(bytes: &[u8]) -> Ending {
    calls::make(&mut Unstructured::new(bytes))
}

/// Answers a list of numbers with a body, whatever its size.
pub fn answered_with(body: Vec<u8>) -> Ending {
    let call = calls::list_numbers();
    check_one("list_numbers", &call, &http::Response::new(Bytes::from(body)), is_page)
}

/// One call, and what it is known as in the fixtures.
pub fn one<C: GraphCall>(
    input: &mut Unstructured<'_>,
    name: &str,
    call: &C,
    holds: impl Fn(&Value, &C::Answer) -> bool,
) -> Ending {
    check_one(name, call, &bodies::answer(input, name), holds)
}

fn check_one<C: GraphCall>(
    name: &str,
    call: &C,
    answer: &http::Response<Bytes>,
    holds: impl Fn(&Value, &C::Answer) -> bool,
) -> Ending {
    let script = Script::of(std::slice::from_ref(answer));
    let outcome = at_once(send(&script, &GraphEndpoint::meta(), call, DEADLINE));
    assert_eq!(script.requests(), 1, "{name}");
    let secrets = Secrets::of(call);
    let body = serde_json::from_slice::<Value>(answer.body()).ok();
    let envelope = body.as_ref().and_then(|body| body.get("error")).filter(|error| !error.is_null());
    match outcome {
        Ok(reply) => {
            let body = body.as_ref().unwrap_or_else(|| panic!("{name}: a success of {answer:?}"));
            assert!(envelope.is_none() && answer.status().is_success(), "{name}: a success of {answer:?}");
            assert!(holds(body, &reply.answer), "{name}: {body} is no success");
            check_head(&reply.head, &secrets);
            Ending::Answered
        }
        Err(error) => {
            assert_eq!(error.graph().is_some(), envelope.is_some(), "{name}: {answer:?}");
            check_error(&error, &secrets, envelope);
            ending(&error)
        }
    }
}

/// A page of a list, or the whole of it.
pub fn list<C: PagedCall>(input: &mut Unstructured<'_>, name: &str, call: &C) -> Ending {
    if count(input, 1) == 0 {
        return one(input, name, call, is_page);
    }
    let answers: Vec<_> = (0..=count(input, 4)).map(|_| bodies::answer(input, name)).collect();
    let script = Script::of(&answers);
    let walk = at_once(walk_pages(&script, &GraphEndpoint::meta(), call, DEADLINE, MOST_PAGES));
    let requests = script.requests();
    assert!(requests <= MOST_PAGES as usize, "{name}: {requests} requests");
    match walk {
        Ok(walk) => {
            assert_eq!(walk.calls as usize, requests, "{name}");
            assert_eq!(walk.items.len(), elements(&answers[..requests]), "{name}: a part of {answers:?}");
            let last: Value = serde_json::from_slice(answers[requests - 1].body()).unwrap();
            assert!(last["paging"]["next"].is_null(), "{name}: {last} is not the last page");
            Ending::Answered
        }
        Err(unmoor_graph_api::WalkError::Call(error)) => {
            check_error(&error, &Secrets::of(call), None);
            ending(&error)
        }
        Err(unmoor_graph_api::WalkError::TooLong { .. } | unmoor_graph_api::WalkError::Circle { .. }) => {
            Ending::Endless
        }
    }
}

fn is_page<T>(body: &Value, page: &Page<T>) -> bool {
    let is_whole = body["data"].as_array().is_some_and(|data| data.len() == page.items.len());
    is_whole && (body["paging"]["next"].is_null() || page.after.is_some())
}

/// Elements of the pages; those before a stale cursor were forgotten.
fn elements(answers: &[http::Response<Bytes>]) -> usize {
    answers.iter().fold(0, |sum, answer| {
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        if body["error"].is_null() { sum + body["data"].as_array().unwrap().len() } else { 0 }
    })
}

fn ending(error: &CallError) -> Ending {
    match error {
        CallError::NotSent { .. } => Ending::NotSent,
        CallError::Unknown { .. } => Ending::Unknown,
        CallError::Graph { .. } => Ending::Refused,
        CallError::Unreadable { .. } => Ending::Unreadable,
    }
}

fn check_error(error: &CallError, secrets: &Secrets, envelope: Option<&Value>) {
    assert!(error.call().kind != CallKind::Read || !error.was_possibly_executed(), "{error}");
    let said = error.to_string();
    secrets.assert_hidden(&said);
    secrets.assert_hidden(&format!("{error:?}"));
    assert!(!said.chars().any(char::is_control), "{said:?} is more than a line");
    assert!(said.contains("; next: "), "{said}");
    if let Some(head) = error.head() {
        check_head(head, secrets);
    }
    if let Some(error) = error.graph() {
        let _ = (error.verdict(), error.refused_field(), error.cause().next_step());
        if let Some(envelope) = envelope {
            check_words(error, envelope);
        }
    }
}

/// Meta's words are kept where they are words, as they came.
fn check_words(error: &GraphError, envelope: &Value) {
    let kept: [(&str, Option<&str>); 4] = [
        ("message", Some(&error.message)),
        ("error_user_title", error.user_title.as_deref()),
        ("error_user_msg", error.user_message.as_deref()),
        ("fbtrace_id", error.trace_id.as_deref()),
    ];
    for (name, kept) in kept {
        if let Some(said) = envelope[name].as_str().filter(|said| is_harmless(said)) {
            assert_eq!(kept, Some(said), "{name} of {envelope}");
        }
    }
    if let Some(code) = envelope["code"].as_i64() {
        assert_eq!(error.code, code, "{envelope}");
    }
}

/// Whether a text is short, and nothing in it could be a secret.
fn is_harmless(text: &str) -> bool {
    let suspicious = ["EXAMPLE", "EAA", "481527", "|", "=", "\":", "%7c"];
    !text.is_empty() && text.len() <= 2000 && !suspicious.iter().any(|part| text.contains(part))
}

fn check_head(head: &ReplyHead, secrets: &Secrets) {
    secrets.assert_hidden(&format!("{head:?}"));
    let usage = &head.usage;
    assert!(usage.regain_access_after().is_none_or(|wait| wait >= Duration::from_secs(60)), "{usage:?}");
    assert!(usage.business.iter().all(|entry| usage.highest_percent() >= Some(entry.used.highest_percent())));
}

/// What nobody may see who sees how a call ended: its secrets, the secret inside an app token, and any token of Meta's form.
struct Secrets(Vec<String>);

impl Secrets {
    fn of(call: &impl GraphCall) -> Self {
        let parts = call.parts();
        let own = parts.secrets.iter().copied().chain([parts.token]).map(|secret| secret.expose_secret().to_owned());
        let whole: Vec<String> = own.chain([bodies::FOREIGN_TOKEN.to_owned()]).collect();
        let halves: Vec<String> =
            whole.iter().filter_map(|token| token.split_once('|')).map(|(_, half)| half.to_owned()).collect();
        Self(whole.into_iter().chain(halves).collect())
    }

    fn assert_hidden(&self, shown: &str) {
        for secret in &self.0 {
            assert!(!shown.contains(secret), "{secret} stands in {shown}");
        }
    }
}
