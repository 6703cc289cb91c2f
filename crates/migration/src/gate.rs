//! The gates before a move (rule 2): each yes, no or unreadable, with the instant of its reading.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Cause;
use crate::blocker::{Blocker, BlockerCode, Turn};
use crate::customer::TwoStepBy;
use crate::effect::EffectKind;
use crate::migration::Migration;
use crate::number::{Number, NumberState};
use crate::reading::Answer;
use crate::retry::Failure;
use crate::settings::storage;

/// Readings at a gate are at most this old when the move begins.
pub const GREATEST_AGE: SignedDuration = SignedDuration::from_mins(2);

/// Before the intent is set, two-step verification is seen off within this time (rule 16).
pub const GREATEST_AGE_AT_TAG: SignedDuration = SignedDuration::from_mins(10);

/// A token stays valid this long past the cutover.
pub const TOKEN_VALIDITY: SignedDuration = SignedDuration::from_hours(72);

/// A gate whose answer comes from a reading, and that a named person may attest where it is unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Two-step verification of the number is off (guide 1).
    TwoStepOff,
    /// Its display name is approved.
    DisplayName,
    /// Our app is subscribed to the destination (guide 6).
    Subscription,
    /// The vendor approved the destination.
    DestinationReview,
    /// The destination has a payment method (guide 3).
    PaymentMethod,
    /// Source and destination belong to one portfolio.
    SamePortfolio,
    /// The wanted storage region is settled.
    StorageRegion,
}

impl Gate {
    /// Every gate, in the order in which they are looked at.
    pub const ALL: [Self; 7] = [
        Self::TwoStepOff,
        Self::DisplayName,
        Self::Subscription,
        Self::DestinationReview,
        Self::PaymentMethod,
        Self::SamePortfolio,
        Self::StorageRegion,
    ];

    /// The name used in commands and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TwoStepOff => "two_step_off",
            Self::DisplayName => "display_name",
            Self::Subscription => "subscription",
            Self::DestinationReview => "destination_review",
            Self::PaymentMethod => "payment_method",
            Self::SamePortfolio => "same_portfolio",
            Self::StorageRegion => "storage_region",
        }
    }

    /// Whether a person may vouch for it where it is unreadable. The subscription is ours to read.
    #[must_use]
    pub fn may_be_attested(self) -> bool {
        self != Self::Subscription
    }

    /// Whether it is about one number rather than the whole WABA.
    #[must_use]
    pub fn is_of_number(self) -> bool {
        matches!(self, Self::TwoStepOff | Self::DisplayName | Self::StorageRegion)
    }

    /// Whether it is about the destination WABA.
    #[must_use]
    pub fn is_of_destination(self) -> bool {
        matches!(self, Self::Subscription | Self::DestinationReview | Self::PaymentMethod | Self::SamePortfolio)
    }

    /// The read that answers it.
    #[must_use]
    pub fn read(self) -> Option<EffectKind> {
        match self {
            Self::TwoStepOff | Self::DisplayName => Some(EffectKind::ReadSourceNumbers),
            Self::Subscription => Some(EffectKind::ReadSubscriptions),
            Self::DestinationReview | Self::PaymentMethod | Self::SamePortfolio => Some(EffectKind::ReadDestination),
            Self::StorageRegion => Some(EffectKind::ReadSourceSettings),
        }
    }

    /// The gate that a refusal with `cause` contradicts.
    #[must_use]
    pub fn contradicted_by(cause: Cause) -> Option<Self> {
        match cause {
            Cause::TwoStepVerificationOn => Some(Self::TwoStepOff),
            Cause::DisplayNameNotApproved => Some(Self::DisplayName),
            Cause::AppNotSubscribed => Some(Self::Subscription),
            Cause::DestinationNotApproved => Some(Self::DestinationReview),
            Cause::PaymentMethodMissing => Some(Self::PaymentMethod),
            Cause::OtherPortfolio => Some(Self::SamePortfolio),
            Cause::SourceNotSetUp
            | Cause::NumberAlreadyThere
            | Cause::NumberNeedsNoMigration
            | Cause::NumberNeedsVerification
            | Cause::Maintenance
            | Cause::WrongPin
            | Cause::RegisterLimit
            | Cause::TokenMissing
            | Cause::TokenInvalid
            | Cause::PermissionMissing
            | Cause::TaggedElsewhere
            | Cause::NotMigratable
            | Cause::IntentStateInvalid
            | Cause::ObjectUnknown
            | Cause::CoexistenceNumber
            | Cause::AccountLocked
            | Cause::TemplateNameTaken
            | Cause::TemplateLimitReached
            | Cause::TemplateRefused
            | Cause::SampleExpired
            | Cause::SampleUnusable
            | Cause::RateLimited
            | Cause::Transient
            | Cause::Unrecognised => None,
        }
    }

    fn code(self, answer: Answer) -> BlockerCode {
        let unreadable = answer == Answer::Unreadable;
        match self {
            Self::TwoStepOff if unreadable => BlockerCode::TwoStepVerificationUnreadable,
            Self::TwoStepOff => BlockerCode::TwoStepVerificationOn,
            Self::DisplayName if unreadable => BlockerCode::DisplayNameUnreadable,
            Self::DisplayName => BlockerCode::DisplayNameNotApproved,
            Self::Subscription => BlockerCode::AppNotSubscribed,
            Self::DestinationReview if unreadable => BlockerCode::DestinationReviewUnreadable,
            Self::DestinationReview => BlockerCode::DestinationNotApproved,
            Self::PaymentMethod if unreadable => BlockerCode::PaymentMethodUnreadable,
            Self::PaymentMethod => BlockerCode::PaymentMethodMissing,
            Self::SamePortfolio if unreadable => BlockerCode::PortfolioUnreadable,
            Self::SamePortfolio => BlockerCode::OtherPortfolio,
            Self::StorageRegion => BlockerCode::StorageRegionOpen,
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no gate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no gate: use one of {names}", names = Gate::ALL.map(Gate::name).join(", "))]
pub struct UnknownGate(String);

impl FromStr for Gate {
    type Err = UnknownGate;
    fn from_str(text: &str) -> Result<Self, UnknownGate> {
        Self::ALL.into_iter().find(|gate| gate.name() == text).ok_or_else(|| UnknownGate(text.to_owned()))
    }
}

/// A person's word that an unreadable gate is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The gate.
    pub gate: Gate,
    /// The number, for a gate that is about one; `None` = all numbers of the WABA.
    pub number: Option<crate::E164>,
    /// Who vouches.
    pub by: String,
    /// What was seen, in that person's words.
    pub note: String,
    /// When. A later contradiction by the vendor ends it.
    pub at: Timestamp,
}

/// A gate's state: the answer, and the instant of the reading that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateReading {
    /// Which gate.
    pub gate: Gate,
    /// What is known. An attestation makes an unreadable gate a yes.
    pub answer: Answer,
    /// When it was read; `None` when it never was, or needs no reading.
    pub read_at: Option<Timestamp>,
    /// The vendor's words that contradict the reading, where there are any.
    pub contradiction: Option<String>,
    /// Whether an attestation decided.
    pub attested: bool,
    /// The vendor refused and does not show when the cause is gone: besides whoever removes it, a person has to say so.
    pub needs_word: bool,
}

