//! From an input to facts and the next call: total and deterministic.

use jiff::Timestamp;

use crate::apply::{IllegalEvent, apply_in_place};
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::{Attempt, Effect, EffectKind, LOST, Outcome};
use crate::event::{Event, Fact};
use crate::gate::{Attestation, Gate};
use crate::input::{Command, Input, Surroundings};
use crate::migration::Migration;
use crate::number::Number;
use crate::phase::Phase;
use crate::plan::{self, Next, Wait};
use crate::retry::{Failure, after, next_try, patience_in_outage};
use crate::settings::Place;
use crate::templates::{LossAcceptance, TemplateKey};
use crate::{Customer, E164};

/// What an input leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Facts, in order, none of which is persisted without the others.
    pub events: Vec<Event>,
    /// The call that is then owed; its attempt is already among the facts. At most one is open at any time.
    pub effect: Option<Attempt>,
    /// The migration with the facts applied; its `wake_at` is the timer.
    pub migration: Migration,
}

/// Why an input is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It is over.
    #[error("{migration} is over ({phase}): {command} changes nothing any more")]
    Over {
        /// Whose.
        migration: String,
        /// How it ended.
        phase: &'static str,
        /// What was asked.
        command: &'static str,
    },
    /// Every number has begun: there is nothing left to cancel (rule 7).
    #[error("{migration} can no longer be cancelled: {number} has begun its move, and its register must follow")]
    NoReturn {
        /// Whose.
        migration: String,
        /// The number.
        number: E164,
    },
    /// The phase does not allow it.
    #[error("{migration} is {phase}: {why}")]
    WrongPhase {
        /// Whose.
        migration: String,
        /// Where it stands.
        phase: &'static str,
        /// Why not.
        why: &'static str,
    },
    /// The gate is ours to read.
    #[error("the gate {gate} cannot be attested: Unmoor reads it itself")]
    NotAttestable {
        /// Which.
        gate: Gate,
    },
    /// The migration has no such number.
    #[error("{migration} has no number {number}")]
    UnknownNumber {
        /// Whose.
        migration: String,
        /// Which.
        number: E164,
    },
    /// The source lists no such template.
    #[error("{migration} has no template {template} on its source")]
    UnknownTemplate {
        /// Whose.
        migration: String,
        /// Which.
        template: TemplateKey,
    },
    /// A portfolio may not change once the WABA is tagged.
    #[error("{migration} is tagged already: its portfolio cannot change from {from} to {to}")]
    PortfolioFixed {
        /// Whose.
        migration: String,
        /// The portfolio that was tagged.
        from: String,
        /// The one of the new row.
        to: String,
    },
    /// The outcome is not of the open attempt.
    #[error("{migration} has no open attempt {attempt}")]
    StaleAttempt {
        /// Whose.
        migration: String,
        /// Which.
        attempt: u64,
    },
    /// The machine contradicts itself: a defect, reported instead of a panic.
    #[error(transparent)]
    Illegal(#[from] IllegalEvent),
    /// The same: planning does not come to rest.
    #[error("{migration} in phase {phase} does not come to rest: this is a defect of Unmoor")]
    Restless {
        /// Whose.
        migration: String,
        /// Where it stands.
        phase: &'static str,
    },
}

/// The first fact of a migration.
#[must_use]
pub fn import(customer: Customer, now: Timestamp) -> Event {
    Event { at: now, fact: Fact::Imported { customer } }
}

/// What `input` leads to.
///
/// Commands change what people have laid down, and whatever follows from it without a call; calls begin on `Wake` and
/// `Ended` only, so that a command can be taken in by a process that makes no calls.
///
/// # Errors
/// [`Rejected`], with the reason in words, when the input is not possible in this state. The migration is unchanged.
pub fn decide(m: &Migration, input: Input, s: &Surroundings<'_>) -> Result<Decision, Rejected> {
    let mut draft = Draft { events: Vec::new(), migration: m.clone(), now: s.now };
    match input {
        Input::Wake => {
            if m.attempt.is_some() {
                return Ok(draft.finish(None));
            }
            draft.plan(s, true)
        }
        Input::Ended { attempt, outcome } => {
            draft.end(attempt, outcome, s)?;
            draft.plan(s, true)
        }
        Input::Lost { attempt } => {
            draft.end(attempt, Outcome::Unknown { why: LOST.to_owned() }, s)?;
            draft.plan(s, true)
        }
        Input::Nudge { from } => {
            if m.is_final() {
                return Ok(draft.finish(None));
            }
            draft.record(Fact::Nudged { from })?;
            draft.plan(s, false)
        }
        Input::Command { by, command } => {
            for fact in facts_of(m, by, command, s.now)? {
                draft.record(fact)?;
            }
            draft.plan(s, false)
        }
    }
}

