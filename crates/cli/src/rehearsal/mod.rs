//! A rehearsal: the real engine, run against the simulator on virtual time.

mod rules;
mod transport;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use anyhow::{Context, anyhow};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use unmoor_engine::clock::{Clock, Stop as ClockStop, VirtualClock};
use unmoor_engine::hooks::Hooks;
use unmoor_engine::inbox::{Posted, post};
use unmoor_engine::journal;
use unmoor_engine::randomness::SeededRandomness;
use unmoor_engine::throttle::{Budgets, Throttle};
use unmoor_engine::vault::{MasterKey, SecretKind, Vault};
use unmoor_engine::{App, Engine, Graph, Observer, SealedInStore, Settings, worker};
use unmoor_graph_api::{AppId, AppSecret, GraphEndpoint, GraphVersion, SystemToken};
use unmoor_migration::{Command, Customer, Migration, Policy, begin, import};
use unmoor_simulator::Simulator;
use unmoor_simulator::load::Setup;
use unmoor_simulator::webhooks::Receivers;
use unmoor_store::{Filter, NewMigration, PostgresStore, Snapshot, SqliteStore, Stamp, Store, StoreError};

pub use rules::{Began, broken_rules};
pub use transport::InProcess;

/// Where a rehearsal's database says it belongs: never to Meta.
pub const ORIGIN: &str = "rehearsal";

/// The address that in-process requests carry. Nothing listens there; it only has to be one that tokens may go to.
const BASE_URL: &str = "http://127.0.0.1:1";

/// Where a rehearsal's database is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Keep {
    /// In a temporary file that goes with the rehearsal, and that nothing is flushed to.
    #[default]
    Nowhere,
    /// In a SQLite file.
    File(PathBuf),
    /// In the PostgreSQL database at this address.
    Postgres(String),
}

impl Keep {
    /// Opens the database; makes it where there is none.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        Ok(match self {
            Self::Nowhere => Arc::new(SqliteStore::for_rehearsal()?),
            Self::File(path) => Arc::new(SqliteStore::open(path)?),
            Self::Postgres(address) => {
                PostgresStore::upgrade(address, None).await?;
                Arc::new(PostgresStore::connect(address, None, unmoor_store::postgres::DEFAULT_CONNECTIONS).await?)
            }
        })
    }
}

/// What is rehearsed.
pub struct Plan {
    /// The customers, as they are imported.
    pub customers: Vec<Customer>,
    /// The vendor's side.
    pub setup: Setup,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// How long the rehearsal goes on at most, on virtual time.
    pub horizon: SignedDuration,
    /// The operators' policy.
    pub policy: Policy,
    /// Where the database is kept.
    pub keep: Keep,
}

/// A rehearsal that is set up: the parts are open, so that tests can put their hands in.
pub struct Rehearsal {
    /// The engine.
    pub engine: Arc<Engine>,
    /// Its clock.
    pub clock: VirtualClock,
    /// The vendor's side.
    pub simulator: Simulator,
    /// The first instant.
    pub start: Timestamp,
    /// What its rules are judged by.
    pub began: Began,
    horizon: Timestamp,
}

/// How a rehearsal ended.
#[derive(Debug)]
pub struct Outcome {
    /// The migrations, by id.
    pub migrations: Vec<Migration>,
    /// Requests made.
    pub graph_calls: u64,
    /// Virtual time that passed.
    pub elapsed: SignedDuration,
    /// Rules of the state machine that the ledger shows broken; empty, or there is a defect.
    pub broken_rules: Vec<String>,
    /// Webhooks that the provider took from Meta's side, of those that the simulator still knows.
    pub webhooks: usize,
}

impl Rehearsal {
    /// Sets a rehearsal up: imports the customers, seals their tokens, posts preflight and start for all of them.
    ///
    /// # Errors
    /// When the database, the vault or the simulator's credentials fail.
    pub async fn prepare(plan: Plan, observer: Arc<dyn Observer>) -> anyhow::Result<Self> {
        Self::prepare_with(plan, observer, Hooks::default()).await
    }

    /// The same, with hooks.
    ///
    /// # Errors
    /// As [`Rehearsal::prepare`].
    pub async fn prepare_with(plan: Plan, observer: Arc<dyn Observer>, hooks: Hooks) -> anyhow::Result<Self> {
        let rehearsal = Self::imported(plan, observer, hooks).await?;
        let ids = rehearsal.migrations().await?.into_iter().map(|migration| migration.id().clone());
        for id in ids {
            for command in [Command::Preflight, Command::Start] {
                let posted = Posted::Command(command);
                post(rehearsal.engine.store.as_ref(), &id, &posted, ORIGIN, rehearsal.start).await?;
            }
        }
        Ok(rehearsal)
    }

