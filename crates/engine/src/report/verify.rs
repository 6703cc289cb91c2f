//! Whether a report is what was made: line by line, from the file alone, with the key of the database or as far as it goes
//! without it.

use std::io::{self, BufRead};

use serde_json::Value;
use sha2::{Digest, Sha256};
use unmoor_migration::report::{self, CustomerReport, Entry, FleetTally};
use unmoor_store::chain::{JournalKey, NOTHING, digest};
use unmoor_store::{KeptColumns, KeptEntry, KeptMigration};

use super::finding::{Finding, Mismatch};
use super::header::Header;
use super::lines::{Summary, customer_line, fleet_line, version_line};
use super::present::End;
use super::reading::{Line, Parsed, Reader};
use super::{FORMAT, VERSION, source, verify_page};
use crate::journal::What;
use crate::journal::chain::Chain;

/// Why a file is not checked at all.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is something else.
    #[error("it is no report of Unmoor")]
    Foreign,
    /// A later version made it.
    #[error("it was made by a later version of Unmoor, {unmoor}, in a form that this one does not know")]
    Newer {
        /// That version.
        unmoor: String,
    },
    /// It cannot be read.
    #[error("it cannot be read")]
    Io(#[from] io::Error),
}

/// The two forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines of JSON, with the entries.
    Lines,
    /// A page.
    Page,
}

/// Whether the key at hand is the one that the report was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFits {
    /// It is.
    Yes,
    /// It belongs to another database.
    Other,
    /// There is none.
    NoKey,
}

/// What was checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Which form it has.
    pub form: Form,
    /// What it says of itself, where that can be read.
    pub header: Option<Header>,
    /// Whether chains and seals could be checked.
    pub key: KeyFits,
    /// Whether what is told was computed again from the entries; only the version that made a report can do that.
    pub is_computed: bool,
    /// Customers.
    pub customers: u64,
    /// Entries of their journals.
    pub entries: u64,
    /// How much does not agree; each was shown.
    pub findings: u64,
    /// Where the journals end, of which nothing was found.
    pub ends: Vec<End>,
}

/// So many differences of one line are told.
const MOST_TOLD: usize = 3;

/// Checks a report. What does not agree is shown as it is found.
///
/// # Errors
/// [`Unreadable`] when it is no report, or cannot be read.
pub fn verify(
    file: impl BufRead,
    key: Option<&JournalKey>,
    watch: &mut dyn FnMut(&Finding),
) -> Result<Checked, Unreadable> {
    let mut reader = Reader::of(file);
    let first = reader.next_line()?.ok_or(Unreadable::Foreign)?;
    if first.bytes.starts_with(b"<") || first.bytes.windows(14).any(|part| part == verify_page::MARK) {
        let mut begun = first.bytes;
        begun.extend(first.is_whole.then_some(b'\n'));
        return verify_page::verify(&reader.rest(begun)?, key, watch);
    }
    let mut check = Check::new(key, watch);
    if is_both(&first) {
        check.version(&first);
    } else {
        let second = reader.next_line()?.ok_or(Unreadable::Foreign)?;
        ensure_ours(&first, &second)?;
        check.version(&first);
        check.begin(second);
    }
    while let Some(line) = reader.next_line()? {
        check.line(line);
    }
    Ok(check.end())
}

/// Whether the line break between the first two lines is gone.
fn is_both(first: &Line) -> bool {
    let text = String::from_utf8_lossy(&first.bytes);
    text.starts_with("{\"type\":\"version\"") && text.contains("{\"type\":\"report\"")
}

/// One changed byte does not make another file of it.
fn ensure_ours(first: &Line, second: &Line) -> Result<(), Unreadable> {
    let has = |line: &Line, text: &str| String::from_utf8_lossy(&line.bytes).contains(text);
    let version = match Parsed::of(&first.bytes) {
        Parsed::Value(kind, value) if kind == "version" => value,
        Parsed::Value(..) | Parsed::Entry(_) | Parsed::Unreadable(_) => Value::Null,
    };
    let is_ours = has(second, "\"type\":\"report\"") || (version.is_object() && has(second, "\"made_at\":"));
    if !is_ours {
        return Err(Unreadable::Foreign);
    }
    match version.get("format").and_then(Value::as_u64) {
        Some(format) if format > FORMAT => {
            let unmoor = version.get("unmoor").and_then(Value::as_str).unwrap_or_default().to_owned();
            Err(Unreadable::Newer { unmoor })
        }
        Some(_) | None => Ok(()),
    }
}

