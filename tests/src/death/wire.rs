//! The wire of a process that may die, to a simulator that outlives it.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::SignedDuration;
use unmoor_engine::clock::Clock as _;
use unmoor_graph_api::{Transport, TransportError};
use unmoor_simulator::{Reply, Simulator};

use super::{Death, Moment};

pub(super) struct Mortal {
    pub(super) simulator: Simulator,
    pub(super) death: Death,
}

#[async_trait]
impl Transport for Mortal {
    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let (death, effect) = (&self.death, self.death.served());
        death.only_alive().await;
        let clock = death.clock();
        let exchange = self.simulator.exchange(clock.now(), &request);
        death.pass(effect, Moment::Sent).await;
        assert!(exchange.latency < SignedDuration::try_from(timeout).unwrap(), "no answer takes so long here");
        clock.sleep_until(clock.now() + exchange.latency, "call").await;
        death.pass(effect, Moment::Answered).await;
        match exchange.reply {
            Reply::Answer(response) => Ok(response),
            Reply::DroppedBefore | Reply::DroppedAfter | Reply::DroppedThenLate { .. } => {
                Err(TransportError::NoAnswer("the connection was closed before an answer came".to_owned()))
            }
        }
    }
}
