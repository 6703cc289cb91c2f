//! From the client's errors to the machine's words.

use jiff::{SignedDuration, Timestamp};
use unmoor_graph_api::{CallError, GraphError, WalkError};
use unmoor_migration::retry::after;
use unmoor_migration::{Attempt, Cause, Outcome, Refusal, Verdict};

use super::Outside;
use crate::documents::DocumentError;
use crate::vault::VaultError;

/// Why a try gave no answer.
#[derive(Debug)]
pub(crate) enum Failed {
    Refused(Box<Refusal>),
    Unknown(String),
    NotSent(String),
}

impl Failed {
    pub(crate) fn into_outcome(self) -> Outcome {
        match self {
            Self::Refused(refusal) => Outcome::Refused { refusal: *refusal },
            Self::Unknown(why) => Outcome::Unknown { why },
            Self::NotSent(why) => Outcome::NotSent { why },
        }
    }

    /// We refuse ourselves: nothing was sent, and trying again changes nothing until a person acts.
    pub(crate) fn ours(cause: Cause, message: impl Into<String>) -> Self {
        Self::Refused(Box::new(Refusal {
            cause,
            verdict: Verdict::Turn,
            code: 0,
            subcode: None,
            message: message.into(),
            details: None,
            trace_id: None,
        }))
    }

    /// The client's error at `now`.
    pub(crate) fn of_call(error: CallError, now: Timestamp) -> Self {
        let was_possibly_executed = error.was_possibly_executed();
        match error {
            CallError::NotSent { why, .. } => Self::NotSent(why),
            CallError::Unknown { why, .. } => Self::Unknown(why),
            CallError::Unreadable { problem, .. } => Self::Unknown(problem.to_string()),
            CallError::Graph { error, .. } if was_possibly_executed => Self::Unknown(error.to_string()),
            CallError::Graph { error, .. } => Self::Refused(Box::new(refusal(&error, now))),
        }
    }

    /// The client's error while reading a list.
    pub(crate) fn of_walk(error: WalkError, now: Timestamp) -> Self {
        match error {
            WalkError::Call(error) => Self::of_call(error, now),
            error @ (WalkError::TooLong { .. } | WalkError::Circle { .. }) => Self::Unknown(error.to_string()),
        }
    }
}

impl From<VaultError> for Failed {
    fn from(error: VaultError) -> Self {
        let mut words = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            words = format!("{words}: {cause}");
            source = cause.source();
        }
        Self::NotSent(words)
    }
}

impl From<DocumentError> for Failed {
    /// What was sent so far may have had its effect; a repeat looks first.
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::Store { .. } => Self::Unknown(error.to_string()),
            DocumentError::Damaged { .. } => Self::ours(Cause::SampleUnusable, error.to_string()),
        }
    }
}

impl From<unmoor_graph_api::IdError> for Failed {
    fn from(error: unmoor_graph_api::IdError) -> Self {
        Self::ours(Cause::Unrecognised, error.to_string())
    }
}

/// A write whose time has passed is not sent (rule 9). To be asked last, right before the send.
pub(crate) fn in_time(outside: &Outside<'_>, attempt: &Attempt) -> Result<(), Failed> {
    let now = outside.graph.now();
    if now > attempt.send_before {
        return Err(Failed::NotSent(format!(
            "the attempt of {} had to leave before {}; it is decided again",
            attempt.started_at, attempt.send_before
        )));
    }
    Ok(())
}

fn refusal(error: &GraphError, now: Timestamp) -> Refusal {
    Refusal {
        cause: cause(error.cause()),
        verdict: verdict(error, now),
        code: error.code,
        subcode: error.subcode,
        message: message(error),
        details: error.details.clone(),
        trace_id: error.trace_id.clone(),
    }
}

/// Meta's message, with what it would show to a user where that says more.
fn message(error: &GraphError) -> String {
    match &error.user_message {
        Some(said) if *said != error.message => format!("{} – {said}", error.message),
        Some(_) | None => error.message.clone(),
    }
}

fn verdict(error: &GraphError, now: Timestamp) -> Verdict {
    match error.verdict() {
        unmoor_graph_api::Verdict::Retry { .. } => Verdict::Retry,
        unmoor_graph_api::Verdict::Wait { until_hint, .. } => {
            let until = until_hint.and_then(|wait| SignedDuration::try_from(wait).ok()).map(|wait| after(now, wait));
            Verdict::Wait { until }
        }
        unmoor_graph_api::Verdict::Turn { .. } => Verdict::Turn,
        unmoor_graph_api::Verdict::Permanent { .. } => Verdict::Permanent,
    }
}

fn cause(cause: unmoor_graph_api::Cause) -> Cause {
    use unmoor_graph_api::Cause as Meta;
    match cause {
        Meta::TwoStepVerificationOn => Cause::TwoStepVerificationOn,
        Meta::PaymentMethodMissing => Cause::PaymentMethodMissing,
        Meta::DisplayNameNotApproved => Cause::DisplayNameNotApproved,
        Meta::DestinationNotApproved => Cause::DestinationNotApproved,
        Meta::AppNotSubscribed => Cause::AppNotSubscribed,
        Meta::NumberOwnedByOtherPortfolio => Cause::OtherPortfolio,
        Meta::SourceNotSetUp => Cause::SourceNotSetUp,
        Meta::NumberAlreadyThere => Cause::NumberAlreadyThere,
        Meta::NumberNeedsNoMigration => Cause::NumberNeedsNoMigration,
        Meta::NumberNeedsVerification => Cause::NumberNeedsVerification,
        Meta::CoexistenceNumber => Cause::CoexistenceNumber,
        Meta::Maintenance => Cause::Maintenance,
        Meta::WrongPin | Meta::PinGuessesExhausted | Meta::PinEnteredTooFast => Cause::WrongPin,
        Meta::RegisterLimit => Cause::RegisterLimit,
        Meta::TokenInvalid(_) | Meta::AppSecretProofInvalid => Cause::TokenInvalid,
        Meta::PermissionMissing => Cause::PermissionMissing,
        Meta::IntentTaggedElsewhere => Cause::TaggedElsewhere,
        Meta::WabaNotMigratable => Cause::NotMigratable,
        Meta::IntentStateInvalid => Cause::IntentStateInvalid,
        Meta::ObjectUnknown => Cause::ObjectUnknown,
        Meta::RateLimited(_) => Cause::RateLimited,
        Meta::Transient | Meta::RegistrationFailed | Meta::MoveFailed => Cause::Transient,
        Meta::AccountLocked => Cause::AccountLocked,
        Meta::TemplateNameTaken => Cause::TemplateNameTaken,
        Meta::TemplateLimitReached => Cause::TemplateLimitReached,
        Meta::TemplateRefused => Cause::TemplateRefused,
        Meta::MessagingForNotApproved
        | Meta::NumberDeleted
        | Meta::NumberRecentlyDeleted
        | Meta::NumberNotRegistered
        | Meta::DeregistrationIncomplete
        | Meta::FieldUnknown
        | Meta::CursorStale
        | Meta::InvalidParameter
        | Meta::DuplicateRequest
        | Meta::MarketingMessagesDisabled
        | Meta::MessageRate
        | Meta::MessageRefused
        | Meta::Unrecognised => Cause::Unrecognised,
    }
}