/// One customer's lines.
#[derive(Default)]
struct Group {
    /// What is told of it: its line, and what stands there.
    told: Option<(u64, Vec<u8>, Value)>,
    billing: Vec<(u64, Vec<u8>, Value)>,
    entries: Vec<(u64, KeptEntry)>,
    /// Lines of it cannot be read, so that entries may be missing for that reason.
    is_damaged: bool,
}

struct Check<'a> {
    key: Option<&'a JournalKey>,
    fits: Option<KeyFits>,
    watch: &'a mut dyn FnMut(&Finding),
    checked: Checked,
    digest: Sha256,
    header: Option<(u64, Vec<u8>)>,
    group: Option<Group>,
    tally: FleetTally,
    /// Whether the fleet can be computed: nothing was found about any customer.
    is_sound: bool,
    fleet: Option<Line>,
    summary: Option<Summary>,
    last: u64,
}

impl<'a> Check<'a> {
    fn new(key: Option<&'a JournalKey>, watch: &'a mut dyn FnMut(&Finding)) -> Self {
        let checked = Checked {
            form: Form::Lines,
            header: None,
            key: KeyFits::NoKey,
            is_computed: true,
            customers: 0,
            entries: 0,
            findings: 0,
            ends: Vec::new(),
        };
        Self {
            key,
            fits: key.is_none().then_some(KeyFits::NoKey),
            watch,
            checked,
            digest: Sha256::new(),
            header: None,
            group: None,
            tally: FleetTally::default(),
            is_sound: true,
            fleet: None,
            summary: None,
            last: 0,
        }
    }

    fn find(&mut self, line: Option<u64>, customer: Option<&str>, mismatch: Mismatch) {
        self.checked.findings += 1;
        (self.watch)(&Finding { line, customer: customer.map(str::to_owned), mismatch });
    }

    fn take_bytes(&mut self, line: &Line) {
        self.last = line.number;
        self.digest.update(&line.bytes);
        if line.is_whole {
            self.digest.update(b"\n");
        }
    }

