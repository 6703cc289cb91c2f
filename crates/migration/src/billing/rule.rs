//! The rule: which of the guide's three sentences applies to a message (guide B1 to B3).
//!
//! Where other pages of Meta's word it differently, [`WORDINGS`] says so (observations: billing.wording).

use serde::Serialize;

use super::completion::Completion;
use super::message::{MessageTimes, UnixSecond, floor};

/// The rule in sentences, as reports state it.
pub const STATED: [&str; 5] = [
    "A number's migration becomes complete somewhere between the register request being sent and its success being known (guide 9). \
     Meta does not say at which instant, and its statuses tell whole seconds: the seconds that the interval touches belong to it.",
    "B1: delivered before completion – the old Solution Partner pays.",
    "B2: sent before completion and delivered after it – the old Solution Partner pays. Sent before and not delivered yet is the open tail.",
    "B3: sent and delivered after completion – the business customer pays.",
    "Everything that cannot be told apart is undetermined, and never guessed. Only what Meta calls billable costs anything.",
];

/// Where Meta's pages word the rule differently, and what follows for us.
pub const WORDINGS: [&str; 3] = [
    "The guide decides by delivery; Meta's page on moving a phone number decides by sending, and has the source pay for what is sent before \
     and delivered after. Both give the same payer: what the source sent, the Solution Partner pays for (observations: billing.wording).",
    "The guide's third sentence by itself would have the customer pay for whatever is delivered after completion; it is read together with \
     the second, which takes out what was sent before.",
    "Since July 2025 Meta charges delivered template messages only (observations: billing.what_is_charged); the guide speaks of messages. \
     Free ones are counted apart.",
];

/// Who is charged for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// The Solution Partner of before.
    OldSolutionPartner,
    /// The business customer.
    Customer,
    /// It cannot be told: never guessed.
    Undetermined,
    /// It was not delivered.
    Nobody,
}

impl Payer {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::OldSolutionPartner, Self::Customer, Self::Undetermined, Self::Nobody];

    /// Its name in files and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OldSolutionPartner => "old_solution_partner",
            Self::Customer => "customer",
            Self::Undetermined => "undetermined",
            Self::Nobody => "nobody",
        }
    }
}

/// Why nobody can tell who pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// It lies in the completion interval.
    CompletionInterval,
    /// It was delivered when the migration may have been complete, and no status tells when it was sent.
    SendingNotTold,
    /// Its instants contradict each other, or the WABA that sent it: clocks disagree.
    ClocksDisagree,
}

/// What becomes of a message's charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribution {
    /// Guide B1.
    DeliveredBefore,
    /// Guide B2.
    SentBeforeDeliveredAfter,
    /// Guide B1 or B2, which name the same payer: sent before, and delivered at an instant that does not tell them apart.
    SentBefore,
    /// Guide B3.
    SentAndDeliveredAfter,
    /// It cannot be told.
    Undetermined(Doubt),
    /// Sent before completion and not delivered so far: the tail of guide B2, if it ever is delivered.
    OpenTail,
    /// Not delivered so far, and not known to be sent before completion.
    Open,
    /// It failed: it is charged to nobody.
    Failed,
}

impl Attribution {
    /// Who is charged.
    #[must_use]
    pub fn payer(self) -> Payer {
        match self {
            Self::DeliveredBefore | Self::SentBeforeDeliveredAfter | Self::SentBefore => Payer::OldSolutionPartner,
            Self::SentAndDeliveredAfter => Payer::Customer,
            Self::Undetermined(_) => Payer::Undetermined,
            Self::OpenTail | Self::Open | Self::Failed => Payer::Nobody,
        }
    }

