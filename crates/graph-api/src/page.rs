//! Lists that come in pages.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::call::GraphCall;
use crate::json::{AnswerError, Place};
use crate::send::{CallError, ReplyHead, send};
use crate::{Cause, GraphEndpoint, Transport};

/// Elements that Meta puts into a page when no limit is given (`observations: numbers.paging`).
const DEFAULT_PAGE_SIZE: usize = 25;

/// A place in a list, opaque, valid for a short time only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor(String);

impl Cursor {
    /// The value of the parameter `after`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The elements, in Meta's order.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last page.
    pub after: Option<Cursor>,
    /// `summary`, of the whole list, where it was asked for and Meta gave it (`observations: templates.summary`).
    pub summary: Option<Value>,
}

impl<T> Page<T> {
    /// Reads `{"data": […], "paging": {"cursors": {"after"}, "next"}}`.
    ///
    /// Meta prints cursors on the last page too (guide 7 does) and ends a list by leaving out `next`. Since a page that
    /// is not read is a number that is forgotten, a full page without `next` is followed as well: at worst that costs one
    /// empty page.
    pub(crate) fn read(
        body: &Value,
        limit: Option<u16>,
        item: impl Fn(&Place<'_>) -> Result<T, AnswerError>,
    ) -> Result<Self, AnswerError> {
        let root = Place::root(body);
        let items = root.need("data")?.elements()?.iter().map(item).collect::<Result<Vec<_>, _>>()?;
        let paging = root.get("paging");
        let next = paging.as_ref().and_then(|paging| paging.get("next"));
        let cursor = paging.as_ref().and_then(|paging| paging.get("cursors")).and_then(|cursors| cursors.text("after"));
        let cursor = cursor.filter(|cursor| !cursor.is_empty());
        let is_full = items.len() >= limit.map_or(DEFAULT_PAGE_SIZE, usize::from);
        let after = match next {
            // The link itself is never followed: it carries the token.
            Some(next) => {
                let cursor = cursor.or_else(|| after_in(&next.as_text()?));
                Some(cursor.ok_or_else(|| root.trouble("there is a next page, but no cursor to it"))?)
            }
            None => cursor.filter(|_| is_full),
        };
        Ok(Self { items, after: after.map(Cursor), summary: body.get("summary").cloned() })
    }
}

fn after_in(link: &str) -> Option<String> {
    let (_, query) = link.split_once('?')?;
    let after = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "after").map(|(_, value)| value);
    after.filter(|after| !after.is_empty()).map(std::borrow::Cow::into_owned)
}

/// A call for one page of a list.
pub trait PagedCall: GraphCall<Answer = Page<Self::Item>> + Sized {
    /// What the list holds.
    type Item: Send;

    /// The same call for the page at a cursor; `None` for the first page.
    #[must_use]
    fn at(&self, cursor: Option<Cursor>) -> Self;

    /// The call for the page that follows, if there is one.
    #[must_use]
    fn next(&self, page: &Page<Self::Item>) -> Option<Self> {
        page.after.clone().map(|cursor| self.at(Some(cursor)))
    }
}

/// A list read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk<T> {
    /// All elements, in Meta's order.
    pub items: Vec<T>,
    /// The summary that came with the last page.
    pub summary: Option<Value>,
    /// Calls made.
    pub calls: u32,
    /// Head of the last answer.
    pub head: ReplyHead,
}

/// Why a list was not read to its end. A part of a list is never returned: it would look like the whole.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WalkError {
    /// A page could not be read.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The list did not end within the bound.
    #[error("{call} did not end after {calls} pages; raise the bound, or look at the list in WhatsApp Manager")]
    TooLong {
        /// [`GraphCall::NAME`].
        call: &'static str,
        /// Calls made.
        calls: u32,
    },
    /// A cursor led back to a page that was read before.
    #[error("{call} goes in circles: a cursor came twice; read the list again later")]
    Circle {
        /// [`GraphCall::NAME`].
        call: &'static str,
    },
}

/// Reads a list from its beginning to its end, with at most `most_calls` calls, each with its own `deadline`.
/// A stale cursor (131059) begins the list again, once; nothing else is ever repeated.
///
/// # Errors
/// [`WalkError`]; never a part of the list.
pub async fn walk_pages<C: PagedCall>(
    transport: &dyn Transport,
    endpoint: &GraphEndpoint,
    first: &C,
    deadline: Duration,
    most_calls: u32,
) -> Result<Walk<C::Item>, WalkError> {
    let mut call = first.at(None);
    let mut items = Vec::new();
    let mut seen = BTreeSet::new();
    let mut began_again = false;
    for calls in 1..=most_calls {
        match send(transport, endpoint, &call, deadline).await {
            Ok(reply) => {
                let next = call.next(&reply.answer);
                let cursor = reply.answer.after.clone();
                items.extend(reply.answer.items);
                let Some(next) = next else {
                    return Ok(Walk { items, summary: reply.answer.summary, calls, head: reply.head });
                };
                if !cursor.is_none_or(|cursor| seen.insert(cursor)) {
                    return Err(WalkError::Circle { call: C::NAME });
                }
                call = next;
            }
            Err(error) if !began_again && is_stale(&error) => {
                began_again = true;
                items.clear();
                seen.clear();
                call = first.at(None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(WalkError::TooLong { call: C::NAME, calls: most_calls })
}

fn is_stale(error: &CallError) -> bool {
    error.graph().is_some_and(|error| error.cause() == Cause::CursorStale)
}
