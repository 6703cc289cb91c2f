//! What the simulator's side proves about the rules of the state machine (docs/ARCHITECTURE.md), independently of what the
//! engine believes: from the world as it was at the beginning, every change since, and every request.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};
use unmoor_simulator::{Ending, Id, LedgerEntry, RequestEntry, World};

/// A reading before a move is at most so old (rule 2): what a person changed later than that may not have been seen.
const GREATEST_AGE: SignedDuration = SignedDuration::from_mins(2);
/// The same before a tag (rule 16), which only asks the customer.
const GREATEST_AGE_AT_TAG: SignedDuration = SignedDuration::from_mins(10);
/// Registers in the span that Meta counts (rule 4). Meta allows three more, for people.
const REGISTERS_AT_MOST: usize = 7;
const REGISTERS_COUNT_FOR: SignedDuration = SignedDuration::from_hours(72);
/// Between a register and the next try (rule 4), the first of which follows after a minute.
const REGISTERS_APART: SignedDuration = SignedDuration::from_secs(50);

/// Rules that were broken, in words; empty when none was. `two_step_first` is the policy that two-step verification is seen
/// off before the tag (rule 16).
#[must_use]
pub fn broken_rules(
    began: &Began,
    ledger: &[LedgerEntry],
    requests: &[RequestEntry],
    two_step_first: bool,
) -> Vec<String> {
    let mut broken = Vec::new();
    let mut seen = Seen { two_step_on: began.two_step_on.clone(), ..Seen::default() };
    for entry in ledger {
        seen.look(began, entry, two_step_first, &mut broken);
    }
    registers(requests, &mut broken);
    for request in requests {
        if request.path.ends_with("/request_code") || request.path.ends_with("/verify_code") {
            broken.push(format!("rule 15: {} was called", request.path));
        }
    }
    broken
}

/// What has to be known of the world before anything happened.
#[derive(Debug, Clone, Default)]
pub struct Began {
    /// Numbers whose two-step verification was on, and since when.
    two_step_on: BTreeMap<String, Timestamp>,
    /// The numbers of each WABA.
    numbers: BTreeMap<Id, BTreeSet<String>>,
}

impl Began {
    /// Of `world`, at the instant `at`.
    #[must_use]
    pub fn of(world: &World, at: Timestamp) -> Self {
        let mut began = Self::default();
        for waba in world.wabas.values() {
            for entry in &waba.numbers {
                let number = entry.number.to_string();
                if entry.two_step {
                    began.two_step_on.insert(number.clone(), at);
                }
                began.numbers.entry(waba.id).or_default().insert(number);
            }
        }
        began
    }
}

/// What has happened so far.
#[derive(Debug, Default)]
struct Seen {
    two_step_on: BTreeMap<String, Timestamp>,
    accepted: BTreeSet<Id>,
    subscribed: BTreeSet<Id>,
    funded: BTreeSet<Id>,
    registered_wabas: BTreeSet<Id>,
    moved: BTreeSet<String>,
    registered: BTreeSet<String>,
    /// By source WABA, the number between its move and its register.
    between: BTreeMap<Id, String>,
}

impl Seen {
    fn look(&mut self, began: &Began, entry: &LedgerEntry, two_step_first: bool, broken: &mut Vec<String>) {
        let number = entry.number.as_ref().map(ToString::to_string).unwrap_or_default();
        let Some(source) = entry.source_waba else { return };
        match entry.kind.as_str() {
            "two_step.turned_on" => {
                self.two_step_on.insert(number, entry.at);
            }
            "two_step.turned_off" => {
                self.two_step_on.remove(&number);
            }
            "intent.created" if two_step_first => {
                let numbers = began.numbers.get(&source).into_iter().flatten();
                let on = numbers
                    .filter(|number| self.was_on(number, entry.at, GREATEST_AGE_AT_TAG))
                    .cloned()
                    .collect::<Vec<_>>();
                if !on.is_empty() {
                    broken
                        .push(format!("rule 16: {source} was tagged with two-step verification on: {}", on.join(", ")));
                }
            }
            "intent.accepted" => {
                self.accepted.insert(source);
            }
            "app.subscribed" => {
                self.subscribed.insert(source);
            }
            "funding.added" => {
                self.funded.insert(source);
            }
            "template.created" if entry.request.is_some() && !self.registered_wabas.contains(&source) => {
                broken.push(format!("rule 14: a template was written for {source} before any number was registered"));
            }
            "number.moved" => self.move_of(source, &number, entry.at, broken),
            "number.registered" => {
                if !self.registered.insert(number.clone()) {
                    broken.push(format!("rule 5: number.registered twice for {number}"));
                }
                self.registered_wabas.insert(source);
                self.between.remove(&source);
            }
            _ => {}
        }
    }

    fn move_of(&mut self, source: Id, number: &str, at: Timestamp, broken: &mut Vec<String>) {
        if !self.moved.insert(number.to_owned()) {
            broken.push(format!("rule 5: number.moved twice for {number}"));
        }
        if !self.accepted.contains(&source) {
            broken.push(format!("rule 1: {number} was moved before acceptance"));
        }
        let gates = [
            (self.subscribed.contains(&source), "the app was not subscribed"),
            (self.funded.contains(&source), "there was no payment method"),
            (!self.was_on(number, at, GREATEST_AGE), "two-step verification was on"),
        ];
        for (_, why) in gates.into_iter().filter(|(holds, _)| !holds) {
            broken.push(format!("rule 2: {number} was moved although {why}"));
        }
        if let Some(other) = self.between.insert(source, number.to_owned()) {
            broken.push(format!("rule 8: {number} was moved while {other} was not registered"));
        }
    }

    /// Whether two-step verification was on for so long that a fresh reading shows it.
    fn was_on(&self, number: &str, at: Timestamp, age: SignedDuration) -> bool {
        self.two_step_on.get(number).is_some_and(|since| at.duration_since(*since) > age)
    }
}

/// How often, and how soon after one another, a number's register was asked for (rule 4).
fn registers(requests: &[RequestEntry], broken: &mut Vec<String>) {
    let mut recent: BTreeMap<&str, VecDeque<Timestamp>> = BTreeMap::new();
    // One that takes effect late is entered a second time then, and was asked for once.
    let asked = |request: &&RequestEntry| {
        request.method == "POST" && request.path.ends_with("/register") && request.ending != Ending::Late
    };
    for request in requests.iter().filter(asked) {
        let times = recent.entry(&request.path).or_default();
        while times.front().is_some_and(|first| request.at.duration_since(*first) >= REGISTERS_COUNT_FOR) {
            times.pop_front();
        }
        if times.back().is_some_and(|last| request.at.duration_since(*last) < REGISTERS_APART) {
            broken.push(format!("rule 4: {} was asked for again too soon, at {}", request.path, request.at));
        }
        times.push_back(request.at);
        if times.len() == REGISTERS_AT_MOST + 1 {
            broken.push(format!("rule 4: {} was asked for more than {REGISTERS_AT_MOST} times", request.path));
        }
    }
}

#[cfg(test)]
mod tests;
