//! The fleet's state in the store (rule 8).

use serde_json::Value;
use unmoor_migration::fleet::Fleet;
use unmoor_store::{CommitError, Store, StoreError};

/// The fleet's state with the version it was read at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetAt {
    /// Its version in the store.
    pub version: u64,
    /// The state.
    pub fleet: Fleet,
}

/// Reads the fleet's state.
///
/// # Errors
/// [`StoreError`] when the store fails or holds something that is no fleet.
pub async fn load(store: &dyn Store) -> Result<FleetAt, StoreError> {
    let stored = store.fleet().await?;
    let fleet = if stored.state.is_null() {
        Fleet::default()
    } else {
        serde_json::from_value(stored.state)
            .map_err(|source| StoreError::Json { what: "the fleet's state".to_owned(), source })?
    };
    Ok(FleetAt { version: stored.version, fleet })
}

/// A person has looked: ends the brake, a refused system token's wait, and the wait for the first migration.
///
/// # Errors
/// [`CommitError`] when the store fails; a change by somebody else meanwhile is tried again.
pub async fn resume(store: &dyn Store) -> Result<Fleet, CommitError> {
    loop {
        let FleetAt { version, mut fleet } = load(store).await.map_err(CommitError::Store)?;
        fleet.resume();
        match store.set_fleet(version, &to_json(&fleet)).await {
            Ok(_) => return Ok(fleet),
            Err(CommitError::FleetConflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
}

pub(crate) fn to_json(fleet: &Fleet) -> Value {
    // A fleet consists of text, numbers and lists of them, and cannot fail to become JSON.
    serde_json::to_value(fleet).unwrap_or(Value::Null)
}
