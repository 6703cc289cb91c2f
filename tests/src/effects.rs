//! What two runs are compared by.

use std::collections::BTreeMap;

use unmoor_simulator::{E164, Id, LedgerEntry, Simulator};

/// Kind, source WABA, number and template of a change of the vendor's state.
pub type Key = (String, Option<Id>, Option<E164>, Option<String>);

/// How often each change took place. Two runs did the same when these are equal. The order in which people and the API
/// changed things is not part of it.
#[must_use]
pub fn effects(ledger: &[LedgerEntry]) -> BTreeMap<Key, usize> {
    let mut count = BTreeMap::new();
    for entry in ledger {
        *count.entry(entry.key()).or_insert(0) += 1;
    }
    count
}

/// The entries of one kind, in their order.
#[must_use]
pub fn changes_of(simulator: &Simulator, kind: &str) -> Vec<LedgerEntry> {
    simulator.ledger(0).into_iter().filter(|entry| entry.kind == kind).collect()
}
