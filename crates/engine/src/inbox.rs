//! Commands of people, posted by any process and taken in by whoever has the migration.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use unmoor_migration::retry::Jitter;
use unmoor_migration::{
    Command, Decision, Event, Fact, Fleet, Input, Migration, MigrationId, Pace, Policy, Rejected, Surroundings, decide,
};
use unmoor_store::{Claim, Commit, CommitError, FleetUpdate, Snapshot, Store, StoreError, WaitingInput};

use crate::clock::Clock;
use crate::fleet::{self, FleetAt};

/// How often a decision is made again because another migration changed the fleet's state meanwhile.
const FLEET_RETRIES: u32 = 100;

/// How long taking in one migration's inputs may take. No call is made meanwhile.
const LEASE: Duration = Duration::from_secs(30);

/// What may be posted from outside. Outcomes may not: only whoever made the call knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posted {
    /// A person's command.
    Command(Command),
    /// A suggestion to look again, and where it comes from.
    Nudge(String),
}

/// Puts `posted` into the inbox of `id`; returns its number.
///
/// # Errors
/// [`StoreError`] when there is no such migration, or the store fails.
pub async fn post(
    store: &dyn Store,
    id: &MigrationId,
    posted: &Posted,
    by: &str,
    at: Timestamp,
) -> Result<u64, StoreError> {
    // Both variants consist of text and cannot fail to become JSON; a null would be refused when it is read.
    let body = serde_json::to_value(posted).unwrap_or(Value::Null);
    store.post_input(id, &body, by, at).await
}

/// So many are posted to in one transaction.
const POSTED_AT_ONCE: usize = 250;

/// Puts `posted` into the inbox of each of `ids`, each of them once.
///
/// # Errors
/// [`StoreError`] when there is no such migration, or the store fails; some of the others may have it then.
pub async fn post_to_all(
    store: &dyn Store,
    ids: &[MigrationId],
    posted: &Posted,
    by: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let body = serde_json::to_value(posted).unwrap_or(Value::Null);
    for some in ids.chunks(POSTED_AT_ONCE) {
        let seqs = store.post_inputs(some, &body, by, at).await?;
        if let Some((id, _)) = some.iter().zip(seqs).find(|(_, seq)| seq.is_none()) {
            return Err(StoreError::UnknownMigration { id: id.clone() });
        }
    }
    Ok(())
}

/// The machine's input for a posted row.
pub(crate) fn input_of(waiting: &WaitingInput) -> Result<Input, serde_json::Error> {
    Ok(match serde_json::from_value(waiting.body.clone())? {
        Posted::Command(command) => Input::Command { by: waiting.by.clone(), command },
        Posted::Nudge(from) => Input::Nudge { from },
    })
}

/// What came of the inputs that waited for one migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenIn {
    /// Each was decided: its number, and why it was refused if it was.
    Decided(Vec<(u64, Option<String>)>),
    /// Somebody works on the migration, or the decision leads to something that only an engine may tell the outside: the
    /// inputs wait for it.
    LeftToEngine,
}

/// Decides what waits for `id` without an engine: commands make no calls, so that their answer can be known at once.
/// `owner` is whose claim it is meanwhile. Refusals are kept in the journal as the engine keeps them.
///
/// # Errors
/// [`CommitError`] when the store fails; the inputs then wait for the engine.
pub async fn take_in_now(
    store: &dyn Store,
    clock: &dyn Clock,
    policy: &Policy,
    owner: &str,
    id: &MigrationId,
) -> Result<TakenIn, CommitError> {
    let Some(mut claim) = store.claim(id, owner, LEASE).await? else { return Ok(TakenIn::LeftToEngine) };
    let taken_in = take_in(store, clock, policy, &mut claim).await;
    store.release(&claim).await?;
    taken_in
}

