//! A client that polls at a fixed interval: the calls that the engine makes for a customer, in their order, with each open
//! intent read every minute, no throttle, and whatever is refused tried again after the same minute.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use jiff::SignedDuration;
use unmoor_cli::rehearsal::{InProcess, Rehearsal};
use unmoor_engine::NobodyWatches;
use unmoor_engine::clock::Clock;
use unmoor_engine::hooks::Hooks;
use unmoor_graph_api::Transport;
use unmoor_simulator::Simulator;

use super::recording::Recorded;
use super::{Measured, fleet, ours};

/// Between two reads of an intent, and between a refusal and the next try.
const INTERVAL: SignedDuration = SignedDuration::from_mins(1);

/// The requests for each customer, up to the first look at the templates of the new account.
pub(super) type Sequences = BTreeMap<String, Vec<http::Request<Bytes>>>;

/// Sorts requests by customer, told by the ids and tokens of `simulator` in them. Of equal reads of an intent one is
/// kept: how often it is read is each client's own affair.
pub(super) fn sequences(simulator: &Simulator, recorded: &Recorded) -> Sequences {
    let (owners, world) = (owners(simulator), simulator.world());
    let intents: Vec<String> = world.intents.keys().map(ToString::to_string).collect();
    let mut found = Sequences::new();
    for request in recorded.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        let text = format!("{} {:?} {}", request.uri(), request.headers(), String::from_utf8_lossy(request.body()));
        let Some((_, customer)) = owners.iter().find(|(mark, _)| text.contains(mark.as_str())) else { continue };
        let sequence = found.entry(customer.clone()).or_default();
        let is_repeated = is_intent(&intents, request) && sequence.iter().any(|known| known.uri() == request.uri());
        if !is_repeated {
            sequence.push(request.clone());
        }
    }
    for sequence in found.values_mut() {
        let is_of = |request: &http::Request<Bytes>, end: &str| request.uri().path().ends_with(end);
        let register = sequence.iter().position(|request| is_of(request, "/register")).unwrap_or(usize::MAX);
        let after = sequence.iter().skip(register);
        let look = after.take_while(|request| !is_of(request, "/message_templates")).count();
        sequence.truncate(register.saturating_add(look).saturating_add(1));
    }
    found
}

/// What marks a request as a customer's, and whose.
fn owners(simulator: &Simulator) -> Vec<(String, String)> {
    let mut owners = Vec::new();
    let world = simulator.world();
    for customer in simulator.credentials().customers {
        let intents = world.intents.values().filter(|intent| intent.waba == customer.waba_id);
        let mut marks = vec![customer.waba_id.to_string(), customer.portfolio_id.to_string()];
        marks.extend(customer.business_token.iter().map(|token| token.expose().to_owned()));
        for intent in intents {
            marks.extend([intent.id.to_string(), intent.destination.to_string()]);
            let numbers = world.wabas.get(&intent.destination).into_iter().flat_map(|waba| &waba.numbers);
            marks.extend(numbers.map(|number| number.id.to_string()));
            let tokens = world.tokens.iter().filter(|(_, token)| token.wabas.contains_key(&intent.destination));
            marks.extend(tokens.map(|(token, _)| token.expose().to_owned()));
        }
        let provider = [world.provider.system_token.expose().to_owned()];
        owners.extend(
            marks.into_iter().filter(|mark| !provider.contains(mark)).map(|mark| (mark, customer.customer.clone())),
        );
    }
    owners
}

fn is_intent(intents: &[String], request: &http::Request<Bytes>) -> bool {
    let node = request.uri().path().rsplit('/').next().unwrap_or_default();
    request.method() == http::Method::GET && intents.iter().any(|intent| intent == node)
}

/// Lets such a client migrate the fleet.
pub(super) async fn run(customers: u64, limit: Option<u32>, sequences: Sequences) -> Result<Measured> {
    let rehearsal =
        Rehearsal::imported(fleet::plan(customers, limit)?, Arc::new(NobodyWatches), Hooks::default()).await?;
    let clock: Arc<dyn Clock> = Arc::new(rehearsal.clock.clone());
    for (customer, sequence) in sequences {
        let wire = InProcess::new(rehearsal.simulator.clone(), Arc::clone(&clock));
        let (clock, order) = (Arc::clone(&clock), customer.clone());
        let work = async move {
            for request in sequence {
                while !is_through(&wire, &request).await {
                    clock.sleep_until(clock.now() + INTERVAL, &order).await;
                }
            }
        };
        drop(rehearsal.clock.spawn(&customer, Box::pin(work)));
    }
    rehearsal.clock.run_until(rehearsal.start + ours::HORIZON).await?;
    Ok(Measured::of(&rehearsal.simulator, rehearsal.start))
}

/// Whether the request was answered, and an intent as one that is accepted.
async fn is_through(wire: &InProcess, request: &http::Request<Bytes>) -> bool {
    let Ok(response) = wire.exchange(request.clone(), Duration::from_secs(30)).await else { return false };
    let body = String::from_utf8_lossy(response.body());
    response.status().is_success() && !body.contains("INITIATED")
}