struct Draft {
    events: Vec<Event>,
    migration: Migration,
    now: Timestamp,
}

impl Draft {
    fn record(&mut self, fact: Fact) -> Result<(), Rejected> {
        let event = Event { at: self.now, fact };
        apply_in_place(&mut self.migration, &event)?;
        self.events.push(event);
        Ok(())
    }

    fn finish(self, effect: Option<Attempt>) -> Decision {
        Decision { events: self.events, effect, migration: self.migration }
    }

    fn end(&mut self, attempt: u64, outcome: Outcome, s: &Surroundings<'_>) -> Result<(), Rejected> {
        let m = &self.migration;
        let Some(open) = m.attempt.as_ref().filter(|open| open.id == attempt) else {
            return Err(Rejected::StaleAttempt { migration: m.id.to_string(), attempt });
        };
        let kind = open.effect.kind();
        let retry_at = retry_at(m, open, &outcome, s);
        self.record(Fact::AttemptEnded { attempt, kind, outcome, retry_at })
    }

    /// Records what follows, until there is a call to make or nothing to do for now.
    fn plan(mut self, s: &Surroundings<'_>, may_call: bool) -> Result<Decision, Rejected> {
        if self.migration.attempt.is_some() {
            return Ok(self.finish(None));
        }
        // Each round records a fact that cannot recur at one instant; a WABA's numbers bound their count.
        let rounds = 64 + 8 * self.migration.numbers.len() + 2 * listed_templates(&self.migration);
        for _ in 0..rounds {
            match plan::next(&self.migration, s) {
                Next::Record(fact) => self.record(fact)?,
                Next::Call(_) if !may_call => {
                    let m = &self.migration;
                    let stands = |blocker: &&Blocker| still_stands(m, blocker);
                    let blockers = m.blockers.iter().filter(stands).cloned().collect();
                    self.wait(Wait { blockers, until: Some(self.now) })?;
                    return Ok(self.finish(None));
                }
                Next::Call(effect) => {
                    let id = self.migration.attempts.saturating_add(1);
                    let attempt =
                        Attempt { id, effect, started_at: self.now, send_before: after(self.now, s.pace.send_within) };
                    self.record(Fact::AttemptStarted { attempt: attempt.clone() })?;
                    return Ok(self.finish(Some(attempt)));
                }
                Next::Wait(wait) => {
                    self.wait(wait)?;
                    return Ok(self.finish(None));
                }
                Next::Rest => return Ok(self.finish(None)),
            }
        }
        Err(Rejected::Restless { migration: self.migration.id.to_string(), phase: self.migration.phase.name() })
    }

    /// Journals a wait where it differs from the one in force. A blocker that stands keeps its beginning.
    fn wait(&mut self, wait: Wait) -> Result<(), Rejected> {
        let standing = &self.migration.blockers;
        let mut blockers: Vec<Blocker> = wait
            .blockers
            .into_iter()
            .map(|blocker| match standing.iter().find(|known| known.is_same(&blocker)) {
                Some(known) => Blocker { since: known.since, ..blocker },
                None => blocker,
            })
            .collect();
        blockers.sort_by(|a, b| (a.code, &a.number).cmp(&(b.code, &b.number)));
        if self.migration.wait_until == wait.until && *standing == blockers {
            return Ok(());
        }
        self.record(Fact::Waiting { until: wait.until, blockers })
    }
}

/// Whether a blocker that a person's word ends is still in force. Others are looked at by the calls that follow.
fn still_stands(m: &Migration, blocker: &Blocker) -> bool {
    let marks = [
        (BlockerCode::Paused, m.paused.is_some()),
        (BlockerCode::Held, m.held.is_some()),
        (BlockerCode::NotReleased, m.started.is_none()),
        (BlockerCode::NotPreflighted, m.phase == Phase::Draft),
        // Whether the word covers everything is seen by the look that follows at once.
        (
            BlockerCode::TemplateLossNotAccepted,
            m.loss_acceptance.as_ref().is_none_or(|accepted| accepted.at < blocker.since),
        ),
    ];
    marks.iter().all(|(code, in_force)| blocker.code != *code || *in_force)
}

fn listed_templates(m: &Migration) -> usize {
    m.source.templates.as_ref().map_or(0, |templates| templates.value.iter().len())
}

