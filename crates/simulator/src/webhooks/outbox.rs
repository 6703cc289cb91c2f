//! Deliveries: those that wait, those that are on their way, and the newest of those that are settled.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Field, Update, audience::Listener, envelope, schedule};
use crate::{
    ids::{Id, Seed},
    knobs::Knobs,
    state::State,
};

/// Settled deliveries beyond this many are forgotten, the longest settled first.
const SETTLED_KEPT: usize = 10_000;

/// One delivery to one address, as the log shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryEntry {
    /// Its place, from 1; at the same time its id.
    pub seq: u64,
    /// When the first thing happened that it tells of.
    pub at: Timestamp,
    /// The app it goes to.
    pub app: Id,
    /// The WABA that the first thing happened to.
    pub waba: Id,
    /// The field of the first change.
    pub field: Field,
    /// How many changes it holds.
    pub changes: u32,
    /// Where it goes.
    pub url: String,
    /// Whether it is a second copy of another delivery.
    pub duplicate_of: Option<u64>,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it is tried next, while it waits.
    pub next_attempt_at: Option<Timestamp>,
    /// Every attempt so far.
    pub attempts: Vec<Attempt>,
    /// The body before Meta's spelling.
    pub body: Value,
    /// Whether a second copy goes out with the first attempt.
    comes_twice: bool,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits for its next attempt.
    Waiting,
    /// It was handed out, and what came of it is not known yet.
    InFlight,
    /// It was answered with 200.
    Delivered,
    /// It was tried until the retry window ended.
    GivenUp,
    /// Its address is reserved for examples: it is shown here and goes nowhere.
    NotSent,
    /// It was lost on its way before anybody saw it (knob `webhook_loss`).
    Lost,
}

/// One attempt of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it was due.
    pub at: Timestamp,
    /// What came of it; none while it is in flight.
    pub outcome: Option<Outcome>,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An HTTP status. Only 200 counts as taken (observations: webhooks.handshake).
    Answered(u16),
    /// No answer: no connection, a connection that broke, or too late. The text says which.
    NoAnswer(String),
}

impl Outcome {
    fn is_success(&self) -> bool {
        matches!(self, Self::Answered(200))
    }
}

/// All deliveries of a world.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Outbox {
    deliveries: BTreeMap<u64, DeliveryEntry>,
    /// Waiting deliveries by when they are due.
    queue: BTreeSet<(Timestamp, u64)>,
    /// Settled deliveries, the longest settled first.
    settled: VecDeque<u64>,
    /// Deliveries that were not tried yet and may take more changes in.
    open: BTreeMap<(Id, String), u64>,
    last_seq: u64,
}

/// Makes a delivery of an update for one listener, or adds it to one that has not left yet.
pub(super) fn post(state: &mut State, at: Timestamp, listener: Listener, update: &Update) {
    let fate = schedule::fate(&state.knobs, state.seed, at, listener.app, update);
    let entry = envelope::entry(at, update);
    let most = state.knobs.webhook_batch;
    let outbox = &mut state.world.outbox;
    if most > 1 && !state.knobs.webhook_quirky_shapes && outbox.join(&listener, &entry, most) {
        return;
    }
    let body = envelope::envelope(entry);
    let body = if state.knobs.webhook_quirky_shapes { envelope::make_odd(body, update) } else { body };
    let seq = outbox.next_seq();
    let (state, next_attempt_at) = match (state.receivers.has(&listener.url), fate.is_lost) {
        (false, _) => (DeliveryState::NotSent, None),
        (true, true) => (DeliveryState::Lost, None),
        (true, false) => (DeliveryState::Waiting, Some(fate.due_at)),
    };
    outbox.add(DeliveryEntry {
        seq,
        at,
        app: listener.app,
        waba: update.waba,
        field: update.field,
        changes: 1,
        url: listener.url,
        duplicate_of: None,
        state,
        next_attempt_at,
        attempts: Vec::new(),
        body,
        comes_twice: fate.comes_twice,
    });
}

impl Outbox {
    /// Whether nothing was ever sent.
    pub fn is_empty(&self) -> bool {
        self.last_seq == 0
    }

    /// The deliveries behind place `seq` that are still known.
    pub(crate) fn after(&self, seq: u64) -> impl DoubleEndedIterator<Item = &DeliveryEntry> {
        self.deliveries.range(seq.saturating_add(1)..).map(|(_, delivery)| delivery)
    }

    pub(crate) fn get(&self, seq: u64) -> Option<&DeliveryEntry> {
        self.deliveries.get(&seq)
    }