    /// The key, where it is the one that the report was made with.
    fn fitting(&self) -> Option<&'a JournalKey> {
        self.key.filter(|_| self.fits == Some(KeyFits::Yes))
    }

    fn version(&mut self, line: &Line) {
        self.take_bytes(line);
        let is_ours = line.bytes == version_line().as_bytes();
        self.checked.is_computed = is_ours;
        let is_a_version = match Parsed::of(&line.bytes) {
            Parsed::Value(kind, value) => {
                let written = value.to_string();
                kind == "version"
                    && value.get("unmoor").is_some_and(Value::is_string)
                    && written.as_bytes() == line.bytes
            }
            Parsed::Entry(_) | Parsed::Unreadable(_) => false,
        };
        if !is_a_version {
            self.find(Some(line.number), None, Mismatch::Unreadable { why: "it should name the version".to_owned() });
        }
    }

    fn begin(&mut self, line: Line) {
        self.take_bytes(&line);
        let number = line.number;
        match Parsed::of(&line.bytes) {
            Parsed::Value(_, value) => match serde_json::from_value::<Header>(value) {
                Ok(header) => {
                    self.checked.is_computed = header.unmoor == VERSION;
                    if self.key.is_some_and(|key| Header::name_of(key) == header.key) {
                        self.fits = Some(KeyFits::Yes);
                    }
                    self.checked.header = Some(header);
                    self.header = Some((number, line.bytes));
                }
                Err(error) => self.find(Some(number), None, Mismatch::Unreadable { why: error.to_string() }),
            },
            Parsed::Unreadable(why) => self.find(Some(number), None, Mismatch::Unreadable { why }),
            Parsed::Entry(_) => {
                self.find(Some(number), None, Mismatch::OutOfPlace { kind: "entry".to_owned() });
            }
        }
    }

    fn line(&mut self, line: Line) {
        if self.summary.is_some() {
            self.last = line.number;
            let kind = "anything after the last line".to_owned();
            self.find(Some(line.number), None, Mismatch::OutOfPlace { kind });
            return;
        }
        let number = line.number;
        match Parsed::of(&line.bytes) {
            Parsed::Entry(entry) => {
                self.take_bytes(&line);
                self.entry(number, entry);
            }
            Parsed::Value(kind, value) => match kind.as_str() {
                "customer" => {
                    self.take_bytes(&line);
                    self.finish_group();
                    let told = Some((number, line.bytes, value));
                    self.group = Some(Group { told, ..Group::default() });
                }
                "billing" => {
                    self.take_bytes(&line);
                    self.group.get_or_insert_default().billing.push((number, line.bytes, value));
                }
                "fleet" => {
                    self.take_bytes(&line);
                    self.finish_group();
                    self.fleet = Some(line);
                }
                "summary" => {
                    self.finish_group();
                    self.last = number;
                    self.summary(&line, value);
                }
                _ => {
                    self.take_bytes(&line);
                    self.damaged(number, Mismatch::OutOfPlace { kind });
                }
            },
            Parsed::Unreadable(why) => {
                self.take_bytes(&line);
                let mismatch = if line.is_whole {
                    Mismatch::Unreadable { why }
                } else {
                    Mismatch::CutOff { missing: "in the middle of this line" }
                };
                self.damaged(number, mismatch);
            }
        }
    }

    fn damaged(&mut self, number: u64, mismatch: Mismatch) {
        let customer = self.group.as_ref().and_then(Group::customer);
        self.find(Some(number), customer.as_deref(), mismatch);
        self.is_sound = false;
        if let Some(group) = &mut self.group {
            group.is_damaged = true;
        }
    }

    fn entry(&mut self, number: u64, entry: KeptEntry) {
        // Where the line between two customers cannot be read, the next one's journal begins all the same.
        let is_next = self.group.as_ref().is_some_and(|group| {
            entry.seq == 1 && group.entries.first().is_some_and(|(_, first)| first.migration_id != entry.migration_id)
        });
        if is_next {
            self.finish_group();
        }
        self.group.get_or_insert_default().entries.push((number, entry));
    }

    fn finish_group(&mut self) {
        let Some(group) = self.group.take() else { return };
        self.checked.customers += 1;
        self.checked.entries += group.entries.len() as u64;
        self.decide_key(&group);
        self.check_header();
        let before = self.checked.findings;
        let id = group.waba();
        let customer = group.customer();
        let customer = customer.as_deref();
        self.check_places(&group, &id, customer);
        self.check_chain(&group, &id, customer);
        self.check_billing(&group, customer);
        if self.checked.findings > before || group.is_damaged {
            self.is_sound = false;
        } else {
            self.check_told(&group, customer);
        }
        if self.checked.findings == before
            && let Some((_, last)) = group.entries.last()
        {
            let (customer, link) = (customer.unwrap_or_default().to_owned(), last.link.clone());
            self.checked.ends.push(End { migration: id, customer, seq: last.seq, link });
        }
    }

    /// A header that names another key may have been changed: then the entries fit the key at hand all the same.
    fn decide_key(&mut self, group: &Group) {
        let (None, Some(key)) = (self.fits, self.key) else { return };
        let is_ours = group.entries.first().is_some_and(|(_, first)| {
            let text = digest(first.at_ns, &first.kind, &first.body);
            key.link(&NOTHING, &first.migration_id, first.seq, &text).as_slice() == first.link
        });
        self.fits = Some(if is_ours { KeyFits::Yes } else { KeyFits::Other });
    }

    fn check_header(&mut self) {
        let Some((number, bytes)) = self.header.take() else { return };
        if self.fits.is_none() {
            self.fits = Some(KeyFits::Other);
        }
        if self.fitting().is_some_and(|key| !is_sealed(key, &bytes)) {
            self.find(Some(number), None, Mismatch::HeaderChanged);
        }
    }

    fn check_places(&mut self, group: &Group, id: &str, customer: Option<&str>) {
        for (number, entry) in group.entries.iter().filter(|(_, entry)| entry.migration_id != id) {
            let kind = format!("entry of {}", entry.migration_id);
            self.find(Some(*number), customer, Mismatch::OutOfPlace { kind });
        }
        for ((_, before), (number, entry)) in group.entries.iter().zip(group.entries.iter().skip(1)) {
            if entry.seq < before.seq {
                let kind = format!("entry {} after entry {}", entry.seq, before.seq);
                self.find(Some(*number), customer, Mismatch::OutOfPlace { kind });
            }
        }
    }

    fn check_chain(&mut self, group: &Group, id: &str, customer: Option<&str>) {
        let Some(key) = self.fitting() else { return };
        let kept = group.kept(id);
        let mut chain = Chain::of(key, &kept);
        // Where whole lines have changed places, the entries themselves may be what was written.
        let mut in_order: Vec<&KeptEntry> = group.entries.iter().map(|(_, entry)| entry).collect();
        in_order.sort_by_key(|entry| entry.seq);
        in_order.into_iter().for_each(|entry| chain.take(entry));
        let is_explained = |what: &What| {
            group.is_damaged && matches!(what, What::EntriesMissing { .. } | What::TailCut { .. } | What::HeadChanged)
        };
        for what in chain.finish().0.into_iter().filter(|what| !is_explained(what)) {
            let line = what.entry().and_then(|seq| group.line_of(seq));
            self.find(line, customer, Mismatch::Journal(what));
        }
    }

    fn check_billing(&mut self, group: &Group, customer: Option<&str>) {
        let Some(key) = self.fitting() else { return };
        for (number, bytes, _) in &group.billing {
            if !is_sealed(key, bytes) {
                self.find(Some(*number), customer, Mismatch::BillingChanged);
            }
        }
    }

    /// Computes everything again from the entries.
    fn check_told(&mut self, group: &Group, customer: Option<&str>) {
        let Some(made_at) = self.checked.header.as_ref().map(|header| header.made_at) else {
            self.is_sound = false;
            return;
        };
        let report = match group.report(made_at) {
            Ok(report) => report,
            Err(mismatch) => {
                self.find(group.told.as_ref().map(|told| told.0), customer, mismatch);
                self.is_sound = false;
                return;
            }
        };
        self.tally.add(&report);
        if !self.checked.is_computed {
            return;
        }
        let given = customer_line(&report, group.entries.last().map(|(_, entry)| entry)).unwrap_or_default();
        if let Some((number, bytes, says)) = &group.told {
            self.compare(*number, customer, (bytes, says), &given);
        }
    }

    fn compare(&mut self, number: u64, customer: Option<&str>, (bytes, says): (&[u8], &Value), given: &str) {
        if bytes == given.as_bytes() {
            return;
        }
        self.is_sound = false;
        let given: Value = serde_json::from_str(given).unwrap_or_default();
        let mut differences = Vec::new();
        compare_values("", says, &given, &mut differences);
        if differences.is_empty() {
            self.find(Some(number), customer, Mismatch::WrittenOtherwise);
        }
        for (place, says, entries_give) in differences.into_iter().take(MOST_TOLD) {
            self.find(Some(number), customer, Mismatch::Told { place, says, entries_give });
        }
    }

    fn summary(&mut self, line: &Line, value: Value) {
        let found = hex::encode(self.digest.clone().finalize());
        let summary = match serde_json::from_value::<Summary>(value) {
            Ok(summary) => summary,
            Err(error) => {
                self.find(Some(line.number), None, Mismatch::Unreadable { why: error.to_string() });
                self.summary = Some(Summary { customers: 0, entries: 0, digest: String::new() });
                return;
            }
        };
        self.check_fleet();
        if self.fitting().is_some_and(|key| !is_sealed(key, &line.bytes)) {
            self.find(Some(line.number), None, Mismatch::SummaryChanged);
        } else if self.checked.findings == 0 && (summary.customers, summary.entries) != self.counts() {
            let (said, found) = (summary.customers, self.checked.customers);
            self.find(Some(line.number), None, Mismatch::Customers { said, found });
        } else if self.checked.findings == 0 && summary.digest != found {
            self.find(None, None, Mismatch::Digest);
        }
        if !line.is_whole {
            self.find(Some(line.number), None, Mismatch::CutOff { missing: "its last line break is gone" });
        }
        self.summary = Some(summary);
    }

    fn counts(&self) -> (u64, u64) {
        (self.checked.customers, self.checked.entries)
    }

    fn check_fleet(&mut self) {
        self.check_header();
        let said = self.checked.header.as_ref().map(|header| header.customers);
        let found = self.checked.customers;
        if let Some(said) = said.filter(|said| *said != found) {
            self.is_sound = false;
            self.find(None, None, Mismatch::Customers { said, found });
        }
        let Some(line) = self.fleet.take() else {
            self.find(None, None, Mismatch::CutOff { missing: "what all customers add up to is not there" });
            return;
        };
        let Some(made_at) = self.checked.header.as_ref().map(|header| header.made_at) else { return };
        if !self.is_sound || !self.checked.is_computed {
            return;
        }
        let given = fleet_line(&std::mem::take(&mut self.tally).finish(made_at)).unwrap_or_default();
        let says = serde_json::from_slice(&line.bytes).unwrap_or_default();
        self.compare(line.number, None, (&line.bytes, &says), &given);
    }

    fn end(mut self) -> Checked {
        if self.summary.is_none() {
            self.finish_group();
            self.check_header();
            let missing = "the seal of the whole, which is its last line, is not there";
            self.find(Some(self.last), None, Mismatch::CutOff { missing });
        }
        self.checked.key = self.fits.unwrap_or(KeyFits::NoKey);
        self.checked
    }
}

