//! One migration's state: what its journal adds up to.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::blocker::{Blocker, BlockerCode, Turn};
use crate::effect::{Attempt, EffectKind};
use crate::gate::{Attestation, Gate};
use crate::number::{Number, NumberState};
use crate::observed::{
    DestinationAccount, DestinationTemplates, GivenIntent, ListedNumber, SourceAccount, SourceTemplates, Subscriptions,
    TokenFacts,
};
use crate::phase::Phase;
use crate::reading::Reading;
use crate::recent_calls::RecentCalls;
use crate::retry::Trouble;
use crate::settings::Settings;
use crate::templates::{
    Capacity, CarriedState, Forecast, Limit, LimitSigns, LossAcceptance, Means, TemplateBalance, TemplateKey,
    TemplateWork,
};
use crate::{Customer, E164, IntentId, MigrationId, PortfolioId, WabaId};

/// How soon a due migration is taken up: the smaller, the sooner (rule 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// A number is between two accounts.
    Outage,
    /// A cutover is under way.
    Cutover,
    /// Anything else that has work.
    Work,
    /// A read of something that a person has to change.
    Poll,
}

/// A person's mark on a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Option<String>,
}

/// The source side, as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// The business token for it.
    pub token: Option<Reading<TokenFacts>>,
    /// Its node.
    pub account: Option<Reading<SourceAccount>>,
    /// When its numbers were listed last; they are kept one by one in [`Migration::numbers`].
    pub numbers_at: Option<Timestamp>,
    /// Listed entries whose number cannot be read as one.
    pub unreadable_numbers: Vec<ListedNumber>,
    /// Its templates, of the preflight.
    pub templates: Option<Reading<SourceTemplates>>,
}

/// The migration intent (guide 2 to 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Its id.
    pub id: IntentId,
    /// When it was set.
    pub set_at: Timestamp,
    /// Its latest status, verbatim.
    pub status: Option<Reading<String>>,
    /// The destination that the latest answer showed. Before acceptance it proves nothing.
    pub shown_destination: Option<WabaId>,
    /// When acceptance was seen.
    pub accepted_at: Option<Timestamp>,
    /// Reminders sent so far.
    pub reminders: u32,
    /// Set where a person gave this intent and says that acceptance was seen: then `COMPLETED` with a destination proceeds too
    /// (rule 1).
    pub acceptance_seen: Option<Mark>,
}

/// A migration intent that a person gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adoption {
    /// Its id.
    pub intent: IntentId,
    /// Who gave it, when, and where acceptance was seen if that person says so.
    pub given: Mark,
    /// What a reading of it shows.
    pub read: Option<Reading<GivenIntent>>,
    /// Why it is not taken.
    pub refused: Option<Reading<String>>,
}

impl Intent {
    /// Whether the customer has not answered it, as far as was read: no other status waits for an answer (guide 4.6).
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.accepted_at.is_none() && self.status.as_ref().is_none_or(|status| status.value == "INITIATED")
    }
}

/// The destination side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The customer's new WABA.
    pub waba: WabaId,
    /// When guide 5 gave its token.
    pub token_fetched_at: Option<Timestamp>,
    /// What `debug_token` says of it.
    pub token: Option<Reading<TokenFacts>>,
    /// When guide 6 succeeded last.
    pub subscribed_at: Option<Timestamp>,
    /// The subscription as read.
    pub subscriptions: Option<Reading<Subscriptions>>,
    /// Its node.
    pub account: Option<Reading<DestinationAccount>>,
    /// Its numbers.
    pub numbers: Option<Reading<Vec<ListedNumber>>>,
    /// Its templates.
    pub templates: Option<Reading<DestinationTemplates>>,
}

