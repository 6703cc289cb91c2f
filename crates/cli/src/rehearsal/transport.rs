//! The wire of a rehearsal: serialised HTTP, exchanged in process, taking virtual time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::SignedDuration;
use unmoor_engine::clock::Clock;
use unmoor_graph_api::{Transport, TransportError};
use unmoor_simulator::webhooks::{DeliveryState, Outcome};
use unmoor_simulator::{Reply, Simulator};

/// Plays whoever listens for the provider: takes every webhook that is due. Nothing is made of them yet; but that they are sent,
/// late, twice and out of order, is part of what is rehearsed.
pub(super) fn take_webhooks(simulator: &Simulator) {
    simulator.deliver_due(|_| Outcome::Answered(200));
}

/// How many were taken, of those that the simulator still knows.
pub(super) fn webhooks_taken(simulator: &Simulator) -> usize {
    simulator.webhooks(0).iter().filter(|delivery| delivery.state == DeliveryState::Delivered).count()
}

/// Hands requests to a simulator in the same process.
pub struct InProcess {
    simulator: Simulator,
    clock: Arc<dyn Clock>,
}

impl InProcess {
    /// A wire to `simulator`, on `clock`.
    #[must_use]
    pub fn new(simulator: Simulator, clock: Arc<dyn Clock>) -> Self {
        Self { simulator, clock }
    }

    async fn pass(&self, time: SignedDuration) {
        let until = unmoor_migration::retry::after(self.clock.now(), time);
        self.clock.sleep_until(until, "call").await;
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let exchange = self.simulator.exchange(self.clock.now(), &request);
        take_webhooks(&self.simulator);
        let timeout = SignedDuration::try_from(timeout).unwrap_or(SignedDuration::MAX);
        if exchange.latency >= timeout {
            self.pass(timeout).await;
            return Err(TransportError::NoAnswer(format!("no answer within {} s", timeout.as_secs())));
        }
        self.pass(exchange.latency).await;
        match exchange.reply {
            Reply::Answer(response) => Ok(response),
            // The client cannot tell these apart, and must not have to.
            Reply::DroppedBefore | Reply::DroppedAfter | Reply::DroppedThenLate { .. } => {
                Err(TransportError::NoAnswer("the connection was closed before an answer came".to_owned()))
            }
        }
    }
}
