//! What is SQLite's alone, and the suite that every backend passes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

mod crash;
mod files;
mod plans;
mod rehearsal;
mod writing;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tempfile::TempDir;

use super::SqliteStore;
use crate::Store;
use crate::conformance::Database;

/// A database of one test, in a folder that disappears with it.
pub(super) struct TestDatabase {
    folder: TempDir,
}

impl TestDatabase {
    pub(super) fn fresh() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("unmoor.db")
    }
}

#[async_trait]
impl Database for TestDatabase {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.path()).unwrap())
    }

    async fn tamper(&self, sql: &str) -> Result<(), String> {
        // No settings of ours: whoever tampers would not make them.
        let db = rusqlite::Connection::open(self.path()).unwrap();
        db.execute_batch(sql).map_err(|error| error.to_string())
    }
}

crate::conformance_tests!(TestDatabase::fresh());
