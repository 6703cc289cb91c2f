//! What is kept of a migration as evidence: its journal, told in sections that a person can read and a program can compute
//! again. It must never decide anything, and says nothing that the entries do not hold.
//!
//! ```text
//!   entries of a journal ──► customer ──► one section each: requests, consent, numbers, templates, settings, people, …
//!                                │
//!                                └──► Fleet ──► totals, customers, plots
//! ```
//!
//! Everything here is a function of the entries and of the instant at which the report was made, so that whoever has a report
//! and its entries can make it again and compare.

mod account;
mod answers;
mod billing;
mod calls;
mod consent;
mod entry;
mod fleet;
mod numbers;
mod people;
mod plots;
mod requests;
mod settings;
mod templates;
mod timeline;
mod waits;

use jiff::Timestamp;
use serde::Serialize;

use crate::apply::{IllegalEvent, apply, begin};
use crate::event::Event;
use crate::migration::Migration;
use crate::story::{DoubtStory, Doubts};

pub use account::{Account, PhaseBegun, Standing};
pub use billing::BilledPart;
pub use consent::{Consent, ConsentReading};
pub use entry::{Entry, Evidence, Told};
pub use fleet::{FleetReport, FleetTally, FleetTotals, Member};
pub use numbers::NumberPart;
pub use people::{Deed, Vouching};
pub use plots::{Acceptance, Bar, Group, Histogram, Progress, ProgressPoint, between, length};
pub use requests::{Request, Result as RequestResult};
pub use settings::{Setting, SettingStanding};
pub use templates::{Equation, TemplatePart, TemplateRow, TemplateStanding};
pub use timeline::Moment;
pub use waits::Wait;

/// One migration's report. In JSON its members stand in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomerReport {
    /// Whose it is.
    #[serde(flatten)]
    pub account: Account,
    /// Where it stands.
    pub standing: Standing,
    /// When and how the customer agreed.
    pub consent: Consent,
    /// What became of its numbers, with their gaps.
    pub numbers: Vec<NumberPart>,
    /// What became of its templates.
    pub templates: TemplatePart,
    /// Settings before and after.
    pub settings: Vec<Setting>,
    /// What was left behind.
    pub exceptions: Vec<String>,
    /// What people did.
    pub deeds: Vec<Deed>,
    /// What people vouch for.
    pub attestations: Vec<Vouching>,
    /// What it waited for, and for whom.
    pub waits: Vec<Wait>,
    /// Calls that got no answer, and what they came to.
    pub unknown_outcomes: Vec<DoubtStory>,
    /// What happened, in order.
    pub timeline: Vec<Moment>,
    /// Requests and their answers.
    pub requests: Vec<Request>,
    /// How many entries its journal has.
    pub entries: u64,
}

/// A journal that adds up to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreportable {
    /// An entry cannot follow on those before.
    #[error("entry {seq} cannot follow on those before: {source}")]
    Illegal {
        /// Its number.
        seq: u64,
        /// Why.
        source: IllegalEvent,
    },
    /// There is no entry that a migration begins with.
    #[error("the journal is empty")]
    Empty,
}

/// The report that a whole journal gives, as it stood at `made_at`.
///
/// # Errors
/// [`Unreportable`] when the entries are no journal.
pub fn customer(entries: &[Entry], made_at: Timestamp) -> Result<CustomerReport, Unreportable> {
    let mut folds = Folds::default();
    let mut m: Option<Migration> = None;
    for entry in entries {
        let Told::Event(event) = &entry.told else { continue };
        let next = match m.take() {
            None => begin(event),
            Some(before) => apply(before, event),
        };
        let next = next.map_err(|source| Unreportable::Illegal { seq: entry.seq, source })?;
        folds.observe(&next, event);
        m = Some(next);
    }
    let m = m.ok_or(Unreportable::Empty)?;
    Ok(CustomerReport {
        account: Account::of(&m),
        standing: Standing::of(&m, entries, made_at),
        consent: consent::consent(&m, entries),
        numbers: numbers::numbers(&m, entries),
        templates: templates::templates(&m),
        settings: settings::settings(&m),
        exceptions: m.exceptions().to_vec(),
        deeds: people::deeds(entries),
        attestations: people::attestations(&m),
        waits: folds.waits.finish(),
        unknown_outcomes: folds.doubts.stories(),
        timeline: timeline::timeline(&m, entries),
        requests: requests::requests(&m, entries),
        entries: entries.len() as u64,
    })
}

/// What is gathered while the journal is replayed.
#[derive(Default)]
struct Folds {
    waits: waits::Waits,
    doubts: Doubts,
}

impl Folds {
    fn observe(&mut self, m: &Migration, event: &Event) {
        self.waits.observe(m, event.at);
        self.doubts.observe(event);
    }
}

/// A duration in whole milliseconds.
fn milliseconds(length: jiff::SignedDuration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
