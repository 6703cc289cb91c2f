//! One claimed migration, from its inputs to its next rest.
//!
//! ```text
//!   claim ─► lost attempt? ─► inputs of people ─► wake ─┐
//!                                                       ▼
//!         ┌────────────────────────────────────────► decide
//!         │                                             │ facts + next attempt
//!         │                                one commit, or kept for the next
//!      outcome                                          │
//!         └────────── execute the effect ◄──────────────┴─► nothing owed: release
//! ```
//!
//! An attempt at whatever changes something outside is durable before its effect is executed, its outcome before anything
//! else is done, and the outcome of one effect and the attempt at the next share a commit. Whatever goes wrong in between, the
//! next claim finds the open attempt and treats its outcome as unknown. What only reads is kept in memory until something has
//! to be durable, or the claim ends: a process that dies before has lost nothing but answers, and asks again.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use unmoor_migration::retry::after;
use unmoor_migration::{
    Attempt, Decision, EffectKind, Event, Fact, Fleet, Input, Migration, MigrationId, Outcome, Rejected, Surroundings,
    Throttled, apply, decide,
};
use unmoor_store::{Claim, Commit, CommitError, Committed, FleetUpdate, Snapshot, StoreError};

use crate::admission::{Admitted, Denied};
use crate::durability::GREATEST_AGE;
use crate::effects::{TokensInHand, execute};
use crate::engine::{Engine, Settings, stretched};
use crate::fleet::FleetAt;
use crate::{admission, fleet, inbox, notices, portions};

/// A lease is renewed before an effect once this part of it is over; what is left outlasts the effect's time-outs.
const PART_OF_LEASE: u32 = 3;

/// How often a commit is tried again while others keep the database, or it cannot be reached. Each try waits for the former's own
/// ten seconds, or pauses for the latter: a minute and a half, half of the lease.
const COMMIT_RETRIES: u32 = 9;
const UNREACHABLE_PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// How often a decision is made again because another migration changed the fleet's state meanwhile.
const FLEET_RETRIES: u32 = 100;

/// How often a portion of the shared calls is taken for one call: others of this worker may use up what was just taken.
const PORTION_TRIES: u32 = 100;
const PORTION_PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// Why a migration could not be taken further now. It stays as its last commit left it.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The store failed.
    #[error("cannot take {id} further")]
    Store {
        /// Which migration.
        id: MigrationId,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// The decision could not be kept.
    #[error("cannot keep what was decided for {id}")]
    Commit {
        /// Which migration.
        id: MigrationId,
        /// Why.
        #[source]
        source: CommitError,
    },
    /// The machine contradicts itself.
    #[error("the state machine refuses its own input for {id}: this is a defect of Unmoor")]
    Defect {
        /// Which migration.
        id: MigrationId,
        /// Its words.
        #[source]
        source: Rejected,
    },
}

impl StepError {
    /// The store's own words, where it was the store that failed.
    pub(crate) fn into_store_error(self) -> Option<StoreError> {
        match self {
            Self::Store { source, .. } | Self::Commit { source: CommitError::Store(source), .. } => Some(source),
            Self::Commit { .. } | Self::Defect { .. } => None,
        }
    }
}

/// What is left of a claim that failed.
#[derive(Debug)]
pub struct Failed {
    /// Why.
    pub error: StepError,
    /// The claim, where it could not be ended: to be released later, or it lasts as long as its lease.
    pub unreleased: Option<Claim>,
}

/// Whether a step that cannot be taken back may begin now: asked right before each tag and each move, never before a
/// register, which follows its move whatever happens.
pub type MayBegin<'a> = &'a (dyn Fn() -> bool + Sync);

/// Takes a claimed migration as far as it goes now, and ends the claim.
///
/// # Errors
/// [`Failed`]; the claim is ended then as well, unless the store cannot even do that.
pub async fn run(engine: &Engine, claim: Claim, may_begin: MayBegin<'_>) -> Result<(), Failed> {
    let claimed = claim.clone();
    let Err(error) = take_further(engine, claim, may_begin).await else { return Ok(()) };
    let unreleased = match engine.store.release(&claimed).await {
        Ok(()) => None,
        Err(error) => {
            tracing::error!(migration = %claimed.migration.id(), %error, "a claim could not be ended; trying again later");
            Some(claimed)
        }
    };
    Err(Failed { error, unreleased })
}

