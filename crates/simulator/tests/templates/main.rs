//! Templates: created, looked at, changed and taken away by calls (guide T6 to T9; observations: templates).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "tests; JSON literals are handed over as they are"
)]

mod analytics;
mod bulk;
mod changing;
#[path = "../common/mod.rs"]
mod common;
mod content;
mod creating;
mod quality;
mod round_trip;
mod uploads;
mod webhooks;

use common::{Answer, Caller, WABA, text};
use serde_json::{Value, json};

/// The usual customer with the business token of its own.
pub(crate) struct Desk {
    pub(crate) caller: Caller,
    pub(crate) token: String,
}

impl Desk {
    pub(crate) fn new(knobs: &Value) -> Self {
        let caller = Caller::with_knobs(knobs);
        let token = caller.business_token();
        Self { caller, token }
    }

    pub(crate) fn usual() -> Self {
        Self::new(&json!({}))
    }

    pub(crate) fn create(&mut self, body: Value) -> Answer {
        self.caller.post(&format!("/{WABA}/message_templates"), &self.token, body)
    }

    /// A template of category UTILITY with these components.
    pub(crate) fn create_with(&mut self, name: &str, components: Value) -> Answer {
        self.create(json!({ "name": name, "language": "en_US", "category": "UTILITY", "components": components }))
    }

    pub(crate) fn created(&mut self, name: &str) -> String {
        let answer = self.create_with(name, json!([{ "type": "BODY", "text": format!("What {name} has to say.") }]));
        assert_eq!(answer.status, 200, "{}", answer.body);
        text(&answer.body["id"])
    }

    pub(crate) fn read(&mut self, id: &str, fields: &str) -> Value {
        let answer = self.caller.get(&format!("/{id}?fields={fields}"), &self.token);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    pub(crate) fn status(&mut self, id: &str) -> String {
        text(&self.read(id, "status")["status"])
    }

    pub(crate) fn edit(&mut self, id: &str, body: Value) -> Answer {
        self.caller.post(&format!("/{id}"), &self.token, body)
    }

    pub(crate) fn delete(&mut self, query: &str) -> Answer {
        self.delete_from(WABA, query)
    }

    pub(crate) fn delete_from(&mut self, waba: &str, query: &str) -> Answer {
        self.caller.call("DELETE", &format!("/{waba}/message_templates?{query}"), &self.token, None)
    }

    /// Lets every review end.
    pub(crate) fn wait_for_review(&mut self) {
        self.caller.wait(1);
    }
}

/// Refused with this subcode of code 100.
pub(crate) fn assert_refused(answer: &Answer, subcode: i64, about: &str) {
    assert_eq!(answer.codes(), (100, Some(subcode)), "{}", answer.body);
    assert!(answer.details().contains(about), "{about:?} is not in {:?}", answer.details());
}

/// Refused with code 100 alone.
pub(crate) fn assert_invalid(answer: &Answer, about: &str) {
    assert_eq!(answer.codes(), (100, None), "{}", answer.body);
    let message = answer.body["error"]["message"].as_str().unwrap_or_default();
    assert!(answer.details().contains(about) || message.contains(about), "{about:?} is not in {}", answer.body);
}
