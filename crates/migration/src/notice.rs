//! What people and the provider's own systems are told, and when. It must never hold a secret, and it decides nothing: a
//! notice follows from a fact that is journaled already.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::blocker::{Blocker, BlockerCode, Turn};
use crate::effect::{Outcome, Success};
use crate::event::{Event, Fact};
use crate::id_map;
use crate::migration::{Intent, Migration};
use crate::number::{Number, NumberState};
use crate::phase::Phase;
use crate::templates::TemplateBalance;
use crate::{E164, IntentId, MigrationId, PhoneNumberId, WabaId};

/// Something that somebody outside is told, at least once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Whose migration.
    pub migration: MigrationId,
    /// The Tech Provider's own reference of the customer.
    pub customer: String,
    /// Whom to write to, where it is for the customer.
    pub contact_email: Option<String>,
    /// BCP 47 tag of the language that the customer reads.
    pub language: Option<String>,
    /// When the fact became known.
    pub at: Timestamp,
    /// What is told.
    #[serde(flatten)]
    pub news: News,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum News {
    /// Two-step verification has to be turned off (guide 1).
    RequestTwoStepOff {
        /// Whose turn it is: the customer's, or the Tech Provider's own.
        turn: Turn,
        /// Of which numbers.
        numbers: Vec<E164>,
    },
    /// The request stands at the customer, who reviews and accepts it and adds a payment method (guide 3).
    RequestAcceptance {
        /// The migration intent.
        intent: IntentId,
    },
    /// The request still stands.
    Reminder {
        /// The migration intent.
        intent: IntentId,
        /// How many reminders there were, this one included.
        count: u32,
        /// Since when it stands.
        asked_since: Timestamp,
    },
    /// The new WABA needs a payment method (guide 3).
    PaymentMethodWanted {
        /// The new WABA.
        destination: WabaId,
    },
    /// A number has been between two accounts for more than a minute.
    GapAlarm {
        /// Which.
        number: E164,
        /// Since when it is, or may be.
        since: Timestamp,
    },
    /// A number works under the new WABA from now on: sending systems change their ids.
    NumberRegistered {
        /// Its ids.
        #[serde(flatten)]
        moved: MovedNumber,
    },
    /// The new WABA lists it as CONNECTED: it is known for good how the number is written there.
    NumberVerified {
        /// Its ids.
        #[serde(flatten)]
        moved: MovedNumber,
        /// The number as the destination writes it.
        new_written: String,
        /// Whether that has other digits than before: systems that compare the text of a number have to know both.
        written_form_changed: bool,
    },
    /// Nothing happens any more by itself.
    MigrationOver {
        /// Name of the phase in which it ended.
        phase: String,
        /// Numbers that went over.
        migrated: Vec<E164>,
        /// What was left behind, in words.
        exceptions: Vec<String>,
        /// What became of the templates, where they were compared.
        templates: Option<TemplateBalance>,
    },
}

/// A number with its old and new ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedNumber {
    /// Which.
    pub number: E164,
    /// Its phone number id under the source.
    pub old_phone_number_id: PhoneNumberId,
    /// Its phone number id under the destination. It may be the same (observations: `numbers.phone_id_after_migrate`).
    pub new_phone_number_id: PhoneNumberId,
    /// The source WABA.
    pub old_waba: WabaId,
    /// The destination WABA.
    pub new_waba: WabaId,
    /// The number as the source writes it.
    pub old_written: String,
}

impl Notice {
    /// The notice's kind: `reminder`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.news.kind()
    }
}

impl News {
    /// The kind, as it stands in JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::RequestTwoStepOff { .. } => "request_two_step_off",
            Self::RequestAcceptance { .. } => "request_acceptance",
            Self::Reminder { .. } => "reminder",
            Self::PaymentMethodWanted { .. } => "payment_method_wanted",
            Self::GapAlarm { .. } => "gap_alarm",
            Self::NumberRegistered { .. } => "number_registered",
            Self::NumberVerified { .. } => "number_verified",
            Self::MigrationOver { .. } => "migration_over",
        }
    }
}

/// What is told because of `event`, which is among the latest facts of `migration`. Mostly nothing; one wait can open
/// several matters.
#[must_use]
pub fn of(migration: &Migration, event: &Event) -> Vec<Notice> {
    news(migration, event)
        .into_iter()
        .map(|news| Notice {
            migration: migration.id().clone(),
            customer: migration.customer().reference.clone(),
            contact_email: migration.customer().contact_email.clone(),
            language: migration.customer().language.clone(),
            at: event.at,
            news,
        })
        .collect()
}

