//! Guide 9: register a moved number with Cloud API. The cutover: the gap of the number ends here.

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::json::{self, AnswerError};
use crate::{BusinessToken, CallKind, GraphCall, PhoneNumberId, Pin, RequestBody, RequestParts};

/// `POST /<PHONE_NUMBER>/register`. Ten tries in 72 hours for each number (`observations: registration.limit`).
#[derive(Debug, Clone)]
pub struct RegisterPhoneNumber {
    /// Business token that is good for the destination WABA.
    pub token: BusinessToken,
    /// The id that guide 8 answered.
    pub phone_number_id: PhoneNumberId,
    /// Sets the PIN, and turns two-step verification on; where it is on already, the PIN that the number has.
    pub pin: Pin,
}

impl GraphCall for RegisterPhoneNumber {
    type Answer = ();

    const NAME: &'static str = "register_phone_number";
    const KIND: CallKind = CallKind::Write;

    fn parts(&self) -> RequestParts<'_> {
        let body = json!({ "messaging_product": "whatsapp", "pin": self.pin.secret().expose_secret() });
        RequestParts::post(self.token.secret(), format!("{}/register", self.phone_number_id), RequestBody::Json(body))
            .with_secret(self.pin.secret())
    }

    fn answer(&self, body: &Value) -> Result<(), AnswerError> {
        json::success(body)
    }
}
