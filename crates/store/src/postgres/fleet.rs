//! What concerns every migration, and what the database was made for.

use deadpool_postgres::ClientWrapper;
use tokio_postgres::Error;

use super::fault::Fault;
use super::pool::Pool;
use super::row::{big, number};
use crate::value::from_json;
use crate::{CommitError, Stamp, StoreError, StoredFleet};

const SET: &str = "UPDATE fleet SET version = version + 1, body = $2 WHERE only_row = 1 AND version = $1";
const READ_STAMP: &str = "SELECT origin, app_id FROM stamp WHERE only_row = 1";
const VERSION: &str = "SELECT version FROM fleet WHERE only_row = 1";

pub(super) async fn read(pool: &Pool) -> Result<StoredFleet, StoreError> {
    let operation = "read the fleet's state";
    let row = pool.row(operation, "SELECT version, body FROM fleet WHERE only_row = 1", &[]).await?;
    let gone = || StoreError::Database { operation, detail: "its row is gone".to_owned() };
    let row = row.ok_or_else(gone)?;
    let read = (|| Ok::<(i64, &str), Error>((row.try_get(0)?, row.try_get(1)?)))();
    let (version, state) = read.map_err(|error| StoreError::Database { operation, detail: error.to_string() })?;
    Ok(StoredFleet { version: number(version), state: from_json(|| "the fleet's state".to_owned(), state)? })
}

/// Replaces the state if its version is `expected`, and returns the new version. The row stays locked until the transaction
/// ends.
pub(super) async fn set_in(client: &ClientWrapper, expected: u64, state: &str) -> Result<u64, Fault<CommitError>> {
    let set = client.prepare_cached(SET).await?;
    if client.execute(&set, &[&big(expected), &state]).await? == 1 {
        return Ok(expected + 1);
    }
    let version = client.prepare_cached(VERSION).await?;
    let found = number(client.query_one(&version, &[]).await?.try_get(0)?);
    Err(CommitError::FleetConflict { expected, found }.into())
}

/// The same as a transaction of its own.
pub(super) async fn set(pool: &Pool, expected: u64, state: &str) -> Result<u64, CommitError> {
    let operation = "set the fleet's state";
    if pool.execute(operation, SET, &[&big(expected), &state]).await? == 1 {
        return Ok(expected + 1);
    }
    let row = pool.row(operation, VERSION, &[]).await?;
    let found = row.and_then(|row| row.try_get(0).ok()).map(number).unwrap_or_default();
    Err(CommitError::FleetConflict { expected, found })
}

pub(super) async fn read_stamp(pool: &Pool) -> Result<Option<Stamp>, StoreError> {
    let operation = "read the stamp of the database";
    let row = pool.row(operation, READ_STAMP, &[]).await?;
    let stamp = row.map(|row| Ok::<_, Error>(Stamp { origin: row.try_get(0)?, app_id: row.try_get(1)? }));
    stamp.transpose().map_err(|error| StoreError::Database { operation, detail: error.to_string() })
}

/// The same on a connection.
pub(super) async fn read_stamp_in(client: &ClientWrapper) -> Result<Option<Stamp>, Error> {
    let row = client.query_opt(READ_STAMP, &[]).await?;
    row.map(|row| Ok(Stamp { origin: row.try_get(0)?, app_id: row.try_get(1)? })).transpose()
}

/// Keeps `wanted` if nothing was kept before, and returns what is kept.
pub(super) async fn stamp(pool: &Pool, wanted: &Stamp) -> Result<Stamp, StoreError> {
    let operation = "stamp the database";
    let sql = "INSERT INTO stamp (only_row, origin, app_id) VALUES (1, $1, $2) ON CONFLICT DO NOTHING";
    pool.execute(operation, sql, &[&wanted.origin, &wanted.app_id]).await?;
    let gone = || StoreError::Database { operation, detail: "its row is gone".to_owned() };
    read_stamp(pool).await?.ok_or_else(gone)
}