/// One source WABA on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    pub(crate) id: MigrationId,
    pub(crate) customer: Customer,
    pub(crate) phase: Phase,
    pub(crate) phase_entered_at: Timestamp,
    pub(crate) started: Option<Mark>,
    pub(crate) paused: Option<Mark>,
    pub(crate) held: Option<Mark>,
    pub(crate) cancelled: Option<Mark>,
    pub(crate) attestations: Vec<Attestation>,
    /// The latest word that templates may be lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) loss_acceptance: Option<LossAcceptance>,
    /// Readings from before this instant are looked at again.
    pub(crate) look_again_since: Option<Timestamp>,
    /// When a person last wanted what was refused to be tried again.
    pub(crate) retry_asked_at: Option<Timestamp>,
    pub(crate) source: Source,
    pub(crate) intent: Option<Intent>,
    /// An intent that a person gave and that is not taken, or not yet.
    pub(crate) adoption: Option<Adoption>,
    pub(crate) destination: Option<Destination>,
    pub(crate) numbers: BTreeMap<E164, Number>,
    pub(crate) alarmed: Vec<E164>,
    pub(crate) attempt: Option<Attempt>,
    pub(crate) attempts: u64,
    pub(crate) graph_calls: u64,
    pub(crate) recent_calls: RecentCalls,
    pub(crate) last_attempt: Option<LastAttempt>,
    pub(crate) troubles: BTreeMap<EffectKind, Trouble>,
    pub(crate) template_work: TemplateWork,
    pub(crate) templates: Option<TemplateBalance>,
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    pub(crate) settings: Settings,
    pub(crate) exceptions: Vec<String>,
    pub(crate) wait_until: Option<Timestamp>,
    pub(crate) blockers: Vec<Blocker>,
    /// From when on readings count: the import, the latest recovery, or the adoption of an intent.
    pub(crate) truth_since: Timestamp,
    /// Whether the journal may lack something: the database was ever restored in its time, or the intent was adopted and
    /// whoever set it may have done more.
    pub(crate) recovered: bool,
}

/// The latest try that ended, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastAttempt {
    /// What was tried.
    pub kind: EffectKind,
    /// When it ended.
    pub at: Timestamp,
    /// What came of it, in words; `None` = it succeeded.
    pub failure: Option<String>,
}

impl Migration {
    pub(crate) fn new(customer: Customer, at: Timestamp) -> Self {
        Self {
            id: MigrationId::of(customer.source_waba.clone()),
            customer,
            phase: Phase::Draft,
            phase_entered_at: at,
            started: None,
            paused: None,
            held: None,
            cancelled: None,
            attestations: Vec::new(),
            loss_acceptance: None,
            look_again_since: None,
            retry_asked_at: None,
            source: Source::default(),
            intent: None,
            adoption: None,
            destination: None,
            numbers: BTreeMap::new(),
            alarmed: Vec::new(),
            attempt: None,
            attempts: 0,
            graph_calls: 0,
            recent_calls: RecentCalls::default(),
            last_attempt: None,
            troubles: BTreeMap::new(),
            template_work: TemplateWork::default(),
            templates: None,
            settings: Settings::default(),
            exceptions: Vec::new(),
            wait_until: None,
            blockers: Vec::new(),
            truth_since: at,
            recovered: false,
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &MigrationId {
        &self.id
    }

    /// The customer.
    #[must_use]
    pub fn customer(&self) -> &Customer {
        &self.customer
    }

    /// Where it stands.
    #[must_use]
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Since when it stands there.
    #[must_use]
    pub fn phase_entered_at(&self) -> Timestamp {
        self.phase_entered_at
    }

    /// Name of the phase, as shown and filtered by.
    #[must_use]
    pub fn phase_name(&self) -> &'static str {
        self.phase.name()
    }

    /// Whether nothing will ever happen again by itself.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.phase.is_final()
    }

