//! What other commands and webhooks ask of the engine.

use deadpool_postgres::ClientWrapper;
use jiff::Timestamp;
use tokio_postgres::Error;
use unmoor_migration::MigrationId;

use super::fault::Fault;
use super::pool::Pool;
use super::row::{big, ns, number};
use super::transaction::Transaction;
use super::wakes::CHANNEL;
use crate::{CommitError, StoreError};

pub(super) async fn post(
    pool: &Pool,
    id: &MigrationId,
    body: &str,
    by: &str,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let operation = "post an input";
    let at = ns(operation, at)?;
    let transaction = Transaction::begun(pool, operation).await?;
    let client = transaction.client()?;
    let posted = async {
        let count =
            client.prepare_cached("UPDATE migration SET inputs_waiting = inputs_waiting + 1 WHERE id = $1").await?;
        if client.execute(&count, &[&id.as_str()]).await? == 0 {
            return Ok(None);
        }
        let sql =
            "INSERT INTO inbox (migration_id, posted_at_ns, posted_by, body) VALUES ($1, $2, $3, $4) RETURNING seq";
        let insert = client.prepare_cached(sql).await?;
        let row = client.query_one(&insert, &[&id.as_str(), &at, &by, &body]).await?;
        Ok::<_, Error>(Some(number(row.try_get(0)?)))
    };
    match posted.await.map_err(|error| transaction.explain::<StoreError>(error))? {
        Some(seq) => {
            transaction.commit().await?;
            notify(pool).await;
            Ok(seq)
        }
        None => {
            transaction.roll_back().await;
            Err(StoreError::UnknownMigration { id: id.clone() })
        }
    }
}

/// Tells whoever waits. Not in the transaction of the input, where the server would let one such transaction wait for the other
/// until each is durable; a hint that gets lost is made good by looking.
async fn notify(pool: &Pool) {
    if let Err(error) = pool.rows("wake the workers", "SELECT pg_notify($1, '')", &[&CHANNEL]).await {
        tracing::debug!(%error, "nobody was woken");
    }
}

/// Marks inputs as decided, each of which must wait for this migration. Whoever calls sees to it that the migration
/// counts so many fewer.
pub(super) async fn consume(
    client: &ClientWrapper,
    id: &MigrationId,
    inputs: &[u64],
    at: i64,
) -> Result<(), Fault<CommitError>> {
    let sql = "UPDATE inbox SET done_at_ns = $3 WHERE seq = $2 AND migration_id = $1 AND done_at_ns IS NULL";
    for &seq in inputs {
        let consume = client.prepare_cached(sql).await?;
        if client.execute(&consume, &[&id.as_str(), &big(seq), &at]).await? == 0 {
            return Err(CommitError::InputNotWaiting { id: id.clone(), seq }.into());
        }
    }
    Ok(())
}
