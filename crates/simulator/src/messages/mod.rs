//! Messages by hand: what a test or a person has sent through a number, or has a customer write to it.

mod shown;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

pub use self::shown::{ChargeTotal, ShownCharge, ShownMessage};
use crate::{
    http::error::GraphError,
    ids::Id,
    phone::{Digits, E164},
    rules::{
        receive_message::{self, FromCustomer},
        route_message,
        send_message::{self, Body, Course, Outgoing},
    },
    simulator::Simulator,
    state::{Cause, State},
    world::{NumberStatus, World, wamid},
};

/// A message that is to be sent through a business number now, as `POST /_sim/messages` takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SendMessage {
    /// The phone number id to send through: this, or `number`.
    pub phone_number_id: Option<Id>,
    /// The number to send from, through whichever WABA it is registered on.
    pub number: Option<E164>,
    /// The customer's number.
    pub to: String,
    /// The template to send: this, or `text`.
    pub template: Option<TemplateName>,
    /// Any text, without a template.
    pub text: Option<String>,
    /// Seconds until it is delivered; `null` for never; the usual time of this world if absent.
    #[serde(deserialize_with = "null_means_never")]
    pub delivered_after_s: DeliveredAfter,
    /// Seconds from delivery until it is read; never, if only the delivery is given.
    pub read_after_s: Option<u32>,
    /// Seconds until it fails with 131026, instead of being delivered.
    pub failed_after_s: Option<u32>,
    /// `biz_opaque_callback_data`.
    pub callback_data: Option<String>,
}

/// When a message is delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeliveredAfter {
    /// As the customers of this world usually have it.
    #[default]
    Usual,
    /// So many seconds after it was sent.
    Seconds(u32),
    /// Never.
    Never,
}

fn null_means_never<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DeliveredAfter, D::Error> {
    let seconds = Option::<u32>::deserialize(deserializer)?;
    Ok(seconds.map_or(DeliveredAfter::Never, DeliveredAfter::Seconds))
}

/// A template by its name and language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateName {
    /// Its name.
    pub name: String,
    /// Its language, for example `en_US`.
    pub language: String,
}

/// A message of a customer that is to arrive now, as `POST /_sim/messages` takes it: it has a `from`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiveMessage {
    /// The customer's number.
    pub from: String,
    /// The business number it is written to: this, or `phone_number_id`.
    pub number: Option<E164>,
    /// One of the ids of the business number.
    pub phone_number_id: Option<Id>,
    /// What the customer writes.
    #[serde(default)]
    pub text: String,
    /// It comes through an advertisement that opens a chat: once answered, everything is free for 72 hours.
    #[serde(default)]
    pub free_entry_point: bool,
}

/// A message that was sent by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SentMessage {
    /// Its id, as the API writes it.
    pub message_id: String,
    /// The WABA that sent it.
    pub waba_id: Id,
    /// The phone number id it was sent through.
    pub phone_number_id: Id,
}

/// A message that a customer wrote by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceivedMessage {
    /// Its id, as the API writes it.
    pub message_id: String,
    /// The WABA that got it; none if it was lost.
    pub waba_id: Option<Id>,
    /// The phone number id that got it.
    pub phone_number_id: Option<Id>,
}

/// Why a message could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum SendRefused {
    /// It does not say clearly enough what to send.
    #[error("{0}")]
    Unclear(&'static str),
    /// No WABA ever listed such a number.
    #[error("no WABA lists the number {0}")]
    UnknownNumber(String),
    /// Meta's side refuses it, as it would refuse an app.
    #[error("refused with code {code}: {error}")]
    ByMeta {
        /// `error.code`.
        code: i64,
        /// The whole error envelope.
        error: Value,
    },
}

impl SendMessage {
    /// A template message.
    pub fn template(number: E164, to: &str, name: &str, language: &str) -> Self {
        let template = TemplateName { name: name.to_owned(), language: language.to_owned() };
        Self { number: Some(number), to: to.to_owned(), template: Some(template), ..Self::default() }
    }

    /// A message without a template.
    pub fn text(number: E164, to: &str, text: &str) -> Self {
        Self { number: Some(number), to: to.to_owned(), text: Some(text.to_owned()), ..Self::default() }
    }

    /// Delivered so many seconds after it was sent.
    #[must_use]
    pub fn delivered_after_s(self, seconds: u32) -> Self {
        Self { delivered_after_s: DeliveredAfter::Seconds(seconds), ..self }
    }

