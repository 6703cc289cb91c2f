//! The task that lets time pass for a server's world, and sends the webhooks that fall due.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc::{self, UnboundedSender},
    task::JoinSet,
};

use super::{Server, wait};
use crate::webhooks::Delivery;

/// Timers are no finer than this.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// Runs until it is dropped. Each address has a lane of its own: deliveries to one address leave one after the other in the
/// order in which they are due, and a slow receiver holds up nobody but itself.
pub(super) async fn deliver(server: Arc<Server>) {
    let mut lanes = Lanes { server: Arc::clone(&server), open: BTreeMap::new(), tasks: JoinSet::new() };
    loop {
        server.simulator.advance_to(server.virtual_now());
        while let Some(delivery) = server.simulator.take_due_delivery() {
            lanes.send(delivery);
        }
        tokio::select! {
            () = server.changed.notified() => {}
            () = next_due(&server) => {}
        }
    }
}

/// Returns when something falls due; never on a clock that stands still, or with nothing planned.
async fn next_due(server: &Server) {
    let (event, delivery) = (server.simulator.next_event_at(), server.simulator.next_delivery_at());
    let is_moving = server.clock().rate() > 0.0;
    match [event, delivery].into_iter().flatten().min() {
        Some(at) if is_moving => wait(server.real(at.duration_since(server.virtual_now())).max(SHORTEST_WAIT)).await,
        Some(_) | None => std::future::pending().await,
    }
}

struct Lanes {
    server: Arc<Server>,
    open: BTreeMap<String, UnboundedSender<Delivery>>,
    tasks: JoinSet<()>,
}

impl Lanes {
    fn send(&mut self, delivery: Delivery) {
        let Self { server, open, tasks } = self;
        let lane = open.entry(delivery.url.clone()).or_insert_with(|| {
            let (lane, mut deliveries) = mpsc::unbounded_channel::<Delivery>();
            let server = Arc::clone(server);
            tasks.spawn(async move {
                while let Some(delivery) = deliveries.recv().await {
                    let outcome = server.callbacks.deliver(&delivery).await;
                    server.simulator.delivered(delivery.id, outcome);
                    server.changed.notify_one();
                }
            });
            lane
        });
        // A lane ends only with the task that owns it.
        let _ = lane.send(delivery);
    }
}
