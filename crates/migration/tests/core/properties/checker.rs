//! Runs a script and checks every rule from what was asked and answered alone, never from the machine's own reading of
//! it.

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use unmoor_migration::blocker::Blocker;
use unmoor_migration::observed::SourceTemplates;
use unmoor_migration::retry::{CALL_TIMEOUT, Jitter, after};
use unmoor_migration::templates::MissingTemplates;
use unmoor_migration::window::CutoverWindow;
use unmoor_migration::{
    Attempt, BlockerCode, Command, Decision, E164, Fact, FleetStanding, Input, Migration, NumberState, Outcome,
    PortfolioId, SettingsPolicy, Success, TemplateGate, Throttled, Turn,
};

use super::script::{Change, Fate, Script, Step};
use super::survives_serde;
use crate::run::Run;
use crate::world::{INTENT, PORTFOLIO, customer, refused, template, unknown};

/// A call that has ended.
pub(crate) struct Past {
    pub(crate) attempt: Attempt,
    pub(crate) outcome: Outcome,
    pub(crate) at: Timestamp,
}

pub(crate) struct Checker {
    pub(crate) run: Run,
    pub(crate) past: Vec<Past>,
    pub(crate) retries: Vec<Timestamp>,
    /// A person has said of our intent that its acceptance was seen.
    pub(crate) acceptance_told: bool,
    /// Calls whose effect takes place later.
    late: Vec<(Timestamp, Attempt)>,
}

impl Checker {
    pub(crate) fn of(script: &Script) -> Self {
        let mut customer = customer();
        customer.storage_region = script.region.then(|| "DE".to_owned());
        let mut run = Run::of(customer, script.world());
        run.policy.before_move_hook = script.hook;
        if script.losses {
            run.policy.template_gate = TemplateGate::Losses;
        }
        if script.settings {
            run.policy.settings = SettingsPolicy::Restore;
        }
        if script.creates {
            run.policy.missing_templates = MissingTemplates::Create;
        }
        if script.window {
            let (from, until) = (Time::constant(1, 0, 0, 0), Time::constant(4, 0, 0, 0));
            run.policy.window = Some(CutoverWindow { days: vec![2, 4], from, until });
        }
        let mut checker = Self { run, past: Vec::new(), retries: Vec::new(), acceptance_told: false, late: Vec::new() };
        if script.calm_steps > 0 {
            checker.take(&Step::Command(Command::Start));
            (0..script.calm_steps).for_each(|_| checker.take(&Step::Go(Fate::True)));
        }
        checker
    }

    pub(crate) fn take(&mut self, step: &Step) {
        match step {
            Step::Go(fate) => self.go(fate),
            Step::Pass(seconds) => self.pass(SignedDuration::from_secs(*seconds)),
            Step::Command(command) => {
                let input = Input::Command { by: "ada".to_owned(), command: command.clone() };
                if self.input(input).is_none() {
                    return;
                }
                match command {
                    Command::Retry => self.retries.push(self.run.now),
                    Command::Adopt { intent, acceptance_seen: Some(_) } => {
                        self.acceptance_told |= intent.as_str() == INTENT;
                    }
                    _ => {}
                }
            }
            Step::Nudge => {
                self.input(Input::Nudge { from: "webhook account_update".to_owned() });
            }
            Step::Change(change) => self.change(*change),
            Step::FleetStops(stops) => {
                let blocker = Blocker::new(BlockerCode::FleetBraked, self.run.now);
                self.run.fleet =
                    FleetStanding { no_move: stops.then_some(blocker), no_system_token: None, recovery: None };
            }
            Step::Throttle(on) => {
                let until = after(self.run.now, SignedDuration::from_mins(7));
                self.run.throttled = on.then(|| Throttled { until, lane: "200 calls per hour".to_owned() });
            }
            Step::Jitter(permille) => self.run.jitter = Jitter::from_permille(*permille),
        }
    }

    pub(crate) fn pass(&mut self, time: SignedDuration) {
        self.run.advance(time);
        self.land();
    }

    /// What was to take place later, takes place.
    fn land(&mut self) {
        let now = self.run.now;
        for (at, attempt) in std::mem::take(&mut self.late) {
            if at <= now {
                self.run.world.take_effect(&attempt);
            } else {
                self.late.push((at, attempt));
            }
        }
    }

