//! What Meta's headers say about the budgets that remain. Garbage in them is ignored: a header is never a reason to fail.

use std::time::Duration;

use http::HeaderMap;
use serde_json::Value;

use crate::json::Place;
use crate::redact::Redactor;

/// Budgets as of one answer (`observations: limits.usage_headers`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// `X-App-Usage`: the budget that the whole app shares.
    pub app: Option<AppUsage>,
    /// `X-Business-Use-Case-Usage`: budgets by portfolio or WABA and kind of use.
    pub business: Vec<BusinessUsage>,
}

/// How much of the app's budget is used, in per cent; at 100 Meta throttles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AppUsage {
    /// Calls made, in per cent of those allowed.
    pub call_count_percent: u32,
    /// Processor time, in per cent.
    pub total_cputime_percent: u32,
    /// Time, in per cent.
    pub total_time_percent: u32,
}

/// How much of one business use case's budget is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessUsage {
    /// The portfolio or WABA whose budget it is.
    pub subject_id: String,
    /// Kind of use, such as `whatsapp_business_management`.
    pub kind: String,
    /// Calls, processor time and time, in per cent.
    pub used: AppUsage,
    /// How long until access is regained; `None` when access is not lost. Meta states minutes.
    pub regain_access_after: Option<Duration>,
}

impl AppUsage {
    /// The largest of the three.
    #[must_use]
    pub fn highest_percent(&self) -> u32 {
        self.call_count_percent.max(self.total_cputime_percent).max(self.total_time_percent)
    }

    fn read(place: &Place<'_>) -> Self {
        Self {
            call_count_percent: percent(place, "call_count"),
            total_cputime_percent: percent(place, "total_cputime"),
            total_time_percent: percent(place, "total_time"),
        }
    }
}

impl Usage {
    /// Reads both headers, however often they occur.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let mut usage = Self::default();
        for document in documents(headers, "x-app-usage") {
            if document.is_object() {
                usage.app = Some(AppUsage::read(&Place::root(&document)));
            }
        }
        for document in documents(headers, "x-business-use-case-usage") {
            let Some(subjects) = document.as_object() else { continue };
            for (subject_id, entries) in subjects {
                let entries = Place::root(entries).elements().unwrap_or_default();
                usage.business.extend(
                    entries.iter().filter(|entry| entry.value().is_object()).map(|entry| business(subject_id, entry)),
                );
            }
        }
        usage
    }

    /// The same budgets, with names that are safe to show: they came from the other side like any other text.
    pub(crate) fn cleaned(mut self, redactor: &Redactor) -> Self {
        for entry in &mut self.business {
            entry.subject_id = redactor.clean(&entry.subject_id);
            entry.kind = redactor.clean(&entry.kind);
        }
        self
    }

    /// The largest percentage of all budgets; `None` when no header said anything.
    #[must_use]
    pub fn highest_percent(&self) -> Option<u32> {
        self.business.iter().map(|entry| entry.used).chain(self.app).map(|used| used.highest_percent()).max()
    }

    /// The longest stated time until access is regained.
    #[must_use]
    pub fn regain_access_after(&self) -> Option<Duration> {
        self.business.iter().filter_map(|entry| entry.regain_access_after).max()
    }
}

fn documents(headers: &HeaderMap, name: &str) -> Vec<Value> {
    headers.get_all(name).iter().filter_map(|value| serde_json::from_slice(value.as_bytes()).ok()).collect()
}

fn business(subject_id: &str, entry: &Place<'_>) -> BusinessUsage {
    let minutes = entry.integer("estimated_time_to_regain_access").and_then(|minutes| u64::try_from(minutes).ok());
    BusinessUsage {
        subject_id: subject_id.to_owned(),
        kind: entry.text("type").unwrap_or_default(),
        used: AppUsage::read(entry),
        regain_access_after: minutes
            .filter(|minutes| *minutes > 0)
            .map(|minutes| Duration::from_secs(minutes.saturating_mul(60))),
    }
}

/// Fractions are rounded up, and nonsense is zero.
fn percent(place: &Place<'_>, name: &str) -> u32 {
    let number = place.get(name).and_then(|place| place.value().as_f64()).unwrap_or(0.0);
    // A float cast saturates and turns NaN into zero, which is what is wanted here.
    number.ceil() as u32
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn both_headers_are_read() {
        let usage = Usage::from_headers(&headers(&[
            ("x-app-usage", r#"{"call_count":28,"total_time":25,"total_cputime":26.2}"#),
            (
                "x-business-use-case-usage",
                r#"{"102290129340398":[{"type":"whatsapp_business_management","call_count":95,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":12}]}"#,
            ),
        ]));
        assert_eq!(usage.app.unwrap().total_cputime_percent, 27);
        assert_eq!(usage.highest_percent(), Some(95));
        assert_eq!(usage.business[0].subject_id, "102290129340398");
        assert_eq!(usage.regain_access_after(), Some(Duration::from_secs(12 * 60)));
    }

    #[test]
    fn garbage_says_nothing() {
        for text in ["", "x", "[]", "{", "{\"1\":3}", "{\"1\":[3]}", "null", "5"] {
            let usage = Usage::from_headers(&headers(&[("x-app-usage", text), ("x-business-use-case-usage", text)]));
            assert_eq!(usage.regain_access_after(), None, "{text}");
            assert!(usage.business.is_empty(), "{text}");
        }
        assert_eq!(Usage::from_headers(&HeaderMap::new()).highest_percent(), None);
    }

    #[test]
    fn absurd_numbers_do_not_overflow() {
        let text =
            r#"{"1":[{"call_count":1e300,"total_time":-5,"estimated_time_to_regain_access":9223372036854775807}]}"#;
        let usage = Usage::from_headers(&headers(&[("x-business-use-case-usage", text)]));
        assert_eq!(usage.highest_percent(), Some(u32::MAX));
        assert!(usage.regain_access_after().is_some());
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = http::HeaderValue::from_bytes(&bytes) {
                let mut map = HeaderMap::new();
                map.insert("x-app-usage", value.clone());
                map.insert("x-business-use-case-usage", value);
                let _ = Usage::from_headers(&map);
            }
        }
    }
}
