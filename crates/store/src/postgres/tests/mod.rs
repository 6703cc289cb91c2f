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

use std::sync::Arc;

use async_trait::async_trait;
use tokio_postgres::{Client, NoTls};

use super::{DEFAULT_CONNECTIONS, PostgresStore};
use crate::Store;
use crate::conformance::Database;

/// A database of one test on a server of this machine.
pub(super) struct TestDatabase {
    pub(super) address: String,
}

impl TestDatabase {
    pub(super) fn fresh() -> Self {
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

crate::conformance_tests!(TestDatabase::fresh());
crate::conformance_tests!(between processes: TestDatabase::fresh());
