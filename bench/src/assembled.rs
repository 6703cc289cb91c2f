//! A real engine, put together as the program does it, around a wire and an observer of the bench.

use std::sync::{Arc, Mutex};

use anyhow::Result;
use secrecy::SecretString;
use unmoor_engine::{
    App, Engine, Graph, Observer, SealedInStore, Settings,
    clock::SystemClock,
    hooks::Hooks,
    journal,
    randomness::OsRandomness,
    throttle::{Budgets, Throttle},
    vault::{MasterKey, Vault},
};
use unmoor_graph_api::{GraphEndpoint, GraphVersion, Transport};
use unmoor_migration::Policy;
use unmoor_store::Store;

/// Of databases that are thrown away; the process that fills one and the process that is measured on it share it.
const MASTER_KEY: &str = "0f3c5a9178d2e64b1b7d90c2f4a85e36c9e1476a2d0b83f5571e6ca4389d02bf";

/// The vault of a database, which from then on can be written to: its journals' key is drawn.
pub(crate) async fn vault(store: &Arc<dyn Store>) -> Result<Arc<Vault>> {
    let key = MasterKey::from_variable(&SecretString::from(MASTER_KEY))?;
    let vault = Arc::new(Vault::new(Arc::new(SealedInStore(Arc::clone(store))), Arc::new(OsRandomness), key));
    journal::begin(store.as_ref(), &vault).await?;
    Ok(vault)
}

/// An engine for the vendor at `url`.
pub(crate) async fn engine(
    store: Arc<dyn Store>,
    app: App,
    url: &str,
    wire: Arc<dyn Transport>,
    observer: Arc<dyn Observer>,
    policy: Policy,
) -> Result<Arc<Engine>> {
    let vault = vault(&store).await?;
    let clock = Arc::new(SystemClock);
    let throttle = Arc::new(Mutex::new(Throttle::new(Budgets::default())));
    let endpoint = GraphEndpoint::new(url, GraphVersion::default())?;
    let graph = Graph::new(app, endpoint, wire, Arc::<SystemClock>::clone(&clock), throttle);
    let settings = Settings::of("bench", 1);
    Ok(Arc::new(Engine { store, clock, vault, graph, hooks: Hooks::default(), policy, observer, settings }))
}
