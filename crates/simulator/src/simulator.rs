//! The simulator as a value: hand it requests with their instants, and read what came of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};

use crate::{
    faults::{Fault, InvalidFault},
    http as graph,
    ids::{Id, Seed},
    knobs::{InvalidKnob, Knobs},
    ledger::{LedgerEntry, RequestEntry},
    load::Setup,
    mail::Mail,
    people::{self, Action},
    rules::two_step,
    state::{State, later},
    webhooks::{Handshake, HandshakeAnswer},
    world::World,
};

/// Meta's side. Clones share one world. Every method is synchronous; the same seed and the same calls at the same instants
/// give the same bytes.
#[derive(Clone, Debug)]
pub struct Simulator {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) state: State,
    /// What `reset` goes back to.
    origin: Arc<Setup>,
    /// How often something changed; that time goes on is no change.
    pub(crate) changes: u64,
}

/// One HTTP exchange.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Time on the wire and inside the vendor. The effect took place at the instant the request was handed in.
    pub latency: SignedDuration,
    /// What the caller sees.
    pub reply: Reply,
}

/// How far an exchange has got.
#[derive(Clone, Debug)]
pub enum Begun {
    /// To its end.
    Done(Exchange),
    /// To where a callback has to be asked.
    Asks(SuspendedExchange),
}

/// An exchange that waits for the answer of a callback.
#[derive(Clone, Debug)]
pub struct SuspendedExchange(graph::Suspended);

impl SuspendedExchange {
    /// What the callback has to be asked.
    pub fn handshake(&self) -> &Handshake {
        &self.0.handshake
    }
}

/// What the caller of an exchange sees.
#[derive(Clone, Debug)]
pub enum Reply {
    /// An answer.
    Answer(Response<Bytes>),
    /// The connection dropped; there is no effect and there will be none.
    DroppedBefore,
    /// The connection dropped; the effect took place.
    DroppedAfter,
    /// The connection dropped; the effect takes place later.
    DroppedThenLate {
        /// When.
        lands_at: Timestamp,
    },
}

impl Simulator {
    /// A simulator of `world` that starts at the instant of the world, or at `start` if it has none.
    pub fn new(world: World, knobs: Knobs, start: Timestamp, seed: u64) -> Self {
        Self::from_setup(Setup { world, knobs, faults: Vec::new(), start, seed, files: None })
    }

    /// A simulator of what files describe: see [`crate::load`].
    pub fn from_setup(setup: Setup) -> Self {
        Self::from_parts(begin(&setup), setup)
    }

    /// A copy of the state, and what it began from.
    pub(crate) fn parts(&self) -> (State, Arc<Setup>) {
        let shared = self.lock();
        (shared.state.clone(), Arc::clone(&shared.origin))
    }

    pub(crate) fn from_parts(state: State, origin: Setup) -> Self {
        Self { shared: Arc::new(Mutex::new(Shared { state, origin: Arc::new(origin), changes: 0 })) }
    }

    /// Starts again from a setup. Time goes back to its start.
    pub fn reset(&self, setup: Setup) {
        let mut shared = self.change();
        let (receivers, most_requests) = (shared.state.receivers, shared.state.ledger.most_requests());
        shared.state = begin(&setup);
        shared.state.receivers = receivers;
        shared.state.ledger.keep_requests(most_requests);
        shared.origin = Arc::new(setup);
    }

    /// What the simulator started from.
    pub fn origin(&self) -> Setup {
        Setup::clone(&self.lock().origin)
    }

    /// One HTTP exchange with the Graph API at `at`, before which the world is brought forward to that instant. An `at`
    /// before the present counts as the present. Callbacks that have to be verified answer rightly.
    pub fn exchange(&self, at: Timestamp, request: &Request<Bytes>) -> Exchange {
        self.exchange_with(at, request, Handshake::right_answer)
    }

    /// Like [`Self::exchange`], `callback` playing whoever is behind the address that the call wants to set.
    pub fn exchange_with(
        &self,
        at: Timestamp,
        request: &Request<Bytes>,
        callback: impl FnOnce(&Handshake) -> HandshakeAnswer,
    ) -> Exchange {
        match self.begin_exchange(at, request) {
            Begun::Done(exchange) => exchange,
            Begun::Asks(suspended) => {
                let answer = callback(suspended.handshake());
                self.resume_exchange(at, suspended, &answer)
            }
        }
    }

    /// Takes a request at `at`. It is carried out at once, unless it wants to set a callback: that has to be asked first, and
    /// [`Self::resume_exchange`] told what it answered. A request that is never resumed was never carried out.
    pub fn begin_exchange(&self, at: Timestamp, request: &Request<Bytes>) -> Begun {
        let mut shared = self.change();
        shared.state.advance_to(at);
        match graph::begin(&mut shared.state, request) {
            graph::Begun::Done(exchange) => Begun::Done(exchange),
            graph::Begun::Asks(suspended) => Begun::Asks(SuspendedExchange(suspended)),
        }
    }

    /// Carries out at `at` a request whose callback has answered.
    pub fn resume_exchange(&self, at: Timestamp, suspended: SuspendedExchange, answer: &HandshakeAnswer) -> Exchange {
        let mut shared = self.change();
        shared.state.advance_to(at);
        graph::resume(&mut shared.state, suspended.0, answer)
    }

    /// When time alone changes something next: a person, a review, a late effect.
    pub fn next_event_at(&self) -> Option<Timestamp> {
        self.lock().state.world.agenda.next_at()
    }

