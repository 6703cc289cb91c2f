//! One schedule, from its first instant to its verdict.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use secrecy::SecretString;
use unmoor_cli::rehearsal::{Rehearsal, broken_rules};
use unmoor_engine::clock::Clock as _;
use unmoor_engine::hooks::Hooks;
use unmoor_engine::randomness::SeededRandomness;
use unmoor_engine::throttle::{Budgets, Throttle};
use unmoor_engine::vault::{MasterKey, Vault};
use unmoor_engine::{Engine, Graph, NobodyWatches, SealedInStore, Settings, worker};
use unmoor_migration::{BlockerCode, Migration};
use unmoor_simulator::By;

use super::judge::Judge;
use super::schedule::{CALM_AFTER, Deed, Schedule};
use super::shared::Shared;
use super::store::{ChaosStore, Leases};
use super::tally::Tally;
use super::wire::Wire;
use super::worker::{Process, ProcessClock};
use super::{drawn_faults, operator, verdict, webhooks};

/// What one schedule came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// Commits and requests.
    pub steps: u64,
    /// How often program and model were compared.
    pub comparisons: u64,
    /// What befell it, by kind.
    pub tally: Tally,
    /// What may not be; absent where all is well.
    pub violation: Option<String>,
    /// What happened, where that was asked for.
    pub story: Vec<String>,
}

/// Everything of one run.
pub(super) struct Run {
    pub(super) schedule: Schedule,
    pub(super) rehearsal: Rehearsal,
    pub(super) shared: Arc<Shared>,
    pub(super) leases: Arc<Leases>,
    pub(super) ids: Vec<unmoor_migration::MigrationId>,
    lives: AtomicU32,
    failure: Mutex<Option<String>>,
}

/// Runs the schedule of a seed.
///
/// # Panics
/// When the parts cannot be put together, which is a defect of this harness.
#[must_use]
pub fn run(seed: u64, tells: bool) -> Report {
    run_schedule(Schedule::of(seed), tells)
}

fn run_schedule(schedule: Schedule, tells: bool) -> Report {
    // A runtime of its own: with it goes every task that a dead worker left behind.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let run = Arc::new(Run::prepare(schedule, tells).await);
        run.go_on().await;
        run.report()
    })
}

impl Run {
    async fn prepare(schedule: Schedule, tells: bool) -> Self {
        let mut plan = schedule.fleet.plan();
        plan.setup.faults.clone_from(&schedule.faults);
        let judge = Judge::of(&plan.setup, schedule.fleet.policy.two_step_before_tag);
        let rehearsal = Rehearsal::prepare_with(plan, Arc::new(NobodyWatches), Hooks::default()).await.unwrap();
        let ids = rehearsal.migrations().await.unwrap().iter().map(|m| m.id().clone()).collect();
        let (clock, simulator) = (rehearsal.clock.clone(), rehearsal.simulator.clone());
        let shared = Arc::new(Shared::new(clock, simulator, judge, &schedule.accidents, tells));
        for (name, value) in &schedule.knobs {
            shared.tally(&format!("knob drawn: {name}"));
            shared.tell(|| format!("knob {name} = {value}"));
        }
        let (leases, lives, failure) = (Arc::new(Leases::default()), AtomicU32::new(0), Mutex::new(None));
        Self { schedule, rehearsal, shared, leases, ids, lives, failure }
    }

    async fn go_on(self: &Arc<Self>) {
        webhooks::spawn(self);
        for place in 0..self.schedule.workers {
            self.start_worker(place, None);
        }
        let start = self.rehearsal.start;
        for (after, deed) in self.schedule.deeds.clone() {
            if !self.pass_until(start + after).await {
                return;
            }
            self.befall(deed).await;
        }
        if !self.pass_until(start + CALM_AFTER).await {
            return;
        }
        self.calm_down();
        for visit in operator::visits() {
            if self.all_over().await {
                break;
            }
            if !self.pass_until(start + CALM_AFTER + visit).await {
                return;
            }
            operator::visit(self).await;
        }
        self.shared.see_changes();
        verdict::at_the_end(self).await;
    }

