//! What one migration's fate means for the others (rule 8): the first goes alone, and two equal failures stop new moves
//! until a person has looked.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::blocker::{Blocker, BlockerCode};
use crate::effect::{EffectKind, LOST, Outcome};
use crate::event::{Event, Fact};
use crate::gate::Gate;
use crate::input::Policy;
use crate::migration::Migration;
use crate::phase::Phase;
use crate::retry::{CALL_TIMEOUT, after};
use crate::{Cause, MigrationId, Verdict};

/// How many migrations with an equal failure stop new moves.
pub const EQUAL_FAILURES: usize = 2;

/// How many looks are kept in the fleet's state, which is read before every decision. All of them stand in the journals of the
/// migrations that they are about.
const LOOKS_KEPT: usize = 5;

/// The fleet's own state, kept beside the migrations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Fleet {
    /// The migration that goes first and alone.
    pub pilot: Pilot,
    /// Failures at move or register that no cause of the customer's explains, since the last look.
    pub failures: Vec<FleetFailure>,
    /// Set while no new move may begin.
    pub brake: Option<Brake>,
    /// Set while the vendor refuses the system token: everybody's matter.
    pub system_token: Option<Refused>,
    /// The latest looks of people that let the fleet go on, the latest last.
    pub looks: Vec<Look>,
    /// Set once the database was a copy that may lack what happened since.
    pub recovery: Option<Recovery>,
}

/// Where a database stands that was restored, or that another machine took over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "recovery", rename_all = "snake_case")]
pub enum Recovery {
    /// It may be older than what is true at the vendor's: nothing is called at all.
    Needed {
        /// How that is known.
        why: String,
        /// As of when it is.
        at: Timestamp,
    },
    /// What is true is being read, and nothing else is called.
    Reading {
        /// Readings from before do not count.
        since: Timestamp,
    },
    /// Work goes on. A migration that could not be read yet is read before anything else is done for it.
    Over {
        /// Readings from before do not count.
        since: Timestamp,
    },
}

/// Where the pilot stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "pilot", rename_all = "snake_case")]
pub enum Pilot {
    /// Nobody has begun to move numbers.
    #[default]
    Open,
    /// This one has.
    Running {
        /// Which.
        migration: MigrationId,
    },
    /// It is over: everybody may go.
    Over,
}

/// A failure that may be everybody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetFailure {
    /// What makes two failures equal: the step and the vendor's code, or no answer.
    pub signature: String,
    /// Whose.
    pub migration: MigrationId,
    /// When.
    pub at: Timestamp,
}

/// Why no new move may begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brake {
    /// The failure that came twice.
    pub signature: String,
    /// The migrations that had it.
    pub migrations: Vec<MigrationId>,
    /// Since when.
    pub since: Timestamp,
}

/// A person's look at what had stopped the fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why the fleet may go on.
    pub reason: Option<String>,
    /// What had stopped it, in words.
    pub ended: Vec<String>,
    /// Whose failures had, and who went alone.
    pub migrations: Vec<MigrationId>,
}

/// A refusal that is everybody's matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The vendor's words.
    pub words: String,
    /// Since when.
    pub since: Timestamp,
    /// When somebody may try again.
    pub next_try_at: Timestamp,
}

/// What the fleet allows one migration at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FleetStanding {
    /// Why this one may not begin to move a number.
    pub no_move: Option<Blocker>,
    /// Why this one may not use the system token now, and until when.
    pub no_system_token: Option<(Blocker, Timestamp)>,
    /// Whether what is true at the vendor's has to be read first.
    pub recovery: Option<Recovery>,
}

impl Fleet {
    /// What the fleet allows `migration` at `now`.
    #[must_use]
    pub fn standing(&self, migration: &MigrationId, policy: &Policy, now: Timestamp) -> FleetStanding {
        let brake = self.brake.as_ref().map(|brake| {
            Blocker::new(BlockerCode::FleetBraked, brake.since).saying(format_args!(
                "{} at {}",
                brake.signature,
                brake.migrations.iter().map(MigrationId::as_str).collect::<Vec<_>>().join(", ")
            ))
        });
        let pilot = match &self.pilot {
            Pilot::Running { migration: first } if policy.pilot_first && first != migration => {
                Some(Blocker::new(BlockerCode::PilotRunning, now).saying(format_args!("the first is {first}")))
            }
            Pilot::Open | Pilot::Running { .. } | Pilot::Over => None,
        };
        let no_system_token = self.system_token.as_ref().filter(|refused| now < refused.next_try_at).map(|refused| {
            let blocker = Blocker::new(BlockerCode::SystemTokenRefused, refused.since).saying(&refused.words);
            (blocker, refused.next_try_at)
        });
        FleetStanding { no_move: brake.or(pilot), no_system_token, recovery: self.recovery.clone() }
    }

    /// Takes in what happened to `migration`, which is now as given. Returns whether the fleet's state changed.
    pub fn observe(&mut self, migration: &Migration, events: &[Event]) -> bool {
        let before = self.clone();
        for event in events {
            self.observe_one(migration, event);
        }
        let is_pilot = matches!(&self.pilot, Pilot::Running { migration: first } if first == migration.id());
        if is_pilot && *migration.phase() >= Phase::Settling {
            // One that ended without having moved a number has shown nothing: the next one goes alone instead.
            let has_shown_the_way = migration.numbers().any(crate::number::Number::is_migrated);
            self.pilot = if has_shown_the_way { Pilot::Over } else { Pilot::Open };
        } else if is_pilot && !migration.has_begun() {
            // Its move was refused and nothing has happened: the others need not wait until its customer has paid.
            self.pilot = Pilot::Open;
        }
        *self != before
    }

