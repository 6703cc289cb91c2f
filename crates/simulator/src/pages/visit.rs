//! A browser's request, taken apart, and what it may be answered with.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use maud::Markup;
use percent_encoding::percent_decode_str;

use super::{layout::Place, notice::Notice};
use crate::{control::Control, ids::Id, simulator::Simulator};

/// A request of a browser.
pub(super) struct Visit<'a> {
    pub(super) simulator: &'a Simulator,
    /// Virtual seconds per real second.
    pub(super) rate: f64,
    /// What a form wants of the clock.
    pub(super) wanted: &'a mut Control,
    pub(super) method: Method,
    /// The path's parts, decoded.
    pub(super) segments: Vec<String>,
    pub(super) query: Fields,
    pub(super) form: Fields,
}

/// Names and values of a query or a form.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

/// What a visit is answered with.
pub(super) enum Shown {
    Page(Page),
    /// The page of a form again, with what is wrong with it.
    Refused(Page),
    /// Media type and text.
    Asset(&'static str, &'static str),
    /// After a form, so that reloading does not send it again.
    SeeOther(String),
}

/// A page without its frame.
pub(super) struct Page {
    pub(super) title: String,
    pub(super) place: Place,
    pub(super) body: Markup,
}

/// Why there is no page.
pub(super) enum Denied {
    /// Nothing there; the text says what was looked for.
    Missing(&'static str),
    /// The form is not one of ours.
    Unreadable(String),
    /// A page that is not ours sent the form.
    FromElsewhere,
    /// The path takes another method.
    Method,
}

impl Denied {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Missing(_) => StatusCode::NOT_FOUND,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::FromElsewhere => StatusCode::FORBIDDEN,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
        }
    }
}

/// What a handler gives.
pub(super) type Answer = Result<Shown, Denied>;

impl Fields {
    fn read(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The value of a field without space around it; empty if it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value.trim())
    }

    /// The page of a list that is asked for, from 1.
    pub(super) fn page(&self) -> usize {
        self.get("page").parse().unwrap_or(1).max(1)
    }

    /// What came of the form before, as the redirect says it.
    pub(super) fn notice(&self) -> Option<&'static Notice> {
        Notice::of_word(self.get("result"))
    }
}

impl<'a> Visit<'a> {
    pub(super) fn read(simulator: &'a Simulator, rate: f64, request: &Request<Bytes>, wanted: &'a mut Control) -> Self {
        let parts = request.uri().path().split('/').filter(|part| !part.is_empty());
        let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
        Self {
            simulator,
            rate,
            wanted,
            segments: parts.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect(),
            query: Fields::read(request.uri().query().unwrap_or_default().as_bytes()),
            form: if method == Method::POST { Fields::read(request.body()) } else { Fields::default() },
            method,
        }
    }

    pub(super) fn is_form(&self) -> bool {
        self.method == Method::POST
    }
}

/// The id that a part of a path holds.
pub(super) fn id(segment: &str, what: &'static str) -> Result<Id, Denied> {
    segment.parse().map_err(|_| Denied::Missing(what))
}

/// The redirect behind a form: `path`, with what came of the form.
pub(super) fn see(path: &str, notice: &Notice) -> Answer {
    Ok(Shown::SeeOther(format!("{path}?result={}", notice.word)))
}
