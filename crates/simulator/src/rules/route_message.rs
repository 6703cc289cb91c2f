//! Where a number's messages go while it moves: who may send through it, where its customers' messages arrive, who hears of
//! the end of a message that outlived its sender's stay (observations: webhooks.status_after_cutover_goes_to,
//! webhooks.inbound_between_8_and_9).

use jiff::Timestamp;

use super::{Fidelity, Rule};
use crate::{
    ids::Id,
    knobs::{InboundInTheGap, LateStatusTo},
    phone::E164,
    state::State,
    world::{Message, NumberStatus, World},
};

pub(super) const RULE: Rule = Rule {
    name: "route_message",
    says: "Until register the source sends and receives, after it the destination; the gap between and late statuses are knobs",
    source: "guide 8, 9; observations: numbers.source_until_register, webhooks.status_after_cutover_goes_to, webhooks.inbound_between_8_and_9",
    fidelity: Fidelity::Simulated,
};

/// A number under one WABA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) waba: Id,
    pub(crate) phone: Id,
}

/// Where a number is registered: the one place that can send through it.
pub(crate) fn registered(world: &World, number: &E164) -> Option<Place> {
    place(world, number, NumberStatus::Connected)
}

fn place(world: &World, number: &E164, status: NumberStatus) -> Option<Place> {
    world.index.of_number(number).find_map(|id| {
        let entry = world.wabas.get(&id)?.number(number).filter(|entry| entry.status == status)?;
        Some(Place { waba: id, phone: entry.id })
    })
}

/// Where a customer's message to a number arrives; nowhere if absent.
pub(crate) fn inbound(state: &State, number: &E164) -> Option<Place> {
    let registered = registered(&state.world, number)?;
    let Some(moved_to) = place(&state.world, number, NumberStatus::Pending) else { return Some(registered) };
    match state.knobs.inbound_between_8_and_9 {
        InboundInTheGap::Source => Some(registered),
        InboundInTheGap::Lost => None,
        InboundInTheGap::Destination => Some(moved_to),
    }
}

/// Whose subscribers hear of what becomes of a message now.
pub(crate) fn status(state: &State, at: Timestamp, message: &Message) -> Place {
    let sender = Place { waba: message.waba, phone: message.phone };
    let Some(number) = message.number.to_e164() else { return sender };
    let Some(cutover) = state.world.messaging.cutovers.get(&number) else { return sender };
    let outlived_its_sender = cutover.source == message.waba && cutover.at <= at;
    match state.knobs.status_after_cutover_goes_to {
        LateStatusTo::Destination if outlived_its_sender => {
            let entry = state.world.wabas.get(&cutover.destination).and_then(|waba| waba.number(&number));
            entry.map_or(sender, |entry| Place { waba: cutover.destination, phone: entry.id })
        }
        LateStatusTo::Destination | LateStatusTo::Source => sender,
    }
}