    /// Lets time pass; false when something went wrong on the way.
    async fn pass_until(&self, instant: Timestamp) -> bool {
        if let Err(misused) = self.shared.clock.run_until(instant).await {
            self.shared.violated(|| format!("virtual time was misused: {misused}"));
        }
        self.shared.simulator.advance_to(self.shared.clock.now());
        self.shared.see_changes();
        if let Some(failure) = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.shared.violated(|| failure);
        }
        self.shared.violation().is_none()
    }

    async fn all_over(&self) -> bool {
        self.migrations().await.iter().all(Migration::is_final)
    }

    pub(super) async fn migrations(&self) -> Vec<Migration> {
        self.rehearsal.migrations().await.unwrap()
    }

    /// The store as it is seen from outside.
    pub(super) fn store(&self) -> ChaosStore {
        self.store_of(None)
    }

    fn store_of(&self, process: Option<Arc<Process>>) -> ChaosStore {
        ChaosStore {
            inner: Arc::clone(&self.rehearsal.engine.store),
            leases: Arc::clone(&self.leases),
            shared: Arc::clone(&self.shared),
            process,
        }
    }

    /// Starts a worker; `instead_of` is the one that died in its place.
    fn start_worker(self: &Arc<Self>, place: usize, instead_of: Option<String>) {
        let life = self.lives.fetch_add(1, Ordering::SeqCst);
        let name = format!("worker {}.{life}", place + 1);
        let (run, dead) = (Arc::downgrade(self), name.clone());
        let restart = Box::new(move || {
            if let Some(run) = run.upgrade() {
                run.shared.tally("worker started again");
                run.start_worker(place, Some(dead.clone()));
            }
        });
        let process = Process::new(name, place, Arc::clone(&self.shared), restart);
        let engine = Arc::new(self.engine(&process, life));
        {
            let mut state = self.shared.state();
            state.workers.retain(|worker| worker.place != place);
            state.workers.push(Arc::clone(&process));
        }
        let (run, stop) = (Arc::downgrade(self), process.stop.clone());
        let alone = self.schedule.workers == 1;
        let work = async move {
            // Whoever is alone on its database knows that the one before is dead (`unmoor run` by its lock).
            if let Some(dead) = instead_of.filter(|_| alone) {
                engine.store.release_all_of(&dead).await.unwrap();
            }
            let ended = worker::run(engine, stop, worker::AtRest::Never).await;
            if let Some(run) = run.upgrade() {
                let words = format!("a worker ended by itself: {ended:?}");
                run.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(words);
            }
        };
        drop(ProcessClock(Arc::clone(&process)).spawn("worker", Box::pin(work)));
    }

    fn engine(&self, process: &Arc<Process>, life: u32) -> Engine {
        let first = &self.rehearsal.engine;
        let seed = self.schedule.seed;
        let store: Arc<dyn unmoor_store::Store> = Arc::new(self.store_of(Some(Arc::clone(process))));
        let clock = Arc::new(ProcessClock(Arc::clone(process)));
        let key = MasterKey::from_variable(&SecretString::from(format!("{seed:064x}"))).unwrap();
        let randomness = Arc::new(SeededRandomness::new(seed.wrapping_mul(1000) + u64::from(life)));
        let vault = Arc::new(Vault::new(Arc::new(SealedInStore(Arc::clone(&store))), randomness, key));
        let throttle = Arc::new(Mutex::new(Throttle::new(Budgets::default())));
        let wire = Arc::new(Wire(Arc::clone(process)));
        let graph = Graph::new(first.graph.app.clone(), first.graph.endpoint.clone(), wire, clock.clone(), throttle);
        let settings = Settings { owner: process.name.clone(), ..first.settings.clone() };
        let (hooks, policy, observer) = (first.hooks.clone(), first.policy.clone(), Arc::clone(&first.observer));
        Engine { store, clock, vault, graph, hooks, policy, observer, settings }
    }

    async fn befall(self: &Arc<Self>, deed: Deed) {
        self.shared.tell(|| format!("deed      {deed:?}"));
        match deed {
            Deed::Command { customer, command, by_itself } => {
                operator::command(self, &self.ids[customer].clone(), command, by_itself).await;
            }
            Deed::Person { customer, action } => {
                let changed = self.shared.simulator.lets(&format!("customer-{customer}"), action);
                if changed > 0 {
                    self.shared.tally(&format!("person: {}", action.as_str()));
                }
                self.shared.see_changes();
                self.shared.webhooks.set();
            }
            Deed::ResumeFleet => operator::resume_fleet(self).await,
            Deed::ClockJump(jump) => self.shared.set_clock_by(jump),
            Deed::Befalls { worker, fate } => {
                let found = self.shared.state().workers.iter().find(|one| one.place == worker).cloned();
                if let Some(worker) = found.filter(|worker| !worker.is_dead()) {
                    worker.befalls(fate);
                }
            }
            Deed::Nudge { customer } => {
                webhooks::nudge(self, &self.ids[customer], "a webhook that nobody sent").await;
                self.shared.tally("webhook: invented");
            }
        }
    }

    /// From here on only what was begun goes on.
    fn calm_down(&self) {
        self.shared.tell(|| "calm from here on".to_owned());
        for (fault, fired) in self.shared.simulator.faults() {
            self.shared.state().tally.some(&drawn_faults::kind(&fault.action), u64::from(fired));
        }
        self.shared.simulator.clear_faults();
        self.shared.state().is_calm = true;
    }

    fn report(&self) -> Report {
        let people = self.shared.simulator.ledger(0).into_iter().filter(|entry| entry.by == By::Person);
        let mut state = self.shared.state();
        for entry in people {
            state.tally.one(&format!("people: {}", entry.kind));
        }
        let report = Report {
            seed: self.schedule.seed,
            steps: state.commits + state.requests,
            comparisons: state.judge.comparisons,
            tally: state.tally.clone(),
            violation: None,
            story: Vec::new(),
        };
        drop(state);
        Report { violation: self.shared.violation(), story: self.shared.story(), ..report }
    }

    /// What the simulator's side proves, and whether its state is sound.
    pub(super) fn rules_of_the_ledger(&self) -> Vec<String> {
        let (simulator, began) = (&self.shared.simulator, &self.rehearsal.began);
        let policy = self.schedule.fleet.policy.two_step_before_tag;
        let mut broken = broken_rules(began, &simulator.ledger(0), &simulator.requests(0), policy);
        // It knows nothing of people who ask for a register beyond the seven; the model does.
        broken.retain(|words| !words.starts_with("rule 4:"));
        broken.extend(simulator.audit());
        broken
    }

    /// One line about each migration.
    pub(super) async fn where_they_stand(&self) -> String {
        self.migrations().await.iter().map(crate::Stage::story).collect::<Vec<_>>().join("\n")
    }
}

/// Whether somebody beside the program has to do something.
pub(super) fn waits_with(m: &Migration, code: BlockerCode) -> bool {
    m.blockers().iter().any(|blocker| blocker.code == code)
}
