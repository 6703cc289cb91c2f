//! What the reads give, reduced to what decisions need. Words of the vendor are kept verbatim: an unknown value is
//! shown to people and never treated as a pass.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use crate::templates::SourceTemplates;
use crate::templates::TemplateKey;
use crate::{E164, PhoneNumberId, PortfolioId, WabaId, reading::Answer};

/// Which token a call is made with. There is no other way to choose one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// The business token that came with the customer's first onboarding; good for the source WABA.
    SourceBusiness,
    /// The business token that guide 5 fetched after acceptance; good for the destination WABA.
    DestinationBusiness,
}

/// What `debug_token` says of a business token (observations: `tokens.debug_token`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenFacts {
    /// Whether the vendor calls it valid.
    pub valid: bool,
    /// When it expires; `None` = never.
    pub expires_at: Option<Timestamp>,
    /// Whether `whatsapp_business_management` reaches the WABA. Missing target ids are unreadable, settled by a read.
    pub management: Answer,
    /// The same for `whatsapp_business_messaging`, which register needs.
    pub messaging: Answer,
}

/// The source WABA's node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAccount {
    /// The account's name.
    pub name: Option<String>,
    /// `account_review_status`, verbatim.
    pub review: Option<String>,
    /// `ownership_type`, verbatim (observations: `waba.ownership_type`).
    pub ownership: Option<String>,
    /// The portfolio that owns it.
    pub owner: Option<PortfolioId>,
    /// `business_verification_status` of that portfolio, verbatim (observations: `waba.fields`).
    pub verification: Option<String>,
}

impl SourceAccount {
    /// Whether the WABA belongs to the Solution Partner instead of the customer: then it cannot leave this way
    /// (observations: `errors.2593085`).
    #[must_use]
    pub fn is_owned_by_partner(&self) -> bool {
        matches!(self.ownership.as_deref(), Some("ON_BEHALF_OF" | "AGENCY_OWNED"))
    }
}

/// One business phone number as a WABA lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedNumber {
    /// Its node under the WABA that was asked.
    pub id: PhoneNumberId,
    /// The number as the vendor writes it.
    pub display: String,
    /// The same in E.164 form; `None` when it cannot be read as a number.
    pub number: Option<E164>,
    /// Its display name.
    pub verified_name: Option<String>,
    /// `status`, verbatim: only `CONNECTED` means registered with Cloud API (guide 7).
    pub status: Option<String>,
    /// `name_status`, verbatim.
    pub name_status: Option<String>,
    /// `new_name_status`, verbatim: a pending change of the name.
    pub new_name_status: Option<String>,
    /// `is_pin_enabled`: two-step verification is on.
    pub pin_enabled: Option<bool>,
    /// `platform_type`, verbatim.
    pub platform: Option<String>,
    /// `is_on_biz_app`: the number also lives in the WhatsApp Business app.
    pub on_business_app: Option<bool>,
}

impl ListedNumber {
    /// Whether the number is registered and in use with Cloud API (guide 7).
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.status.as_deref() == Some("CONNECTED")
    }

    /// Whether the number answers for itself under the WABA that listed it: rule 6 of the state machine. The platform
    /// may be missing from an answer, but may not be another one.
    #[must_use]
    pub fn is_registered_here(&self) -> bool {
        self.is_connected()
            && self.pin_enabled == Some(true)
            && self.platform.as_deref().is_none_or(|platform| platform == "CLOUD_API")
    }

    /// Whether two-step verification is off (guide 1).
    #[must_use]
    pub fn two_step_off(&self) -> Answer {
        Answer::from_option(self.pin_enabled.map(|on| !on))
    }

    /// Whether the display name is approved and no other one is under review (observations: `errors.2388103`).
    #[must_use]
    pub fn display_name_approved(&self) -> Answer {
        if self.verified_name.as_deref().is_none_or(|name| name.trim().is_empty()) {
            return Answer::No;
        }
        match (self.name_status.as_deref(), self.new_name_status.as_deref()) {
            (_, Some("PENDING_REVIEW")) => Answer::No,
            (Some("APPROVED"), _) => Answer::Yes,
            (Some(_), _) => Answer::No,
            (None, _) => Answer::Unreadable,
        }
    }
}

/// The destination's templates at one reading.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DestinationTemplates {
    /// Name and language of each, with its status.
    pub statuses: BTreeMap<TemplateKey, String>,
    /// Why those that are REJECTED were, verbatim, where that is shown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rejections: BTreeMap<TemplateKey, String>,
    /// Quality of those that have one by now (guide T8, T9), verbatim; UNKNOWN is left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub qualities: BTreeMap<TemplateKey, String>,
}

/// What guide 4 answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentAnswer {
    /// `status`, verbatim.
    pub status: String,
    /// The customer's new WABA, where the answer shows one.
    pub destination: Option<WabaId>,
}

/// What a reading of an intent shows that a person gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenIntent {
    /// What guide 4 answers.
    pub answer: IntentAnswer,
    /// The source WABA that it names, where it names one (observations: `intents.waba_field`).
    pub source: Option<WabaId>,
}

/// The destination WABA's node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationAccount {
    /// `account_review_status`, verbatim.
    pub review: Option<String>,
    /// The portfolio that owns it.
    pub owner: Option<PortfolioId>,
    /// `health_status` names a payment problem (141006); `None` when health cannot be read.
    pub payment_error: Option<bool>,
    /// `primary_funding_id` is there.
    pub funding_present: bool,
}

impl DestinationAccount {
    /// Whether a payment method is there. Two signals, and neither alone is believed for a yes without the other's
    /// silence (observations: `waba.payment_verdict`).
    #[must_use]
    pub fn payment_method(&self) -> Answer {
        match (self.payment_error, self.funding_present) {
            (Some(true), _) => Answer::No,
            (Some(false) | None, true) => Answer::Yes,
            (Some(false) | None, false) => Answer::Unreadable,
        }
    }

    /// Whether the vendor has approved the account.
    #[must_use]
    pub fn review_approved(&self) -> Answer {
        Answer::from_option(self.review.as_deref().map(|review| review == "APPROVED"))
    }
}

/// Whether our app is among a WABA's subscribed apps, and where its webhooks go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriptions {
    /// Our app is listed.
    pub ours: bool,
    /// Its callback override, where one is set.
    pub override_callback: Option<String>,
}
