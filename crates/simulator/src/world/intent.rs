//! A migration intent (guide 2 to 4).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::Id;

/// Where an intent stands (observations: intents.status_values).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IntentStatus {
    /// Set, and not answered by the customer.
    Initiated,
    /// The customer agreed; the destination WABA exists.
    Accepted,
    /// Every connected number is registered on the destination.
    Completed,
    /// The customer declined, or the request ran out.
    Rejected,
}

impl IntentStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "INITIATED",
            Self::Accepted => "ACCEPTED",
            Self::Completed => "COMPLETED",
            Self::Rejected => "REJECTED",
        }
    }
}

/// The declared wish to take a WABA out of its Multi-Partner Solution.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Its id.
    pub id: Id,
    /// The source WABA.
    pub waba: Id,
    /// The app that asked.
    pub app: Id,
    /// The solution the WABA is to leave.
    pub solution: Id,
    /// Where it stands.
    pub status: IntentStatus,
    /// When it was set.
    pub created_at: Timestamp,
    /// The id that the destination has or will have.
    pub destination: Id,
    /// Whether the duplication of its templates was set going.
    pub copy_planned: bool,
}
