//! Many new migrations at once.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::Connection;

use super::fault::Fault;
use super::{journal, lanes, row};
use crate::chain::{JournalKey, LANES};
use crate::rows::{Chained, ImportRow};
use crate::{Imported, StoreError};

/// So many rows share a transaction: a few milliseconds, which a number between two accounts can wait behind.
pub(super) const ROWS_PER_TRANSACTION: usize = 250;

pub(super) fn add(
    db: &Connection,
    key: &JournalKey,
    rows: &[ImportRow],
    at: Timestamp,
) -> Result<Vec<Imported>, Fault<StoreError>> {
    let mut answers = Vec::with_capacity(rows.len());
    let mut added = Vec::new();
    for new in rows {
        let id = &new.snapshot.id;
        let chained = Chained::of(key, id, None, &new.entries);
        answers.push(if row::insert(db, &new.snapshot, &chained.end)? {
            journal::append(db, id, at, &new.entries, &chained)?;
            added.push(chained);
            Imported::Added
        } else {
            let found = row::found(db, id)?.ok_or_else(|| StoreError::UnknownMigration { id: id.clone() })?;
            Imported::AlreadyThere(found.version)
        });
    }
    let mut by_lane: BTreeMap<u64, Vec<&Chained>> = BTreeMap::new();
    for chained in &added {
        by_lane.entry(chained.lane(LANES)).or_default().push(chained);
    }
    for (number, members) in by_lane {
        lanes::change(db, key, number, |lane| members.iter().for_each(|chained| chained.enter(key, lane)))?;
    }
    Ok(answers)
}
