//! Message templates.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Components, Quality};
use crate::ids::Id;

/// One language of one message template (observations: templates.fields, templates.create).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its id; a copy gets a new one (observations: templates.ids).
    pub id: Id,
    /// Its name: lower-case letters, digits, underscores.
    pub name: String,
    /// Its language, for example `en_US`.
    pub language: String,
    /// Its category.
    pub category: Category,
    /// Its status.
    pub status: TemplateStatus,
    /// Its quality; a copy starts with `UNKNOWN` (guide T8).
    pub quality: Quality,
    /// Why it was rejected; `NONE` otherwise.
    pub rejected_reason: RejectedReason,
    /// Header, body, footer, buttons as they were handed in.
    pub components: Components,
    /// When it came into being in this WABA.
    pub created_at: Timestamp,
    /// Since when it has its quality, if not since it came into being.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality_since: Option<Timestamp>,
    /// Whether its parameters are numbered or named.
    #[serde(default)]
    pub parameter_format: ParameterFormat,
    /// A finer category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_category: Option<SubCategory>,
    /// Its category before Meta changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_category: Option<Category>,
    /// The category that Meta thinks is right, if it has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correct_category: Option<Category>,
    /// How long a message may wait for delivery, in seconds; -1 for 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_send_ttl_seconds: Option<i32>,
    /// The template of Meta's library that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library_template_name: Option<Box<str>>,
    /// Whether links in buttons are not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cta_url_link_tracking_opted_out: Option<bool>,
    /// The template it is a copy of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied_from: Option<Id>,
}

impl Template {
    /// `name/language`: what a template is called in the ledger.
    pub(crate) fn label(&self) -> String {
        label(&self.name, &self.language)
    }

    /// Only approved templates of green quality are duplicated (guide T4).
    pub(crate) fn is_duplicated(&self) -> bool {
        self.status == TemplateStatus::Approved && self.quality == Quality::Green
    }

    /// Whether Meta thinks that another category is right: what the check of guide T2 looks for.
    pub(crate) fn is_disputed(&self) -> bool {
        self.correct_category.is_some_and(|correct| correct != self.category)
    }

    /// The manual call takes those of unknown quality as well (observations: templates.manual_copy).
    pub(crate) fn may_be_migrated(&self) -> bool {
        self.status == TemplateStatus::Approved && matches!(self.quality, Quality::Green | Quality::Unknown)
    }
}

/// `name/language`.
pub(crate) fn label(name: &str, language: &str) -> String {
    format!("{name}/{language}")
}

/// What a WABA remembers of its templates beside the templates themselves.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TemplateHistory {
    /// When templates were created by a call, by WABA, as far as the hourly limit looks back.
    pub creations: BTreeMap<Id, Vec<Timestamp>>,
    /// When an approved template was edited, by template, as far as the limit of edits looks back.
    pub edits: BTreeMap<Id, Vec<Timestamp>>,
    /// What was deleted last under a name, or under `name/language` if only that was deleted, by WABA.
    pub deletions: BTreeMap<Id, BTreeMap<String, Deletion>>,
}

/// A deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deletion {
    /// When.
    pub at: Timestamp,
    /// Whether something approved was deleted: such a name is blocked for 30 days.
    pub was_approved: bool,
}

/// Category of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum Category {
    Authentication,
    Marketing,
    Utility,
}

impl Category {
    pub(crate) const ALL: [Self; 3] = [Self::Authentication, Self::Marketing, Self::Utility];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "AUTHENTICATION",
            Self::Marketing => "MARKETING",
            Self::Utility => "UTILITY",
        }
    }
}

/// A finer category (observations: templates.fields).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum SubCategory {
    OrderDetails,
    OrderStatus,
    RichOrderStatus,
}

impl SubCategory {
    pub(crate) const ALL: [Self; 3] = [Self::OrderDetails, Self::OrderStatus, Self::RichOrderStatus];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::OrderDetails => "ORDER_DETAILS",
            Self::OrderStatus => "ORDER_STATUS",
            Self::RichOrderStatus => "RICH_ORDER_STATUS",
        }
    }
}

/// How parameters are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ParameterFormat {
    /// `{{order_number}}`.
    Named,
    /// `{{1}}`, `{{2}}`.
    #[default]
    Positional,
}

impl ParameterFormat {
    pub(crate) const ALL: [Self; 2] = [Self::Named, Self::Positional];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Named => "NAMED",
            Self::Positional => "POSITIONAL",
        }
    }
}

/// Status of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum TemplateStatus {
    Approved,
    Pending,
    Rejected,
    Paused,
    Disabled,
    InAppeal,
    LimitExceeded,
    PendingDeletion,
    Archived,
}

impl TemplateStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::Pending => "PENDING",
            Self::Rejected => "REJECTED",
            Self::Paused => "PAUSED",
            Self::Disabled => "DISABLED",
            Self::InAppeal => "IN_APPEAL",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::PendingDeletion => "PENDING_DELETION",
            Self::Archived => "ARCHIVED",
        }
    }
}

/// Why a template was rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum RejectedReason {
    #[default]
    None,
    AbusiveContent,
    CategoryNotAvailable,
    IncorrectCategory,
    InvalidFormat,
    Promotional,
    Scam,
    TagContentMismatch,
}

impl RejectedReason {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::AbusiveContent => "ABUSIVE_CONTENT",
            Self::CategoryNotAvailable => "CATEGORY_NOT_AVAILABLE",
            Self::IncorrectCategory => "INCORRECT_CATEGORY",
            Self::InvalidFormat => "INVALID_FORMAT",
            Self::Promotional => "PROMOTIONAL",
            Self::Scam => "SCAM",
            Self::TagContentMismatch => "TAG_CONTENT_MISMATCH",
        }
    }
}
