//! The database: opened, and made where a command may make it.

use std::sync::Arc;

use secrecy::ExposeSecret;
use unmoor_store::{PostgresStore, SqliteStore, Store, StoreError, Transfer};

use crate::config::{Config, DatabaseAddress};
use crate::exit::Trouble;

/// An open database.
enum Opened {
    File(SqliteStore),
    Postgres(PostgresStore),
}

impl Opened {
    fn store(self) -> Arc<dyn Store> {
        match self {
            Self::File(store) => Arc::new(store),
            Self::Postgres(store) => Arc::new(store),
        }
    }

    fn transfer(self) -> Arc<dyn Transfer> {
        match self {
            Self::File(store) => Arc::new(store),
            Self::Postgres(store) => Arc::new(store),
        }
    }
}

async fn existing(config: &Config) -> anyhow::Result<Opened> {
    match &config.database {
        DatabaseAddress::File(path) if !path.exists() => {
            Err(Trouble::bad_input(format!("there is no database {}", path.display()))
                .hint("begin with `unmoor import FILE`, or name the database with --database or UNMOOR_DATABASE")
                .into())
        }
        DatabaseAddress::File(path) => Ok(Opened::File(SqliteStore::open(path)?)),
        DatabaseAddress::Postgres(address) => {
            let url = address.url.expose_secret();
            let connected = PostgresStore::connect(url, address.authorities.as_deref(), address.connections).await;
            Ok(Opened::Postgres(connected?))
        }
    }
}

/// The database, which must be there.
pub(crate) async fn open_existing(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    existing(config).await.map(Opened::store)
}

/// The same, to be moved.
pub(crate) async fn transfer_existing(config: &Config) -> anyhow::Result<Arc<dyn Transfer>> {
    existing(config).await.map(Opened::transfer)
}

/// The database; made where there is none. Tables of an older version are not upgraded on the way: other programs may work
/// with them.
pub(crate) async fn open_or_create(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    existing_or_new(config).await.map(Opened::store)
}

/// The same, for what another database held.
pub(crate) async fn transfer_or_create(config: &Config) -> anyhow::Result<Arc<dyn Transfer>> {
    existing_or_new(config).await.map(Opened::transfer)
}

async fn existing_or_new(config: &Config) -> anyhow::Result<Opened> {
    let address = match &config.database {
        DatabaseAddress::File(path) => return Ok(Opened::File(SqliteStore::open(path)?)),
        DatabaseAddress::Postgres(address) => address,
    };
    match existing(config).await {
        Err(error) if is_empty(&error) => {
            PostgresStore::upgrade(address.url.expose_secret(), address.authorities.as_deref()).await?;
            existing(config).await
        }
        opened => opened,
    }
}

fn is_empty(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::OlderSchema { found: 0, .. }))
}
