//! Facts that were persisted. The journal is a list of them, and replaying it gives the migration.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::blocker::{Blocker, BlockerCode};
use crate::effect::{Attempt, EffectKind, Outcome};
use crate::gate::Attestation;
use crate::number::Skip;
use crate::phase::Phase;
use crate::templates::{LossAcceptance, TemplateBalance, TemplateKey};
use crate::{Customer, E164, IntentId, PhoneNumberId, WabaId};

/// A fact with its instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it became known.
    pub at: Timestamp,
    /// What.
    pub fact: Fact,
}

/// What happened to a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A row of the customer file became a migration.
    Imported {
        /// The row.
        customer: Customer,
    },
    /// The row was imported again.
    CustomerUpdated {
        /// The new row.
        customer: Customer,
    },
    /// A new phase began.
    PhaseEntered {
        /// Which.
        phase: Phase,
    },
    /// Released by a person.
    Started {
        /// By whom.
        by: String,
    },
    /// A pause began.
    Paused {
        /// By whom.
        by: String,
        /// Why.
        reason: Option<String>,
    },
    /// The pause ended.
    Resumed {
        /// By whom.
        by: String,
    },
    /// A hold began.
    Held {
        /// By whom.
        by: String,
        /// Why.
        reason: Option<String>,
    },
    /// The hold ended.
    Unheld {
        /// By whom.
        by: String,
    },
    /// Cancel was asked for.
    CancelAsked {
        /// By whom.
        by: String,
        /// Why.
        reason: Option<String>,
    },
    /// A person wants everything tried again.
    RetryAsked {
        /// By whom.
        by: String,
    },
    /// A person gave the id of the migration intent.
    AdoptionAsked {
        /// By whom.
        by: String,
        /// The intent.
        intent: IntentId,
        /// Where acceptance was seen, if that person says so.
        acceptance_seen: Option<String>,
    },
    /// A reading of the given intent names this source WABA: it is the migration's own from here on.
    IntentAdopted {
        /// The intent.
        intent: IntentId,
    },
    /// The given intent is not taken.
    AdoptionRefused {
        /// Why not.
        why: String,
    },
    /// A person vouches for a gate.
    Attested {
        /// For what, and who.
        attestation: Attestation,
    },
    /// A person accepts that the customer loses templates.
    LossAccepted {
        /// Who, and exactly which.
        acceptance: LossAcceptance,
    },
    /// What is true at the vendor's was read again, after the database had been restored.
    Recovered {
        /// Readings from before do not count.
        since: Timestamp,
    },
    /// Something outside suggests to look again.
    Nudged {
        /// What.
        from: String,
    },
    /// A try begins; journaled before anything is sent that changes something (rule 5).
    AttemptStarted {
        /// The try.
        attempt: Attempt,
    },
    /// A try ended.
    AttemptEnded {
        /// The attempt's id.
        attempt: u64,
        /// What was tried.
        kind: EffectKind,
        /// What came of it.
        outcome: Outcome,
        /// Not tried again before, where it failed.
        retry_at: Option<Timestamp>,
    },
    /// Acceptance was seen, with the customer's new WABA (guide 4).
    Accepted {
        /// The destination.
        destination: WabaId,
    },
    /// The number will be moved.
    NumberChosen {
        /// Which.
        number: E164,
    },
    /// The number stays.
    NumberSkipped {
        /// Which.
        number: E164,
        /// Why.
        reason: Skip,
    },
    /// A read showed that a move in doubt took place.
    MoveFound {
        /// Which number.
        number: E164,
        /// Its node under the destination.
        phone_number_id: PhoneNumberId,
    },
    /// The first read after the time-out does not show the effect in doubt.
    NotFoundOnce {
        /// Which number.
        number: E164,
        /// When it was read.
        read_at: Timestamp,
    },
    /// Two reads, far enough apart, prove that the effect in doubt did not take place.
    ProvenAbsent {
        /// Which number.
        number: E164,
    },
    /// A read showed that a register in doubt took place, or that somebody else registered the number there.
    RegisterFound {
        /// Which number.
        number: E164,
    },
    /// The destination lists the number as CONNECTED on Cloud API with its PIN on.
    NumberVerified {
        /// Which.
        number: E164,
    },
    /// Proof by traffic that the number works.
    NumberServing {
        /// Which.
        number: E164,
    },
    /// Nothing more is tried for the number until a person has looked.
    NumberStuck {
        /// Which.
        number: E164,
        /// Why.
        code: BlockerCode,
    },
    /// The vendor's own copies of templates have come to rest: from here on templates may be written (rule 14).
    CopiesAtRest {
        /// How many of them are there.
        found: u32,
        /// How many the vendor was to duplicate.
        expected: u32,
    },
    /// A read shows templates whose call had no answer.
    TemplatesFound {
        /// Which.
        templates: Vec<TemplateKey>,
    },
    /// The first read after the time-out does not show them.
    TemplatesNotFoundOnce {
        /// Which.
        templates: Vec<TemplateKey>,
        /// When it was read.
        read_at: Timestamp,
    },
    /// Two reads, far enough apart, prove that they were not brought over.
    TemplatesProvenAbsent {
        /// Which.
        templates: Vec<TemplateKey>,
    },
    /// Nobody but a person can get what creating templates again needs.
    ContentsGivenUp {
        /// The template whose samples are lost; `None` = the contents of all of them.
        template: Option<TemplateKey>,
        /// Why.
        why: String,
    },
    /// A person leaves templates behind.
    TemplatesLeft {
        /// By whom.
        by: String,
        /// Which.
        templates: Vec<TemplateKey>,
    },
    /// The templates were compared for the last time.
    TemplatesSettled {
        /// The balance.
        balance: TemplateBalance,
    },
    /// Something was left behind.
    ExceptionRecorded {
        /// What.
        exception: String,
    },
    /// The customer was reminded of the request.
    Reminded {
        /// How many times so far.
        count: u32,
    },
    /// A number has been between two accounts for too long.
    GapAlarmed {
        /// Which.
        number: E164,
    },
    /// What the migration waits for, and when it is looked at again. Written only when it changes.
    Waiting {
        /// When.
        until: Option<Timestamp>,
        /// Why it cannot go on.
        blockers: Vec<Blocker>,
    },
}

