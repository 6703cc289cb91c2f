//! What there is of an account, as Meta sends it: for a copy that others read, not for a decision. Nothing is interpreted here,
//! so that nothing is lost that Meta shows.

use serde_json::Value;

use crate::json::AnswerError;
use crate::{BusinessToken, CallKind, Cursor, Fields, GraphCall, Page, PagedCall, PhoneNumberId, RequestParts, WabaId};

/// A node to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopiedNode {
    /// The account itself.
    Account(WabaId),
    /// The settings of one of its numbers (`observations: registration.storage_shape`).
    NumberSettings(PhoneNumberId),
    /// The business profile of one of its numbers (`observations: settings.profile`).
    BusinessProfile(PhoneNumberId),
    /// How many templates it may hold (`observations: templates.summary`).
    TemplateLimit(WabaId),
}

/// `GET` of a node.
#[derive(Debug, Clone)]
pub struct CopyNode {
    /// Business token that is good for the account.
    pub token: BusinessToken,
    /// Which.
    pub node: CopiedNode,
    /// Which fields; a refused one can be left out.
    pub fields: Fields,
}

impl GraphCall for CopyNode {
    type Answer = Value;

    const NAME: &'static str = "copy_node";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        let token = self.token.secret();
        let parts = match &self.node {
            CopiedNode::Account(waba) => RequestParts::get(token, waba.as_str()),
            CopiedNode::NumberSettings(phone) => RequestParts::get(token, format!("{phone}/settings")),
            CopiedNode::BusinessProfile(phone) => {
                RequestParts::get(token, format!("{phone}/whatsapp_business_profile"))
            }
            CopiedNode::TemplateLimit(waba) => RequestParts::get(token, format!("{waba}/message_templates"))
                .with_query("summary", Some("message_template_limit".to_owned()))
                .with_query("limit", Some("1".to_owned())),
        };
        parts.with_query("fields", self.fields.parameter())
    }

    fn answer(&self, body: &Value) -> Result<Value, AnswerError> {
        Ok(body.clone())
    }
}

/// A list to be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopiedList {
    /// Its numbers.
    Numbers,
    /// Its templates.
    Templates,
    /// The apps that get its webhooks.
    SubscribedApps,
    /// Its Flows.
    Flows,
    /// The Multi-Partner Solutions that it is in.
    Solutions,
}

impl CopiedList {
    fn edge(self) -> &'static str {
        match self {
            Self::Numbers => "phone_numbers",
            Self::Templates => "message_templates",
            Self::SubscribedApps => "subscribed_apps",
            Self::Flows => "flows",
            Self::Solutions => "solutions",
        }
    }
}

/// `GET` of a list of the account, one page of it.
#[derive(Debug, Clone)]
pub struct CopyList {
    /// Business token that is good for the account.
    pub token: BusinessToken,
    /// The account.
    pub waba_id: WabaId,
    /// Which list.
    pub list: CopiedList,
    /// Which fields.
    pub fields: Fields,
    /// Elements for each page.
    pub limit: Option<u16>,
    /// Where the page begins; `None` for the first.
    pub after: Option<Cursor>,
}

impl GraphCall for CopyList {
    type Answer = Page<Value>;

    const NAME: &'static str = "copy_list";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), format!("{}/{}", self.waba_id, self.list.edge()))
            .with_query("fields", self.fields.parameter())
            .with_query("limit", self.limit.map(|limit| limit.to_string()))
            .with_query("after", self.after.as_ref().map(|cursor| cursor.as_str().to_owned()))
    }

    fn answer(&self, body: &Value) -> Result<Page<Value>, AnswerError> {
        Page::read(body, self.limit, |element| Ok(element.value().clone()))
    }
}

impl PagedCall for CopyList {
    type Item = Value;

    fn at(&self, cursor: Option<Cursor>) -> Self {
        Self { after: cursor, ..self.clone() }
    }
}
