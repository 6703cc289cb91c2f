//! What other commands and webhooks ask of the engine.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use unmoor_migration::MigrationId;

use super::fault::Fault;
use super::value::Ns;
use crate::CommitError;
use crate::rows::InputRow;

/// The number of the input; `None` when there is no such migration.
pub(super) fn post(
    db: &Connection,
    id: &MigrationId,
    body: &str,
    by: &str,
    at: Timestamp,
) -> rusqlite::Result<Option<u64>> {
    let sql = "UPDATE migration SET inputs_waiting = inputs_waiting + 1 WHERE id = ?1";
    if db.prepare_cached(sql)?.execute([id.as_str()])? == 0 {
        return Ok(None);
    }
    let sql = "INSERT INTO inbox (migration_id, posted_at_ns, posted_by, body) VALUES (?1, ?2, ?3, ?4) RETURNING seq";
    db.prepare_cached(sql)?.query_row(params![id.as_str(), Ns(at), by, body], |row| row.get(0)).map(Some)
}

pub(super) fn waiting(db: &Connection, id: &str) -> rusqlite::Result<Vec<InputRow>> {
    let sql = "SELECT seq, posted_at_ns, posted_by, body FROM inbox \
               WHERE migration_id = ?1 AND done_at_ns IS NULL ORDER BY seq";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([id], |row| {
        Ok(InputRow { seq: row.get(0)?, at: row.get::<_, Ns>(1)?.0, by: row.get(2)?, body: row.get(3)? })
    })?;
    rows.collect()
}

/// Marks inputs as decided, each of which must wait for this migration. Whoever calls sees to it that the migration
/// counts so many fewer.
pub(super) fn consume(
    db: &Connection,
    id: &MigrationId,
    inputs: &[u64],
    at: Timestamp,
) -> Result<(), Fault<CommitError>> {
    let sql = "UPDATE inbox SET done_at_ns = ?3 WHERE seq = ?2 AND migration_id = ?1 AND done_at_ns IS NULL";
    for &seq in inputs {
        if db.prepare_cached(sql)?.execute(params![id.as_str(), seq, Ns(at)])? == 0 {
            return Err(CommitError::InputNotWaiting { id: id.clone(), seq }.into());
        }
    }
    Ok(())
}
