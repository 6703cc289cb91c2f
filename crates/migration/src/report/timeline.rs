//! What happened, in order, for a person who was not there.

use jiff::Timestamp;
use serde::Serialize;

use super::entry::{Entry, Evidence, Told};
use crate::E164;
use crate::effect::{EffectKind, Outcome, Success};
use crate::event::Fact;
use crate::migration::Migration;
use crate::phase::{Phase, Stop};
use crate::templates::TemplateKey;
use crate::words::duration;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// The number of its entry.
    pub entry: u64,
    /// When it became known.
    pub at: Timestamp,
    /// The number that it is about.
    pub number: Option<E164>,
    /// Whether it is one of the few that decide about everything after them.
    pub is_milestone: bool,
    /// What, in words.
    pub what: String,
}

/// A moment before it has a place.
struct Untimed {
    number: Option<E164>,
    is_milestone: bool,
    what: String,
}

fn plain(what: impl Into<String>) -> Option<Untimed> {
    Some(Untimed { number: None, is_milestone: false, what: what.into() })
}

fn milestone(what: impl Into<String>) -> Option<Untimed> {
    Some(Untimed { number: None, is_milestone: true, what: what.into() })
}

fn of(number: &E164, what: impl Into<String>) -> Option<Untimed> {
    Some(Untimed { number: Some(number.clone()), is_milestone: false, what: what.into() })
}

pub(super) fn timeline(m: &Migration, entries: &[Entry]) -> Vec<Moment> {
    let mut moments = Vec::new();
    // The number that the open attempt is about.
    let mut about = None::<E164>;
    for entry in entries {
        if let Some(Fact::AttemptStarted { attempt }) = entry.fact() {
            about = attempt.effect.number().cloned();
        }
        let told = match &entry.told {
            Told::Event(event) => of_fact(m, &event.fact, about.as_ref()),
            Told::Evidence(evidence) => of_evidence(evidence),
        };
        if let Some(Untimed { number, is_milestone, what }) = told {
            moments.push(Moment { entry: entry.seq, at: entry.known_at(), number, is_milestone, what });
        }
    }
    moments
}

fn listed(templates: &[TemplateKey]) -> String {
    templates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn because(reason: &Option<String>) -> String {
    reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default()
}

/// What is told of a fact. Reads are among the requests.
fn of_fact(m: &Migration, fact: &Fact, about: Option<&E164>) -> Option<Untimed> {
    match fact {
        Fact::Imported { .. } => milestone("Imported from the customer file."),
        Fact::CustomerUpdated { .. } => {
            plain("Imported again: contact, language, zone or wave were brought up to date.")
        }
        Fact::PhaseEntered { phase } => phase_words(phase).and_then(milestone),
        Fact::Started { by } => milestone(format!("{by} released it.")),
        Fact::Paused { by, reason } => plain(format!("{by} paused it{}.", because(reason))),
        Fact::Resumed { by } => plain(format!("{by} ended the pause.")),
        Fact::Held { by, reason } => plain(format!("{by} put a hold on its moves{}.", because(reason))),
        Fact::Unheld { by } => plain(format!("{by} ended the hold.")),
        Fact::CancelAsked { by, reason } => milestone(format!("{by} cancelled what had not begun{}.", because(reason))),
        Fact::RetryAsked { by } => plain(format!("{by} had everything tried again.")),
        Fact::AdoptionAsked { by, intent, acceptance_seen } => {
            let seen =
                acceptance_seen.as_ref().map(|seen| format!("; acceptance was seen: {seen}")).unwrap_or_default();
            plain(format!("{by} gave intent {intent}{seen}."))
        }
        Fact::IntentAdopted { intent } => {
            milestone(format!("Intent {intent} names this account, and is its own from here on."))
        }
        Fact::AdoptionRefused { why } => plain(format!("The given intent was not taken: {why}.")),
        Fact::Attested { attestation } => {
            let gate = attestation.gate;
            plain(format!("{} vouched for {gate}: {}.", attestation.by, attestation.note))
        }
        Fact::LossAccepted { acceptance } => {
            let count = acceptance.losses.count();
            plain(format!("{} accepted the loss of {count} templates.", acceptance.by))
        }
        Fact::Recovered { .. } => milestone("The database had been restored: what is true at Meta's was read again."),
        Fact::Nudged { from } => plain(format!("Looked at again because of: {from}.")),
        Fact::AttemptEnded { kind, outcome, .. } => of_outcome(*kind, outcome, about),
        Fact::Accepted { destination } => {
            milestone(format!("Acceptance was seen: the customer's new account is {destination}."))
        }
        Fact::NumberSkipped { number, reason } => of(number, format!("Stays where it is: {reason}.")),
        Fact::MoveFound { number, phone_number_id } => {
            of(number, format!("Found on the new account as {phone_number_id}: the move had taken effect."))
        }
        Fact::ProvenAbsent { number } => of(number, "Proven not to have taken effect, by two looks; it is sent again."),
        Fact::RegisterFound { number } => of(number, "Found registered on the new account."),
        Fact::NumberVerified { number } => of(number, verified(m, number)),
        Fact::NumberServing { number } => of(number, "Proven to work by traffic."),
        Fact::NumberStuck { number, code } => of(number, format!("Stuck ({code}): {}", code.row().sentence)),
        Fact::CopiesAtRest { found, expected } => {
            plain(format!("Meta's own copies have come to rest: {found} of {expected} templates are there."))
        }
        Fact::TemplatesFound { templates } => {
            plain(format!("Found on the new account after a call without an answer: {}.", listed(templates)))
        }
        Fact::TemplatesProvenAbsent { templates } => {
            plain(format!("Proven by two looks not to have been brought over: {}.", listed(templates)))
        }
        Fact::ContentsGivenUp { template, why } => {
            let of = template.as_ref().map_or("the templates".to_owned(), ToString::to_string);
            plain(format!("What creating {of} again needs cannot be had: {why}."))
        }
        Fact::TemplatesLeft { by, templates } => plain(format!("{by} left templates behind: {}.", listed(templates))),
        Fact::TemplatesSettled { .. } => plain("The templates were compared for the last time."),
        Fact::ExceptionRecorded { exception } => plain(format!("Left behind: {exception}.")),
        Fact::Reminded { count } => plain(format!("The customer was reminded (reminder {count}).")),
        Fact::GapAlarmed { number } => of(number, "Between two accounts for so long that somebody was alarmed."),
        Fact::AttemptStarted { .. }
        | Fact::NumberChosen { .. }
        | Fact::NotFoundOnce { .. }
        | Fact::TemplatesNotFoundOnce { .. }
        | Fact::Waiting { .. } => None,
    }
}

fn verified(m: &Migration, number: &E164) -> String {
    let gap = m.numbers().find(|known| known.number == *number).and_then(crate::Number::gap);
    let gap = gap.map(|gap| format!("; its gap was {}", duration(gap))).unwrap_or_default();
    format!("Listed by the new account as CONNECTED{gap}.")
}

fn phase_words(phase: &Phase) -> Option<&'static str> {
    match phase {
        Phase::Preflight => Some("The read-only checks began."),
        Phase::Ready => Some("Checked, and ready to be released."),
        Phase::Tagging => Some("Tagging for migration began (guide 2)."),
        Phase::AwaitingAcceptance => Some("The customer's turn: the request stands in Meta Business Suite (guide 3)."),
        Phase::Provisioning => Some("The new account is being prepared (guide 5 to 7)."),
        Phase::ReadyForCutover => Some("Every gate was open: ready to move its numbers."),
        Phase::CuttingOver => Some("The cutover began (guide 8 and 9)."),
        Phase::Settling => Some("Every number is over; templates and settings are watched."),
        Phase::Completed => Some("Completed."),
        Phase::CompletedWithExceptions => Some("Completed, with something left behind that is recorded."),
        Phase::Stopped(Stop::Rejected) => Some("Over: the customer rejected the request."),
        Phase::Stopped(Stop::Cancelled) => Some("Over: it was cancelled."),
        Phase::Draft => None,
    }
}

