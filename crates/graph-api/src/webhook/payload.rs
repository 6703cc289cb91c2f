//! The envelope, and which kind of news each change in it is.

use jiff::Timestamp;

use super::account::{AccountReview, AccountUpdate};
use super::messages::MessageUpdates;
use super::numbers::{NumberName, NumberQuality, Security};
use super::templates::{TemplateCategoryUpdate, TemplateQualityUpdate, TemplateStatusUpdate, UpdatedTemplate};
use super::written::{self, Inner};

/// Envelopes within envelopes that are opened at most.
const DEEPEST: u8 = 4;

/// One webhook: up to a thousand changes, of one or more WABAs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// `object`: `whatsapp_business_account`, or the webhook is about something else.
    pub object: Option<String>,
    /// What changed, in the order of the payload.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `id` of the entry: the WABA, but for events about partners, where it is a portfolio
    /// (`observations: webhooks.partner_entry_id`).
    pub entry_id: Option<String>,
    /// `time` of the entry; absent from messages in Meta's pages.
    pub time: Option<Timestamp>,
    /// What is told.
    pub update: Update,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// Field `messages`.
    Messages(MessageUpdates),
    /// Field `account_update`.
    Account(AccountUpdate),
    /// Field `account_review_update`.
    AccountReview(AccountReview),
    /// Field `message_template_status_update`.
    TemplateStatus(TemplateStatusUpdate),
    /// Field `message_template_quality_update`.
    TemplateQuality(TemplateQualityUpdate),
    /// Field `template_category_update`.
    TemplateCategory(TemplateCategoryUpdate),
    /// Field `message_template_components_update`: the template was edited.
    TemplateComponents(UpdatedTemplate),
    /// Field `phone_number_name_update`.
    NumberName(NumberName),
    /// Field `phone_number_quality_update`.
    NumberQuality(NumberQuality),
    /// Field `security`.
    Security(Security),
    /// A field that is not read here.
    Other {
        /// Its name; empty where none is told.
        field: String,
    },
}

/// A text is no webhook. It is not repeated: it may hold what people wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// It is not JSON.
    #[error("it is not JSON: {what} at column {column}")]
    NotJson {
        /// What is wrong.
        what: &'static str,
        /// Where, counted from 1.
        column: usize,
    },
    /// It is JSON, and has no `entry` with changes.
    #[error("it is no webhook of Meta's: it has no list `entry`")]
    NoEntry,
}

impl Payload {
    /// Reads the body of a webhook as Meta sends it.
    ///
    /// # Errors
    /// [`PayloadError`] when it is not JSON, or no webhook.
    pub fn parse(body: &[u8]) -> Result<Self, PayloadError> {
        Self::of(written(body)?)
    }

    /// The same where somebody has kept it in an envelope of their own: an object whose `body` or `payload` is the webhook, as
    /// JSON or as the text that it came as.
    ///
    /// # Errors
    /// As [`Payload::parse`].
    pub fn parse_forwarded(text: &[u8]) -> Result<Self, PayloadError> {
        let mut outer = written(text)?;
        for _ in 0..DEEPEST {
            if outer.entry.0.is_some() {
                break;
            }
            outer = match (outer.body, outer.payload) {
                (Inner::Json(inner), _) | (Inner::Absent, Inner::Json(inner)) => *inner,
                (Inner::Text(inner), _) | (Inner::Absent, Inner::Text(inner)) => written(inner.as_bytes())?,
                (Inner::Absent, Inner::Absent) => return Err(PayloadError::NoEntry),
            };
        }
        Self::of(outer)
    }

    fn of(payload: written::Payload) -> Result<Self, PayloadError> {
        if payload.entry.0.is_none() {
            return Err(PayloadError::NoEntry);
        }
        let mut changes = Vec::new();
        for entry in payload.entry.objects() {
            let (entry_id, beside) = (entry.id.0, entry.field.0);
            let time = entry.time.0.and_then(|second| Timestamp::from_second(second).ok());
            for change in entry.changes.objects() {
                let value = change.value.0.unwrap_or_default();
                let field = change.field.0.or_else(|| beside.clone()).or_else(|| value.field.0.clone());
                let update = Update::of(field.unwrap_or_default(), value);
                changes.push(Change { entry_id: entry_id.clone(), time, update });
            }
        }
        Ok(Self { object: payload.object.0, changes })
    }
}

fn written(text: &[u8]) -> Result<written::Payload, PayloadError> {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    serde_json::from_slice::<super::tolerant::Object<written::Payload>>(text)
        .map_err(|error| PayloadError::NotJson { what: kind_of(&error), column: error.column() })
        .and_then(|payload| payload.0.ok_or(PayloadError::NoEntry))
}

/// What is wrong, without the words of the text.
fn kind_of(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Eof => "it ends too soon",
        serde_json::error::Category::Syntax => "something is written wrongly",
        serde_json::error::Category::Data => "a member stands there twice",
        serde_json::error::Category::Io => "it cannot be read",
    }
}

impl Update {
    fn of(field: String, value: written::Value) -> Self {
        match field.as_str() {
            "messages" => Self::Messages(MessageUpdates::of(value)),
            "account_update" => Self::Account(AccountUpdate::of(value)),
            "account_review_update" => Self::AccountReview(AccountReview::of(&value)),
            "message_template_quality_update" => Self::TemplateQuality(TemplateQualityUpdate::of(value)),
            // An example of Meta's has this field above a quality update (`observations: webhooks.odd_shapes`).
            "message_template_status_update" if value.new_quality_score.0.is_some() => {
                Self::TemplateQuality(TemplateQualityUpdate::of(value))
            }
            "message_template_status_update" => Self::TemplateStatus(TemplateStatusUpdate::of(value)),
            "template_category_update" => Self::TemplateCategory(TemplateCategoryUpdate::of(value)),
            "message_template_components_update" => Self::TemplateComponents(UpdatedTemplate::of(&value)),
            "phone_number_name_update" => Self::NumberName(NumberName::of(value)),
            "phone_number_quality_update" => Self::NumberQuality(NumberQuality::of(value)),
            "security" => Self::Security(Security::of(value)),
            _ => Self::Other { field },
        }
    }

    /// The field's name in Meta's words.
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::Messages(_) => "messages",
            Self::Account(_) => "account_update",
            Self::AccountReview(_) => "account_review_update",
            Self::TemplateStatus(_) => "message_template_status_update",
            Self::TemplateQuality(_) => "message_template_quality_update",
            Self::TemplateCategory(_) => "template_category_update",
            Self::TemplateComponents(_) => "message_template_components_update",
            Self::NumberName(_) => "phone_number_name_update",
            Self::NumberQuality(_) => "phone_number_quality_update",
            Self::Security(_) => "security",
            Self::Other { field } => field,
        }
    }
}
