//! The journal: rows are appended, and read in order.

use jiff::Timestamp;
use tokio_postgres::Error;
use unmoor_migration::MigrationId;

use super::pool::Pool;
use super::row::{Columns, big, ns, number};
use super::transaction::Transaction;
use crate::rows::{Entry, journal_row};
use crate::{JournalRow, StoreError};

/// Appends rows whose numbers, kinds and bodies are given as arrays. Whoever calls holds the migration's row and sees to it
/// that it remembers the new last.
pub(super) const APPEND: &str = "INSERT INTO journal (migration_id, seq, at_ns, kind, body) \
                                 SELECT $1, row.seq, $2, row.kind, row.body \
                                 FROM unnest($3::bigint[], $4::text[], $5::text[]) AS row (seq, kind, body) ORDER BY row.seq";

/// The arrays of [`APPEND`].
pub(super) struct Rows<'a> {
    pub(super) seqs: Vec<i64>,
    pub(super) kinds: Vec<&'a str>,
    pub(super) bodies: Vec<&'a str>,
}

impl<'a> Rows<'a> {
    /// The rows that follow on number `last_seq`.
    pub(super) fn of(last_seq: u64, entries: &'a [Entry]) -> Self {
        Self {
            seqs: (last_seq + 1..).zip(entries).map(|(seq, _)| big(seq)).collect(),
            kinds: entries.iter().map(|entry| entry.kind.as_str()).collect(),
            bodies: entries.iter().map(|entry| entry.body.as_str()).collect(),
        }
    }
}

pub(super) async fn append_evidence(
    pool: &Pool,
    id: &MigrationId,
    at: Timestamp,
    entry: Entry,
) -> Result<u64, StoreError> {
    let operation = "append evidence";
    let at = ns(operation, at)?;
    let transaction = Transaction::begun(pool, operation).await?;
    let client = transaction.client()?;
    let appended = async {
        let sql = "UPDATE migration SET journal_seq = journal_seq + 1 WHERE id = $1 RETURNING journal_seq";
        let count = client.prepare_cached(sql).await?;
        let Some(row) = client.query_opt(&count, &[&id.as_str()]).await? else { return Ok(None) };
        let seq = number(row.try_get(0)?);
        let append = client.prepare_cached(APPEND).await?;
        let entries = [entry];
        let rows = Rows::of(seq - 1, &entries);
        client.execute(&append, &[&id.as_str(), &at, &rows.seqs, &rows.kinds, &rows.bodies]).await?;
        Ok::<_, Error>(Some(seq))
    };
    match appended.await.map_err(|error| transaction.explain::<StoreError>(error))? {
        Some(seq) => transaction.commit().await.map(|()| seq),
        None => {
            transaction.roll_back().await;
            Err(StoreError::UnknownMigration { id: id.clone() })
        }
    }
}

pub(super) async fn read(
    pool: &Pool,
    id: &MigrationId,
    after_seq: u64,
    limit: u32,
) -> Result<Vec<JournalRow>, StoreError> {
    let operation = "read a journal";
    let sql = "SELECT seq, at_ns, kind, body FROM journal WHERE migration_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let rows = pool.rows(operation, sql, &[&id.as_str(), &big(after_seq), &i64::from(limit)]).await?;
    let mut journal = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut columns = Columns::of(row);
        let read = (|| Ok::<_, Error>((columns.number()?, columns.instant()?, columns.take()?, columns.take()?)))();
        let (seq, at, kind, body): (u64, Timestamp, String, &str) =
            read.map_err(|error| StoreError::Database { operation, detail: error.to_string() })?;
        journal.push(journal_row(id, seq, at, kind, body)?);
    }
    Ok(journal)
}
