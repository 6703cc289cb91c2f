//! One call, one exchange, one outcome.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use serde_json::Value;

use crate::call::{CallKind, CallTag, GraphCall};
use crate::redact::Redactor;
use crate::{AnswerError, GraphEndpoint, GraphError, Transport, TransportError, Usage};

/// What stands at the head of an answer, whether it grants or refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyHead {
    /// HTTP status. Meta classifies by codes in the body, not by this.
    pub http_status: u16,
    /// Budgets that remain.
    pub usage: Usage,
    /// Meta's id of this request, for its support: `x-fb-trace-id`, else `x-fb-request-id`.
    pub trace_id: Option<String>,
    /// Header `Date`: the other side's clock.
    pub date: Option<Timestamp>,
}

/// A successful answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply<A> {
    /// What the call asked for.
    pub answer: A,
    /// What stood at its head.
    pub head: ReplyHead,
}

/// Why a call gave no answer. After a write, ask [`CallError::was_possibly_executed`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// Nothing reached Meta.
    #[error("{call} was not sent: {why}; next: check the connection, then try again")]
    NotSent {
        /// Which call.
        call: CallTag,
        /// The cause, without secrets.
        why: String,
    },
    /// Sent, or perhaps sent, and nothing came back that Meta's API would say.
    #[error("{call} has an unknown outcome: {why}; next: {}", call.kind.after_unknown())]
    Unknown {
        /// Which call.
        call: CallTag,
        /// The cause, without secrets.
        why: String,
        /// The head of an answer that was not the API's, such as a page of a proxy.
        head: Option<Box<ReplyHead>>,
    },
    /// Meta answered an error.
    #[error("{call} was refused: {error}")]
    Graph {
        /// Which call.
        call: CallTag,
        /// Meta's error.
        error: Box<GraphError>,
    },
    /// Meta answered success, in a shape that we do not know.
    #[error(
        "{call} was answered with HTTP {}, and the answer settles nothing: {problem}; next: {}",
        head.http_status,
        call.kind.after_unknown()
    )]
    Unreadable {
        /// Which call.
        call: CallTag,
        /// Where and what.
        problem: AnswerError,
        /// The head of the answer.
        head: Box<ReplyHead>,
    },
}

impl CallError {
    /// Whether Meta may have done what was asked, so that it has to be looked for before it is sent again. Never for a read.
    #[must_use]
    pub fn was_possibly_executed(&self) -> bool {
        let nothing_is_known = match self {
            Self::NotSent { .. } => false,
            Self::Unknown { .. } | Self::Unreadable { .. } => true,
            Self::Graph { error, .. } => error.was_possibly_executed(),
        };
        nothing_is_known && self.call().kind != CallKind::Read
    }

    /// Which call it was.
    #[must_use]
    pub fn call(&self) -> CallTag {
        match self {
            Self::NotSent { call, .. }
            | Self::Unknown { call, .. }
            | Self::Graph { call, .. }
            | Self::Unreadable { call, .. } => *call,
        }
    }

    /// Meta's error, if Meta answered one.
    #[must_use]
    pub fn graph(&self) -> Option<&GraphError> {
        match self {
            Self::Graph { error, .. } => Some(error),
            Self::NotSent { .. } | Self::Unknown { .. } | Self::Unreadable { .. } => None,
        }
    }

    /// The head of the answer, if anything answered.
    #[must_use]
    pub fn head(&self) -> Option<&ReplyHead> {
        match self {
            Self::NotSent { .. } => None,
            Self::Unknown { head, .. } => head.as_deref(),
            Self::Graph { error, .. } => Some(&error.head),
            Self::Unreadable { head, .. } => Some(head),
        }
    }
}

/// Sends a call once and reads what comes back. Never retries, never waits longer than `deadline`, which the transport
/// keeps.
///
/// # Errors
/// [`CallError`], which says how much is known about what happened at Meta.
pub async fn send<C: GraphCall>(
    transport: &dyn Transport,
    endpoint: &GraphEndpoint,
    call: &C,
    deadline: Duration,
) -> Result<Reply<C::Answer>, CallError> {
    let (redactor, request) = {
        let parts = call.parts();
        let secrets = parts.secrets.iter().copied().chain([parts.token]).cloned().collect();
        (Redactor::new(secrets), endpoint.build(&parts))
    };
    let request = request.map_err(|error| CallError::NotSent { call: C::tag(), why: error.to_string() })?;
    let outcome = match transport.exchange(request, deadline).await {
        Ok(response) => interpret(call, &response, &redactor),
        Err(TransportError::NotSent(why)) => Err(CallError::NotSent { call: C::tag(), why: redactor.clean(&why) }),
        Err(TransportError::NoAnswer(why)) => {
            Err(CallError::Unknown { call: C::tag(), why: redactor.clean(&why), head: None })
        }
    };
    match &outcome {
        Ok(reply) => tracing::debug!(call = C::NAME, http_status = reply.head.http_status, "answered"),
        Err(error) => tracing::debug!(call = C::NAME, error = %error, "not answered"),
    }
    outcome
}

/// Reads a response: an error body counts whatever the status is, since Meta sends some with 200
/// (`observations: errors.http_200_error_body`); a status without a readable body says nothing about what was done.
fn interpret<C: GraphCall>(
    call: &C,
    response: &http::Response<Bytes>,
    redactor: &Redactor,
) -> Result<Reply<C::Answer>, CallError> {
    let head = head_of(response, redactor);
    let body: Result<Value, _> = serde_json::from_slice(response.body());
    if let Some(error) = body.as_ref().ok().and_then(|body| GraphError::from_body(body, &head, redactor)) {
        return Err(CallError::Graph { call: C::tag(), error: Box::new(error) });
    }
    if !response.status().is_success() {
        let why = format!("HTTP {} without an answer of the Graph API", head.http_status);
        return Err(CallError::Unknown { call: C::tag(), why, head: Some(Box::new(head)) });
    }
    let answer = match &body {
        Ok(body) => call.answer(body),
        Err(_) => Err(AnswerError { path: "$".to_owned(), problem: "expected JSON".to_owned() }),
    };
    match answer {
        Ok(answer) => Ok(Reply { answer, head }),
        Err(problem) => Err(CallError::Unreadable { call: C::tag(), problem, head: Box::new(head) }),
    }
}

fn head_of(response: &http::Response<Bytes>, redactor: &Redactor) -> ReplyHead {
    let headers = response.headers();
    ReplyHead {
        http_status: response.status().as_u16(),
        usage: Usage::from_headers(headers).cleaned(redactor),
        trace_id: text(headers, "x-fb-trace-id")
            .or_else(|| text(headers, "x-fb-request-id"))
            .map(|id| redactor.clean(id)),
        date: text(headers, "date").and_then(|date| {
            jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(date).ok()
        }),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|text| !text.is_empty())
}
