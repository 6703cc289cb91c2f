//! A business phone number under one WABA.

use super::{ConversationalAutomation, HealthStatus};
use crate::PhoneNumberId;
use crate::json::{AnswerError, Place};
use crate::open_enum::open_enum;

open_enum! {
    /// State of a number. Only `CONNECTED` is explained by Meta: registered and in use with Cloud API (guide 7);
    /// the others come from several vocabularies that differ (`observations: numbers.status_values`).
    pub enum NumberStatus {
        /// Registered and in use with Cloud API.
        Connected = "CONNECTED",
        /// Not registered yet.
        Pending = "PENDING",
        /// Deleted.
        Deleted = "DELETED",
        /// Moved to another WABA.
        Migrated = "MIGRATED",
        /// Banned.
        Banned = "BANNED",
        /// Restricted.
        Restricted = "RESTRICTED",
        /// Sends too much.
        RateLimited = "RATE_LIMITED",
        /// Of low quality.
        Flagged = "FLAGGED",
        /// Not in use any more.
        Disconnected = "DISCONNECTED",
        /// Meta does not know.
        Unknown = "UNKNOWN",
        /// Not verified.
        Unverified = "UNVERIFIED",
    }
}

open_enum! {
    /// State of the one-time code that proved who owns the number; nothing to do with two-step verification.
    pub enum CodeVerificationStatus {
        /// Proven; only such a number can be registered.
        Verified = "VERIFIED",
        /// Never proven.
        NotVerified = "NOT_VERIFIED",
        /// Proven too long ago.
        Expired = "EXPIRED",
    }
}

open_enum! {
    /// State of a display name.
    pub enum NameStatus {
        /// Approved; a number moves only with such a name.
        Approved = "APPROVED",
        /// Usable without a review.
        AvailableWithoutReview = "AVAILABLE_WITHOUT_REVIEW",
        /// Declined.
        Declined = "DECLINED",
        /// Expired.
        Expired = "EXPIRED",
        /// Under review.
        PendingReview = "PENDING_REVIEW",
        /// There is none.
        None = "NONE",
        /// There is none either.
        NonExists = "NON_EXISTS",
    }
}

open_enum! {
    /// Where a number is registered.
    pub enum PlatformType {
        /// With Cloud API.
        CloudApi = "CLOUD_API",
        /// With the On-Premises API.
        OnPremise = "ON_PREMISE",
        /// Nowhere.
        NotApplicable = "NOT_APPLICABLE",
    }
}

open_enum! {
    /// Quality as recipients see it.
    pub enum QualityRating {
        /// High.
        Green = "GREEN",
        /// Medium.
        Yellow = "YELLOW",
        /// Low.
        Red = "RED",
        /// Not rated.
        Unknown = "UNKNOWN",
        /// Not applicable.
        NotApplicable = "NA",
    }
}

/// A phone number, with the fields that were asked for and that Meta has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    /// Its id under this WABA.
    pub id: PhoneNumberId,
    /// State.
    pub status: Option<NumberStatus>,
    /// Display name, `verified_name` of guide 8.
    pub verified_name: Option<String>,
    /// The number as Meta shows it, such as `+1 631-555-5555`.
    pub display_phone_number: Option<String>,
    /// Quality.
    pub quality_rating: Option<QualityRating>,
    /// Proof of ownership.
    pub code_verification_status: Option<CodeVerificationStatus>,
    /// State of the display name.
    pub name_status: Option<NameStatus>,
    /// State of a display name that was asked for.
    pub new_name_status: Option<NameStatus>,
    /// Display name that was asked for.
    pub new_display_name: Option<String>,
    /// `LIVE` or `SANDBOX`.
    pub account_mode: Option<String>,
    /// Where it is registered.
    pub platform_type: Option<PlatformType>,
    /// Whether two-step verification is on (guide 1); `None` when Meta does not say.
    pub is_pin_enabled: Option<bool>,
    /// Whether it has the badge of an official business account.
    pub is_official_business_account: Option<bool>,
    /// Whether it is also used in the WhatsApp Business app; such a number cannot move.
    pub is_on_biz_app: Option<bool>,
    /// `STANDARD`, `HIGH` or `NOT_APPLICABLE`.
    pub throughput_level: Option<String>,
    /// How many people it may write to in a day; deprecated by the portfolio's limit.
    pub messaging_limit_tier: Option<String>,
    /// When it was onboarded last.
    pub last_onboarded_time: Option<jiff::Timestamp>,
    /// Health of the number and of all it depends on.
    pub health_status: Option<HealthStatus>,
    /// Where its webhooks go.
    pub webhook_configuration: Option<WebhookConfiguration>,
    /// What WhatsApp offers a person who opens a chat with it.
    pub conversational_automation: Option<ConversationalAutomation>,
}

