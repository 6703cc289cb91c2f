//! What concerns a number: `phone_number_name_update`, `phone_number_quality_update`, `security`
//! (observations: webhooks.name, webhooks.number_quality, webhooks.security).

use serde::{Deserialize, Serialize};

use crate::ids::Id;

/// How the review of a display name ended or stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneNumberNameUpdate {
    /// The number, digits only.
    pub display_phone_number: String,
    /// The decision.
    pub decision: super::ReviewDecision,
    /// The display name that was reviewed.
    pub requested_verified_name: String,
    /// Why it was rejected, for example `NAME_NOT_CONSISTENT`; `null` otherwise.
    pub rejection_reason: Option<String>,
}

/// A change of what a number may send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneNumberQualityUpdate {
    /// The number, digits only.
    pub display_phone_number: String,
    /// What happened.
    pub event: QualityEvent,
    /// The messaging limit from before, where it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_limit: Option<String>,
    /// The messaging limit, for example `TIER_2K`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_limit: Option<String>,
    /// The same for the whole portfolio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_daily_conversations_per_business: Option<String>,
}

/// What can happen to a number's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words; the last four are of earlier versions")]
pub enum QualityEvent {
    Onboarding,
    ThroughputUpgrade,
    Flagged,
    Unflagged,
    Upgrade,
    Downgrade,
}

/// Something that happened to the two-step verification of a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Security {
    /// The number, digits only.
    pub display_phone_number: String,
    /// What happened.
    pub event: SecurityEvent,
    /// Who asked to have it turned off; in such requests only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<Id>,
}

/// What can happen to two-step verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SecurityEvent {
    /// The PIN was changed or set in WhatsApp Manager.
    PinChanged,
    /// Somebody pressed "Turn off two-step verification".
    PinResetRequest,
    /// The steps in the mail were done: it is off (guide 1).
    PinRequestSuccess,
}
