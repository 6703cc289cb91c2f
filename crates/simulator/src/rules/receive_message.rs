//! A customer writes to a business number: it opens the customer service window, and arrives where the number is
//! (observations: billing.windows, webhooks.inbound).

use super::{Fidelity, Rule, route_message};
use crate::{
    ids::Id,
    ledger::Change,
    phone::{Digits, E164},
    state::{Cause, State},
    webhooks::{
        self, Field, Update,
        shapes::messages::{self, Contact, Inbound, Sender},
    },
    world::wamid,
};

pub(super) const RULE: Rule = Rule {
    name: "receive_message",
    says: "A customer's message opens a window of 24 hours, and one of 72 hours once it is answered if it came through an advertisement",
    source: "observations: billing.windows, webhooks.inbound",
    fidelity: Fidelity::Approximated {
        how: "customers write texts only, and every one is called by its number",
        because: "what they write changes nothing about a migration",
    },
};

/// A message from a customer.
pub(crate) struct FromCustomer {
    /// Who writes.
    pub(crate) from: Digits,
    /// What.
    pub(crate) text: String,
    /// It came through an advertisement or a button that opens a chat.
    pub(crate) is_free_entry: bool,
    /// Part of the steady traffic of a scenario.
    pub(crate) is_traffic: bool,
}

/// Lets a message of a customer arrive. Gives its id, and the WABA and phone number id that got it, if one did.
pub(crate) fn receive(
    state: &mut State,
    cause: Cause,
    number: &E164,
    message: FromCustomer,
) -> (Id, Option<route_message::Place>) {
    let FromCustomer { from, text, is_free_entry, is_traffic } = message;
    let place = route_message::inbound(state, number);
    let id = free_id(state, cause, number, from);
    if !is_traffic {
        enter(state, cause, number, id, from, place);
    }
    let Some(place) = place else { return (id, None) };
    let digits = Digits::from(number);
    let mut conversation = state.world.messaging.conversation(digits, from);
    conversation.customer_wrote_at = Some(cause.at);
    conversation.arrived_at = Some(place.waba);
    conversation.free_entry_offered |= is_free_entry;
    state.world.messaging.set_conversation(cause.at, digits, from, conversation);
    let inbound = Inbound { id, from, at: cause.at, text, is_free_entry };
    let value = messages::inbound(
        Sender { number: digits, phone: place.phone },
        &inbound,
        &Contact::of(state, place.waba, from),
    );
    let update = Update { waba: place.waba, entry: None, field: Field::Messages, phone: Some(place.phone), value };
    webhooks::publish(state, cause.at, update);
    (id, Some(place))
}

fn free_id(state: &mut State, cause: Cause, number: &E164, from: Digits) -> Id {
    let (from, instant) = (from.to_string(), cause.at.as_nanosecond().to_string());
    let mut nth = 0_u32;
    loop {
        let id = state.seed.id(&["inbound message", number.as_str(), &from, &instant, &nth.to_string()]);
        if state.world.messaging.take_id(cause.at, id) {
            return id;
        }
        nth += 1;
    }
}

fn enter(state: &mut State, cause: Cause, number: &E164, id: Id, from: Digits, place: Option<route_message::Place>) {
    let source = match place {
        Some(place) => Some(place.waba),
        None => route_message::registered(&state.world, number).map(|place| place.waba),
    };
    let Some(source) = source else { return };
    let kind = if place.is_some() { "message.received" } else { "message.lost" };
    let mut change = Change::new(kind, state.world.source_of(source))
        .number(number)
        .with("from", from.to_string())
        .with("message", wamid(id, from, true));
    if let Some(place) = place {
        change = change.with("waba", place.waba).with("phone_number_id", place.phone);
    }
    state.enter(cause, change);
}