    /// When the next delivery is due.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.queue.first().map(|(at, _)| *at)
    }

    /// How many deliveries are due by `now`.
    pub(crate) fn count_due(&self, now: Timestamp) -> usize {
        self.queue.iter().take_while(|(at, _)| *at <= now).count()
    }

    /// Hands out the delivery that has been due for longest; its second copy, if it has one, is made with its first attempt.
    pub(crate) fn take_due(&mut self, now: Timestamp, knobs: &Knobs, seed: Seed) -> Option<&DeliveryEntry> {
        let (at, seq) = *self.queue.first().filter(|(at, _)| *at <= now)?;
        self.queue.pop_first();
        let delivery = self.deliveries.get_mut(&seq)?;
        delivery.state = DeliveryState::InFlight;
        delivery.next_attempt_at = None;
        delivery.attempts.push(Attempt { at, outcome: None });
        let key = (delivery.app, delivery.url.clone());
        let copy = std::mem::take(&mut delivery.comes_twice).then(|| delivery.clone());
        if self.open.get(&key) == Some(&seq) {
            self.open.remove(&key);
        }
        if let Some(copy) = copy {
            let due_at = crate::state::later(at, schedule::copy_delay(knobs, seed, seq));
            let copy = DeliveryEntry {
                seq: self.next_seq(),
                duplicate_of: Some(seq),
                state: DeliveryState::Waiting,
                next_attempt_at: Some(due_at),
                attempts: Vec::new(),
                ..copy
            };
            self.add(copy);
        }
        self.deliveries.get(&seq)
    }

    /// Enters what came of a delivery in flight, and plans the next attempt if it failed. False if it is not in flight.
    pub(crate) fn report(&mut self, seq: u64, outcome: Outcome, knobs: &Knobs) -> bool {
        let Some(delivery) = self.deliveries.get_mut(&seq).filter(|one| one.state == DeliveryState::InFlight) else {
            return false;
        };
        let is_success = outcome.is_success();
        if let Some(attempt) = delivery.attempts.last_mut() {
            attempt.outcome = Some(outcome);
        }
        let attempts: Vec<Timestamp> = delivery.attempts.iter().map(|attempt| attempt.at).collect();
        let again = schedule::next_attempt(knobs.webhook_retry_window, &attempts).filter(|_| !is_success);
        delivery.next_attempt_at = again;
        delivery.state = match again {
            Some(at) => {
                self.queue.insert((at, seq));
                DeliveryState::Waiting
            }
            None if is_success => DeliveryState::Delivered,
            None => DeliveryState::GivenUp,
        };
        if again.is_none() {
            self.settle(seq);
        }
        true
    }

    /// Has a delivery tried once more at `now`, whatever came of it before. False if it is unknown or in flight.
    pub(crate) fn redeliver(&mut self, seq: u64, now: Timestamp) -> bool {
        let Some(delivery) = self.deliveries.get_mut(&seq).filter(|one| one.state != DeliveryState::InFlight) else {
            return false;
        };
        if let Some(due) = delivery.next_attempt_at {
            self.queue.remove(&(due, seq));
        }
        delivery.state = DeliveryState::Waiting;
        delivery.next_attempt_at = Some(now);
        self.queue.insert((now, seq));
        self.settled.retain(|settled| *settled != seq);
        true
    }

    /// Adds an entry to a delivery that has not left yet; changes of one entry id and instant stand in one entry.
    fn join(&mut self, listener: &Listener, entry: &Value, most: u32) -> bool {
        let key = (listener.app, listener.url.clone());
        let Some(delivery) = self.open.get(&key).and_then(|seq| self.deliveries.get_mut(seq)) else { return false };
        if delivery.changes >= most {
            return false;
        }
        let Some(entries) = delivery.body.pointer_mut("/entry").and_then(Value::as_array_mut) else { return false };
        let same = |other: &&mut Value| other.get("id") == entry.get("id") && other.get("time") == entry.get("time");
        let found = entries.iter_mut().find(same).and_then(|same| same.pointer_mut("/changes")?.as_array_mut());
        match (found, entry.get("changes").and_then(Value::as_array)) {
            (Some(changes), Some(more)) => changes.extend(more.iter().cloned()),
            (_, _) => entries.push(entry.clone()),
        }
        delivery.changes += 1;
        true
    }

    fn next_seq(&mut self) -> u64 {
        self.last_seq += 1;
        self.last_seq
    }

    fn add(&mut self, delivery: DeliveryEntry) {
        let (seq, is_settled) = (delivery.seq, delivery.next_attempt_at.is_none());
        self.put(delivery);
        if is_settled {
            self.settle(seq);
        }
    }

    fn put(&mut self, delivery: DeliveryEntry) {
        let seq = delivery.seq;
        if let Some(due) = delivery.next_attempt_at {
            self.queue.insert((due, seq));
            if delivery.attempts.is_empty() && delivery.duplicate_of.is_none() {
                self.open.insert((delivery.app, delivery.url.clone()), seq);
            }
        }
        self.deliveries.insert(seq, delivery);
    }

    fn settle(&mut self, seq: u64) {
        self.settled.push_back(seq);
        if self.settled.len() > SETTLED_KEPT
            && let Some(oldest) = self.settled.pop_front()
        {
            self.deliveries.remove(&oldest);
        }
    }
}

/// The outbox as it is written down; the queue and what may take changes in follow from the deliveries.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    last_seq: u64,
    settled: VecDeque<u64>,
    deliveries: Vec<DeliveryEntry>,
}

impl From<Outbox> for Written {
    fn from(outbox: Outbox) -> Self {
        let Outbox { deliveries, settled, last_seq, queue: _, open: _ } = outbox;
        Self { last_seq, settled, deliveries: deliveries.into_values().collect() }
    }
}

impl From<Written> for Outbox {
    /// What was in flight when the world was written down is due again: nobody will report on it.
    fn from(written: Written) -> Self {
        let mut outbox = Self { last_seq: written.last_seq, settled: written.settled, ..Self::default() };
        for mut delivery in written.deliveries {
            if delivery.state == DeliveryState::InFlight {
                delivery.state = DeliveryState::Waiting;
                delivery.next_attempt_at = delivery.attempts.pop().map(|attempt| attempt.at);
            }
            outbox.put(delivery);
        }
        outbox
    }
}
