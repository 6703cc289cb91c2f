//! From webhooks into the ledger, and what was odd about them.

use std::collections::BTreeMap;

use serde::Serialize;
use unmoor_graph_api::webhook::{MessageUpdates, Payload, Pricing, StatusUpdate, StatusWord, Update};
use unmoor_migration::WabaId;
use unmoor_migration::billing::{Ledger, MessageStatus, Taken, ToldPrice, ToldStatus, UnixSecond};

/// So many ids of numbers that were not selected are told one by one.
const MOST_UNKNOWN: usize = 10_000;

/// Longest id of a message; Meta's have about 60 characters.
const LONGEST_ID: usize = 256;

/// What came of the files, in numbers.
#[derive(Debug, Default, Serialize)]
pub(in crate::commands) struct Counts {
    pub(in crate::commands) webhooks: u64,
    /// Statuses that were attributed.
    pub(in crate::commands) statuses: u64,
    /// Of these, those that had been told before.
    pub(super) repeated: u64,
    /// Statuses of numbers that are not among the selected ones.
    pub(super) of_other_numbers: u64,
    /// Statuses under an id that more than one of the selected numbers has, so that they are attributed to none.
    pub(super) of_shared_numbers: u64,
    /// Statuses of a kind that decides nothing.
    pub(super) of_other_kinds: u64,
    /// Changes that are about something else than statuses.
    pub(super) other_changes: u64,
    pub(in crate::commands) damaged_lines: u64,
}

/// Statuses of a phone number id that is none of the selected numbers'.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub(in crate::commands) struct UnknownNumber {
    /// The number's digits, where they are told.
    pub(super) display_phone_number: Option<String>,
    pub(super) statuses: u64,
}

/// Statuses that more than one of the selected migrations claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SharedNumber {
    pub(super) phone_number_id: String,
    /// The customers and their source WABAs.
    pub(super) claimed_by: Vec<(String, WabaId)>,
    pub(super) statuses: u64,
}

/// Takes webhooks in.
pub(in crate::commands) struct Intake {
    pub(in crate::commands) ledger: Ledger,
    pub(in crate::commands) counts: Counts,
    pub(super) unknown: BTreeMap<String, UnknownNumber>,
    /// How many statuses under which id more than one migration claims.
    shared: BTreeMap<String, u64>,
}

impl Intake {
    pub(super) fn into(ledger: Ledger) -> Self {
        Self { ledger, counts: Counts::default(), unknown: BTreeMap::new(), shared: BTreeMap::new() }
    }

    /// What more than one of the selected migrations claims.
    pub(super) fn shared(&self) -> impl Iterator<Item = SharedNumber> {
        self.shared.iter().map(|(phone, statuses)| SharedNumber {
            phone_number_id: phone.clone(),
            claimed_by: self
                .ledger
                .numbers_under(phone)
                .map(|number| (number.customer.clone(), number.source_waba.clone()))
                .collect(),
            statuses: *statuses,
        })
    }

    /// Takes in one webhook. What could not be used of it, in words.
    pub(super) fn take(&mut self, payload: &Payload) -> Vec<String> {
        self.counts.webhooks += 1;
        let mut faults = Vec::new();
        for change in &payload.changes {
            let Update::Messages(updates) = &change.update else {
                self.counts.other_changes += 1;
                continue;
            };
            if updates.statuses.is_empty() && updates.unreadable.is_empty() {
                self.counts.other_changes += 1;
            }
            faults.extend(updates.unreadable.iter().map(ToString::to_string));
            for status in &updates.statuses {
                if let Err(fault) = self.status(change.entry_id.as_deref(), updates, status) {
                    faults.push(fault.to_owned());
                }
            }
        }
        faults
    }

    fn status(
        &mut self,
        waba_id: Option<&str>,
        updates: &MessageUpdates,
        update: &StatusUpdate,
    ) -> Result<(), &'static str> {
        let Some(status) = kind(&update.status) else {
            self.counts.of_other_kinds += 1;
            return Ok(());
        };
        let phone = updates.phone_number_id.as_ref().ok_or("a status without a `phone_number_id`")?;
        if !is_message_id(&update.message_id) {
            return Err("a status whose `id` is no message's");
        }
        let told = ToldStatus {
            message_id: &update.message_id,
            phone_number_id: phone.as_str(),
            waba_id,
            status,
            at: UnixSecond::of(update.at).ok_or("a status from before 1970 or after 2106")?,
            price: update.pricing.as_ref().map(price),
        };
        match self.ledger.take(&told) {
            Taken::New => self.counts.statuses += 1,
            Taken::Repeated => {
                self.counts.statuses += 1;
                self.counts.repeated += 1;
            }
            Taken::UnknownNumber => {
                self.counts.of_other_numbers += 1;
                self.unknown(phone.as_str(), updates.display_phone_number.as_deref());
            }
            Taken::SharedNumber => {
                self.counts.of_shared_numbers += 1;
                *self.shared.entry(phone.as_str().to_owned()).or_default() += 1;
            }
            Taken::Full => return Err("a status beyond the four billion messages that are counted at once"),
        }
        Ok(())
    }

    fn unknown(&mut self, phone: &str, display: Option<&str>) {
        if self.unknown.len() >= MOST_UNKNOWN && !self.unknown.contains_key(phone) {
            return;
        }
        let entry = self.unknown.entry(phone.to_owned()).or_default();
        entry.statuses += 1;
        if entry.display_phone_number.is_none() {
            entry.display_phone_number = display.filter(|display| is_word(display)).map(str::to_owned);
        }
    }
}

fn kind(word: &StatusWord) -> Option<MessageStatus> {
    match word {
        StatusWord::Sent => Some(MessageStatus::Sent),
        StatusWord::Delivered => Some(MessageStatus::Delivered),
        StatusWord::Read | StatusWord::Played => Some(MessageStatus::Read),
        StatusWord::Failed => Some(MessageStatus::Failed),
        StatusWord::Other(_) => None,
    }
}

fn price(pricing: &Pricing) -> ToldPrice<'_> {
    ToldPrice {
        billable: pricing.billable,
        category: pricing.category.as_deref().filter(|word| is_word(word)),
        kind: pricing.kind.as_deref().filter(|word| is_word(word)),
    }
}

/// What goes into tables and spreadsheets is a word, whoever wrote the file.
fn is_word(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b' ');
    text.len() <= 64
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && text.bytes().all(letter)
}

fn is_message_id(text: &str) -> bool {
    let first = text.bytes().next();
    text.len() <= LONGEST_ID
        && first.is_some_and(|first| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"')
}
