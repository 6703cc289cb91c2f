//! Guide 7: the phone numbers of a WABA and their states.

use serde_json::Value;

use crate::json::AnswerError;
use crate::nodes::PhoneNumber;
use crate::{BusinessToken, CallKind, Cursor, Fields, GraphCall, Page, PagedCall, RequestParts, WabaId};

/// `GET /<WABA>/phone_numbers`, one page of it.
#[derive(Debug, Clone)]
pub struct ListPhoneNumbers {
    /// Business token that is good for the WABA.
    pub token: BusinessToken,
    /// Source (guide 7) or destination (after guide 8).
    pub waba_id: WabaId,
    /// Which fields; the guide asks for `status`.
    pub fields: Fields,
    /// Numbers for each page, 1 to 100; Meta's default is 25.
    pub limit: Option<u16>,
    /// Where the page begins; `None` for the first.
    pub after: Option<Cursor>,
}

impl ListPhoneNumbers {
    /// The first page, with Meta's default size.
    #[must_use]
    pub fn new(token: BusinessToken, waba_id: WabaId, fields: Fields) -> Self {
        Self { token, waba_id, fields, limit: None, after: None }
    }
}

impl GraphCall for ListPhoneNumbers {
    type Answer = Page<PhoneNumber>;

    const NAME: &'static str = "list_phone_numbers";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), format!("{}/phone_numbers", self.waba_id))
            .with_query("fields", self.fields.parameter())
            .with_query("limit", self.limit.map(|limit| limit.to_string()))
            .with_query("after", self.after.as_ref().map(|cursor| cursor.as_str().to_owned()))
    }

    fn answer(&self, body: &Value) -> Result<Page<PhoneNumber>, AnswerError> {
        Page::read(body, self.limit, PhoneNumber::read)
    }
}

impl PagedCall for ListPhoneNumbers {
    type Item = PhoneNumber;

    fn at(&self, cursor: Option<Cursor>) -> Self {
        Self { after: cursor, ..self.clone() }
    }
}
