//! What was read of the vendor's side, and when: a fact without its instant is worth nothing at a gate.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A value together with the instant at which it was known to be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading<T> {
    /// What was read.
    pub value: T,
    /// When it was asked for: the vendor may have looked at any time from then on.
    pub at: Timestamp,
}

impl<T> Reading<T> {
    /// A value read at `at`.
    pub fn new(value: T, at: Timestamp) -> Self {
        Self { value, at }
    }

    /// How old the reading is at `now`.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.at)
    }

    /// Whether the reading is at most `limit` old at `now`.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp, limit: SignedDuration) -> bool {
        self.age(now) <= limit
    }
}

/// What a reading says about a condition. `Unreadable` is never treated as `Yes`: it needs a person's attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The condition holds.
    Yes,
    /// It does not.
    No,
    /// The vendor does not show it.
    Unreadable,
}

impl Answer {
    /// `Some(true)` is yes, `Some(false)` is no, `None` is unreadable.
    #[must_use]
    pub fn from_option(shown: Option<bool>) -> Self {
        match shown {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unreadable,
        }
    }
}