    /// Sets a rehearsal up as far as the import: what is asked for is the caller's.
    ///
    /// # Errors
    /// As [`Rehearsal::prepare`].
    pub async fn imported(plan: Plan, observer: Arc<dyn Observer>, hooks: Hooks) -> anyhow::Result<Self> {
        let start = plan.setup.start;
        let horizon = start.checked_add(plan.horizon).context("the rehearsal lasts longer than time does")?;
        // The configuration fits the app that is played, as an operator's fits theirs.
        let is_proof_required = plan.setup.knobs.require_appsecret_proof;
        let began = Began::of(&plan.setup.world, start);
        let simulator = Simulator::from_setup(plan.setup);
        simulator.attach_receivers(Receivers::Everywhere);
        let clock = VirtualClock::new(start);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let store = plan.keep.open().await?;
        let credentials = simulator.credentials();
        let app = App {
            id: AppId::parse(&credentials.app_id.to_string())?,
            secret: AppSecret::new(credentials.app_secret.expose().to_owned())?,
            system_token: SystemToken::new(credentials.system_token.expose().to_owned())?,
            webhook_verify_token: Some(SecretString::from("rehearsal-verify-token")),
        };
        store.stamp(&Stamp { origin: ORIGIN.to_owned(), app_id: app.id.to_string() }).await?;
        let vault = open_vault(&store, plan.seed)?;
        journal::begin(store.as_ref(), &vault).await?;
        for customer in &credentials.customers {
            let Some(token) = &customer.business_token else { continue };
            let token = SecretString::from(token.expose().to_owned());
            vault.replace(SecretKind::BusinessTokenSource, &customer.waba_id.to_string(), &token).await?;
        }
        add_customers(store.as_ref(), plan.customers, start).await?;
        let transport = Arc::new(InProcess::new(simulator.clone(), Arc::clone(&shared)));
        let throttle = Arc::new(Mutex::new(Throttle::new(Budgets::default())));
        let mut endpoint = GraphEndpoint::new(BASE_URL, GraphVersion::default())?;
        if is_proof_required {
            endpoint = endpoint.always_send_proof(app.secret.clone());
        }
        let graph = Graph::new(app, endpoint, transport, Arc::clone(&shared), throttle);
        let settings = Settings { inbox_poll: None, rehearsal: true, ..Settings::of("rehearsal", plan.seed) };
        let policy = plan.policy;
        let engine = Engine { store, clock: shared, vault, graph, hooks, policy, observer, settings };
        Ok(Self { engine: Arc::new(engine), clock, simulator, start, began, horizon })
    }

    /// Lets it run until every migration is over or the horizon is reached.
    ///
    /// # Errors
    /// When the store fails, or virtual time is misused (a defect).
    pub async fn run(&self) -> anyhow::Result<Outcome> {
        self.run_until(self.horizon, worker::AtRest::OnlyWhenFinal).await?;
        self.outcome().await
    }

    /// Lets it run until `instant`, or until `at_rest` holds for all that are open.
    ///
    /// # Errors
    /// As [`Rehearsal::run`].
    pub async fn run_until(&self, instant: Timestamp, at_rest: worker::AtRest) -> anyhow::Result<()> {
        let stop = worker::Stop::new();
        let failure = Arc::new(Mutex::new(None));
        let (engine, stop_of_worker, failed) = (Arc::clone(&self.engine), stop.clone(), Arc::clone(&failure));
        let work = async move {
            if let Err(error) = worker::run(engine, stop_of_worker, at_rest).await
                && let Ok(mut failed) = failed.lock()
            {
                *failed = Some(error);
            }
        };
        drop(self.clock.spawn("worker", Box::pin(work)));
        let ended = self.clock.run_until(instant).await?;
        if let Some(error) = failure.lock().ok().and_then(|mut failed| failed.take()) {
            return Err(anyhow!(error).context("the rehearsal's store failed"));
        }
        // What is in flight at that instant ends first, so that the run may go on later with another worker.
        if !matches!(ended, ClockStop::Finished) {
            stop.ask();
            self.clock.run_until(Timestamp::MAX).await?;
        }
        self.simulator.advance_to(self.clock.now());
        transport::take_webhooks(&self.simulator);
        Ok(())
    }

    /// All migrations, by id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn migrations(&self) -> anyhow::Result<Vec<Migration>> {
        let mut found = Vec::new();
        let mut cursor = None;
        loop {
            let page = self.engine.store.list(&Filter::default(), cursor.as_ref(), 500).await?;
            found.extend(page.rows.into_iter().map(|stored| stored.migration));
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(found),
            }
        }
    }

    /// How it stands.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn outcome(&self) -> anyhow::Result<Outcome> {
        let ledger = self.simulator.ledger(0);
        Ok(Outcome {
            migrations: self.migrations().await?,
            graph_calls: self.engine.graph.calls_made(),
            elapsed: self.clock.now().duration_since(self.start),
            broken_rules: broken_rules(
                &self.began,
                &ledger,
                &self.simulator.requests(0),
                self.engine.policy.two_step_before_tag,
            ),
            webhooks: transport::webhooks_taken(&self.simulator),
        })
    }
}

/// A rehearsal's secrets are the simulator's; its key and PINs repeat with the seed.
fn open_vault(store: &Arc<dyn Store>, seed: u64) -> anyhow::Result<Arc<Vault>> {
    let key = MasterKey::from_variable(&SecretString::from(format!("{seed:064x}")))?;
    let storage = Arc::new(SealedInStore(Arc::clone(store)));
    Ok(Arc::new(Vault::new(storage, Arc::new(SeededRandomness::new(seed)), key)))
}

async fn add_customers(store: &dyn Store, customers: Vec<Customer>, at: Timestamp) -> anyhow::Result<()> {
    let mut rows = Vec::with_capacity(customers.len());
    for customer in customers {
        let event = import(customer, at);
        rows.push(NewMigration { snapshot: Snapshot::of(begin(&event)?), events: vec![event] });
    }
    store.import(rows, at).await?;
    Ok(())
}
