//! The WABAs that customers share with a portfolio: where a destination WABA appears whose intent was lost.

use serde_json::{Value, json};

use crate::json::AnswerError;
use crate::nodes::Waba;
use crate::{CallKind, Cursor, Fields, GraphCall, Page, PagedCall, PortfolioId, RequestParts, SystemToken};

/// `GET /<PORTFOLIO>/client_whatsapp_business_accounts`, one page of it (`observations: waba.client_list`).
#[derive(Debug, Clone)]
pub struct ListClientWabas {
    /// System token of the Tech Provider.
    pub token: SystemToken,
    /// Portfolio of the **Tech Provider**.
    pub portfolio_id: PortfolioId,
    /// Which fields.
    pub fields: Fields,
    /// Only WABAs created after this instant, to whole seconds.
    pub created_after: Option<jiff::Timestamp>,
    /// WABAs for each page.
    pub limit: Option<u16>,
    /// Where the page begins; `None` for the first.
    pub after: Option<Cursor>,
}

impl ListClientWabas {
    /// Fields by which a lost destination is recognised.
    pub const FIELDS: &[&'static str] = &["id", "name", "creation_time", "owner_business_info"];

    /// The first page of all shared WABAs, with Meta's default size.
    #[must_use]
    pub fn new(token: SystemToken, portfolio_id: PortfolioId) -> Self {
        Self { token, portfolio_id, fields: Fields::of(Self::FIELDS), created_after: None, limit: None, after: None }
    }

    fn filtering(&self) -> Option<String> {
        let instant = self.created_after?;
        let value = instant.as_second().to_string();
        Some(json!([{ "field": "creation_time", "operator": "GREATER_THAN", "value": value }]).to_string())
    }
}

impl GraphCall for ListClientWabas {
    type Answer = Page<Waba>;

    const NAME: &'static str = "list_client_whatsapp_business_accounts";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), format!("{}/client_whatsapp_business_accounts", self.portfolio_id))
            .with_query("fields", self.fields.parameter())
            .with_query("filtering", self.filtering())
            .with_query("limit", self.limit.map(|limit| limit.to_string()))
            .with_query("after", self.after.as_ref().map(|cursor| cursor.as_str().to_owned()))
    }

    fn answer(&self, body: &Value) -> Result<Page<Waba>, AnswerError> {
        Page::read(body, self.limit, Waba::read)
    }
}

impl PagedCall for ListClientWabas {
    type Item = Waba;

    fn at(&self, cursor: Option<Cursor>) -> Self {
        Self { after: cursor, ..self.clone() }
    }
}
