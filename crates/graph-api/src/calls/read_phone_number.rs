//! One phone number. It says nothing about the WABA it is under: for that, list the WABA's numbers.

use serde_json::Value;

use crate::json::{AnswerError, Place};
use crate::nodes::PhoneNumber;
use crate::{BusinessToken, CallKind, Fields, GraphCall, PhoneNumberId, RequestParts};

/// `GET /<PHONE_NUMBER>`.
#[derive(Debug, Clone)]
pub struct ReadPhoneNumber {
    /// Business token that is good for the number's WABA.
    pub token: BusinessToken,
    /// The number.
    pub phone_number_id: PhoneNumberId,
    /// Which fields.
    pub fields: Fields,
}

impl GraphCall for ReadPhoneNumber {
    type Answer = PhoneNumber;

    const NAME: &'static str = "read_phone_number";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), self.phone_number_id.as_str())
            .with_query("fields", self.fields.parameter())
    }

    fn answer(&self, body: &Value) -> Result<PhoneNumber, AnswerError> {
        PhoneNumber::read(&Place::root(body))
    }
}
