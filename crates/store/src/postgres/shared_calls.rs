//! What all workers know together about the calls of a lane.

use serde_json::Value;
use tokio_postgres::Error;

use super::pool::Pool;
use super::row::{big, number};
use crate::value::from_json;
use crate::{SharedRow, StoreError};

pub(super) async fn read(pool: &Pool, lane: &str) -> Result<SharedRow, StoreError> {
    let operation = "read the shared calls";
    let row = pool.row(operation, "SELECT version, body FROM shared_calls WHERE lane = $1", &[&lane]).await?;
    let Some(row) = row else { return Ok(SharedRow { version: 0, state: Value::Null }) };
    let read = (|| Ok::<(i64, &str), Error>((row.try_get(0)?, row.try_get(1)?)))();
    let (version, state) = read.map_err(|error| StoreError::Database { operation, detail: error.to_string() })?;
    Ok(SharedRow { version: number(version), state: from_json(|| format!("the shared calls of {lane}"), state)? })
}

/// Replaces the row if its version is `expected`, where none counts as 0, and returns the new version. One statement, which
/// holds no lock when it is answered.
pub(super) async fn set(pool: &Pool, lane: &str, expected: u64, state: &str) -> Result<Option<u64>, StoreError> {
    let sql = if expected == 0 {
        "INSERT INTO shared_calls (lane, version, body) VALUES ($1, $2::bigint + 1, $3) ON CONFLICT DO NOTHING"
    } else {
        "UPDATE shared_calls SET version = version + 1, body = $3 WHERE lane = $1 AND version = $2"
    };
    let changed = pool.execute("take from the shared calls", sql, &[&lane, &big(expected), &state]).await?;
    Ok((changed == 1).then_some(expected + 1))
}
