//! What must hold of every world, whatever was asked of it. Tests and the fuzz target look here after each step.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    simulator::Simulator,
    state::State,
    world::{IntentStatus, NumberStatus, Template},
};

impl Simulator {
    /// What is wrong with the state: nothing, ever. One sentence each.
    ///
    /// A number is registered under one WABA at most; the ledger has no gaps; look-ups are those that would be made
    /// anew; every id that stands for something finds it.
    pub fn audit(&self) -> Vec<String> {
        self.look(|state| {
            let mut wrong = Vec::new();
            numbers(state, &mut wrong);
            ledger(state, &mut wrong);
            intents(state, &mut wrong);
            references(state, &mut wrong);
            if !state.world.has_right_index() {
                wrong.push("the look-ups differ from those made anew".to_owned());
            }
            wrong
        })
    }
}

fn numbers(state: &State, wrong: &mut Vec<String>) {
    let mut registered = BTreeMap::new();
    for waba in state.world.wabas.values() {
        let mut listed = BTreeSet::new();
        for entry in &waba.numbers {
            if !listed.insert(&entry.number) {
                wrong.push(format!("{} lists {} twice", waba.id, entry.number));
            }
            if entry.status != NumberStatus::Connected {
                continue;
            }
            if let Some(other) = registered.insert(&entry.number, waba.id) {
                wrong.push(format!("{} is registered under {other} and under {}", entry.number, waba.id));
            }
        }
        let labels: BTreeSet<String> = waba.templates.iter().map(Template::label).collect();
        if labels.len() != waba.templates.len() {
            wrong.push(format!("{} has a template twice", waba.id));
        }
    }
}

fn ledger(state: &State, wrong: &mut Vec<String>) {
    let entries = state.ledger.entries_after(0);
    let requests: Vec<u64> = state.ledger.requests_after(0).map(|entry| entry.seq).collect();
    // The ledger is whole; of the requests the oldest may be gone.
    let is_whole = entries.iter().zip(1..).all(|(entry, place)| entry.seq == place);
    if !is_whole || !requests.windows(2).all(|pair| matches!(pair, [one, next] if one + 1 == *next)) {
        wrong.push("the ledger has gaps".to_owned());
    }
    let last = requests.last().copied().unwrap_or_default();
    if entries.iter().filter_map(|entry| entry.request).any(|request| request == 0 || request > last) {
        wrong.push("the ledger names a request that nobody made".to_owned());
    }
}

fn intents(state: &State, wrong: &mut Vec<String>) {
    for intent in state.world.intents.values() {
        let made = state.world.wabas.get(&intent.destination);
        let accepted = match intent.status {
            IntentStatus::Accepted | IntentStatus::Completed => true,
            IntentStatus::Initiated | IntentStatus::Rejected => false,
        };
        if made.is_some() != accepted {
            wrong.push(format!("the intent {} is {:?}, its destination {}", intent.id, intent.status, made.is_some()));
        }
    }
}

fn references(state: &State, wrong: &mut Vec<String>) {
    let world = &state.world;
    for waba in world.wabas.values() {
        if !world.portfolios.contains_key(&waba.owner) {
            wrong.push(format!("{} belongs to nobody", waba.id));
        }
        if waba.subscriptions.iter().any(|subscription| !world.apps.contains_key(&subscription.app)) {
            wrong.push(format!("{} tells an app that is not there", waba.id));
        }
    }
    for token in world.tokens.values() {
        if token.wabas.keys().any(|waba| !world.wabas.contains_key(waba)) {
            wrong.push("a token covers an account that is not there".to_owned());
        }
    }
}
