//! Guide 5: the business token of the customer.

use secrecy::SecretString;
use serde_json::Value;

use crate::json::{AnswerError, Place};
use crate::secret::{AppSecret, appsecret_proof};
use crate::{BusinessToken, CallKind, GraphCall, PortfolioId, RequestBody, RequestParts, SystemToken};

/// `POST /<PORTFOLIO>/system_user_access_tokens` with `fetch_only=true` and a proof, as a form
/// (`observations: tokens.fetch`). It fetches the token that exists and mints none, so it changes nothing.
#[derive(Debug, Clone)]
pub struct FetchBusinessToken {
    /// System token of the Tech Provider.
    pub token: SystemToken,
    /// Secret of the app, for the proof.
    pub app_secret: AppSecret,
    /// Portfolio of the **customer**.
    pub customer_portfolio_id: PortfolioId,
    /// Adds `set_token_expires_in_60_days=true`: some businesses must use such tokens and refuse the call without it
    /// (`observations: tokens.fetch_errors`).
    pub sixty_days: bool,
}

impl FetchBusinessToken {
    /// The call as it is for most businesses.
    #[must_use]
    pub fn new(token: SystemToken, app_secret: AppSecret, customer_portfolio_id: PortfolioId) -> Self {
        Self { token, app_secret, customer_portfolio_id, sixty_days: false }
    }
}

impl GraphCall for FetchBusinessToken {
    type Answer = BusinessToken;

    const NAME: &'static str = "system_user_access_tokens";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        let mut form = vec![
            ("fetch_only", "true".to_owned()),
            ("appsecret_proof", appsecret_proof(self.token.secret(), &self.app_secret)),
        ];
        if self.sixty_days {
            form.push(("set_token_expires_in_60_days", "true".to_owned()));
        }
        let path = format!("{}/system_user_access_tokens", self.customer_portfolio_id);
        RequestParts::post(self.token.secret(), path, RequestBody::Form(form))
            .with_secret(self.app_secret.secret())
            .without_proof()
    }

    fn answer(&self, body: &Value) -> Result<BusinessToken, AnswerError> {
        let root = Place::root(body);
        let token = SecretString::from(root.need_text("access_token")?);
        BusinessToken::new(token).map_err(|error| root.trouble(error.to_string()))
    }
}
