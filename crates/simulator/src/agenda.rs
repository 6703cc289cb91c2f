//! What time alone will bring about: people who get to it, reviews that end, effects that land late.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{ids::Id, people::Action, phone::E164};

/// Something that is due at an instant.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// The customer's person gets to the request in Business settings (guide 3).
    PersonAnswers {
        /// The intent.
        intent: Id,
    },
    /// The customer's person adds a payment method.
    PersonPays {
        /// The destination WABA.
        waba: Id,
    },
    /// The customer's person turns two-step verification off for every number (guide 1).
    PersonTurnsOffTwoStep {
        /// The source WABA.
        waba: Id,
    },
    /// The customer's person removes the partners from the source.
    PersonRemovesPartner {
        /// The source WABA.
        waba: Id,
    },
    /// The old Solution Partner loses a source whose last number has left.
    OldPartnerLeaves {
        /// The source WABA.
        waba: Id,
    },
    /// The customer's person does something that a script wants done then.
    PersonActs {
        /// The source WABA it is about.
        waba: Id,
        /// What.
        action: Action,
    },
    /// Meta approves a display name.
    NameApproved {
        /// The WABA that lists the number.
        waba: Id,
        /// The number.
        number: E164,
    },
    /// Meta approves an account.
    WabaApproved {
        /// The WABA.
        waba: Id,
    },
    /// An unanswered intent accepts itself.
    IntentAcceptsItself {
        /// The intent.
        intent: Id,
    },
    /// An unanswered intent runs out.
    IntentExpires {
        /// The intent.
        intent: Id,
    },
    /// The business token comes to cover the destination.
    TokenCoversDestination {
        /// The intent that made it.
        intent: Id,
    },
    /// Eligible templates are copied (guide T1).
    TemplatesCopied {
        /// The intent that made the destination.
        intent: Id,
    },
    /// A copy is re-checked (guide T2).
    TemplateRechecked {
        /// The destination WABA.
        waba: Id,
        /// The copy.
        template: Id,
    },
    /// A message is delivered, read, or fails (guide B1 to B3).
    MessageGoesOn {
        /// The message.
        message: Id,
    },
    /// A number sends the next message of its steady traffic.
    TrafficIsSent {
        /// The number.
        number: E164,
    },
    /// A number gets the next message of its steady traffic.
    TrafficIsReceived {
        /// The number.
        number: E164,
    },
    /// The review of a new or edited template ends (guide T6).
    TemplateReviewed {
        /// Its WABA.
        waba: Id,
        /// The template.
        template: Id,
    },
    /// The first 24 hours of templates that a WABA got are over: they may be rated (guide T9).
    CopiesRated {
        /// The WABA.
        waba: Id,
    },
    /// A deleted template goes, whatever became of its messages.
    TemplateDeleted {
        /// Its WABA.
        waba: Id,
        /// The template.
        template: Id,
    },
    /// A request whose connection dropped takes effect.
    LateRequest {
        /// The request.
        request: LateRequest,
    },
}

/// A request that is still on its way.
#[derive(Clone, Serialize, Deserialize)]
pub struct LateRequest {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    /// In hexadecimal, since a body may be any bytes.
    pub(crate) body_hex: String,
}

impl std::fmt::Debug for LateRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LateRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Events by instant; those of one instant in the order they were planned.
#[derive(Clone, Debug, Default)]
pub struct Agenda {
    events: BTreeMap<(Timestamp, u64), Event>,
    planned: u64,
}

#[derive(Serialize, Deserialize)]
struct Due {
    at: Timestamp,
    #[serde(flatten)]
    event: Event,
}

impl Agenda {
    /// Adds an event.
    pub(crate) fn plan(&mut self, at: Timestamp, event: Event) {
        self.planned += 1;
        self.events.insert((at, self.planned), event);
    }

    /// When the next event is due.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.events.keys().next().map(|(at, _)| *at)
    }

    /// Takes the next event that is due by `now`.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<(Timestamp, Event)> {
        if self.next_at()? > now {
            return None;
        }
        self.events.pop_first().map(|((at, _), event)| (at, event))
    }
}

impl Serialize for Agenda {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.events.iter().map(|((at, _), event)| Due { at: *at, event: event.clone() }))
    }
}

impl<'de> Deserialize<'de> for Agenda {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut agenda = Self::default();
        for Due { at, event } in Vec::<Due>::deserialize(deserializer)? {
            agenda.plan(at, event);
        }
        Ok(agenda)
    }
}
