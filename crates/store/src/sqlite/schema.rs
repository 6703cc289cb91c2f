//! The schema's versions, and how a database gets from one to the next.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::fault::explain;
use crate::StoreError;

/// "UNMR", in the header of every database of ours, so that no other SQLite file is taken for one.
pub(super) const APPLICATION_ID: i64 = 0x554E_4D52;

struct Version {
    number: u64,
    name: &'static str,
    sql: &'static str,
}

/// Every version, oldest first; what was released is never changed.
const VERSIONS: &[Version] =
    &[Version { number: 1, name: "initial", sql: include_str!("../../schema/sqlite/0001_initial.sql") }];

fn latest() -> u64 {
    VERSIONS.last().map_or(0, |version| version.number)
}

/// What a file turned out to be before anything was written to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    Empty,
    Ours,
}

/// # Errors
/// [`StoreError::NotOurs`] when another program's data are in the file.
pub(super) fn identify(db: &Connection, path: &Path) -> Result<Identity, StoreError> {
    let sql = "SELECT application_id, (SELECT count(*) FROM sqlite_master) FROM pragma_application_id";
    let (application_id, objects) = db
        .query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
        .map_err(|error| explain("open the database", path, &error))?;
    match (application_id, objects) {
        (APPLICATION_ID, _) => Ok(Identity::Ours),
        (0, 0) => Ok(Identity::Empty),
        (0, _) => Err(not_ours(path, "it is an SQLite file with other tables".to_owned())),
        (other, _) => Err(not_ours(path, format!("its application id is {other:#010x}"))),
    }
}

fn not_ours(path: &Path, why: String) -> StoreError {
    StoreError::NotOurs { path: path.to_path_buf(), why }
}

/// Brings the database to the latest version, in one transaction.
///
/// # Errors
/// [`StoreError::NewerSchema`] when it is beyond that.
pub(super) fn upgrade(db: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let operation = "bring the database to the present schema";
    let failed = |error: rusqlite::Error| explain(operation, path, &error);
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Another process may have been faster: what the file is counts from inside the transaction.
    let found = match identify(&transaction, path)? {
        Identity::Empty => 0,
        Identity::Ours => transaction
            .query_row("SELECT coalesce(max(version), 0) FROM schema_version", [], |row| row.get(0))
            .map_err(failed)?,
    };
    if found > latest() {
        return Err(StoreError::NewerSchema { path: path.to_path_buf(), found, known: latest() });
    }
    for version in VERSIONS.iter().filter(|version| version.number > found) {
        transaction.execute_batch(version.sql).map_err(failed)?;
        let record = "INSERT INTO schema_version (version, name) VALUES (?1, ?2)";
        transaction.execute(record, (version.number, version.name)).map_err(failed)?;
    }
    if found == 0 {
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}
