//! The fields an app can subscribe to (observations: subscriptions.fields).

use serde::{Deserialize, Serialize};

/// A field of the object `whatsapp_business_account` that this simulator has something to say about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "Meta's own words")]
pub enum Field {
    AccountAlerts,
    AccountReviewUpdate,
    AccountUpdate,
    BusinessCapabilityUpdate,
    MessageTemplateComponentsUpdate,
    MessageTemplateQualityUpdate,
    MessageTemplateStatusUpdate,
    Messages,
    PartnerSolutions,
    PhoneNumberNameUpdate,
    PhoneNumberQualityUpdate,
    Security,
    TemplateCategoryUpdate,
}

/// Fields that may be subscribed to and that nothing here ever happens on.
const SILENT: &[&str] = &[
    "account_settings_update",
    "automatic_events",
    "business_status_update",
    "calls",
    "campaign_status_update",
    "flows",
    "group_lifecycle_update",
    "group_participants_update",
    "group_settings_update",
    "group_status_update",
    "history",
    "message_echoes",
    "payment_configuration_update",
    "smb_app_state_sync",
    "smb_message_echoes",
    "template_correct_category_detection",
    "tracking_events",
    "user_preferences",
];

impl Field {
    pub(crate) const ALL: [Self; 13] = [
        Self::AccountAlerts,
        Self::AccountReviewUpdate,
        Self::AccountUpdate,
        Self::BusinessCapabilityUpdate,
        Self::MessageTemplateComponentsUpdate,
        Self::MessageTemplateQualityUpdate,
        Self::MessageTemplateStatusUpdate,
        Self::Messages,
        Self::PartnerSolutions,
        Self::PhoneNumberNameUpdate,
        Self::PhoneNumberQualityUpdate,
        Self::Security,
        Self::TemplateCategoryUpdate,
    ];

    /// Its name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::AccountAlerts => "account_alerts",
            Self::AccountReviewUpdate => "account_review_update",
            Self::AccountUpdate => "account_update",
            Self::BusinessCapabilityUpdate => "business_capability_update",
            Self::MessageTemplateComponentsUpdate => "message_template_components_update",
            Self::MessageTemplateQualityUpdate => "message_template_quality_update",
            Self::MessageTemplateStatusUpdate => "message_template_status_update",
            Self::Messages => "messages",
            Self::PartnerSolutions => "partner_solutions",
            Self::PhoneNumberNameUpdate => "phone_number_name_update",
            Self::PhoneNumberQualityUpdate => "phone_number_quality_update",
            Self::Security => "security",
            Self::TemplateCategoryUpdate => "template_category_update",
        }
    }

    /// Every name that a subscription may hold, in the order of the alphabet.
    pub(crate) fn names() -> Vec<&'static str> {
        let mut names: Vec<&str> = Self::ALL.into_iter().map(Self::as_str).chain(SILENT.iter().copied()).collect();
        names.sort_unstable();
        names
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_field_is_written_alike_in_webhooks_and_in_the_world() {
        for field in Field::ALL {
            assert_eq!(serde_json::to_value(field).unwrap(), field.as_str());
        }
    }
}
