//! Switches of a WABA, which do not travel with its numbers (`observations: waba.settings`).

use serde_json::Value;

use crate::json::{self, AnswerError, Place};
use crate::{BusinessToken, CallKind, GraphCall, RequestBody, RequestParts, WabaId};

/// A switch of a WABA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WabaSwitch {
    /// Template analytics. Cannot be turned off again.
    Insights,
    /// No marketing template goes through Cloud API.
    MarketingMessagesOff,
    /// Templates that nobody uses are archived.
    TemplateArchival,
}

impl WabaSwitch {
    /// Its parameter, and the field that shows it.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Insights => "is_enabled_for_insights",
            Self::MarketingMessagesOff => "disable_marketing_messages_on_cloud_api",
            Self::TemplateArchival => "template_auto_archival_enabled",
        }
    }
}

/// `POST /<WABA>?<switch>=true`: turns one on. Nothing here turns one off.
#[derive(Debug, Clone)]
pub struct SetWabaSwitch {
    /// Business token that is good for the WABA.
    pub token: BusinessToken,
    /// The WABA.
    pub waba_id: WabaId,
    /// Which.
    pub switch: WabaSwitch,
}

impl GraphCall for SetWabaSwitch {
    type Answer = ();

    const NAME: &'static str = "set_waba_switch";
    const KIND: CallKind = CallKind::RepeatableWrite;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::post(self.token.secret(), self.waba_id.as_str(), RequestBody::Empty)
            .with_query(self.switch.field(), Some("true".to_owned()))
    }

    fn answer(&self, body: &Value) -> Result<(), AnswerError> {
        // Meta answers with the id of the account, as to any change of a node.
        if Place::root(body).text("id").is_some() { Ok(()) } else { json::success(body) }
    }
}
