//! Whose token is it, and which portfolio is the customer's? One way to the path of guide 5.

use serde_json::Value;

use crate::json::{AnswerError, Place};
use crate::{BusinessToken, CallKind, GraphCall, PortfolioId, RequestParts};

/// `GET /me?fields=id,name,client_business_id` (`observations: tokens.customer_portfolio_id`; third-party evidence only).
#[derive(Debug, Clone)]
pub struct ReadMe {
    /// The business token that is asked about.
    pub token: BusinessToken,
}

/// The system user that a business token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOwner {
    /// Id of the system user.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Portfolio of the customer who granted the token.
    pub client_business_id: Option<PortfolioId>,
}

impl GraphCall for ReadMe {
    type Answer = TokenOwner;

    const NAME: &'static str = "me";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), "me").with_query("fields", Some("id,name,client_business_id".to_owned()))
    }

    fn answer(&self, body: &Value) -> Result<TokenOwner, AnswerError> {
        let root = Place::root(body);
        if !body.is_object() {
            return Err(root.trouble("expected an object"));
        }
        Ok(TokenOwner {
            id: root.text("id"),
            name: root.text("name"),
            client_business_id: root.id("client_business_id"),
        })
    }
}
