//! One migration between `decide` and a [`World`], as the engine would run it, but for the engine.

use jiff::{SignedDuration, Timestamp};
use unmoor_migration::retry::{Jitter, after};
use unmoor_migration::{
    Attempt, BlockerCode, Command, Customer, Decision, EffectKind, Event, FleetStanding, Input, Migration, NumberState,
    Outcome, Pace, Phase, Policy, Rejected, Surroundings, Throttled, begin, decide, import,
};

use crate::world::{World, at, customer, number};

pub(crate) const START: &str = "2026-11-02T08:00:00Z";

/// How long a call takes here.
const ANSWERED_AFTER: SignedDuration = SignedDuration::from_millis(120);

#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) m: Migration,
    pub(crate) journal: Vec<Event>,
    pub(crate) now: Timestamp,
    pub(crate) world: World,
    pub(crate) policy: Policy,
    pub(crate) fleet: FleetStanding,
    pub(crate) throttled: Option<Throttled>,
    pub(crate) jitter: Jitter,
    /// Every attempt that was journaled, in order.
    pub(crate) attempts: Vec<Attempt>,
}

impl Run {
    pub(crate) fn new(world: World) -> Self {
        Self::of(customer(), world)
    }

    pub(crate) fn of(customer: Customer, world: World) -> Self {
        let first = import(customer, at(START));
        Self {
            m: begin(&first).unwrap(),
            journal: vec![first],
            now: at(START),
            world,
            policy: Policy::default(),
            fleet: FleetStanding::default(),
            throttled: None,
            jitter: Jitter::default(),
            attempts: Vec::new(),
        }
    }

    /// What `input` would lead to.
    pub(crate) fn peek(&self, input: Input) -> Result<Decision, Rejected> {
        let surroundings = Surroundings {
            now: self.now,
            jitter: self.jitter,
            policy: &self.policy,
            fleet: self.fleet.clone(),
            throttled: self.throttled.clone(),
            pace: Pace::default(),
        };
        decide(&self.m, input, &surroundings)
    }

    /// Takes `input` in.
    pub(crate) fn input(&mut self, input: Input) -> Result<Decision, Rejected> {
        let decision = self.peek(input)?;
        self.journal.extend(decision.events.iter().cloned());
        self.attempts.extend(decision.effect.iter().cloned());
        self.m = decision.migration.clone();
        Ok(decision)
    }

    pub(crate) fn command(&mut self, command: Command) -> Result<Decision, Rejected> {
        self.input(Input::Command { by: "ada".to_owned(), command })
    }

    /// Lets time pass until the migration wants to be looked at, and looks.
    pub(crate) fn wake(&mut self) -> Decision {
        let due = self.m.wake_at().expect("it has a wake");
        self.now = self.now.max(due);
        self.input(Input::Wake).expect("a wake is never refused")
    }

    pub(crate) fn advance(&mut self, time: SignedDuration) {
        self.now = after(self.now, time);
    }

    /// Ends the open attempt.
    pub(crate) fn end(&mut self, outcome: Outcome) -> Decision {
        let attempt = self.m.open_attempt().expect("an attempt is open").id;
        self.advance(ANSWERED_AFTER);
        self.input(Input::Ended { attempt, outcome }).expect("an outcome is never refused")
    }

    /// Ends the open attempt as the world answers it.
    pub(crate) fn answer(&mut self) -> Decision {
        let attempt = self.m.open_attempt().expect("an attempt is open").clone();
        let outcome = self.world.answer(&attempt);
        self.end(outcome)
    }

    /// One step: answers what is open, or waits for the next look.
    pub(crate) fn step(&mut self) {
        if self.m.open_attempt().is_some() {
            self.answer();
        } else {
            self.wake();
        }
    }

    pub(crate) fn open_kind(&self) -> Option<EffectKind> {
        self.m.open_attempt().map(|attempt| attempt.effect.kind())
    }

    /// Steps until `reached`, at most some thousand times.
    pub(crate) fn until(&mut self, what: &str, reached: impl Fn(&Self) -> bool) {
        for _ in 0..2_000 {
            if reached(self) {
                return;
            }
            assert!(
                self.m.open_attempt().is_some() || self.m.wake_at().is_some(),
                "it sleeps before {what}: {:?} {:?}",
                self.m.phase(),
                self.m.blockers()
            );
            self.step();
        }
        panic!("{what} is not reached: {:?} {:?}", self.m.phase(), self.m.blockers());
    }

    pub(crate) fn until_phase(&mut self, phase: Phase) {
        self.until(phase.name(), |run| *run.m.phase() == phase);
    }

    pub(crate) fn until_open(&mut self, kind: EffectKind) {
        self.until(kind.doing(), |run| run.open_kind() == Some(kind));
    }

    pub(crate) fn until_blocked(&mut self, code: BlockerCode) {
        self.until(code.as_str(), |run| run.has(code) && run.m.open_attempt().is_none());
    }

    pub(crate) fn has(&self, code: BlockerCode) -> bool {
        self.m.blockers().iter().any(|blocker| blocker.code == code)
    }

    pub(crate) fn codes(&self) -> Vec<&'static str> {
        self.m.blocker_codes()
    }

    pub(crate) fn state_of(&self, text: &str) -> NumberState {
        let wanted = number(text);
        self.m.numbers().find(|entry| entry.number == wanted).expect("the number is known").state.clone()
    }

    /// How often `kind` was tried.
    pub(crate) fn tries(&self, kind: EffectKind) -> usize {
        self.attempts.iter().filter(|attempt| attempt.effect.kind() == kind).count()
    }

    /// Imported, and asked to go as far as it can.
    pub(crate) fn started(world: World) -> Self {
        let mut run = Self::new(world);
        run.command(Command::Start).unwrap();
        run
    }
}
