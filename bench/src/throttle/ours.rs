//! The engine, with one worker or several on one database.

use std::sync::{Arc, Mutex};

use anyhow::Result;
use jiff::SignedDuration;
use unmoor_cli::rehearsal::{InProcess, Rehearsal};
use unmoor_engine::clock::Clock;
use unmoor_engine::throttle::{Budgets, Throttle};
use unmoor_engine::{Engine, Graph, NobodyWatches, Settings, worker};
use unmoor_graph_api::Transport;

use super::poller::{self, Sequences};
use super::recording::{Recorded, Recording};
use super::{Measured, fleet};

/// How often one of several workers looks for what another one made due.
const LOOK: SignedDuration = SignedDuration::from_secs(30);

/// Far beyond what any of them takes.
pub(super) const HORIZON: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How the fleet is worked on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) customers: u64,
    /// What Meta allows the app in an hour.
    pub(super) limit: Option<u32>,
    /// Whether the configuration tells the engine.
    pub(super) is_known: bool,
    pub(super) workers: u32,
}

/// A fleet that was worked on.
pub(super) struct Run {
    rehearsal: Rehearsal,
    requests: Recorded,
}

impl Run {
    pub(super) fn measured(&self) -> Measured {
        Measured::of(&self.rehearsal.simulator, self.rehearsal.start)
    }

    /// The calls that were made for each customer.
    pub(super) fn sequences(&self) -> Sequences {
        poller::sequences(&self.rehearsal.simulator, &self.requests)
    }
}

/// Lets the engine migrate the fleet.
pub(super) async fn run(setting: Setting) -> Result<Run> {
    let rehearsal = Rehearsal::prepare(fleet::plan(setting.customers, setting.limit)?, Arc::new(NobodyWatches)).await?;
    let requests = Recorded::default();
    let budgets = Budgets { app_calls_per_hour: setting.limit.filter(|_| setting.is_known), ..Budgets::default() };
    for number in 1..=setting.workers {
        let engine = Arc::new(engine(&rehearsal, setting.workers, number, &budgets, &requests));
        let work = async move {
            // A store that fails shows in what was not migrated.
            let _ = worker::run(engine, worker::Stop::new(), worker::AtRest::OnlyWhenFinal).await;
        };
        drop(rehearsal.clock.spawn(&format!("worker-{number}"), Box::pin(work)));
    }
    rehearsal.clock.run_until(rehearsal.start + HORIZON).await?;
    Ok(Run { rehearsal, requests })
}

fn engine(rehearsal: &Rehearsal, workers: u32, number: u32, budgets: &Budgets, recorded: &Recorded) -> Engine {
    let Engine { store, clock, vault, graph, hooks, policy, observer, settings } = rehearsal.engine.as_ref();
    let wire = InProcess::new(rehearsal.simulator.clone(), Arc::clone(clock));
    let wire: Arc<dyn Transport> = Arc::new(Recording { wire, requests: Arc::clone(recorded) });
    let throttle = Arc::new(Mutex::new(Throttle::new(budgets.clone())));
    let shared: Arc<dyn Clock> = Arc::clone(clock);
    Engine {
        store: Arc::clone(store),
        clock: Arc::clone(clock),
        vault: Arc::clone(vault),
        graph: Graph::new(graph.app.clone(), graph.endpoint.clone(), wire, shared, throttle),
        hooks: hooks.clone(),
        policy: policy.clone(),
        observer: Arc::clone(observer),
        settings: Settings {
            owner: format!("worker-{number}"),
            inbox_poll: (workers > 1).then_some(LOOK),
            ..settings.clone()
        },
    }
}