async fn take_in(
    store: &dyn Store,
    clock: &dyn Clock,
    policy: &Policy,
    claim: &mut Claim,
) -> Result<TakenIn, CommitError> {
    let mut answers = Vec::new();
    for waiting in std::mem::take(&mut claim.inputs) {
        let refused = match input_of(&waiting) {
            Err(error) => Some(error.to_string()),
            Ok(input) => match take_in_one(store, clock, policy, claim, &input, waiting.seq).await? {
                Ok(true) => None,
                Ok(false) => return Ok(TakenIn::LeftToEngine),
                Err(rejected) => Some(rejected.to_string()),
            },
        };
        if let Some(why) = &refused {
            let evidence = json!({ "refused": waiting.body, "by": waiting.by, "why": why });
            store.append_evidence(claim.migration.id(), clock.now(), &evidence).await?;
            let unchanged = claim.migration.clone();
            commit(store, claim, clock.now(), unchanged, Vec::new(), waiting.seq, None).await?;
        }
        answers.push((waiting.seq, refused));
    }
    Ok(TakenIn::Decided(answers))
}

/// Whether the input was decided and kept; `false` leaves it to the engine.
async fn take_in_one(
    store: &dyn Store,
    clock: &dyn Clock,
    policy: &Policy,
    claim: &mut Claim,
    input: &Input,
    seq: u64,
) -> Result<Result<bool, Rejected>, CommitError> {
    let mut conflict = None;
    for _ in 0..FLEET_RETRIES {
        let now = clock.now();
        let FleetAt { version, fleet } = fleet::load(store).await?;
        let m = &claim.migration;
        let surroundings = Surroundings {
            now,
            jitter: Jitter::default(),
            policy,
            fleet: fleet.standing(m.id(), policy, now),
            throttled: None,
            pace: Pace::default(),
        };
        let Decision { events, migration, .. } = match decide(m, input.clone(), &surroundings) {
            Ok(decision) => decision,
            Err(rejected) => return Ok(Err(rejected)),
        };
        if !events.iter().all(|event| is_of_no_news(&event.fact)) {
            return Ok(Ok(false));
        }
        let mut changed = fleet;
        let update = changed.observe(&migration, &events).then_some((version, changed));
        match commit(store, claim, now, migration, events, seq, update).await {
            Err(error @ CommitError::FleetConflict { .. }) => conflict = Some(error),
            Err(error) => return Err(error),
            Ok(()) => return Ok(Ok(true)),
        }
    }
    conflict.map_or(Ok(Ok(false)), Err)
}

async fn commit(
    store: &dyn Store,
    claim: &mut Claim,
    at: Timestamp,
    migration: Migration,
    events: Vec<Event>,
    seq: u64,
    fleet: Option<(u64, Fleet)>,
) -> Result<(), CommitError> {
    let commit = Commit {
        snapshot: Snapshot::of(migration),
        events,
        at,
        inputs_done: vec![seq],
        notices: Vec::new(),
        fleet: fleet
            .map(|(expected_version, fleet)| FleetUpdate { expected_version, state: Some(fleet::to_json(&fleet)) }),
        unless_asked: false,
        release: false,
    };
    let committed = store.commit(claim, &commit).await?;
    claim.version = committed.version;
    claim.migration = commit.snapshot.into_migration();
    Ok(())
}

/// Whether a fact is only what a person laid down and what follows from it inside. Whoever commits another one has to
/// know whom to tell (`notices`).
fn is_of_no_news(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::CustomerUpdated { .. }
            | Fact::PhaseEntered { .. }
            | Fact::Started { .. }
            | Fact::Paused { .. }
            | Fact::Resumed { .. }
            | Fact::Held { .. }
            | Fact::Unheld { .. }
            | Fact::CancelAsked { .. }
            | Fact::RetryAsked { .. }
            | Fact::AdoptionAsked { .. }
            | Fact::Attested { .. }
            | Fact::LossAccepted { .. }
            | Fact::Nudged { .. }
            | Fact::NumberSkipped { .. }
            | Fact::Waiting { .. }
    )
}
