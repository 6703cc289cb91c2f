//! Every message that statuses tell of, made for millions: what is kept of one fits in 40 bytes beside its id.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};

use serde::Serialize;

use super::completion::{Completion, Completions};
use super::message::{MessageStatus, MessageTimes, ToldPrice, UnixSecond};
use super::rule::{Attribution, attribute};
use crate::{E164, Migration, MigrationId, PhoneNumberId, WabaId};

/// A number whose messages are attributed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BilledNumber {
    /// The Tech Provider's own reference of the customer.
    pub customer: String,
    /// The migration.
    pub migration: MigrationId,
    /// The number.
    pub number: E164,
    /// The source WABA.
    pub source_waba: WabaId,
    /// The destination WABA.
    pub destination_waba: Option<WabaId>,
    /// Its id under the source.
    pub old_phone_number_id: PhoneNumberId,
    /// Its id under the destination; may be the same (observations: `numbers.phone_id_after_migrate`).
    pub new_phone_number_id: Option<PhoneNumberId>,
    /// When its migration became complete; `None` as long as it cannot have.
    pub completion: Option<Completion>,
}

impl BilledNumber {
    /// The numbers of a migration, with the completions that its journal tells.
    #[must_use]
    pub fn all_of(m: &Migration, completions: &Completions) -> Vec<Self> {
        m.numbers()
            .map(|number| Self {
                customer: m.customer().reference.clone(),
                migration: m.id().clone(),
                number: number.number.clone(),
                source_waba: m.id().source().clone(),
                destination_waba: m.destination().map(|destination| destination.waba.clone()),
                old_phone_number_id: number.source.value.id.clone(),
                new_phone_number_id: number.destination_id.clone(),
                completion: completions.of(&number.number),
            })
            .collect()
    }
}

/// One status of one message, as it came.
#[derive(Debug, Clone, Copy)]
pub struct ToldStatus<'a> {
    /// The message.
    pub message_id: &'a str,
    /// The number's id under the WABA whose subscribers are told.
    pub phone_number_id: &'a str,
    /// That WABA, where it is told.
    pub waba_id: Option<&'a str>,
    /// How far the message has come.
    pub status: MessageStatus,
    /// When.
    pub at: UnixSecond,
    /// Its price, where it is told.
    pub price: Option<ToldPrice<'a>>,
}

/// What was made of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Something new.
    New,
    /// It was told before.
    Repeated,
    /// The phone number id is none of the selected numbers', old or new.
    UnknownNumber,
    /// More than one of the selected numbers has the phone number id, and its WABA does not tell them apart: it is no one's
    /// here. Selecting one of these migrations alone attributes it.
    SharedNumber,
    /// There are more messages or words than a ledger can hold: four billion, or 250 words of prices.
    Full,
}

/// A message with what was made of it.
#[derive(Debug, Clone, Copy)]
pub struct LedgerMessage<'a> {
    /// Its id.
    pub message_id: &'a str,
    /// Its number.
    pub number: &'a BilledNumber,
    /// When what happened to it.
    pub times: MessageTimes,
    /// Its price.
    pub price: ToldPrice<'a>,
    /// Which sentence applies.
    pub attribution: Attribution,
}

/// The messages of the selected numbers.
#[derive(Debug, Default)]
pub struct Ledger {
    numbers: Vec<BilledNumber>,
    /// Places of the numbers that have an id; more than one where a WABA is one migration's destination and another's source.
    by_phone: BTreeMap<String, Vec<u32>>,
    /// The ids of all messages, one after the other.
    ids: String,
    pub(super) records: Vec<Record>,
    /// The first record with this hash.
    by_hash: BTreeMap<u64, u32>,
    pub(super) words: Words,
}

/// What is kept of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    id_start: usize,
    id_length: u32,
    /// The next record with the same hash.
    next: u32,
    pub(super) number: u32,
    pub(super) times: MessageTimes,
    pub(super) price: Price,
}

const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Price {
    /// From which status it is; nought for none.
    rank: u8,
    pub(super) billable: Option<bool>,
    /// Places of words.
    pub(super) category: u8,
    pub(super) kind: u8,
}

/// Meta's few words of prices, each kept once.
#[derive(Debug, Default)]
pub(super) struct Words {
    words: Vec<String>,
    places: BTreeMap<String, u8>,
}

/// Place 0 stands for no word.
const MOST_WORDS: usize = 250;

impl Words {
    fn place(&mut self, word: Option<&str>) -> Option<u8> {
        let Some(word) = word else { return Some(0) };
        if let Some(place) = self.places.get(word) {
            return Some(*place);
        }
        if self.words.len() >= MOST_WORDS {
            return None;
        }
        self.words.push(word.to_owned());
        let place = u8::try_from(self.words.len()).ok()?;
        self.places.insert(word.to_owned(), place);
        Some(place)
    }

    pub(super) fn word(&self, place: u8) -> Option<&str> {
        usize::from(place).checked_sub(1).and_then(|place| self.words.get(place)).map(String::as_str)
    }
}

fn hash(number: u32, message_id: &str) -> u64 {
    // The keys are fixed, so that two runs are the same.
    let mut hasher = DefaultHasher::new();
    hasher.write_u32(number);
    hasher.write(message_id.as_bytes());
    hasher.finish()
}

