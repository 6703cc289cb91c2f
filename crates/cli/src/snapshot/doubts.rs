//! What could not be taken as it stands. It ends up in the world's notes, so that nobody takes an assumption for a reading.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Assumptions, and how many times each was needed.
#[derive(Debug, Default)]
pub(super) struct Doubts(BTreeMap<String, u32>);

impl Doubts {
    /// One more.
    pub(super) fn note(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    /// A word of Meta's in the simulator's vocabulary; `otherwise` where it is missing or unknown there.
    pub(super) fn word<T: DeserializeOwned>(&mut self, node: &Value, field: &str, otherwise: (T, &str)) -> T {
        let Some(text) = node.get(field).and_then(Value::as_str) else {
            self.note(format!("{field} was not shown: taken as {}", otherwise.1));
            return otherwise.0;
        };
        serde_json::from_value(Value::String(text.to_owned())).unwrap_or_else(|_| {
            self.note(format!("{field} {text} is unknown to the simulator: taken as {}", otherwise.1));
            otherwise.0
        })
    }

    /// In words, the same only once.
    pub(super) fn into_notes(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|(what, times)| if times == 1 { what } else { format!("{what} ({times} times)") })
    }
}
