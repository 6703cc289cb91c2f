//! A life of the process on a stage: to its end, or to the point at which it dies.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use unmoor_engine::throttle::{Budgets, Throttle};
use unmoor_engine::{Engine, Graph};

use super::{Death, When};
use crate::Stage;

impl Stage {
    /// Lets time pass until all is over, or until the process dies; the caller drops the runtime then, and with it every
    /// task in the middle of its work. Gives the points that were passed.
    pub async fn live(&mut self, when: When) -> Death {
        let death = Death::new(&self.rehearsal.clock, when);
        let engine = &self.rehearsal.engine;
        let throttle = Arc::new(Mutex::new(Throttle::new(Budgets::default())));
        let wire = death.wire(self.simulator());
        let (app, endpoint) = (engine.graph.app.clone(), engine.graph.endpoint.clone());
        let graph = Graph::new(app, endpoint, wire, Arc::clone(&engine.clock), throttle);
        let store = death.around(Arc::clone(&engine.store));
        let vault = self.vault_in(&store);
        self.rehearsal.engine = Arc::new(Engine {
            store,
            clock: Arc::clone(&engine.clock),
            vault,
            graph,
            hooks: engine.hooks.clone(),
            policy: engine.policy.clone(),
            observer: Arc::clone(&engine.observer),
            settings: engine.settings.clone(),
        });
        self.work_alone();
        tokio::select! {
            ended = self.rehearsal.clock.run_until(Timestamp::MAX) => { ended.unwrap(); }
            () = death.comes() => {}
        }
        death
    }
}
