//! A transaction of several statements on one connection.

use deadpool_postgres::{ClientWrapper, Object};
use tokio_postgres::Error;

use super::fault::{Fault, explain_commit};
use super::pool::Pool;
use crate::StoreError;

/// A connection on which a transaction may be under way. One that is dropped before its end, e.g. with a future that nobody
/// waits for any more, is closed, and the server undoes what was begun.
pub(super) struct Transaction<'a> {
    client: Option<Object>,
    pool: &'a Pool,
    operation: &'static str,
}

impl<'a> Transaction<'a> {
    /// Takes a connection. Nothing is sent: `BEGIN` goes with the first statements.
    pub(super) async fn on(pool: &'a Pool, operation: &'static str) -> Result<Self, StoreError> {
        Ok(Self { client: Some(pool.get(operation).await?), pool, operation })
    }

    /// The same, begun.
    pub(super) async fn begun(pool: &'a Pool, operation: &'static str) -> Result<Self, StoreError> {
        let transaction = Self::on(pool, operation).await?;
        let begun = transaction.client()?.batch_execute("BEGIN").await;
        begun.map_err(|error| transaction.explain(error))?;
        Ok(transaction)
    }

    /// The connection.
    pub(super) fn client(&self) -> Result<&ClientWrapper, StoreError> {
        let ended =
            || StoreError::Database { operation: self.operation, detail: "its transaction has ended".to_owned() };
        self.client.as_deref().ok_or_else(ended)
    }

    /// What `error` of a statement before `COMMIT` means.
    pub(super) fn explain<E: From<StoreError>>(&self, error: impl Into<Fault<E>>) -> E {
        error.into().explain(self.operation, self.pool.place())
    }

    /// Makes everything durable.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        let answer = self.client()?.batch_execute("COMMIT").await;
        self.committed(answer)
    }

    /// The transaction has ended with this answer to its `COMMIT`, all statements before it having succeeded.
    pub(super) fn committed(mut self, answer: Result<(), Error>) -> Result<(), StoreError> {
        match answer {
            Ok(()) => {
                drop(self.client.take());
                Ok(())
            }
            Err(error) => Err(explain_commit(self.operation, self.pool.place(), &error)),
        }
    }

    /// Undoes everything, and keeps the connection.
    pub(super) async fn roll_back(mut self) {
        if let Some(client) = self.client.take()
            && client.batch_execute("ROLLBACK").await.is_err()
        {
            drop(Object::take(client));
        }
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}
