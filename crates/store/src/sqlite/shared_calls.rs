//! What all workers know together about the calls of a lane.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::fault::Fault;
use crate::value::from_json;
use crate::{SharedRow, StoreError};

pub(super) fn read(db: &Connection, lane: &str) -> Result<SharedRow, Fault<StoreError>> {
    let row = db
        .prepare_cached("SELECT version, body FROM shared_calls WHERE lane = ?1")?
        .query_row([lane], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, String>(1)?)))
        .optional()?;
    let Some((version, state)) = row else { return Ok(SharedRow { version: 0, state: Value::Null }) };
    Ok(SharedRow { version, state: from_json(|| format!("the shared calls of {lane}"), &state)? })
}

/// Replaces the row if its version is `expected`, where none counts as 0, and returns the new version.
pub(super) fn set(db: &Connection, lane: &str, expected: u64, state: &str) -> rusqlite::Result<Option<u64>> {
    let sql = if expected == 0 {
        "INSERT INTO shared_calls (lane, version, body) VALUES (?1, ?2 + 1, ?3) ON CONFLICT DO NOTHING"
    } else {
        "UPDATE shared_calls SET version = version + 1, body = ?3 WHERE lane = ?1 AND version = ?2"
    };
    let changed = db.prepare_cached(sql)?.execute(params![lane, expected, state])?;
    Ok((changed == 1).then_some(expected + 1))
}