impl Ledger {
    /// A ledger of these numbers, without messages.
    #[must_use]
    pub fn of(numbers: Vec<BilledNumber>) -> Self {
        let mut by_phone = BTreeMap::<String, Vec<u32>>::new();
        for (place, number) in (0_u32..).zip(&numbers) {
            for id in [Some(&number.old_phone_number_id), number.new_phone_number_id.as_ref()].into_iter().flatten() {
                let places = by_phone.entry(id.as_str().to_owned()).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        Self { numbers, by_phone, ..Self::default() }
    }

    /// The numbers that have this phone number id, old or new.
    pub fn numbers_under(&self, phone_number_id: &str) -> impl Iterator<Item = &BilledNumber> {
        let places = self.by_phone.get(phone_number_id).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| self.numbers.get(*place as usize))
    }

    /// Its numbers.
    #[must_use]
    pub fn numbers(&self) -> &[BilledNumber] {
        &self.numbers
    }

    /// How many messages it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Takes in a status. Neither the order of statuses nor their repetition changes what comes of them.
    pub fn take(&mut self, told: &ToldStatus<'_>) -> Taken {
        let number = match self.by_phone.get(told.phone_number_id).map(Vec::as_slice) {
            None | Some([]) => return Taken::UnknownNumber,
            Some([number]) => *number,
            Some(shared) => match self.only_one_of(shared, told.waba_id) {
                Some(number) => number,
                None => return Taken::SharedNumber,
            },
        };
        let price = match told.price {
            Some(price) => match self.price(told.status, price) {
                Some(price) => price,
                None => return Taken::Full,
            },
            None => Price::default(),
        };
        let Some(place) = self.place(number, told.message_id) else { return Taken::Full };
        let sender = self.sender(number, told);
        let words = &self.words;
        let Some(record) = self.records.get_mut(place) else { return Taken::Full };
        let is_new = record.times.take(told.status, told.at);
        if told.status == MessageStatus::Sent {
            record.times.sent_under_source |= sender == Some(Sender::Source);
            record.times.sent_under_destination |= sender == Some(Sender::Destination);
        }
        if outranks(words, price, record.price) {
            record.price = price;
        }
        if is_new { Taken::New } else { Taken::Repeated }
    }

    /// The one of these numbers that the WABA has to do with; `None` where it is not the only one.
    fn only_one_of(&self, places: &[u32], waba_id: Option<&str>) -> Option<u32> {
        let knows = |place: &&u32| {
            self.numbers.get(**place as usize).is_some_and(|number| {
                let wabas = [Some(&number.source_waba), number.destination_waba.as_ref()];
                wabas.into_iter().flatten().any(|waba| Some(waba.as_str()) == waba_id)
            })
        };
        let mut known = places.iter().filter(knows);
        let only = known.next()?;
        known.next().is_none().then_some(*only)
    }

    /// All messages, in the order in which they were told of first.
    pub fn messages(&self) -> impl Iterator<Item = LedgerMessage<'_>> {
        self.records.iter().filter_map(|record| self.message(record))
    }

    fn message(&self, record: &Record) -> Option<LedgerMessage<'_>> {
        let number = self.numbers.get(record.number as usize)?;
        Some(LedgerMessage {
            message_id: self.id(record)?,
            number,
            times: record.times,
            price: ToldPrice {
                billable: record.price.billable,
                category: self.words.word(record.price.category),
                kind: self.words.word(record.price.kind),
            },
            attribution: attribute(&record.times, number.completion.as_ref()),
        })
    }

    fn id(&self, record: &Record) -> Option<&str> {
        self.ids.get(record.id_start..record.id_start + record.id_length as usize)
    }

    /// The place of a message, which is made if it is new.
    fn place(&mut self, number: u32, message_id: &str) -> Option<usize> {
        let hash = hash(number, message_id);
        let first = self.by_hash.get(&hash).copied().unwrap_or(NONE);
        let mut place = first;
        while let Some(record) = self.records.get(place as usize).filter(|_| place != NONE) {
            if record.number == number && self.id(record) == Some(message_id) {
                return Some(place as usize);
            }
            place = record.next;
        }
        let new = u32::try_from(self.records.len()).ok().filter(|new| *new != NONE)?;
        let id_length = u32::try_from(message_id.len()).ok()?;
        let (id_start, times, price) = (self.ids.len(), MessageTimes::default(), Price::default());
        self.ids.push_str(message_id);
        self.records.push(Record { id_start, id_length, next: first, number, times, price });
        self.by_hash.insert(hash, new);
        Some(new as usize)
    }

    fn price(&mut self, status: MessageStatus, told: ToldPrice<'_>) -> Option<Price> {
        let rank = match status {
            MessageStatus::Failed => 1,
            MessageStatus::Sent => 2,
            MessageStatus::Read => 3,
            MessageStatus::Delivered => 4,
        };
        let (category, kind) = (self.words.place(told.category)?, self.words.place(told.kind)?);
        Some(Price { rank, billable: told.billable, category, kind })
    }

    /// Under which WABA a status was told: by the WABA's own id, or else by the number's, where it has two.
    fn sender(&self, number: u32, told: &ToldStatus<'_>) -> Option<Sender> {
        let number = self.numbers.get(number as usize)?;
        let destination = number.destination_waba.as_ref().map(WabaId::as_str);
        if told.waba_id == Some(number.source_waba.as_str()) {
            return Some(Sender::Source);
        }
        if told.waba_id.is_some() && told.waba_id == destination {
            return Some(Sender::Destination);
        }
        let (old, new) = (&number.old_phone_number_id, number.new_phone_number_id.as_ref());
        if new == Some(old) {
            return None;
        }
        let is_old = told.phone_number_id == old.as_str();
        Some(if is_old { Sender::Source } else { Sender::Destination })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    Source,
    Destination,
}

/// Later statuses know the price better; of two that disagree the same one wins in whatever order they come.
fn outranks(words: &Words, new: Price, known: Price) -> bool {
    let order = |price: Price| (price.rank, price.billable, words.word(price.category), words.word(price.kind));
    order(new) > order(known)
}
