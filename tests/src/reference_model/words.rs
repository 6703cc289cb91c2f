//! What the model is told, and what it says.

use std::collections::{BTreeMap, BTreeSet};

use super::{DAY, SECOND};

/// What keeps a WABA or a number from being moved or registered (rule 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the vendor's words")]
pub enum Cause {
    TwoStep,
    Name,
    Verification,
    Payment,
    Review,
    Portfolio,
    Subscription,
}
/// All of them.
pub(super) const CAUSES: [Cause; 7] = [
    Cause::TwoStep,
    Cause::Name,
    Cause::Verification,
    Cause::Payment,
    Cause::Review,
    Cause::Portfolio,
    Cause::Subscription,
];

/// An operator's "not yet". `NotReleased` bars the tag as well, `NotApproved` and `WindowClosed` only moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Barrier {
    Hold,
    Pause,
    WindowClosed,
    NotApproved,
    NotReleased,
}

/// A call, as the harness classifies it. `waba` is the one in the path, or the one that the id in the path stands under.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the calls")]
pub enum Call {
    SetIntent { waba: String },
    ReadIntent { source: String },
    FetchToken { portfolio: String },
    Subscribe { waba: String },
    ListNumbers { waba: String },
    MoveNumber { waba: String, number: String },
    Register { waba: String, number: String, pin_digest: String },
    RequestCode { number: String },
    VerifyCode { number: String },
    ReadTemplates { waba: String },
    WriteTemplates { waba: String },
    Read { waba: Option<String> },
}

/// What the caller got. An HTTP error without a Graph error is `Nothing`: it says not whether the call took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Answered {
    Success,
    Refused { code: i64, subcode: Option<i64> },
    Nothing,
}

/// An entry of the vendor's ledger. `waba` is its `waba`, else its `destination_waba`; only our own app's `app.*` are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the ledger's")]
pub struct Change {
    pub kind: String,
    pub source_waba: String,
    pub waba: Option<String>,
    pub portfolio: Option<String>,
    pub number: Option<String>,
}

/// What an operator ordered and the program accepted, or a clock did for him (a window).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Order {
    Bar(Barrier),
    Lift(Barrier),
    Cancel,
    Attest(Cause),
    /// The number is given up as a recorded exception.
    Except(String),
    /// A person looked at failures and lets the work go on.
    Looked,
}

/// What the model is told, in the order in which it happened: a request first, then its changes. A dropped request that
/// takes effect late is told once, when it was dropped; its changes when they come. What persons do are changes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Seen {
    Request {
        call: Call,
        answered: Answered,
    },
    Changed(Change),
    /// `migration` is the source WABA; absent for the whole fleet.
    Operator {
        migration: Option<String>,
        order: Order,
    },
    /// Whoever got the answer to the last try of this step died before it was written down.
    Forgotten {
        migration: String,
        step: Step,
    },
}

/// A step whose call is sent once, of a migration or of one of its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Step {
    Tag,
    Move(String),
    Register(String),
}

/// What may not be: the sentence or rule, when, and in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Violation {
    pub cites: &'static str,
    pub at_ms: i64,
    pub words: String,
}

/// A number at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct NumberFacts {
    pub number: String,
    pub connected: bool,
    pub two_step: bool,
    pub name_pending: bool,
}

/// A customer's source WABA at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The source WABA, by which the migration is called.
    pub source: String,
    /// The customer's portfolio.
    pub portfolio: String,
    /// Its numbers.
    pub numbers: Vec<NumberFacts>,
    /// Whether the vendor reviews the destination after acceptance.
    pub review_pending: bool,
    /// Whether policy leaves two-step verification to the time after the tag (rule 16).
    pub two_step_later: bool,
    /// What bars it from the start.
    pub barriers: BTreeSet<Barrier>,
}

/// The world of a run. All times in milliseconds.
#[derive(Clone, Debug)]
pub struct World {
    /// The customers.
    pub customers: Vec<Facts>,
    /// How long the program waits for an answer.
    pub call_timeout: i64,
    /// How old what was decided may be when it arrives, and how late an order reaches a call on its way (rule 9).
    pub in_flight: i64,
    /// How much the way to the vendor may blur a distance between two calls.
    pub blur: i64,
    /// How long readings may show what was before.
    pub read_lag: i64,
    /// How old the reading of two-step verification may be at the tag.
    pub tag_reading_age: i64,
    /// Whether intents read COMPLETED as soon as they are accepted.
    pub completes_on_accept: bool,
}

impl World {
    /// A world with usual times.
    pub fn of(customers: Vec<Facts>) -> Self {
        let (call_timeout, in_flight, blur, read_lag) = (30 * SECOND, 5 * SECOND, SECOND, 0);
        Self { customers, call_timeout, in_flight, blur, read_lag, tag_reading_age: DAY, completes_on_accept: false }
    }
}

/// Where the program says a migration stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the phases'")]
pub enum Phase {
    Draft,
    Preflight,
    Ready,
    Tagging,
    AwaitingAcceptance,
    Provisioning,
    ReadyForCutover,
    CuttingOver,
    Settling,
    CompletedWithExceptions,
    Completed,
    Stopped(String),
}

/// Where the program says a number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the states'")]
pub enum NumberState {
    Listed,
    Skipped,
    Eligible,
    Stuck,
    Moving,
    Moved,
    Registering,
    Registered,
    Verified,
    Serving,
}

/// What the program believes of one migration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Believed {
    pub phase: Phase,
    pub destination: Option<String>,
    pub numbers: BTreeMap<String, NumberState>,
}

/// How a migration must end when all is quiet. `on_destination` are the numbers that must be registered there all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum MustEnd {
    AllNumbersOnDestination,
    Stopped { on_destination: BTreeSet<String>, reason: &'static str },
    WaitsForPerson { on_destination: BTreeSet<String>, reason: &'static str },
}
