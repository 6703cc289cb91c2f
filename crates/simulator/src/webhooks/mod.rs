//! Webhooks out: what the apps that listen are told (observations: webhooks).
//!
//! ```text
//!   rules, people ── publish ── audience ── outbox ── take_due_delivery ── whoever plays the receiver, or `serve`
//!                      shapes     who, where   when, again                    delivered(outcome) ──┘
//! ```
//!
//! A rule says *what happened* by `publish`; `audience` finds the apps that hear of it and the address of each; `schedule`
//! draws what the network does to it; the `outbox` keeps it until it is delivered or given up. Nothing here opens a socket or
//! reads a clock: sending is the affair of whoever takes the deliveries that are due.
//!
//! While nobody has said that somebody receives ([`crate::Simulator::attach_receivers`]), nothing is made and nothing is kept.

mod audience;
mod envelope;
mod field;
pub(crate) mod handshake;
pub(crate) mod occasions;
mod outbox;
mod receivers;
mod schedule;
pub mod shapes;

use jiff::Timestamp;
use serde_json::Value;

pub(crate) use self::envelope::OBJECT;
pub use self::{
    field::Field,
    handshake::{Handshake, HandshakeAnswer},
    outbox::{Attempt, DeliveryEntry, DeliveryState, Outbox, Outcome},
    receivers::{Delivery, NotRedelivered, Receivers},
};
use crate::{
    ids::Id,
    rules::{Fidelity, Rule},
    state::State,
};

pub(crate) const RULE: Rule = Rule {
    name: "webhooks",
    says: "Apps are told what happened: field by field, at number, WABA or app callback, signed; late, twice, out of order, again and never, as the knobs say",
    source: "observations: subscriptions.override_order, webhooks.envelope, webhooks.signature, webhooks.retry, webhooks.order, webhooks.partner_entry_id",
    fidelity: Fidelity::Approximated {
        how: "delays are even from nothing to the longest, a failed delivery is tried by one fixed table of waits, and an app that lost access to a WABA hears nothing of it",
        because: "Meta publishes neither times nor the table",
    },
};

/// Something that happened and that apps may want to hear.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    /// The WABA whose subscribers hear of it.
    pub(crate) waba: Id,
    /// `entry.id`, where it is not the WABA.
    pub(crate) entry: Option<Id>,
    /// The field it belongs to.
    pub(crate) field: Field,
    /// The phone number id whose callback override counts; looked at for [`Field::Messages`] only.
    pub(crate) phone: Option<Id>,
    /// `value` of the change.
    pub(crate) value: Value,
}

/// Tells every app that is subscribed to the WABA and wants the field.
#[allow(clippy::needless_pass_by_value, reason = "an update is made for one call")]
pub(crate) fn publish(state: &mut State, at: Timestamp, update: Update) {
    if state.receivers == Receivers::Nobody {
        return;
    }
    for listener in audience::of_waba(&state.world, &update) {
        outbox::post(state, at, listener, &update);
    }
}

/// Tells one app, whether it is subscribed to the WABA or not: events about a partner go to that partner
/// (observations: webhooks.partner_entry_id).
#[allow(clippy::needless_pass_by_value, reason = "an update is made for one call")]
pub(crate) fn tell(state: &mut State, at: Timestamp, app: Id, update: Update) {
    if state.receivers == Receivers::Nobody {
        return;
    }
    if let Some(listener) = audience::app(&state.world, app, update.field) {
        outbox::post(state, at, listener, &update);
    }
}
