//! What a token may do, and for how long.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::json::{AnswerError, Place};
use crate::{AppId, AppToken, BusinessToken, CallKind, GraphCall, RequestParts, SystemToken};

/// `GET /debug_token?input_token=…` with the app's own token (`observations: tokens.debug_token`).
///
/// The inspected token stands in the query, as Meta wants it: never log the address of this call.
#[derive(Debug, Clone)]
pub struct DebugToken {
    token: AppToken,
    inspected: SecretString,
}

impl DebugToken {
    /// Asks about a business token.
    #[must_use]
    pub fn of_business(token: AppToken, inspected: &BusinessToken) -> Self {
        Self { token, inspected: inspected.secret().clone() }
    }

    /// Asks about a system token.
    #[must_use]
    pub fn of_system(token: AppToken, inspected: &SystemToken) -> Self {
        Self { token, inspected: inspected.secret().clone() }
    }
}

/// When a token or an access ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Not by itself.
    Never,
    /// At an instant.
    At(Timestamp),
}

/// A permission and the assets that it holds for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GranularScope {
    /// The permission, such as `whatsapp_business_management`.
    pub scope: String,
    /// Ids of WABAs; `None` when Meta names none, which settles nothing.
    pub target_ids: Option<Vec<String>>,
}

/// What Meta says about a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFacts {
    /// Whether it can be used.
    pub is_valid: bool,
    /// The app it was issued to.
    pub app_id: Option<AppId>,
    /// Name of that app.
    pub application: Option<String>,
    /// Kind, such as `SYSTEM_USER`.
    pub kind: Option<String>,
    /// When it ends; `None` when Meta does not say.
    pub expires_at: Option<Expiry>,
    /// When access to data ends; `None` when Meta does not say.
    pub data_access_expires_at: Option<Expiry>,
    /// When it was issued.
    pub issued_at: Option<Timestamp>,
    /// Permissions.
    pub scopes: Vec<String>,
    /// Permissions by asset.
    pub granular_scopes: Vec<GranularScope>,
    /// The user it stands for.
    pub user_id: Option<String>,
    /// Why it cannot be used, in Meta's words.
    pub error: Option<String>,
}

impl TokenFacts {
    /// Whether it has a permission for something.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|name| name == scope) || self.granular_scopes.iter().any(|entry| entry.scope == scope)
    }

    /// Whether a permission holds for an asset. `None` where Meta names no assets for it: that settles nothing, read the
    /// asset instead.
    #[must_use]
    pub fn covers(&self, scope: &str, asset_id: &str) -> Option<bool> {
        if !self.has_scope(scope) {
            return Some(false);
        }
        let entry = self.granular_scopes.iter().find(|entry| entry.scope == scope)?;
        entry.target_ids.as_ref().map(|ids| ids.iter().any(|id| id == asset_id))
    }
}

impl GraphCall for DebugToken {
    type Answer = TokenFacts;

    const NAME: &'static str = "debug_token";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), "debug_token")
            .with_query("input_token", Some(self.inspected.expose_secret().to_owned()))
            .with_secret(&self.inspected)
            .without_proof()
    }

    fn answer(&self, body: &Value) -> Result<TokenFacts, AnswerError> {
        let data = Place::root(body).need("data")?;
        let is_valid = data.need("is_valid")?;
        let granular_scopes = data.list("granular_scopes")?;
        Ok(TokenFacts {
            is_valid: is_valid.as_bool().ok_or_else(|| is_valid.trouble("expected true or false"))?,
            app_id: data.id("app_id"),
            application: data.text("application"),
            kind: data.text("type"),
            expires_at: expiry(&data, "expires_at"),
            data_access_expires_at: expiry(&data, "data_access_expires_at"),
            issued_at: data.instant("issued_at"),
            scopes: data.list("scopes")?.iter().filter_map(Place::as_text).collect(),
            granular_scopes: granular_scopes.iter().map(granular).collect::<Result<_, _>>()?,
            user_id: data.text("user_id"),
            error: data.get("error").and_then(|error| error.text("message")),
        })
    }
}

/// Meta writes 0 for "never".
fn expiry(data: &Place<'_>, name: &str) -> Option<Expiry> {
    match data.integer(name)? {
        0 => Some(Expiry::Never),
        second => Timestamp::from_second(second).ok().map(Expiry::At),
    }
}

fn granular(entry: &Place<'_>) -> Result<GranularScope, AnswerError> {
    let target_ids = entry.get("target_ids").map(|ids| ids.elements()).transpose()?;
    Ok(GranularScope {
        scope: entry.need_text("scope")?,
        target_ids: target_ids.map(|ids| ids.iter().filter_map(Place::as_text).collect()),
    })
}
