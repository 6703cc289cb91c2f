//! What a message costs, and whom (guide B1 to B3).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Category;

/// Type and category of a price, as status webhooks and analytics show them (observations: billing.pricing_object).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pricing {
    /// Whether it costs anything, and if not, why.
    #[serde(rename = "type")]
    pub kind: PricingType,
    /// Which rate holds.
    pub category: PricingCategory,
}

/// Whether a message costs anything once it is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PricingType {
    /// It does.
    Regular,
    /// It does not: no template, or a utility template inside an open customer service window.
    FreeCustomerService,
    /// It does not: inside a free entry point window of 72 hours.
    FreeEntryPoint,
}

impl PricingType {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::FreeCustomerService => "free_customer_service",
            Self::FreeEntryPoint => "free_entry_point",
        }
    }
}

/// Which rate holds for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum PricingCategory {
    Authentication,
    Marketing,
    Utility,
    Service,
    ReferralConversion,
}

impl PricingCategory {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Marketing => "marketing",
            Self::Utility => "utility",
            Self::Service => "service",
            Self::ReferralConversion => "referral_conversion",
        }
    }
}

impl From<Category> for PricingCategory {
    fn from(category: Category) -> Self {
        match category {
            Category::Authentication => Self::Authentication,
            Category::Marketing => Self::Marketing,
            Category::Utility => Self::Utility,
        }
    }
}

/// What somebody owes for one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// Who pays.
    pub payer: Payer,
    /// The sentence of the guide that says so.
    pub sentence: Sentence,
    /// How much.
    pub amount: Amount,
}

/// Who pays for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// The Solution Partner whose credit line the source is on.
    SolutionPartner,
    /// The business customer.
    Customer,
}

impl Payer {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SolutionPartner => "solution_partner",
            Self::Customer => "customer",
        }
    }
}

/// A sentence of the guide on billing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Sentence {
    /// Delivered before the migration is complete: the old Solution Partner.
    B1,
    /// Sent before, delivered after: the old Solution Partner as well.
    B2,
    /// Sent and delivered after: the business customer.
    B3,
}

impl Sentence {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::B1 => "B1",
            Self::B2 => "B2",
            Self::B3 => "B3",
        }
    }
}

/// An amount of money in ten-thousandths of the WABA's currency, so that sums are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(u64);

impl Amount {
    pub(crate) const fn ten_thousandths(amount: u64) -> Self {
        Self(amount)
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// In units of the currency, as analytics show it.
    #[expect(clippy::cast_precision_loss, reason = "exact below nine hundred billion, and only shown")]
    pub fn in_units(self) -> f64 {
        self.0 as f64 / 10_000.0
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_add_up_exactly() {
        let sum = (0..10).fold(Amount::default(), |sum, _| sum.plus(Amount::ten_thousandths(1001)));
        assert_eq!((sum.to_string().as_str(), sum.in_units().to_string().as_str()), ("1.0010", "1.001"));
    }
}
