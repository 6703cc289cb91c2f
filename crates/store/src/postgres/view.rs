//! The journals at one instant: a transaction that only reads, on a connection of its own.

use async_trait::async_trait;
use tokio_postgres::{Error, Row};

use super::lanes;
use super::pool::{Parameters, Pool};
use super::row::{Columns, number};
use super::transaction::Transaction;
use crate::StoreError;
use crate::chain::{LANES, Lane};
use crate::view::{JournalView, KeptColumns, KeptEntry, KeptMigration, SealedFleet};

const OPERATION: &str = "read the journals";

/// However long it takes.
const BEGIN: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; \
                     SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; \
                     SELECT count(*) FROM fleet";

pub(super) struct View<'a> {
    transaction: Transaction<'a>,
}

impl<'a> View<'a> {
    pub(super) async fn open(pool: &'a Pool) -> Result<Self, StoreError> {
        let transaction = Transaction::begun(pool, OPERATION).await?;
        let begun = transaction.client()?.batch_execute(BEGIN).await;
        begun.map_err(|error| transaction.explain::<StoreError>(error))?;
        Ok(Self { transaction })
    }

    async fn read<T>(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
        of: impl Fn(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, StoreError> {
        let client = self.transaction.client()?;
        let rows = async {
            let rows = client.query(&client.prepare_cached(sql).await?, parameters).await?;
            rows.iter().map(of).collect::<Result<Vec<T>, Error>>()
        };
        rows.await.map_err(|error| self.transaction.explain(error))
    }
}

macro_rules! migrations_where {
    ($condition:literal) => {
        concat!(
            "SELECT m.id, m.journal_seq, m.journal_head, m.customer, m.wave, m.phase, m.turn, m.blockers, m.is_final, ",
            "m.urgency, m.wake_at_ns, s.body FROM migration m LEFT JOIN snapshot s ON s.migration_id = m.id WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl JournalView for View<'_> {
    fn lane_count(&self) -> u64 {
        LANES
    }

    async fn lanes(&mut self) -> Result<Vec<Lane>, StoreError> {
        self.read(lanes::ALL, &[], lanes::lane).await
    }

    async fn fleet(&mut self) -> Result<Option<SealedFleet>, StoreError> {
        let sql = "SELECT version, body, seal FROM fleet WHERE only_row = 1";
        let fleet = |row: &Row| {
            Ok(SealedFleet { version: number(row.try_get(0)?), body: row.try_get(1)?, seal: row.try_get(2)? })
        };
        Ok(self.read(sql, &[], fleet).await?.pop())
    }

    async fn migrations(&mut self, after: &str, limit: u32) -> Result<Vec<KeptMigration>, StoreError> {
        let sql = migrations_where!("m.id > $1 ORDER BY m.id LIMIT $2");
        self.read(sql, &[&after, &i64::from(limit)], migration).await
    }

    async fn migration(&mut self, id: &str) -> Result<Option<KeptMigration>, StoreError> {
        Ok(self.read(migrations_where!("m.id = $1"), &[&id], migration).await?.pop())
    }

    async fn entries(&mut self, after: (&str, i64), limit: u32) -> Result<Vec<KeptEntry>, StoreError> {
        let sql = "SELECT migration_id, seq, at_ns, kind, body, link FROM journal \
                   WHERE (migration_id, seq) > ($1, $2) ORDER BY migration_id, seq LIMIT $3";
        self.read(sql, &[&after.0, &after.1, &i64::from(limit)], entry).await
    }
}

fn migration(row: &Row) -> Result<KeptMigration, Error> {
    let mut columns = Columns::of(row);
    Ok(KeptMigration {
        id: columns.take()?,
        journal_seq: columns.take()?,
        journal_head: columns.take()?,
        columns: KeptColumns {
            customer: columns.take()?,
            wave: columns.take()?,
            phase: columns.take()?,
            turn: columns.take()?,
            blockers: columns.take()?,
            is_final: columns.take()?,
            urgency: columns.take()?,
            wake_at_ns: columns.take()?,
        },
        state: columns.take()?,
    })
}

fn entry(row: &Row) -> Result<KeptEntry, Error> {
    let mut columns = Columns::of(row);
    Ok(KeptEntry {
        migration_id: columns.take()?,
        seq: columns.take()?,
        at_ns: columns.take()?,
        kind: columns.take::<&str>()?.as_bytes().to_vec(),
        body: columns.take::<&str>()?.as_bytes().to_vec(),
        link: columns.take()?,
    })
}
