//! The task that lets time pass for a server's world, and sends the webhooks that fall due.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::task::JoinSet;

use super::{Server, wait};
use crate::webhooks::Delivery;

/// Timers are no finer than this.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// Runs until it is dropped. Each address has a lane of its own: deliveries to one address leave one after the other in the
/// order in which they are due, and a slow receiver holds up nobody but itself.
pub(super) async fn deliver(server: Arc<Server>) {
    let mut lanes = Lanes { server: Arc::clone(&server), open: BTreeMap::new(), under_way: JoinSet::new() };
    loop {
        server.simulator.advance_to(server.virtual_now());
        while let Some(delivery) = server.simulator.take_due_delivery() {
            lanes.send(delivery);
        }
        tokio::select! {
            () = server.changed.notified() => {}
            () = next_due(&server) => {}
            Some(Ok(url)) = lanes.under_way.join_next() => lanes.go_on(&url),
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

/// The addresses to which something is on its way, each with what waits behind it. A lane whose last delivery has come to its
/// end is closed.
struct Lanes {
    server: Arc<Server>,
    open: BTreeMap<String, VecDeque<Delivery>>,
    /// One for each lane; it ends with the address.
    under_way: JoinSet<String>,
}

impl Lanes {
    fn send(&mut self, delivery: Delivery) {
        match self.open.get_mut(&delivery.url) {
            Some(lane) => lane.push_back(delivery),
            None => {
                self.open.insert(delivery.url.clone(), VecDeque::new());
                self.start(delivery);
            }
        }
    }

    fn start(&mut self, delivery: Delivery) {
        let server = Arc::clone(&self.server);
        self.under_way.spawn(async move {
            let outcome = server.callbacks.deliver(&delivery).await;
            server.simulator.delivered(delivery.id, outcome);
            delivery.url
        });
    }

    /// The delivery to an address has come to its end: the next one of its lane leaves.
    fn go_on(&mut self, url: &str) {
        match self.open.get_mut(url).and_then(VecDeque::pop_front) {
            Some(delivery) => self.start(delivery),
            None => {
                self.open.remove(url);
            }
        }
    }
}
