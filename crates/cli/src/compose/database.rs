//! The database: opened, and made where a command may make it.

use std::sync::Arc;

use secrecy::ExposeSecret;
use unmoor_store::{PostgresStore, SqliteStore, Store, StoreError};

use crate::config::{Config, DatabaseAddress};
use crate::exit::Trouble;

/// The database, which must be there.
pub(crate) async fn open_existing(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    match &config.database {
        DatabaseAddress::File(path) if !path.exists() => {
            Err(Trouble::bad_input(format!("there is no database {}", path.display()))
                .hint("begin with `unmoor import FILE`, or name the database with --database or UNMOOR_DATABASE")
                .into())
        }
        DatabaseAddress::File(path) => Ok(Arc::new(SqliteStore::open(path)?)),
        DatabaseAddress::Postgres(address) => {
            let url = address.url.expose_secret();
            Ok(Arc::new(PostgresStore::connect(url, address.authorities.as_deref(), address.connections).await?))
        }
    }
}

/// The database; made where there is none. Tables of an older version are not upgraded on the way: other programs may work
/// with them.
pub(crate) async fn open_or_create(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let address = match &config.database {
        DatabaseAddress::File(path) => return Ok(Arc::new(SqliteStore::open(path)?)),
        DatabaseAddress::Postgres(address) => address,
    };
    match open_existing(config).await {
        Err(error) if is_empty(&error) => {
            PostgresStore::upgrade(address.url.expose_secret(), address.authorities.as_deref()).await?;
            open_existing(config).await
        }
        opened => opened,
    }
}

fn is_empty(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::OlderSchema { found: 0, .. }))
}