/// Addresses that webhooks about messages go to; the first one that is there wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookConfiguration {
    /// Override of the number.
    pub phone_number: Option<String>,
    /// Override of the WABA.
    pub whatsapp_business_account: Option<String>,
    /// Address of the app.
    pub application: Option<String>,
}

impl PhoneNumber {
    /// Fields that exist on a phone number and that a migration reads.
    pub const FIELDS: &[&'static str] = &[
        "id",
        "status",
        "verified_name",
        "display_phone_number",
        "quality_rating",
        "code_verification_status",
        "name_status",
        "new_name_status",
        "account_mode",
        "platform_type",
        "is_pin_enabled",
        "is_official_business_account",
        "is_on_biz_app",
        "throughput",
        "last_onboarded_time",
        "webhook_configuration",
    ];

    /// Fields of settings that a number has under one WABA.
    pub const SETTING_FIELDS: &[&'static str] = &["webhook_configuration", "conversational_automation"];

    /// Whether guide 7 counts the number as registered and in use.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.status == Some(NumberStatus::Connected)
    }

    /// Whether it looks registered: CONNECTED, on Cloud API, with a PIN. That alone proves nothing about **where**: the id may
    /// be the source's, so the destination has to list it (`observations: numbers.probe`).
    #[must_use]
    pub fn looks_registered(&self) -> bool {
        self.is_connected() && self.platform_type == Some(PlatformType::CloudApi) && self.is_pin_enabled == Some(true)
    }

    pub(crate) fn read(place: &Place<'_>) -> Result<Self, AnswerError> {
        Ok(Self {
            id: place.need_id("id")?,
            status: place.word("status"),
            verified_name: place.text("verified_name"),
            display_phone_number: place.text("display_phone_number"),
            quality_rating: place.word("quality_rating"),
            code_verification_status: place.word("code_verification_status"),
            name_status: place.word("name_status"),
            new_name_status: place.word("new_name_status"),
            new_display_name: place.text("new_display_name"),
            account_mode: place.text("account_mode"),
            platform_type: place.word("platform_type"),
            is_pin_enabled: place.boolean("is_pin_enabled"),
            is_official_business_account: place.boolean("is_official_business_account"),
            is_on_biz_app: place.boolean("is_on_biz_app"),
            throughput_level: place.get("throughput").and_then(|throughput| throughput.text("level")),
            messaging_limit_tier: place.text("messaging_limit_tier"),
            last_onboarded_time: place.instant("last_onboarded_time"),
            health_status: place.get("health_status").map(|health| HealthStatus::read(&health)).transpose()?,
            webhook_configuration: place.get("webhook_configuration").map(|hooks| WebhookConfiguration {
                phone_number: hooks.text("phone_number"),
                whatsapp_business_account: hooks.text("whatsapp_business_account"),
                application: hooks.text("application"),
            }),
            conversational_automation: place
                .get("conversational_automation")
                .map(|automation| ConversationalAutomation::read(&automation))
                .transpose()?,
        })
    }
}