async fn take_further(engine: &Engine, claim: Claim, may_begin: MayBegin<'_>) -> Result<(), StepError> {
    let id = claim.migration.id().clone();
    let Settings { durability, rehearsal, .. } = &engine.settings;
    let age = stretched(GREATEST_AGE, engine.clock.rate());
    let read = durability.refresh(engine.store.as_ref(), engine.clock.now(), age, *rehearsal).await;
    read.map_err(|source| StepError::Store { id: id.clone(), source })?;
    admission::take_up(&mut engine.graph.throttle(), &claim.migration);
    let mut step = Step {
        engine,
        may_begin,
        fleet: load_fleet(engine, &id).await?,
        claim,
        leased_at: engine.clock.now(),
        kept: Kept::default(),
        tokens: TokensInHand::default(),
        last: false,
        released: false,
    };
    let worked = step.work().await;
    admission::leave(&mut engine.graph.throttle(), &step.claim.migration, engine.clock.now());
    worked?;
    if step.released {
        return Ok(());
    }
    let released = engine.store.release(&step.claim).await;
    released.map_err(|source| StepError::Store { id, source })
}

async fn load_fleet(engine: &Engine, id: &MigrationId) -> Result<FleetAt, StepError> {
    fleet::load(engine.store.as_ref()).await.map_err(|source| StepError::Store { id: id.clone(), source })
}

/// What was decided and need not be durable yet: answers to reads, and inputs that led to no call. It goes with the next commit.
#[derive(Default)]
struct Kept {
    events: Vec<Event>,
    inputs_done: Vec<u64>,
}

struct Step<'a> {
    engine: &'a Engine,
    may_begin: MayBegin<'a>,
    /// Its migration stands as it was decided last, with what is kept.
    claim: Claim,
    kept: Kept,
    tokens: TokensInHand,
    fleet: FleetAt,
    /// When the lease began last, on the engine's clock, whose rate is known; the lease itself is real.
    leased_at: Timestamp,
    /// Nothing follows this chain: its last commit ends the claim.
    last: bool,
    released: bool,
}

impl Kept {
    fn is_empty(&self) -> bool {
        self.events.is_empty() && self.inputs_done.is_empty()
    }
}

