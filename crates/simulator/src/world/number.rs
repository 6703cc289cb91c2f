//! A business phone number as one WABA lists it. A number that migrates is listed twice: by source and by destination.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{NumberSettings, Secret};
use crate::{ids::Id, phone::E164};

/// One entry of `GET /<WABA>/phone_numbers` (guide 7).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// The phone number id. By default a new one on the destination (observations: numbers.phone_id_after_migrate).
    pub id: Id,
    /// The number itself.
    pub number: E164,
    /// The display name.
    pub verified_name: String,
    /// Registration status; `CONNECTED` means in use with Cloud API (guide 7).
    pub status: NumberStatus,
    /// Review of the display name.
    pub name_status: NameStatus,
    /// A new display name that waits for its review.
    pub new_name: Option<String>,
    /// One-time-code state; only verified numbers can register.
    pub code_verification: CodeVerification,
    /// Where the number runs.
    pub platform: Platform,
    /// Two-step verification (guide 1).
    pub two_step: bool,
    /// The PIN, where it was set through register (guide 9).
    pub pin: Option<Secret>,
    /// In use by the WhatsApp Business app as well; such numbers cannot take this way.
    pub is_on_biz_app: bool,
    /// Quality rating; travels with the number.
    pub quality: Quality,
    /// Messaging limit; travels with the number.
    pub messaging_limit_tier: String,
    /// When this WABA got the number.
    pub created_at: Timestamp,
    /// When it was last registered here.
    pub last_onboarded_at: Option<Timestamp>,
    /// Where messages are kept at rest; in Meta's usual places if absent (observations: registration.region).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_region: Option<StorageRegion>,
    /// Until when a throughput upgrade keeps it in maintenance mode.
    pub maintenance_until: Option<Timestamp>,
    /// Where `messages` webhooks about it go, by app, instead of the WABA's or the app's own callback
    /// (observations: subscriptions.number_override).
    #[serde(default)]
    pub callback_overrides: BTreeMap<Id, CallbackOverride>,
    /// Profile, automation and calling.
    #[serde(default, skip_serializing_if = "NumberSettings::is_default")]
    pub settings: NumberSettings,
}

/// Another callback than the app's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallbackOverride {
    /// The address.
    pub uri: String,
    /// What that address has to be asked with.
    pub verify_token: Secret,
}

/// Registration status of a number (observations: numbers.status_values).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words; only CONNECTED is explained by the guide")]
pub enum NumberStatus {
    Pending,
    Connected,
    Disconnected,
    Migrated,
    Deleted,
    Banned,
    Restricted,
    RateLimited,
    Flagged,
    Unverified,
    Unknown,
}

impl NumberStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Connected => "CONNECTED",
            Self::Disconnected => "DISCONNECTED",
            Self::Migrated => "MIGRATED",
            Self::Deleted => "DELETED",
            Self::Banned => "BANNED",
            Self::Restricted => "RESTRICTED",
            Self::RateLimited => "RATE_LIMITED",
            Self::Flagged => "FLAGGED",
            Self::Unverified => "UNVERIFIED",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// Whether the WABA that lists the number still has it.
    pub(crate) fn is_held(self) -> bool {
        !matches!(self, Self::Migrated | Self::Deleted)
    }
}

/// Review of a display name (observations: numbers.name_status).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words; a number can migrate with APPROVED alone")]
pub enum NameStatus {
    Approved,
    AvailableWithoutReview,
    Declined,
    Expired,
    PendingReview,
    None,
    NonExists,
}

impl NameStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::AvailableWithoutReview => "AVAILABLE_WITHOUT_REVIEW",
            Self::Declined => "DECLINED",
            Self::Expired => "EXPIRED",
            Self::PendingReview => "PENDING_REVIEW",
            Self::None => "NONE",
            Self::NonExists => "NON_EXISTS",
        }
    }
}

/// One-time-code state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CodeVerification {
    /// Ownership was proven, or is inherited by this migration.
    Verified,
    /// Ownership was never proven.
    NotVerified,
    /// The number was not registered within 14 days.
    Expired,
}

impl CodeVerification {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "VERIFIED",
            Self::NotVerified => "NOT_VERIFIED",
            Self::Expired => "EXPIRED",
        }
    }
}

/// Where a number runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Platform {
    /// Cloud API.
    CloudApi,
    /// The on-premises client.
    OnPremise,
    /// Not registered anywhere.
    NotApplicable,
}

impl Platform {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::CloudApi => "CLOUD_API",
            Self::OnPremise => "ON_PREMISE",
            Self::NotApplicable => "NOT_APPLICABLE",
        }
    }
}

/// A country in which messages can be kept at rest (observations: registration.regions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "ISO 3166 codes")]
pub enum StorageRegion {
    Ae,
    Au,
    Bh,
    Br,
    Ca,
    Ch,
    De,
    Gb,
    Id,
    In,
    Jp,
    Kr,
    Sg,
    Za,
}

impl StorageRegion {
    pub(crate) const ALL: [(&str, Self); 14] = [
        ("AE", Self::Ae),
        ("AU", Self::Au),
        ("BH", Self::Bh),
        ("BR", Self::Br),
        ("CA", Self::Ca),
        ("CH", Self::Ch),
        ("DE", Self::De),
        ("GB", Self::Gb),
        ("ID", Self::Id),
        ("IN", Self::In),
        ("JP", Self::Jp),
        ("KR", Self::Kr),
        ("SG", Self::Sg),
        ("ZA", Self::Za),
    ];

    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, region)| *region == self).map_or("", |(code, _)| code)
    }
}

/// Quality of a number or a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum Quality {
    Green,
    Yellow,
    Red,
    Unknown,
}

impl Quality {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Green => "GREEN",
            Self::Yellow => "YELLOW",
            Self::Red => "RED",
            Self::Unknown => "UNKNOWN",
        }
    }
}
