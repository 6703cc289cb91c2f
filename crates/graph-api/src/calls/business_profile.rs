//! The business profile of a number: what people see of the business in WhatsApp.

use serde_json::{Map, Value, json};

use crate::json::{self, AnswerError};
use crate::nodes::BusinessProfile;
use crate::{BusinessToken, CallKind, Fields, GraphCall, PhoneNumberId, RequestBody, RequestParts};

/// `GET /<PHONE_NUMBER>/whatsapp_business_profile`.
#[derive(Debug, Clone)]
pub struct ReadBusinessProfile {
    /// Business token that is good for the number's WABA.
    pub token: BusinessToken,
    /// The number.
    pub phone_number_id: PhoneNumberId,
}

impl GraphCall for ReadBusinessProfile {
    type Answer = BusinessProfile;

    const NAME: &'static str = "read_business_profile";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), format!("{}/whatsapp_business_profile", self.phone_number_id))
            .with_query("fields", Fields::of(BusinessProfile::FIELDS).parameter())
    }

    fn answer(&self, body: &Value) -> Result<BusinessProfile, AnswerError> {
        BusinessProfile::read(body)
    }
}

/// `POST /<PHONE_NUMBER>/whatsapp_business_profile`: sets the fields that have a value, and leaves the others. The picture
/// needs an upload of its own, and is not set by this.
#[derive(Debug, Clone)]
pub struct UpdateBusinessProfile {
    /// Business token that is good for the number's WABA.
    pub token: BusinessToken,
    /// The number.
    pub phone_number_id: PhoneNumberId,
    /// The new values.
    pub profile: BusinessProfile,
}

impl GraphCall for UpdateBusinessProfile {
    type Answer = ();

    const NAME: &'static str = "update_business_profile";
    const KIND: CallKind = CallKind::RepeatableWrite;

    fn parts(&self) -> RequestParts<'_> {
        let BusinessProfile { about, address, description, email, vertical, websites, has_picture: _ } = &self.profile;
        let texts = [
            ("about", about),
            ("address", address),
            ("description", description),
            ("email", email),
            ("vertical", vertical),
        ];
        let mut body = Map::from_iter([("messaging_product".to_owned(), json!("whatsapp"))]);
        body.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?)))));
        if !websites.is_empty() {
            body.insert("websites".to_owned(), json!(websites));
        }
        let path = format!("{}/whatsapp_business_profile", self.phone_number_id);
        RequestParts::post(self.token.secret(), path, RequestBody::Json(Value::Object(body)))
    }

    fn answer(&self, body: &Value) -> Result<(), AnswerError> {
        json::success(body)
    }
}
