//! Who pays for the messages of a number, as far as statuses were given. They are not in the journal, so that this part cannot be
//! computed again from its entries.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::E164;
use crate::billing::{BilledNumber, Payer, Total, TotalKey};

/// The messages of one number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BilledPart {
    /// Which.
    pub number: E164,
    /// Its migration became complete after this instant.
    pub complete_after: Option<Timestamp>,
    /// And before this one.
    pub complete_by: Option<Timestamp>,
    /// Billable messages that the old Solution Partner pays for (guide B1 and B2).
    pub old_solution_partner: u64,
    /// Billable messages that the customer pays for (guide B3).
    pub customer: u64,
    /// Billable, and nobody can tell whom.
    pub undetermined: u64,
    /// Delivered, and free.
    pub free: u64,
    /// Delivered, and no status tells whether they are billable.
    pub price_not_told: u64,
    /// Sent before completion and not delivered so far.
    pub open_tail: u64,
    /// Not delivered so far, otherwise.
    pub open: u64,
    /// Failed.
    pub failed: u64,
    /// Billable messages by Meta's category: the old Solution Partner's, the customer's, undetermined.
    pub categories: BTreeMap<String, [u64; 3]>,
}

impl BilledPart {
    /// What the totals say of the number at `place` of the ledger.
    #[must_use]
    pub fn of(number: &BilledNumber, place: usize, totals: &BTreeMap<TotalKey, u64>) -> Self {
        let mut sum = Total::default();
        let mut categories = BTreeMap::<String, [u64; 3]>::new();
        for (key, count) in totals.iter().filter(|(key, _)| key.number == place) {
            sum.add(key.attribution, key.billable, *count);
            if key.billable == Some(true) {
                let category = key.category.clone().unwrap_or_else(|| "not told".to_owned());
                let [partner, customer, undetermined] = categories.entry(category).or_default();
                match key.attribution.payer() {
                    Payer::OldSolutionPartner => *partner += count,
                    Payer::Customer => *customer += count,
                    Payer::Undetermined => *undetermined += count,
                    Payer::Nobody => {}
                }
            }
        }
        categories.retain(|_, counts| counts.iter().any(|count| *count > 0));
        Self {
            number: number.number.clone(),
            complete_after: number.completion.map(|completion| completion.sent_at),
            complete_by: number.completion.and_then(|completion| completion.known_at),
            old_solution_partner: sum.old_solution_partner(),
            customer: sum.customer(),
            undetermined: sum.undetermined,
            free: sum.free,
            price_not_told: sum.price_not_told,
            open_tail: sum.open_tail,
            open: sum.open,
            failed: sum.failed,
            categories,
        }
    }
}
