//! The world with everything around it that changes: knobs, faults, logs, limits. One lock guards all of it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    agenda::Event,
    faults::Faults,
    http,
    ids::{Id, Seed},
    knobs::Knobs,
    lag::Lag,
    ledger::{By, Change, Ledger},
    mail::Mails,
    people,
    rules::{
        answer_intent, deliver_message, duplicate_templates, message_pace::Pace, partners_leave, rate_limit::Meter,
        templates, traffic, two_step, unanswered,
    },
    webhooks::Receivers,
    world::{Intent, Waba, World},
};

/// Why and when something changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cause {
    pub(crate) at: Timestamp,
    pub(crate) by: By,
    /// The request, where one did it.
    pub(crate) request: Option<u64>,
}

impl Cause {
    pub(crate) fn time(at: Timestamp) -> Self {
        Self { at, by: By::Time, request: None }
    }

    pub(crate) fn person(at: Timestamp) -> Self {
        Self { at, by: By::Person, request: None }
    }
}

/// All of it is what `--state` keeps: whatever is added here is saved and restored with the rest, and must be serialisable.
/// What can be worked out again is skipped.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) seed: Seed,
    pub(crate) now: Timestamp,
    pub(crate) world: World,
    pub(crate) knobs: Knobs,
    pub(crate) faults: Faults,
    pub(crate) ledger: Ledger,
    pub(crate) mails: Mails,
    pub(crate) meter: Meter,
    pub(crate) pace: Pace,
    /// `appsecret_proof` by token: computed once, asked for with every call.
    #[serde(skip)]
    pub(crate) proofs: BTreeMap<String, String>,
    /// Who stands behind the callbacks.
    #[serde(default)]
    pub(crate) receivers: Receivers,
    stale: Lag<Waba>,
    #[serde(default)]
    stale_intents: Lag<Intent>,
}

impl State {
    /// A world at its instant; at `start`, if it has none.
    pub(crate) fn new(mut world: World, knobs: Knobs, start: Timestamp, seed: Seed) -> Self {
        world.rebuild_index();
        Self {
            seed,
            now: world.now.take().unwrap_or(start),
            world,
            knobs,
            faults: Faults::default(),
            ledger: Ledger::default(),
            mails: Mails::default(),
            meter: Meter::default(),
            pace: Pace::default(),
            proofs: BTreeMap::new(),
            receivers: Receivers::Nobody,
            stale: Lag::default(),
            stale_intents: Lag::default(),
        }
    }

    /// Lets everything happen that is due by `at`, and says whether anything was. Time never goes back: an earlier `at` changes
    /// nothing.
    pub(crate) fn advance_to(&mut self, at: Timestamp) -> bool {
        let mut anything = false;
        while let Some((due, event)) = self.world.agenda.take_due(at) {
            self.now = self.now.max(due);
            self.happen(self.now, event);
            anything = true;
        }
        self.now = self.now.max(at);
        anything
    }

