//! Who may change a migration, and until when.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tokio_postgres::Error;
use unmoor_migration::MigrationId;

use super::pool::{Parameters, Pool};
use super::row::{Columns, big, input, ns, number, stored, stored_columns};
use super::transaction::Transaction;
use crate::rows::{ClaimRow, InputRow};
use crate::{CommitError, StoreError, Wake};

/// Whether nobody holds a live lease.
macro_rules! unleased {
    () => {
        "(lease_until IS NULL OR lease_until <= clock_timestamp())"
    };
}

/// A lease of so many milliseconds from now.
macro_rules! leased_for {
    ($parameter:literal) => {
        concat!("clock_timestamp() + ", $parameter, " * interval '1 millisecond'")
    };
}

/// Due migrations, straight from the index, one urgency after the other. Those that another transaction holds just now are
/// passed over: it claims them, or changes them.
macro_rules! due {
    () => {
        concat!(
            "SELECT d.id FROM (VALUES (0::bigint), (1), (2), (3)) AS u (urgency) CROSS JOIN LATERAL (",
            "SELECT id FROM migration WHERE urgency = u.urgency AND due_at_ns <= $1 AND ",
            unleased!(),
            " ORDER BY due_at_ns, id LIMIT $2 FOR UPDATE SKIP LOCKED) AS d LIMIT $2"
        )
    };
}
#[cfg(test)]
pub(super) const DUE: &str = due!();

const CLAIM_DUE: &str = concat!(
    "WITH due AS MATERIALIZED (",
    due!(),
    ") UPDATE migration m SET fence = fence + 1, lease_owner = $3, lease_until = ",
    leased_for!("$4::bigint"),
    " FROM due WHERE m.id = due.id RETURNING m.id, m.fence, m.urgency, m.due_at_ns"
);

const CLAIM_ONE: &str = concat!(
    "UPDATE migration SET fence = fence + 1, lease_owner = $2, lease_until = ",
    leased_for!("$3::bigint"),
    " WHERE id = $1 AND ",
    unleased!(),
    " RETURNING id, fence, urgency, coalesce(due_at_ns, 0)"
);

const STORED: &str = concat!(
    "SELECT ",
    stored_columns!(),
    " FROM migration m JOIN snapshot s ON s.migration_id = m.id WHERE m.id = ANY($1)"
);

const WAITING_INPUTS: &str = "SELECT migration_id, seq, posted_at_ns, posted_by, body FROM inbox \
                              WHERE migration_id = ANY($1) AND done_at_ns IS NULL ORDER BY seq";

/// The first due time of each urgency, straight from the index.
pub(super) const NEXT_DUE: &str = concat!(
    "SELECT d.inputs_waiting, d.wake_at_ns FROM (VALUES (0::bigint), (1), (2), (3)) AS u (urgency) CROSS JOIN LATERAL (",
    "SELECT inputs_waiting, wake_at_ns FROM migration WHERE urgency = u.urgency AND due_at_ns IS NOT NULL AND ",
    unleased!(),
    " ORDER BY due_at_ns, id LIMIT 1) AS d"
);

pub(super) async fn claim_due(
    pool: &Pool,
    now: Timestamp,
    limit: u32,
    owner: &str,
    lease_ms: i64,
) -> Result<Vec<ClaimRow>, StoreError> {
    let operation = "claim due migrations";
    let now = ns(operation, now)?;
    let transaction = Transaction::on(pool, operation).await?;
    let client = transaction.client()?;
    let taken = async {
        let statement = client.prepare_cached(CLAIM_DUE).await?;
        let (limit, owner): (i64, &str) = (limit.into(), owner);
        let parameters: Parameters<'_> = &[&now, &limit, &owner, &lease_ms];
        let (begun, rows) = tokio::join!(biased; client.batch_execute("BEGIN"), client.query(&statement, parameters));
        begun?;
        rows?.iter().map(Taken::of).collect::<Result<Vec<_>, Error>>()
    };
    let taken = taken.await.map_err(|error| transaction.explain::<StoreError>(error))?;
    finish(transaction, taken, owner).await
}

pub(super) async fn claim_one(
    pool: &Pool,
    id: &MigrationId,
    owner: &str,
    lease_ms: i64,
) -> Result<Option<ClaimRow>, StoreError> {
    let transaction = Transaction::begun(pool, "claim a migration").await?;
    let client = transaction.client()?;
    let taken = async {
        let statement = client.prepare_cached(CLAIM_ONE).await?;
        let row = client.query_opt(&statement, &[&id.as_str(), &owner, &lease_ms]).await?;
        let there = client.prepare_cached("SELECT 1 FROM migration WHERE id = $1").await?;
        let there = client.query_opt(&there, &[&id.as_str()]).await?.is_some();
        Ok::<_, Error>((row.as_ref().map(Taken::of).transpose()?, there))
    };
    match taken.await.map_err(|error| transaction.explain::<StoreError>(error))? {
        (Some(taken), _) => Ok(finish(transaction, vec![taken], owner).await?.pop()),
        (None, there) => {
            transaction.roll_back().await;
            if there { Ok(None) } else { Err(StoreError::UnknownMigration { id: id.clone() }) }
        }
    }
}

/// A migration that was claimed in this transaction.
struct Taken {
    id: String,
    fence: u64,
    /// What the claims of one batch are ordered by.
    order: (i64, i64),
}

