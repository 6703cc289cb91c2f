//! What the simulator's ledger proves about the rules of the state machine, independently of what the engine believes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use unmoor_simulator::{LedgerEntry, RequestEntry};

/// Rules that were broken, in words; empty when none was.
#[must_use]
pub fn broken_rules(ledger: &[LedgerEntry], requests: &[RequestEntry]) -> Vec<String> {
    let mut broken = Vec::new();
    once_each(ledger, "number.moved", &mut broken);
    once_each(ledger, "number.registered", &mut broken);
    moved_after_acceptance(ledger, &mut broken);
    one_after_the_other(ledger, &mut broken);
    for request in requests {
        if request.path.ends_with("/request_code") || request.path.ends_with("/verify_code") {
            broken.push(format!("rule 15: {} was called", request.path));
        }
    }
    broken
}

fn once_each(ledger: &[LedgerEntry], kind: &str, broken: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for entry in ledger.iter().filter(|entry| entry.kind == kind) {
        if !seen.insert(entry.number.clone()) {
            broken.push(format!("rule 5: {kind} twice for {}", name(entry)));
        }
    }
}

fn moved_after_acceptance(ledger: &[LedgerEntry], broken: &mut Vec<String>) {
    let mut accepted = BTreeMap::new();
    for entry in ledger {
        match entry.kind.as_str() {
            "intent.accepted" => {
                accepted.entry(entry.source_waba).or_insert(entry.at);
            }
            "number.moved" if accepted.get(&entry.source_waba).is_none_or(|at: &Timestamp| *at > entry.at) => {
                broken.push(format!("rule 1: {} was moved before acceptance", name(entry)));
            }
            _ => {}
        }
    }
}

/// Between the move of a number and its register no other number of the WABA moves (rule 8).
fn one_after_the_other(ledger: &[LedgerEntry], broken: &mut Vec<String>) {
    let mut between = BTreeMap::new();
    for entry in ledger {
        match entry.kind.as_str() {
            "number.moved" => {
                if let Some(other) = between.insert(entry.source_waba, entry.number.clone()) {
                    let other = other.map_or_else(String::new, |number| number.to_string());
                    broken.push(format!("rule 8: {} was moved while {other} was not registered", name(entry)));
                }
            }
            "number.registered" => {
                between.remove(&entry.source_waba);
            }
            _ => {}
        }
    }
}

fn name(entry: &LedgerEntry) -> String {
    entry.number.as_ref().map_or_else(|| "an unnamed number".to_owned(), ToString::to_string)
}
