//! What happened to a WABA (`observations: webhooks.account_update`, `webhooks.review`).

use super::written;
use crate::nodes::ReviewStatus;
use crate::open_enum::open_enum;
use crate::{AppId, PortfolioId, WabaId};

open_enum! {
    /// What happened to an account: the events that matter to a migration. Others keep their words.
    pub enum AccountEvent {
        /// The WABA was shared with a partner.
        PartnerAdded = "PARTNER_ADDED",
        /// It is no longer shared: access to it may be gone.
        PartnerRemoved = "PARTNER_REMOVED",
        /// The customer granted the app permissions.
        PartnerAppInstalled = "PARTNER_APP_INSTALLED",
        /// The customer took the app's permissions back.
        PartnerAppUninstalled = "PARTNER_APP_UNINSTALLED",
        /// The account was deleted.
        AccountDeleted = "ACCOUNT_DELETED",
        /// The account is restricted.
        AccountRestriction = "ACCOUNT_RESTRICTION",
        /// The account violated a policy.
        AccountViolation = "ACCOUNT_VIOLATION",
        /// The account was banned, or a ban ended.
        DisabledUpdate = "DISABLED_UPDATE",
        /// A device of a number in coexistence changed.
        AccountOffboarded = "ACCOUNT_OFFBOARDED",
        /// A number was registered again.
        AccountReconnected = "ACCOUNT_RECONNECTED",
    }
}

/// Something happened to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountUpdate {
    /// What.
    pub event: Option<AccountEvent>,
    /// The WABA, where it is told inside: for partner events the entry's id is a portfolio
    /// (`observations: webhooks.partner_entry_id`).
    pub waba_id: Option<WabaId>,
    /// The portfolio that owns the WABA.
    pub owner_business_id: Option<PortfolioId>,
    /// The app that was installed or uninstalled.
    pub partner_app_id: Option<AppId>,
    /// The Multi-Partner Solution that the customer came through.
    pub solution_id: Option<String>,
}

/// Meta reviewed an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountReview {
    /// With which result.
    pub decision: Option<ReviewStatus>,
}

impl AccountUpdate {
    pub(super) fn of(value: written::Value) -> Self {
        let info = value.waba_info.0.unwrap_or_default();
        Self {
            event: value.event.0.map(|word| AccountEvent::from(word.as_str())),
            waba_id: info.waba_id.0.and_then(|id| id.parse().ok()),
            owner_business_id: info.owner_business_id.0.and_then(|id| id.parse().ok()),
            partner_app_id: info.partner_app_id.0.and_then(|id| id.parse().ok()),
            solution_id: info.solution_id.0,
        }
    }
}

impl AccountReview {
    pub(super) fn of(value: &written::Value) -> Self {
        Self { decision: value.decision.0.as_deref().map(ReviewStatus::from) }
    }
}
