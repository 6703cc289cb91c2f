//! What the business customer itself has to do now (guide 1 and 3), and what it merely waits for. It must never decide
//! anything: whoever writes to the customer asks here what there is to write about.

use jiff::Timestamp;
use serde::Serialize;

use crate::blocker::{BlockerCode, Turn};
use crate::customer::TwoStepBy;
use crate::gate::{self, Gate};
use crate::migration::{Intent, Migration};
use crate::number::{Number, NumberState};
use crate::phase::{Phase, Stop};
use crate::reading::Answer;
use crate::{E164, WabaId};

/// Everything that one migration has for its customer at the moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomerTasks {
    /// The Tech Provider's own reference of the customer.
    pub customer: String,
    /// The account that is left: the customer knows it by its name.
    pub source: WabaId,
    /// Its name, where it was read.
    pub account_name: Option<String>,
    /// The new account, once there is one.
    pub destination: Option<WabaId>,
    /// How far it is, as the customer sees it.
    pub standing: Standing,
    /// What the customer has to do, in the order in which it is done best.
    pub tasks: Vec<Task>,
    /// What Meta is looking at: nobody can do anything about it.
    pub reviews: Vec<Review>,
}

/// How far a migration is, as its customer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The request has not been sent yet.
    Preparing,
    /// The request stands at the customer.
    Asked,
    /// The customer has accepted, and the numbers follow.
    Accepted,
    /// Every number that was to move works in the new account.
    Moved,
    /// The customer has rejected the request.
    Rejected,
    /// The Tech Provider has given it up.
    Cancelled,
}

/// Something that only the customer can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// Two-step verification of these numbers has to be turned off (guide 1).
    TurnOffTwoStep {
        /// Which.
        numbers: Vec<TaskNumber>,
    },
    /// Somebody else's request stands there, which has to be declined (observations: `intents.obo`).
    DeclineOtherRequest,
    /// The present account has to pass Meta's review.
    CompleteReview,
    /// The request has to be reviewed and accepted (guide 3.1).
    AcceptRequest {
        /// Since when it stands there.
        asked_since: Timestamp,
    },
    /// The new account needs a payment method (guide 3.2).
    AddPaymentMethod {
        /// What is known of it.
        payment: Payment,
    },
    /// Meta has rejected the new account; its owner may appeal.
    AppealReview,
    /// Meta has declined the display names of these numbers, or they have none: each needs another one.
    ChangeDisplayName {
        /// Which.
        numbers: Vec<TaskNumber>,
    },
    /// The request was accepted for another business portfolio than the one that owns the numbers.
    UndoOtherPortfolio,
}

impl Task {
    /// The task's name, as it stands in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::TurnOffTwoStep { .. } => "turn_off_two_step",
            Self::DeclineOtherRequest => "decline_other_request",
            Self::CompleteReview => "complete_review",
            Self::AcceptRequest { .. } => "accept_request",
            Self::AddPaymentMethod { .. } => "add_payment_method",
            Self::AppealReview => "appeal_review",
            Self::ChangeDisplayName { .. } => "change_display_name",
            Self::UndoOtherPortfolio => "undo_other_portfolio",
        }
    }
}

/// What is known of the new account's payment method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Payment {
    /// The account comes with the acceptance, and the method after it.
    AfterAcceptance,
    /// There is none.
    Missing,
    /// There is one, and Meta has trouble with it: a declined card, for instance.
    Refused,
    /// Meta does not show whether there is one.
    Unseen,
}

/// Something that Meta looks at by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "review", rename_all = "snake_case")]
pub enum Review {
    /// The display names of these numbers.
    DisplayName {
        /// Which.
        numbers: Vec<TaskNumber>,
    },
    /// The new account.
    NewAccount,
}

/// A number as its owner knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskNumber {
    /// The number.
    pub number: E164,
    /// As Meta writes it.
    pub shown: String,
    /// Its display name.
    pub display_name: Option<String>,
}

/// What the customer of `m` has to do, from what was read last.
#[must_use]
pub fn tasks(m: &Migration) -> CustomerTasks {
    let account = m.source().account.as_ref();
    let standing = standing(m);
    let is_open = matches!(standing, Standing::Preparing | Standing::Asked | Standing::Accepted);
    CustomerTasks {
        customer: m.customer().reference.clone(),
        source: m.id().source().clone(),
        account_name: account.and_then(|account| account.value.name.clone()),
        destination: m.destination().map(|destination| destination.waba.clone()),
        standing,
        tasks: if is_open { open_tasks(m) } else { Vec::new() },
        reviews: if is_open { reviews(m) } else { Vec::new() },
    }
}

fn standing(m: &Migration) -> Standing {
    match m.phase() {
        Phase::Stopped(Stop::Rejected) => Standing::Rejected,
        Phase::Stopped(Stop::Cancelled) => Standing::Cancelled,
        Phase::Settling | Phase::Completed | Phase::CompletedWithExceptions => Standing::Moved,
        _ if m.cancelled().is_some() && !m.has_begun() => Standing::Cancelled,
        Phase::Draft | Phase::Preflight | Phase::Ready | Phase::Tagging => Standing::Preparing,
        Phase::AwaitingAcceptance if m.accepted_at().is_none() => Standing::Asked,
        Phase::AwaitingAcceptance | Phase::Provisioning | Phase::ReadyForCutover | Phase::CuttingOver => {
            Standing::Accepted
        }
    }
}