    fn happen(&mut self, at: Timestamp, event: Event) {
        match event {
            Event::PersonAnswers { intent } => people::answer(self, at, intent),
            Event::PersonPays { waba } => {
                people::add_payment_method(self, at, waba);
            }
            Event::PersonTurnsOffTwoStep { waba } => {
                two_step::set(self, at, waba, false);
            }
            Event::PersonRemovesPartner { waba } => {
                people::remove_partner(self, at, waba);
            }
            Event::OldPartnerLeaves { waba } => partners_leave::old_partner_leaves(self, at, waba),
            Event::PersonActs { waba, action } => {
                people::act_about(self, at, waba, action);
            }
            Event::NameApproved { waba, number } => {
                people::approve_name(self, Cause::time(at), waba, &number);
            }
            Event::WabaApproved { waba } => {
                people::approve_waba(self, Cause::time(at), waba);
            }
            Event::IntentAcceptsItself { intent } => unanswered::accept(self, at, intent),
            Event::IntentExpires { intent } => unanswered::expire(self, at, intent),
            Event::TokenCoversDestination { intent } => answer_intent::cover(self, Cause::time(at), intent),
            Event::TemplatesCopied { intent } => duplicate_templates::copy(self, Cause::time(at), intent),
            Event::TemplateRechecked { waba, template } => {
                duplicate_templates::reject(self, Cause::time(at), waba, template);
            }
            Event::MessageGoesOn { message } => deliver_message::step(self, at, message),
            Event::TrafficIsSent { number } => traffic::send(self, at, &number),
            Event::TrafficIsReceived { number } => traffic::receive(self, at, &number),
            Event::TemplateReviewed { waba: _, template } => {
                templates::review::finish(self, Cause::time(at), template);
            }
            Event::CopiesRated { waba } => templates::rate::rate_all(self, Cause::time(at), waba),
            Event::TemplateDeleted { waba, template } => {
                templates::delete::remove(self, Cause::time(at), waba, template);
            }
            Event::LateRequest { request } => http::replay(self, &request),
        }
    }

    /// Puts another world in the place of this one. What is about the old one goes with it.
    pub(crate) fn replace_world(&mut self, world: World) {
        let Self { seed, now, knobs, faults, ledger, mails, receivers, .. } = self;
        let (faults, ledger, mails) = (std::mem::take(faults), std::mem::take(ledger), std::mem::take(mails));
        let fresh = Self::new(world, knobs.clone(), *now, *seed);
        *self = Self { faults, ledger, mails, receivers: *receivers, ..fresh };
    }

    /// Sets all knobs. They hold for what is under way as well: what is due by them already happens now.
    pub(crate) fn turn(&mut self, knobs: Knobs) {
        self.knobs = knobs;
        unanswered::plan_all(self);
        self.advance_to(self.now);
    }

    /// A WABA that is about to change. Where reads lag, they go on showing it as it is now.
    pub(crate) fn change_waba(&mut self, at: Timestamp, id: Id) -> Option<&mut Waba> {
        let until = self.lags_until(at);
        let waba = self.world.wabas.get_mut(&id)?;
        if let Some(until) = until {
            self.stale.keep(id, waba, at, until);
        }
        Some(waba)
    }

    /// A WABA as a read shows it now.
    pub(crate) fn seen_waba(&self, id: Id) -> Option<&Waba> {
        self.stale.seen(id, self.now).or_else(|| self.world.wabas.get(&id))
    }

    /// An intent that is about to change, as [`Self::change_waba`].
    pub(crate) fn change_intent(&mut self, at: Timestamp, id: Id) -> Option<&mut Intent> {
        let until = self.lags_until(at);
        let intent = self.world.intents.get_mut(&id)?;
        if let Some(until) = until {
            self.stale_intents.keep(id, intent, at, until);
        }
        Some(intent)
    }

    /// An intent as a read shows it now.
    pub(crate) fn seen_intent(&self, id: Id) -> Option<&Intent> {
        self.stale_intents.seen(id, self.now).or_else(|| self.world.intents.get(&id))
    }

    /// Until when reads show what is changed at `at` as it was before; nothing where they do not lag.
    fn lags_until(&self, at: Timestamp) -> Option<Timestamp> {
        let lag_s = self.knobs.read_after_write_lag_s;
        (lag_s > 0).then(|| later(at, SignedDuration::from_secs(lag_s.into())))
    }

    pub(crate) fn enter(&mut self, cause: Cause, change: Change) {
        self.ledger.enter(cause.at, cause.by, cause.request, change);
    }

    pub(crate) fn plan_after(&mut self, at: Timestamp, delay: SignedDuration, event: Event) {
        self.world.agenda.plan(later(at, delay), event);
    }
}

/// An instant after another one; the end of time at most.
pub(crate) fn later(at: Timestamp, delay: SignedDuration) -> Timestamp {
    at.saturating_add(delay).unwrap_or(Timestamp::MAX)
}
