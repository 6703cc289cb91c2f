//! `account_update` (observations: webhooks.account_update, webhooks.partner_added, webhooks.partner_removed).

use serde::{Deserialize, Serialize};

use crate::ids::Id;

/// Something that happened to an account, or to a partner's access to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum AccountUpdate {
    /// The WABA is gone.
    AccountDeleted {},
    /// The number of a coexistence customer changed its device.
    AccountOffboarded {},
    /// It is back.
    AccountReconnected {},
    /// Meta limits what the WABA may do.
    AccountRestriction {
        /// The limits.
        restriction_info: Vec<Restriction>,
    },
    /// Meta says that a policy was broken.
    AccountViolation {
        /// Which.
        violation_info: Violation,
    },
    /// The WABA is banned, will be, or is no longer.
    DisabledUpdate {
        /// How it stands.
        ban_info: Ban,
    },
    /// The WABA was shared with the partner.
    PartnerAdded {
        /// Which WABA.
        waba_info: WabaInfo,
    },
    /// The customer granted the partner's app one or more permissions.
    PartnerAppInstalled {
        /// Which WABA and app.
        waba_info: WabaInfo,
    },
    /// The customer took the app's permissions back.
    PartnerAppUninstalled {
        /// Which WABA and app; never with a solution.
        waba_info: WabaInfo,
    },
    /// The WABA is no longer shared with the partner.
    PartnerRemoved {
        /// Which WABA.
        waba_info: WabaInfo,
    },
}

/// A WABA as events about partners name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WabaInfo {
    /// The WABA.
    pub waba_id: Id,
    /// The portfolio that owns it.
    pub owner_business_id: Id,
    /// The partner's app, in events about apps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_app_id: Option<Id>,
    /// The Multi-Partner Solution it was onboarded through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solution_id: Option<Id>,
    /// The portfolios of that solution's partners.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub solution_partner_business_ids: Vec<Id>,
}

/// One limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restriction {
    /// For example `RESTRICTED_BIZ_INITIATED_MESSAGING`.
    pub restriction_type: String,
    /// When it ends, in Meta's own words; absent if it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration: Option<String>,
    /// What the business can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<String>,
}

/// A policy that was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Violation {
    /// For example `SCAM`.
    pub violation_type: String,
}

/// A ban.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ban {
    /// How it stands.
    pub waba_ban_state: BanState,
    /// As Meta writes dates here: `April 17, 2025`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waba_ban_date: Option<String>,
}

/// How a ban stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum BanState {
    Disable,
    Reinstate,
    ScheduleForDisable,
}