    fn go(&mut self, fate: &Fate) {
        if self.run.throttled.as_ref().is_some_and(|throttled| throttled.until <= self.run.now) {
            self.run.throttled = None;
        }
        let Some(attempt) = self.run.m.open_attempt().cloned() else {
            if let Some(due) = self.run.m.wake_at() {
                self.run.now = self.run.now.max(due);
                self.land();
                self.input(Input::Wake);
            }
            return;
        };
        let is_lost = matches!(fate, Fate::Lost(_));
        let outcome = self.outcome_of(&attempt, fate);
        // Silence may be a time-out, or a connection that closes at once.
        let is_timeout = matches!(fate, Fate::SilentAfter | Fate::SilentLate(_) | Fate::Lost(_));
        self.pass(if is_timeout { CALL_TIMEOUT } else { SignedDuration::from_secs(1) });
        let id = attempt.id;
        self.past.push(Past { attempt, outcome: outcome.clone(), at: self.run.now });
        let input = if is_lost { Input::Lost { attempt: id } } else { Input::Ended { attempt: id, outcome } };
        assert!(self.input(input).is_some(), "an outcome is refused");
    }

    fn outcome_of(&mut self, attempt: &Attempt, fate: &Fate) -> Outcome {
        // What is not the vendor's never falls silent: it is done or not sent.
        let is_ours = !attempt.effect.kind().is_graph_call();
        match fate {
            Fate::True => self.run.world.answer(attempt),
            Fate::NotSent => Outcome::NotSent { why: "its time to leave had passed".to_owned() },
            _ if is_ours => Outcome::NotSent { why: "the vault is locked".to_owned() },
            Fate::Refused(cause, verdict) => refused(*cause, *verdict),
            Fate::SilentBefore | Fate::Lost(false) => unknown(),
            Fate::SilentAfter | Fate::Lost(true) => {
                self.run.world.take_effect(attempt);
                unknown()
            }
            Fate::SilentLate(seconds) => {
                self.late.push((after(self.run.now, SignedDuration::from_secs(*seconds)), attempt.clone()));
                unknown()
            }
        }
    }

    fn change(&mut self, change: Change) {
        let world = &mut self.run.world;
        match change {
            Change::TwoStep(on) => world.numbers.values_mut().for_each(|entry| entry.pin_enabled = on),
            Change::Payment(error) => {
                world.destination.payment_error = error;
                world.destination.funding_present = error == Some(false);
            }
            Change::Review(status) => world.destination.review = status.map(str::to_owned),
            Change::NameStatus(status) => {
                world.numbers.values_mut().for_each(|entry| entry.name_status = status.map(str::to_owned));
            }
            Change::Intent(status) => world.intent_status = status.to_owned(),
            Change::OtherOwner(other) => {
                let owner = if other { "999" } else { PORTFOLIO };
                world.destination.owner = Some(PortfolioId::new(owner).unwrap());
            }
            Change::Connected(connected) => {
                let status = if connected { "CONNECTED" } else { "DISCONNECTED" };
                world.numbers.values_mut().for_each(|entry| entry.status = Some(status.to_owned()));
            }
            Change::LastConnected(connected) => {
                let status = if connected { "CONNECTED" } else { "DISCONNECTED" };
                if let Some(mut entry) = world.numbers.last_entry() {
                    entry.get_mut().status = Some(status.to_owned());
                }
            }
            Change::SubscriptionVanishes(vanishes) => {
                world.subscription_vanishes = vanishes;
                world.subscribed &= !vanishes;
            }
            Change::ShowsConnected(shows) => {
                world.status_after_register = if shows { "CONNECTED" } else { "PENDING" }.to_owned();
            }
            Change::TokenValid(valid) => {
                world.token.valid = valid;
                world.destination_token.valid = valid;
            }
            Change::Green(green) => {
                let quality = if green { "GREEN" } else { "YELLOW" };
                let all = vec![template("order_shipped", quality), template("old_offer", "YELLOW")];
                world.templates = SourceTemplates::new(all, 0);
            }
            Change::Veto(veto) => world.veto = veto.then(|| "the agents are busy".to_owned()),
        }
    }

    /// Everything that may stand in the way is gone.
    pub(crate) fn put_in_order(&mut self) {
        for change in [
            Change::TwoStep(Some(false)),
            Change::Payment(Some(false)),
            Change::Review(Some("APPROVED")),
            Change::NameStatus(Some("APPROVED")),
            Change::Intent("ACCEPTED"),
            Change::OtherOwner(false),
            Change::Connected(true),
            Change::SubscriptionVanishes(false),
            Change::ShowsConnected(true),
            Change::TokenValid(true),
            Change::Veto(false),
            Change::Green(true),
        ] {
            self.change(change);
        }
        for entry in self.run.world.destination_numbers.values_mut().filter(|entry| entry.pin_enabled == Some(true)) {
            entry.status = Some("CONNECTED".to_owned());
        }
        self.run.fleet = FleetStanding::default();
        self.run.throttled = None;
    }

