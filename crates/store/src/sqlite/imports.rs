//! Many new migrations at once.

use jiff::Timestamp;
use rusqlite::Connection;

use super::fault::Fault;
use super::{journal, row};
use crate::rows::ImportRow;
use crate::{Imported, StoreError};

/// So many rows share a transaction: a few milliseconds, which a number between two accounts can wait behind.
pub(super) const ROWS_PER_TRANSACTION: usize = 250;

pub(super) fn add(db: &Connection, rows: &[ImportRow], at: Timestamp) -> Result<Vec<Imported>, Fault<StoreError>> {
    let mut answers = Vec::with_capacity(rows.len());
    for new in rows {
        let id = &new.snapshot.id;
        let added = row::insert(db, &new.snapshot, new.entries.len() as u64)?;
        answers.push(if added {
            journal::append(db, id, at, 0, &new.entries)?;
            Imported::Added
        } else {
            let found = row::found(db, id)?.ok_or_else(|| StoreError::UnknownMigration { id: id.clone() })?;
            Imported::AlreadyThere(found.version)
        });
    }
    Ok(answers)
}
