//! One WABA: review, ownership, portfolio, health, funding.

use serde_json::Value;

use crate::json::{AnswerError, Place};
use crate::nodes::Waba;
use crate::{BusinessToken, CallKind, Fields, GraphCall, RequestParts, WabaId};

/// `GET /<WABA>`, source or destination.
#[derive(Debug, Clone)]
pub struct ReadWaba {
    /// Business token that is good for the WABA.
    pub token: BusinessToken,
    /// The WABA.
    pub waba_id: WabaId,
    /// Which fields; a refused one can be left out.
    pub fields: Fields,
}

impl GraphCall for ReadWaba {
    type Answer = Waba;

    const NAME: &'static str = "read_waba";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), self.waba_id.as_str()).with_query("fields", self.fields.parameter())
    }

    fn answer(&self, body: &Value) -> Result<Waba, AnswerError> {
        Waba::read(&Place::root(body))
    }
}
