//! Messages and what they leave behind: windows, volumes, the instants of cutovers.
//!
//! Made for a million messages: one that has come to its end is folded into a volume, and only the latest ones are kept whole.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Amount, Content, Message, Payer, Pricing, PricingCategory, PricingType, Sentence, pairs};
use crate::{
    calling_codes::CountryCode,
    ids::Id,
    phone::{Digits, E164},
    state::later,
};

/// So many messages are kept whole after their end.
const KEPT: usize = 1000;
/// Closed conversations are looked for when there are so many, and again when there are twice as many as were left.
const CONVERSATIONS_BEFORE_PURGE: usize = 10_000;
/// How long a customer service window stays open after the customer's last message.
const CUSTOMER_SERVICE_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// Everything about messages.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Messaging {
    /// How the devices of customers behave.
    pub recipients: Recipients,
    /// The steady traffic of every connected number; none if absent.
    pub traffic: Option<Traffic>,
    /// How many messages were sent so far.
    pub sent: u64,
    /// Messages that have not come to their end.
    pub on_the_way: BTreeMap<Id, Message>,
    /// The latest ones that have, oldest first.
    pub at_rest: VecDeque<Message>,
    /// What is open between a business number and a customer's.
    #[serde(with = "pairs")]
    pub conversations: BTreeMap<(Digits, Digits), Conversation>,
    conversations_before_purge: usize,
    /// Ids that were given at the latest instant at which one was, so that none is given twice.
    given_at: Option<Timestamp>,
    given: BTreeSet<Id>,
    /// How many messages with a template were delivered, by the template's id: the data that its quality is made of
    /// (guide T9).
    pub template_traffic: BTreeMap<Id, u32>,
    /// What was sent with a template on each day, by the template's id and the day since the Unix epoch.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub template_use: BTreeMap<(Id, i64), TemplateUse>,
    /// How templates were used before this world began.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub earlier_use: BTreeMap<Id, EarlierUse>,
    /// Delivered messages by half hour, and what they cost whom.
    #[serde(with = "pairs")]
    pub volumes: BTreeMap<VolumeKey, Volume>,
    /// When a number's migration was complete: the instant of its register on the destination
    /// (observations: billing.completion).
    pub cutovers: BTreeMap<E164, Cutover>,
}

impl Default for Messaging {
    fn default() -> Self {
        Self {
            recipients: Recipients::default(),
            traffic: None,
            sent: 0,
            on_the_way: BTreeMap::new(),
            at_rest: VecDeque::new(),
            conversations: BTreeMap::new(),
            conversations_before_purge: CONVERSATIONS_BEFORE_PURGE,
            given_at: None,
            given: BTreeSet::new(),
            template_traffic: BTreeMap::new(),
            template_use: BTreeMap::new(),
            earlier_use: BTreeMap::new(),
            volumes: BTreeMap::new(),
            cutovers: BTreeMap::new(),
        }
    }
}

/// How the devices of customers behave, where a message does not say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recipients {
    /// Seconds from sending to delivery.
    pub delivered_after_s: u32,
    /// Share of messages (0.0 to 1.0) that are never delivered.
    pub never_delivered: f64,
    /// Seconds from delivery to reading.
    pub read_after_s: u32,
    /// Share of delivered messages (0.0 to 1.0) that are read.
    pub read: f64,
}

impl Default for Recipients {
    fn default() -> Self {
        Self { delivered_after_s: 2, never_delivered: 0.0, read_after_s: 60, read: 0.75 }
    }
}

/// A steady stream of messages through every connected number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// Template messages that each number sends per hour.
    pub sent_per_hour: u32,
    /// Messages from customers that each number gets per hour; each is answered at once, without a template.
    pub received_per_hour: u32,
    /// How many customers each number has.
    pub customers_per_number: u32,
}

/// What became of a template's messages on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateUse {
    /// Sent on that day.
    pub sent: u32,
    /// Delivered on that day.
    pub delivered: u32,
}

/// How a template was used before a world began: so many messages a day, all delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlierUse {
    /// Messages a day.
    pub sent_per_day: u32,
    /// The first day without them, since the Unix epoch.
    pub until_day: i64,
}

/// What is open between a business number and a customer (observations: billing.windows).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversation {
    /// When the customer last wrote.
    pub customer_wrote_at: Option<Timestamp>,
    /// The WABA under which that message arrived.
    pub arrived_at: Option<Id>,
    /// It came through a free entry point, and has not been answered.
    pub free_entry_offered: bool,
    /// Until when everything is free, once it was answered.
    pub free_entry_until: Option<Timestamp>,
}

impl Conversation {
    /// Whether the customer wrote less than 24 hours ago.
    pub(crate) fn service_window_is_open(&self, at: Timestamp) -> bool {
        self.customer_wrote_at.is_some_and(|wrote_at| at < later(wrote_at, CUSTOMER_SERVICE_WINDOW))
    }

    pub(crate) fn free_entry_is_open(&self, at: Timestamp) -> bool {
        self.free_entry_until.is_some_and(|until| at < until)
    }
}

/// When and how a number's migration was complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cutover {
    /// The WABA it left.
    pub source: Id,
    /// The WABA it is registered on.
    pub destination: Id,
    /// When.
    pub at: Timestamp,
}

