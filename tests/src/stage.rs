//! A rehearsal in a test's hands.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use unmoor_cli::rehearsal::{InProcess, Keep, Outcome, Plan, Rehearsal};
use unmoor_engine::clock::{Clock, Stop, VirtualClock};
use unmoor_engine::hooks::Hooks;
use unmoor_engine::inbox::{Posted, post};
use unmoor_engine::journal;
use unmoor_engine::randomness::SeededRandomness;
use unmoor_engine::throttle::{Budgets, Throttle};
use unmoor_engine::vault::{MasterKey, Vault};
use unmoor_engine::{Engine, Graph, NobodyWatches, SealedInStore, Settings, worker};
use unmoor_migration::{
    Blocker, BlockerCode, Command, E164, EffectKind, Event, Fact, Migration, MigrationId, Number, Outcome as Attempted,
};
use unmoor_simulator::{Action, Id, Simulator, World};
use unmoor_store::{JournalRow, Store, Wake};

use crate::{Fleet, TappedCall, Wiretap};

/// A test that waits longer for something than this has failed.
const PATIENCE: SignedDuration = SignedDuration::from_hours(45 * 24);

/// Whose command it is, where a test gives one.
const OPERATOR: &str = "ada";

/// So many seconds.
#[must_use]
pub fn seconds(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

/// So many minutes.
#[must_use]
pub fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

/// So many hours.
#[must_use]
pub fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// So many days.
#[must_use]
pub fn days(count: i64) -> SignedDuration {
    hours(24 * count)
}

/// The engine, the simulator and the time between them.
pub struct Stage {
    /// The rehearsal; its parts are open.
    pub rehearsal: Rehearsal,
    seed: u64,
    /// The worker at work. It lives on between two passes of time, in the middle of whatever it does.
    worker: Mutex<Option<Worker>>,
}

struct Worker {
    stop: worker::Stop,
    ended: Arc<Mutex<Option<worker::Ended>>>,
}

impl Worker {
    fn spawn(rehearsal: &Rehearsal) -> Self {
        let (stop, ended) = (worker::Stop::new(), Arc::new(Mutex::new(None)));
        let (engine, asked, result) = (Arc::clone(&rehearsal.engine), stop.clone(), Arc::clone(&ended));
        let work = async move {
            *result.lock().unwrap() = Some(worker::run(engine, asked, worker::AtRest::OnlyWhenFinal).await.unwrap());
        };
        drop(rehearsal.clock.spawn("worker", Box::pin(work)));
        Self { stop, ended }
    }

    fn ended(&self) -> Option<worker::Ended> {
        *self.ended.lock().unwrap()
    }
}

impl Stage {
    fn new(rehearsal: Rehearsal, seed: u64) -> Self {
        Self { rehearsal, seed, worker: Mutex::new(None) }
    }

    /// Imports the fleet and asks for preflight and start of everybody.
    pub async fn of(fleet: &Fleet) -> Self {
        Self::with_hooks(fleet, Hooks::default()).await
    }

    /// The same, with the operator's own commands.
    pub async fn with_hooks(fleet: &Fleet, hooks: Hooks) -> Self {
        let rehearsal = Rehearsal::prepare_with(fleet.plan(), Arc::new(NobodyWatches), hooks).await.unwrap();
        Self::new(rehearsal, fleet.seed)
    }

    /// The same for a plan that was changed.
    pub async fn planned(plan: Plan, seed: u64) -> Self {
        let rehearsal = Rehearsal::prepare(plan, Arc::new(NobodyWatches)).await.unwrap();
        Self::new(rehearsal, seed)
    }

    /// Imports the fleet and asks for nothing.
    pub async fn imported(fleet: &Fleet) -> Self {
        let rehearsal = Rehearsal::imported(fleet.plan(), Arc::new(NobodyWatches), Hooks::default()).await.unwrap();
        Self::new(rehearsal, fleet.seed)
    }

    /// Runs a fleet to its end.
    pub async fn ended(fleet: &Fleet) -> Self {
        let stage = Self::of(fleet).await;
        stage.finish().await;
        stage
    }

    /// The vendor's side.
    #[must_use]
    pub fn simulator(&self) -> &Simulator {
        &self.rehearsal.simulator
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.rehearsal.clock.now()
    }

    /// The present, as time passed since the start.
    #[must_use]
    pub fn elapsed(&self) -> SignedDuration {
        self.now().duration_since(self.rehearsal.start)
    }

    /// Lets so much time pass.
    pub async fn pass(&self, time: SignedDuration) {
        self.pass_until(self.now() + time).await;
    }

    /// Lets time pass until `instant`, or until all is over. Calls may be in flight then.
    pub async fn pass_until(&self, instant: Timestamp) {
        loop {
            let ended = self.worker.lock().unwrap().as_ref().map(Worker::ended);
            if !matches!(ended, Some(None)) {
                *self.worker.lock().unwrap() = Some(Worker::spawn(&self.rehearsal));
            }
            let stopped = self.rehearsal.clock.run_until(instant).await.unwrap();
            let ended = self.worker.lock().unwrap().as_ref().and_then(Worker::ended);
            // A worker that was asked to end has made room for one that sees what was posted.
            if !matches!((stopped, ended), (Stop::Finished, Some(worker::Ended::Stopped))) {
                break;
            }
        }
        self.simulator().advance_to(self.now());
    }

    /// Lets time pass until `holds`, looking at every instant at which something may happen. Fails when it does not come
    /// about in 45 days.
    pub async fn until(&self, what: &str, holds: impl Fn(&[Migration]) -> bool) {
        let deadline = self.now() + PATIENCE;
        loop {
            let migrations = self.migrations().await;
            if holds(&migrations) {
                return;
            }
            let told = || migrations.iter().map(Self::story).collect::<Vec<_>>().join("\n");
            assert!(!migrations.iter().all(Migration::is_final), "all is over without: {what}\n{}", told());
            assert!(self.now() < deadline, "waited in vain for: {what}\n{}", told());
            self.pass_until(self.next_instant(&migrations).await).await;
        }
    }

    async fn next_instant(&self, migrations: &[Migration]) -> Timestamp {
        // Commits follow each other within milliseconds while calls are under way.
        let soon = self.now() + SignedDuration::from_millis(20);
        let at_work = migrations.iter().any(|migration| migration.open_attempt().is_some());
        match self.rehearsal.engine.store.next_due().await.unwrap() {
            Some(Wake::At(due)) if !at_work => due.max(soon),
            Some(Wake::At(_) | Wake::AtOnce) | None => soon,
        }
    }

    /// Until the only migration has an open blocker of this code; gives it.
    pub async fn until_blocked(&self, code: BlockerCode) -> Blocker {
        self.until(code.as_str(), |all| all.iter().any(|m| blocker(m, code).is_some())).await;
        self.migrations().await.iter().find_map(|m| blocker(m, code).cloned()).unwrap()
    }

    /// Until no migration has an open blocker of this code.
    pub async fn until_cleared(&self, code: BlockerCode) {
        self.until(&format!("the end of {code}"), |all| all.iter().all(|m| blocker(m, code).is_none())).await;
    }

    /// Until the vendor's ledger has a change of this kind.
    pub async fn until_change(&self, kind: &str) {
        let simulator = self.simulator().clone();
        self.until(kind, |_| simulator.ledger(0).iter().any(|entry| entry.kind == kind)).await;
    }

    /// Lets time pass until all is over, 40 days at most.
    pub async fn finish(&self) -> Outcome {
        self.pass(days(40)).await;
        self.rehearsal.outcome().await.unwrap()
    }

    /// All migrations, by id.
    pub async fn migrations(&self) -> Vec<Migration> {
        self.rehearsal.migrations().await.unwrap()
    }

    /// The only migration.
    pub async fn only(&self) -> Migration {
        let mut all = self.migrations().await;
        assert_eq!(all.len(), 1, "this fleet has one customer");
        all.remove(0)
    }

    /// One customer's migration.
    pub async fn migration(&self, reference: &str) -> Migration {
        let found = self.migrations().await.into_iter().find(|m| m.customer().reference == reference);
        found.unwrap_or_else(|| panic!("there is no customer {reference}"))
    }

    /// Posts a command for the only migration; it is decided when time goes on.
    pub async fn command(&self, command: Command) {
        let id = self.only().await.id().clone();
        self.command_for(&id, command).await;
    }

    /// Posts a command.
    pub async fn command_for(&self, id: &MigrationId, command: Command) {
        let store = self.rehearsal.engine.store.as_ref();
        post(store, id, &Posted::Command(command), OPERATOR, self.now()).await.unwrap();
        self.look_into_the_inbox();
    }

    /// The worker of a rehearsal does not poll the inbox, as nobody else posts: let another one take over.
    fn look_into_the_inbox(&self) {
        if let Some(worker) = self.worker.lock().unwrap().as_ref() {
            worker.stop.ask();
        }
    }

    /// The journal of a migration.
    pub async fn journal(&self, id: &MigrationId) -> Vec<JournalRow> {
        self.rehearsal.engine.store.journal(id, 0, u32::MAX).await.unwrap()
    }

    /// The journal of the only migration.
    pub async fn only_journal(&self) -> Vec<JournalRow> {
        self.journal(self.only().await.id()).await
    }

    /// The facts of the only migration, evidence apart.
    pub async fn facts(&self) -> Vec<Event> {
        let journal = self.only_journal().await;
        let facts = journal.into_iter().filter(|row| row.kind != JournalRow::EVIDENCE);
        facts.map(|row| serde_json::from_value(row.body).unwrap()).collect()
    }

    /// How often the journal of the only migration has a fact of this name.
    pub async fn count_of(&self, fact: &str) -> usize {
        self.facts().await.iter().filter(|event| event.kind() == fact).count()
    }

    /// What was refused to people, in the words that the journal of the only migration keeps as evidence.
    pub async fn refusals(&self) -> Vec<String> {
        let evidence = self.only_journal().await.into_iter().filter(|row| row.kind == JournalRow::EVIDENCE);
        evidence.filter_map(|row| row.body["why"].as_str().map(str::to_owned)).collect()
    }

    /// The attempts of this kind that ended in a way that `is_so`.
    pub async fn ends(&self, kind: EffectKind, is_so: impl Fn(&Attempted) -> bool) -> usize {
        let facts = self.facts().await;
        let ends = facts.iter().filter_map(|event| match &event.fact {
            Fact::AttemptEnded { kind: ended, outcome, .. } => Some((*ended, outcome)),
            _ => None,
        });
        ends.filter(|(ended, outcome)| *ended == kind && is_so(outcome)).count()
    }

    /// Somebody at the only customer acts now. Fails when that changes nothing.
    pub fn person(&self, action: Action) {
        let portfolio = self.simulator().credentials().customers[0].portfolio_id;
        assert!(self.simulator().person(portfolio, action) > 0, "{action:?} changed nothing");
    }

    /// Changes the vendor's world by hand.
    pub fn change_world(&self, change: impl FnOnce(&mut World)) {
        let mut world = self.simulator().world();
        change(&mut world);
        self.simulator().set_world(world);
    }

    /// The destination of the only customer, as the vendor has it.
    #[must_use]
    pub fn destination(&self) -> Id {
        let made = self.simulator().world().intents.values().map(|intent| intent.destination).collect::<Vec<_>>();
        assert_eq!(made.len(), 1, "one intent");
        made[0]
    }

    /// Lets every call from now on be heard.
    pub fn tap(&mut self) -> Arc<Mutex<Vec<TappedCall>>> {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let clock = Arc::clone(&self.rehearsal.engine.clock);
        let wire = Wiretap::new(self.simulator().clone(), Arc::clone(&clock), Arc::clone(&heard));
        let engine = &self.rehearsal.engine;
        let throttle = Arc::new(Mutex::new(Throttle::new(Budgets::default())));
        let graph =
            Graph::new(engine.graph.app.clone(), engine.graph.endpoint.clone(), Arc::new(wire), clock, throttle);
        self.rehearsal.engine = Arc::new(Engine {
            store: Arc::clone(&engine.store),
            clock: Arc::clone(&engine.clock),
            vault: Arc::clone(&engine.vault),
            graph,
            hooks: engine.hooks.clone(),
            policy: engine.policy.clone(),
            observer: Arc::clone(&engine.observer),
            settings: engine.settings.clone(),
        });
        heard
    }

    /// The vault of a process that begins now, in `store`.
    pub(crate) fn vault_in(&self, store: &Arc<dyn Store>) -> Arc<Vault> {
        vault(store, self.seed, self.simulator().requests(0).len())
    }

    /// A worker begins, and nobody listens to it.
    pub(crate) fn work_alone(&self) {
        let _ = Worker::spawn(&self.rehearsal);
    }

    /// A new process on the same database file, with the vendor as it is: nothing is left of the old one's memory.
    pub async fn reborn(self, fleet: &Fleet) -> Self {
        let Self { mut rehearsal, seed, .. } = self;
        let (now, app, endpoint) =
            (rehearsal.clock.now(), rehearsal.engine.graph.app.clone(), rehearsal.engine.graph.endpoint.clone());
        let settings = Settings { ..rehearsal.engine.settings.clone() };
        let observer = Arc::clone(&rehearsal.engine.observer);
        let clock = VirtualClock::new(now);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        assert_ne!(fleet.keep, Keep::Nowhere, "the database is kept");
        let released = fleet.keep.open().await.unwrap();
        released.release_all_of(&settings.owner).await.unwrap();
        let vault = vault(&released, seed, rehearsal.simulator.requests(0).len());
        journal::begin(released.as_ref(), &vault).await.unwrap();
        let wire = Arc::new(InProcess::new(rehearsal.simulator.clone(), Arc::clone(&shared)));
        let throttle = Arc::new(Mutex::new(Throttle::new(Budgets::default())));
        let graph = Graph::new(app, endpoint, wire, Arc::clone(&shared), throttle);
        let (hooks, policy) = (rehearsal.engine.hooks.clone(), fleet.policy.clone());
        rehearsal.engine =
            Arc::new(Engine { store: released, clock: shared, vault, graph, hooks, policy, observer, settings });
        rehearsal.clock = clock;
        Self::new(rehearsal, seed)
    }

    /// One line for people about a migration.
    #[must_use]
    pub fn story(m: &Migration) -> String {
        let numbers: Vec<String> =
            m.numbers().map(|number| format!("{} {}", number.number, number.state_name())).collect();
        format!(
            "{}: {}, {}, {:?}, last {:?}",
            m.customer().reference,
            m.phase(),
            numbers.join(", "),
            m.blockers(),
            m.last_attempt()
        )
    }
}

/// The open blocker of this code.
#[must_use]
pub fn blocker(m: &Migration, code: BlockerCode) -> Option<&Blocker> {
    m.blockers().iter().find(|blocker| blocker.code == code)
}

/// A number of a migration.
#[must_use]
pub fn number_of(m: &Migration, number: &str) -> Number {
    let wanted = E164::new(number).unwrap();
    m.numbers().find(|known| known.number == wanted).unwrap_or_else(|| panic!("{number} is not listed")).clone()
}

/// The same key in every process. What is drawn is drawn anew in each, here by the requests that there have been.
fn vault(store: &Arc<dyn Store>, seed: u64, requests: usize) -> Arc<Vault> {
    let randomness = Arc::new(SeededRandomness::new(seed + 1000 + requests as u64));
    let key = MasterKey::from_variable(&SecretString::from(format!("{seed:064x}"))).unwrap();
    Arc::new(Vault::new(Arc::new(SealedInStore(Arc::clone(store))), randomness, key))
}
