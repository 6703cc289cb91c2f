//! Access tokens.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::Id;

/// A token, app secret or the like. It opens nothing but this simulator, and is still kept out of every debug output, so that
/// a leak in a caller's log is the caller's own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Look-ups by a text that somebody sent.
impl Borrow<str> for Secret {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a token may do at all (observations: tokens.kinds).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum Scope {
    BusinessManagement,
    WhatsappBusinessManagement,
    WhatsappBusinessMessaging,
}

impl Scope {
    pub(crate) const ALL: [Self; 3] =
        [Self::BusinessManagement, Self::WhatsappBusinessManagement, Self::WhatsappBusinessMessaging];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::BusinessManagement => "business_management",
            Self::WhatsappBusinessManagement => "whatsapp_business_management",
            Self::WhatsappBusinessMessaging => "whatsapp_business_messaging",
        }
    }
}

/// Whose token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// The Tech Provider's own system user (guide 4 and 5).
    System,
    /// One per app and customer portfolio (guide 2 and 6 to 9).
    Business,
}

/// An access token.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Whose it is.
    pub kind: TokenKind,
    /// The app it was given to.
    pub app: Id,
    /// The portfolio of the system user behind it: the provider's own, or the customer's.
    pub portfolio: Id,
    /// The system user behind it.
    pub user: Id,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// The WABAs a business token was granted, each with the instant of the grant.
    pub wabas: BTreeMap<Id, Timestamp>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it runs out; never if absent.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Whether the app has fetched it (guide 5). A token that the app has had since onboarding counts as not fetched.
    pub fetched: bool,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("kind", &self.kind)
            .field("app", &self.app)
            .field("portfolio", &self.portfolio)
            .finish_non_exhaustive()
    }
}
