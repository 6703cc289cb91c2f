//! Who there is: apps, business portfolios, Multi-Partner Solutions.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Secret;
use crate::{ids::Id, webhooks::Field};

/// An app of a Tech Provider or a Solution Partner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// The key of `appsecret_proof` and half of the app token.
    pub secret: Secret,
    /// The portfolio that owns it.
    pub portfolio: Id,
    /// Advanced access for `whatsapp_business_management` (guide R1).
    pub advanced_access: bool,
    /// The callback set on the app itself; without one no WABA may override it (observations: subscriptions.override).
    pub callback_url: Option<String>,
    /// The webhook fields it is subscribed to. An app that never said so, and has a callback, counts as subscribed to all:
    /// it was configured before the world began.
    #[serde(default)]
    pub subscribed_fields: Option<BTreeSet<String>>,
}

impl App {
    /// The names of the fields it is subscribed to.
    pub(crate) fn heard_fields(&self) -> BTreeSet<String> {
        self.subscribed_fields.clone().unwrap_or_else(|| Field::names().into_iter().map(str::to_owned).collect())
    }

    /// Whether it is subscribed to a webhook field.
    pub(crate) fn hears(&self, field: &str) -> bool {
        self.subscribed_fields.as_ref().is_none_or(|fields| fields.contains(field))
    }
}

/// A business portfolio.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portfolio {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Whether Meta has verified the business. A WABA of a verified one may hold 6000 templates, else 250.
    pub verified: bool,
    /// Its messaging limit; from `TIER_2K` on it may have 20 registered numbers, verified or not.
    #[serde(default = "usual_tier")]
    pub messaging_limit_tier: String,
    /// Tokens for it must end after 60 days (observations: tokens.lifetimes).
    #[serde(default)]
    pub tokens_must_expire: bool,
    /// Who has admin access and so gets Meta's mails (guide 3).
    pub admins: Vec<Admin>,
}

/// What a portfolio has whose messages were never limited for a reason.
pub(crate) fn usual_tier() -> String {
    "TIER_2K".to_owned()
}

/// A person with admin access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// Where mails go.
    pub email: String,
}

/// A Multi-Partner Solution: the Tech Provider's app and the Solution Partner's, whose credit line pays.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Solution {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// `ACTIVE` while WABAs can be tagged for leaving it.
    pub status: String,
    /// The Tech Provider's app.
    pub provider_app: Id,
    /// The Solution Partner's app.
    pub partner_app: Id,
    /// The Solution Partner's portfolio.
    pub partner_portfolio: Id,
}

impl Solution {
    pub(crate) fn is_active(&self) -> bool {
        self.status == "ACTIVE"
    }
}
