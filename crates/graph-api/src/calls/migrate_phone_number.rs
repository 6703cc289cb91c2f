//! Guide 8: move a phone number to the destination WABA. The gap of the number begins here.

use serde_json::{Value, json};

use crate::json::{AnswerError, Place};
use crate::phone::E164;
use crate::{BusinessToken, CallKind, GraphCall, PhoneNumberId, RequestBody, RequestParts, WabaId};

/// `POST /<DESTINATION_WABA>/phone_numbers` with `migrate_phone_number`.
///
/// Never to be repeated blindly: after an unknown outcome, see whether the destination lists the number.
#[derive(Debug, Clone)]
pub struct MigratePhoneNumber {
    /// Business token that is good for the destination WABA.
    pub token: BusinessToken,
    /// The destination WABA.
    pub destination_waba_id: WabaId,
    /// The number; sent in its two parts.
    pub number: E164,
    /// The number with or without plus and calling code, as the source shows it.
    pub display_phone_number: String,
    /// The number's existing display name.
    pub verified_name: String,
}

impl GraphCall for MigratePhoneNumber {
    /// Id of the number under the destination, for guide 9. It may be a new one.
    type Answer = PhoneNumberId;

    const NAME: &'static str = "migrate_phone_number";
    const KIND: CallKind = CallKind::Write;

    fn parts(&self) -> RequestParts<'_> {
        let (calling_code, national) = self.number.split();
        let body = json!({
            "migrate_phone_number": true,
            "cc": calling_code,
            "phone_number": national,
            "display_phone_number": self.display_phone_number,
            "verified_name": self.verified_name,
        });
        let path = format!("{}/phone_numbers", self.destination_waba_id);
        RequestParts::post(self.token.secret(), path, RequestBody::Json(body))
    }

    fn answer(&self, body: &Value) -> Result<PhoneNumberId, AnswerError> {
        Place::root(body).need_id("id")
    }
}
