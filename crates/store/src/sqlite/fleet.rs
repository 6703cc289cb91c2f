//! What concerns every migration, and what the database was made for.

use rusqlite::{Connection, OptionalExtension, params};

use super::fault::Fault;
use crate::chain::{FleetSeal, JournalKey, seal_fleet};
use crate::value::from_json;
use crate::{CommitError, SealedFleet, Stamp, StoreError, StoredFleet};

pub(super) fn read(db: &Connection) -> Result<StoredFleet, Fault<StoreError>> {
    let (version, state): (u64, String) = db
        .prepare_cached("SELECT version, body FROM fleet WHERE only_row = 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(StoredFleet { version, state: from_json(|| "the fleet's state".to_owned(), &state)? })
}

/// Replaces the state if its version is `expected`, and returns the new version.
pub(super) fn set(db: &Connection, key: &JournalKey, expected: u64, state: &str) -> Result<u64, Fault<CommitError>> {
    let SealedFleet { version: found, body, seal } = read_sealed(db)?;
    if found != expected {
        return Err(CommitError::FleetConflict { expected, found }.into());
    }
    let version = expected + 1;
    let seal = seal_fleet(key, &FleetSeal { version: found, body: &body, seal: &seal }, version, state);
    db.prepare_cached("UPDATE fleet SET version = ?1, body = ?2, seal = ?3 WHERE only_row = 1")?
        .execute(params![version, state, seal])?;
    Ok(version)
}

/// Whether the state still has this version.
pub(super) fn check(db: &Connection, expected: u64) -> Result<(), Fault<CommitError>> {
    let found = db.prepare_cached("SELECT version FROM fleet WHERE only_row = 1")?.query_row([], |row| row.get(0))?;
    if found == expected { Ok(()) } else { Err(CommitError::FleetConflict { expected, found }.into()) }
}

pub(super) fn read_sealed(db: &Connection) -> rusqlite::Result<SealedFleet> {
    db.prepare_cached("SELECT version, body, seal FROM fleet WHERE only_row = 1")?
        .query_row([], |row| Ok(SealedFleet { version: row.get(0)?, body: row.get(1)?, seal: row.get(2)? }))
}

pub(super) fn read_stamp(db: &Connection) -> rusqlite::Result<Option<Stamp>> {
    db.prepare_cached("SELECT origin, app_id FROM stamp WHERE only_row = 1")?
        .query_row([], |row| Ok(Stamp { origin: row.get(0)?, app_id: row.get(1)? }))
        .optional()
}

/// Keeps `wanted` if nothing was kept before, and returns what is kept.
pub(super) fn stamp(db: &Connection, wanted: &Stamp) -> rusqlite::Result<Stamp> {
    if let Some(found) = read_stamp(db)? {
        return Ok(found);
    }
    db.prepare_cached("INSERT INTO stamp (only_row, origin, app_id) VALUES (1, ?1, ?2)")?
        .execute([&wanted.origin, &wanted.app_id])?;
    Ok(wanted.clone())
}