/// What delivered messages have in common that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolumeKey {
    /// The WABA that sent them.
    pub waba: Id,
    /// The half hour of their delivery, counted from the Unix epoch.
    pub half_hour: u32,
    /// The number they were sent from.
    pub number: Digits,
    /// The country they went to.
    pub country: CountryCode,
    /// Their price.
    pub pricing: Pricing,
    /// Who pays by which sentence; nobody if absent.
    pub payer: Option<(Payer, Sentence)>,
}

impl VolumeKey {
    /// The first key that a WABA could have in a half hour.
    fn least(waba: Id, half_hour: u32) -> Self {
        Self {
            waba,
            half_hour,
            number: Digits::default(),
            country: CountryCode::LEAST,
            pricing: Pricing { kind: PricingType::Regular, category: PricingCategory::Authentication },
            payer: None,
        }
    }
}

/// How many messages, and what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// How many.
    pub messages: u32,
    /// What they cost together, in the WABA's currency.
    pub amount: Amount,
}

impl Messaging {
    /// Whether nothing ever happened here and nothing is set.
    pub(crate) fn is_unused(&self) -> bool {
        self.sent == 0
            && self.traffic.is_none()
            && self.recipients == Recipients::default()
            && self.conversations.is_empty()
            && self.cutovers.is_empty()
            && self.earlier_use.is_empty()
    }

    /// Takes an id that is derived from the instant `at`, unless it was given already.
    pub(crate) fn take_id(&mut self, at: Timestamp, id: Id) -> bool {
        if self.given_at != Some(at) {
            self.given_at = Some(at);
            self.given.clear();
        }
        self.given.insert(id)
    }

    /// Puts a message where it belongs: on the way, or at rest if nothing more comes of it.
    pub(crate) fn keep(&mut self, message: Message) {
        if message.next_step_at().is_some() {
            self.on_the_way.insert(message.id, message);
            return;
        }
        self.at_rest.push_back(message);
        while self.at_rest.len() > KEPT {
            self.at_rest.pop_front();
        }
    }

    /// The conversation of a business number with a customer.
    pub(crate) fn conversation(&self, number: Digits, customer: Digits) -> Conversation {
        self.conversations.get(&(number, customer)).copied().unwrap_or_default()
    }

    /// Keeps a conversation, and forgets closed ones when there are many.
    pub(crate) fn set_conversation(
        &mut self,
        at: Timestamp,
        number: Digits,
        customer: Digits,
        conversation: Conversation,
    ) {
        self.conversations.insert((number, customer), conversation);
        if self.conversations.len() > self.conversations_before_purge {
            self.conversations.retain(|_, open| open.service_window_is_open(at) || open.free_entry_is_open(at));
            self.conversations_before_purge = CONVERSATIONS_BEFORE_PURGE.max(self.conversations.len() * 2);
        }
    }

    /// The volumes of a WABA from one half hour to before another.
    pub(crate) fn volumes_between(
        &self,
        waba: Id,
        start: u32,
        end: u32,
    ) -> impl Iterator<Item = (&VolumeKey, &Volume)> {
        let range = VolumeKey::least(waba, start)..VolumeKey::least(waba, end.max(start));
        self.volumes.range(range)
    }

    /// What a template was used for on a day since the Unix epoch.
    pub(crate) fn use_of(&self, template: Id, day: i64) -> TemplateUse {
        let earlier = self.earlier_use.get(&template).filter(|earlier| day < earlier.until_day);
        let steady = earlier.map_or(0, |earlier| earlier.sent_per_day);
        let counted = self.template_use.get(&(template, day)).copied().unwrap_or_default();
        TemplateUse { sent: counted.sent.saturating_add(steady), delivered: counted.delivered.saturating_add(steady) }
    }

    /// Counts a message that was sent.
    pub(crate) fn count_sent(&mut self, at: Timestamp, content: &Content) {
        if let Content::Template { id, .. } = content {
            let counted = self.template_use.entry((*id, day_of(at))).or_default();
            counted.sent = counted.sent.saturating_add(1);
        }
    }

    /// Counts a delivered message.
    pub(crate) fn count_delivered(&mut self, at: Timestamp, message: &Message) {
        if let Content::Template { id, .. } = message.content {
            let count = self.template_traffic.entry(id).or_default();
            *count = count.saturating_add(1);
            let counted = self.template_use.entry((id, day_of(at))).or_default();
            counted.delivered = counted.delivered.saturating_add(1);
        }
        let key = VolumeKey {
            waba: message.waba,
            half_hour: half_hour_of(at),
            number: message.number,
            country: CountryCode::of(message.to),
            pricing: message.pricing,
            payer: message.charge.map(|charge| (charge.payer, charge.sentence)),
        };
        let volume = self.volumes.entry(key).or_default();
        volume.messages = volume.messages.saturating_add(1);
        volume.amount = volume.amount.plus(message.charge.map(|charge| charge.amount).unwrap_or_default());
    }
}

/// The day of an instant in UTC, counted from the Unix epoch.
pub(crate) fn day_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(86_400)
}

/// The half hour of an instant, counted from the Unix epoch.
pub(crate) fn half_hour_of(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().div_euclid(1800)).unwrap_or_default()
}
