//! What happened to a template (guide T3, T9; `observations: webhooks.template_status`, `webhooks.template_quality`,
//! `webhooks.template_category`).

use jiff::Timestamp;

use super::written;
use crate::TemplateId;
use crate::nodes::{QualityRating, TemplateCategory};
use crate::open_enum::open_enum;

open_enum! {
    /// What happened to a template's status.
    pub enum TemplateEvent {
        /// It may be sent.
        Approved = "APPROVED",
        /// It was rejected, as a copy may be when it is checked again (guide T3).
        Rejected = "REJECTED",
        /// It is under review.
        Pending = "PENDING",
        /// It is paused for low quality.
        Paused = "PAUSED",
        /// It is disabled.
        Disabled = "DISABLED",
        /// It was deleted.
        Deleted = "DELETED",
        /// It is deleted once its messages are delivered.
        PendingDeletion = "PENDING_DELETION",
        /// A decision is contested.
        InAppeal = "IN_APPEAL",
        /// It may be sent again.
        Reinstated = "REINSTATED",
        /// It has low quality.
        Flagged = "FLAGGED",
        /// It cannot be edited.
        Locked = "LOCKED",
        /// It is out of use for long.
        Archived = "ARCHIVED",
        /// The WABA has as many templates as it may have (guide T5).
        LimitExceeded = "LIMIT_EXCEEDED",
    }
}

/// Which template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdatedTemplate {
    /// Its id; webhooks write it as a number.
    pub id: Option<TemplateId>,
    /// Its name.
    pub name: Option<String>,
    /// Its language in the API's spelling, `en_US`; webhooks write `en-US` (`observations: webhooks.languages`).
    pub language: Option<String>,
}

/// A template's status changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateStatusUpdate {
    /// Which template.
    pub template: UpdatedTemplate,
    /// To what.
    pub event: Option<TemplateEvent>,
    /// Why, in Meta's words; `NONE` mostly.
    pub reason: Option<String>,
    /// Its category.
    pub category: Option<TemplateCategory>,
}

/// A template's quality changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateQualityUpdate {
    /// Which template.
    pub template: UpdatedTemplate,
    /// From.
    pub previous: Option<QualityRating>,
    /// To.
    pub new: Option<QualityRating>,
}

/// A template's category changed, or will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateCategoryUpdate {
    /// Which template.
    pub template: UpdatedTemplate,
    /// What it was; only once it has changed.
    pub previous: Option<TemplateCategory>,
    /// What it is now.
    pub present: Option<TemplateCategory>,
    /// What it will be; only before it changes.
    pub correct: Option<TemplateCategory>,
    /// When it will change.
    pub changes_at: Option<Timestamp>,
}

impl UpdatedTemplate {
    pub(super) fn of(value: &written::Value) -> Self {
        Self {
            id: value.message_template_id.0.as_deref().and_then(|id| id.parse().ok()),
            name: value.message_template_name.0.clone(),
            language: value.message_template_language.0.as_deref().map(|language| language.replace('-', "_")),
        }
    }
}

impl TemplateStatusUpdate {
    pub(super) fn of(value: written::Value) -> Self {
        Self {
            template: UpdatedTemplate::of(&value),
            event: value.event.0.map(|word| TemplateEvent::from(word.as_str())),
            reason: value.reason.0,
            category: value.message_template_category.0.map(|word| TemplateCategory::from(word.as_str())),
        }
    }
}

impl TemplateQualityUpdate {
    pub(super) fn of(value: written::Value) -> Self {
        let template = UpdatedTemplate::of(&value);
        let rating = |word: Option<String>| word.map(|word| QualityRating::from(word.as_str()));
        Self { template, previous: rating(value.previous_quality_score.0), new: rating(value.new_quality_score.0) }
    }
}

impl TemplateCategoryUpdate {
    pub(super) fn of(value: written::Value) -> Self {
        let template = UpdatedTemplate::of(&value);
        let category = |word: Option<String>| word.map(|word| TemplateCategory::from(word.as_str()));
        Self {
            template,
            previous: category(value.previous_category.0),
            present: category(value.new_category.0),
            correct: category(value.correct_category.0),
            changes_at: value.category_update_timestamp.0.and_then(|second| Timestamp::from_second(second).ok()),
        }
    }
}
