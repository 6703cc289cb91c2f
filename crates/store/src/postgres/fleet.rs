//! What concerns every migration, and what the database was made for.

use deadpool_postgres::ClientWrapper;
use tokio_postgres::Error;

use super::fault::Fault;
use super::pool::Pool;
use super::row::{Columns, big, number};
use super::transaction::Transaction;
use crate::chain::{FleetSeal, JournalKey, seal_fleet};
use crate::value::from_json;
use crate::{CommitError, SealedFleet, Stamp, StoreError, StoredFleet};

const READ_STAMP: &str = "SELECT origin, app_id FROM stamp WHERE only_row = 1";
const SET: &str = "UPDATE fleet SET version = $1, body = $2, seal = $3 WHERE only_row = 1";

pub(super) async fn read(pool: &Pool) -> Result<StoredFleet, StoreError> {
    let operation = "read the fleet's state";
    let row = pool.row(operation, "SELECT version, body FROM fleet WHERE only_row = 1", &[]).await?;
    let gone = || StoreError::Database { operation, detail: "its row is gone".to_owned() };
    let row = row.ok_or_else(gone)?;
    let read = (|| Ok::<(i64, &str), Error>((row.try_get(0)?, row.try_get(1)?)))();
    let (version, state) = read.map_err(|error| StoreError::Database { operation, detail: error.to_string() })?;
    Ok(StoredFleet { version: number(version), state: from_json(|| "the fleet's state".to_owned(), state)? })
}

/// The row, locked until the transaction ends.
const LOCKED: &str = "SELECT version, body, seal FROM fleet WHERE only_row = 1 FOR UPDATE";

/// The state in the next three columns, which are all null where it was not looked at.
pub(super) fn in_columns(columns: &mut Columns<'_>) -> Result<Option<SealedFleet>, Error> {
    match columns.take()? {
        Some(version) => {
            Ok(Some(SealedFleet { version: number(version), body: columns.take()?, seal: columns.take()? }))
        }
        None => {
            columns.pass_over(2);
            Ok(None)
        }
    }
}

/// The row that was locked, if its version is `expected`.
pub(super) fn checked(locked: Option<SealedFleet>, expected: u64) -> Result<SealedFleet, Fault<CommitError>> {
    let gone = || StoreError::Database { operation: "look at the fleet's state", detail: "its row is gone".to_owned() };
    let sealed = locked.ok_or_else(|| CommitError::from(gone()))?;
    let found = sealed.version;
    if found == expected { Ok(sealed) } else { Err(CommitError::FleetConflict { expected, found }.into()) }
}

/// The state that comes after `before`.
pub(super) fn after(key: &JournalKey, before: &SealedFleet, state: &str) -> SealedFleet {
    let SealedFleet { version: found, body, seal } = before;
    let version = found + 1;
    let seal = seal_fleet(key, &FleetSeal { version: *found, body, seal }, version, state);
    SealedFleet { version, body: state.to_owned(), seal: seal.to_vec() }
}

/// Replaces the state if its version is `expected`, and returns the new version.
pub(super) async fn set(pool: &Pool, key: &JournalKey, expected: u64, state: &str) -> Result<u64, CommitError> {
    let transaction = Transaction::begun(pool, "set the fleet's state").await?;
    let client = transaction.client()?;
    let set = async {
        let look = client.prepare_cached(LOCKED).await?;
        let locked = client.query_opt(&look, &[]).await?;
        let locked = locked.as_ref().map(|row| in_columns(&mut Columns::of(row))).transpose()?.flatten();
        let SealedFleet { version, body, seal } = after(key, &checked(locked, expected)?, state);
        let set = client.prepare_cached(SET).await?;
        client.execute(&set, &[&big(version), &body, &seal]).await?;
        Ok::<_, Fault<CommitError>>(version)
    };
    match set.await {
        Ok(version) => Ok(transaction.commit().await.map(|()| version)?),
        Err(fault) => {
            let error = transaction.explain(fault);
            transaction.roll_back().await;
            Err(error)
        }
    }
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
