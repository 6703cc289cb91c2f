//! Settings that do not travel with a number or its templates: what they were on the source, what they are on the
//! destination, and what may be done about the difference. One file for each rule.
//!
//! Nothing is ever turned off, emptied or overwritten: a setting is written where the destination has none, and only where the
//! policy says so. What somebody has set on the new side meanwhile is that person's will. What belongs to another, such as a
//! callback of the old partner's, is told and left.

mod automation;
pub(crate) mod callback;
mod calling;
mod listed;
mod profile;
mod record;
mod rows;
pub(crate) mod storage;
mod switch;
mod value;

use serde::{Deserialize, Serialize};

use crate::Migration;

pub use callback::callback;
pub use record::{Compared, Place, Setting, Settings, SettingsRead, Tried};
pub(crate) use rows::why_not;
pub use rows::{Balance, Row, Verdict, balance, rows};
pub use value::{Automation, Callback, Profile, SettingValue, Shown};

/// What is done about settings that do not travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingsPolicy {
    /// Nothing is read and nothing written; a wanted storage region apart, which is a gate.
    #[default]
    Leave,
    /// They are read before and after, and differences are listed.
    List,
    /// The same, and what the destination lacks is set again where Meta's API allows it.
    Restore,
}

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingName {
    /// What people see of the business (observations: `settings.profile`).
    BusinessProfile,
    /// Whether the profile has a picture: another address is no other picture.
    ProfilePicture,
    /// What a chat begins with (observations: `settings.automation`).
    ConversationalAutomation,
    /// Calling (observations: `settings.calling`).
    Calling,
    /// A callback of the number's own (observations: `subscriptions.number_override`).
    NumberCallback,
    /// Where messages are kept at rest (observations: `registration.region`).
    StorageRegion,
    /// A callback of the WABA's own (guide 6.2).
    AccountCallback,
    /// Template analytics (observations: `waba.settings`).
    Insights,
    /// No marketing template goes through Cloud API; forgotten, it may stop sends or let them pass (131063).
    MarketingMessagesOff,
    /// How far the account is with the API for marketing messages (observations: `waba.marketing_messages`).
    MarketingMessagesApi,
    /// Templates that nobody uses are archived.
    TemplateArchival,
}

impl SettingName {
    /// Each of them: those of a number, then those of a WABA.
    pub const ALL: [Self; 11] = [
        Self::BusinessProfile,
        Self::ProfilePicture,
        Self::ConversationalAutomation,
        Self::Calling,
        Self::NumberCallback,
        Self::StorageRegion,
        Self::AccountCallback,
        Self::Insights,
        Self::MarketingMessagesOff,
        Self::MarketingMessagesApi,
        Self::TemplateArchival,
    ];

    /// Its name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BusinessProfile => "business_profile",
            Self::ProfilePicture => "profile_picture",
            Self::ConversationalAutomation => "conversational_automation",
            Self::Calling => "calling",
            Self::NumberCallback => "number_callback",
            Self::StorageRegion => "storage_region",
            Self::AccountCallback => "account_callback",
            Self::Insights => "insights",
            Self::MarketingMessagesOff => "marketing_messages_off",
            Self::MarketingMessagesApi => "marketing_messages_api",
            Self::TemplateArchival => "template_archival",
        }
    }

    /// Its name for people, in a sentence: `the business profile`.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::BusinessProfile => "the business profile",
            Self::ProfilePicture => "the profile picture",
            Self::ConversationalAutomation => "the conversational automation",
            Self::Calling => "calling",
            Self::NumberCallback => "the number's own callback",
            Self::StorageRegion => "the storage region",
            Self::AccountCallback => "the WABA's own callback",
            Self::Insights => "template analytics",
            Self::MarketingMessagesOff => "the switch that keeps marketing messages off Cloud API",
            Self::MarketingMessagesApi => "the API for marketing messages",
            Self::TemplateArchival => "the archiving of unused templates",
        }
    }

    /// Whether it is one of a number rather than of the WABA.
    #[must_use]
    pub fn is_of_number(self) -> bool {
        match self {
            Self::BusinessProfile
            | Self::ProfilePicture
            | Self::ConversationalAutomation
            | Self::Calling
            | Self::NumberCallback
            | Self::StorageRegion => true,
            Self::AccountCallback
            | Self::Insights
            | Self::MarketingMessagesOff
            | Self::MarketingMessagesApi
            | Self::TemplateArchival => false,
        }
    }
}

/// What may be done about a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Nothing: there is none, or it is not known.
    None,
    /// Set this on the destination, which has nothing there.
    Write(SettingValue),
    /// Only a person can, or should.
    ByHand(String),
    /// It is as the customer file wants it.
    AsWanted,
}

/// What may be done about `name` of `m`, by its rule.
pub(crate) fn remedy(m: &Migration, name: SettingName, setting: &Setting) -> Remedy {
    let (Some(before), Some(after)) = (&setting.before, &setting.after) else { return Remedy::None };
    if before == after || before.is_unreadable() || after.is_unreadable() {
        return Remedy::None;
    }
    match name {
        SettingName::BusinessProfile => profile::remedy(before, after),
        SettingName::ProfilePicture => listed::picture(before),
        SettingName::ConversationalAutomation => automation::remedy(before, after),
        SettingName::Calling => calling::remedy(before, after),
        SettingName::NumberCallback => callback::of_number(m, before, after),
        SettingName::AccountCallback => callback::of_account(m, after),
        SettingName::StorageRegion => storage::remedy(m, after),
        SettingName::Insights => switch::irreversible(before, after),
        SettingName::MarketingMessagesOff | SettingName::TemplateArchival => switch::remedy(before, after),
        SettingName::MarketingMessagesApi => listed::marketing_messages(),
    }
}

/// What is set on the destination only.
fn only_there() -> Remedy {
    Remedy::ByHand("the source had none; somebody, or Meta, has set it on the new side".to_owned())
}

/// What is set differently on both.
fn set_meanwhile() -> Remedy {
    Remedy::ByHand("the new side has another one, which is not overwritten".to_owned())
}

/// The usual rule: what the destination lacks is set again, as it was.
fn where_it_is_lacking(before: &Shown, after: &Shown) -> Remedy {
    match (before, after) {
        (Shown::Set(value), Shown::Unset) => Remedy::Write(value.clone()),
        (Shown::Set(_), Shown::Set(_)) => set_meanwhile(),
        (Shown::Unset, Shown::Set(_)) => only_there(),
        (Shown::Unset | Shown::Unreadable(_), _) | (_, Shown::Unreadable(_)) => Remedy::None,
    }
}