/// When an attempt that failed may be repeated.
fn retry_at(m: &Migration, open: &Attempt, outcome: &Outcome, s: &Surroundings<'_>) -> Option<Timestamp> {
    let failure = match outcome {
        Outcome::Success { .. } => return None,
        Outcome::Refused { refusal } => Failure::Refused { refusal: refusal.clone() },
        Outcome::Unknown { why } => Failure::Unknown { why: why.clone() },
        Outcome::NotSent { why } => Failure::NotSent { why: why.clone() },
    };
    let kind = open.effect.kind();
    let number = open.effect.number().and_then(|number| m.numbers.get(number));
    let (failures, since) = match (kind, number) {
        _ if kind == EffectKind::RestoreSetting => earlier_writes(m, &open.effect, s.now),
        (EffectKind::MoveNumber, Some(number)) => earlier(number.move_trouble.as_ref(), s.now),
        (EffectKind::RegisterNumber, Some(number)) => earlier(number.register_trouble.as_ref(), s.now),
        _ => m.troubles.get(&kind).map_or((0, s.now), |trouble| (trouble.failures, trouble.since)),
    };
    let vendor_says = next_try(kind, failures.saturating_add(1), since, &failure, s.now, s.jitter);
    let at = match (kind, number, &failure) {
        (EffectKind::RegisterNumber, Some(_), Failure::NotSent { .. }) => vendor_says,
        // The number is between two accounts: whatever a refusal says, it is asked again soon.
        (EffectKind::SetStorageRegion, _, Failure::Refused { .. }) if !failure.is_limit() => {
            after(s.now, patience_in_outage(since, s.now))
        }
        (EffectKind::RegisterNumber, Some(number), _) => {
            // Its own schedule stands in place of the general one; only a stated limit is later.
            let limit = if failure.is_limit() { vendor_says } else { s.now };
            plan::register_again_at(number, limit, s.now)
        }
        _ => vendor_says,
    };
    Some(at)
}

fn earlier_writes(m: &Migration, effect: &Effect, now: Timestamp) -> (u32, Timestamp) {
    let Effect::RestoreSetting { number, setting, .. } = effect else { return (0, now) };
    m.settings.earlier(&Place::of(number.as_ref()), *setting, now)
}

fn earlier(failed: Option<&crate::number::FailedTry>, now: Timestamp) -> (u32, Timestamp) {
    failed.map_or((0, now), |failed| (failed.failures, failed.since))
}

fn facts_of(m: &Migration, by: String, command: Command, now: Timestamp) -> Result<Vec<Fact>, Rejected> {
    let name = command.name();
    if m.is_final() && !matches!(command, Command::Update { .. }) {
        return Err(Rejected::Over { migration: m.id.to_string(), phase: m.phase.name(), command: name });
    }
    let wrong_phase = |why| Rejected::WrongPhase { migration: m.id.to_string(), phase: m.phase.name(), why };
    Ok(match command {
        Command::Preflight => match m.phase {
            Phase::Draft => vec![Fact::PhaseEntered { phase: Phase::Preflight }],
            Phase::Preflight | Phase::Ready => vec![Fact::Nudged { from: format!("preflight asked for by {by}") }],
            Phase::Tagging
            | Phase::AwaitingAcceptance
            | Phase::Provisioning
            | Phase::ReadyForCutover
            | Phase::CuttingOver
            | Phase::Settling
            | Phase::Completed
            | Phase::CompletedWithExceptions
            | Phase::Stopped(_) => return Err(wrong_phase("its checks are behind it; `unmoor retry` looks again")),
        },
        Command::Start => {
            if m.started.is_some() {
                return Err(wrong_phase("it is started already"));
            }
            let mut facts = Vec::new();
            if m.phase == Phase::Draft {
                facts.push(Fact::PhaseEntered { phase: Phase::Preflight });
            }
            facts.push(Fact::Started { by });
            facts
        }
        Command::Pause { reason } => match &m.paused {
            Some(_) => return Err(wrong_phase("it is paused already")),
            None => vec![Fact::Paused { by, reason }],
        },
        Command::Resume => match &m.paused {
            None => return Err(wrong_phase("it is not paused")),
            Some(_) => vec![Fact::Resumed { by }],
        },
        Command::Hold { reason } => match &m.held {
            Some(_) => return Err(wrong_phase("it is held already")),
            None => vec![Fact::Held { by, reason }],
        },
        Command::Release => match &m.held {
            None => return Err(wrong_phase("nothing holds it")),
            Some(_) => vec![Fact::Unheld { by }],
        },
        Command::Cancel { reason } => cancel(m, by, reason)?,
        Command::Retry => vec![Fact::RetryAsked { by }],
        Command::Adopt { intent, acceptance_seen } => {
            if m.accepted_at().is_some() {
                return Err(wrong_phase("its request is accepted, and its intent can no longer be another"));
            }
            let mut facts = Vec::new();
            if m.phase == Phase::Draft {
                facts.push(Fact::PhaseEntered { phase: Phase::Preflight });
            }
            facts.push(Fact::AdoptionAsked { by, intent, acceptance_seen });
            facts
        }
        Command::Attest { gate, number, note } => {
            if !gate.may_be_attested() {
                return Err(Rejected::NotAttestable { gate });
            }
            if gate.is_of_destination() && m.accepted_at().is_none() {
                return Err(wrong_phase("there is no new WABA yet that anybody could vouch for"));
            }
            if let Some(unknown) = number.as_ref().filter(|number| !m.numbers.contains_key(number)) {
                return Err(Rejected::UnknownNumber { migration: m.id.to_string(), number: unknown.clone() });
            }
            vec![Fact::Attested { attestation: Attestation { gate, number, by, note, at: now } }]
        }
        Command::AcceptLoss { losses } => {
            if m.source.templates.is_none() {
                return Err(wrong_phase("nobody has read its templates yet; `unmoor preflight` does"));
            }
            if m.has_begun() {
                return Err(wrong_phase("its numbers have begun to move, and its templates with them"));
            }
            vec![Fact::LossAccepted { acceptance: LossAcceptance { by, at: now, losses } }]
        }
        Command::LeaveTemplates { template } => leave_templates(m, by, template.as_ref())?,
        Command::Update { customer } => update(m, customer)?,
    })
}