impl GateReading {
    /// Whether the gate lets the move pass, its age aside.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.answer == Answer::Yes
    }

    /// The blockers that a closed gate is: its cause, and the word that only a person can give where no reading will.
    #[must_use]
    pub(crate) fn blockers(&self, migration: &Migration, number: Option<&Number>, now: Timestamp) -> Vec<Blocker> {
        let mut blockers = vec![self.blocker(migration, number, now)];
        if self.needs_word {
            let unreadable = Self { answer: Answer::Unreadable, ..self.clone() };
            blockers.push(unreadable.blocker(migration, number, now));
        }
        blockers
    }

    /// The blocker that a closed gate is by its answer alone.
    #[must_use]
    pub(crate) fn blocker(&self, migration: &Migration, number: Option<&Number>, now: Timestamp) -> Blocker {
        let mut blocker = Blocker::new(self.gate.code(self.answer), now);
        if let Some(number) = number.filter(|_| self.gate.is_of_number()) {
            blocker = blocker.of(&number.number);
        }
        if let Some(contradiction) = &self.contradiction {
            blocker = blocker.saying(contradiction);
        }
        if self.gate == Gate::StorageRegion
            && let Some(words) = number.and_then(|number| storage::words(migration, number))
        {
            blocker = blocker.saying(words);
        }
        if self.gate == Gate::TwoStepOff
            && self.answer == Answer::No
            && migration.customer().two_step_by == TwoStepBy::Us
        {
            blocker = blocker.turn_of(Turn::TechProvider);
        }
        blocker
    }
}

