//! The outbox: what the outside is to be told, at least once.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use unmoor_migration::MigrationId;

use super::value::{Ns, real_now_ms};
use crate::rows::{NoticeRow, TakenRow};

/// Whether nobody is delivering it.
macro_rules! untaken {
    () => {
        concat!("(lease_until_ms IS NULL OR lease_until_ms <= ", real_now_ms!(), ")")
    };
}

/// Due notices, straight from the index.
pub(super) const DUE: &str =
    concat!("SELECT seq FROM notice WHERE due_at_ns <= ?1 AND ", untaken!(), " ORDER BY due_at_ns, seq LIMIT ?2");

pub(super) fn write(db: &Connection, id: &MigrationId, at: Timestamp, notice: &NoticeRow) -> rusqlite::Result<()> {
    let sql = "INSERT INTO notice (migration_id, written_at_ns, due_at_ns, kind, body) VALUES (?1, ?2, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![id.as_str(), Ns(at), notice.kind, notice.body]).map(drop)
}

pub(super) fn take(db: &Connection, now: Timestamp, limit: u32, lease_ms: i64) -> rusqlite::Result<Vec<TakenRow>> {
    let due: Vec<u64> = db
        .prepare_cached(DUE)?
        .query_map(params![Ns(now), limit], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let sql = concat!(
        "UPDATE notice SET attempts = attempts + 1, lease_until_ms = ",
        real_now_ms!(),
        " + ?2 WHERE seq = ?1 RETURNING migration_id, written_at_ns, kind, body, attempts"
    );
    let mut statement = db.prepare_cached(sql)?;
    let mut taken = Vec::with_capacity(due.len());
    for seq in due {
        taken.push(statement.query_row(params![seq, lease_ms], |row| {
            Ok(TakenRow {
                seq,
                migration_id: row.get(0)?,
                written_at: row.get::<_, Ns>(1)?.0,
                kind: row.get(2)?,
                body: row.get(3)?,
                attempts: row.get(4)?,
            })
        })?);
    }
    Ok(taken)
}

pub(super) fn done(db: &Connection, seq: u64, at: Timestamp) -> rusqlite::Result<()> {
    let sql = "UPDATE notice SET delivered_at_ns = coalesce(delivered_at_ns, ?2), due_at_ns = NULL, \
               lease_until_ms = NULL WHERE seq = ?1";
    db.prepare_cached(sql)?.execute(params![seq, Ns(at)]).map(drop)
}

pub(super) fn failed(db: &Connection, seq: u64, why: &str, retry_at: Option<Timestamp>) -> rusqlite::Result<()> {
    // One that was delivered after all, by whoever took it next, stays delivered.
    let sql = "UPDATE notice SET last_error = ?2, due_at_ns = ?3, lease_until_ms = NULL \
               WHERE seq = ?1 AND delivered_at_ns IS NULL";
    db.prepare_cached(sql)?.execute(params![seq, why, retry_at.map(Ns)]).map(drop)
}

pub(super) fn next_due(db: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let sql = concat!(
        "SELECT due_at_ns FROM notice WHERE due_at_ns IS NOT NULL AND ",
        untaken!(),
        " ORDER BY due_at_ns, seq LIMIT 1"
    );
    let due: Option<Ns> = db.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    Ok(due.map(|Ns(at)| at))
}
