//! What other commands and webhooks ask of the engine.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tokio_postgres::Error;
use unmoor_migration::MigrationId;

use super::pool::Pool;
use super::row::{Columns, ns};
use super::wakes::CHANNEL;
use crate::StoreError;

/// In the order of ids, so that of two that post to the same migrations neither waits for the other.
const POST: &str = "WITH held AS MATERIALIZED (SELECT id FROM migration WHERE id = ANY($1) ORDER BY id FOR UPDATE), \
                    counted AS (UPDATE migration m SET inputs_waiting = inputs_waiting + 1 FROM held WHERE m.id = held.id \
                    RETURNING m.id) \
                    INSERT INTO inbox (migration_id, posted_at_ns, posted_by, body) SELECT id, $2, $3, $4 FROM counted \
                    ORDER BY id RETURNING migration_id, seq";

/// Posts one input to each of `ids`.
pub(super) async fn post(
    pool: &Pool,
    ids: &[MigrationId],
    body: &str,
    by: &str,
    at: Timestamp,
) -> Result<Vec<Option<u64>>, StoreError> {
    let operation = "post an input";
    let texts: Vec<&str> = ids.iter().map(MigrationId::as_str).collect();
    let posted = pool.written(operation, POST, &[&texts, &ns(operation, at)?, &by, &body]).await?;
    let seqs = posted.iter().map(|row| {
        let mut columns = Columns::of(row);
        Ok::<_, Error>((columns.take::<String>()?, columns.number()?))
    });
    let seqs = seqs.collect::<Result<BTreeMap<_, _>, _>>();
    let seqs = seqs.map_err(|error| StoreError::Database { operation, detail: error.to_string() })?;
    if !seqs.is_empty() {
        notify(pool).await;
    }
    Ok(texts.into_iter().map(|id| seqs.get(id).copied()).collect())
}

/// Tells whoever waits. Not in the transaction of the input, where the server would let one such transaction wait for the other
/// until each is durable; a hint that gets lost is made good by looking.
async fn notify(pool: &Pool) {
    if let Err(error) = pool.rows("wake the workers", "SELECT pg_notify($1, '')", &[&CHANNEL]).await {
        tracing::debug!(%error, "nobody was woken");
    }
}