/// The state of `gate` for `number`.
#[must_use]
pub fn read(migration: &Migration, number: &Number, gate: Gate) -> GateReading {
    let (shown, read_at) = shown(migration, number, gate);
    let contradiction = contradiction(migration, number, gate);
    // Nobody can vouch for a destination that does not exist yet.
    let vouched_since = if gate.is_of_destination() { migration.accepted_at() } else { Some(Timestamp::MIN) };
    let attested_at = migration
        .attested_at(gate, &number.number)
        .filter(|attested_at| vouched_since.is_some_and(|since| *attested_at >= since));

    let mut reading =
        GateReading { gate, answer: shown, read_at, contradiction: None, attested: false, needs_word: false };
    if let Some((refused_at, words)) = contradiction {
        // The vendor's refusal outweighs what was read before it.
        if read_at.is_none_or(|at| at < refused_at) && shown != Answer::Unreadable {
            reading.answer = Answer::No;
        }
        // A reading that shows nothing cannot clear a refusal; only a later attestation can.
        if shown == Answer::Unreadable && attested_at.is_none_or(|at| at <= refused_at) {
            reading.answer = Answer::No;
            reading.needs_word = true;
        }
        if reading.answer != Answer::Yes {
            reading.contradiction = Some(words);
        }
    }
    if reading.answer == Answer::Unreadable && attested_at.is_some() {
        reading.answer = Answer::Yes;
        reading.attested = true;
        reading.contradiction = None;
    }
    reading
}

/// Whether the vendor shows that the gate is closed for a number that the attestation is about: from then on that word
/// is used up.
pub(crate) fn is_refuted(migration: &Migration, attestation: &Attestation) -> bool {
    migration.numbers().filter(|number| attestation.number.as_ref().is_none_or(|only| *only == number.number)).any(
        |number| {
            let (answer, read_at) = shown(migration, number, attestation.gate);
            answer == Answer::No && read_at.is_some_and(|at| at >= attestation.at)
        },
    )
}

/// What the latest reading shows, refusals and attestations aside.
fn shown(migration: &Migration, number: &Number, gate: Gate) -> (Answer, Option<Timestamp>) {
    match gate {
        // The source knows a moved number no longer; what holds for its register is read where it is now.
        Gate::TwoStepOff | Gate::DisplayName if number.moved_at.is_some() => {
            shown_at_destination(migration, number, gate)
        }
        // With the source lost, what was read of its numbers before is no longer known to hold.
        Gate::TwoStepOff | Gate::DisplayName if migration.source_is_lost() => {
            (Answer::Unreadable, Some(number.source.at))
        }
        Gate::TwoStepOff => (number.source.value.two_step_off(), Some(number.source.at)),
        Gate::DisplayName => (number.source.value.display_name_approved(), Some(number.source.at)),
        Gate::Subscription => match migration.destination().and_then(|d| d.subscriptions.as_ref()) {
            Some(reading) => (Answer::from_option(Some(reading.value.ours)), Some(reading.at)),
            None => (Answer::No, None),
        },
        Gate::DestinationReview | Gate::PaymentMethod | Gate::SamePortfolio => {
            let Some(account) = migration.destination().and_then(|d| d.account.as_ref()) else {
                return (Answer::Unreadable, None);
            };
            let answer = if gate == Gate::PaymentMethod {
                account.value.payment_method()
            } else if gate == Gate::DestinationReview {
                account.value.review_approved()
            } else {
                let expected = migration.portfolio();
                Answer::from_option(
                    expected.zip(account.value.owner.as_ref()).map(|(expected, owner)| expected == owner),
                )
            };
            (answer, Some(account.at))
        }
        Gate::StorageRegion => storage::shown(migration, number),
    }
}

fn shown_at_destination(migration: &Migration, number: &Number, gate: Gate) -> (Answer, Option<Timestamp>) {
    let Some(listing) = migration.destination().and_then(|d| d.numbers.as_ref()) else {
        return (Answer::Unreadable, None);
    };
    let entry = listing.value.iter().find(|entry| entry.number.as_ref() == Some(&number.number));
    let answer = match (entry, gate) {
        (None, _) => Answer::Unreadable,
        (Some(entry), Gate::TwoStepOff) => entry.two_step_off(),
        (Some(entry), _) => entry.display_name_approved(),
    };
    (answer, Some(listing.at))
}

/// The latest refusal at move or register that names this gate as its cause. Where the gate is the WABA's, a refusal of
/// any of its numbers counts for all of them (rule 8).
fn contradiction(migration: &Migration, number: &Number, gate: Gate) -> Option<(Timestamp, String)> {
    migration
        .numbers()
        .filter(|other| !gate.is_of_number() || other.number == number.number)
        .filter(|other| !matches!(other.state, NumberState::Skipped { .. }))
        .flat_map(|other| [&other.move_trouble, &other.register_trouble])
        .flatten()
        .filter_map(|failed| match &failed.failure {
            Failure::Refused { refusal } if Gate::contradicted_by(refusal.cause) == Some(gate) => {
                Some((failed.at, refusal.to_string()))
            }
            Failure::Refused { .. } | Failure::Unknown { .. } | Failure::NotSent { .. } => None,
        })
        .max_by_key(|(at, _)| *at)
}
