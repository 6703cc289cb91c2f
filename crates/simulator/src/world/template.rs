//! Message templates.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Quality;
use crate::ids::Id;

/// One language of one message template.
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
    /// Its quality; a copy starts with `UNKNOWN` (guide T5).
    pub quality: Quality,
    /// Why it was rejected; `NONE` otherwise.
    pub rejected_reason: String,
    /// Header, body, footer, buttons as the API has them.
    pub components: Vec<Value>,
    /// When it came into being in this WABA.
    pub created_at: Timestamp,
}

impl Template {
    /// `name/language`: what a template is called in the ledger.
    pub(crate) fn label(&self) -> String {
        format!("{}/{}", self.name, self.language)
    }

    /// Only approved templates of green quality are duplicated (guide T3).
    pub(crate) fn is_duplicated(&self) -> bool {
        self.status == TemplateStatus::Approved && self.quality == Quality::Green
    }
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
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "AUTHENTICATION",
            Self::Marketing => "MARKETING",
            Self::Utility => "UTILITY",
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
