//! The wire of a process that may die, to a simulator that outlives it.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::SignedDuration;
use unmoor_engine::clock::Clock as _;
use unmoor_graph_api::{Transport, TransportError};
use unmoor_migration::EffectKind;
use unmoor_simulator::{Reply, Simulator};

use super::{Death, Moment};

pub(super) struct Mortal {
    pub(super) simulator: Simulator,
    pub(super) death: Death,
}

impl Mortal {
    /// The effect that a call serves: the one that was journaled first, or a reading of one migration, whose accounts the simulator
    /// knows.
    fn effect_of(&self, request: &http::Request<Bytes>) -> Option<EffectKind> {
        if let Some(open) = self.death.open() {
            return Some(open);
        }
        let credentials = self.simulator.credentials();
        let customer = credentials.customers.first()?;
        let parts: Vec<&str> = request.uri().path().trim_start_matches('/').split('/').skip(1).collect();
        let is_source = parts.first().is_some_and(|id| *id == customer.waba_id.to_string());
        let intents = self.simulator.world().intents;
        let is_intent = |id: &str| intents.keys().any(|intent| intent.to_string() == id);
        let of_side = |source, destination| Some(if is_source { source } else { destination });
        match parts.as_slice() {
            ["debug_token"] if intents.is_empty() => Some(EffectKind::CheckSourceToken),
            ["debug_token"] => Some(EffectKind::CheckDestinationToken),
            [_, "phone_numbers"] => of_side(EffectKind::ReadSourceNumbers, EffectKind::ReadDestinationNumbers),
            [_, "message_templates"] => of_side(EffectKind::ReadSourceTemplates, EffectKind::ReadDestinationTemplates),
            [_, "subscribed_apps"] => Some(EffectKind::ReadSubscriptions),
            [id] if is_intent(id) => Some(EffectKind::ReadIntent),
            [_] => of_side(EffectKind::ReadSource, EffectKind::ReadDestination),
            _ => None,
        }
    }
}

#[async_trait]
impl Transport for Mortal {
    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let (death, effect) = (&self.death, self.effect_of(&request));
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
