//! Cursor paging of an edge (observations: numbers.paging).

use std::{
    collections::BTreeSet,
    ops::Bound::{self, Excluded, Unbounded},
};

use serde_json::{Map, Value, json};

use super::{
    error::{Answer, GraphError},
    fields::Edge,
    params::Params,
};

/// Items of a page unless told, and at most (guide 7: `paging.cursors`).
const DEFAULT_LIMIT: usize = 25;
const LARGEST_LIMIT: usize = 100;

/// Where a page begins and how long it is.
pub(crate) struct Page {
    limit: usize,
    after: Option<String>,
    before: Option<String>,
}

/// What a cursor that fits nothing gives.
pub(crate) enum StaleCursor {
    /// Code 100.
    Invalid,
    /// Code 131059, as template lists answer since v24.
    Restart,
}

/// What one page shows, and whether there is more on either side.
struct Cut<'a, T> {
    items: Vec<&'a T>,
    more_before: bool,
    more_after: bool,
}

/// Keys that are kept in order, and the part of them that an edge lists.
pub(crate) struct Ordered<'a, K> {
    /// The keys; none if there never were any.
    pub(crate) keys: Option<&'a BTreeSet<K>>,
    /// Only keys above this one.
    pub(crate) above: Bound<K>,
    /// Only keys below this one.
    pub(crate) below: Bound<K>,
    /// The greatest comes first.
    pub(crate) descending: bool,
}

impl Page {
    pub(crate) fn read(params: &Params) -> Answer<Self> {
        Self::of(params.text("limit")?.as_deref(), params.text("after")?, params.text("before")?)
    }

    /// The page that is asked for in the arguments of a nested edge.
    pub(crate) fn of_edge(edge: &Edge) -> Answer<Self> {
        let argument = |name| edge.argument(name).map(str::to_owned);
        Self::of(edge.argument("limit"), argument("after"), argument("before"))
    }

    fn of(limit: Option<&str>, after: Option<String>, before: Option<String>) -> Answer<Self> {
        let limit = match limit {
            None => DEFAULT_LIMIT,
            Some(text) => match text.parse::<usize>() {
                Ok(limit) if limit >= 1 => limit.min(LARGEST_LIMIT),
                _ => return Err(GraphError::new(400, 100, "Param limit must be a positive integer")),
            },
        };
        Ok(Self { limit, after, before })
    }

    /// The answer of an edge: the page's items, and how to go on. `address` is the call without paging parameters.
    pub(crate) fn cut<T>(
        &self,
        items: &[T],
        key: impl Fn(&T) -> String,
        show: impl Fn(&T) -> Value,
        address: &str,
        stale: &StaleCursor,
    ) -> Answer<Value> {
        let place =
            |cursor: &str| items.iter().position(|item| cursor_of(&key(item)) == cursor).ok_or_else(|| stale.refusal());
        let start = match (&self.after, &self.before) {
            (Some(cursor), _) => place(cursor)? + 1,
            (None, Some(cursor)) => place(cursor)?.saturating_sub(self.limit),
            (None, None) => 0,
        };
        let end = match (&self.after, &self.before) {
            (None, Some(cursor)) => place(cursor)?,
            _ => start.saturating_add(self.limit).min(items.len()),
        };
        let page = items.get(start..end).unwrap_or_default().iter().collect();
        let cut = Cut { items: page, more_before: start > 0, more_after: end < items.len() };
        Ok(self.answer(&cut, key, show, address))
    }

    /// As [`Self::cut`], for what an index keeps in order: nothing but the page itself is looked at. `find` gives the key
    /// whose cursor was made of this text.
    pub(crate) fn cut_ordered<K: Ord + Copy>(
        &self,
        ordered: &Ordered<'_, K>,
        key: impl Fn(&K) -> String,
        find: impl Fn(&str) -> Option<K>,
        show: impl Fn(&K) -> Value,
        address: &str,
    ) -> Answer<Value> {
        let place =
            |cursor: &str| key_of(cursor).and_then(|key| find(&key)).ok_or_else(|| StaleCursor::Invalid.refusal());
        let mut items: Vec<&K>;
        let (more_before, more_after);
        match (&self.after, &self.before) {
            (None, Some(cursor)) => {
                let cursor = place(cursor)?;
                items = ordered.walk(Some(cursor), !ordered.descending).take(self.limit + 1).collect();
                more_before = items.len() > self.limit;
                items.truncate(self.limit);
                items.reverse();
                more_after = true;
            }
            (after, _) => {
                let cursor = after.as_deref().map(place).transpose()?;
                items = ordered.walk(cursor, ordered.descending).take(self.limit + 1).collect();
                more_after = items.len() > self.limit;
                items.truncate(self.limit);
                more_before = cursor.is_some();
            }
        }
        Ok(self.answer(&Cut { items, more_before, more_after }, key, show, address))
    }

    fn answer<T>(
        &self,
        cut: &Cut<'_, T>,
        key: impl Fn(&T) -> String,
        show: impl Fn(&T) -> Value,
        address: &str,
    ) -> Value {
        let mut answer = Map::new();
        answer.insert("data".to_owned(), cut.items.iter().map(|item| show(item)).collect());
        if let (Some(first), Some(last)) = (cut.items.first(), cut.items.last()) {
            let (before, after) = (cursor_of(&key(first)), cursor_of(&key(last)));
            let mut paging = Map::new();
            paging.insert("cursors".to_owned(), json!({ "before": before, "after": after }));
            let join = if address.contains('?') { '&' } else { '?' };
            let limit = self.limit;
            if cut.more_after {
                paging.insert("next".to_owned(), format!("{address}{join}limit={limit}&after={after}").into());
            }
            if cut.more_before {
                paging.insert("previous".to_owned(), format!("{address}{join}limit={limit}&before={before}").into());
            }
            answer.insert("paging".to_owned(), Value::Object(paging));
        }
        Value::Object(answer)
    }
}

