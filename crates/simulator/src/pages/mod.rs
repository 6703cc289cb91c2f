//! What people see of the simulator in a browser: `/business/…` for the customer's side of the guide, and `/_sim/…`, the
//! inspector, for whoever is in control.
//!
//! Pages are rendered here and work without a script: links, forms, and a redirect behind every form. A page is made from a
//! look at the state, so asking for one never changes anything; what a form changes goes through the typed calls of
//! [`Simulator`], and a form that a page elsewhere sends is refused (`same_origin`).
//!
//! | File | Is |
//! |---|---|
//! | `business/` | the walk that the guide describes to a customer |
//! | `inspector/` | world, requests, ledger, webhooks, mails, clock, knobs, faults |
//! | `account` | a source WABA with what belongs to it, and its open tasks |
//! | `visit` | a browser's request, taken apart, and what it may be answered with |
//! | `layout`, `parts`, `notice` | what all pages share |

mod account;
mod business;
mod inspector;
mod layout;
mod notice;
mod parts;
mod same_origin;
mod visit;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};

use self::visit::{Denied, Shown, Visit};
use crate::{control::Control, simulator::Simulator};

pub(crate) use self::same_origin::is_sent_from_elsewhere;

/// Only what this server sends itself is run or drawn, and no other page may show ours in a frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Whether a path belongs to the control surface or the pages, and so not to the Graph API.
pub(crate) fn is_ours<T>(request: &Request<T>) -> bool {
    let path = request.uri().path();
    ["/_sim", "/business"]
        .iter()
        .any(|ours| path.strip_prefix(ours).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        || path == "/" && request.method() == Method::GET && accepts_html(request)
}

/// Whether a request on our paths is a browser's, so that a page is the answer and not JSON.
pub(crate) fn is_for_people<T>(request: &Request<T>) -> bool {
    let path = request.uri().path();
    if !path.starts_with("/_sim") {
        return true;
    }
    match *request.method() {
        Method::GET | Method::HEAD => {
            inspector::has_page(path) && accepts_html(request) || path.starts_with("/_sim/assets/")
        }
        // Tools say of JSON that it is a form unless told otherwise. A browser that sends one also says that it wants a page.
        Method::POST => {
            has_type(request, header::CONTENT_TYPE, "application/x-www-form-urlencoded") && accepts_html(request)
        }
        _ => false,
    }
}

fn accepts_html<T>(request: &Request<T>) -> bool {
    has_type(request, header::ACCEPT, "text/html")
}

/// Whether a header lists a media type.
fn has_type<T>(request: &Request<T>, name: header::HeaderName, wanted: &str) -> bool {
    let value = request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(',').any(|part| part.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case(wanted)))
}

/// Answers a browser. What a form wants of the clock is left in `wanted`; `rate` is what the clock runs at now.
pub(crate) fn answer(
    simulator: &Simulator,
    rate: f64,
    request: &Request<Bytes>,
    wanted: &mut Control,
) -> Response<Bytes> {
    let mut visit = Visit::read(simulator, rate, request, wanted);
    let answer = if is_sent_from_elsewhere(request) { Err(Denied::FromElsewhere) } else { run(&mut visit) };
    let (status, kind, location, body) = match answer {
        Ok(Shown::Page(page)) => (StatusCode::OK, "text/html; charset=utf-8", None, layout::render(&visit, &page)),
        Ok(Shown::Refused(page)) => {
            (StatusCode::BAD_REQUEST, "text/html; charset=utf-8", None, layout::render(&visit, &page))
        }
        Ok(Shown::Asset(kind, text)) => (StatusCode::OK, kind, None, text.to_owned()),
        Ok(Shown::SeeOther(path)) => (StatusCode::SEE_OTHER, "text/html; charset=utf-8", Some(path), String::new()),
        Err(denied) => (
            denied.status(),
            "text/html; charset=utf-8",
            None,
            layout::render(&visit, &layout::denied(&visit, &denied)),
        ),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let date = crate::http::http_date(simulator.now());
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::DATE, date.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Accept"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    if let Some(location) = location.and_then(|path| HeaderValue::from_str(&path).ok()) {
        headers.insert(header::LOCATION, location);
    }
    response
}

fn run(visit: &mut Visit<'_>) -> Result<Shown, Denied> {
    let segments = visit.segments.clone();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        [] => Ok(Shown::SeeOther("/_sim".to_owned())),
        ["business", rest @ ..] => business::answer(visit, rest),
        ["_sim", rest @ ..] => inspector::answer(visit, rest),
        _ => Err(Denied::Missing("a page")),
    }
}
