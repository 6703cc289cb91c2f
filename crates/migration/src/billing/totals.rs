//! What messages add up to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ledger::Ledger;
use super::rule::{Attribution, Payer, attribute};

/// What messages have in common that are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotalKey {
    /// Place of the number among the ledger's.
    pub number: usize,
    /// Which sentence applies.
    pub attribution: Attribution,
    /// Whether they cost anything, where it is told.
    pub billable: Option<bool>,
    /// Meta's category, where it is told.
    pub category: Option<String>,
    /// Meta's pricing type, where it is told.
    pub kind: Option<String>,
}

/// So many messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Total {
    /// Guide B1, billable.
    pub b1: u64,
    /// Guide B2, billable.
    pub b2: u64,
    /// Guide B1 or B2, billable.
    pub b1_or_b2: u64,
    /// Guide B3, billable.
    pub b3: u64,
    /// Billable, and nobody can tell whom.
    pub undetermined: u64,
    /// Delivered, and free whoever sent them.
    pub free: u64,
    /// Delivered, and no status tells whether they are billable.
    pub price_not_told: u64,
    /// Sent before completion and not delivered so far.
    pub open_tail: u64,
    /// Not delivered so far, otherwise.
    pub open: u64,
    /// Failed.
    pub failed: u64,
}

impl Total {
    /// Counts `messages` more of a kind.
    pub fn add(&mut self, attribution: Attribution, billable: Option<bool>, messages: u64) {
        let is_delivered = attribution.payer() != Payer::Nobody;
        let count = match (attribution, billable) {
            (_, Some(false)) if is_delivered => &mut self.free,
            (_, None) if is_delivered => &mut self.price_not_told,
            (Attribution::DeliveredBefore, _) => &mut self.b1,
            (Attribution::SentBeforeDeliveredAfter, _) => &mut self.b2,
            (Attribution::SentBefore, _) => &mut self.b1_or_b2,
            (Attribution::SentAndDeliveredAfter, _) => &mut self.b3,
            (Attribution::Undetermined(_), _) => &mut self.undetermined,
            (Attribution::OpenTail, _) => &mut self.open_tail,
            (Attribution::Open, _) => &mut self.open,
            (Attribution::Failed, _) => &mut self.failed,
        };
        *count += messages;
    }

    /// Billable messages that the old Solution Partner pays for.
    #[must_use]
    pub fn old_solution_partner(&self) -> u64 {
        self.b1 + self.b2 + self.b1_or_b2
    }

    /// Billable messages that the customer pays for.
    #[must_use]
    pub fn customer(&self) -> u64 {
        self.b3
    }
}

impl Ledger {
    /// How many messages there are of each kind.
    #[must_use]
    pub fn totals(&self) -> BTreeMap<TotalKey, u64> {
        let mut counts = BTreeMap::new();
        for record in &self.records {
            let Some(number) = self.numbers().get(record.number as usize) else { continue };
            let attribution = attribute(&record.times, number.completion.as_ref());
            let price = record.price;
            *counts.entry((record.number, attribution, price.billable, price.category, price.kind)).or_default() += 1;
        }
        let word = |place| self.words.word(place).map(str::to_owned);
        counts
            .into_iter()
            .map(|((number, attribution, billable, category, kind), count)| {
                let (category, kind) = (word(category), word(kind));
                (TotalKey { number: number as usize, attribution, billable, category, kind }, count)
            })
            .collect()
    }
}
