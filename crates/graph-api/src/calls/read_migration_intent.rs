//! Guide 4: has the customer accepted, and which is the destination WABA?

use serde_json::Value;

use crate::json::{AnswerError, Place};
use crate::nodes::Waba;
use crate::open_enum::open_enum;
use crate::{CallKind, Fields, GraphCall, MigrationIntentId, RequestParts, SystemToken};

open_enum! {
    /// State of a migration intent (`observations: intents.status_values`). Only `ACCEPTED` opens the way (guide 4).
    pub enum IntentStatus {
        /// Set, not answered.
        Initiated = "INITIATED",
        /// Accepted by the customer.
        Accepted = "ACCEPTED",
        /// Declined by the customer.
        Rejected = "REJECTED",
        /// Finished; when that is said is not documented.
        Completed = "COMPLETED",
    }
}

/// A migration intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationIntent {
    /// Its id, when Meta repeats it.
    pub id: Option<MigrationIntentId>,
    /// Its state.
    pub status: IntentStatus,
    /// The customer's new WABA. It may be named before acceptance, so its presence proves nothing
    /// (`observations: intents.intent_dest_before_accept`).
    pub destination_waba: Option<Waba>,
    /// The source; only when the field `waba` was asked for.
    pub waba: Option<Waba>,
    /// The solution; only in the flow from solution to solution.
    pub solution: Option<Solution>,
}

/// A Multi-Partner Solution as an intent names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its state, such as `ACTIVE`.
    pub status: Option<String>,
}

/// `GET /<INTENT>`.
#[derive(Debug, Clone)]
pub struct ReadMigrationIntent {
    /// System token of the Tech Provider.
    pub token: SystemToken,
    /// The answer of guide 2.
    pub intent_id: MigrationIntentId,
    /// Empty as in the guide, or [`ReadMigrationIntent::FIELDS_WITH_SOURCE`].
    pub fields: Fields,
}

impl ReadMigrationIntent {
    /// Fields that also name the source WABA, to recognise an intent whose id came from elsewhere.
    pub const FIELDS_WITH_SOURCE: &[&'static str] = &["id", "status", "destination_waba", "waba"];

    /// The read as the guide prints it.
    #[must_use]
    pub fn new(token: SystemToken, intent_id: MigrationIntentId) -> Self {
        Self { token, intent_id, fields: Fields::default_of_node() }
    }
}

impl GraphCall for ReadMigrationIntent {
    type Answer = MigrationIntent;

    const NAME: &'static str = "read_migration_intent";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), self.intent_id.as_str()).with_query("fields", self.fields.parameter())
    }

    fn answer(&self, body: &Value) -> Result<MigrationIntent, AnswerError> {
        let root = Place::root(body);
        let waba = |name: &str| root.get(name).map(|waba| Waba::read(&waba)).transpose();
        Ok(MigrationIntent {
            id: root.id("id"),
            status: IntentStatus::from(root.need_text("status")?.as_str()),
            destination_waba: waba("destination_waba")?,
            waba: waba("waba")?,
            solution: root.get("solution").map(|solution| Solution {
                id: solution.text("id"),
                name: solution.text("name"),
                status: solution.text("status"),
            }),
        })
    }
}