    pub(crate) fn journal_adds_up(&self) {
        survives_serde(&self.run.journal, &self.run.m);
    }

    /// Takes an input in, and checks what it led to. `None` when it was refused.
    fn input(&mut self, input: Input) -> Option<Decision> {
        let before = self.run.m.clone();
        let may_call = matches!(input, Input::Wake | Input::Ended { .. } | Input::Lost { .. });
        let decision = match self.run.input(input) {
            Ok(decision) => decision,
            Err(rejected) => {
                let text = rejected.to_string();
                assert!(!text.contains("defect") && !text.contains("cannot take the event"), "{text}");
                return None;
            }
        };
        self.check(&before, &decision);
        if may_call {
            self.nothing_stops_a_register(&decision.migration);
        }
        Some(decision)
    }

    fn check(&self, before: &Migration, decision: &Decision) {
        let now = self.run.now;
        let m = &decision.migration;
        let mut state = before.clone();
        for event in &decision.events {
            assert_eq!(event.at, now);
            if let Fact::PhaseEntered { phase } = &event.fact {
                assert!(state.phase().may_become(phase), "{} to {phase}", state.phase());
            }
            if let Fact::Waiting { until, blockers } = &event.fact {
                assert!(state.wake_at() != *until || state.blockers() != blockers, "it waits for the same again");
            }
            if let Fact::AttemptStarted { attempt } = &event.fact {
                assert!(state.open_attempt().is_none(), "two attempts at once");
                assert!(!state.is_final(), "an effect after the end");
                self.may_start(&state, attempt);
            }
            state = unmoor_migration::apply(state, event).unwrap();
        }
        assert_eq!(state, *m, "the facts do not add up to the state");
        assert_eq!(
            decision.effect.is_some(),
            before.open_attempt().is_none() && m.open_attempt().is_some() || {
                // The attempt that ended made room for another.
                decision.effect.is_some() && decision.effect.as_ref() == m.open_attempt()
            }
        );
        if before.is_final() {
            assert!(decision.effect.is_none() && m.phase() == before.phase(), "the end is not the end");
        }
        self.never_sleeps(m);
        let under_way: Vec<&E164> =
            m.numbers().filter(|number| number.is_under_way()).map(|number| &number.number).collect();
        assert!(under_way.len() <= 1, "two numbers under way: {under_way:?}");
        self.nothing_is_forgotten(m);
    }

    /// Rules 3 and 7: a moved number whose register was never tried is registered in the same breath, but for a wanted storage
    /// region that Meta does not take.
    fn nothing_stops_a_register(&self, m: &Migration) {
        let untried =
            m.numbers().find(|number| number.state == NumberState::Moved && number.register_trouble.is_none());
        if let Some(number) = untried {
            let waits_for_its_region = m.blocker_codes().contains(&BlockerCode::StorageRegionOpen.as_str());
            let is_busy = m.open_attempt().is_some() || self.run.throttled.is_some() || waits_for_its_region;
            assert!(is_busy, "{} is moved, and nothing is done about it", number.number);
        }
    }

    /// Rule 13.
    fn never_sleeps(&self, m: &Migration) {
        if m.is_final() || m.open_attempt().is_some() || m.wake_at().is_some() {
            return;
        }
        let a_person = |blocker: &Blocker| !matches!(blocker.turn, Turn::Meta | Turn::Time);
        assert!(m.blockers().iter().any(a_person), "it sleeps for ever: {:?} {:?}", m.phase(), m.blockers());
    }

    /// What was read to be at the destination is never called skipped.
    fn nothing_is_forgotten(&self, m: &Migration) {
        let listed = self.last_answer(|answer| match answer {
            Success::DestinationNumbers(listed) => {
                Some(listed.iter().filter_map(|entry| entry.number.clone()).collect::<Vec<_>>())
            }
            _ => None,
        });
        for number in m.numbers() {
            let is_over_there = listed.as_ref().is_some_and(|(listed, _)| listed.contains(&number.number));
            let is_given_up = matches!(&number.state, NumberState::Skipped { reason } if *reason != unmoor_migration::number::Skip::Cancelled);
            assert!(!(is_over_there && is_given_up), "{} is moved and was skipped", number.number);
        }
    }
}
