//! What happened: every change of state, and every request.

use std::collections::{BTreeMap, VecDeque, vec_deque::Iter};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ids::Id, phone::E164, world::World};

/// Who brought a change about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A call of the API.
    Api,
    /// Somebody at the customer's, or at Meta.
    Person,
    /// Time alone.
    Time,
}

/// One change of state. Two runs did the same if their multisets of (`kind`, `source_waba`, `number`, `template`) are equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Its place, from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: By,
    /// The `seq` of the request that did it.
    pub request: Option<u64>,
    /// What, for example `number.moved`.
    pub kind: String,
    /// The source WABA of the migration it belongs to.
    pub source_waba: Option<Id>,
    /// The phone number it is about.
    pub number: Option<E164>,
    /// The template it is about, as `name/language`.
    pub template: Option<String>,
    /// Ids and values that help to read it.
    #[serde(flatten)]
    pub ids: BTreeMap<String, String>,
}

impl LedgerEntry {
    /// What is equal for the same change in another run.
    pub fn key(&self) -> (String, Option<Id>, Option<E164>, Option<String>) {
        (self.kind.clone(), self.source_waba, self.number.clone(), self.template.clone())
    }
}

/// A change that is about to be entered.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    kind: &'static str,
    source_waba: Option<Id>,
    number: Option<E164>,
    template: Option<String>,
    ids: BTreeMap<String, String>,
}

impl Change {
    pub(crate) fn new(kind: &'static str, source_waba: Id) -> Self {
        Self { kind, source_waba: Some(source_waba), number: None, template: None, ids: BTreeMap::new() }
    }

    /// A change of an app, which belongs to no migration.
    pub(crate) fn of_app(kind: &'static str) -> Self {
        Self { kind, source_waba: None, number: None, template: None, ids: BTreeMap::new() }
    }

    /// A change that is about a portfolio: of its first source WABA, if it has one.
    pub(crate) fn of_portfolio(kind: &'static str, world: &World, portfolio: Option<Id>) -> Self {
        let mut ids = BTreeMap::new();
        if let Some(portfolio) = portfolio {
            ids.insert("portfolio".to_owned(), portfolio.into());
        }
        let source_waba = portfolio.and_then(|portfolio| world.first_source_of(portfolio));
        Self { kind, source_waba, number: None, template: None, ids }
    }

    pub(crate) fn number(mut self, number: &E164) -> Self {
        self.number = Some(number.clone());
        self
    }

    pub(crate) fn template(mut self, label: String) -> Self {
        self.template = Some(label);
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.ids.insert(name.to_owned(), value.into());
        self
    }
}

/// How a request ended for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// With an answer.
    Answered,
    /// The connection dropped before anything happened.
    DroppedBefore,
    /// The connection dropped after it took effect.
    DroppedAfter,
    /// The connection dropped and it takes effect later; that is entered again then.
    DroppedThenLate,
    /// A request that was dropped earlier takes effect now; nobody gets its answer.
    Late,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestEntry {
    /// Its place, from 1.
    pub seq: u64,
    /// When it arrived.
    pub at: Timestamp,
    /// Its method.
    pub method: String,
    /// Its path, never its query, which may hold a token.
    pub path: String,
    /// How it ended.
    pub ending: Ending,
    /// HTTP status of the answer; of the answer that nobody saw, if it was dropped after its effect.
    pub status: Option<u16>,
    /// `error.code` of the answer.
    pub error_code: Option<i64>,
    /// `error.error_subcode` of the answer.
    pub error_subcode: Option<i64>,
    /// The WABA it was about.
    pub waba: Option<Id>,
    /// `X-FB-Trace-ID` of the answer.
    pub trace_id: String,
}

/// Both logs: the ledger as a whole, by which runs are compared, and the newest requests.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Logs", into = "Logs")]
pub(crate) struct Ledger {
    entries: Vec<LedgerEntry>,
    requests: VecDeque<RequestEntry>,
    most_requests: usize,
    /// Places of the entries that name a WABA, oldest first.
    of_waba: BTreeMap<Id, Vec<usize>>,
}

/// Both logs as they are saved: what finds things in them is made anew.
#[derive(Serialize, Deserialize)]
struct Logs {
    entries: Vec<LedgerEntry>,
    requests: VecDeque<RequestEntry>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { entries: Vec::new(), requests: VecDeque::new(), most_requests: usize::MAX, of_waba: BTreeMap::new() }
    }
}

impl From<Logs> for Ledger {
    fn from(logs: Logs) -> Self {
        let mut ledger = Self { requests: logs.requests, ..Self::default() };
        logs.entries.into_iter().for_each(|entry| ledger.append(entry));
        ledger
    }
}

impl From<Ledger> for Logs {
    fn from(ledger: Ledger) -> Self {
        Self { entries: ledger.entries, requests: ledger.requests }
    }
}

impl Ledger {
    pub(crate) fn enter(&mut self, at: Timestamp, by: By, request: Option<u64>, change: Change) {
        let Change { kind, source_waba, number, template, ids } = change;
        let seq = self.entries.len() as u64 + 1;
        let kind = kind.to_owned();
        self.append(LedgerEntry { seq, at, by, request, kind, source_waba, number, template, ids });
    }

    fn append(&mut self, entry: LedgerEntry) {
        let place = self.entries.len();
        let named = ["waba", "destination_waba"].map(|name| entry.ids.get(name).and_then(|id| id.parse().ok()));
        for waba in named.into_iter().chain([entry.source_waba]).flatten() {
            let places = self.of_waba.entry(waba).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
        self.entries.push(entry);
    }

    /// The entries that name a WABA, newest first.
    pub(crate) fn entries_of(&self, waba: Id) -> impl Iterator<Item = &LedgerEntry> {
        let places = self.of_waba.get(&waba).into_iter().flatten().rev();
        places.filter_map(|place| self.entries.get(*place))
    }

    pub(crate) fn next_request(&self) -> u64 {
        self.requests.back().map_or(1, |last| last.seq + 1)
    }

    pub(crate) fn enter_request(&mut self, entry: RequestEntry) {
        if self.requests.len() == self.most_requests {
            self.requests.pop_front();
        }
        self.requests.push_back(entry);
    }

    pub(crate) fn most_requests(&self) -> usize {
        self.most_requests
    }

    /// From now on only so many requests are kept, the newest; one at least, from which the next one has its number.
    pub(crate) fn keep_requests(&mut self, most: usize) {
        self.most_requests = most.max(1);
        let too_many = self.requests.len().saturating_sub(self.most_requests);
        self.requests.drain(..too_many);
    }

    /// The entries behind place `seq`; places count from 1 without gaps.
    pub(crate) fn entries_after(&self, seq: u64) -> &[LedgerEntry] {
        let start = usize::try_from(seq).unwrap_or(usize::MAX).min(self.entries.len());
        self.entries.get(start..).unwrap_or_default()
    }

    /// The requests behind place `seq` that are still kept.
    pub(crate) fn requests_after(&self, seq: u64) -> Iter<'_, RequestEntry> {
        let start = self.requests.partition_point(|entry| entry.seq <= seq);
        self.requests.range(start..)
    }
}
