//! The journals at one instant: a transaction that only reads, on a connection of its own.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::fault::{Fault, guarded};
use super::writer::Shared;
use super::{fleet, lanes, open};
use crate::StoreError;
use crate::chain::{LANES, Lane};
use crate::view::{JournalView, KeptColumns, KeptEntry, KeptMigration, SealedFleet};

const OPERATION: &str = "read the journals";

pub(super) struct View {
    connection: Shared,
    path: PathBuf,
}

impl View {
    /// A view that begins now.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = open::open_for_reading(path)?;
        let begin = || Ok(connection.execute_batch("BEGIN; SELECT count(*) FROM journal_lane")?);
        guarded::<_, StoreError>(OPERATION, path, begin)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), path: path.to_path_buf() })
    }

    /// A view on the only connection there is, whose one caller writes nothing meanwhile.
    pub(super) fn in_place(path: &Path, connection: Shared) -> Self {
        Self { connection, path: path.to_path_buf() }
    }

    /// A page is a few milliseconds' reading at most.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let db = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        guarded(OPERATION, &self.path, || work(&db).map_err(Fault::from))
    }
}

macro_rules! migrations_where {
    ($condition:literal) => {
        concat!(
            "SELECT m.id, m.journal_seq, m.journal_head, m.customer, m.wave, m.phase, m.turn, m.blockers, m.is_final, ",
            "m.urgency, m.wake_at_ns, s.body FROM migration m LEFT JOIN snapshot s ON s.migration_id = m.id WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl JournalView for View {
    fn lane_count(&self) -> u64 {
        LANES
    }

    async fn lanes(&mut self) -> Result<Vec<Lane>, StoreError> {
        self.read(lanes::read)
    }

    async fn fleet(&mut self) -> Result<Option<SealedFleet>, StoreError> {
        self.read(|db| fleet::read_sealed(db).optional())
    }

    async fn migrations(&mut self, after: &str, limit: u32) -> Result<Vec<KeptMigration>, StoreError> {
        let sql = migrations_where!("m.id > ?1 ORDER BY m.id LIMIT ?2");
        self.read(|db| db.prepare_cached(sql)?.query_map(params![after, limit], migration)?.collect())
    }

    async fn migration(&mut self, id: &str) -> Result<Option<KeptMigration>, StoreError> {
        self.read(|db| db.prepare_cached(migrations_where!("m.id = ?1"))?.query_row([id], migration).optional())
    }

    async fn entries(&mut self, after: (&str, i64), limit: u32) -> Result<Vec<KeptEntry>, StoreError> {
        let sql = "SELECT migration_id, seq, at_ns, kind, body, link FROM journal \
                   WHERE (migration_id, seq) > (?1, ?2) ORDER BY migration_id, seq LIMIT ?3";
        self.read(|db| db.prepare_cached(sql)?.query_map(params![after.0, after.1, limit], entry)?.collect())
    }
}

fn migration(row: &Row<'_>) -> rusqlite::Result<KeptMigration> {
    Ok(KeptMigration {
        id: text(row, 0)?,
        journal_seq: row.get(1)?,
        journal_head: row.get(2)?,
        columns: KeptColumns {
            customer: text(row, 3)?,
            wave: optional_text(row, 4)?,
            phase: text(row, 5)?,
            turn: optional_text(row, 6)?,
            blockers: text(row, 7)?,
            is_final: row.get(8)?,
            urgency: row.get(9)?,
            wake_at_ns: row.get(10)?,
        },
        state: optional_text(row, 11)?,
    })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<KeptEntry> {
    Ok(KeptEntry {
        migration_id: text(row, 0)?,
        seq: row.get(1)?,
        at_ns: row.get(2)?,
        kind: bytes(row, 3)?,
        body: bytes(row, 4)?,
        link: bytes(row, 5)?,
    })
}

/// Whoever changes a text by hand need not leave UTF-8 behind.
fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(String::from_utf8_lossy(&bytes(row, column)?).into_owned())
}

fn optional_text(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    if row.get_ref(column)? == ValueRef::Null { Ok(None) } else { text(row, column).map(Some) }
}

fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => Vec::new(),
    })
}
