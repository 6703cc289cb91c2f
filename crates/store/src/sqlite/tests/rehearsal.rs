//! A rehearsal's store works in place, through the same transactions: it passes the same suite.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;

use crate::Store;
use crate::conformance::Database;
use crate::sqlite::SqliteStore;

struct Rehearsal(Arc<SqliteStore>);

impl Rehearsal {
    fn fresh() -> Self {
        Self(Arc::new(SqliteStore::for_rehearsal().unwrap()))
    }
}

#[async_trait]
impl Database for Rehearsal {
    async fn open_without_key(&self) -> Arc<dyn Store> {
        Arc::clone(&self.0) as Arc<dyn Store>
    }

    async fn tamper(&self, sql: &str) -> Result<(), String> {
        // Nobody else can open it, so it is tampered with from inside.
        let connection = self.0.writer.shared().unwrap();
        let db = connection.lock().unwrap_or_else(PoisonError::into_inner);
        db.execute_batch(sql).map_err(|error| error.to_string())
    }

    async fn tamper_unguarded(&self, sql: &str) -> Result<(), String> {
        let connection = self.0.writer.shared().unwrap();
        super::past_the_guards(&connection.lock().unwrap_or_else(PoisonError::into_inner), sql)
    }
}

crate::conformance_tests!(Rehearsal::fresh());
