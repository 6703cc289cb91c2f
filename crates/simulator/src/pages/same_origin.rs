//! A page elsewhere, opened in the same browser, must not be able to click here for its reader.
//!
//! Browsers say where a request comes from: `Sec-Fetch-Site` in all that are maintained, `Origin` with every form that is
//! posted. Programs send neither and are let through.

use http::{Method, Request, header};

/// Whether a browser sends this request, which would change something, for a page that is not ours.
pub(crate) fn is_sent_from_elsewhere<T>(request: &Request<T>) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return false;
    }
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| !["same-origin", "none"].contains(&site)) {
        return true;
    }
    let host = text(header::HOST.as_str()).or_else(|| request.uri().authority().map(http::uri::Authority::as_str));
    text(header::ORIGIN.as_str()).is_some_and(|origin| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority.is_none() || authority != host
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn is_refused(method: &str, headers: &[(&str, &str)]) -> bool {
        let mut builder = Request::builder().method(method).uri("/business/1").header("Host", "127.0.0.1:7070");
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        is_sent_from_elsewhere(&builder.body(()).unwrap())
    }

    #[test]
    fn our_own_pages_and_programs_may() {
        assert!(!is_refused("POST", &[]));
        assert!(!is_refused("POST", &[("Origin", "http://127.0.0.1:7070")]));
        assert!(!is_refused("POST", &[("Origin", "http://127.0.0.1:7070"), ("Sec-Fetch-Site", "same-origin")]));
        assert!(!is_refused("GET", &[("Sec-Fetch-Site", "cross-site")]), "a link from elsewhere only shows");
    }

    #[test]
    fn pages_elsewhere_may_not() {
        for headers in [
            [("Origin", "https://elsewhere.example")].as_slice(),
            &[("Origin", "null")],
            &[("Origin", "http://127.0.0.1:7071")],
            &[("Origin", "http://localhost:7070")],
            &[("Sec-Fetch-Site", "cross-site")],
            &[("Sec-Fetch-Site", "same-site")],
            &[("Sec-Fetch-Site", "cross-site"), ("Origin", "http://127.0.0.1:7070")],
        ] {
            for method in ["POST", "PUT", "DELETE"] {
                assert!(is_refused(method, headers), "{method} {headers:?}");
            }
        }
    }
}
