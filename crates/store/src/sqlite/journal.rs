//! The journal: rows are appended, and read in order.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use unmoor_migration::MigrationId;

use super::fault::Fault;
use super::lanes;
use super::value::Ns;
use crate::chain::{ChainEnd, JournalKey, LANES};
use crate::rows::{Chained, Entry, journal_row};
use crate::{JournalRow, StoreError};

/// Writes the rows that end with `chained`. Whoever calls sees to it that the migration remembers the new end.
pub(super) fn append(
    db: &Connection,
    id: &MigrationId,
    at: Timestamp,
    entries: &[Entry],
    chained: &Chained,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO journal (migration_id, seq, at_ns, kind, body, link) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut statement = db.prepare_cached(sql)?;
    let first = chained.end.seq - entries.len() as u64 + 1;
    for ((seq, entry), link) in (first..).zip(entries).zip(&chained.links) {
        statement.execute(params![id.as_str(), seq, Ns(at), entry.kind, entry.body, link])?;
    }
    Ok(())
}

pub(super) fn append_evidence(
    db: &Connection,
    key: &JournalKey,
    id: &MigrationId,
    at: Timestamp,
    entry: Entry,
) -> Result<u64, Fault<StoreError>> {
    let sql = "SELECT journal_seq, journal_head FROM migration WHERE id = ?1";
    let end = db
        .prepare_cached(sql)?
        .query_row([id.as_str()], |row| Ok(ChainEnd { seq: row.get(0)?, link: row.get(1)? }))
        .optional()?;
    let end = end.ok_or_else(|| StoreError::UnknownMigration { id: id.clone() })?;
    let entries = [entry];
    let chained = Chained::of(key, id, Some(end), &entries);
    append(db, id, at, &entries, &chained)?;
    db.prepare_cached("UPDATE migration SET journal_seq = ?2, journal_head = ?3 WHERE id = ?1")?.execute(params![
        id.as_str(),
        chained.end.seq,
        chained.end.link
    ])?;
    lanes::change(db, key, chained.lane(LANES), |lane| chained.enter(key, lane))?;
    Ok(chained.end.seq)
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
