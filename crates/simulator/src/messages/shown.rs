//! What became of messages, and who pays for them, as people and tests see it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    ids::Id,
    phone::Digits,
    simulator::Simulator,
    world::{Amount, Charge, Content, Fate, Message, MessageStatus, Payer, Pricing, SendError, Sentence, World},
};

/// A message as people and tests see it: what has happened so far, never what is still to come.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShownMessage {
    /// Its place among all messages, from 1.
    pub place: u64,
    /// Its id, as the API writes it.
    pub message_id: String,
    /// The WABA that sent it.
    pub waba_id: Id,
    /// The phone number id it was sent through.
    pub phone_number_id: Id,
    /// The business number.
    pub number: String,
    /// The customer.
    pub to: String,
    /// `name/language`; none if it is no template.
    pub template: Option<String>,
    /// How far it has come.
    pub status: MessageStatus,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it was delivered.
    pub delivered_at: Option<Timestamp>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// When it failed.
    pub failed_at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<SendError>,
    /// Its price.
    pub pricing: Pricing,
    /// Who pays for it; nobody if absent.
    pub charge: Option<ShownCharge>,
}

/// What somebody owes for one message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShownCharge {
    /// Who pays.
    pub payer: Payer,
    /// The sentence that says so: B1, B2 or B3.
    pub sentence: Sentence,
    /// How much, in units of `currency`.
    pub amount: f64,
    /// In which currency.
    pub currency: String,
}

/// What one party owes for delivered messages of one number and kind, by one sentence of the guide.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChargeTotal {
    /// Who pays; nobody if absent: such messages are free.
    pub payer: Option<Payer>,
    /// The payer's business portfolio.
    pub portfolio_id: Option<Id>,
    /// The sentence that says so: B1, B2 or B3.
    pub sentence: Option<Sentence>,
    /// The WABA that sent them.
    pub waba_id: Id,
    /// The number they were sent from.
    pub number: String,
    /// Their price.
    pub pricing: Pricing,
    /// How many were delivered.
    pub messages: u64,
    /// What they cost together, in units of `currency`.
    pub amount: f64,
    /// In which currency.
    pub currency: String,
}

impl Simulator {
    /// The messages behind place `after`, in their order: all that are on their way, and the latest thousand that are not.
    pub fn messages(&self, after: u64) -> Vec<ShownMessage> {
        let state = &self.lock().state;
        let messaging = &state.world.messaging;
        let both = messaging.on_the_way.values().chain(&messaging.at_rest).filter(|message| message.place > after);
        let mut shown: Vec<ShownMessage> = both.map(|message| show(&state.world, message)).collect();
        shown.sort_by_key(|message| message.place);
        shown
    }

    /// What delivered messages cost whom, all of them, by payer, sentence, WABA, number and price; of one WABA if it is given.
    pub fn charges(&self, waba: Option<Id>) -> Vec<ChargeTotal> {
        totals(&self.lock().state.world, waba)
    }
}

fn show(world: &World, message: &Message) -> ShownMessage {
    let read_at = match (message.status, message.fate) {
        (MessageStatus::Read, Fate::Delivered { read_at, .. }) => read_at,
        _ => None,
    };
    let failed = match (message.status, message.fate) {
        (MessageStatus::Failed, Fate::Failed { at, error }) => Some((at, error)),
        _ => None,
    };
    ShownMessage {
        place: message.place,
        message_id: message.wamid(),
        waba_id: message.waba,
        phone_number_id: message.phone,
        number: format!("+{}", message.number),
        to: format!("+{}", message.to),
        template: match &message.content {
            Content::Template { label, .. } => Some(label.clone()),
            Content::FreeForm(_) => None,
        },
        status: message.status,
        sent_at: message.sent_at,
        delivered_at: message.delivered_at(),
        read_at,
        failed_at: failed.map(|(at, _)| at),
        error: failed.map(|(_, error)| error),
        pricing: message.pricing,
        charge: message.charge.map(|Charge { payer, sentence, amount }| ShownCharge {
            payer,
            sentence,
            amount: amount.in_units(),
            currency: currency_of(world, message.waba),
        }),
    }
}

fn currency_of(world: &World, waba: Id) -> String {
    world.wabas.get(&waba).map(|waba| waba.currency.clone()).unwrap_or_default()
}

/// What messages are added up by.
type TotalKey = (Option<(Payer, Sentence)>, Id, Digits, Pricing);

fn totals(world: &World, only: Option<Id>) -> Vec<ChargeTotal> {
    let mut totals = BTreeMap::<TotalKey, (u64, Amount)>::new();
    for (key, volume) in &world.messaging.volumes {
        if only.is_none_or(|waba| waba == key.waba) {
            let (messages, amount) = totals.entry((key.payer, key.waba, key.number, key.pricing)).or_default();
            *messages += u64::from(volume.messages);
            *amount = amount.plus(volume.amount);
        }
    }
    let total = |((payer, waba, number, pricing), (messages, amount)): (TotalKey, (u64, Amount))| ChargeTotal {
        payer: payer.map(|(payer, _)| payer),
        portfolio_id: payer.and_then(|(payer, _)| portfolio(world, payer, waba)),
        sentence: payer.map(|(_, sentence)| sentence),
        waba_id: waba,
        number: format!("+{number}"),
        pricing,
        messages,
        amount: amount.in_units(),
        currency: currency_of(world, waba),
    };
    totals.into_iter().map(total).collect()
}

/// The portfolio that pays: that of the Solution Partner of the WABA's solution, or the owner of the WABA.
fn portfolio(world: &World, payer: Payer, waba: Id) -> Option<Id> {
    let waba = world.wabas.get(&waba)?;
    match payer {
        Payer::Customer => Some(waba.owner),
        Payer::SolutionPartner => Some(world.solutions.get(&waba.solution?)?.partner_portfolio),
    }
}
