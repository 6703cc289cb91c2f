//! Who pays for a message around the cutover (guide B1 to B3).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The interval in which a number's migration became complete: somewhere between sending register and knowing that it
/// succeeded. Nobody outside the vendor knows it more exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// Register was sent.
    pub sent_at: Timestamp,
    /// Its success was known.
    pub known_at: Timestamp,
}

/// Who is charged for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// The Solution Partner of before.
    OldSolutionPartner,
    /// The business customer.
    Customer,
    /// It lies in the completion interval: never guessed.
    Undetermined,
}

impl Completion {
    /// Who pays for a message sent at `sent` and delivered at `delivered`.
    #[must_use]
    pub fn payer(&self, sent: Timestamp, delivered: Timestamp) -> Payer {
        if delivered < self.sent_at || sent < self.sent_at {
            // Delivered before completion (guide B1), or sent before it whenever delivered (guide B2).
            Payer::OldSolutionPartner
        } else if sent > self.known_at {
            // Sent, and so delivered, after completion (guide B3).
            Payer::Customer
        } else {
            Payer::Undetermined
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// guide: B1, B2, B3
    #[test]
    fn guide_b_who_pays_is_decided_by_when_it_was_sent_and_delivered() {
        let at = |second: i64| Timestamp::from_second(1_793_600_000 + second).unwrap();
        let completion = Completion { sent_at: at(10), known_at: at(11) };
        assert_eq!(completion.payer(at(1), at(2)), Payer::OldSolutionPartner, "B1");
        assert_eq!(completion.payer(at(9), at(500)), Payer::OldSolutionPartner, "B2");
        assert_eq!(completion.payer(at(12), at(13)), Payer::Customer, "B3");
        assert_eq!(completion.payer(at(10), at(11)), Payer::Undetermined);
    }
}
