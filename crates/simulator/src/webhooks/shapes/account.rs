//! What else concerns an account: `account_review_update`, `account_alerts`, `business_capability_update`,
//! `partner_solutions` (observations: webhooks.review, webhooks.capability, webhooks.alerts, webhooks.partner_solutions).

use serde::{Deserialize, Serialize};

use crate::ids::Id;

/// How Meta's review of an account ended or stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountReviewUpdate {
    /// The decision.
    pub decision: ReviewDecision,
}

/// The decision of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum ReviewDecision {
    Approved,
    Rejected,
    Pending,
    Deferred,
}

/// Limits of a business. Which of the two limits of numbers is told hangs on the messaging limit: the portfolio's with a
/// limit of 250, else the WABA's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessCapabilityUpdate {
    /// Customers whom the business may write to in 24 hours; -1 without limit.
    pub max_daily_conversations_per_business: i64,
    /// Numbers the portfolio may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_phone_numbers_per_business: Option<u32>,
    /// Numbers a WABA may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_phone_numbers_per_waba: Option<u32>,
}

/// Something that an account's owner should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountAlert {
    /// For example `BUSINESS`.
    pub entity_type: String,
    /// What it is about.
    pub entity_id: Id,
    /// What it says.
    pub alert_info: AlertInfo,
}

/// What an alert says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertInfo {
    /// For example `WARNING`.
    pub alert_severity: String,
    /// For example `ACTIVE`.
    pub alert_status: String,
    /// For example `OBA_APPROVED`.
    pub alert_type: String,
    /// For people.
    pub alert_description: String,
}

/// Something that happened to a Multi-Partner Solution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerSolution {
    /// What.
    pub event: SolutionEvent,
    /// Which solution.
    pub solution_id: Id,
    /// Its status (observations: intents.solution_status).
    pub solution_status: String,
}

/// What can happen to a solution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum SolutionEvent {
    SolutionCreated,
    SolutionUpdated,
}
