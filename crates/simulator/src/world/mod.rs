//! The entities: what exists on the vendor's side, and how it hangs together. Data and look-ups only; what may change how
//! is in `rules/` and `people.rs`.

mod account;
mod charge;
mod components;
mod flow;
mod holdings;
mod index;
mod intent;
mod message;
mod messaging;
mod number;
mod number_settings;
mod pairs;
pub(crate) mod sharing;
mod template;
mod token;
mod upload;
mod waba;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use self::account::usual_tier;
pub(crate) use self::holdings::{Holdings, Place};
use self::index::Index;
pub(crate) use self::messaging::{day_of, half_hour_of};
pub(crate) use self::template::label as template_label;
pub use self::{
    account::{Admin, App, Portfolio, Solution},
    charge::{Amount, Charge, Payer, Pricing, PricingCategory, PricingType, Sentence},
    components::Components,
    flow::Flow,
    intent::{Intent, IntentStatus},
    message::{Content, Fate, Message, MessageStatus, SendError, wamid},
    messaging::{Conversation, Cutover, EarlierUse, Messaging, Recipients, TemplateUse, Traffic, Volume, VolumeKey},
    number::{CallbackOverride, CodeVerification, NameStatus, Number, NumberStatus, Platform, Quality, StorageRegion},
    number_settings::{Automation, Command, NumberSettings, Profile},
    template::{
        Category, Deletion, ParameterFormat, RejectedReason, SubCategory, Template, TemplateHistory, TemplateStatus,
    },
    token::{Scope, Secret, Token, TokenKind},
    upload::{FileContent, Upload},
    waba::{Funding, Ownership, Review, Subscription, Task, Waba, WabaSettings},
};
use crate::{agenda::Agenda, ids::Id, people::Script, phone::E164, webhooks::Outbox};

/// The whole state of the vendor's side, as `GET /_sim/world` shows it and `PUT /_sim/world` takes it: with its instant and with
/// what is still to come. Knobs, faults, logs and mails are around it, not in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
// Derived as functions of its own, so that the whole of it is read as one thing below.
#[serde(deny_unknown_fields, remote = "Self")]
pub struct World {
    /// What whoever wrote the file has to say about it: assumptions, and what could not be known. Nothing is done with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The instant at which it is like this: whoever takes the world in goes on from there. Missing, as in a world that was
    /// written by hand, it leaves the clock alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Timestamp>,
    /// The Tech Provider whose app calls us.
    pub provider: Provider,
    /// The customers a file named, in its order: one per source WABA.
    pub customers: Vec<Customer>,
    /// Apps by id: the Tech Provider's and the Solution Partner's.
    pub apps: BTreeMap<Id, App>,
    /// Business portfolios by id.
    pub portfolios: BTreeMap<Id, Portfolio>,
    /// Multi-Partner Solutions by id.
    pub solutions: BTreeMap<Id, Solution>,
    /// WhatsApp Business Accounts by id, source and destination alike.
    pub wabas: BTreeMap<Id, Waba>,
    /// Migration intents by id.
    pub intents: BTreeMap<Id, Intent>,
    /// Access tokens by their value.
    pub tokens: BTreeMap<Secret, Token>,
    /// What each customer's person does, by source WABA.
    pub people: BTreeMap<Id, Script>,
    /// Register requests per number, oldest first (guide 9; at most ten in 72 hours).
    #[serde(default)]
    pub register_attempts: BTreeMap<E164, Vec<Timestamp>>,
    /// Until when a number may not be registered because of too many requests (133016).
    #[serde(default)]
    pub register_blocked_until: BTreeMap<E164, Timestamp>,
    /// Messages, and what they leave behind.
    #[serde(default, skip_serializing_if = "Messaging::is_unused")]
    pub messaging: Messaging,
    /// Deregister requests per number, counted like register requests and apart from them.
    #[serde(default)]
    pub deregister_attempts: BTreeMap<E164, Vec<Timestamp>>,
    /// Until when a number may not be deregistered because of too many requests.
    #[serde(default)]
    pub deregister_blocked_until: BTreeMap<E164, Timestamp>,
    /// What is remembered of templates beside the templates themselves.
    #[serde(default)]
    pub template_history: TemplateHistory,
    /// Files handed in by the resumable upload, by session.
    #[serde(default)]
    pub uploads: BTreeMap<String, Upload>,
    /// Flows by WABA, newest first.
    #[serde(default)]
    pub flows: BTreeMap<Id, Vec<Flow>>,
    /// What time alone will bring about.
    #[serde(default)]
    pub agenda: Agenda,
    /// Webhooks: those on their way, and the newest of the settled ones.
    #[serde(default, skip_serializing_if = "Outbox::is_empty")]
    pub outbox: Outbox,
    /// Look-ups, rebuilt on load.
    #[serde(skip)]
    pub(crate) index: Index,
}

/// The Tech Provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its business portfolio.
    pub portfolio: Id,
    /// Its app.
    pub app: Id,
    /// Its system token.
    pub system_token: Secret,
}

/// One row of the customer file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The provider's own reference.
    pub customer: String,
    /// The WABA that is to leave the Multi-Partner Solution.
    pub waba: Id,
    /// The business portfolio of the customer.
    pub portfolio: Id,
}

impl Serialize for World {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for World {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        sharing::sharing(|| Self::deserialize(deserializer))
    }
}

impl World {
    /// Brings the look-ups in line with what they point at.
    pub(crate) fn rebuild_index(&mut self) {
        self.index = self.new_index();
    }

