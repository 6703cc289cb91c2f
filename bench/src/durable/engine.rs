//! A fleet driven by the real engine on a real database over loopback HTTP, until every number is on its new account.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context as _, Result};
use secrecy::SecretString;
use tokio::sync::watch;
use unmoor_engine::{
    App, Engine, Observer,
    inbox::{Posted, post_to_all},
    vault::SecretKind,
    worker,
};
use unmoor_graph_api::{AppId, AppSecret, SystemToken, Transport};
use unmoor_migration::{
    Command, Customer, Event, Migration, MigrationId, Phase, Policy, PortfolioId, WabaId, begin, import,
};
use unmoor_simulator::Credentials;
use unmoor_store::{NewMigration, Snapshot, Store};

use super::vendor::{Vendor, now};
use crate::assembled;
use crate::cost::{Cost, Meter};

/// Drives all customers of `vendor` and gives what that took: from the release of all at once to the last intent, and from the
/// webhooks that tell of their acceptance to the last number verified. What lies between is waiting, not work.
pub(crate) async fn run(vendor: &Vendor, store: Arc<dyn Store>, wire: Arc<dyn Transport>) -> Result<Cost> {
    let (watcher, mut reached) = Watcher::new();
    let engine = engine(vendor, Arc::clone(&store), wire, watcher).await?;
    let ids = add_customers(store.as_ref(), &vendor.credentials).await?;
    let release = [Command::Preflight, Command::Start].map(Posted::Command);
    let accepted = [Posted::Nudge("webhook".to_owned())];
    let asked = stretch(&engine, &ids, &release, Phase::AwaitingAcceptance, &mut reached).await?;
    let moved = stretch(&engine, &ids, &accepted, Phase::Settling, &mut reached).await?;
    Ok(asked + moved)
}

/// Lets a worker do what follows from `inputs`, until all have come as far as `phase`.
async fn stretch(
    engine: &Arc<Engine>,
    ids: &[MigrationId],
    inputs: &[Posted],
    phase: Phase,
    reached: &mut watch::Receiver<Reached>,
) -> Result<Cost> {
    for input in inputs {
        post_to_all(engine.store.as_ref(), ids, input, "bench", now()).await?;
    }
    let meter = Meter::start()?;
    let stop = worker::Stop::new();
    let working = tokio::spawn(worker::run(Arc::clone(engine), stop.clone(), worker::AtRest::Never));
    let all =
        reached.wait_for(|reached| reached.values().filter(|at| **at >= phase).count() == ids.len()).await.map(drop);
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
    // All are released at once.
    let policy = Policy { pilot_first: false, ..Policy::default() };
    let engine = assembled::engine(store, app, &vendor.url, wire, Arc::new(watcher), policy).await?;
    for customer in &credentials.customers {
        let Some(token) = &customer.business_token else { continue };
        let token = SecretString::from(token.expose().to_owned());
        engine.vault.replace(SecretKind::BusinessTokenSource, &customer.waba_id.to_string(), &token).await?;
    }
    Ok(engine)
}

async fn add_customers(store: &dyn Store, credentials: &Credentials) -> Result<Vec<MigrationId>> {
    let mut rows = Vec::new();
    for customer in &credentials.customers {
        let source_waba = WabaId::new(&customer.waba_id.to_string())?;
        let customer = Customer {
            portfolio: Some(PortfolioId::new(&customer.portfolio_id.to_string())?),
            ..Customer::new(&customer.customer, source_waba)
        };
        let event = import(customer, now());
        rows.push(NewMigration { snapshot: Snapshot::of(begin(&event)?), events: vec![event] });
    }
    let ids = rows.iter().map(|row| row.snapshot.migration().id().clone()).collect();
    store.import(rows, now()).await?;
    Ok(ids)
}

/// How far each migration has come.
type Reached = BTreeMap<MigrationId, Phase>;

/// Follows the migrations' phases.
struct Watcher(watch::Sender<Reached>);

impl Watcher {
    fn new() -> (Self, watch::Receiver<Reached>) {
        let (reached, seen) = watch::channel(Reached::new());
        (Self(reached), seen)
    }
}

impl Observer for Watcher {
    fn committed(&self, migration: &Migration, _: &[Event]) {
        self.0.send_if_modified(|reached| {
            let before = reached.insert(migration.id().clone(), migration.phase().clone());
            before.as_ref() != Some(migration.phase())
        });
    }
}
