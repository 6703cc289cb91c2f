//! The journals as they stand in the tables, for whoever checks them.

use async_trait::async_trait;

use crate::StoreError;
use crate::chain::{FleetSeal, JournalKey, Lane};

/// Everything about the journals at one instant, whatever is written meanwhile. It is read in pages; nothing is parsed, since
/// what is to be checked may be anything.
///
/// While it lives, the database keeps what it shows: SQLite's log and PostgreSQL's tables grow with what others write.
#[async_trait]
pub trait JournalView: Send {
    /// How many lanes there are.
    fn lane_count(&self) -> u64;

    /// The lanes that are there, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; so for every method.
    async fn lanes(&mut self) -> Result<Vec<Lane>, StoreError>;

    /// The fleet's state; `None` when its row is gone.
    ///
    /// # Errors
    /// See [`JournalView::lanes`].
    async fn fleet(&mut self) -> Result<Option<SealedFleet>, StoreError>;

    /// At most `limit` migrations after `after` (empty: from the beginning), by id.
    ///
    /// # Errors
    /// See [`JournalView::lanes`].
    async fn migrations(&mut self, after: &str, limit: u32) -> Result<Vec<KeptMigration>, StoreError>;

    /// One migration.
    ///
    /// # Errors
    /// See [`JournalView::lanes`].
    async fn migration(&mut self, id: &str) -> Result<Option<KeptMigration>, StoreError>;

    /// At most `limit` entries after number `after.1` of migration `after.0`, by migration and number. Entries of the
    /// migrations that follow come as well.
    ///
    /// # Errors
    /// See [`JournalView::lanes`].
    async fn entries(&mut self, after: (&str, i64), limit: u32) -> Result<Vec<KeptEntry>, StoreError>;
}

/// What is kept of a migration beside its journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptMigration {
    /// Its id.
    pub id: String,
    /// The number of the last entry.
    pub journal_seq: i64,
    /// The last entry's link.
    pub journal_head: Vec<u8>,
    /// The state as JSON; `None` when its row is gone.
    pub state: Option<String>,
    /// What it is found by.
    pub columns: KeptColumns,
}

/// What a migration is found by, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptColumns {
    /// The customer's reference.
    pub customer: String,
    /// Its wave.
    pub wave: Option<String>,
    /// Name of the phase.
    pub phase: String,
    /// Whose turn it is.
    pub turn: Option<String>,
    /// Open blockers, as a JSON array.
    pub blockers: String,
    /// Whether it is over.
    pub is_final: bool,
    /// The smaller, the sooner.
    pub urgency: i64,
    /// When it wants to be woken, in nanoseconds since 1970.
    pub wake_at_ns: Option<i64>,
}

/// One row of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEntry {
    /// Whose journal it stands in.
    pub migration_id: String,
    /// Its number.
    pub seq: i64,
    /// Its instant, in nanoseconds since 1970.
    pub at_ns: i64,
    /// Its kind.
    pub kind: Vec<u8>,
    /// Its body.
    pub body: Vec<u8>,
    /// Its link.
    pub link: Vec<u8>,
}

/// The fleet's state with its seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFleet {
    /// Its version.
    pub version: u64,
    /// The state as JSON.
    pub body: String,
    /// Proof that somebody with the key wrote it; empty before the first change.
    pub seal: Vec<u8>,
}

impl SealedFleet {
    /// Whether its seal holds.
    #[must_use]
    pub fn is_sealed(&self, key: &JournalKey) -> bool {
        FleetSeal { version: self.version, body: &self.body, seal: &self.seal }.holds(key)
    }
}

impl KeptColumns {
    /// What a migration in this state is found by.
    ///
    /// # Errors
    /// [`StoreError`] when something of it cannot be stored at all.
    pub fn of(snapshot: &crate::Snapshot) -> Result<Self, StoreError> {
        let row = crate::rows::SnapshotRow::of(snapshot)?;
        let refused = |error: crate::value::OutOfRange| StoreError::Database {
            operation: "compare a migration",
            detail: error.to_string(),
        };
        Ok(Self {
            customer: row.customer,
            wave: row.wave,
            phase: row.phase,
            turn: row.turn,
            blockers: row.blockers,
            is_final: row.is_final,
            urgency: row.urgency,
            wake_at_ns: row.wake_at.map(crate::value::nanoseconds).transpose().map_err(refused)?,
        })
    }
}
