//! What happened to a phone number (`observations: webhooks.security`, `webhooks.name`, `webhooks.number_quality`). Each names its
//! number by its digits alone.

use super::written;
use crate::nodes::NameStatus;
use crate::open_enum::open_enum;

open_enum! {
    /// What happened to a number's two-step verification (guide 1).
    pub enum SecurityEvent {
        /// The PIN was changed, or two-step verification turned on.
        PinChanged = "PIN_CHANGED",
        /// Somebody asked for it to be turned off; it is still on.
        PinResetRequest = "PIN_RESET_REQUEST",
        /// It is off.
        PinRequestSuccess = "PIN_REQUEST_SUCCESS",
    }
}

/// Two-step verification of a number changed, or is about to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Security {
    /// The number's digits.
    pub display_phone_number: Option<String>,
    /// What happened.
    pub event: Option<SecurityEvent>,
}

/// A display name was reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberName {
    /// The number's digits.
    pub display_phone_number: Option<String>,
    /// The result.
    pub decision: Option<NameStatus>,
    /// The name.
    pub requested_verified_name: Option<String>,
    /// Why it was refused, in Meta's words.
    pub rejection_reason: Option<String>,
}

/// A number's throughput or limit changed, or it is being registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberQuality {
    /// The number's digits.
    pub display_phone_number: Option<String>,
    /// `ONBOARDING`, `THROUGHPUT_UPGRADE` and others.
    pub event: Option<String>,
    /// Its messaging limit, while Meta still tells it.
    pub current_limit: Option<String>,
}

impl Security {
    pub(super) fn of(value: written::Value) -> Self {
        let event = value.event.0.map(|word| SecurityEvent::from(word.as_str()));
        Self { display_phone_number: value.display_phone_number.0, event }
    }
}

impl NumberName {
    pub(super) fn of(value: written::Value) -> Self {
        Self {
            display_phone_number: value.display_phone_number.0,
            decision: value.decision.0.map(|word| NameStatus::from(word.as_str())),
            requested_verified_name: value.requested_verified_name.0,
            rejection_reason: value.rejection_reason.0,
        }
    }
}

impl NumberQuality {
    pub(super) fn of(value: written::Value) -> Self {
        Self {
            display_phone_number: value.display_phone_number.0,
            event: value.event.0,
            current_limit: value.current_limit.0,
        }
    }
}