/// Calls that change something, and how they ended.
fn of_outcome(kind: EffectKind, outcome: &Outcome, about: Option<&E164>) -> Option<Untimed> {
    let changes = kind.cannot_be_undone() || matches!(kind, EffectKind::FetchBusinessToken | EffectKind::Subscribe);
    let told = |what: String| Some(Untimed { number: about.cloned(), is_milestone: false, what });
    match outcome {
        Outcome::Success { answer: Success::Moved(id) } => {
            told(format!("Moved to the new account (guide 8), as {id}."))
        }
        Outcome::Success { answer: Success::Registered } => told("Registered (guide 9).".to_owned()),
        Outcome::Success { answer: Success::IntentSet(intent) } => {
            milestone(format!("Tagged for migration: intent {intent} (guide 2)."))
        }
        Outcome::Success { answer: Success::TokenFetched } => {
            told("The business token for the new account was fetched into the vault (guide 5).".to_owned())
        }
        Outcome::Success { answer: Success::Subscribed } => {
            told("The app was subscribed to the new account's webhooks (guide 6).".to_owned())
        }
        Outcome::Success { answer: Success::MoveVetoed(why) } => told(format!("The before-move hook vetoed: {why}.")),
        Outcome::Success { .. } => None,
        Outcome::Refused { refusal } if changes => told(format!("Refused when {}: {refusal}.", kind.doing())),
        Outcome::Unknown { why } if changes => told(format!("No answer when {}: {why}.", kind.doing())),
        Outcome::NotSent { why } if changes => told(format!("Not sent when {}: {why}.", kind.doing())),
        Outcome::Refused { .. } | Outcome::Unknown { .. } | Outcome::NotSent { .. } => None,
    }
}

fn of_evidence(evidence: &Evidence) -> Option<Untimed> {
    match evidence {
        Evidence::Revealed { what, number, by, reason, .. } => {
            let number = number.as_ref().map(|number| format!(" of {number}")).unwrap_or_default();
            plain(format!("{by} had the {what}{number} shown{}.", because(reason)))
        }
        Evidence::Refused { what, by, why } => plain(format!("{by} asked for “{what}” and was refused: {why}.")),
        Evidence::Late { attempt, outcome } => {
            let came = match outcome {
                Outcome::Success { .. } => "a success",
                Outcome::Refused { .. } => "a refusal",
                Outcome::Unknown { .. } => "no answer",
                Outcome::NotSent { .. } => "not sent",
            };
            plain(format!("The outcome of attempt {attempt} was learned late, and kept as evidence: {came}."))
        }
        Evidence::Other => plain("Something was kept as evidence that this version has no words for."),
    }
}
