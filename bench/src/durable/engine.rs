//! A fleet driven by the real engine on a real database over loopback HTTP, until every number is on its new account.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, Result};
use secrecy::SecretString;
use tokio::sync::watch;
use unmoor_engine::{
    App, Engine, Graph, Observer, SealedInStore, Settings,
    clock::SystemClock,
    hooks::Hooks,
    inbox::{Posted, post},
    randomness::OsRandomness,
    throttle::{Budgets, Throttle},
    vault::{MasterKey, SecretKind, Vault},
    worker,
};
use unmoor_graph_api::{AppId, AppSecret, GraphEndpoint, GraphVersion, SystemToken, Transport};
use unmoor_migration::{
    Command, Customer, Event, Migration, MigrationId, Phase, Policy, PortfolioId, TwoStepBy, WabaId, begin, import,
};
use unmoor_simulator::Credentials;
use unmoor_store::{NewMigration, Snapshot, Store};

use super::vendor::{Vendor, now};
use crate::cost::{Cost, Meter};

/// Drives all customers of `vendor` and gives what that took, from the release of all at once to the last number verified.
pub(crate) async fn run(vendor: &Vendor, store: Arc<dyn Store>, wire: Arc<dyn Transport>) -> Result<Cost> {
    let (watcher, mut moved) = Watcher::new();
    let engine = engine(vendor, Arc::clone(&store), wire, watcher).await?;
    let ids = add_customers(store.as_ref(), &vendor.credentials).await?;
    for command in [Command::Preflight, Command::Start] {
        for id in &ids {
            post(store.as_ref(), id, &Posted::Command(command.clone()), "bench", now()).await?;
        }
    }
    let meter = Meter::start()?;
    let stop = worker::Stop::new();
    let working = tokio::spawn(worker::run(engine, stop.clone(), worker::AtRest::Never));
    let all = moved.wait_for(|count| *count == ids.len()).await.map(drop);
    let cost = meter.read();
    stop.ask();
    working.await.context("the worker broke down")??;
    all.context("the worker ended before the fleet did")?;
    cost
}

async fn engine(
    vendor: &Vendor,
    store: Arc<dyn Store>,
    wire: Arc<dyn Transport>,
    watcher: Watcher,
) -> Result<Arc<Engine>> {
    let credentials = &vendor.credentials;
    let app = App {
        id: AppId::parse(&credentials.app_id.to_string())?,
        secret: AppSecret::new(credentials.app_secret.expose().to_owned())?,
        system_token: SystemToken::new(credentials.system_token.expose().to_owned())?,
        webhook_verify_token: Some(SecretString::from("bench-verify-token")),
    };
    let key = MasterKey::from_variable(&SecretString::from("5".repeat(64)))?;
    let vault = Arc::new(Vault::new(Arc::new(SealedInStore(Arc::clone(&store))), Arc::new(OsRandomness), key));
    for customer in &credentials.customers {
        let Some(token) = &customer.business_token else { continue };
        let token = SecretString::from(token.expose().to_owned());
        vault.replace(SecretKind::BusinessTokenSource, &customer.waba_id.to_string(), &token).await?;
    }
    let clock = Arc::new(SystemClock);
    let throttle = Arc::new(Mutex::new(Throttle::new(Budgets::default())));
    let endpoint = GraphEndpoint::new(&vendor.url, GraphVersion::default())?;
    let graph = Graph::new(app, endpoint, wire, Arc::<SystemClock>::clone(&clock), throttle);
    Ok(Arc::new(Engine {
        store,
        clock,
        vault,
        graph,
        hooks: Hooks::default(),
        policy: Policy::default(),
        observer: Arc::new(watcher),
        settings: Settings::of("bench", 1),
    }))
}

async fn add_customers(store: &dyn Store, credentials: &Credentials) -> Result<Vec<MigrationId>> {
    let mut rows = Vec::new();
    for customer in &credentials.customers {
        let customer = Customer {
            reference: customer.customer.clone(),
            source_waba: WabaId::new(&customer.waba_id.to_string())?,
            portfolio: Some(PortfolioId::new(&customer.portfolio_id.to_string())?),
            contact_email: None,
            language: None,
            time_zone: None,
            wave: None,
            two_step_by: TwoStepBy::Customer,
            callback_url: None,
            storage_region: None,
        };
        let event = import(customer, now());
        rows.push(NewMigration { snapshot: Snapshot::of(begin(&event)?), events: vec![event] });
    }
    let ids = rows.iter().map(|row| row.snapshot.migration().id().clone()).collect();
    store.import(rows, now()).await?;
    Ok(ids)
}

/// Counts migrations whose numbers are all on their new account.
struct Watcher {
    moved: Mutex<BTreeSet<MigrationId>>,
    count: watch::Sender<usize>,
}

impl Watcher {
    fn new() -> (Self, watch::Receiver<usize>) {
        let (count, seen) = watch::channel(0);
        (Self { moved: Mutex::default(), count }, seen)
    }
}

impl Observer for Watcher {
    fn committed(&self, migration: &Migration, _: &[Event]) {
        if *migration.phase() >= Phase::Settling {
            let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
            if moved.insert(migration.id().clone()) {
                self.count.send_replace(moved.len());
            }
        }
    }
}
