//! Flows of one WABA copied to another, before the templates whose buttons name them.

use serde_json::{Value, json};

use crate::json::{AnswerError, Place};
use crate::{BusinessToken, CallKind, GraphCall, RequestBody, RequestParts, WabaId};

/// `POST /<DESTINATION>/migrate_flows` (`observations: templates.flows`). A Flow keeps its name and gets a new id; a name
/// that the destination has is not copied again.
#[derive(Debug, Clone)]
pub struct MoveFlows {
    /// Business token that is good for both WABAs.
    pub token: BusinessToken,
    /// The WABA that gets them.
    pub destination_waba_id: WabaId,
    /// The WABA that has them.
    pub source_waba_id: WabaId,
    /// Names of the Flows.
    pub names: Vec<String>,
}

/// What became of each Flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MovedFlows {
    /// Those that the destination has now.
    pub moved: Vec<MovedFlow>,
    /// Those that it did not get, by name, with Meta's words where there are any.
    pub failed: Vec<(String, Option<String>)>,
}

/// A Flow with both of its ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedFlow {
    /// Its id in the source.
    pub source_id: String,
    /// Its id in the destination.
    pub id: String,
}

impl GraphCall for MoveFlows {
    type Answer = MovedFlows;

    const NAME: &'static str = "move_flows";
    const KIND: CallKind = CallKind::Write;

    fn parts(&self) -> RequestParts<'_> {
        let body = json!({ "source_waba_id": self.source_waba_id.as_str(), "source_flow_names": self.names });
        let path = format!("{}/migrate_flows", self.destination_waba_id);
        RequestParts::post(self.token.secret(), path, RequestBody::Json(body))
    }

    fn answer(&self, body: &Value) -> Result<MovedFlows, AnswerError> {
        let place = Place::root(body);
        let moved = place.need("migrated_flows")?.elements()?;
        let failed = place.list("failed_flows")?;
        Ok(MovedFlows {
            moved: moved.iter().filter_map(MovedFlow::read).collect(),
            failed: failed
                .iter()
                .filter_map(|flow| Some((flow.text("source_name")?, flow.text("error_message"))))
                .collect(),
        })
    }
}

impl MovedFlow {
    fn read(place: &Place<'_>) -> Option<Self> {
        Some(Self { source_id: place.text("source_id")?, id: place.text("migrated_id")? })
    }
}
