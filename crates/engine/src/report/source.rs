//! The journals that a report is made of: read at one instant, and only told of where their chains hold.

use serde_json::Value;
use unmoor_migration::report::{self, CustomerReport, Entry, Evidence, Told, Unreportable};
use unmoor_migration::{Event, MigrationId};
use unmoor_store::chain::JournalKey;
use unmoor_store::{JournalRow, JournalView, KeptEntry, KeptMigration, Store, StoreError};

use crate::inbox::Posted;
use crate::journal::chain::Chain;
use crate::journal::{Head, What};

const PAGE: u32 = 500;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A journal is not what was written: a report of it would be evidence of nothing.
    #[error("the journal of {customer} ({migration}) does not hold: {}", what.words())]
    Broken {
        /// Whose.
        customer: String,
        /// Which.
        migration: MigrationId,
        /// What was found first.
        what: What,
    },
    /// There is no such migration any more.
    #[error("the migration {migration} is not there any more")]
    Gone {
        /// Which.
        migration: MigrationId,
    },
    /// An entry cannot be read by this version.
    #[error("entry {seq} of the journal of {customer} cannot be read: {why}")]
    Entry {
        /// Whose.
        customer: String,
        /// Which.
        seq: i64,
        /// The parser's words.
        why: String,
    },
    /// The entries add up to nothing.
    #[error("the journal of {customer} adds up to nothing")]
    Unreportable {
        /// Whose.
        customer: String,
        /// Why.
        source: Unreportable,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All journals of a database at one instant, whatever is written meanwhile.
pub struct Journals<'a> {
    view: Box<dyn JournalView + 'a>,
    key: &'a JournalKey,
}

/// One migration's journal.
#[derive(Debug, Clone)]
pub struct Source {
    /// As it stands in the database.
    pub kept: Vec<KeptEntry>,
    entries: Vec<Entry>,
    customer: String,
}

impl<'a> Journals<'a> {
    /// Opens them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open(store: &'a dyn Store, key: &'a JournalKey) -> Result<Self, ReportError> {
        Ok(Self { view: store.journals().await?, key })
    }

    /// All of them together.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn head(&mut self) -> Result<Head, ReportError> {
        Ok(Head::of(self.key, &self.view.lanes().await?))
    }

    /// One of them.
    ///
    /// # Errors
    /// [`ReportError`] when it is not there, does not hold, or cannot be read.
    pub async fn read(&mut self, id: &MigrationId) -> Result<Source, ReportError> {
        let kept = self.view.migration(id.as_str()).await?;
        let kept = kept.ok_or_else(|| ReportError::Gone { migration: id.clone() })?;
        let rows = self.rows(id.as_str()).await?;
        let customer = kept.columns.customer.clone();
        if let Some(what) = broken(self.key, &kept, &rows) {
            return Err(ReportError::Broken { customer, migration: id.clone(), what });
        }
        let entries = rows
            .iter()
            .map(|row| entry(row).map_err(|why| ReportError::Entry { customer: customer.clone(), seq: row.seq, why }));
        Ok(Source { entries: entries.collect::<Result<_, _>>()?, kept: rows, customer })
    }

    async fn rows(&mut self, id: &str) -> Result<Vec<KeptEntry>, ReportError> {
        let mut rows = Vec::new();
        let mut after = i64::MIN;
        loop {
            let page = self.view.entries((id, after), PAGE).await?;
            let full = page.len();
            rows.extend(page.into_iter().take_while(|entry| entry.migration_id == id));
            match rows.last() {
                Some(last) if full > 0 && last.seq > after => after = last.seq,
                Some(_) | None => return Ok(rows),
            }
        }
    }
}

fn broken(key: &JournalKey, kept: &KeptMigration, rows: &[KeptEntry]) -> Option<What> {
    let mut chain = Chain::of(key, kept);
    rows.iter().for_each(|row| chain.take(row));
    chain.finish().0.into_iter().next()
}

impl Source {
    /// What it gives, as it stood at `made_at`.
    ///
    /// # Errors
    /// [`ReportError::Unreportable`] when it adds up to nothing.
    pub fn report(&self, made_at: jiff::Timestamp) -> Result<CustomerReport, ReportError> {
        report::customer(&self.entries, made_at)
            .map_err(|source| ReportError::Unreportable { customer: self.customer.clone(), source })
    }
}

/// What a row tells. A row of a kind that is no fact is evidence.
pub(super) fn entry(row: &KeptEntry) -> Result<Entry, String> {
    let told = if row.kind == JournalRow::EVIDENCE.as_bytes() {
        Told::Evidence(evidence(&serde_json::from_slice(&row.body).map_err(|error| error.to_string())?))
    } else {
        Told::Event(serde_json::from_slice::<Event>(&row.body).map_err(|error| error.to_string())?)
    };
    let at = jiff::Timestamp::from_nanosecond(i128::from(row.at_ns)).map_err(|error| error.to_string())?;
    let seq = u64::try_from(row.seq).map_err(|error| error.to_string())?;
    Ok(Entry { seq, at, told })
}

fn evidence(body: &Value) -> Evidence {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    if let (Some(what), Some(by)) = (text("revealed"), text("by")) {
        return Evidence::Revealed {
            what,
            number: text("number"),
            by,
            account: text("account"),
            reason: text("reason"),
        };
    }
    if let (Some(asked), Some(by), Some(why)) = (body.get("refused"), text("by"), text("why")) {
        let what = match serde_json::from_value(asked.clone()) {
            Ok(Posted::Command(command)) => command.name().to_owned(),
            Ok(Posted::Nudge(from)) => format!("a look, because of {from}"),
            Err(_) => "something that cannot be read".to_owned(),
        };
        return Evidence::Refused { what, by, why };
    }
    let attempt = body.get("attempt").and_then(Value::as_u64);
    let outcome = body.get("outcome").and_then(|outcome| serde_json::from_value(outcome.clone()).ok());
    match (attempt, outcome) {
        (Some(attempt), Some(outcome)) => Evidence::Late { attempt, outcome },
        (Some(_) | None, _) => Evidence::Other,
    }
}