impl Group {
    /// The account that most of the entries name.
    fn waba(&self) -> String {
        let named = |id: &str| self.entries.iter().filter(|(_, entry)| entry.migration_id == id).count();
        let ids = self.entries.iter().take(3).map(|(_, entry)| entry.migration_id.as_str());
        ids.max_by_key(|id| named(id)).unwrap_or_default().to_owned()
    }

    fn customer(&self) -> Option<String> {
        let (_, _, told) = self.told.as_ref()?;
        told.get("customer").and_then(Value::as_str).map(str::to_owned)
    }

    fn line_of(&self, seq: i64) -> Option<u64> {
        self.entries.iter().find(|(_, entry)| entry.seq == seq).map(|(line, _)| *line)
    }

    /// What a database would keep beside the journal: where it ends, as the report says.
    fn kept(&self, id: &str) -> KeptMigration {
        let end = self.told.as_ref().and_then(|(_, _, told)| told.get("journal_end"));
        let seq = end.and_then(|end| end.get("entry")).and_then(Value::as_i64);
        let link = end.and_then(|end| end.get("link")).and_then(Value::as_str).and_then(|link| hex::decode(link).ok());
        let last = self.entries.last().map(|(_, entry)| entry);
        let columns = KeptColumns {
            customer: String::new(),
            wave: None,
            phase: String::new(),
            turn: None,
            blockers: String::new(),
            is_final: false,
            urgency: 0,
            wake_at_ns: None,
        };
        KeptMigration {
            id: id.to_owned(),
            journal_seq: seq.or(last.map(|last| last.seq)).unwrap_or_default(),
            journal_head: link.or(last.map(|last| last.link.clone())).unwrap_or_default(),
            state: None,
            columns,
        }
    }

