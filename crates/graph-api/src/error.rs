//! Meta's refusals: what they say, what they mean, whose turn it is.

mod cause;
mod classify;
mod verdict;

use std::fmt;

use serde_json::Value;

pub use cause::{Cause, TokenProblem};
pub use verdict::{Lane, Party, Verdict};

use crate::json::Place;
use crate::redact::Redactor;
use crate::send::ReplyHead;

/// An error that Meta answered, with its words kept and secrets removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphError {
    /// `code`; 0 when Meta sent none.
    pub code: i64,
    /// `error_subcode`. Deprecated by the documents, and present in practice (`observations: errors.subcode_style`).
    pub subcode: Option<i64>,
    /// `type`, such as `OAuthException`.
    pub kind: Option<String>,
    /// `message`.
    pub message: String,
    /// `error_user_title`.
    pub user_title: Option<String>,
    /// `error_user_msg`.
    pub user_message: Option<String>,
    /// `error_data.details`, whether `error_data` came as an object or as a text that holds one.
    pub details: Option<String>,
    /// `is_transient`.
    pub is_transient: bool,
    /// `fbtrace_id`, else the header's.
    pub trace_id: Option<String>,
    /// Status, usage and date of the answer.
    pub head: ReplyHead,
}

impl GraphError {
    /// Reads an error body; `None` when the document is not one.
    #[must_use]
    pub fn from_body(body: &Value, head: &ReplyHead, redactor: &Redactor) -> Option<Self> {
        let error = Place::root(body).get("error")?;
        let clean = |name: &str| error.text(name).filter(|text| !text.is_empty()).map(|text| redactor.clean(&text));
        let bare_message = || error.as_text().map(|text| redactor.clean(&text));
        Some(Self {
            code: error.integer("code").unwrap_or(0),
            subcode: error.integer("error_subcode").filter(|subcode| *subcode != 0),
            kind: clean("type"),
            message: clean("message").or_else(bare_message).unwrap_or_else(|| "no message".to_owned()),
            user_title: clean("error_user_title"),
            user_message: clean("error_user_msg"),
            details: details(&error).map(|text| redactor.clean(&text)),
            is_transient: error.boolean("is_transient").unwrap_or(false),
            trace_id: clean("fbtrace_id").or_else(|| head.trace_id.clone()),
            head: head.clone(),
        })
    }

    /// What the refusal means, as far as the documents and the evidence go.
    #[must_use]
    pub fn cause(&self) -> Cause {
        classify::cause(self)
    }

    /// What to do about it, and whose turn it is.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        verdict::verdict(self)
    }

    /// Whether a write may have taken effect although an error came back. A server's own failure says nothing about how
    /// far it had come, whatever cause it names: any status from 500 on, an error inside a success, and the codes that
    /// mean no more than "something failed". Meta promises nothing here, so the reading is a cautious one.
    #[must_use]
    pub fn was_possibly_executed(&self) -> bool {
        let status = self.head.http_status;
        !(400..500).contains(&status) || matches!(self.code, 1 | 2 | 131_000 | 131_016)
    }

    /// The field that made Meta refuse a read, when the cause is [`Cause::FieldUnknown`] and Meta names it.
    #[must_use]
    pub fn refused_field(&self) -> Option<&str> {
        let (_, rest) = self.message.split_once("nonexisting field (")?;
        rest.split_once(')').map(|(field, _)| field).filter(|field| !field.is_empty())
    }

    /// Everything that Meta said in words, one line, for people and for classification.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words: Vec<&str> = Vec::new();
        for text in [
            Some(self.message.as_str()),
            self.user_title.as_deref(),
            self.user_message.as_deref(),
            self.details.as_deref(),
        ]
        .into_iter()
        .flatten()
        {
            if !words.contains(&text) {
                words.push(text);
            }
        }
        one_line(&words.join(" / "))
    }
}

/// A text whose line breaks and terminal commands have become blanks.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// `error_data` is an object, or a text that holds an object, or merely a text (`observations: errors.details_as_string`).
fn details(error: &Place<'_>) -> Option<String> {
    let data = error.get("error_data")?;
    if let Some(details) = data.text("details") {
        return Some(details);
    }
    let text = data.value().as_str()?;
    let Ok(inner) = serde_json::from_str::<Value>(text) else { return Some(text.to_owned()) };
    Place::root(&inner).text("details").or_else(|| Some(text.to_owned()))
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (code {}", self.words(), self.code)?;
        if let Some(subcode) = self.subcode {
            write!(f, ", subcode {subcode}")?;
        }
        write!(f, ", HTTP {}", self.head.http_status)?;
        if let Some(trace_id) = &self.trace_id {
            write!(f, ", trace {}", one_line(trace_id))?;
        }
        write!(f, "); next: {}", self.cause().next_step())
    }
}

impl std::error::Error for GraphError {}

#[cfg(test)]
#[path = "error/tests.rs"]
pub(crate) mod tests;