fn open_tasks(m: &Migration) -> Vec<Task> {
    let is_told = |code| m.blockers().iter().any(|blocker| blocker.code == code && blocker.turn == Turn::Customer);
    let of_blocker = |code, task| is_told(code).then_some(task);
    [
        of_numbers(two_step_on(m), |numbers| Task::TurnOffTwoStep { numbers }),
        of_blocker(BlockerCode::TaggedElsewhere, Task::DeclineOtherRequest),
        of_blocker(BlockerCode::SourceNotApproved, Task::CompleteReview),
        pending_intent(m).map(|intent| Task::AcceptRequest { asked_since: intent.set_at }),
        payment(m).map(|payment| Task::AddPaymentMethod { payment }),
        (review_of_destination(m) == Some("REJECTED")).then_some(Task::AppealReview),
        of_numbers(named_so(m, Name::IsRefused), |numbers| Task::ChangeDisplayName { numbers }),
        of_blocker(BlockerCode::OtherPortfolio, Task::UndoOtherPortfolio),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn reviews(m: &Migration) -> Vec<Review> {
    let is_pending = review_of_destination(m).is_some_and(|review| !matches!(review, "APPROVED" | "REJECTED"));
    [
        of_numbers(named_so(m, Name::IsUnderReview), |numbers| Review::DisplayName { numbers }),
        is_pending.then_some(Review::NewAccount),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_numbers<T>(numbers: Vec<TaskNumber>, make: impl FnOnce(Vec<TaskNumber>) -> T) -> Option<T> {
    (!numbers.is_empty()).then(|| make(numbers))
}

/// The numbers that are still to be moved.
fn to_move(m: &Migration) -> impl Iterator<Item = &Number> {
    m.numbers().filter(|number| {
        matches!(number.state, NumberState::Listed | NumberState::Eligible) && number.reason_to_skip().is_none()
    })
}

/// Told from the readings rather than from the blockers: while the request stands at the customer nothing waits for
/// two-step verification yet, and one visit to WhatsApp Manager less is to be made later.
fn two_step_on(m: &Migration) -> Vec<TaskNumber> {
    if m.customer().two_step_by == TwoStepBy::Us {
        return Vec::new();
    }
    let is_blocked = |number: &Number| {
        m.blockers().iter().any(|blocker| {
            blocker.code == BlockerCode::TwoStepVerificationOn && blocker.number.as_ref() == Some(&number.number)
        })
    };
    let is_on = |number: &&Number| gate::read(m, number, Gate::TwoStepOff).answer == Answer::No;
    let still = to_move(m).filter(is_on);
    // A number between two accounts may need it as well, where Meta refuses its register.
    let between = m.numbers().filter(|number| number.is_under_way() && is_blocked(number));
    still.chain(between).map(task_number).collect()
}

/// The request, as long as the customer can answer it. A pause of ours does not take it away.
fn pending_intent(m: &Migration) -> Option<&Intent> {
    m.intent().filter(|intent| *m.phase() == Phase::AwaitingAcceptance && intent.is_pending())
}

/// What the payment method wants of the customer; `None` where it wants nothing, or nothing yet.
fn payment(m: &Migration) -> Option<Payment> {
    if pending_intent(m).is_some() {
        return Some(Payment::AfterAcceptance);
    }
    let destination = m.destination()?;
    let account = destination.account.as_ref().map(|account| &account.value);
    // A number that moved proves that Meta was content; later trouble is a blocker.
    let is_told = m.blockers().iter().any(|blocker| blocker.code == BlockerCode::PaymentMethodMissing);
    let answer = match to_move(m).next() {
        _ if is_told => Answer::No,
        Some(number) => gate::read(m, number, Gate::PaymentMethod).answer,
        None => Answer::Yes,
    };
    match answer {
        Answer::Yes => None,
        Answer::No if account.is_some_and(|account| account.funding_present) => Some(Payment::Refused),
        Answer::No => Some(Payment::Missing),
        Answer::Unreadable => Some(Payment::Unseen),
    }
}

/// The destination's review, verbatim, as long as a number waits for it and nobody vouches for it.
fn review_of_destination(m: &Migration) -> Option<&str> {
    let number = to_move(m).next()?;
    let is_open = gate::read(m, number, Gate::DestinationReview).is_open();
    m.destination()?.account.as_ref()?.value.review.as_deref().filter(|_| !is_open)
}

/// What a closed gate of the display name means for the customer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// It has to choose another one.
    IsRefused,
    /// It has to wait.
    IsUnderReview,
}

impl Name {
    /// A change under review comes first: whatever the present name is, its owner has done something about it
    /// (observations: `numbers.name_status`).
    fn of(number: &Number) -> Self {
        let listed = &number.source.value;
        let has_none = listed.verified_name.as_deref().is_none_or(|name| name.trim().is_empty());
        match (listed.new_name_status.as_deref(), listed.name_status.as_deref()) {
            (Some("PENDING_REVIEW"), _) => Self::IsUnderReview,
            (_, Some("DECLINED" | "EXPIRED" | "NONE" | "NON_EXISTS")) => Self::IsRefused,
            _ if has_none => Self::IsRefused,
            _ => Self::IsUnderReview,
        }
    }
}

fn named_so(m: &Migration, name: Name) -> Vec<TaskNumber> {
    to_move(m)
        .filter(|number| gate::read(m, number, Gate::DisplayName).answer == Answer::No)
        .filter(|number| Name::of(number) == name)
        .map(task_number)
        .collect()
}

fn task_number(number: &Number) -> TaskNumber {
    let listed = &number.source.value;
    let display_name = listed.verified_name.clone().filter(|name| !name.trim().is_empty());
    TaskNumber { number: number.number.clone(), shown: listed.display.clone(), display_name }
}