    fn report(&self, made_at: jiff::Timestamp) -> Result<CustomerReport, Mismatch> {
        let mut entries: Vec<Entry> = Vec::with_capacity(self.entries.len());
        for (_, row) in &self.entries {
            let entry = source::entry(row).map_err(|why| Mismatch::EntryUnreadable { seq: row.seq, why })?;
            entries.push(entry);
        }
        report::customer(&entries, made_at).map_err(|error| Mismatch::Unreportable { why: error.to_string() })
    }
}

/// Whether a line carries the seal of what it says.
fn is_sealed(key: &JournalKey, bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Some((said, seal)) = text.rsplit_once(",\"seal\":\"") else { return false };
    let expected = hex::encode(key.report(format!("{said}}}").as_bytes()));
    seal.strip_suffix("\"}").is_some_and(|seal| seal == expected)
}

/// Where two values differ, the deepest places first met.
fn compare_values(place: &str, says: &Value, given: &Value, found: &mut Vec<(String, String, String)>) {
    if says == given || found.len() > MOST_TOLD {
        return;
    }
    match (says, given) {
        (Value::Object(one), Value::Object(other)) => {
            for name in one.keys().chain(other.keys().filter(|name| !one.contains_key(*name))) {
                let inner = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                let (one, other) = (one.get(name), other.get(name));
                compare_values(&inner, one.unwrap_or(&Value::Null), other.unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (at, (one, other)) in one.iter().zip(other).enumerate() {
                compare_values(&format!("{place}[{at}]"), one, other, found);
            }
        }
        (one, other) => found.push((place.to_owned(), shortened(one), shortened(other))),
    }
}

fn shortened(value: &Value) -> String {
    const LONGEST: usize = 120;
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    format!("{}…", text.chars().take(LONGEST).collect::<String>())
}
