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

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tempfile::TempDir;

use super::SqliteStore;
use crate::conformance::{Database, MovableDatabase};
use crate::{Store, Transfer};

/// A database of one test, in a folder that disappears with it.
pub(crate) struct TestDatabase {
    folder: TempDir,
}

impl TestDatabase {
    pub(crate) fn fresh() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("unmoor.db")
    }
}

#[async_trait]
impl Database for TestDatabase {
    async fn open_without_key(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.path()).unwrap())
    }

    async fn tamper(&self, sql: &str) -> Result<(), String> {
        // No settings of ours: whoever tampers would not make them.
        let db = rusqlite::Connection::open(self.path()).unwrap();
        db.execute_batch(sql).map_err(|error| error.to_string())
    }

    async fn tamper_unguarded(&self, sql: &str) -> Result<(), String> {
        past_the_guards(&rusqlite::Connection::open(self.path()).unwrap(), sql)
    }
}

/// Runs `sql` without the triggers, and puts them back, as somebody would who wants it to go unnoticed.
fn past_the_guards(db: &rusqlite::Connection, sql: &str) -> Result<(), String> {
    let mut guards = db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").unwrap();
    let guards = guards.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    let (names, triggers): (Vec<_>, Vec<_>) = guards.map(Result::unwrap).unzip();
    let removed: String = names.iter().map(|name| format!("DROP TRIGGER {name};")).collect();
    let batch = format!("BEGIN; {removed} {sql}; {}; COMMIT", triggers.join(";"));
    db.execute_batch(&batch).map_err(|error| error.to_string())
}

#[async_trait]
impl MovableDatabase for TestDatabase {
    async fn transfer(&self) -> Arc<dyn Transfer> {
        Arc::new(SqliteStore::open(&self.path()).unwrap())
    }

    async fn columns(&self) -> BTreeSet<(String, String)> {
        drop(SqliteStore::open(&self.path()).unwrap());
        let db = rusqlite::Connection::open(self.path()).unwrap();
        let sql = "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_xinfo(t.name) c \
                   WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
        let mut statement = db.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}

crate::conformance_tests!(movable TestDatabase::fresh());
crate::conformance_tests!(between processes: TestDatabase::fresh());
