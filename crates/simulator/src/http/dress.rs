//! What a call gave, dressed as an answer in HTTP: body, headers, date.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use jiff::{Timestamp, fmt::rfc2822::DateTimePrinter};

use super::{Incoming, enter_request, error::Answer, node_text::NodeText};
use crate::{
    ledger::Ending,
    rules::rate_limit::{AppUsage, Usage},
    state::State,
};

const API_VERSION: HeaderName = HeaderName::from_static("facebook-api-version");
const TRACE_ID: HeaderName = HeaderName::from_static("x-fb-trace-id");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-fb-request-id");
const USAGE: HeaderName = HeaderName::from_static("x-business-use-case-usage");
const APP_USAGE: HeaderName = HeaderName::from_static("x-app-usage");

/// What a call gave, before it is dressed as HTTP.
pub(super) struct Outcome {
    pub(super) answer: Answer<Bytes>,
    pub(super) usages: Usages,
}

/// What the headers tell about limits.
#[derive(Clone, Copy, Default)]
pub(super) struct Usages {
    pub(super) waba: Option<Usage>,
    pub(super) app: Option<AppUsage>,
}

/// Body, headers and the entry in the log of requests.
pub(super) fn dress(state: &mut State, incoming: &Incoming<'_>, ending: Ending, outcome: Outcome) -> Response<Bytes> {
    let trace_id = incoming.trace_id.as_str();
    let Outcome { answer, usages } = outcome;
    let (status, code, subcode, body) = match answer {
        Ok(body) => (200, None, None, body),
        Err(error) => {
            let (status, code, subcode) = error.codes(&state.knobs);
            (status, Some(code), subcode, NodeText::of(&error.envelope(&state.knobs, trace_id)).into_bytes())
        }
    };
    enter_request(state, incoming, ending, Some((status, code, subcode)));
    let value = |text: String| HeaderValue::try_from(text).ok();
    let trace_id = HeaderValue::from_str(trace_id).ok();
    let worn = [
        (header::CONTENT_TYPE, Some(HeaderValue::from_static("application/json; charset=UTF-8"))),
        (header::DATE, value(http_date(state.now))),
        (API_VERSION, incoming.address.version.and_then(|version| value(version.to_string()))),
        (TRACE_ID, trace_id.clone()),
        (REQUEST_ID, trace_id),
        (USAGE, usages.waba.and_then(|usage| value(usage.header()))),
        (APP_USAGE, usages.app.and_then(|usage| value(usage.header()))),
    ];
    let mut headers = HeaderMap::with_capacity(worn.len() + 1);
    headers.extend(worn.into_iter().filter_map(|(name, value)| Some((name, value?))));
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = headers;
    response
}

/// A status from something in front of the API: a page, not an envelope.
pub(super) fn bare_status(state: &mut State, incoming: &Incoming<'_>, status: u16) -> Response<Bytes> {
    enter_request(state, incoming, Ending::Answered, Some((status, None, None)));
    let mut response = Response::new(Bytes::from_static(
        b"<!DOCTYPE html><html><body><h1>Sorry, something went wrong.</h1></body></html>",
    ));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(date) = HeaderValue::from_str(&http_date(state.now)) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// An instant as HTTP's `Date` has it.
pub(crate) fn http_date(at: Timestamp) -> String {
    // There is a form for every instant from the year 0 on.
    DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default()
}
