//! Cursor paging of an edge (observations: numbers.paging).

use serde_json::{Map, Value, json};

use super::{
    error::{Answer, GraphError},
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

impl Page {
    pub(crate) fn read(params: &Params) -> Answer<Self> {
        let limit = match params.text("limit")? {
            None => DEFAULT_LIMIT,
            Some(text) => match text.parse::<usize>() {
                Ok(limit) if limit >= 1 => limit.min(LARGEST_LIMIT),
                _ => return Err(GraphError::new(400, 100, "Param limit must be a positive integer")),
            },
        };
        Ok(Self { limit, after: params.text("after")?, before: params.text("before")? })
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
        let place = |cursor: &str| {
            items.iter().position(|item| cursor_of(&key(item)) == cursor).ok_or_else(|| match stale {
                StaleCursor::Invalid => GraphError::new(400, 100, "Invalid cursor"),
                StaleCursor::Restart => GraphError::new(400, 131_059, "Cursor is stale, restart from the first page"),
            })
        };
        let start = match (&self.after, &self.before) {
            (Some(cursor), _) => place(cursor)? + 1,
            (None, Some(cursor)) => place(cursor)?.saturating_sub(self.limit),
            (None, None) => 0,
        };
        let end = match (&self.after, &self.before) {
            (None, Some(cursor)) => place(cursor)?,
            _ => start.saturating_add(self.limit).min(items.len()),
        };
        let page = items.get(start..end).unwrap_or_default();
        let mut answer = Map::new();
        answer.insert("data".to_owned(), page.iter().map(show).collect());
        if let (Some(first), Some(last)) = (page.first(), page.last()) {
            let (before, after) = (cursor_of(&key(first)), cursor_of(&key(last)));
            let mut paging = Map::new();
            paging.insert("cursors".to_owned(), json!({ "before": before, "after": after }));
            let join = if address.contains('?') { '&' } else { '?' };
            if end < items.len() {
                paging.insert("next".to_owned(), format!("{address}{join}limit={}&after={after}", self.limit).into());
            }
            if start > 0 {
                paging.insert(
                    "previous".to_owned(),
                    format!("{address}{join}limit={}&before={before}", self.limit).into(),
                );
            }
            answer.insert("paging".to_owned(), Value::Object(paging));
        }
        Ok(Value::Object(answer))
    }
}

/// A cursor is opaque: callers can do nothing with it but hand it back.
fn cursor_of(key: &str) -> String {
    format!("QVFIU{}ZD", hex::encode(key))
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

    #[test]
    fn an_empty_edge_has_no_paging_and_a_stale_cursor_is_refused() {
        assert_eq!(cut("", &[]).unwrap(), json!({"data": []}));
        assert!(cut("after=nonsense", &[1]).is_err());
        assert!(cut("limit=0", &[1]).is_err());
        assert!(cut("limit=-1", &[1]).is_err());
    }
}
