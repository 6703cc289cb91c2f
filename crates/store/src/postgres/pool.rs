//! Connections, kept and lent.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool as Connections, RecyclingMethod, Runtime,
};
use tokio_postgres::types::ToSql;
use tokio_postgres::{NoTls, Row};

use super::address::Address;
use super::fault::{Fault, explain_pool, explain_single};
use crate::StoreError;

/// How long a caller waits for a free connection, and for a new one to be made.
const PATIENCE: Duration = Duration::from_secs(10);

/// A commit that was answered survives the server, whatever its default is. One that waits for more keeps that.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) \
                       WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')";

/// What a statement compares with.
pub(super) type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

#[derive(Clone)]
pub(super) struct Pool {
    connections: Connections,
    place: Arc<str>,
}

impl Pool {
    pub(super) fn new(address: &Address, connections: usize) -> Result<Self, StoreError> {
        let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match &address.tls {
            Some(tls) => Manager::from_config(address.config.clone(), tls.clone(), config),
            None => Manager::from_config(address.config.clone(), NoTls, config),
        };
        let durable = Hook::async_fn(|client: &mut deadpool_postgres::ClientWrapper, _| {
            Box::pin(async move { client.batch_execute(DURABLE).await.map_err(HookError::Backend) })
        });
        let connections = Connections::builder(manager)
            .max_size(connections.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .post_create(durable)
            .build();
        let place = Arc::clone(&address.place);
        let failed = |error: deadpool_postgres::BuildError| StoreError::CannotOpen {
            database: place.to_string(),
            why: error.to_string(),
            advice: "this is a defect of Unmoor".to_owned(),
        };
        Ok(Self { connections: connections.map_err(failed)?, place: Arc::clone(&address.place) })
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// A connection, which goes back to the pool when it is dropped. `operation` completes "cannot …".
    pub(super) async fn get(&self, operation: &'static str) -> Result<Object, StoreError> {
        self.connections.get().await.map_err(|error| explain_pool(operation, &self.place, error))
    }

    /// The rows of one statement, in a transaction of its own.
    pub(super) async fn rows(
        &self,
        operation: &'static str,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let client = self.get(operation).await?;
        let rows = async { client.query(&client.prepare_cached(sql).await?, parameters).await };
        rows.await.map_err(|error| Fault::Sql(error).explain(operation, &self.place))
    }

    /// The one row of a statement, where it gives any.
    pub(super) async fn row(
        &self,
        operation: &'static str,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(operation, sql, parameters).await?.into_iter().next())
    }

    /// How many rows a writing statement changed. Where its answer is lost, so is what became of it.
    pub(super) async fn execute(
        &self,
        operation: &'static str,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<u64, StoreError> {
        let client = self.get(operation).await?;
        let prepared = client.prepare_cached(sql).await;
        let prepared = prepared.map_err(|error| Fault::Sql(error).explain(operation, &self.place));
        let done = client.execute(&prepared?, parameters).await;
        done.map_err(|error| explain_single(operation, &self.place, &error))
    }

    /// The rows that a writing statement gives. Where its answer is lost, so is what became of it.
    pub(super) async fn written(
        &self,
        operation: &'static str,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let client = self.get(operation).await?;
        let prepared = client.prepare_cached(sql).await;
        let prepared = prepared.map_err(|error| Fault::Sql(error).explain(operation, &self.place));
        let done = client.query(&prepared?, parameters).await;
        done.map_err(|error| explain_single(operation, &self.place, &error))
    }
}
