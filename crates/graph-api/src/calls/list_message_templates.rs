//! The templates of a WABA (guide T1 to T9).

use serde_json::Value;

use crate::json::AnswerError;
use crate::nodes::Template;
use crate::{BusinessToken, CallKind, Cursor, Fields, GraphCall, Page, PagedCall, RequestParts, WabaId};

/// `GET /<WABA>/message_templates`, one page of it. A stale cursor is refused with 131059
/// ([`Cause::CursorStale`](crate::Cause::CursorStale)): begin again.
#[derive(Debug, Clone)]
pub struct ListMessageTemplates {
    /// Business token that is good for the WABA.
    pub token: BusinessToken,
    /// Source or destination.
    pub waba_id: WabaId,
    /// Which fields; `quality_score` only comes when it is asked for.
    pub fields: Fields,
    /// Whether to ask how many templates the WABA may hold: [`Page::summary`] then has `message_template_limit`
    /// (`observations: templates.summary`).
    pub with_limit: bool,
    /// Templates for each page.
    pub limit: Option<u16>,
    /// Where the page begins; `None` for the first.
    pub after: Option<Cursor>,
}

impl ListMessageTemplates {
    /// The first page of all that a migration reads of templates, with Meta's default size.
    #[must_use]
    pub fn new(token: BusinessToken, waba_id: WabaId) -> Self {
        Self { token, waba_id, fields: Fields::of(Template::FIELDS), with_limit: false, limit: None, after: None }
    }
}

impl GraphCall for ListMessageTemplates {
    type Answer = Page<Template>;

    const NAME: &'static str = "list_message_templates";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), format!("{}/message_templates", self.waba_id))
            .with_query("fields", self.fields.parameter())
            .with_query("summary", self.with_limit.then(|| "message_template_limit".to_owned()))
            .with_query("limit", self.limit.map(|limit| limit.to_string()))
            .with_query("after", self.after.as_ref().map(|cursor| cursor.as_str().to_owned()))
    }

    fn answer(&self, body: &Value) -> Result<Page<Template>, AnswerError> {
        Page::read(body, self.limit, Template::read)
    }
}

impl PagedCall for ListMessageTemplates {
    type Item = Template;

    fn at(&self, cursor: Option<Cursor>) -> Self {
        Self { after: cursor, ..self.clone() }
    }
}
