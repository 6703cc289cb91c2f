//! Guide 2: tag the source WABA for migration.

use serde_json::{Value, json};

use crate::json::{AnswerError, Place};
use crate::{AppId, BusinessToken, CallKind, GraphCall, MigrationIntentId, RequestBody, RequestParts, WabaId};

/// `POST /<SOURCE_WABA>/set_solution_migration_intent {"app_id"}`. Meta mails every admin of the WABA.
///
/// What a repetition answers is not documented (`observations: intents.intent_repeat`).
#[derive(Debug, Clone)]
pub struct SetSolutionMigrationIntent {
    /// Business token of the customer that is good for the source WABA.
    pub token: BusinessToken,
    /// The WABA that leaves its solution.
    pub source_waba_id: WabaId,
    /// Our app.
    pub app_id: AppId,
}

impl GraphCall for SetSolutionMigrationIntent {
    type Answer = MigrationIntentId;

    const NAME: &'static str = "set_solution_migration_intent";
    const KIND: CallKind = CallKind::Write;

    fn parts(&self) -> RequestParts<'_> {
        let body = RequestBody::Json(json!({ "app_id": self.app_id.as_str() }));
        RequestParts::post(self.token.secret(), format!("{}/set_solution_migration_intent", self.source_waba_id), body)
    }

    fn answer(&self, body: &Value) -> Result<MigrationIntentId, AnswerError> {
        Place::root(body).need_id("id")
    }
}
