//! The journal: rows are appended, and read in order.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use unmoor_migration::MigrationId;

use super::fault::Fault;
use super::value::Ns;
use crate::rows::{Entry, journal_row};
use crate::{JournalRow, StoreError};

/// Writes the rows that follow on number `last_seq`. Whoever calls sees to it that the migration remembers the new last.
pub(super) fn append(
    db: &Connection,
    id: &MigrationId,
    at: Timestamp,
    last_seq: u64,
    entries: &[Entry],
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO journal (migration_id, seq, at_ns, kind, body) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = db.prepare_cached(sql)?;
    for (seq, entry) in (last_seq + 1..).zip(entries) {
        statement.execute(params![id.as_str(), seq, Ns(at), entry.kind, entry.body])?;
    }
    Ok(())
}

pub(super) fn append_evidence(
    db: &Connection,
    id: &MigrationId,
    at: Timestamp,
    entry: Entry,
) -> Result<u64, Fault<StoreError>> {
    let sql = "UPDATE migration SET journal_seq = journal_seq + 1 WHERE id = ?1 RETURNING journal_seq";
    let seq: Option<u64> = db.prepare_cached(sql)?.query_row([id.as_str()], |row| row.get(0)).optional()?;
    let seq = seq.ok_or_else(|| StoreError::UnknownMigration { id: id.clone() })?;
    append(db, id, at, seq - 1, &[entry])?;
    Ok(seq)
}

pub(super) fn read(
    db: &Connection,
    id: &MigrationId,
    after_seq: u64,
    limit: u32,
) -> Result<Vec<JournalRow>, Fault<StoreError>> {
    let sql = "SELECT seq, at_ns, kind, body FROM journal WHERE migration_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![id.as_str(), after_seq, limit])?;
    let mut journal = Vec::new();
    while let Some(row) = rows.next()? {
        let body: String = row.get(3)?;
        journal.push(journal_row(id, row.get(0)?, row.get::<_, Ns>(1)?.0, row.get(2)?, &body)?);
    }
    Ok(journal)
}
