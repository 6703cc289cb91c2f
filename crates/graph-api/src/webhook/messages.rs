//! Field `messages`: how far messages have come, and that customers wrote (`observations: webhooks.statuses`, `webhooks.inbound`).

use jiff::Timestamp;

use super::written;
use crate::PhoneNumberId;
use crate::open_enum::open_enum;

open_enum! {
    /// How far a message has come.
    pub enum StatusWord {
        /// Meta has taken it.
        Sent = "sent",
        /// It reached the customer's device.
        Delivered = "delivered",
        /// The customer saw it.
        Read = "read",
        /// The customer listened to it.
        Played = "played",
        /// It will not be delivered.
        Failed = "failed",
    }
}

/// What one change of the field `messages` tells about one number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageUpdates {
    /// The number's id under the WABA whose subscribers are told.
    pub phone_number_id: Option<PhoneNumberId>,
    /// The number, as webhooks write it: digits only.
    pub display_phone_number: Option<String>,
    /// How far messages have come.
    pub statuses: Vec<StatusUpdate>,
    /// Statuses that lack what makes them one.
    pub unreadable: Vec<UnreadableStatus>,
    /// Messages that customers wrote: that they came, and nothing of what they say.
    pub inbound: Vec<InboundMessage>,
    /// Codes of troubles that are no single message's.
    pub error_codes: Vec<i64>,
}

/// How far one message has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusUpdate {
    /// The message's id, `wamid.…`.
    pub message_id: String,
    /// How far.
    pub status: StatusWord,
    /// When, to whole seconds.
    pub at: Timestamp,
    /// Its price; comes with `sent` and with one of `delivered` and `read`.
    pub pricing: Option<Pricing>,
    /// Codes of why it failed.
    pub error_codes: Vec<i64>,
}

/// Why a status is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum UnreadableStatus {
    /// It names no message.
    #[error("a status without the `id` of a message")]
    NoId,
    /// It does not say how far the message has come.
    #[error("a status without `status`")]
    NoStatus,
    /// It has no instant, or none that exists.
    #[error("a status without a `timestamp` in Unix seconds")]
    NoInstant,
}

/// What a message costs, in Meta's words (`observations: billing.pricing_object`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pricing {
    /// Whether it costs anything.
    pub billable: Option<bool>,
    /// `PMP` since July 2025.
    pub model: Option<String>,
    /// `type`: `regular`, `free_customer_service`, `free_entry_point`.
    pub kind: Option<String>,
    /// Which rate holds.
    pub category: Option<String>,
}

/// That a customer wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundMessage {
    /// The message's id.
    pub message_id: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
    /// `text`, `image`, …
    pub kind: Option<String>,
}

impl MessageUpdates {
    pub(super) fn of(value: written::Value) -> Self {
        let metadata = value.metadata.0.unwrap_or_default();
        let mut updates = Self {
            phone_number_id: metadata.phone_number_id.0.and_then(|id| id.parse().ok()),
            display_phone_number: metadata.display_phone_number.0,
            inbound: value.messages.objects().map(InboundMessage::of).collect(),
            error_codes: value.errors.objects().filter_map(|error| error.code.0).collect(),
            ..Self::default()
        };
        for status in value.statuses.objects() {
            match StatusUpdate::of(status) {
                Ok(status) => updates.statuses.push(status),
                Err(why) => updates.unreadable.push(why),
            }
        }
        updates
    }
}

impl StatusUpdate {
    fn of(status: written::Status) -> Result<Self, UnreadableStatus> {
        let second = status.timestamp.0.ok_or(UnreadableStatus::NoInstant)?;
        Ok(Self {
            message_id: status.id.0.filter(|id| !id.is_empty()).ok_or(UnreadableStatus::NoId)?,
            status: status.status.0.map(|word| StatusWord::from(word.as_str())).ok_or(UnreadableStatus::NoStatus)?,
            at: Timestamp::from_second(second).map_err(|_| UnreadableStatus::NoInstant)?,
            pricing: status.pricing.0.map(Pricing::of),
            error_codes: status.errors.objects().filter_map(|error| error.code.0).collect(),
        })
    }
}

impl Pricing {
    fn of(pricing: written::Pricing) -> Self {
        let written::Pricing { billable, pricing_model, kind, category } = pricing;
        Self { billable: billable.0, model: pricing_model.0, kind: kind.0, category: category.0 }
    }
}

impl InboundMessage {
    fn of(message: written::Message) -> Self {
        let at = message.timestamp.0.and_then(|second| Timestamp::from_second(second).ok());
        Self { message_id: message.id.0, at, kind: message.kind.0 }
    }
}
