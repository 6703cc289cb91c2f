//! The outbox: what the outside is to be told, at least once.

use jiff::Timestamp;
use tokio_postgres::Error;

use super::pool::Pool;
use super::row::{Columns, big, ns};
use crate::StoreError;
use crate::rows::TakenRow;

/// Whether nobody is delivering it.
macro_rules! untaken {
    () => {
        "(lease_until IS NULL OR lease_until <= clock_timestamp())"
    };
}

/// Due notices, straight from the index.
macro_rules! due {
    () => {
        concat!(
            "SELECT seq FROM notice WHERE due_at_ns <= $1 AND ",
            untaken!(),
            " ORDER BY due_at_ns, seq LIMIT $2 FOR UPDATE SKIP LOCKED"
        )
    };
}
#[cfg(test)]
pub(super) const DUE: &str = due!();

pub(super) async fn take(pool: &Pool, now: Timestamp, limit: u32, lease_ms: i64) -> Result<Vec<TakenRow>, StoreError> {
    let operation = "take notices";
    let sql = concat!(
        "WITH due AS MATERIALIZED (",
        due!(),
        ") UPDATE notice n SET attempts = attempts + 1, ",
        "lease_until = clock_timestamp() + $3::bigint * interval '1 millisecond' FROM due WHERE n.seq = due.seq ",
        "RETURNING n.seq, n.migration_id, n.written_at_ns, n.kind, n.body, n.attempts, n.due_at_ns"
    );
    let rows = pool.rows(operation, sql, &[&ns(operation, now)?, &i64::from(limit), &lease_ms]).await?;
    let taken = rows.iter().map(|row| {
        let mut columns = Columns::of(row);
        let taken = TakenRow {
            seq: columns.number()?,
            migration_id: columns.take()?,
            written_at: columns.instant()?,
            kind: columns.take()?,
            body: columns.take()?,
            attempts: columns.number()?,
        };
        Ok::<_, Error>((columns.take::<i64>()?, taken))
    });
    let taken = taken.collect::<Result<Vec<_>, _>>();
    let mut taken = taken.map_err(|error| StoreError::Database { operation, detail: error.to_string() })?;
    taken.sort_by_key(|(due_at, taken)| (*due_at, taken.seq));
    Ok(taken.into_iter().map(|(_, taken)| taken).collect())
}

pub(super) async fn done(pool: &Pool, seq: u64, at: Timestamp) -> Result<(), StoreError> {
    let operation = "record a delivery";
    let sql = "UPDATE notice SET delivered_at_ns = coalesce(delivered_at_ns, $2), due_at_ns = NULL, \
               lease_until = NULL WHERE seq = $1";
    pool.execute(operation, sql, &[&big(seq), &ns(operation, at)?]).await.map(drop)
}

pub(super) async fn failed(pool: &Pool, seq: u64, why: &str, retry_at: Option<Timestamp>) -> Result<(), StoreError> {
    let operation = "record a failed delivery";
    // One that was delivered after all, by whoever took it next, stays delivered.
    let sql = "UPDATE notice SET last_error = $2, due_at_ns = $3, lease_until = NULL \
               WHERE seq = $1 AND delivered_at_ns IS NULL";
    let retry_at = retry_at.map(|at| ns(operation, at)).transpose()?;
    pool.execute(operation, sql, &[&big(seq), &why, &retry_at]).await.map(drop)
}

pub(super) async fn next_due(pool: &Pool) -> Result<Option<Timestamp>, StoreError> {
    let operation = "find the next notice";
    let sql = concat!(
        "SELECT due_at_ns FROM notice WHERE due_at_ns IS NOT NULL AND ",
        untaken!(),
        " ORDER BY due_at_ns, seq LIMIT 1"
    );
    let row = pool.row(operation, sql, &[]).await?;
    let due = row.map(|row| Columns::of(&row).instant()).transpose();
    due.map_err(|error| StoreError::Database { operation, detail: error.to_string() })
}
