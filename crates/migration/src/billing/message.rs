//! What statuses tell of one message, in whatever order and however often they come.

use std::fmt;
use std::num::NonZeroU32;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// An instant as the vendor's statuses tell it: a whole second, from 1970 to 2106. It stands for any instant within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixSecond(NonZeroU32);

impl UnixSecond {
    /// The second that `instant` lies in; `None` outside of the years that a status can come from.
    #[must_use]
    pub fn of(instant: Timestamp) -> Option<Self> {
        u32::try_from(floor(instant)).ok().and_then(NonZeroU32::new).map(Self)
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn get(self) -> i64 {
        i64::from(self.0.get())
    }
}

/// The second that an instant lies in, since 1970.
pub(super) fn floor(instant: Timestamp) -> i64 {
    let second = instant.as_second();
    if instant.subsec_nanosecond() < 0 { second - 1 } else { second }
}

impl fmt::Display for UnixSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_second(self.get()) {
            Ok(instant) => write!(f, "{instant:.0}"),
            Err(_) => write!(f, "{}", self.get()),
        }
    }
}

impl Serialize for UnixSecond {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How far a message has come (observations: webhooks.statuses).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// The vendor has taken it.
    Sent,
    /// It reached the customer's device.
    Delivered,
    /// The customer saw it, or listened to it: it was delivered by then, also where no status told so.
    Read,
    /// It will not be delivered.
    Failed,
}

/// The price that a status tells: Meta's words, in the spelling of the API (observations: billing.pricing_object).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToldPrice<'a> {
    /// Whether the message costs anything.
    pub billable: Option<bool>,
    /// Which rate holds.
    pub category: Option<&'a str>,
    /// `regular`, `free_customer_service`, `free_entry_point`.
    pub kind: Option<&'a str>,
}

/// When what happened to a message. Of a status that comes more than once the earliest counts, so that neither order nor
/// repetition changes anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MessageTimes {
    /// It was sent.
    pub sent: Option<UnixSecond>,
    /// It was delivered.
    pub delivered: Option<UnixSecond>,
    /// It was read or played.
    pub read: Option<UnixSecond>,
    /// It failed.
    pub failed: Option<UnixSecond>,
    /// The sending was told under the source WABA.
    pub sent_under_source: bool,
    /// The sending was told under the destination WABA.
    pub sent_under_destination: bool,
}

impl MessageTimes {
    /// Takes in a status. `false` if it was known.
    pub(super) fn take(&mut self, status: MessageStatus, at: UnixSecond) -> bool {
        let place = match status {
            MessageStatus::Sent => &mut self.sent,
            MessageStatus::Delivered => &mut self.delivered,
            MessageStatus::Read => &mut self.read,
            MessageStatus::Failed => &mut self.failed,
        };
        let is_new = place.is_none();
        *place = Some(place.map_or(at, |known| known.min(at)));
        is_new
    }
}
