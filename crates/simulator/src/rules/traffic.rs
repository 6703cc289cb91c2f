//! The steady traffic that a scenario may give to every connected number: template messages to its customers, and customers
//! who write and are answered. Nothing of Meta's; it goes through the same rules as any message.

use jiff::{SignedDuration, Timestamp};

use super::{
    receive_message::{self, FromCustomer},
    route_message,
    send_message::{self, Body, Course, Outgoing},
};
use crate::{
    agenda::Event,
    ids::{Id, Seed},
    load,
    phone::{Digits, E164},
    state::{Cause, State, later},
    world::{TemplateStatus, Traffic, Waba, World},
};

const HOUR_MS: u64 = 3_600_000;

/// Plans the first message of each kind for a number, somewhere in its first interval.
pub(crate) fn start(world: &mut World, seed: Seed, at: Timestamp, number: &E164) {
    let Some(traffic) = world.messaging.traffic else { return };
    let mut draw = seed.draw(&["traffic", number.as_str()]);
    let Traffic { sent_per_hour, received_per_hour, customers_per_number: _ } = traffic;
    let events = [
        (sent_per_hour, Event::TrafficIsSent { number: number.clone() }),
        (received_per_hour, Event::TrafficIsReceived { number: number.clone() }),
    ];
    for (per_hour, event) in events {
        if let Some(interval_ms) = HOUR_MS.checked_div(per_hour.into()) {
            world.agenda.plan(later(at, milliseconds(draw.between(1, interval_ms.max(1)))), event);
        }
    }
}

/// The number sends an approved template to one of its customers, and plans the next message. Where it may not send just now,
/// because nobody pays or nothing is approved, this one falls out.
pub(crate) fn send(state: &mut State, at: Timestamp, number: &E164) {
    let Some(traffic) = state.world.messaging.traffic else { return };
    plan_next(state, at, traffic.sent_per_hour, Event::TrafficIsSent { number: number.clone() });
    let Some(place) = route_message::registered(&state.world, number) else { return };
    let instant = at.as_nanosecond().to_string();
    let mut draw = state.seed.draw(&["traffic", "sent", number.as_str(), &instant]);
    let customer = customer(state.seed, number, draw.between(1, traffic.customers_per_number.max(1).into()));
    let template =
        state.world.wabas.get(&place.waba).and_then(|waba| pick_template(waba, draw.between(0, u32::MAX.into())));
    let (Some(to), Some(body)) = (customer, template) else { return };
    send_to(state, at, place.waba, number, to, body);
}

/// One of the number's customers writes and is answered, and the next one is planned.
pub(crate) fn receive(state: &mut State, at: Timestamp, number: &E164) {
    let Some(traffic) = state.world.messaging.traffic else { return };
    plan_next(state, at, traffic.received_per_hour, Event::TrafficIsReceived { number: number.clone() });
    let instant = at.as_nanosecond().to_string();
    let mut draw = state.seed.draw(&["traffic", "received", number.as_str(), &instant]);
    let customer = customer(state.seed, number, draw.between(1, traffic.customers_per_number.max(1).into()));
    let Some(from) = customer else { return };
    let message = FromCustomer { from, text: "Hello".to_owned(), is_free_entry: false, is_traffic: true };
    let (_, place) = receive_message::receive(state, Cause::time(at), number, message);
    if let Some(place) = place {
        send_to(state, at, place.waba, number, from, Body::FreeForm("text".to_owned()));
    }
}

fn send_to(state: &mut State, at: Timestamp, waba: Id, number: &E164, to: Digits, body: Body) {
    let number = number.clone();
    let outgoing = Outgoing { waba, number, to, body, callback_data: None, course: Course::Usual, is_traffic: true };
    // A refusal is no fault of anybody: traffic goes on where it can.
    let _ = send_message::send(state, Cause::time(at), outgoing);
}

fn plan_next(state: &mut State, at: Timestamp, per_hour: u32, event: Event) {
    if let Some(interval_ms) = HOUR_MS.checked_div(per_hour.into()) {
        state.plan_after(at, milliseconds(interval_ms.max(1)), event);
    }
}

fn milliseconds(milliseconds: u64) -> SignedDuration {
    SignedDuration::from_millis(i64::try_from(milliseconds).unwrap_or(i64::MAX))
}

/// The customer of a number with a place among them, from the same country.
fn customer(seed: Seed, number: &E164, place: u64) -> Option<Digits> {
    let customer = load::invented_number(seed, &["customer", number.as_str(), &place.to_string()], number)?;
    Some(Digits::from(&customer))
}

/// An approved template, found from a drawn place on.
fn pick_template(waba: &Waba, place: u64) -> Option<Body> {
    let count = waba.templates.len();
    let first = usize::try_from(place).unwrap_or(0).checked_rem(count)?;
    let mut round = waba.templates.iter().cycle().skip(first).take(count);
    let template = round.find(|template| template.status == TemplateStatus::Approved)?;
    let (name, language) = (template.name.clone(), template.language.clone());
    Some(Body::Template { name, language, body_parameters: None })
}
