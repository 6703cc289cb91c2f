//! The files of template headers under the addresses that reads give: no token, good for a while (observations:
//! templates.media_headers). They are not part of the Graph API, so faults and the log of requests leave them alone.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use jiff::SignedDuration;

use crate::{
    rules::templates::media::{self, Withheld},
    simulator::{Exchange, Reply},
    state::State,
};

/// Hands out a file, or says why not.
pub(super) fn exchange(state: &State, request: &Request<Bytes>) -> Exchange {
    let uri = request.uri();
    let (status, file_type, body) = match media::file(state, uri.path(), uri.query().unwrap_or_default()) {
        Ok((file_type, body)) => (StatusCode::OK, file_type, body),
        Err(withheld) => {
            let (status, words) = match withheld {
                Withheld::Expired => (StatusCode::FORBIDDEN, "URL signature expired"),
                Withheld::Forged => (StatusCode::FORBIDDEN, "Bad URL hash"),
                Withheld::Unknown => (StatusCode::NOT_FOUND, "Not found"),
            };
            (status, "text/plain", Bytes::from_static(words.as_bytes()))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(file_type));
    if let Ok(date) = HeaderValue::from_str(&super::http_date(state.now)) {
        response.headers_mut().insert(header::DATE, date);
    }
    let latency = SignedDuration::from_millis(state.knobs.latency_ms.into());
    Exchange { latency, reply: Reply::Answer(response) }
}