    /// The sentence of the guide that applies: `B1`, `B2`, `B1 or B2`, `B3`.
    #[must_use]
    pub fn sentence(self) -> Option<&'static str> {
        match self {
            Self::DeliveredBefore => Some("B1"),
            Self::SentBeforeDeliveredAfter => Some("B2"),
            Self::SentBefore => Some("B1 or B2"),
            Self::SentAndDeliveredAfter => Some("B3"),
            Self::Undetermined(_) | Self::OpenTail | Self::Open | Self::Failed => None,
        }
    }

    /// A stable word for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::DeliveredBefore => "delivered_before",
            Self::SentBeforeDeliveredAfter => "sent_before_delivered_after",
            Self::SentBefore => "sent_before",
            Self::SentAndDeliveredAfter => "sent_and_delivered_after",
            Self::Undetermined(Doubt::CompletionInterval) => "in_completion_interval",
            Self::Undetermined(Doubt::SendingNotTold) => "sending_not_told",
            Self::Undetermined(Doubt::ClocksDisagree) => "clocks_disagree",
            Self::OpenTail => "open_tail",
            Self::Open => "open",
            Self::Failed => "failed",
        }
    }

    /// Why, in words.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::DeliveredBefore => "delivered before completion",
            Self::SentBeforeDeliveredAfter => "sent before completion, delivered after it",
            Self::SentBefore => "sent before completion; whether delivered before or after it makes no difference",
            Self::SentAndDeliveredAfter => "sent and delivered after completion",
            Self::Undetermined(Doubt::CompletionInterval) => "sent or delivered while the migration became complete",
            Self::Undetermined(Doubt::SendingNotTold) => "no status tells when it was sent",
            Self::Undetermined(Doubt::ClocksDisagree) => "its instants contradict each other or the WABA that sent it",
            Self::OpenTail => "sent before completion, not delivered so far",
            Self::Open => "not delivered so far",
            Self::Failed => "failed",
        }
    }
}

/// Where a second lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    Within,
    After,
}

/// A second that the interval touches may lie on either side of completion.
fn side(second: UnixSecond, completion: Option<&Completion>) -> Side {
    let Some(completion) = completion else { return Side::Before };
    if second.get() < floor(completion.sent_at) {
        Side::Before
    } else if completion.known_at.is_some_and(|known| second.get() > floor(known)) {
        Side::After
    } else {
        Side::Within
    }
}

/// When a message was delivered, as far as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    At(Side),
    /// It was read, so it was delivered at that second or earlier.
    NotAfter(Side),
}

/// Which sentence applies to a message of a number whose migration became complete at `completion`; `None` as long as nothing
/// can have completed it: everything is before then.
#[must_use]
pub fn attribute(times: &MessageTimes, completion: Option<&Completion>) -> Attribution {
    let at = |second| side(second, completion);
    let sent = times.sent.map(at);
    if contradicts_its_sender(times, sent) {
        return Attribution::Undetermined(Doubt::ClocksDisagree);
    }
    match (times.delivered.map(at), times.read.map(at)) {
        (Some(delivered), _) => of_delivered(sent, Delivery::At(delivered)),
        (None, Some(read)) => of_delivered(sent, Delivery::NotAfter(read)),
        (None, None) if times.failed.is_some() => Attribution::Failed,
        (None, None) if sent == Some(Side::Before) => Attribution::OpenTail,
        (None, None) => Attribution::Open,
    }
}

fn of_delivered(sent: Option<Side>, delivered: Delivery) -> Attribution {
    match (sent, delivered) {
        // Sent after completion, and delivered before it or while it came about: no clock can have told both.
        (
            Some(Side::After),
            Delivery::At(Side::Before | Side::Within) | Delivery::NotAfter(Side::Before | Side::Within),
        ) => Attribution::Undetermined(Doubt::ClocksDisagree),
        // Delivered before completion (guide B1), whenever it was sent.
        (Some(Side::Before | Side::Within) | None, Delivery::At(Side::Before) | Delivery::NotAfter(Side::Before)) => {
            Attribution::DeliveredBefore
        }
        // Sent before it and delivered after it (guide B2).
        (Some(Side::Before), Delivery::At(Side::After)) => Attribution::SentBeforeDeliveredAfter,
        (Some(Side::Before), Delivery::At(Side::Within) | Delivery::NotAfter(Side::Within | Side::After)) => {
            Attribution::SentBefore
        }
        // Sent after it, and so delivered after it (guide B3).
        (Some(Side::After), Delivery::At(Side::After) | Delivery::NotAfter(Side::After)) => {
            Attribution::SentAndDeliveredAfter
        }
        (
            Some(Side::Within),
            Delivery::At(Side::Within | Side::After) | Delivery::NotAfter(Side::Within | Side::After),
        ) => Attribution::Undetermined(Doubt::CompletionInterval),
        (None, Delivery::At(Side::Within | Side::After) | Delivery::NotAfter(Side::Within | Side::After)) => {
            Attribution::Undetermined(Doubt::SendingNotTold)
        }
    }
}

/// Whether the sending is told under a WABA that could not send then: until the register the source alone can, from then on the
/// destination alone (observations: numbers.source_until_register). The clocks of the two sides differ then by more than the
/// interval has room for.
fn contradicts_its_sender(times: &MessageTimes, sent: Option<Side>) -> bool {
    match sent {
        Some(Side::After) => times.sent_under_source,
        Some(Side::Before) => times.sent_under_destination,
        Some(Side::Within) | None => false,
    }
}
