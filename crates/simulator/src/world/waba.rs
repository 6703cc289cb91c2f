//! WhatsApp Business Accounts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Number, Secret, Template};
use crate::{ids::Id, phone::E164};

/// A WhatsApp Business Account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waba {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// The portfolio that owns it.
    pub owner: Id,
    /// How it is owned.
    pub ownership: Ownership,
    /// The business that the owner holds it for, if it is `ON_BEHALF_OF`.
    pub on_behalf_of: Option<Id>,
    /// Meta's review of the account.
    pub review: Review,
    /// ISO 4217. Never changes after creation.
    pub currency: String,
    /// Meta's numeric time zone id.
    pub timezone_id: String,
    /// Template namespace.
    pub message_template_namespace: String,
    /// ISO 3166 country of the business.
    pub country: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who pays.
    pub funding: Funding,
    /// The Multi-Partner Solution it is in.
    pub solution: Option<Id>,
    /// Partner portfolios it is shared with.
    pub shared_with: BTreeSet<Id>,
    /// Apps that get its webhooks.
    pub subscriptions: Vec<Subscription>,
    /// Its numbers, newest first.
    pub numbers: Vec<Number>,
    /// Its templates, newest first.
    pub templates: Vec<Template>,
    /// The intent whose acceptance created it, if it is a destination.
    pub made_by_intent: Option<Id>,
    /// The most templates it may hold, where that differs from the rule (250, or 6000 for a verified business).
    #[serde(default)]
    pub template_limit: Option<usize>,
    /// What its owner has set. Belongs to the account: a destination begins with the defaults.
    #[serde(default, skip_serializing_if = "WabaSettings::is_default")]
    pub settings: WabaSettings,
    /// Users of partners that were given tasks here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub assigned_users: BTreeMap<Id, BTreeSet<Task>>,
}

/// Settings of an account (observations: waba.settings).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WabaSettings {
    /// Template analytics are collected. Cannot be turned off again.
    pub is_enabled_for_insights: bool,
    /// No marketing template goes through Cloud API (131063).
    pub disable_marketing_messages_on_cloud_api: bool,
    /// Templates that nobody uses are archived.
    pub template_auto_archival_enabled: bool,
}

impl WabaSettings {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What an assigned user may do (observations: waba.assigned_users).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum Task {
    Develop,
    Manage,
    ManageExtensions,
    ManagePhone,
    ManagePhoneAssets,
    ManageTemplates,
    Messaging,
    ViewCost,
    ViewPhoneAssets,
    ViewTemplates,
}

impl Task {
    pub(crate) const ALL: [(&str, Self); 10] = [
        ("DEVELOP", Self::Develop),
        ("MANAGE", Self::Manage),
        ("MANAGE_EXTENSIONS", Self::ManageExtensions),
        ("MANAGE_PHONE", Self::ManagePhone),
        ("MANAGE_PHONE_ASSETS", Self::ManagePhoneAssets),
        ("MANAGE_TEMPLATES", Self::ManageTemplates),
        ("MESSAGING", Self::Messaging),
        ("VIEW_COST", Self::ViewCost),
        ("VIEW_PHONE_ASSETS", Self::ViewPhoneAssets),
        ("VIEW_TEMPLATES", Self::ViewTemplates),
    ];
}

impl Waba {
    /// The entry of a number here.
    pub(crate) fn number(&self, number: &E164) -> Option<&Number> {
        self.numbers.iter().find(|entry| entry.number == *number)
    }

    pub(crate) fn number_mut(&mut self, number: &E164) -> Option<&mut Number> {
        self.numbers.iter_mut().find(|entry| entry.number == *number)
    }

    pub(crate) fn subscription(&self, app: Id) -> Option<&Subscription> {
        self.subscriptions.iter().find(|subscription| subscription.app == app)
    }
}

/// Who owns a WABA (observations: waba.ownership_type).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Ownership {
    /// The customer owns it.
    ClientOwned,
    /// The partner owns it for the customer; such a WABA cannot leave this way.
    OnBehalfOf,
}

impl Ownership {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ClientOwned => "CLIENT_OWNED",
            Self::OnBehalfOf => "ON_BEHALF_OF",
        }
    }
}

/// Meta's review of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words; numbers move only to an APPROVED account")]
pub enum Review {
    Approved,
    Pending,
    Rejected,
}

impl Review {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::Pending => "PENDING",
            Self::Rejected => "REJECTED",
        }
    }
}

/// Who pays for a WABA's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Funding {
    /// Nobody: a fresh destination (guide 3).
    None,
    /// The Solution Partner's credit line.
    CreditLine(Id),
    /// The customer's own payment method.
    PaymentMethod(Id),
    /// The customer's own payment method, declined.
    Declined(Id),
}

impl Funding {
    /// The attached funding source, good or not.
    pub(crate) fn id(self) -> Option<Id> {
        match self {
            Self::None => None,
            Self::CreditLine(id) | Self::PaymentMethod(id) | Self::Declined(id) => Some(id),
        }
    }

    pub(crate) fn pays(self) -> bool {
        match self {
            Self::None | Self::Declined(_) => false,
            Self::CreditLine(_) | Self::PaymentMethod(_) => true,
        }
    }
}

/// An app that gets the webhooks of a WABA (guide 6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// The app.
    pub app: Id,
    /// Where `messages` webhooks go instead of the app's own callback.
    pub override_callback_uri: Option<String>,
    /// What that address has to be asked with.
    pub verify_token: Option<Secret>,
}