impl Taken {
    fn of(row: &tokio_postgres::Row) -> Result<Self, Error> {
        let mut columns = Columns::of(row);
        Ok(Self { id: columns.take()?, fence: columns.number()?, order: (columns.take()?, columns.take()?) })
    }
}

/// Reads the states and the inputs of what was taken, and commits. They are read after the rows were locked, so that nobody
/// has changed them since.
async fn finish(transaction: Transaction<'_>, mut taken: Vec<Taken>, owner: &str) -> Result<Vec<ClaimRow>, StoreError> {
    if taken.is_empty() {
        transaction.roll_back().await;
        return Ok(Vec::new());
    }
    taken.sort_by(|one, other| (one.order, &one.id).cmp(&(other.order, &other.id)));
    let ids: Vec<&str> = taken.iter().map(|taken| taken.id.as_str()).collect();
    let client = transaction.client()?;
    let read = async {
        let states = client.prepare_cached(STORED).await?;
        let inputs = client.prepare_cached(WAITING_INPUTS).await?;
        let parameters: Parameters<'_> = &[&ids];
        let (states, inputs, committed) = tokio::join!(
            biased;
            client.query(&states, parameters),
            client.query(&inputs, parameters),
            client.batch_execute("COMMIT"),
        );
        Ok::<_, Error>((states, inputs, committed))
    };
    let (states, inputs, committed) = read.await.map_err(|error| transaction.explain::<StoreError>(error))?;
    let (states, inputs) = match (states, inputs) {
        (Ok(states), Ok(inputs)) => (states, inputs),
        // Its answer was lost, and the COMMIT behind it may have arrived.
        (Err(error), _) | (_, Err(error)) if error.code().is_none() => {
            return transaction.committed(Err(error)).map(|()| Vec::new());
        }
        (Err(error), _) | (_, Err(error)) => return Err(transaction.explain(error)),
    };
    transaction.committed(committed)?;
    let unreadable =
        |error: Error| StoreError::Database { operation: "claim due migrations", detail: error.to_string() };
    let mut stored_by_id = BTreeMap::new();
    for row in &states {
        let row = stored(&mut Columns::of(row)).map_err(unreadable)?;
        stored_by_id.insert(row.id.clone(), row);
    }
    let mut inputs_by_id: BTreeMap<String, Vec<InputRow>> = BTreeMap::new();
    for row in &inputs {
        let mut columns = Columns::of(row);
        let id = columns.take().map_err(unreadable)?;
        inputs_by_id.entry(id).or_default().push(input(&mut columns).map_err(unreadable)?);
    }
    let claim = |Taken { id, fence, .. }: Taken| {
        let stored = stored_by_id.remove(&id)?;
        Some(ClaimRow { stored, fence, owner: owner.to_owned(), inputs: inputs_by_id.remove(&id).unwrap_or_default() })
    };
    Ok(taken.into_iter().filter_map(claim).collect())
}

pub(super) async fn renew(
    pool: &Pool,
    id: &MigrationId,
    owner: &str,
    fence: u64,
    lease_ms: i64,
) -> Result<(), CommitError> {
    let sql = concat!(
        "UPDATE migration SET lease_until = ",
        leased_for!("$4::bigint"),
        " WHERE id = $1 AND lease_owner = $2 AND fence = $3"
    );
    match pool.execute("renew a claim", sql, &[&id.as_str(), &owner, &big(fence), &lease_ms]).await? {
        0 => Err(CommitError::FenceLost { id: id.clone(), fence }),
        _ => Ok(()),
    }
}

pub(super) async fn release(pool: &Pool, id: &MigrationId, owner: &str, fence: u64) -> Result<(), StoreError> {
    let sql = "UPDATE migration SET lease_owner = NULL, lease_until = NULL \
               WHERE id = $1 AND lease_owner = $2 AND fence = $3";
    pool.execute("release a claim", sql, &[&id.as_str(), &owner, &big(fence)]).await.map(drop)
}

pub(super) async fn release_all_of(pool: &Pool, owner: &str) -> Result<u64, StoreError> {
    let sql = "UPDATE migration SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1";
    pool.execute("release the claims of one owner", sql, &[&owner]).await
}

pub(super) async fn next_due(pool: &Pool) -> Result<Option<Wake>, StoreError> {
    let operation = "find the next wake time";
    let rows = pool.rows(operation, NEXT_DUE, &[]).await?;
    let mut earliest: Option<i64> = None;
    for row in &rows {
        let mut columns = Columns::of(row);
        let read = (|| Ok::<(i64, Option<i64>), Error>((columns.take()?, columns.take()?)))();
        let (inputs, wake_at) = read.map_err(|error| StoreError::Database { operation, detail: error.to_string() })?;
        if number(inputs) > 0 {
            return Ok(Some(Wake::AtOnce));
        }
        earliest = wake_at.map_or(earliest, |at| Some(earliest.map_or(at, |other| other.min(at))));
    }
    Ok(earliest.and_then(|ns| crate::value::instant(ns).ok()).map(Wake::At))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{URGENCIES, urgency_rank};

    #[test]
    fn every_urgency_is_claimed_and_looked_at() {
        let mut ranks = URGENCIES.map(|urgency| format!("({})", urgency_rank(urgency)));
        ranks[0] = format!("({}::bigint)", urgency_rank(URGENCIES[0]));
        let values = format!("(VALUES {}) AS u (urgency)", ranks.join(", "));
        for sql in [DUE, CLAIM_DUE, NEXT_DUE] {
            assert!(sql.contains(&values), "{sql} has not {values}");
        }
    }
}
