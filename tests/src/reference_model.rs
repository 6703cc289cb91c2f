//! The vendor's procedure as a page of rules, written from the guide (`guide 8.1`) and the sixteen fixed rules (`rule 5`)
//! by somebody who never saw the program. It is told what happened at the vendor's side and what operators ordered, and
//! says what may not be.
//!
//! Where two readings are possible, the milder one is judged. From outside nobody can judge: order of writing down and
//! sending, `send_before`, budget, sealed PINs (rules 2, 5, 9); which queue goes first (rule 3); advanced access
//! (guide R1); sleeping for ever (rule 13; `must_end` is what is left of it); what a reading said; proof of Serving.

use std::collections::{BTreeMap, BTreeSet};

type Judged = Result<(), (&'static str, String)>;

/// Unless the condition holds, it is against the sentence or rule.
macro_rules! demand {
    ($holds:expr, $cites:literal, $($words:tt)+) => {
        if !$holds { return Err(($cites, format!($($words)+))); }
    };
}

mod belief;
mod customer;
#[cfg(test)]
mod tests;
mod words;

use customer::{Customer, Number, Try};
use words::CAUSES;
pub use words::{
    Answered, Barrier, Believed, Call, Cause, Change, Facts, MustEnd, NumberFacts, NumberState, Order, Phase, Seen,
    Step, Violation, World,
};

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;
/// A cause that stood when the model began to look.
const EVER: i64 = i64::MIN;

/// The model. See the module.
#[derive(Debug)]
pub struct ReferenceModel {
    world: World,
    now: i64,
    customers: BTreeMap<String, Customer>,
    failures: BTreeMap<(bool, i64), BTreeSet<String>>,
    fleet_stopped: Option<i64>,
    /// A person let the fleet go on before its first migration was over.
    example_waived: bool,
}

impl ReferenceModel {
    /// A model that has seen nothing yet.
    pub fn new(world: World) -> Self {
        let customers = world.customers.iter().map(|facts| {
            let numbers = facts.numbers.iter().map(|number| {
                let two_step = number.two_step.then_some((Cause::TwoStep, EVER));
                let name = number.name_pending.then_some((Cause::Name, EVER));
                let standing = two_step.into_iter().chain(name).collect();
                (number.number.clone(), Number { connected: number.connected, standing, ..Number::default() })
            });
            let (numbers, barriers) = (numbers.collect(), facts.barriers.iter().map(|one| (*one, EVER)).collect());
            (facts.source.clone(), Customer { facts: facts.clone(), numbers, barriers, ..Customer::default() })
        });
        let customers = customers.collect();
        Self { world, now: EVER, customers, failures: BTreeMap::new(), fleet_stopped: None, example_waived: false }
    }

    /// Tells the model what happened.
    ///
    /// # Errors
    ///
    /// What the guide or a rule forbids. The model has taken it in all the same.
    pub fn see(&mut self, at_ms: i64, seen: &Seen) -> Result<(), Violation> {
        self.now = self.now.max(at_ms);
        let judged = match seen {
            Seen::Request { call, .. } => self.judge(at_ms, call),
            Seen::Changed(_) | Seen::Operator { .. } | Seen::Forgotten { .. } => Ok(()),
        };
        match seen {
            Seen::Request { call, answered } => self.take_in(at_ms, call, *answered),
            Seen::Changed(change) => {
                if let Some(customer) = self.customers.get_mut(&change.source_waba) {
                    customer.change(at_ms, change);
                }
            }
            Seen::Forgotten { migration, step } => {
                self.customers.get_mut(migration).into_iter().for_each(|customer| customer.forget(step));
                // That nobody knows the answer says nothing about the vendor (rule 8).
                let of = self.failures.get_mut(&(matches!(step, Step::Register(_)), 0));
                of.into_iter().for_each(|sources| sources.retain(|source| source != migration));
                self.fleet_stopped = self.fleet_stopped.filter(|_| self.failures.values().any(|of| of.len() > 1));
            }
            Seen::Operator { migration, order } => {
                let meant = |source: &String| migration.as_ref().is_none_or(|migration| migration == source);
                let customers = self.customers.iter_mut().filter(|(source, _)| meant(source));
                customers.for_each(|(_, customer)| customer.obey(at_ms, order));
                if migration.is_none() && *order == Order::Looked {
                    self.failures.clear();
                    self.fleet_stopped = None;
                    self.example_waived |= self.customers.values().any(Customer::begun);
                }
            }
        }
        judged.map_err(|(cites, words)| Violation { cites, at_ms, words })
    }

    /// The migration that a WABA belongs to, as source or as destination.
    fn of_waba(&self, waba: &str) -> Option<&Customer> {
        let is_destination = |one: &&Customer| one.destination.as_deref() == Some(waba);
        self.customers.get(waba).or_else(|| self.customers.values().find(is_destination))
    }

    /// The migration whose destination a path names, as the cited sentence wants it.
    fn to_destination(&self, waba: &str, cites: &'static str) -> Result<&Customer, (&'static str, String)> {
        let found = self.customers.values().find(|one| one.destination.as_deref() == Some(waba));
        found.ok_or_else(|| (cites, format!("{waba} is no customer's accepted destination")))
    }

    fn judge(&self, at: i64, call: &Call) -> Judged {
        let world = &self.world;
        match call {
            Call::RequestCode { number } | Call::VerifyCode { number } => {
                Err(("rule 15", format!("a code asked or given for {number} (guide I3)")))
            }
            Call::SetIntent { waba } => match self.customers.get(waba) {
                Some(customer) => customer.may_tag(at, world),
                None => Err(("guide 2.1", format!("{waba}, which was tagged, is no source"))),
            },
            Call::FetchToken { portfolio } => {
                let mut of_it = self.customers.values().filter(|one| one.facts.portfolio == *portfolio);
                let may = of_it.any(|one| one.read_accepted && one.goes_on(at, world).is_ok());
                demand!(may, "guide 4.6", "a token fetched of {portfolio}, for which nothing is accepted");
                Ok(())
            }
            Call::Subscribe { waba } => {
                let customer = self.to_destination(waba, "guide 6.3")?;
                demand!(customer.read_accepted, "guide 4.6", "subscribed before ACCEPTED was read");
                customer.goes_on(at, world)
            }
            Call::MoveNumber { waba, number } => {
                let customer = self.to_destination(waba, "guide 8.1")?;
                customer.may_move(at, number, world)?;
                let is_new = customer.numbers.get(number).is_some_and(|one| !one.is_begun());
                if is_new { self.fleet_allows(at, customer) } else { Ok(()) }
            }
            Call::Register { waba, number, pin_digest } => {
                self.to_destination(waba, "guide 8.8")?.may_register(at, number, pin_digest, world)
            }
            Call::WriteTemplates { waba } => self.to_destination(waba, "guide T6")?.may_write_templates(at, world),
            Call::ReadIntent { .. } | Call::ListNumbers { .. } | Call::ReadTemplates { .. } | Call::Read { .. } => {
                Ok(())
            }
        }
    }

    /// Rule 8: what happened to others may keep a new move from beginning.
    fn fleet_allows(&self, at: i64, customer: &Customer) -> Judged {
        let is_stopped = self.fleet_stopped.is_some_and(|since| since + self.world.in_flight < at);
        demand!(!is_stopped, "rule 8", "a move begun after two equal failures in the fleet");
        // A cancelled one is over as soon as nothing of it hangs between a move and its register.
        let is_torn = |one: &Customer| one.numbers.values().any(|number| number.moved.is_some() && number.is_left());
        let has_ended = |one: &Customer| one.cancelled.is_some() && !is_torn(one);
        let is_over = |one: &Customer| {
            one.last_register.is_some() && (has_ended(one) || !one.numbers.values().any(Number::is_left))
        };
        let mut others = self.customers.values().filter(|one| one.facts.source != customer.facts.source);
        let has_example = self.customers.values().any(is_over);
        demand!(
            has_example || self.example_waived || !others.any(|one| one.begun() && !has_ended(one)),
            "rule 8",
            "the fleet's first migration did not go alone"
        );
        Ok(())
    }

    fn take_in(&mut self, at: i64, call: &Call, answered: Answered) {
        let is_success = answered == Answered::Success;
        let waba = match call {
            Call::SetIntent { waba } | Call::Subscribe { waba } | Call::ListNumbers { waba } => Some(waba),
            Call::MoveNumber { waba, .. } | Call::Register { waba, .. } | Call::ReadTemplates { waba } => Some(waba),
            Call::WriteTemplates { waba } => Some(waba),
            Call::ReadIntent { source } => Some(source),
            Call::Read { waba } => waba.as_ref(),
            Call::FetchToken { portfolio } if is_success => {
                let of_it = self.customers.values_mut().filter(|one| one.facts.portfolio == *portfolio);
                of_it.for_each(|one| one.has_token |= one.destination.is_some());
                None
            }
            Call::FetchToken { .. } | Call::RequestCode { .. } | Call::VerifyCode { .. } => None,
        };
        let Some(source) = waba.and_then(|waba| self.of_waba(waba)).map(|one| one.facts.source.clone()) else { return };
        let completes_on_accept = self.world.completes_on_accept;
        let Some(customer) = self.customers.get_mut(&source) else { return };
        let is_source = waba == Some(&source);
        let is_read = !matches!(call, Call::SetIntent { .. } | Call::Subscribe { .. } | Call::WriteTemplates { .. });
        match call {
            Call::SetIntent { .. } => {
                customer.has_tried_tag |= answered == Answered::Nothing;
                customer.tagged |= is_success;
                customer.lost_tags += u32::from(answered == Answered::Nothing);
            }
            // Rule 1: COMPLETED proceeds only where ACCEPTED was read before.
            Call::ReadIntent { .. } if is_success => {
                let is_accepted = customer.destination.is_some() && !customer.completed && !completes_on_accept;
                customer.read_accepted |= is_accepted;
                customer.read_rejected |= customer.rejected;
            }
            Call::ListNumbers { .. } if is_success && is_source => customer.source_listed = true,
            Call::ListNumbers { .. } if is_success => customer.destination_lists.push(at),
            Call::ReadTemplates { .. } if is_success && !is_source => {
                customer.templates_stable = customer.copied_since_reading == Some(false);
                customer.copied_since_reading = customer.last_register.map(|_| false);
            }
            Call::MoveNumber { number, .. } => return self.tried(at, &source, number, None, answered),
            Call::Register { number, pin_digest, .. } => {
                return self.tried(at, &source, number, Some(pin_digest), answered);
            }
            Call::ReadIntent { .. } | Call::ListNumbers { .. } | Call::ReadTemplates { .. } | Call::Read { .. } => {}
            Call::FetchToken { .. } | Call::Subscribe { .. } | Call::WriteTemplates { .. } => {}
            Call::RequestCode { .. } | Call::VerifyCode { .. } => {}
        }
        if is_read && is_success {
            customer.last_read = Some(at);
        }
    }

    /// Takes in a try at a move, or at a register if there is a PIN.
    fn tried(&mut self, at: i64, source: &str, id: &str, pin: Option<&String>, answered: Answered) {
        let Some(customer) = self.customers.get_mut(source) else { return };
        let Some(number) = customer.numbers.get(id) else { return };
        let (causes, failure) = match answered {
            Answered::Success => (Vec::new(), None),
            Answered::Nothing => (Vec::new(), Some(0)),
            Answered::Refused { code, subcode } => {
                let exact = subcode.unwrap_or(code);
                // Neither "is there already" nor a limit of calls is a failure of the procedure.
                let is_none = matches!(exact, 2_388_012 | 4 | 17 | 613 | 80_007 | 80_008 | 80_012);
                (customer.causes_of(number, code, subcode), (!is_none).then_some(exact))
            }
        };
        let Some(number) = customer.numbers.get_mut(id) else { return };
        if causes.contains(&Cause::Verification) {
            number.standing.insert(Cause::Verification, at);
        }
        if let Some(pin) = pin {
            let begin = number.schedule.filter(|_| number.stop.is_none()).unwrap_or((at, 0));
            number.schedule = Some((begin.0, begin.1 + 1));
            number.pin.get_or_insert_with(|| pin.clone());
            number.registers.push(Try { at, answered });
        } else {
            number.moves.push(Try { at, answered });
        }
        number.stop = (!causes.is_empty()).then_some((at, causes));
        if let Some(failure) = failure {
            let of = self.failures.entry((pin.is_some(), failure)).or_default();
            of.insert(source.to_owned());
            if of.len() > 1 {
                self.fleet_stopped = self.fleet_stopped.or(Some(at));
            }
        }
    }

    /// Compares with what the program believes now. It may lag behind; it may not claim what is not so, nor go back.
    ///
    /// # Errors
    ///
    /// A belief that is not so.
    pub fn compare(&mut self, migration: &str, believed: &Believed) -> Result<(), Violation> {
        let now = self.now;
        let Some(customer) = self.customers.get_mut(migration) else { return Ok(()) };
        let judged = believed.judge(customer, &self.world);
        judged.map_err(|(cites, words)| Violation { cites, at_ms: now, words: format!("{migration}: {words}") })
    }

    /// How a migration must have ended once everything is quiet, everybody did what he was asked, and no fault is left.
    pub fn must_end(&self, migration: &str) -> MustEnd {
        let waits = |on_destination, reason| MustEnd::WaitsForPerson { on_destination, reason };
        let Some(customer) = self.customers.get(migration) else { return waits(BTreeSet::new(), "not known") };
        let is_stopped =
            |one: &Number| one.stop.iter().any(|(_, causes)| causes.iter().all(|cause| customer.stands(one, *cause)));
        let can_register =
            |one: &Number| one.moved.is_some() && !one.excepted && !is_stopped(one) && one.registers.len() < 7;
        let there = |(id, one): (&String, &Number)| (one.registered.is_some() || can_register(one)).then(|| id.clone());
        let on_destination: BTreeSet<String> = customer.numbers.iter().filter_map(there).collect();
        let mut left = customer.numbers.iter().filter(|(id, one)| one.is_left() && !on_destination.contains(*id));
        let accepted = customer.destination.is_some() && (customer.read_accepted || !self.world.completes_on_accept);
        let any_connected = customer.numbers.values().any(|one| one.connected);
        // The subscription is the program's own work.
        let stays = |one: &Number, cause: &Cause| {
            let may_pass = *cause == Cause::Subscription || customer.attested.contains(cause);
            customer.stands(one, *cause) && !may_pass
        };
        let is_shut = |(_, one): (&String, &Number)| CAUSES.iter().any(|cause| stays(one, cause)) || is_stopped(one);
        let is_stuck =
            |(id, one): (&String, &Number)| one.moved.is_some() && one.is_left() && !on_destination.contains(id);
        let excepted = customer.numbers.values().any(|one| one.excepted && one.registered.is_none());
        let cancelled = customer.cancelled.is_some();
        match () {
            () if !any_connected => waits(on_destination, "no number is CONNECTED"),
            () if left.clone().next().is_none() && excepted => MustEnd::Stopped { on_destination, reason: "excepted" },
            () if left.clone().next().is_none() => MustEnd::AllNumbersOnDestination,
            () if customer.rejected && !accepted => MustEnd::Stopped { on_destination, reason: "rejected" },
            () if cancelled && customer.numbers.iter().any(is_stuck) => {
                waits(on_destination, "a number is stuck in between")
            }
            () if cancelled => MustEnd::Stopped { on_destination, reason: "cancelled" },
            () if !customer.barriers.is_empty() => waits(on_destination, "an operator bars it"),
            // Nobody knows the intent any more, and nobody may tag again.
            () if customer.source_lost && !(customer.source_listed && customer.tagged) => {
                waits(on_destination, "the source is lost")
            }
            () if !accepted => waits(on_destination, "not accepted"),
            () if self.fleet_stopped.is_some() => waits(on_destination, "the fleet is stopped"),
            () if customer.numbers.iter().any(is_stuck) => waits(on_destination, "the number before is stuck"),
            () if self.fleet_allows(i64::MAX, customer).is_err() => {
                waits(on_destination, "the fleet's first is not over")
            }
            () if left.any(is_shut) => waits(on_destination, "a cause stands in the way"),
            () => MustEnd::AllNumbersOnDestination,
        }
    }
}
