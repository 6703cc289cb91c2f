//! The journal: rows are appended, and read in order.

use jiff::Timestamp;
use tokio_postgres::Error;
use unmoor_migration::MigrationId;

use super::lanes;
use super::pool::Pool;
use super::row::{Columns, big, ns, number};
use super::transaction::Transaction;
use crate::chain::{ChainEnd, JournalKey, LANES};
use crate::rows::{Chained, Entry, journal_row};
use crate::{JournalRow, StoreError};

/// Appends rows of any migrations. Whoever calls holds the migrations' rows and sees to it that they remember the new ends.
pub(super) const APPEND: &str = "INSERT INTO journal (migration_id, seq, at_ns, kind, body, link) \
                                 SELECT row.id, row.seq, $1, row.kind, row.body, row.link \
                                 FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::bytea[]) \
                                 AS row (id, seq, kind, body, link)";

/// The arrays of [`APPEND`].
#[derive(Default)]
pub(super) struct Rows<'a> {
    pub(super) ids: Vec<&'a str>,
    pub(super) seqs: Vec<i64>,
    pub(super) kinds: Vec<&'a str>,
    pub(super) bodies: Vec<&'a str>,
    pub(super) links: Vec<&'a [u8]>,
}

impl<'a> Rows<'a> {
    /// The rows of one migration that end with `chained`.
    pub(super) fn of(id: &'a str, entries: &'a [Entry], chained: &'a Chained) -> Self {
        let mut rows = Self::default();
        rows.push(id, entries, chained);
        rows
    }

    /// Adds those of another.
    pub(super) fn push(&mut self, id: &'a str, entries: &'a [Entry], chained: &'a Chained) {
        let first = chained.end.seq - entries.len() as u64 + 1;
        self.ids.extend(entries.iter().map(|_| id));
        self.seqs.extend((first..).zip(entries).map(|(seq, _)| big(seq)));
        self.kinds.extend(entries.iter().map(|entry| entry.kind.as_str()));
        self.bodies.extend(entries.iter().map(|entry| entry.body.as_str()));
        self.links.extend(chained.links.iter().map(<[u8; 32]>::as_slice));
    }
}

pub(super) async fn append_evidence(
    pool: &Pool,
    key: &JournalKey,
    id: &MigrationId,
    at: Timestamp,
    entry: Entry,
) -> Result<u64, StoreError> {
    let operation = "append evidence";
    let at = ns(operation, at)?;
    let transaction = Transaction::begun(pool, operation).await?;
    let client = transaction.client()?;
    let appended = async {
        let sql = "SELECT journal_seq, journal_head FROM migration WHERE id = $1 FOR UPDATE";
        let look = client.prepare_cached(sql).await?;
        let Some(row) = client.query_opt(&look, &[&id.as_str()]).await? else { return Ok(None) };
        let end = ChainEnd { seq: number(row.try_get(0)?), link: row.try_get(1)? };
        let entries = [entry];
        let chained = Chained::of(key, id, Some(end), &entries);
        let mut lanes = lanes::locked(client, &[big(chained.lane(LANES))]).await?;
        lanes.iter_mut().for_each(|lane| lane.change(key, |lane| chained.enter(key, lane)));
        lanes::update(client, &lanes).await?;
        let append = client.prepare_cached(APPEND).await?;
        let rows = Rows::of(id.as_str(), &entries, &chained);
        client.execute(&append, &[&at, &rows.ids, &rows.seqs, &rows.kinds, &rows.bodies, &rows.links]).await?;
        let remember = "UPDATE migration SET journal_seq = $2, journal_head = $3 WHERE id = $1";
        let remember = client.prepare_cached(remember).await?;
        client.execute(&remember, &[&id.as_str(), &big(chained.end.seq), &chained.end.link]).await?;
        Ok::<_, Error>(Some(chained.end.seq))
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
