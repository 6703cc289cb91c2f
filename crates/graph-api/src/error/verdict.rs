//! From a cause to what is to be done. Facts: `observations: errors.is_transient`.

use std::time::Duration;

use super::{Cause, GraphError, TokenProblem};

/// Who is addressed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// The business customer.
    Customer,
    /// The Tech Provider: we.
    TechProvider,
    /// Meta.
    Meta,
}

/// Which budget is used up. No other one has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// The whole app.
    App,
    /// This app on this WABA.
    AppAndWaba,
    /// Registrations of one number.
    NumberRegister,
    /// PIN tries of one number.
    NumberPin,
    /// One number at Meta, which is busy with it.
    Number,
    /// Sending of messages.
    Messages,
}

/// What to do about a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It passes by itself: the same request may be sent again, not before `after`. After a write see
    /// [`GraphError::was_possibly_executed`] first.
    Retry {
        /// Shortest wait before the first repetition; the caller's own backoff comes on top.
        after: Duration,
    },
    /// One lane has to wait, and no other.
    Wait {
        /// Which.
        lane: Lane,
        /// For how long, as Meta states it or as the documents do; `None` when neither does (budgets are counted by the
        /// hour: `observations: limits.default_wait`).
        until_hint: Option<Duration>,
    },
    /// It clears when somebody acts.
    Turn {
        /// Who.
        whose: Party,
        /// What it is about.
        cause: Cause,
    },
    /// The same request will never succeed.
    Permanent {
        /// Why.
        cause: Cause,
    },
}

const HOUR: Duration = Duration::from_secs(3600);

pub(super) fn verdict(error: &GraphError) -> Verdict {
    let cause = error.cause();
    let retry = |seconds| Verdict::Retry { after: Duration::from_secs(seconds) };
    let wait = |lane, until_hint| Verdict::Wait { lane, until_hint };
    let turn = |whose| Verdict::Turn { whose, cause };
    match cause {
        Cause::Transient => retry(1),
        Cause::MessageRate => retry(6),
        Cause::Maintenance | Cause::RegistrationFailed | Cause::MoveFailed => retry(60),

        Cause::RateLimited(lane) => wait(lane, error.head.usage.regain_access_after()),
        Cause::RegisterLimit => wait(Lane::NumberRegister, Some(72 * HOUR)),
        Cause::PinGuessesExhausted | Cause::PinEnteredTooFast => wait(Lane::NumberPin, stated_wait(&error.words())),
        Cause::NumberRecentlyDeleted => wait(Lane::Number, Some(Duration::from_secs(5 * 60))),

        Cause::TwoStepVerificationOn
        | Cause::PaymentMethodMissing
        | Cause::MessagingForNotApproved
        | Cause::NumberOwnedByOtherPortfolio
        | Cause::WrongPin
        | Cause::CoexistenceNumber
        | Cause::TokenInvalid(TokenProblem::AppRemoved) => turn(Party::Customer),
        Cause::DisplayNameNotApproved
        | Cause::DestinationNotApproved
        | Cause::SourceNotSetUp
        | Cause::AccountLocked => turn(Party::Meta),
        Cause::AppNotSubscribed
        | Cause::NumberNeedsNoMigration
        | Cause::NumberNeedsVerification
        | Cause::DeregistrationIncomplete
        | Cause::TokenInvalid(
            TokenProblem::Checkpoint
            | TokenProblem::PasswordChanged
            | TokenProblem::Expired
            | TokenProblem::Unconfirmed
            | TokenProblem::Invalidated
            | TokenProblem::RoleLost
            | TokenProblem::Absent
            | TokenProblem::Unspecified,
        )
        | Cause::AppSecretProofInvalid
        | Cause::PermissionMissing
        | Cause::IntentTaggedElsewhere
        | Cause::WabaNotMigratable
        | Cause::IntentStateInvalid
        | Cause::MarketingMessagesDisabled
        | Cause::Unrecognised => turn(Party::TechProvider),

        Cause::NumberAlreadyThere
        | Cause::NumberDeleted
        | Cause::NumberNotRegistered
        | Cause::ObjectUnknown
        | Cause::FieldUnknown
        | Cause::CursorStale
        | Cause::InvalidParameter
        | Cause::DuplicateRequest
        | Cause::TemplateLimitReached
        | Cause::TemplateNameTaken
        | Cause::TemplateRefused
        | Cause::MessageRefused => Verdict::Permanent { cause },
    }
}

/// The first "number unit" in a text, such as "try again in 5 minutes" (133008 and 133009 state their wait in words).
fn stated_wait(text: &str) -> Option<Duration> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.windows(2).find_map(|pair| {
        let [number, unit] = pair else { return None };
        let number: u64 = number.parse().ok()?;
        let unit_s = match unit.as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            "day" | "days" => 86_400,
            _ => return None,
        };
        Some(Duration::from_secs(number.saturating_mul(unit_s)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_in_words_are_read() {
        let cases = [
            ("Too many guesses. Try again in 5 minutes.", Some(300)),
            ("wait 3600 seconds", Some(3600)),
            ("Wait 12 hours or 3 days", Some(43_200)),
            ("(#133008) Too many two-step verification PIN guesses", None),
            ("wait 99999999999999999999 hours", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(stated_wait(text), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
