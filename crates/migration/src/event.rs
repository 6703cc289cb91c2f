//! Facts that were persisted.

use serde::{Deserialize, Serialize};

use crate::Customer;

/// What happened to a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A row of the customer file became a migration.
    Imported {
        /// The row.
        customer: Customer,
    },
}

impl Event {
    /// The event's name in the journal.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Imported { .. } => "imported",
        }
    }
}