    /// When it wants to be woken; `None` when only an input from outside can move it.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.wait_until
    }

    /// The try that has begun and not ended.
    #[must_use]
    pub fn open_attempt(&self) -> Option<&Attempt> {
        self.attempt.as_ref()
    }

    /// The latest try that ended.
    #[must_use]
    pub fn last_attempt(&self) -> Option<&LastAttempt> {
        self.last_attempt.as_ref()
    }

    /// How soon it is taken up once due.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        if self.numbers.values().any(Number::is_under_way) {
            Urgency::Outage
        } else if self.phase == Phase::CuttingOver {
            Urgency::Cutover
        } else if self.waits_for_something() {
            Urgency::Poll
        } else {
            Urgency::Work
        }
    }

    /// Whether it waits for anything but room for its next call: work that a limit holds up is work all the same.
    #[must_use]
    pub fn waits_for_something(&self) -> bool {
        self.blockers.iter().any(|blocker| blocker.code != BlockerCode::BudgetExhausted)
    }

    /// Why it cannot go on.
    #[must_use]
    pub fn blockers(&self) -> &[Blocker] {
        &self.blockers
    }

    /// Codes of the open blockers, sorted, each once.
    #[must_use]
    pub fn blocker_codes(&self) -> Vec<&'static str> {
        let mut codes: Vec<&'static str> = self.blockers.iter().map(|blocker| blocker.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// Whose turn it is: a person's before the vendor's before time's; `None` when the engine has work.
    #[must_use]
    pub fn turn(&self) -> Option<Turn> {
        self.blockers.iter().map(|blocker| blocker.turn).min()
    }

    /// The turn's name.
    #[must_use]
    pub fn turn_name(&self) -> Option<&'static str> {
        self.turn().map(Turn::name)
    }

    /// The customer's portfolio: the one that owns the source WABA, or else the customer file's.
    #[must_use]
    pub fn portfolio(&self) -> Option<&PortfolioId> {
        let owner = self.source.account.as_ref().and_then(|account| account.value.owner.as_ref());
        owner.or(self.customer.portfolio.as_ref())
    }

    /// What was read of the source.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The migration intent.
    #[must_use]
    pub fn intent(&self) -> Option<&Intent> {
        self.intent.as_ref()
    }

    /// An intent that a person gave and that is not taken, or not yet.
    #[must_use]
    pub fn adoption(&self) -> Option<&Adoption> {
        self.adoption.as_ref()
    }

    /// The destination.
    #[must_use]
    pub fn destination(&self) -> Option<&Destination> {
        self.destination.as_ref()
    }

    /// Its numbers, in the order in which they are moved.
    pub fn numbers(&self) -> impl Iterator<Item = &Number> {
        self.numbers.values()
    }

    /// What became of the templates, once they were compared.
    #[must_use]
    pub fn templates(&self) -> Option<TemplateBalance> {
        self.templates
    }

    /// What will become of the source's templates, as far as was read: its own list, the new account's where somebody has read
    /// it, and what tells the room there. `setting` is [`crate::Policy::template_limit`]. `None` before the preflight.
    #[must_use]
    pub fn template_forecast(&self, setting: Option<u32>) -> Option<Forecast<'_>> {
        let source = &self.source.templates.as_ref()?.value;
        let there = self.destination.as_ref().and_then(|destination| destination.templates.as_ref());
        let there = there.map(|reading| &reading.value);
        let account = self.source.account.as_ref();
        let limit = Limit::of(&LimitSigns {
            shown: source.limit(),
            verification: account.and_then(|account| account.value.verification.as_deref()),
            a_name_is_approved: self
                .numbers
                .values()
                .any(|number| number.source.value.name_status.as_deref() == Some("APPROVED")),
            setting,
        });
        let held = there.map(|found| u32::try_from(found.statuses.len()).unwrap_or(u32::MAX));
        Some(Forecast::of(source, there, Capacity { limit, held }))
    }

    /// The latest word of a person that the customer may lose templates.
    #[must_use]
    pub fn loss_acceptance(&self) -> Option<&LossAcceptance> {
        self.loss_acceptance.as_ref()
    }

    /// Settings that do not travel, as far as they were read.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What we do ourselves about templates, and what came of it.
    #[must_use]
    pub fn template_work(&self) -> &TemplateWork {
        &self.template_work
    }

    /// When the last of its numbers was over.
    pub(crate) fn cutover_ended_at(&self) -> Timestamp {
        self.numbers.values().filter_map(|number| number.verified_at).max().unwrap_or(self.phase_entered_at)
    }

    /// The vendor's words where the destination had no room for a template that was created: the next one would be refused as
    /// well, until a person asks.
    pub(crate) fn no_room(&self) -> Option<&str> {
        self.template_work.carried.values().find_map(|carried| match &carried.state {
            CarriedState::Refused { at, why, full: true }
                if carried.means == Means::Create && !self.is_asked_for(*at) =>
            {
                Some(why.as_str())
            }
            CarriedState::Refused { .. }
            | CarriedState::Sent
            | CarriedState::InDoubt { .. }
            | CarriedState::NotThere
            | CarriedState::Taken { .. } => None,
        })
    }

    /// Whether nothing is awaited any more of a template: the destination has it decided, or the vendor has refused it.
    pub(crate) fn is_over_for(&self, key: &TemplateKey) -> bool {
        let found = self.destination.as_ref().and_then(|destination| destination.templates.as_ref());
        let status = found.and_then(|found| found.value.statuses.get(key)).map(String::as_str);
        let is_decided = status.is_some_and(|status| !matches!(status, "PENDING" | "IN_APPEAL"));
        let carried = self.template_work.carried.get(key);
        let is_refused = carried.is_some_and(|carried| {
            carried.means == Means::Create && matches!(carried.state, CarriedState::Refused { .. })
        });
        is_decided || is_refused
    }

    /// Whether the source lists a template of this name and language.
    pub(crate) fn has_template(&self, key: &TemplateKey) -> bool {
        self.source.templates.as_ref().is_some_and(|source| source.value.get(key).is_some())
    }

    /// What was left behind.
    #[must_use]
    pub fn exceptions(&self) -> &[String] {
        &self.exceptions
    }

    /// How many attempts were made so far.
    #[must_use]
    pub fn attempts_made(&self) -> u64 {
        self.attempts
    }

    /// How many Graph calls were tried for it.
    #[must_use]
    pub fn graph_calls(&self) -> u64 {
        self.graph_calls
    }

    /// Who released it, and when.
    #[must_use]
    pub fn started(&self) -> Option<&Mark> {
        self.started.as_ref()
    }

    /// The pause in force.
    #[must_use]
    pub fn paused(&self) -> Option<&Mark> {
        self.paused.as_ref()
    }

    /// The hold in force.
    #[must_use]
    pub fn held(&self) -> Option<&Mark> {
        self.held.as_ref()
    }

    /// The cancel that was asked for.
    #[must_use]
    pub fn cancelled(&self) -> Option<&Mark> {
        self.cancelled.as_ref()
    }

    /// Whether what is true at the vendor's was read since a recovery that began then.
    #[must_use]
    pub fn is_recovered_since(&self, since: Timestamp) -> bool {
        self.truth_since >= since
    }

    /// The longest gap of its numbers so far.
    #[must_use]
    pub fn longest_gap(&self) -> Option<SignedDuration> {
        self.numbers.values().filter_map(Number::gap).max()
    }

    /// When a person last vouched for `gate` of `number`.
    #[must_use]
    pub fn attested_at(&self, gate: Gate, number: &E164) -> Option<Timestamp> {
        self.attestations
            .iter()
            .filter(|attestation| attestation.gate == gate)
            .filter(|attestation| attestation.number.as_ref().is_none_or(|only| only == number))
            .map(|attestation| attestation.at)
            .max()
    }

    /// When acceptance was seen.
    #[must_use]
    pub fn accepted_at(&self) -> Option<Timestamp> {
        self.intent.as_ref().and_then(|intent| intent.accepted_at)
    }

    /// Everything that people vouched for.
    #[must_use]
    pub fn attestations(&self) -> &[Attestation] {
        &self.attestations
    }

    /// The number that has begun and is not over; there is at most one (rule 8).
    pub(crate) fn under_way(&self) -> Option<&Number> {
        self.numbers.values().find(|number| number.is_under_way())
    }

    /// Whether any number has passed the point of no return.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.numbers.values().any(Number::has_begun)
    }

    /// Numbers that are still to be moved.
    pub(crate) fn eligible(&self) -> impl Iterator<Item = &Number> {
        self.numbers.values().filter(|number| number.state == NumberState::Eligible)
    }

    /// Whether a person wants what failed at `at` tried again. A webhook never does: it leads to reads only (rule 11).
    pub(crate) fn is_asked_for(&self, at: Timestamp) -> bool {
        self.retry_asked_at.is_some_and(|asked_at| at <= asked_at)
    }

    /// Whether a reading from `at` is to be looked at again because somebody asked.
    pub(crate) fn is_outdated(&self, at: Timestamp) -> bool {
        self.look_again_since.is_some_and(|since| at < since)
    }
}