    fn observe_one(&mut self, migration: &Migration, event: &Event) {
        if let Fact::AttemptStarted { attempt } = &event.fact
            && attempt.effect.kind() == EffectKind::MoveNumber
            && self.pilot == Pilot::Open
        {
            self.pilot = Pilot::Running { migration: migration.id().clone() };
        }
        if let Fact::AttemptStarted { attempt } = &event.fact
            && uses_system_token(attempt.effect.kind())
            && let Some(refused) = &mut self.system_token
        {
            // One asks for all: the others wait for its answer.
            refused.next_try_at = after(event.at, CALL_TIMEOUT);
        }
        if let Fact::AttemptEnded { kind, outcome, retry_at, .. } = &event.fact {
            self.observe_system_token(*kind, outcome, event.at, *retry_at);
            if let Some(signature) = signature(*kind, outcome) {
                self.count(signature, migration.id(), event.at);
            }
        }
    }

    fn observe_system_token(
        &mut self,
        kind: EffectKind,
        outcome: &Outcome,
        at: Timestamp,
        retry_at: Option<Timestamp>,
    ) {
        if !uses_system_token(kind) {
            return;
        }
        match outcome {
            Outcome::Success { .. } => self.system_token = None,
            Outcome::Refused { refusal } if refusal.cause == Cause::TokenInvalid => {
                let since = self.system_token.as_ref().map_or(at, |refused| refused.since);
                self.system_token =
                    Some(Refused { words: refusal.to_string(), since, next_try_at: retry_at.unwrap_or(at) });
            }
            Outcome::Refused { .. } | Outcome::Unknown { .. } | Outcome::NotSent { .. } => {}
        }
    }

    fn count(&mut self, signature: String, migration: &MigrationId, at: Timestamp) {
        self.failures.push(FleetFailure { signature: signature.clone(), migration: migration.clone(), at });
        // One bad number may fail as often as it likes without stopping the others (rule 12).
        let equal = self.failures.iter().filter(|failure| failure.signature == signature);
        let migrations: BTreeSet<MigrationId> = equal.map(|failure| failure.migration.clone()).collect();
        if self.brake.is_none() && migrations.len() >= EQUAL_FAILURES {
            self.brake = Some(Brake { signature, migrations: migrations.into_iter().collect(), since: at });
        }
    }

    /// Whether anybody has to wait for the fleet.
    #[must_use]
    pub fn holds_others(&self) -> bool {
        self.brake.is_some() || self.system_token.is_some() || matches!(self.pilot, Pilot::Running { .. })
    }

    /// A person has looked: moves may begin again, and the first need not be waited for any longer. Gives the look where
    /// anything was in the way; failures that were counted until then are forgotten in any case.
    pub fn resume(&mut self, by: &str, reason: Option<&str>, at: Timestamp) -> Option<Look> {
        let (mut ended, mut migrations) = (Vec::new(), Vec::new());
        self.failures.clear();
        if let Some(brake) = self.brake.take() {
            ended.push(format!("twice {}", brake.signature));
            migrations.extend(brake.migrations);
        }
        if let Some(refused) = self.system_token.take() {
            ended.push(format!("the system token was refused: {}", refused.words));
        }
        if let Pilot::Running { migration } = &self.pilot {
            ended.push(format!("the first migration went alone: {migration}"));
            migrations.push(migration.clone());
            self.pilot = Pilot::Over;
        }
        if ended.is_empty() {
            return None;
        }
        migrations.sort();
        migrations.dedup();
        let look = Look { by: by.to_owned(), at, reason: reason.map(str::to_owned), ended, migrations };
        self.looks.push(look.clone());
        let too_many = self.looks.len().saturating_sub(LOOKS_KEPT);
        self.looks.drain(..too_many);
        Some(look)
    }
}

/// Guide 4 and 5.
fn uses_system_token(kind: EffectKind) -> bool {
    matches!(kind, EffectKind::ReadIntent | EffectKind::ReadGivenIntent | EffectKind::FetchBusinessToken)
}

/// What makes a failure at move or register one that may be everybody's; `None` when the customer's own matter
/// explains it, or when it passes by itself.
fn signature(kind: EffectKind, outcome: &Outcome) -> Option<String> {
    if !matches!(kind, EffectKind::MoveNumber | EffectKind::RegisterNumber) {
        return None;
    }
    match outcome {
        Outcome::Unknown { why } if why == LOST => None,
        Outcome::Unknown { .. } => Some(format!("no answer when {}", kind.doing())),
        Outcome::Refused { refusal } => {
            let customers_own = Gate::contradicted_by(refusal.cause).is_some()
                || matches!(
                    refusal.cause,
                    Cause::NumberAlreadyThere | Cause::RateLimited | Cause::Maintenance | Cause::CoexistenceNumber
                );
            let passes = matches!(refusal.verdict, Verdict::Retry | Verdict::Wait { .. });
            (!customers_own && !passes).then(|| {
                let subcode = refusal.subcode.map(|subcode| format!("/{subcode}")).unwrap_or_default();
                format!("code {}{subcode} when {}", refusal.code, kind.doing())
            })
        }
        Outcome::Success { .. } | Outcome::NotSent { .. } => None,
    }
}
