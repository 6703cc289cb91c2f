//! Runs a script and checks every rule from what was asked and answered alone, never from the machine's own reading of
//! it.

use std::collections::BTreeMap;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use unmoor_migration::blocker::Blocker;
use unmoor_migration::observed::{DestinationAccount, ListedNumber};
use unmoor_migration::retry::{CALL_TIMEOUT, Jitter, after};
use unmoor_migration::window::CutoverWindow;
use unmoor_migration::{
    Attempt, BlockerCode, Command, Decision, E164, Effect, EffectKind, Fact, FleetStanding, Gate, Input, Migration,
    NumberState, Outcome, PortfolioId, Success, Throttled, Turn,
};

use super::script::{Change, Fate, Script, Step};
use super::survives_serde;
use crate::run::Run;
use crate::world::{PORTFOLIO, SOURCE, customer, refused, unknown};

const FRESH: SignedDuration = SignedDuration::from_mins(2);

/// A call that has ended.
struct Past {
    attempt: Attempt,
    outcome: Outcome,
    at: Timestamp,
}

pub(crate) struct Checker {
    pub(crate) run: Run,
    past: Vec<Past>,
    retries: Vec<Timestamp>,
    /// Calls whose effect takes place later.
    late: Vec<(Timestamp, Attempt)>,
}