    /// Lets everything happen that is due by `at`.
    pub fn advance_to(&self, at: Timestamp) {
        self.lock().advance_to(at);
    }

    /// Lets so much time pass, and everything happen that is due in it, in order. Gives the present. Time never goes back.
    pub fn advance(&self, time: SignedDuration) -> Timestamp {
        let mut shared = self.lock();
        let until = later(shared.state.now, time);
        shared.advance_to(until);
        shared.state.now
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.lock().state.now
    }

    /// The knobs.
    pub fn knobs(&self) -> Knobs {
        self.lock().state.knobs.clone()
    }

    /// Sets all knobs.
    ///
    /// # Errors
    /// Names the knob whose value is out of range; nothing is changed then.
    pub fn set_knobs(&self, knobs: Knobs) -> Result<(), InvalidKnob> {
        knobs.validate()?;
        self.change().state.turn(knobs);
        Ok(())
    }

    /// Adds a fault behind those there are.
    ///
    /// # Errors
    /// Says what is wrong with the fault; it is not added then.
    pub fn add_fault(&self, fault: Fault) -> Result<(), InvalidFault> {
        fault.validate()?;
        self.change().state.faults.add(fault);
        Ok(())
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.change().state.faults.clear();
    }

    /// The faults, each with how often it fired.
    pub fn faults(&self) -> Vec<(Fault, u32)> {
        self.lock().state.faults.all().map(|(fault, fired)| (fault.clone(), fired)).collect()
    }

    /// Lets a person of `portfolio` do something now. Gives how many things changed.
    pub fn person(&self, portfolio: Id, action: Action) -> usize {
        self.person_about(portfolio, None, action)
    }

    /// Like [`Self::person`], for one source WABA of the portfolio only.
    pub fn person_about(&self, portfolio: Id, source_waba: Option<Id>, action: Action) -> usize {
        let mut shared = self.change();
        let now = shared.state.now;
        people::act(&mut shared.state, now, portfolio, source_waba, action)
    }

    /// Lets the person at the customer of this reference do something now. Gives how many things changed: none where there was
    /// nothing to do, or no such customer.
    pub fn lets(&self, reference: &str, action: Action) -> usize {
        let found = self.customer(reference);
        found.map_or(0, |customer| self.person_about(customer.portfolio_id, Some(customer.waba_id), action))
    }

    /// Lets a person answer one migration request now (guide 3.5). False if it is not open any more.
    pub fn answer_request(&self, intent: Id, accepts: bool) -> bool {
        let mut shared = self.change();
        let now = shared.state.now;
        people::answer_now(&mut shared.state, now, intent, accepts)
    }

    /// Lets a person turn two-step verification off for one number, as `waba` lists it (guide 1.7). False if it is off.
    pub fn turn_off_two_step(&self, waba: Id, phone: Id) -> bool {
        let mut shared = self.change();
        let now = shared.state.now;
        two_step::turn_off_for(&mut shared.state, now, waba, phone)
    }

    /// Lets a person enter a card for one WABA (guide 3.2), which the bank takes or declines. False if nothing changed.
    pub fn enter_card(&self, waba: Id, works: bool) -> bool {
        let mut shared = self.change();
        let now = shared.state.now;
        let enter = if works { people::add_payment_method } else { people::decline_payment_method };
        enter(&mut shared.state, now, waba)
    }

    /// Shows the whole state to `see`, without a copy.
    pub(crate) fn look<T>(&self, see: impl FnOnce(&State) -> T) -> T {
        see(&self.lock().state)
    }

    /// Changes of state behind place `after`, all of them.
    pub fn ledger(&self, after: u64) -> Vec<LedgerEntry> {
        self.lock().state.ledger.entries_after(after).to_vec()
    }

    /// Requests behind place `after` that are still kept.
    pub fn requests(&self, after: u64) -> Vec<RequestEntry> {
        self.lock().state.ledger.requests_after(after).cloned().collect()
    }

    /// Says how many requests are kept from now on, the newest: all of them unless told. Outlasts [`Self::reset`].
    /// [`crate::serve()`] says ten thousand for itself, since it may run for long.
    pub fn keep_requests(&self, most: usize) {
        self.change().state.ledger.keep_requests(most);
    }

    /// All mails sent so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.lock().state.mails.all().to_vec()
    }

    /// A copy of the whole state, at its instant.
    pub fn world(&self) -> World {
        let state = &self.lock().state;
        World { now: Some(state.now), ..state.world.clone() }
    }

    /// Replaces the whole world, and with it what was counted against limits and what reads still show of the old one. Time goes
    /// on from the instant of the world, or from the present if it has none. Logs, mails, knobs and faults stay.
    pub fn set_world(&self, world: World) {
        self.change().state.replace_world(world);
    }

    /// The state for somebody who changes it.
    pub(crate) fn change(&self) -> MutexGuard<'_, Shared> {
        let mut shared = self.lock();
        shared.changes += 1;
        shared
    }

    /// How often something changed so far; that time goes on is no change.
    pub(crate) fn changes(&self) -> u64 {
        self.lock().changes
    }

    /// The state for somebody who only looks. A panic under the lock would have left nothing half done that matters to a test: go on with what is there.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn advance_to(&mut self, at: Timestamp) {
        self.changes += u64::from(self.state.advance_to(at));
    }
}

fn begin(setup: &Setup) -> State {
    let mut state = State::new(setup.world.clone(), setup.knobs.clone(), setup.start, Seed(setup.seed));
    for fault in &setup.faults {
        state.faults.add(fault.clone());
    }
    state
}
