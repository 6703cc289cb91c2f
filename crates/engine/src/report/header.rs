//! What a report says of itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use unmoor_store::Stamp;
use unmoor_store::chain::JournalKey;

/// What a report says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// What it is about, for people: `acorn-bakery`, `wave pilot`, `all customers`.
    pub about: String,
    /// When it was made, on the clock of the world that it tells of.
    pub made_at: Timestamp,
    /// The program's version.
    pub unmoor: String,
    /// Under which name the Tech Provider is known to its customers.
    pub provider: Option<String>,
    /// Where the Graph API is that the database was made for; a simulator's is not Meta's.
    pub origin: Option<String>,
    /// The app that it was made for.
    pub app_id: Option<String>,
    /// How many customers' migrations it tells of.
    pub customers: u64,
    /// Whether it is about a single migration.
    pub is_single: bool,
    /// The name of the key that the journals are chained with: it says which database the report can be checked with.
    pub key: String,
    /// All journals of the database at that instant, as `unmoor verify` prints them.
    pub head: String,
    /// Where the figures about messages come from.
    pub billing: Option<BillingSource>,
}

/// Where the figures about messages come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingSource {
    /// Webhooks that were read.
    pub webhooks: u64,
    /// Statuses that were attributed.
    pub statuses: u64,
    /// Lines that could not be used.
    pub damaged_lines: u64,
    /// How far the clocks may have differed, in seconds.
    pub clock_tolerance_s: i64,
}

impl Header {
    /// Where the database belongs.
    #[must_use]
    pub fn stamped(self, stamp: Option<Stamp>) -> Self {
        let (origin, app_id) = stamp.map(|stamp| (stamp.origin, stamp.app_id)).unzip();
        Self { origin, app_id, ..self }
    }

    /// The name of a key, as a header has it.
    #[must_use]
    pub fn name_of(key: &JournalKey) -> String {
        hex::encode(key.name())
    }

    /// The name of its key, short enough for people.
    #[must_use]
    pub fn short_key(&self) -> &str {
        self.key.get(..16).unwrap_or(&self.key)
    }
}