fn news(m: &Migration, event: &Event) -> Vec<News> {
    match &event.fact {
        Fact::AttemptEnded { outcome: Outcome::Success { answer }, .. } => match answer {
            Success::IntentSet(intent) => vec![News::RequestAcceptance { intent: intent.clone() }],
            Success::Registered => registered(m, event.at),
            Success::Token(_)
            | Success::Source(_)
            | Success::SourceNumbers(_)
            | Success::SourceTemplates(_)
            | Success::Intent(_)
            | Success::GivenIntent(_)
            | Success::TokenFetched
            | Success::Subscribed
            | Success::Subscriptions(_)
            | Success::Destination(_)
            | Success::DestinationNumbers(_)
            | Success::PinSealed
            | Success::MoveAllowed
            | Success::MoveVetoed(_)
            | Success::Moved(_)
            | Success::DestinationTemplates(_)
            | Success::SampleKept
            | Success::FlowsMoved(_)
            | Success::TemplatesCopied(_)
            | Success::SampleUploaded
            | Success::TemplateCreated
            | Success::Settings(_)
            | Success::SettingRestored
            | Success::StorageRegion(_) => Vec::new(),
        },
        Fact::IntentAdopted { intent } if m.intent().is_some_and(Intent::is_pending) => {
            vec![News::RequestAcceptance { intent: intent.clone() }]
        }
        Fact::RegisterFound { .. } => registered(m, event.at),
        Fact::NumberVerified { number } => verified(m, number).into_iter().collect(),
        Fact::Waiting { blockers, .. } => opened(m, blockers, event.at),
        Fact::Reminded { count } => m
            .intent()
            .map(|intent| News::Reminder { intent: intent.id.clone(), count: *count, asked_since: intent.set_at })
            .into_iter()
            .collect(),
        Fact::GapAlarmed { number } => vec![alarm(m, number, event.at)],
        Fact::PhaseEntered { phase } if phase.is_final() => vec![over(m, phase)],
        Fact::PhaseEntered { .. }
        | Fact::AttemptEnded { .. }
        | Fact::Imported { .. }
        | Fact::CustomerUpdated { .. }
        | Fact::Started { .. }
        | Fact::Paused { .. }
        | Fact::Resumed { .. }
        | Fact::Held { .. }
        | Fact::Unheld { .. }
        | Fact::CancelAsked { .. }
        | Fact::RetryAsked { .. }
        | Fact::AdoptionAsked { .. }
        | Fact::IntentAdopted { .. }
        | Fact::AdoptionRefused { .. }
        | Fact::Attested { .. }
        | Fact::LossAccepted { .. }
        | Fact::Recovered { .. }
        | Fact::Nudged { .. }
        | Fact::AttemptStarted { .. }
        | Fact::Accepted { .. }
        | Fact::NumberChosen { .. }
        | Fact::NumberSkipped { .. }
        | Fact::MoveFound { .. }
        | Fact::NotFoundOnce { .. }
        | Fact::ProvenAbsent { .. }
        | Fact::NumberServing { .. }
        | Fact::NumberStuck { .. }
        | Fact::CopiesAtRest { .. }
        | Fact::TemplatesFound { .. }
        | Fact::TemplatesNotFoundOnce { .. }
        | Fact::TemplatesProvenAbsent { .. }
        | Fact::ContentsGivenUp { .. }
        | Fact::TemplatesLeft { .. }
        | Fact::TemplatesSettled { .. }
        | Fact::ExceptionRecorded { .. } => Vec::new(),
    }
}

/// A wait is told of when a matter begins, not each time that it is looked at again.
fn opened(m: &Migration, blockers: &[Blocker], at: Timestamp) -> Vec<News> {
    let new = |code| blockers.iter().filter(move |blocker| blocker.code == code && blocker.since == at);
    let mut news = Vec::new();
    for turn in Turn::ALL {
        let numbers: Vec<E164> = new(BlockerCode::TwoStepVerificationOn)
            .filter(|blocker| blocker.turn == turn)
            .filter_map(|blocker| blocker.number.clone())
            .collect();
        if !numbers.is_empty() {
            news.push(News::RequestTwoStepOff { turn, numbers });
        }
    }
    if let Some(destination) = m.destination()
        && new(BlockerCode::PaymentMethodMissing).next().is_some()
    {
        news.push(News::PaymentMethodWanted { destination: destination.waba.clone() });
    }
    news
}

fn registered(m: &Migration, at: Timestamp) -> Vec<News> {
    let just_now = m.numbers().filter(|number| number.registered_at == Some(at));
    just_now.filter_map(|number| Some(News::NumberRegistered { moved: moved(m, number)? })).collect()
}

fn verified(m: &Migration, number: &E164) -> Option<News> {
    let number = m.numbers().find(|known| known.number == *number)?;
    let moved = moved(m, number)?;
    let new_written = id_map::written_at_destination(m, number)?.to_owned();
    let written_form_changed = id_map::has_other_digits(&moved.old_written, &new_written);
    Some(News::NumberVerified { moved, new_written, written_form_changed })
}

fn moved(m: &Migration, number: &Number) -> Option<MovedNumber> {
    Some(MovedNumber {
        number: number.number.clone(),
        old_phone_number_id: number.source.value.id.clone(),
        new_phone_number_id: number.destination_id.clone()?,
        old_waba: m.id().source().clone(),
        new_waba: m.destination()?.waba.clone(),
        old_written: number.source.value.display.clone(),
    })
}

fn alarm(m: &Migration, number: &E164, at: Timestamp) -> News {
    let since = m.numbers().find(|known| known.number == *number).and_then(|known| match &known.state {
        NumberState::Moving { doubt: Some(doubt) } => Some(doubt.sent_at),
        NumberState::Listed
        | NumberState::Skipped { .. }
        | NumberState::Eligible
        | NumberState::Moving { doubt: None }
        | NumberState::Moved
        | NumberState::Registering { .. }
        | NumberState::Registered
        | NumberState::Verified
        | NumberState::Serving
        | NumberState::Stuck { .. } => known.moved_at,
    });
    News::GapAlarm { number: number.clone(), since: since.unwrap_or(at) }
}

fn over(m: &Migration, phase: &Phase) -> News {
    News::MigrationOver {
        phase: phase.name().to_owned(),
        migrated: m.numbers().filter(|number| number.is_migrated()).map(|number| number.number.clone()).collect(),
        exceptions: m.exceptions().to_vec(),
        templates: m.templates(),
    }
}