impl StaleCursor {
    fn refusal(&self) -> Box<GraphError> {
        match self {
            Self::Invalid => GraphError::new(400, 100, "Invalid cursor"),
            Self::Restart => GraphError::new(400, 131_059, "Cursor is stale, restart from the first page"),
        }
    }
}

impl<'a, K: Ord + Copy> Ordered<'a, K> {
    /// The keys behind `cursor`, or from the first one.
    fn walk(&self, cursor: Option<K>, descending: bool) -> Box<dyn Iterator<Item = &'a K> + 'a> {
        let Some(keys) = self.keys else { return Box::new(std::iter::empty()) };
        let mut low = self.above;
        let mut high = self.below;
        if let Some(cursor) = cursor {
            if descending {
                high = Excluded(at(&high).map_or(cursor, |high| high.min(cursor)));
            } else {
                low = Excluded(at(&low).map_or(cursor, |low| low.max(cursor)));
            }
        }
        // A range whose ends cross is a panic in the collection, and merely empty here.
        if let (Some(low), Some(high)) = (at(&low), at(&high))
            && low >= high
        {
            return Box::new(std::iter::empty());
        }
        let range = keys.range((low, high));
        if descending { Box::new(range.rev()) } else { Box::new(range) }
    }
}

fn at<K: Copy>(bound: &Bound<K>) -> Option<K> {
    match bound {
        Bound::Included(key) | Excluded(key) => Some(*key),
        Unbounded => None,
    }
}

/// A cursor is opaque: callers can do nothing with it but hand it back.
fn cursor_of(key: &str) -> String {
    format!("QVFIU{}ZD", hex::encode(key))
}

/// What a cursor was made of.
fn key_of(cursor: &str) -> Option<String> {
    let hex = cursor.strip_prefix("QVFIU")?.strip_suffix("ZD")?;
    String::from_utf8(hex::decode(hex).ok()?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use http::HeaderMap;

    use super::*;

    fn cut(query: &str, items: &[u32]) -> Answer<Value> {
        let params = Params::read(Some(query), &HeaderMap::new(), b"").unwrap();
        Page::read(&params)?.cut(
            items,
            ToString::to_string,
            |item| json!(item),
            "http://host/v25.0/1/edge?fields=id",
            &StaleCursor::Invalid,
        )
    }

    #[test]
    fn following_after_visits_every_item_once_and_then_stops() {
        let items: Vec<u32> = (0..60).collect();
        let mut seen = Vec::new();
        let mut query = String::new();
        loop {
            let page = cut(&query, &items).unwrap();
            seen.extend(
                page["data"].as_array().unwrap().iter().map(|item| u32::try_from(item.as_u64().unwrap()).unwrap()),
            );
            match page["paging"]["next"].as_str() {
                Some(next) => query = next.split_once('?').unwrap().1.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen, items);
    }

    #[test]
    fn a_page_goes_back_as_well() {
        let items: Vec<u32> = (0..10).collect();
        let third = cut("limit=3&after=QVFIU35ZD", &items).unwrap();
        assert_eq!(third["data"], json!([6, 7, 8]));
        let before = third["paging"]["cursors"]["before"].as_str().unwrap();
        assert_eq!(cut(&format!("limit=3&before={before}"), &items).unwrap()["data"], json!([3, 4, 5]));
    }

    fn walk(query: &str, keys: &BTreeSet<u32>, above: Bound<u32>, descending: bool) -> Answer<Value> {
        let params = Params::read(Some(query), &HeaderMap::new(), b"")?;
        let ordered = Ordered { keys: Some(keys), above, below: Excluded(58), descending };
        let find = |key: &str| key.parse().ok();
        Page::read(&params)?.cut_ordered(&ordered, u32::to_string, find, |key| json!(key), "http://host/v25.0/1/edge")
    }

    #[test]
    fn what_is_kept_in_order_is_paged_both_ways_and_within_its_bounds() {
        let keys: BTreeSet<u32> = (0..60).collect();
        for (descending, first, last) in [(false, 11, 57), (true, 57, 11)] {
            let mut seen = Vec::new();
            let mut query = "limit=7".to_owned();
            loop {
                let page = walk(&query, &keys, Excluded(10), descending).unwrap();
                seen.extend(page["data"].as_array().unwrap().iter().map(|key| key.as_u64().unwrap()));
                let Some(next) = page["paging"]["next"].as_str() else { break };
                query = next.split_once('?').unwrap().1.to_owned();
            }
            assert_eq!((seen.len(), seen[0], seen[46]), (47, first, last));
            let cursor = cursor_of(&seen[14].to_string());
            let back = walk(&format!("limit=7&before={cursor}"), &keys, Excluded(10), descending).unwrap();
            assert_eq!(back["data"], json!(seen[7..14]));
            assert!(back["paging"]["previous"].is_string() && back["paging"]["next"].is_string());
        }
        assert_eq!(walk("", &keys, Excluded(58), true).unwrap(), json!({ "data": [] }));
        assert!(walk("after=QVFIUZD", &keys, Unbounded, true).is_err());
    }

    #[test]
    fn an_empty_edge_has_no_paging_and_a_stale_cursor_is_refused() {
        assert_eq!(cut("", &[]).unwrap(), json!({"data": []}));
        assert!(cut("after=nonsense", &[1]).is_err());
        assert!(cut("limit=0", &[1]).is_err());
        assert!(cut("limit=-1", &[1]).is_err());
    }
}
