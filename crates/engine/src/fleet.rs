//! The fleet's state in the store (rule 8).

use jiff::Timestamp;
use serde_json::{Value, json};
use unmoor_migration::fleet::{Fleet, Look, Recovery};
use unmoor_migration::{BlockerCode, MigrationId};
use unmoor_store::{CommitError, Filter, Store, StoreError};

use crate::inbox::{self, Posted};

/// How many migrations are woken at a time.
const PAGE: u32 = 200;

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

/// A person has looked: ends the brake, a refused system token's wait, and the wait for the first migration, and wakes those
/// who waited. Gives the look, where anything had stopped the fleet.
///
/// Who looked stands in the fleet's state with the same write that lets it go on, and then in the journal of each migration that
/// the look is about.
///
/// # Errors
/// [`CommitError`] when the store fails; a change by somebody else meanwhile is tried again.
pub async fn resume(
    store: &dyn Store,
    by: &str,
    reason: Option<&str>,
    at: Timestamp,
) -> Result<Option<Look>, CommitError> {
    loop {
        let FleetAt { version, mut fleet } = load(store).await.map_err(CommitError::Store)?;
        let look = fleet.resume(by, reason, at);
        match store.set_fleet(version, &to_json(&fleet)).await {
            Ok(_) => {
                if let Some(look) = &look {
                    journal(store, look).await?;
                }
                wake(store, at).await?;
                return Ok(look);
            }
            Err(CommitError::FleetConflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
}

/// The member of an entry of evidence that holds a look at the fleet.
pub const LOOK: &str = "fleet_resumed";

async fn journal(store: &dyn Store, look: &Look) -> Result<(), StoreError> {
    for id in &look.migrations {
        store.append_evidence(id, look.at, &json!({ LOOK: look })).await?;
    }
    Ok(())
}

/// The look at the fleet that an entry of evidence holds, if it does.
#[must_use]
pub fn look_in(evidence: &Value) -> Option<Look> {
    serde_json::from_value(evidence.get(LOOK)?.clone()).ok()
}

/// Marks the database as one that may be older than what is true at the vendor's: nothing is called before
/// [`begin_recovery`].
///
/// # Errors
/// As [`resume`].
pub async fn need_recovery(store: &dyn Store, why: &str, at: Timestamp) -> Result<(), CommitError> {
    set_recovery(store, |_| Recovery::Needed { why: why.to_owned(), at }).await.map(drop)
}

/// From here on each migration is read before anything else is done for it. A recovery that has begun and not ended goes on.
/// Gives the instant from which readings count.
///
/// # Errors
/// As [`resume`].
pub async fn begin_recovery(store: &dyn Store, at: Timestamp) -> Result<Timestamp, CommitError> {
    let begun = set_recovery(store, |standing| match standing {
        Some(Recovery::Reading { since }) => Recovery::Reading { since: *since },
        Some(Recovery::Needed { .. } | Recovery::Over { .. }) | None => Recovery::Reading { since: at },
    });
    Ok(match begun.await? {
        Recovery::Reading { since } | Recovery::Over { since } => since,
        Recovery::Needed { at, .. } => at,
    })
}

/// Work goes on; a migration that could not be read is read before anything else is done for it.
///
/// # Errors
/// As [`resume`].
pub async fn end_recovery(store: &dyn Store, since: Timestamp, at: Timestamp) -> Result<(), CommitError> {
    set_recovery(store, |_| Recovery::Over { since }).await?;
    Ok(wake(store, at).await?)
}

async fn set_recovery(
    store: &dyn Store,
    change: impl Fn(Option<&Recovery>) -> Recovery + Send + Sync,
) -> Result<Recovery, CommitError> {
    loop {
        let FleetAt { version, mut fleet } = load(store).await?;
        let recovery = change(fleet.recovery.as_ref());
        fleet.recovery = Some(recovery.clone());
        match store.set_fleet(version, &to_json(&fleet)).await {
            Ok(_) => return Ok(recovery),
            Err(CommitError::FleetConflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Wakes every migration that waits for the fleet.
pub(crate) async fn wake(store: &dyn Store, at: Timestamp) -> Result<(), StoreError> {
    let codes =
        [BlockerCode::PilotRunning, BlockerCode::FleetBraked, BlockerCode::SystemTokenRefused, BlockerCode::Recovering];
    let blockers = codes.map(|code| code.as_str().to_owned()).to_vec();
    let waiting = Filter { blockers, open_only: true, ..Filter::default() };
    let posted = Posted::Nudge("the fleet may go on".to_owned());
    let mut cursor = None;
    loop {
        let page = store.list(&waiting, cursor.as_ref(), PAGE).await?;
        let ids: Vec<MigrationId> = page.rows.iter().map(|stored| stored.migration.id().clone()).collect();
        inbox::post_to_all(store, &ids, &posted, "unmoor", at).await?;
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(()),
        }
    }
}

pub(crate) fn to_json(fleet: &Fleet) -> Value {
    // A fleet consists of text, numbers and lists of them, and cannot fail to become JSON.
    serde_json::to_value(fleet).unwrap_or(Value::Null)
}