impl Step<'_> {
    async fn work(&mut self) -> Result<(), StepError> {
        if let Some(open) = self.claim.migration.open_attempt().cloned() {
            let migration = self.claim.migration.id();
            tracing::warn!(%migration, attempt = open.id, "an attempt has no outcome: its effect is looked for");
            self.chain(Input::Lost { attempt: open.id }, &[]).await?;
        }
        self.take_inputs().await?;
        self.last = true;
        self.chain(Input::Wake, &[]).await
    }

    /// What people asked for meanwhile. What cannot be is answered in the journal, never lost.
    async fn take_inputs(&mut self) -> Result<(), StepError> {
        for waiting in std::mem::take(&mut self.claim.inputs) {
            let refused = match inbox::input_of(&waiting) {
                Err(error) => Some(error.to_string()),
                Ok(input) => match self.decide(&input, None) {
                    Ok(_) => {
                        self.chain(input, &[waiting.seq]).await?;
                        None
                    }
                    Err(rejected) => Some(rejected.to_string()),
                },
            };
            if let Some(why) = refused {
                tracing::warn!(migration = %self.claim.migration.id(), by = waiting.by, "refused: {why}");
                let at = self.engine.clock.now();
                if !self.kept.is_empty() {
                    // The journal tells in order what led to the refusal, and then the refusal.
                    let earlier = self.draft(at, self.claim.migration.clone(), Vec::new(), &[]);
                    self.commit(earlier, None).await?;
                }
                let evidence = json!({ "refused": waiting.body, "by": waiting.by, "why": why });
                let id = self.claim.migration.id().clone();
                let appended = self.engine.store.append_evidence(&id, at, &evidence).await;
                appended.map_err(|source| StepError::Store { id, source })?;
                let unchanged = self.claim.migration.clone();
                let draft = self.draft(at, unchanged, Vec::new(), &[waiting.seq]);
                self.commit(draft, None).await?;
            }
        }
        Ok(())
    }

    /// Decides, commits, executes, and goes on with the outcome until nothing is owed.
    async fn chain(&mut self, first: Input, inputs_done: &[u64]) -> Result<(), StepError> {
        let mut input = first;
        let mut inputs_done = inputs_done;
        loop {
            // Before the commit: nothing is awaited between it and the send (rule 9).
            self.keep_lease().await?;
            let Some(attempt) = self.decide_and_commit(&input, inputs_done).await? else { return Ok(()) };
            inputs_done = &[];
            let outcome = execute(&self.engine.outside(&self.tokens), &self.claim.migration, &attempt).await;
            log(&self.claim.migration, &attempt, &outcome);
            input = Input::Ended { attempt: attempt.id, outcome };
        }
    }

    fn decide(&self, input: &Input, throttled: Option<Throttled>) -> Result<Decision, Rejected> {
        let m = &self.claim.migration;
        let now = self.engine.clock.now();
        let mut fleet = self.fleet.fleet.standing(m.id(), &self.engine.policy, now);
        fleet.no_move = self.engine.settings.durability.blocker().or(fleet.no_move);
        let surroundings = Surroundings {
            now,
            jitter: self.engine.jitter(m),
            policy: &self.engine.policy,
            fleet,
            throttled,
            pace: self.engine.pace(),
        };
        decide(m, input.clone(), &surroundings)
    }

    /// One decision, committed at once where it has to be. The budget of the call that follows is reserved before its attempt is
    /// journaled.
    async fn decide_and_commit(&mut self, input: &Input, inputs_done: &[u64]) -> Result<Option<Attempt>, StepError> {
        let mut somebody_asked = false;
        for _ in 0..FLEET_RETRIES {
            let defect = |source| StepError::Defect { id: self.claim.migration.id().clone(), source };
            let mut decision = self.decide(input, None).map_err(defect)?;
            if begins(&decision, EffectKind::MoveNumber) {
                // The database may have been set otherwise, and the fleet stopped, since the claim; the move is committed under
                // the version seen here.
                self.read_durability().await?;
                self.fleet = load_fleet(self.engine, self.claim.migration.id()).await?;
                decision = self.decide(input, None).map_err(defect)?;
            }
            let now = self.engine.clock.now();
            if cannot_be_taken_back(&decision.events) && (somebody_asked || !(self.may_begin)()) {
                decision = self.without_its_attempt(decision).map_err(defect)?;
            }
            let mut admitted = Admitted::Free;
            if let Some(attempt) = &decision.effect {
                match self.admit(&decision.migration, attempt).await? {
                    Ok(given) => admitted = given,
                    Err(throttled) => decision = self.decide(input, Some(throttled)).map_err(defect)?,
                }
            }
            if decision.events.is_empty() && inputs_done.is_empty() && (self.kept.is_empty() || !self.last) {
                return Ok(None);
            }
            let mut fleet = self.fleet.fleet.clone();
            let changes_fleet = fleet.observe(&decision.migration, &decision.events);
            let moves = begins(&decision, EffectKind::MoveNumber);
            let Decision { events, effect, migration } = decision;
            let rests = if effect.is_some() { !is_journaled_first(&events) } else { !self.last };
            if rests && !changes_fleet && !gives_an_outcome(&events) {
                self.kept.events.extend(events);
                self.kept.inputs_done.extend(inputs_done);
                self.claim.migration = migration;
                admission::follow(&mut self.engine.graph.throttle(), &self.claim.migration, now);
                return Ok(effect);
            }
            let mut draft = self.draft(now, migration, events, inputs_done);
            draft.release = self.last && effect.is_none();
            if changes_fleet || moves {
                let state = changes_fleet.then(|| fleet::to_json(&fleet));
                draft.fleet = Some(FleetUpdate { expected_version: self.fleet.version, state });
            }
            let fleet = changes_fleet.then_some(fleet);
            let frees_others = fleet.as_ref().is_some_and(|now| self.fleet.fleet.holds_others() && !now.holds_others());
            let committed = self.commit(draft, fleet).await;
            if let (Err(_), Some(attempt)) = (&committed, &effect) {
                let throttle = &mut self.engine.graph.throttle();
                admission::withdraw(throttle, &self.claim.migration, attempt, admitted, self.engine.clock.now());
            }
            match committed {
                Ok(events) => {
                    self.engine.observer.committed(&self.claim.migration, &events);
                    if frees_others {
                        let woken = fleet::wake(self.engine.store.as_ref(), now).await;
                        woken.map_err(|source| StepError::Store { id: self.claim.migration.id().clone(), source })?;
                    }
                    admission::follow(&mut self.engine.graph.throttle(), &self.claim.migration, now);
                    return Ok(effect);
                }
                Err(StepError::Commit { source: CommitError::FleetConflict { .. }, id }) => {
                    self.fleet = load_fleet(self.engine, &id).await?;
                }
                Err(StepError::Commit { source: CommitError::InputsWait { .. }, .. }) => somebody_asked = true,
                Err(error) => {
                    self.keep_as_evidence(input).await;
                    return Err(error);
                }
            }
        }
        let id = self.claim.migration.id().clone();
        let migration = id.to_string();
        Err(StepError::Defect {
            id,
            source: Rejected::Restless { migration, phase: self.claim.migration.phase_name() },
        })
    }

    async fn read_durability(&self) -> Result<(), StepError> {
        let Settings { durability, rehearsal, .. } = &self.engine.settings;
        let read = durability.read(self.engine.store.as_ref(), self.engine.clock.now(), *rehearsal).await;
        read.map_err(|source| StepError::Store { id: self.claim.migration.id().clone(), source })
    }

    /// Reserves what an attempt needs, taking a portion of the shared calls where there is none in hand.
    async fn admit(&self, m: &Migration, attempt: &Attempt) -> Result<Result<Admitted, Throttled>, StepError> {
        for _ in 0..PORTION_TRIES {
            let now = self.engine.clock.now();
            let admitted = admission::admit(&mut self.engine.graph.throttle(), m, attempt, now);
            match admitted {
                Ok(admitted) => return Ok(Ok(admitted)),
                Err(Denied::Throttled(throttled)) => return Ok(Err(throttled)),
                Err(Denied::NotInHand(calls)) => {
                    let taken = portions::take(self.engine, calls).await;
                    taken.map_err(|source| StepError::Store { id: m.id().clone(), source })?;
                }
            }
        }
        let until = after(self.engine.clock.now(), PORTION_PAUSE);
        Ok(Err(Throttled { until, lane: "others are faster at taking the app's calls".to_owned() }))
    }

    /// The decision as far as its facts go. The migration is due at once, as an input waits: the next claim takes that
    /// in, and decides anew.
    fn without_its_attempt(&self, decision: Decision) -> Result<Decision, Rejected> {
        let is_begin = |event: &Event| matches!(event.fact, Fact::AttemptStarted { .. });
        let events: Vec<Event> = decision.events.into_iter().filter(|event| !is_begin(event)).collect();
        let migration = events.iter().try_fold(self.claim.migration.clone(), apply)?;
        Ok(Decision { events, effect: None, migration })
    }

    fn draft(&self, at: Timestamp, migration: Migration, events: Vec<Event>, inputs_done: &[u64]) -> Commit {
        Commit {
            unless_asked: cannot_be_taken_back(&events),
            snapshot: Snapshot::of(migration),
            events,
            at,
            inputs_done: inputs_done.to_vec(),
            notices: Vec::new(),
            fleet: None,
            release: false,
        }
    }

    /// Commits behind what is kept, with `fleet` as the fleet's new state where it changes, and gives back what happened.
    async fn commit(&mut self, mut commit: Commit, fleet: Option<Fleet>) -> Result<Vec<Event>, StepError> {
        let (events, inputs_done) = (self.kept.events.len(), self.kept.inputs_done.len());
        commit.events.splice(0..0, std::mem::take(&mut self.kept.events));
        commit.inputs_done.splice(0..0, std::mem::take(&mut self.kept.inputs_done));
        commit.notices = notices::of(self.engine, commit.snapshot.migration(), &commit.events, fleet.as_ref());
        let committed = match self.commit_patiently(&commit).await {
            Ok(committed) => committed,
            Err(source) => {
                commit.events.truncate(events);
                commit.inputs_done.truncate(inputs_done);
                self.kept = Kept { events: commit.events, inputs_done: commit.inputs_done };
                return Err(StepError::Commit { id: self.claim.migration.id().clone(), source });
            }
        };
        self.claim.version = committed.version;
        self.released = commit.release;
        self.claim.migration = commit.snapshot.into_migration();
        if let (Some(version), Some(fleet)) = (committed.fleet_version, fleet) {
            self.fleet = FleetAt { version, fleet };
        }
        Ok(commit.events)
    }

    /// Another process may keep the database for longer than SQLite waits. What was learned of the vendor is not given up
    /// for that: it is tried again while the lease lasts.
    async fn commit_patiently(&self, commit: &Commit) -> Result<Committed, CommitError> {
        for _ in 0..COMMIT_RETRIES {
            match self.engine.store.commit(&self.claim, commit).await {
                Err(CommitError::Store(error @ StoreError::Busy { .. })) => {
                    tracing::warn!(migration = %self.claim.migration.id(), "trying again: {error}");
                }
                // Nothing was sent. A server that restarts is there again within seconds, and room is made by people.
                Err(CommitError::Store(error @ (StoreError::Unreachable { .. } | StoreError::DiskFull { .. }))) => {
                    tracing::warn!(migration = %self.claim.migration.id(), "trying again: {error}");
                    let pause = stretched(UNREACHABLE_PAUSE, self.engine.clock.rate());
                    self.engine.clock.sleep_until(after(self.engine.clock.now(), pause), "commit").await;
                }
                other => return other,
            }
        }
        self.engine.store.commit(&self.claim, commit).await
    }

    async fn keep_lease(&mut self) -> Result<(), StepError> {
        let now = self.engine.clock.now();
        let Settings { lease, .. } = self.engine.settings;
        let part = SignedDuration::try_from(lease / PART_OF_LEASE).unwrap_or(SignedDuration::MAX);
        let passed = now.duration_since(self.leased_at);
        // A clock that was set back says nothing of how much is left.
        if !passed.is_negative() && passed < stretched(part, self.engine.clock.rate()) {
            return Ok(());
        }
        let renewed = self.engine.store.renew(&self.claim, lease).await;
        renewed.map_err(|source| StepError::Commit { id: self.claim.migration.id().clone(), source })?;
        self.leased_at = now;
        Ok(())
    }

    /// What was learned and could not be committed is kept all the same, where that is possible. A reading that was not journaled has
    /// no number of its own: whoever has the claim now may have given it to another attempt.
    async fn keep_as_evidence(&self, input: &Input) {
        let Input::Ended { attempt, outcome } = input else { return };
        let open = self.claim.migration.open_attempt().filter(|open| open.id == *attempt);
        if !open.is_some_and(|open| open.effect.kind().is_journaled_first()) {
            return;
        }
        let id = self.claim.migration.id();
        let evidence = json!({ "attempt": attempt, "outcome": outcome });
        if let Err(error) = self.engine.store.append_evidence(id, self.engine.clock.now(), &evidence).await {
            tracing::error!(migration = %id, attempt, %error, "an outcome could not be kept; it will be looked for");
        }
    }
}