impl Checker {
    pub(crate) fn of(script: &Script) -> Self {
        let mut customer = customer();
        customer.storage_region = script.region.then(|| "DE".to_owned());
        let mut run = Run::of(customer, script.world());
        run.policy.before_move_hook = script.hook;
        if script.window {
            let (from, until) = (Time::constant(1, 0, 0, 0), Time::constant(4, 0, 0, 0));
            run.policy.window = Some(CutoverWindow { days: vec![2, 4], from, until });
        }
        let mut checker = Self { run, past: Vec::new(), retries: Vec::new(), late: Vec::new() };
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
                if self.input(input).is_some() && *command == Command::Retry {
                    self.retries.push(self.run.now);
                }
            }
            Step::Nudge => {
                self.input(Input::Nudge { from: "webhook account_update".to_owned() });
            }
            Step::Change(change) => self.change(*change),
            Step::FleetStops(stops) => {
                let blocker = Blocker::new(BlockerCode::FleetBraked, self.run.now);
                self.run.fleet = FleetStanding { no_move: stops.then_some(blocker), no_system_token: None };
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
        self.pass(if matches!(outcome, Outcome::Unknown { .. }) { CALL_TIMEOUT } else { SignedDuration::from_secs(1) });
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
        let decision = match self.run.input(input) {
            Ok(decision) => decision,
            Err(rejected) => {
                let text = rejected.to_string();
                assert!(!text.contains("defect") && !text.contains("cannot take the event"), "{text}");
                return None;
            }
        };
        self.check(&before, &decision);
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

    fn may_start(&self, m: &Migration, attempt: &Attempt) {
        match &attempt.effect {
            Effect::MoveNumber { number, destination, .. } => {
                assert!(destination.as_str() != SOURCE, "it moves into the source");
                self.was_accepted(destination.as_str());
                self.gates_are_open(m, number);
                self.nobody_objects(m);
                self.was_probed(EffectKind::MoveNumber, number);
                let sealed = self.last(|past| {
                    past.attempt.effect.kind() == EffectKind::SealPin && past.attempt.effect.number() == Some(number)
                });
                assert!(sealed.is_some_and(|past| matches!(past.outcome, Outcome::Success { .. })), "no PIN is sealed");
            }
            Effect::RegisterNumber { number, .. } => {
                self.keeps_the_schedule(number);
                self.was_probed(EffectKind::RegisterNumber, number);
            }
            Effect::SetIntent => self.tags_in_time(),
            _ => {}
        }
    }

    fn last(&self, wanted: impl Fn(&Past) -> bool) -> Option<&Past> {
        self.past.iter().rev().find(|past| wanted(past))
    }

    fn last_answer<T>(&self, answer: impl Fn(&Success) -> Option<T>) -> Option<(T, Timestamp)> {
        self.past.iter().rev().find_map(|past| match &past.outcome {
            Outcome::Success { answer: given } => answer(given).map(|value| (value, past.at)),
            _ => None,
        })
    }

    /// Rule 1.
    fn was_accepted(&self, destination: &str) {
        let accepted = self.past.iter().any(|past| {
            matches!(&past.outcome, Outcome::Success { answer: Success::Intent(answer) }
                if answer.status == "ACCEPTED" && answer.destination.as_ref().is_some_and(|id| id.as_str() == destination))
        });
        assert!(accepted, "a move without ACCEPTED and this destination");
    }

    /// Rule 2.
    fn gates_are_open(&self, m: &Migration, number: &E164) {
        let now = self.run.now;
        let is_fresh = |at: Timestamp| now.duration_since(at) <= FRESH;
        let attested = |gate| m.attested_at(gate, number).is_some();
        let find = |listed: &[ListedNumber]| listed.iter().find(|entry| entry.number.as_ref() == Some(number)).cloned();
        let (entry, read_at) = self
            .last_answer(|answer| match answer {
                Success::SourceNumbers(listed) => Some(find(listed)),
                _ => None,
            })
            .expect("the source was listed");
        let entry = entry.expect("the source lists the number");
        assert_eq!(entry.status.as_deref(), Some("CONNECTED"));
        let shows = |open: Option<bool>| if m.source_is_lost() { None } else { open };
        let off = shows(entry.pin_enabled.map(|on| !on));
        assert!(
            off == Some(true) && is_fresh(read_at) || off.is_none() && attested(Gate::TwoStepOff),
            "two-step verification is not known to be off"
        );
        let named = shows(entry.name_status.as_ref().map(|status| status == "APPROVED"));
        assert!(
            named == Some(true) && is_fresh(read_at) || named.is_none() && attested(Gate::DisplayName),
            "the display name is not known to be approved"
        );
        let subscribed = self.last_answer(|answer| match answer {
            Success::Subscriptions(subscriptions) => Some(subscriptions.ours),
            _ => None,
        });
        assert!(subscribed.is_some_and(|(ours, at)| ours && is_fresh(at)), "the subscription is not known to be there");
        let (account, at) = self
            .last_answer(|answer| match answer {
                Success::Destination(account) => Some(account.clone()),
                _ => None,
            })
            .expect("the destination was read");
        let DestinationAccount { review, owner, payment_error, funding_present } = account;
        let open = |shown: Option<bool>, gate| {
            shown == Some(true) && is_fresh(at) || shown.is_none() && m.attested_at(gate, number).is_some()
        };
        assert!(open(review.map(|review| review == "APPROVED"), Gate::DestinationReview), "the review");
        assert!(open(owner.map(|owner| owner.as_str() == PORTFOLIO), Gate::SamePortfolio), "the portfolio");
        let payment = match (payment_error, funding_present) {
            (Some(true), _) => Some(false),
            (_, true) => Some(true),
            (_, false) => None,
        };
        assert!(open(payment, Gate::PaymentMethod), "the payment method");
        if m.customer().storage_region.is_some() {
            assert!(attested(Gate::StorageRegion), "the storage region");
        }
    }

    /// Rule 7, before the first move; and rule 8's fleet, the window and the hook.
    fn nobody_objects(&self, m: &Migration) {
        assert!(
            m.paused().is_none() && m.held().is_none() && m.cancelled().is_none(),
            "a move against a person's word"
        );
        assert!(self.run.fleet.no_move.is_none(), "a move against the fleet's brake");
        assert!(self.run.throttled.is_none(), "a move without a budget");
        if let Some(window) = &self.run.policy.window {
            let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
            assert_eq!(window.check(self.run.now, &zone), Ok(()), "a move outside its window");
        }
        if self.run.policy.before_move_hook {
            let (allowed, at) = self
                .last_answer(|answer| match answer {
                    Success::MoveAllowed => Some(true),
                    Success::MoveVetoed(_) => Some(false),
                    _ => None,
                })
                .expect("the hook was asked");
            assert!(allowed && self.run.now.duration_since(at) <= FRESH, "the hook did not allow it");
        }
    }

    /// Rule 5: after silence, two reads without the effect, 30 s apart, from the end of the call's time on.
    fn was_probed(&self, kind: EffectKind, number: &E164) {
        let about = |past: &Past| past.attempt.effect.kind() == kind && past.attempt.effect.number() == Some(number);
        let Some(last) = self.last(about) else { return };
        if !matches!(last.outcome, Outcome::Unknown { .. }) {
            return;
        }
        let from = after(last.attempt.started_at, CALL_TIMEOUT);
        let absent: Vec<Timestamp> = self
            .past
            .iter()
            .filter(|past| past.at >= from && is_absent(&past.outcome, kind, number))
            .map(|past| past.at)
            .collect();
        let spread = absent.iter().max().zip(absent.iter().min()).map(|(last, first)| last.duration_since(*first));
        assert!(
            spread.is_some_and(|spread| spread >= SignedDuration::from_secs(30)),
            "{kind:?} is repeated after silence without two reads: {absent:?}"
        );
    }

    /// Rule 4.
    fn keeps_the_schedule(&self, number: &E164) {
        let now = self.run.now;
        let sent: Vec<Timestamp> = self
            .past
            .iter()
            .filter(|past| past.attempt.effect.kind() == EffectKind::RegisterNumber)
            .filter(|past| past.attempt.effect.number() == Some(number))
            .filter(|past| !matches!(past.outcome, Outcome::NotSent { .. }))
            .map(|past| past.attempt.started_at)
            .filter(|at| now.duration_since(*at) < SignedDuration::from_hours(72))
            .collect();
        assert!(sent.len() < 10, "an eleventh register in 72 hours");
        assert!(sent.len() < 7 + self.retries.len(), "an eighth register by itself in 72 hours");
        let Some(last) = sent.last() else { return };
        let asked_since = self.retries.iter().any(|at| at >= last);
        let spacing = match sent.len() {
            1 => SignedDuration::from_secs(60),
            2 => SignedDuration::from_mins(5),
            _ => SignedDuration::from_hours(1),
        };
        assert!(
            asked_since || now.duration_since(*last) >= spacing,
            "register {} of {number} came {:#} after the one before",
            sent.len() + 1,
            now.duration_since(*last)
        );
    }

    /// Guide 2 is repeated after silence three times by itself, spaced; then a person decides.
    fn tags_in_time(&self) {
        let tags: Vec<&Past> =
            self.past.iter().filter(|past| past.attempt.effect.kind() == EffectKind::SetIntent).collect();
        let silent = tags.iter().rev().take_while(|past| matches!(past.outcome, Outcome::Unknown { .. })).count();
        let Some(last) = tags.last().filter(|_| silent > 0) else { return };
        let asked_since = self.retries.iter().any(|at| *at >= last.at);
        assert!(asked_since || silent <= 3, "a fourth repeat of the tag by itself");
        let least = SignedDuration::from_secs(48);
        assert!(asked_since || self.run.now.duration_since(last.at) >= least, "the tag is repeated too soon");
    }
}

fn is_absent(outcome: &Outcome, kind: EffectKind, number: &E164) -> bool {
    let Outcome::Success { answer: Success::DestinationNumbers(listed) } = outcome else { return false };
    let by_number: BTreeMap<&E164, &ListedNumber> =
        listed.iter().filter_map(|entry| Some((entry.number.as_ref()?, entry))).collect();
    match by_number.get(number) {
        None => true,
        Some(entry) => kind == EffectKind::RegisterNumber && !entry.is_registered_here(),
    }
}
