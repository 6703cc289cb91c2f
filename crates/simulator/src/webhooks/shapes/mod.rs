//! `value` of each family of webhooks, in the shapes and the order of members that Meta's pages have.

mod account;
mod account_update;
pub(crate) mod messages;
mod number;
pub(crate) mod templates;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::{
    account::{
        AccountAlert, AccountReviewUpdate, AlertInfo, BusinessCapabilityUpdate, PartnerSolution, ReviewDecision,
        SolutionEvent,
    },
    account_update::{AccountUpdate, Ban, BanState, Restriction, Violation, WabaInfo},
    number::{PhoneNumberNameUpdate, PhoneNumberQualityUpdate, QualityEvent, Security, SecurityEvent},
    templates::{
        MessageTemplateComponentsUpdate, MessageTemplateQualityUpdate, MessageTemplateStatusUpdate, RejectionInfo,
        TemplateButton, TemplateCategoryUpdate, TemplateRef,
    },
};
use super::Field;

/// Something about an account or a number that apps are told: a field and its `value`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "snake_case")]
#[expect(missing_docs, reason = "Meta's own words; each shape explains itself")]
pub enum Announcement {
    AccountAlerts(AccountAlert),
    AccountReviewUpdate(AccountReviewUpdate),
    AccountUpdate(AccountUpdate),
    BusinessCapabilityUpdate(BusinessCapabilityUpdate),
    PartnerSolutions(PartnerSolution),
    PhoneNumberNameUpdate(PhoneNumberNameUpdate),
    PhoneNumberQualityUpdate(PhoneNumberQualityUpdate),
    Security(Security),
}

/// Who is meant by an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MeantFor {
    /// The apps that are subscribed to the WABA; `entry.id` is the WABA.
    Subscribers,
    /// The partners' apps, subscribed or not; `entry.id` is the partner's portfolio
    /// (observations: webhooks.partner_entry_id, webhooks.partner_solutions).
    Partners,
}

impl Announcement {
    pub(super) fn field(&self) -> Field {
        match self {
            Self::AccountAlerts(_) => Field::AccountAlerts,
            Self::AccountReviewUpdate(_) => Field::AccountReviewUpdate,
            Self::AccountUpdate(_) => Field::AccountUpdate,
            Self::BusinessCapabilityUpdate(_) => Field::BusinessCapabilityUpdate,
            Self::PartnerSolutions(_) => Field::PartnerSolutions,
            Self::PhoneNumberNameUpdate(_) => Field::PhoneNumberNameUpdate,
            Self::PhoneNumberQualityUpdate(_) => Field::PhoneNumberQualityUpdate,
            Self::Security(_) => Field::Security,
        }
    }

    pub(super) fn meant_for(&self) -> MeantFor {
        match self {
            Self::PartnerSolutions(_)
            | Self::AccountUpdate(
                AccountUpdate::PartnerAdded { .. }
                | AccountUpdate::PartnerAppInstalled { .. }
                | AccountUpdate::PartnerAppUninstalled { .. }
                | AccountUpdate::PartnerRemoved { .. },
            ) => MeantFor::Partners,
            Self::AccountUpdate(
                AccountUpdate::AccountDeleted {}
                | AccountUpdate::AccountOffboarded {}
                | AccountUpdate::AccountReconnected {}
                | AccountUpdate::AccountRestriction { .. }
                | AccountUpdate::AccountViolation { .. }
                | AccountUpdate::DisabledUpdate { .. },
            )
            | Self::AccountAlerts(_)
            | Self::AccountReviewUpdate(_)
            | Self::BusinessCapabilityUpdate(_)
            | Self::PhoneNumberNameUpdate(_)
            | Self::PhoneNumberQualityUpdate(_)
            | Self::Security(_) => MeantFor::Subscribers,
        }
    }

    /// The `value` alone.
    pub(super) fn value(&self) -> Value {
        // Every shape is an object of texts and numbers, which serde_json always takes.
        serde_json::to_value(self).ok().and_then(|mut all| all.get_mut("value").map(Value::take)).unwrap_or_default()
    }
}
