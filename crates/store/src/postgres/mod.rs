//! PostgreSQL: a small pool of connections, as many processes as wanted.
//!
//! Every answered write is durable: `synchronous_commit` is on, whatever the server's default is. A commit is two exchanges
//! with the server, since what need not wait for an answer is sent behind one another: `BEGIN` with what is looked at, then
//! what is written with `COMMIT`. Rows are locked from the first to the second and never across a call to the vendor.
//!
//! Leases are measured by the server's clock, so the clocks of the machines need not agree.

mod address;
mod claims;
mod commits;
mod documents;
mod fault;
mod fleet;
mod imports;
mod inbox;
mod journal;
mod lanes;
mod lists;
mod notices;
mod pool;
mod row;
mod schema;
mod secrets;
mod shared_calls;
mod store;
mod survival;
#[cfg(test)]
pub(crate) mod tests;
mod transaction;
mod transfer;
mod view;
mod wakes;

use std::path::Path;

use self::address::Address;
use self::pool::Pool;
use self::wakes::Wakes;
use crate::chain::KeyPlace;
use crate::{SchemaVersions, StoreError};

#[cfg(test)]
pub(crate) use self::schema::known_here as known_schema;

/// A [`Store`](crate::Store) in a PostgreSQL database, in the first schema of its search path.
pub struct PostgresStore {
    pool: Pool,
    wakes: Wakes,
    key: KeyPlace,
}

/// How many connections a process holds at most, the one that listens apart. Commits of more callers than this wait in turn,
/// and the server makes those at one time durable together.
pub const DEFAULT_CONNECTIONS: usize = 16;

impl PostgresStore {
    /// Connects. The tables must be there and of the present version.
    ///
    /// `url` is `postgres://…`, as libpq reads it. Anything but this machine is reached over TLS, with the server's
    /// certificate verified against the usual authorities, or against those in `authorities` (PEM) alone; `sslmode=disable`
    /// in the URL says otherwise. It must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`StoreError::CannotOpen`], [`StoreError::NotOurs`], [`StoreError::OlderSchema`] or [`StoreError::NewerSchema`], each
    /// with what to do.
    pub async fn connect(url: &str, authorities: Option<&Path>, connections: usize) -> Result<Self, StoreError> {
        let address = Address::of(url, authorities)?;
        let pool = Pool::new(&address, connections)?;
        schema::check(&pool).await?;
        Ok(Self { wakes: Wakes::listening(address), pool, key: KeyPlace::default() })
    }

    /// Makes the tables where there are none, and brings older ones to the present version. Programs of the version before
    /// are refused from then on.
    ///
    /// # Errors
    /// As [`PostgresStore::connect`].
    pub async fn upgrade(url: &str, authorities: Option<&Path>) -> Result<SchemaVersions, StoreError> {
        let pool = Pool::new(&Address::of(url, authorities)?, 1)?;
        let found = schema::look(&pool).await?;
        schema::upgrade(&pool).await?;
        Ok(found)
    }

    /// The version of the tables that are there, and that of this program.
    ///
    /// # Errors
    /// As [`PostgresStore::connect`].
    pub async fn versions(url: &str, authorities: Option<&Path>) -> Result<SchemaVersions, StoreError> {
        schema::look(&Pool::new(&Address::of(url, authorities)?, 1)?).await
    }

    /// What `url` names, for people: server, port and database, without a password.
    #[must_use]
    pub fn place_of(url: &str) -> String {
        Address::of(url, None).map_or_else(|_| address::without_password(url), |address| address.place.to_string())
    }

    /// Server, port and database, without the password.
    #[must_use]
    pub fn place(&self) -> &str {
        self.pool.place()
    }
}
