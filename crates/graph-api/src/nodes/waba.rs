//! The WhatsApp Business Account, source or destination.

use super::{EntityType, HealthStatus};
use crate::calls::SubscribedApp;
use crate::json::{AnswerError, Place};
use crate::open_enum::open_enum;
use crate::{PortfolioId, WabaId};

open_enum! {
    /// Result of Meta's review of the account; a number moves only to an approved one.
    pub enum ReviewStatus {
        /// Approved.
        Approved = "APPROVED",
        /// Under review.
        Pending = "PENDING",
        /// Rejected.
        Rejected = "REJECTED",
        /// Put off.
        Deferred = "DEFERRED",
    }
}

open_enum! {
    /// Who owns the account. Meta's sources use two vocabularies (`observations: waba.ownership_type`).
    pub enum OwnershipType {
        /// The customer, seen from a partner.
        ClientOwned = "CLIENT_OWNED",
        /// A partner, on behalf of the customer: it cannot leave in this way.
        OnBehalfOf = "ON_BEHALF_OF",
        /// Whoever asks.
        SelfOwned = "SELF_OWNED",
        /// An agency.
        AgencyOwned = "AGENCY_OWNED",
    }
}

/// A WABA, with the fields that were asked for and that Meta has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waba {
    /// Its id.
    pub id: WabaId,
    /// Its name.
    pub name: Option<String>,
    /// ISO 4217 currency; it never changes after creation.
    pub currency: Option<String>,
    /// Meta's number of its time zone.
    pub timezone_id: Option<String>,
    /// ISO 3166-1 country.
    pub country: Option<String>,
    /// Review of the account.
    pub account_review_status: Option<ReviewStatus>,
    /// Who owns it.
    pub ownership_type: Option<OwnershipType>,
    /// The portfolio that owns it.
    pub owner_business_info: Option<BusinessInfo>,
    /// The portfolio on whose behalf it is held.
    pub on_behalf_of_business_info: Option<BusinessInfo>,
    /// Health of the account and of all it depends on.
    pub health_status: Option<HealthStatus>,
    /// Present when some funding is attached. Whether a Tech Provider's token may read it is unknown
    /// (`observations: waba.primary_funding_id`).
    pub primary_funding_id: Option<String>,
    /// Verification of the business, in Meta's lower-case words.
    pub business_verification_status: Option<String>,
    /// Whether template analytics are on; does not travel with a number.
    pub is_enabled_for_insights: Option<bool>,
    /// Whether no marketing template goes through Cloud API; does not travel either (`observations: waba.settings`).
    pub disable_marketing_messages_on_cloud_api: Option<bool>,
    /// Whether templates that nobody uses are archived; does not travel either.
    pub template_auto_archival_enabled: Option<bool>,
    /// How far the account is with the API for marketing messages, in Meta's words (`observations: waba.marketing_messages`).
    pub marketing_messages_lite_api_status: Option<String>,
    /// The apps that get its webhooks, where they are asked for as a field.
    pub subscribed_apps: Option<Vec<SubscribedApp>>,
    /// When it was created.
    pub creation_time: Option<jiff::Timestamp>,
}

/// A business portfolio as a WABA names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessInfo {
    /// Its id.
    pub id: Option<PortfolioId>,
    /// Its name.
    pub name: Option<String>,
    /// For a portfolio on whose behalf the account is held: whether that is accepted.
    pub status: Option<String>,
}

impl Waba {
    /// Fields that exist on a WABA and that a migration reads.
    pub const FIELDS: &[&'static str] = &[
        "id",
        "name",
        "currency",
        "timezone_id",
        "country",
        "account_review_status",
        "ownership_type",
        "owner_business_info",
        "on_behalf_of_business_info",
        "health_status",
        "primary_funding_id",
        "business_verification_status",
        "is_enabled_for_insights",
    ];

    /// Fields of settings that belong to the account, and do not travel with a number.
    pub const SETTING_FIELDS: &[&'static str] = &[
        "is_enabled_for_insights",
        "disable_marketing_messages_on_cloud_api",
        "template_auto_archival_enabled",
        "marketing_messages_lite_api_status",
        "subscribed_apps",
    ];

    /// Whether the WABA has a payment method that works (guide 3): `Some(false)` when Meta complains about it, `Some(true)`
    /// when Meta does not and some funding is attached, `None` when the answer does not tell
    /// (`observations: waba.payment_verdict`).
    #[must_use]
    pub fn payment_method_works(&self) -> Option<bool> {
        let health = self.health_status.as_ref()?;
        if health.payment_problem().is_some() {
            return Some(false);
        }
        let is_judged = health.entity(&EntityType::Waba).is_some();
        (is_judged && self.primary_funding_id.is_some()).then_some(true)
    }

    pub(crate) fn read(place: &Place<'_>) -> Result<Self, AnswerError> {
        let business = |name: &str| place.get(name).map(|info| BusinessInfo::read(&info));
        Ok(Self {
            id: place.need_id("id")?,
            name: place.text("name"),
            currency: place.text("currency"),
            timezone_id: place.text("timezone_id"),
            country: place.text("country"),
            account_review_status: place.word("account_review_status"),
            ownership_type: place.word("ownership_type"),
            owner_business_info: business("owner_business_info"),
            on_behalf_of_business_info: business("on_behalf_of_business_info"),
            health_status: place.get("health_status").map(|health| HealthStatus::read(&health)).transpose()?,
            primary_funding_id: place.text("primary_funding_id"),
            business_verification_status: place.text("business_verification_status"),
            is_enabled_for_insights: place.boolean("is_enabled_for_insights"),
            disable_marketing_messages_on_cloud_api: place.boolean("disable_marketing_messages_on_cloud_api"),
            template_auto_archival_enabled: place.boolean("template_auto_archival_enabled"),
            marketing_messages_lite_api_status: place.text("marketing_messages_lite_api_status"),
            subscribed_apps: place.get("subscribed_apps").map(|apps| SubscribedApp::read_all(&apps)).transpose()?,
            creation_time: place.instant("creation_time"),
        })
    }
}

impl BusinessInfo {
    fn read(place: &Place<'_>) -> Self {
        Self { id: place.id("id"), name: place.text("name"), status: place.text("status") }
    }
}