    fn new_index(&self) -> Index {
        let mut index = Index::default();
        for waba in self.wabas.values() {
            for number in &waba.numbers {
                index.add(waba.id, number.id, &number.number);
            }
            index.holdings.add_waba(waba);
            for template in &waba.templates {
                index.add_template(waba.id, template.id);
            }
        }
        for (place, customer) in self.customers.iter().enumerate() {
            index.add_customer(place, customer);
        }
        for intent in self.intents.values() {
            index.add_intent(intent);
        }
        for (value, token) in &self.tokens {
            index.holdings.add_token(value, token);
        }
        index
    }

    /// Whether the look-ups are those that would be made anew.
    pub(crate) fn has_right_index(&self) -> bool {
        self.index.clone().tidied() == self.new_index()
    }

    pub(crate) fn add_intent(&mut self, intent: Intent) {
        self.index.add_intent(&intent);
        self.intents.insert(intent.id, intent);
    }

    /// The customers of a portfolio, one per source WABA, in the order of their file.
    pub(crate) fn customers_of(&self, portfolio: Id) -> impl Iterator<Item = &Customer> {
        self.index.customers_of(portfolio).iter().filter_map(|place| self.customers.get(*place))
    }

    /// The customer whose source WABA this is.
    pub(crate) fn customer_of(&self, source: Id) -> Option<&Customer> {
        self.customers.get(self.index.customer_of(source)?)
    }

    /// Every intent that was ever set on a source WABA.
    pub(crate) fn intents_of(&self, source: Id) -> impl Iterator<Item = &Intent> {
        self.index.intents_of(source).filter_map(|intent| self.intents.get(&intent))
    }

    /// The smallest source WABA of a customer.
    pub(crate) fn first_source_of(&self, portfolio: Id) -> Option<Id> {
        self.customers_of(portfolio).map(|customer| customer.waba).min()
    }

    /// What portfolios have.
    pub(crate) fn holdings(&self) -> &Holdings {
        &self.index.holdings
    }

    /// Puts a new WABA into the world, without numbers.
    pub(crate) fn add_waba(&mut self, waba: Waba) {
        self.index.holdings.add_waba(&waba);
        self.wabas.insert(waba.id, waba);
    }

    /// Takes a WABA out of the lists of these portfolios.
    pub(crate) fn unshare(&mut self, waba: Id, leaving: &BTreeSet<Id>) {
        if let Some(waba) = self.wabas.get(&waba) {
            self.index.holdings.unshare(waba, leaving);
        }
    }

    /// Puts a new token into the world.
    pub(crate) fn add_token(&mut self, value: Secret, token: Token) {
        self.index.holdings.add_token(&value, &token);
        self.tokens.insert(value, token);
    }

    /// Takes a WABA out of the tokens that these apps have of whomever it belongs to.
    pub(crate) fn uncover(&mut self, waba: Id, apps: &BTreeSet<Id>) {
        let Some(Waba { owner, on_behalf_of, .. }) = self.wabas.get(&waba) else { return };
        for portfolio in [Some(*owner), *on_behalf_of].into_iter().flatten() {
            for app in apps {
                for value in self.index.holdings.business_tokens(*app, portfolio) {
                    if let Some(token) = self.tokens.get_mut(value) {
                        token.wabas.remove(&waba);
                    }
                }
            }
        }
    }

    /// The intent that made `destination`, if one did.
    pub(crate) fn intent_of_destination(&self, destination: Id) -> Option<&Intent> {
        let intent = self.wabas.get(&destination)?.made_by_intent?;
        self.intents.get(&intent)
    }

    /// The source WABA a change on `waba` belongs to: its own id unless it is a destination.
    pub(crate) fn source_of(&self, waba: Id) -> Id {
        self.intent_of_destination(waba).map_or(waba, |intent| intent.waba)
    }

    /// The WABA and entry that a phone number id leads to. Where several list it, the one with `preferred` status, else the
    /// newest.
    pub(crate) fn entry_of_phone_id(&self, phone: Id, preferred: NumberStatus) -> Option<(Id, &Number)> {
        let wabas = self.index.of_phone_id(phone).into_iter().flatten().filter_map(|waba| self.wabas.get(waba));
        let entries =
            wabas.flat_map(|waba| waba.numbers.iter().filter(|entry| entry.id == phone).map(|entry| (waba.id, entry)));
        entries.max_by_key(|(_, entry)| (entry.status == preferred, entry.created_at))
    }

    /// The WABA where `number` is registered or was, other than `except`: where a migration would take it from.
    pub(crate) fn holder_of(&self, number: &E164, except: Id) -> Option<(&Waba, &Number)> {
        self.listings(number, except).find(|(_, entry)| entry.status.is_held())
    }

    /// Whether `number` is in use under another WABA than `waba`.
    pub(crate) fn is_connected_elsewhere(&self, number: &E164, waba: Id) -> bool {
        self.listings(number, waba).any(|(_, entry)| entry.status == NumberStatus::Connected)
    }

    /// The WABAs that list `number`, other than `except`, with their entries of it.
    fn listings(&self, number: &E164, except: Id) -> impl Iterator<Item = (&Waba, &Number)> {
        self.index.of_number(number).filter(move |waba| *waba != except).filter_map(|waba| {
            let waba = self.wabas.get(&waba)?;
            waba.number(number).map(|entry| (waba, entry))
        })
    }
}