/// Before the first move attempt cancel always wins; afterwards it stops what has not begun (rule 7).
fn cancel(m: &Migration, by: String, reason: Option<String>) -> Result<Vec<Fact>, Rejected> {
    let begun = m.numbers.values().find(|number| number.has_begun());
    let is_left = |number: &Number| !number.has_begun() && number.reason_to_skip().is_none();
    match begun {
        Some(number) if m.phase >= Phase::Settling || !m.numbers.values().any(is_left) => {
            Err(Rejected::NoReturn { migration: m.id.to_string(), number: number.number.clone() })
        }
        _ if m.phase >= Phase::Settling => Err(Rejected::WrongPhase {
            migration: m.id.to_string(),
            phase: m.phase.name(),
            why: "its numbers are over",
        }),
        _ => Ok(vec![Fact::CancelAsked { by, reason }]),
    }
}

/// Those that are not over are not brought over, and what waits for them goes on without them.
fn leave_templates(m: &Migration, by: String, template: Option<&TemplateKey>) -> Result<Vec<Fact>, Rejected> {
    if let Some(unknown) = template.filter(|template| !m.has_template(template)) {
        return Err(Rejected::UnknownTemplate { migration: m.id.to_string(), template: unknown.clone() });
    }
    let is_meant = |key: &TemplateKey| {
        let chosen = template.map_or_else(|| !m.is_over_for(key), |only| only == key);
        chosen && !m.template_work.left.contains_key(key)
    };
    let listed = m.source.templates.iter().flat_map(|source| source.value.iter());
    let templates: Vec<TemplateKey> = listed.map(|template| template.key.clone()).filter(is_meant).collect();
    if templates.is_empty() {
        let (migration, phase) = (m.id.to_string(), m.phase.name());
        return Err(Rejected::WrongPhase { migration, phase, why: "no template of it is left to decide about" });
    }
    Ok(vec![Fact::TemplatesLeft { by, templates }])
}

/// Importing again updates contact, language, zone and wave; a portfolio is fixed once the WABA is tagged.
fn update(m: &Migration, customer: Customer) -> Result<Vec<Fact>, Rejected> {
    if customer.source_waba != m.customer.source_waba {
        return Err(Rejected::WrongPhase {
            migration: m.id.to_string(),
            phase: m.phase.name(),
            why: "another source WABA is another migration",
        });
    }
    // A row without a portfolio does not take away the one that is known.
    let portfolio = customer.portfolio.clone().or_else(|| m.customer.portfolio.clone());
    let customer = Customer { portfolio, ..customer };
    if customer == m.customer {
        return Ok(Vec::new());
    }
    let is_tagged = m.phase >= Phase::Tagging || m.intent.is_some();
    let portfolio_changes = customer.portfolio.is_some() && customer.portfolio != m.customer.portfolio;
    if is_tagged && portfolio_changes {
        let text = |portfolio: &Option<crate::PortfolioId>| {
            portfolio.as_ref().map_or_else(|| "(none)".to_owned(), ToString::to_string)
        };
        return Err(Rejected::PortfolioFixed {
            migration: m.id.to_string(),
            from: text(&m.customer.portfolio),
            to: text(&customer.portfolio),
        });
    }
    Ok(vec![Fact::CustomerUpdated { customer }])
}
