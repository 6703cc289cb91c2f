//! What is PostgreSQL's alone, and the suite that every backend passes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

mod connections;
mod plans;
mod schemas;
mod survival;
mod transfers;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use tokio_postgres::{Client, NoTls};

use super::{DEFAULT_CONNECTIONS, PostgresStore};
use crate::conformance::{Database, MovableDatabase};
use crate::{Store, Transfer};

/// A database of one test on a server of this machine.
pub(crate) struct TestDatabase {
    pub(super) address: String,
}

impl TestDatabase {
    pub(crate) fn fresh() -> Self {
        Self { address: postgres_server::fresh_database().unwrap_or_else(|error| panic!("{error}")) }
    }

    pub(super) async fn store(&self) -> PostgresStore {
        PostgresStore::upgrade(&self.address, None).await.unwrap();
        PostgresStore::connect(&self.address, None, DEFAULT_CONNECTIONS).await.unwrap()
    }

    /// A connection without settings of ours.
    pub(super) async fn client(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.address, NoTls).await.unwrap();
        drop(tokio::spawn(connection));
        client
    }
}

#[async_trait]
impl Database for TestDatabase {
    async fn open_without_key(&self) -> Arc<dyn Store> {
        Arc::new(self.store().await)
    }

    async fn tamper(&self, sql: &str) -> Result<(), String> {
        self.client().await.batch_execute(sql).await.map_err(|error| super::fault::words(&error))
    }

    async fn tamper_unguarded(&self, sql: &str) -> Result<(), String> {
        self.tamper(&format!("SET session_replication_role = replica; {sql}")).await
    }
}

#[async_trait]
impl MovableDatabase for TestDatabase {
    async fn transfer(&self) -> Arc<dyn Transfer> {
        Arc::new(self.store().await)
    }

    async fn columns(&self) -> BTreeSet<(String, String)> {
        drop(self.store().await);
        let sql =
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()";
        let rows = self.client().await.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }
}

crate::conformance_tests!(movable TestDatabase::fresh());
crate::conformance_tests!(between processes: TestDatabase::fresh());
