//! What becomes of a message that was sent: delivered, read, failed, each at its instant, told to whoever listens, and
//! charged when it is delivered (guide B1 to B3; observations: webhooks.statuses).

use jiff::Timestamp;

use super::{Fidelity, Rule, charge, route_message, templates};
use crate::{
    agenda::Event,
    ids::Id,
    knobs::Presence,
    ledger::Change,
    state::{Cause, State},
    webhooks::{
        self, Field, Update,
        shapes::messages::{self, Contact, Sender},
    },
    world::{Content, Fate, Message, MessageStatus},
};

pub(super) const RULE: Rule = Rule {
    name: "deliver_message",
    says: "A message is delivered, then read, or fails, or is never heard of again; its statuses carry `pricing`",
    source: "guide B1 to B3; observations: webhooks.statuses, billing.pricing_object",
    fidelity: Fidelity::Approximated {
        how: "customers' devices take a fixed time, given by the scenario; `played` and a `read` without a `delivered` before it do not occur; messages have no time to live",
        because: "how people's devices behave is no property of Meta's side",
    },
};

/// So many messages are entered in the ledger; later ones only in the volumes, which hold them all.
const IN_LEDGER: u64 = 20_000;

/// Whether what becomes of a message is entered in the ledger.
pub(crate) fn is_in_ledger(message: &Message) -> bool {
    !message.is_traffic && message.place <= IN_LEDGER
}

/// The entry of something that became of a message.
pub(crate) fn change(state: &State, kind: &'static str, message: &Message) -> Change {
    let mut change = Change::new(kind, state.world.source_of(message.waba))
        .with("waba", message.waba)
        .with("phone_number_id", message.phone)
        .with("message", message.wamid())
        .with("to", message.to.to_string());
    if let Some(number) = message.number.to_e164() {
        change = change.number(&number);
    }
    if let Content::Template { label, .. } = &message.content {
        change = change.template(label.clone());
    }
    change
}

/// Tells the subscribers how far a message has come.
pub(crate) fn tell(state: &mut State, at: Timestamp, message: &Message) {
    if state.receivers == webhooks::Receivers::Nobody {
        return;
    }
    let place = route_message::status(state, at, message);
    let sender = Sender { number: message.number, phone: place.phone };
    let conversation = state.world.messaging.conversation(message.number, message.to);
    let recipient = match state.knobs.status_contacts {
        Presence::Absent => None,
        Presence::Present => Some(Contact::of(state, place.waba, message.to)),
    };
    let value = messages::status(sender, message, at, &conversation, recipient.as_ref());
    let update = Update { waba: place.waba, entry: None, field: Field::Messages, phone: Some(place.phone), value };
    webhooks::publish(state, at, update);
}

/// Keeps a message, and plans its next step if it has one.
pub(crate) fn go_on(state: &mut State, message: Message) {
    if let Some(at) = message.next_step_at() {
        state.world.agenda.plan(at, Event::MessageGoesOn { message: message.id });
    }
    state.world.messaging.keep(message);
}

/// A message takes its next step.
pub(crate) fn step(state: &mut State, at: Timestamp, id: Id) {
    let Some(mut message) = state.world.messaging.on_the_way.remove(&id) else { return };
    let kind = match (message.status, message.fate) {
        (MessageStatus::Sent, Fate::Delivered { .. }) => {
            message.status = MessageStatus::Delivered;
            message.charge = charge::charge(&state.world, at, &message);
            "message.delivered"
        }
        (MessageStatus::Sent, Fate::Failed { .. }) => {
            message.status = MessageStatus::Failed;
            "message.failed"
        }
        (MessageStatus::Delivered, Fate::Delivered { .. }) => {
            message.status = MessageStatus::Read;
            "message.read"
        }
        (MessageStatus::Sent | MessageStatus::Delivered, Fate::NeverDelivered)
        | (MessageStatus::Delivered, Fate::Failed { .. })
        | (MessageStatus::Read | MessageStatus::Failed, _) => return,
    };
    if is_in_ledger(&message) {
        let change = change(state, kind, &message);
        state.enter(Cause::time(at), change);
    }
    if message.status == MessageStatus::Delivered {
        count(state, at, &message);
    }
    tell(state, at, &message);
    go_on(state, message);
}

/// What a delivery leaves behind: a volume, the template's traffic, and a charge.
fn count(state: &mut State, at: Timestamp, message: &Message) {
    state.world.messaging.count_delivered(at, message);
    if let Content::Template { id, .. } = message.content {
        templates::rate::rate(state, Cause::time(at), id);
    }
    let Some(charge) = message.charge.filter(|_| is_in_ledger(message)) else { return };
    let currency = state.world.wabas.get(&message.waba).map(|waba| waba.currency.clone()).unwrap_or_default();
    let change = change(state, "message.charged", message)
        .with("payer", charge.payer.as_str())
        .with("sentence", charge.sentence.as_str())
        .with("amount", charge.amount.to_string())
        .with("currency", currency);
    state.enter(Cause::time(at), change);
}