impl Event {
    /// The event's name in the journal.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.fact.kind()
    }
}

impl Fact {
    /// The fact's name.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Imported { .. } => "imported",
            Self::CustomerUpdated { .. } => "customer_updated",
            Self::PhaseEntered { .. } => "phase_entered",
            Self::Started { .. } => "started",
            Self::Paused { .. } => "paused",
            Self::Resumed { .. } => "resumed",
            Self::Held { .. } => "held",
            Self::Unheld { .. } => "unheld",
            Self::CancelAsked { .. } => "cancel_asked",
            Self::RetryAsked { .. } => "retry_asked",
            Self::AdoptionAsked { .. } => "adoption_asked",
            Self::IntentAdopted { .. } => "intent_adopted",
            Self::AdoptionRefused { .. } => "adoption_refused",
            Self::Attested { .. } => "attested",
            Self::LossAccepted { .. } => "loss_accepted",
            Self::Recovered { .. } => "recovered",
            Self::Nudged { .. } => "nudged",
            Self::AttemptStarted { .. } => "attempt_started",
            Self::AttemptEnded { .. } => "attempt_ended",
            Self::Accepted { .. } => "accepted",
            Self::NumberChosen { .. } => "number_chosen",
            Self::NumberSkipped { .. } => "number_skipped",
            Self::MoveFound { .. } => "move_found",
            Self::NotFoundOnce { .. } => "not_found_once",
            Self::ProvenAbsent { .. } => "proven_absent",
            Self::RegisterFound { .. } => "register_found",
            Self::NumberVerified { .. } => "number_verified",
            Self::NumberServing { .. } => "number_serving",
            Self::NumberStuck { .. } => "number_stuck",
            Self::CopiesAtRest { .. } => "copies_at_rest",
            Self::TemplatesFound { .. } => "templates_found",
            Self::TemplatesNotFoundOnce { .. } => "templates_not_found_once",
            Self::TemplatesProvenAbsent { .. } => "templates_proven_absent",
            Self::ContentsGivenUp { .. } => "contents_given_up",
            Self::TemplatesLeft { .. } => "templates_left",
            Self::TemplatesSettled { .. } => "templates_settled",
            Self::ExceptionRecorded { .. } => "exception_recorded",
            Self::Reminded { .. } => "reminded",
            Self::GapAlarmed { .. } => "gap_alarmed",
            Self::Waiting { .. } => "waiting",
        }
    }
}
