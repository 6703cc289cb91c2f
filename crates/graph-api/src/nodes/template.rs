//! A message template in one language.

use serde_json::{Value, json};

use super::QualityRating;
use crate::TemplateId;
use crate::json::{AnswerError, Place};
use crate::open_enum::open_enum;

open_enum! {
    /// State of a template.
    pub enum TemplateStatus {
        /// May be sent; only such a template is duplicated (guide T4).
        Approved = "APPROVED",
        /// Out of use for long.
        Archived = "ARCHIVED",
        /// Deleted.
        Deleted = "DELETED",
        /// Disabled.
        Disabled = "DISABLED",
        /// A decision is contested.
        InAppeal = "IN_APPEAL",
        /// Beyond the WABA's limit.
        LimitExceeded = "LIMIT_EXCEEDED",
        /// Paused for low quality.
        Paused = "PAUSED",
        /// Under review.
        Pending = "PENDING",
        /// Deleted once its messages are delivered.
        PendingDeletion = "PENDING_DELETION",
        /// Rejected, as a duplicate may be after Meta's check of its category (guide T3).
        Rejected = "REJECTED",
    }
}

open_enum! {
    /// What a template is for, and what it costs.
    pub enum TemplateCategory {
        /// One-time codes.
        Authentication = "AUTHENTICATION",
        /// Marketing.
        Marketing = "MARKETING",
        /// About something that the recipient did.
        Utility = "UTILITY",
    }
}

/// Quality of a template; not duplicated with it (guide T7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityScore {
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    pub score: QualityRating,
    /// Since when.
    pub date: Option<jiff::Timestamp>,
}

/// A template, with the fields that were asked for and that Meta has.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Its id; a duplicate has another one.
    pub id: TemplateId,
    /// Its name, unique in a WABA together with the language.
    pub name: Option<String>,
    /// Its language, such as `en_US`.
    pub language: Option<String>,
    /// State.
    pub status: Option<TemplateStatus>,
    /// Category.
    pub category: Option<TemplateCategory>,
    /// Category before Meta changed it.
    pub previous_category: Option<TemplateCategory>,
    /// Category that Meta will change it to.
    pub correct_category: Option<TemplateCategory>,
    /// Finer category, such as `ORDER_DETAILS`.
    pub sub_category: Option<String>,
    /// Quality; only there when it was asked for.
    pub quality_score: Option<QualityScore>,
    /// Why it was rejected; `NONE` otherwise.
    pub rejected_reason: Option<String>,
    /// `POSITIONAL` or `NAMED`.
    pub parameter_format: Option<String>,
    /// How long a message may wait for delivery, in seconds.
    pub message_send_ttl_seconds: Option<i64>,
    /// Whether the taps on its addresses are not counted.
    pub cta_url_link_tracking_opted_out: Option<bool>,
    /// Template of Meta's library that it was made from.
    pub library_template_name: Option<String>,
    /// Header, body, footer, buttons and so on, as Meta sent them.
    pub components: Vec<Value>,
}

impl Template {
    /// Fields that exist on a template and that a migration reads.
    pub const FIELDS: &[&'static str] = &[
        "id",
        "name",
        "language",
        "status",
        "category",
        "previous_category",
        "correct_category",
        "sub_category",
        "quality_score",
        "rejected_reason",
        "parameter_format",
        "message_send_ttl_seconds",
        "cta_url_link_tracking_opted_out",
        "library_template_name",
        "components",
    ];

    /// Whether Meta duplicates it: APPROVED and of quality GREEN (guide T4).
    #[must_use]
    pub fn is_eligible_for_duplication(&self) -> bool {
        self.status == Some(TemplateStatus::Approved)
            && self.quality_score.as_ref().is_some_and(|quality| quality.score == QualityRating::Green)
    }

    /// What it is made of, as it was read: what [`recreation`](crate::recreation) starts from.
    #[must_use]
    pub fn content(&self) -> Value {
        json!({
            "name": self.name,
            "language": self.language,
            "category": self.category.as_ref().map(TemplateCategory::as_str),
            "parameter_format": self.parameter_format,
            "sub_category": self.sub_category,
            "message_send_ttl_seconds": self.message_send_ttl_seconds,
            "cta_url_link_tracking_opted_out": self.cta_url_link_tracking_opted_out,
            "library_template_name": self.library_template_name,
            "components": self.components,
        })
    }

    pub(crate) fn read(place: &Place<'_>) -> Result<Self, AnswerError> {
        Ok(Self {
            id: place.need_id("id")?,
            name: place.text("name"),
            language: place.text("language"),
            status: place.word("status"),
            category: place.word("category"),
            previous_category: place.word("previous_category"),
            correct_category: place.word("correct_category"),
            sub_category: place.text("sub_category"),
            quality_score: place.get("quality_score").and_then(|quality| QualityScore::read(&quality)),
            rejected_reason: place.text("rejected_reason"),
            parameter_format: place.text("parameter_format"),
            message_send_ttl_seconds: place.integer("message_send_ttl_seconds"),
            cta_url_link_tracking_opted_out: place.boolean("cta_url_link_tracking_opted_out"),
            library_template_name: place.text("library_template_name"),
            components: place.list("components")?.iter().map(|component| component.value().clone()).collect(),
        })
    }
}

impl QualityScore {
    fn read(place: &Place<'_>) -> Option<Self> {
        Some(Self { score: place.word("score")?, date: place.instant("date") })
    }
}
