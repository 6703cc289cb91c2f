//! A report's lines, read as far as they can be.

use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::Value;
use unmoor_store::KeptEntry;

use super::lines::{BODY, entry_line};

/// A line of the file.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) bytes: Vec<u8>,
    /// Whether a line break follows.
    pub(super) is_whole: bool,
}

/// The lines of a file.
pub(super) struct Reader<R> {
    file: R,
    number: u64,
}

impl<R: BufRead> Reader<R> {
    pub(super) fn of(file: R) -> Self {
        Self { file, number: 0 }
    }

    pub(super) fn next_line(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        if self.file.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let is_whole = bytes.pop_if(|last| *last == b'\n').is_some();
        Ok(Some(Line { number: self.number, bytes, is_whole }))
    }

    pub(super) fn rest(mut self, before: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut bytes = before;
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// What a line is.
#[derive(Debug, Clone)]
pub(super) enum Parsed {
    Entry(KeptEntry),
    /// Any other, with its kind.
    Value(String, Value),
    Unreadable(String),
}

impl Parsed {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return Self::Unreadable(error.to_string()),
        };
        if text.starts_with("{\"type\":\"entry\",") {
            return entry(text).map_or_else(Self::Unreadable, Self::Entry);
        }
        match serde_json::from_str::<Value>(text) {
            Ok(value) => match value.get("type").and_then(Value::as_str) {
                Some(kind) => Self::Value(kind.to_owned(), value),
                None => Self::Unreadable("it has no type".to_owned()),
            },
            Err(error) => Self::Unreadable(error.to_string()),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[serde(rename = "type")]
    _kind: String,
    source_waba_id: String,
    seq: i64,
    at_ns: i64,
    kind: String,
    link: String,
}

fn entry(text: &str) -> Result<KeptEntry, String> {
    let (head, body) = text.split_once(BODY).ok_or("an entry without a body")?;
    let body = body.strip_suffix('}').ok_or("an entry that does not end")?;
    let head: Head = serde_json::from_str(&format!("{head}}}")).map_err(|error| error.to_string())?;
    let entry = KeptEntry {
        migration_id: head.source_waba_id,
        seq: head.seq,
        at_ns: head.at_ns,
        kind: head.kind.into_bytes(),
        body: body.as_bytes().to_vec(),
        link: hex::decode(&head.link).map_err(|_| "its link is no hexadecimal number".to_owned())?,
    };
    let is_ours = entry_line(&entry).is_ok_and(|line| line == text);
    if is_ours { Ok(entry) } else { Err("an entry that is written otherwise than Unmoor writes".to_owned()) }
}
