//! Many new migrations at once.

use jiff::Timestamp;
use rusqlite::Connection;

use super::fault::Fault;
use super::journal::{self, Entry};
use super::row::{Found, SnapshotRow};
use crate::{Imported, NewMigration, StoreError};

/// So many rows share a transaction: a few milliseconds, which a number between two accounts can wait behind.
pub(super) const ROWS_PER_TRANSACTION: usize = 250;

/// A new migration, its JSON written.
#[derive(Debug)]
pub(super) struct ImportRow {
    snapshot: SnapshotRow,
    entries: Vec<Entry>,
}

impl ImportRow {
    pub(super) fn of(new: &NewMigration) -> Result<Self, StoreError> {
        let entries = new.events.iter().map(Entry::of).collect::<Result<_, _>>()?;
        Ok(Self { snapshot: SnapshotRow::of(&new.snapshot)?, entries })
    }
}

pub(super) fn add(db: &Connection, rows: &[ImportRow], at: Timestamp) -> Result<Vec<Imported>, Fault<StoreError>> {
    let mut answers = Vec::with_capacity(rows.len());
    for row in rows {
        let id = &row.snapshot.id;
        let added = row.snapshot.insert(db, row.entries.len() as u64)?;
        answers.push(if added {
            journal::append(db, id, at, 0, &row.entries)?;
            Imported::Added
        } else {
            let found = Found::of(db, id)?.ok_or_else(|| StoreError::UnknownMigration { id: id.clone() })?;
            Imported::AlreadyThere(found.version)
        });
    }
    Ok(answers)
}
