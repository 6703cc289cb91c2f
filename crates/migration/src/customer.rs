//! The business customer, as the customer file describes it.

use serde::{Deserialize, Serialize};

use crate::{PortfolioId, WabaId};

/// Who turns two-step verification off (guide 1 offers both).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TwoStepBy {
    /// The Tech Provider, who has access to the WABA in WhatsApp Manager.
    Us,
    /// The business customer.
    #[default]
    Customer,
}

/// One row of the customer file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The Tech Provider's own reference of the customer. A customer may have several WABAs.
    pub reference: String,
    /// The WABA that leaves the Multi-Partner Solution.
    pub source_waba: WabaId,
    /// The customer's business portfolio; read from the source WABA where the file has none.
    pub portfolio: Option<PortfolioId>,
    /// Whom to write to.
    pub contact_email: Option<String>,
    /// BCP 47 language tag for what the customer reads.
    pub language: Option<String>,
    /// IANA time zone that the cutover window is meant in.
    pub time_zone: Option<String>,
    /// Name of the group that is released and cut over together.
    pub wave: Option<String>,
    /// Whose turn guide 1 is.
    pub two_step_by: TwoStepBy,
    /// Where the customer's webhooks go, when not to the app's own callback (guide 6).
    pub callback_url: Option<String>,
    /// Where the customer's data is stored, when a region is wanted (observations: `registration.region`).
    pub storage_region: Option<String>,
}

impl Customer {
    /// A row that says only what a row must say.
    #[must_use]
    pub fn new(reference: impl Into<String>, source_waba: WabaId) -> Self {
        Self {
            reference: reference.into(),
            source_waba,
            portfolio: None,
            contact_email: None,
            language: None,
            time_zone: None,
            wave: None,
            two_step_by: TwoStepBy::default(),
            callback_url: None,
            storage_region: None,
        }
    }
}