/// Whether a tag, a move or a template begins. Before it people always win (rule 7): it is not begun where whoever runs this wants
/// nothing begun, or somebody asked for something since the claim. A register follows its move whatever they want.
fn cannot_be_taken_back(events: &[Event]) -> bool {
    events.iter().any(|event| {
        if let Fact::AttemptStarted { attempt } = &event.fact {
            let kind = attempt.effect.kind();
            return kind.cannot_be_undone() && kind != EffectKind::RegisterNumber;
        }
        false
    })
}

/// Whether an attempt among these has to be durable before it is made.
fn is_journaled_first(events: &[Event]) -> bool {
    events.iter().any(|event| {
        if let Fact::AttemptStarted { attempt } = &event.fact {
            return attempt.effect.kind().is_journaled_first();
        }
        false
    })
}

/// Whether these tell what came of something that was journaled first.
fn gives_an_outcome(events: &[Event]) -> bool {
    events.iter().any(|event| matches!(&event.fact, Fact::AttemptEnded { kind, .. } if kind.is_journaled_first()))
}

fn begins(decision: &Decision, kind: EffectKind) -> bool {
    decision.effect.as_ref().is_some_and(|attempt| attempt.effect.kind() == kind)
}

fn log(m: &Migration, attempt: &Attempt, outcome: &Outcome) {
    let (migration, customer, number) = (m.id(), &m.customer().reference, attempt.effect.number());
    let doing = attempt.effect.kind().doing();
    let number = number.map_or("", |number| number.as_str());
    match outcome {
        Outcome::Success { .. } => {
            tracing::debug!(%migration, customer, number, attempt = attempt.id, "done: {doing}");
        }
        Outcome::Refused { refusal } => {
            tracing::info!(%migration, customer, number, attempt = attempt.id, "refused: {doing}: {refusal}");
        }
        Outcome::Unknown { why } => {
            tracing::warn!(%migration, customer, number, attempt = attempt.id, "no answer: {doing}: {why}");
        }
        Outcome::NotSent { why } => {
            tracing::info!(%migration, customer, number, attempt = attempt.id, "not sent: {doing}: {why}");
        }
    }
}
