//! Commands of people, posted by any process and taken in by whoever has the migration.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use unmoor_migration::{Command, Input, MigrationId};
use unmoor_store::{Store, StoreError, WaitingInput};

/// What may be posted from outside. Outcomes may not: only whoever made the call knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posted {
    /// A person's command.
    Command(Command),
    /// A suggestion to look again, and where it comes from.
    Nudge(String),
}

/// Puts `posted` into the inbox of `id`; returns its number.
///
/// # Errors
/// [`StoreError`] when there is no such migration, or the store fails.
pub async fn post(
    store: &dyn Store,
    id: &MigrationId,
    posted: &Posted,
    by: &str,
    at: Timestamp,
) -> Result<u64, StoreError> {
    // Both variants consist of text and cannot fail to become JSON; a null would be refused when it is read.
    let body = serde_json::to_value(posted).unwrap_or(Value::Null);
    store.post_input(id, &body, by, at).await
}

/// The machine's input for a posted row.
pub(crate) fn input_of(waiting: &WaitingInput) -> Result<Input, serde_json::Error> {
    Ok(match serde_json::from_value(waiting.body.clone())? {
        Posted::Command(command) => Input::Command { by: waiting.by.clone(), command },
        Posted::Nudge(from) => Input::Nudge { from },
    })
}