    /// Never delivered.
    #[must_use]
    pub fn never_delivered(self) -> Self {
        Self { delivered_after_s: DeliveredAfter::Never, ..self }
    }

    fn course(&self) -> Course {
        let seconds = |seconds: u32| SignedDuration::from_secs(seconds.into());
        let read_after = self.read_after_s.map(seconds);
        match (self.failed_after_s, self.delivered_after_s) {
            (Some(after), _) => Course::Fails(seconds(after)),
            (None, DeliveredAfter::Usual) => Course::Usual,
            (None, DeliveredAfter::Seconds(after)) => {
                Course::Planned { delivered_after: Some(seconds(after)), read_after }
            }
            (None, DeliveredAfter::Never) => Course::Planned { delivered_after: None, read_after },
        }
    }

    fn body(&self) -> Result<Body, SendRefused> {
        match (&self.template, &self.text) {
            (Some(TemplateName { name, language }), None) => {
                Ok(Body::Template { name: name.clone(), language: language.clone(), body_parameters: None })
            }
            (None, Some(_)) => Ok(Body::FreeForm("text".to_owned())),
            (Some(_), Some(_)) | (None, None) => Err(SendRefused::Unclear("give either `template` or `text`")),
        }
    }
}

impl Simulator {
    /// Sends a message through a number now. It is refused exactly as an app's would be, but for the limits of pace.
    ///
    /// # Errors
    /// When it is unclear what to send, nobody knows the number, or Meta's side refuses.
    pub fn send_message(&self, message: &SendMessage) -> Result<SentMessage, SendRefused> {
        let state = &mut self.change().state;
        let to = Digits::read(&message.to).ok_or(SendRefused::Unclear("`to` is a phone number"))?;
        let body = message.body()?;
        let (waba, number) = sender(&state.world, message.phone_number_id, message.number.as_ref())?;
        let (callback_data, course) = (message.callback_data.clone(), message.course());
        let outgoing = Outgoing { waba, number: number.clone(), to, body, callback_data, course, is_traffic: false };
        let cause = Cause::person(state.now);
        let id = send_message::send(state, cause, outgoing).map_err(|error| by_meta(state, &error))?;
        let phone = state.world.wabas.get(&waba).and_then(|waba| waba.number(&number)).map(|entry| entry.id);
        let phone = phone.ok_or(SendRefused::Unclear("the number has just gone"))?;
        Ok(SentMessage { message_id: wamid(id, to, false), waba_id: waba, phone_number_id: phone })
    }

    /// Has a customer write to a business number now.
    ///
    /// # Errors
    /// When a number is none, or nobody knows it.
    pub fn receive_message(&self, message: &ReceiveMessage) -> Result<ReceivedMessage, SendRefused> {
        let state = &mut self.change().state;
        let from = Digits::read(&message.from).ok_or(SendRefused::Unclear("`from` is a phone number"))?;
        let (_, number) = sender(&state.world, message.phone_number_id, message.number.as_ref())?;
        let (text, is_free_entry) = (message.text.clone(), message.free_entry_point);
        let from_customer = FromCustomer { from, text, is_free_entry, is_traffic: false };
        let (id, place) = receive_message::receive(state, Cause::person(state.now), &number, from_customer);
        Ok(ReceivedMessage {
            message_id: wamid(id, from, true),
            waba_id: place.map(|place| place.waba),
            phone_number_id: place.map(|place| place.phone),
        })
    }
}

/// WABA and number to send through: the registered place of a number, else any that lists it and will refuse.
fn sender(world: &World, phone: Option<Id>, number: Option<&E164>) -> Result<(Id, E164), SendRefused> {
    match (phone, number) {
        (Some(phone), None) => world
            .entry_of_phone_id(phone, NumberStatus::Connected)
            .map(|(waba, entry)| (waba, entry.number.clone()))
            .ok_or_else(|| SendRefused::UnknownNumber(phone.to_string())),
        (None, Some(number)) => {
            let registered = route_message::registered(world, number).map(|place| place.waba);
            let waba = registered.or_else(|| world.index.of_number(number).next());
            waba.map(|waba| (waba, number.clone())).ok_or_else(|| SendRefused::UnknownNumber(number.to_string()))
        }
        (Some(_), Some(_)) | (None, None) => Err(SendRefused::Unclear("give either `phone_number_id` or `number`")),
    }
}

fn by_meta(state: &State, error: &GraphError) -> SendRefused {
    let (_, code, _) = error.codes(&state.knobs);
    SendRefused::ByMeta { code, error: error.envelope(&state.knobs, "by hand") }
}
