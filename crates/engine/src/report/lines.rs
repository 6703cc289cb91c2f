//! A report as JSON lines: each line a value, the first the version, the last the seal of all. A customer's lines are what is told
//! of it, what its messages cost whom, and the entries that the former was computed from.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use unmoor_migration::report::{BilledPart, CustomerReport, FleetReport, FleetTally};
use unmoor_store::KeptEntry;
use unmoor_store::chain::JournalKey;

use super::header::Header;
use super::{FORMAT, VERSION};

/// Writes a report, customer by customer; nothing of them is kept.
pub struct Lines<'a, W> {
    out: W,
    key: &'a JournalKey,
    header: Header,
    digest: Sha256,
    tally: FleetTally,
    customers: u64,
    entries: u64,
}

impl<'a, W: Write> Lines<'a, W> {
    /// Begins with what the report says of itself.
    ///
    /// # Errors
    /// When it cannot be written; so for every method.
    pub fn begin(out: W, key: &'a JournalKey, header: Header) -> io::Result<Self> {
        let head = sealed(key, "report", &header)?;
        let (tally, customers, entries) = (FleetTally::default(), 0, 0);
        let mut lines = Self { out, key, header, digest: Sha256::new(), tally, customers, entries };
        lines.put(&version_line())?;
        lines.put(&head)?;
        Ok(lines)
    }

    /// One customer: `kept` is the journal that `report` was computed from.
    ///
    /// # Errors
    /// See [`Lines::begin`].
    pub fn customer(&mut self, report: &CustomerReport, billed: &[BilledPart], kept: &[KeptEntry]) -> io::Result<()> {
        self.put(&customer_line(report, kept.last())?)?;
        for part in billed {
            self.put(&billing_line(self.key, &report.account.source_waba_id, part)?)?;
        }
        for entry in kept {
            self.put(&entry_line(entry)?)?;
        }
        self.tally.add(report);
        self.customers += 1;
        self.entries += kept.len() as u64;
        Ok(())
    }

    /// Ends it with what all of them add up to, and the seal.
    ///
    /// # Errors
    /// See [`Lines::begin`].
    pub fn end(mut self) -> io::Result<W> {
        let fleet = std::mem::take(&mut self.tally).finish(self.header.made_at);
        self.put(&fleet_line(&fleet)?)?;
        let digest = std::mem::take(&mut self.digest).finalize();
        let summary = Summary { customers: self.customers, entries: self.entries, digest: hex::encode(digest) };
        self.put(&sealed(self.key, "summary", &summary)?)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn put(&mut self, line: &str) -> io::Result<()> {
        for part in [line.as_bytes(), b"\n"] {
            self.digest.update(part);
            self.out.write_all(part)?;
        }
        Ok(())
    }
}

/// What the last line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub(super) struct Summary {
    pub(super) customers: u64,
    pub(super) entries: u64,
    /// SHA-256 of everything before the line.
    pub(super) digest: String,
}

/// The first line.
pub(super) fn version_line() -> String {
    json!({ "type": "version", "unmoor": VERSION, "format": FORMAT }).to_string()
}

/// What is told of a customer, and where its journal ended.
pub(super) fn customer_line(report: &CustomerReport, last: Option<&KeptEntry>) -> io::Result<String> {
    let mut line = json!({ "type": "customer" });
    let end = json!({ "journal_end": { "entry": last.map(|last| last.seq), "link": last.map(|last| hex::encode(&last.link)) } });
    extend(&mut line, serde_json::to_value(report)?);
    extend(&mut line, end);
    Ok(line.to_string())
}

pub(super) fn fleet_line(fleet: &FleetReport) -> io::Result<String> {
    let mut line = json!({ "type": "fleet" });
    extend(&mut line, serde_json::to_value(fleet)?);
    Ok(line.to_string())
}

pub(super) fn billing_line(key: &JournalKey, waba: &str, part: &BilledPart) -> io::Result<String> {
    let mut line = json!({ "source_waba_id": waba });
    extend(&mut line, serde_json::to_value(part)?);
    sealed(key, "billing", &line)
}

/// A line that carries its own seal as its last member.
pub(super) fn sealed(key: &JournalKey, kind: &str, value: &impl Serialize) -> io::Result<String> {
    let mut line = json!({ "type": kind });
    extend(&mut line, serde_json::to_value(value)?);
    let seal = hex::encode(key.report(line.to_string().as_bytes()));
    extend(&mut line, json!({ "seal": seal }));
    Ok(line.to_string())
}

/// An entry, its body word for word: what is hashed is what is there.
pub(super) fn entry_line(entry: &KeptEntry) -> io::Result<String> {
    let body = std::str::from_utf8(&entry.body).map_err(io::Error::other)?;
    let kind = String::from_utf8_lossy(&entry.kind);
    let head = json!({
        "type": "entry",
        "source_waba_id": entry.migration_id,
        "seq": entry.seq,
        "at_ns": entry.at_ns,
        "kind": kind,
        "link": hex::encode(&entry.link),
    });
    let head = head.to_string();
    Ok(format!("{}{BODY}{body}}}", head.strip_suffix('}').unwrap_or(&head)))
}

/// What stands before an entry's body.
pub(super) const BODY: &str = ",\"body\":";

/// Adds the members of `more`.
fn extend(line: &mut Value, more: Value) {
    if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
        line.extend(more);
    }
}
