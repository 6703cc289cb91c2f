//! One customer's way off the solution: what is known of it, and what may be sent now.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answered, Barrier, CAUSES, Cause, Change, DAY, EVER, Facts, HOUR, Judged, Order, SECOND, Step, World};

#[derive(Clone, Copy, Debug)]
pub(super) struct Try {
    pub(super) at: i64,
    pub(super) answered: Answered,
}

#[derive(Debug, Default)]
pub(super) struct Number {
    pub(super) connected: bool,
    pub(super) standing: BTreeMap<Cause, i64>,
    pub(super) moves: Vec<Try>,
    pub(super) registers: Vec<Try>,
    /// What people granted beyond the seven.
    pub(super) extra_registers: usize,
    /// The first try of the present schedule, and how many it has had (rule 4).
    pub(super) schedule: Option<(i64, i64)>,
    pub(super) turned_off: i64,
    pub(super) stop: Option<(i64, Vec<Cause>)>,
    pub(super) moved: Option<i64>,
    pub(super) registered: Option<i64>,
    pub(super) pin: Option<String>,
    pub(super) excepted: bool,
    pub(super) believed: u8,
}

#[derive(Debug, Default)]
pub(super) struct Customer {
    pub(super) facts: Facts,
    pub(super) numbers: BTreeMap<String, Number>,
    pub(super) standing: BTreeMap<Cause, i64>,
    pub(super) attested: BTreeSet<Cause>,
    pub(super) barriers: BTreeMap<Barrier, i64>,
    pub(super) cancelled: Option<i64>,
    pub(super) tagged: bool,
    pub(super) has_tried_tag: bool,
    pub(super) lost_tags: u32,
    pub(super) created: bool,
    pub(super) destination: Option<String>,
    pub(super) completed: bool,
    pub(super) rejected: bool,
    pub(super) read_accepted: bool,
    pub(super) read_rejected: bool,
    pub(super) has_token: bool,
    pub(super) source_listed: bool,
    pub(super) source_lost: bool,
    pub(super) destination_lists: Vec<i64>,
    pub(super) last_read: Option<i64>,
    pub(super) last_register: Option<i64>,
    pub(super) copied_since_reading: Option<bool>,
    pub(super) templates_stable: bool,
    pub(super) stage: u8,
}

impl Number {
    /// It is on its way or over: from here there is no return (rule 7). A refusal leaves it where it was.
    pub(super) fn is_begun(&self) -> bool {
        let last = self.moves.last().map(|one| one.answered);
        self.moved.is_some() || matches!(last, Some(Answered::Success | Answered::Nothing))
    }

    pub(super) fn is_left(&self) -> bool {
        self.connected && !self.excepted && self.registered.is_none()
    }

    /// Rule 4: at 0 s, 60 s, 5 min, then hourly; measured from the first try, which is the mildest reading.
    pub(super) fn earliest_register(&self) -> i64 {
        let Some((first, tries)) = self.schedule else { return EVER };
        first
            + match tries {
                1 => 60 * SECOND,
                2 => 300 * SECOND,
                more => (more - 2) * HOUR,
            }
    }
}

impl Customer {
    pub(super) fn begun(&self) -> bool {
        self.numbers.values().any(Number::is_begun)
    }

    pub(super) fn stands(&self, number: &Number, cause: Cause) -> bool {
        self.standing.contains_key(&cause) || number.standing.contains_key(&cause)
    }

    pub(super) fn since(&self, number: &Number, cause: Cause) -> Option<i64> {
        self.standing.get(&cause).or_else(|| number.standing.get(&cause)).copied()
    }

    /// Rule 5: "not there" is two lists of the destination 30 s apart, both after the full time-out of the call.
    pub(super) fn not_there(&self, sent: i64, world: &World) -> bool {
        let from = sent + world.call_timeout - world.blur;
        let mut after = self.destination_lists.iter().filter(|at| **at >= from);
        match (after.next(), self.destination_lists.last()) {
            (Some(first), Some(last)) => last - first >= 30 * SECOND - world.blur,
            _ => false,
        }
    }

    /// Rule 5: a move without an answer that two readings did not show never happened, and has not begun.
    pub(super) fn is_proven_absent(&self, id: &str, world: &World) -> bool {
        let Some(number) = self.numbers.get(id).filter(|number| number.moved.is_none()) else { return false };
        number.moves.last().is_some_and(|one| one.answered == Answered::Nothing && self.not_there(one.at, world))
    }

    /// The program can have read on the destination what happened at this instant.
    pub(super) fn may_know(&self, happened: i64) -> bool {
        self.destination_lists.last().is_some_and(|last| *last >= happened)
    }

    /// The program must have read it.
    pub(super) fn must_know(&self, happened: i64, world: &World) -> bool {
        self.destination_lists.last().is_some_and(|last| *last > happened + world.read_lag)
    }

    /// Rules 7, 1: nothing is sent for a migration that was cancelled or is known to be rejected, but for what is begun.
    pub(super) fn goes_on(&self, at: i64, world: &World) -> Judged {
        let is_cancelled = self.cancelled.is_some_and(|since| since + world.in_flight < at);
        demand!(!is_cancelled || self.begun(), "rule 7", "sent for a cancelled migration");
        demand!(!self.read_rejected, "guide 4.6", "sent for a rejected migration");
        Ok(())
    }

    pub(super) fn barred(&self, at: i64, world: &World, by: &[Barrier]) -> Option<Barrier> {
        by.iter().copied().find(|barrier| self.barriers.get(barrier).is_some_and(|since| since + world.in_flight < at))
    }

    /// Rule 4: a refusal that named a cause stops the tries until the cause is gone, and was looked at.
    pub(super) fn stop_is_over(&self, number: &Number) -> Judged {
        let Some((at, causes)) = &number.stop else { return Ok(()) };
        // Of a number that has moved the source shows nothing any more; what the destination lists need not be what the vendor
        // goes by.
        let is_hidden = |cause: &Cause| match number.moved {
            Some(_) => matches!(cause, Cause::TwoStep | Cause::Name) && self.may_know(*at),
            // No list tells whether the vendor wants a number verified again: only another move does.
            None => *cause == Cause::Verification,
        };
        let still = causes.iter().all(|cause| self.stands(number, *cause) && !is_hidden(cause));
        demand!(!still, "rule 4", "tried again while {causes:?}, which the refusal named, still stands");
        demand!(self.last_read.is_some_and(|read| read >= *at), "rule 4", "tried again without reading {causes:?}");
        Ok(())
    }

    pub(super) fn may_tag(&self, at: i64, world: &World) -> Judged {
        self.goes_on(at, world)?;
        demand!(!self.tagged, "guide 3.1", "step 2 repeated although the intent is known");
        demand!(self.lost_tags < 4, "guide 2.5", "more than three repeats of a tag whose answer was lost");
        // A hold keeps numbers from moving (rule 2), not the customer from being asked.
        let bar = self.barred(at, world, &[Barrier::Pause, Barrier::NotReleased]);
        demand!(bar.is_none() || self.has_tried_tag, "rule 7", "tagged in spite of {bar:?}");
        if self.facts.two_step_later || self.attested.contains(&Cause::TwoStep) {
            return Ok(());
        }
        // Seen off, by a reading since it was turned off.
        let seen = |one: &Number| !one.connected || self.last_read.is_some_and(|read| read >= one.turned_off);
        demand!(self.numbers.values().all(seen), "rule 16", "tagged before two-step verification was read");
        let fresh = at.saturating_sub(world.tag_reading_age);
        let is_on = |one: &Number| one.connected && one.standing.get(&Cause::TwoStep).is_some_and(|on| *on < fresh);
        demand!(
            !self.numbers.values().any(is_on),
            "rule 16",
            "tagged before two-step verification was off (guide 1.1)"
        );
        Ok(())
    }

    /// Whether a move may arrive now, as far as this customer is concerned.
    pub(super) fn may_move(&self, at: i64, id: &str, world: &World) -> Judged {
        let Some(number) = self.numbers.get(id) else {
            return Err(("guide 7.1", format!("{id} is no number of the source")));
        };
        demand!(number.connected, "guide 7.4", "{id} is not CONNECTED and was moved");
        demand!(self.read_accepted, "guide 4.5", "moved before ACCEPTED was read");
        demand!(self.has_token, "guide 5.1", "moved before the customer's business token was fetched");
        demand!(self.source_listed, "guide 7.1", "moved before the source's numbers were listed");
        if !number.is_begun() {
            demand!(
                self.cancelled.is_none_or(|since| since + world.in_flight >= at),
                "rule 7",
                "{id} begun after cancel"
            );
            let all =
                [Barrier::Hold, Barrier::Pause, Barrier::WindowClosed, Barrier::NotApproved, Barrier::NotReleased];
            let bar = self.barred(at, world, &all);
            demand!(bar.is_none(), "rule 7", "{id} begun in spite of {bar:?}");
        }
        // Rule 2: a gate is read at most two minutes before; what changed since then nobody could know.
        let known = at.saturating_sub(120 * SECOND + world.in_flight + world.read_lag);
        // Whether the vendor wants a number verified again is no gate that can be read: only another move tells.
        for cause in CAUSES.into_iter().filter(|cause| *cause != Cause::Verification) {
            let shut = self.since(number, cause).is_some_and(|since| since < known);
            demand!(
                !shut || self.attested.contains(&cause),
                "rule 2",
                "{id} moved although {cause:?} stands in the way"
            );
        }
        let is_read = self.last_read.is_some_and(|read| read >= known) || !self.attested.is_empty();
        demand!(is_read, "rule 2", "{id} moved, and nothing was read in the two minutes before");
        let in_between = |(other, one): (&String, &Number)| {
            let verified = one.registered.is_some_and(|when| self.may_know(when));
            let is_begun = one.is_begun() && !self.is_proven_absent(other, world);
            other != id && is_begun && !one.excepted && !verified
        };
        demand!(!self.numbers.iter().any(in_between), "rule 8", "{id} moved before the one before it was verified");
        // Rule 8: a refusal whose cause is the WABA's stops the WABA.
        let of_waba =
            |one: &Number| one.stop.iter().any(|(_, causes)| causes.iter().all(|cause| *cause >= Cause::Payment));
        let in_the_way = |one: &Number| of_waba(one) && self.stop_is_over(one).is_err();
        demand!(!self.numbers.values().any(in_the_way), "rule 8", "{id} moved although the WABA was refused");
        self.stop_is_over(number)?;
        match number.moves.last() {
            Some(Try { answered: Answered::Success, .. }) => {
                return Err(("guide 8.1", format!("{id} moved again after the move succeeded")));
            }
            Some(Try { at: sent, answered: Answered::Nothing }) => {
                demand!(
                    self.not_there(*sent, world),
                    "rule 5",
                    "{id} moved again without two readings of the destination"
                );
            }
            Some(Try { answered: Answered::Refused { .. }, .. }) | None => {}
        }
        let is_there = number.moved.is_some_and(|when| self.must_know(when, world));
        demand!(!is_there, "rule 6", "{id} moved again although the destination lists it");
        Ok(())
    }

    pub(super) fn may_register(&self, at: i64, id: &str, pin: &str, world: &World) -> Judged {
        let Some(number) = self.numbers.get(id) else {
            return Err(("guide 7.1", format!("{id} is no number of the source")));
        };
        let Some(moved) = number.moved else {
            return Err(("guide 9.1", format!("{id} registered before it was moved")));
        };
        let knows = number.moves.last().is_some_and(|one| one.answered == Answered::Success);
        demand!(knows || self.may_know(moved), "rule 6", "{id} registered before the destination listed it");
        demand!(number.pin.as_deref().is_none_or(|known| known == pin), "rule 10", "{id} has a second PIN");
        let recent = number.registers.iter().filter(|one| one.at > at - 72 * HOUR + world.blur).count();
        demand!(
            recent < 7 + number.extra_registers,
            "rule 4",
            "{id} registered for the {}th time in 72 hours",
            recent + 1
        );
        self.stop_is_over(number)?;
        let early =
            number.stop.is_none() && at < number.earliest_register().saturating_sub(world.blur + world.in_flight);
        demand!(!early, "rule 4", "{id} registered before the next try is due");
        match number.registers.last() {
            Some(Try { at: sent, answered: Answered::Nothing }) => {
                let is_probed = self.not_there(*sent, world);
                demand!(is_probed, "rule 5", "{id} registered again without two readings of the destination");
            }
            Some(Try { at: sent, answered: Answered::Success }) => {
                demand!(self.may_know(*sent), "guide 9.3", "{id} registered again after success, unread");
            }
            Some(Try { answered: Answered::Refused { .. }, .. }) | None => {}
        }
        let is_there = number.registered.is_some_and(|when| self.must_know(when, world));
        demand!(!is_there, "rule 6", "{id} registered again although the destination lists it CONNECTED");
        Ok(())
    }

    pub(super) fn may_write_templates(&self, at: i64, world: &World) -> Judged {
        let is_open = |one: &Number| one.is_begun() && !one.excepted && one.registered.is_none();
        demand!(!self.numbers.values().any(is_open), "rule 14", "templates written while a number is under way");
        let Some(last) = self.last_register else {
            return Err(("rule 14", "templates written before any number was registered".to_owned()));
        };
        let rested = at >= last + DAY - world.blur;
        demand!(rested || self.templates_stable, "rule 14", "templates written while the vendor may still copy");
        Ok(())
    }

    /// What a refusal was about: what its code names; for the codes that name nothing, what stands in the way (suspects).
    pub(super) fn causes_of(&self, number: &Number, code: i64, subcode: Option<i64>) -> Vec<Cause> {
        match (code, subcode.unwrap_or(code)) {
            (131_042, _) | (_, 131_042) => vec![Cause::Payment],
            (2_388_001 | 133_005, _) | (_, 2_388_001 | 133_005) => vec![Cause::TwoStep],
            (133_006, _) | (_, 133_006) => vec![Cause::Verification],
            (2_388_103, _) | (_, 2_388_103) | (100, 100) => {
                CAUSES.into_iter().filter(|cause| self.stands(number, *cause)).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn change(&mut self, at: i64, change: &Change) {
        let on_destination = change.waba.is_some() && change.waba == self.destination;
        let on_source = change.waba.as_deref() == Some(self.facts.source.as_str());
        let number = change.number.as_ref().and_then(|id| self.numbers.get_mut(id));
        match (change.kind.as_str(), number) {
            // A request that was rejected stands no more once there is another.
            ("intent.created", _) => (self.created, self.rejected, self.read_rejected) = (true, false, false),
            ("intent.rejected", _) => self.rejected = true,
            ("intent.completed", _) => self.completed = true,
            ("intent.accepted", _) => {
                self.destination.clone_from(&change.waba);
                self.standing.extend([(Cause::Payment, EVER), (Cause::Subscription, EVER)]);
                let is_other = change.portfolio.as_ref().is_some_and(|chosen| *chosen != self.facts.portfolio);
                self.standing.extend(is_other.then_some((Cause::Portfolio, EVER)));
                self.standing.extend(self.facts.review_pending.then_some((Cause::Review, EVER)));
            }
            ("app.subscribed", _) if on_destination => {
                self.standing.remove(&Cause::Subscription);
            }
            ("app.unsubscribed", _) if on_destination => {
                self.standing.entry(Cause::Subscription).or_insert(at);
            }
            ("funding.added", _) if on_destination => {
                self.standing.remove(&Cause::Payment);
            }
            ("funding.declined", _) if on_destination => {
                self.standing.entry(Cause::Payment).or_insert(at);
            }
            ("waba.approved", _) if on_destination => {
                self.standing.remove(&Cause::Review);
            }
            ("partner.removed", _) if on_source => self.source_lost = true,
            ("number.moved", Some(number)) => number.moved = number.moved.or(Some(at)),
            ("number.registered", Some(number)) if on_destination => {
                number.registered = number.registered.or(Some(at));
                (self.last_register, self.copied_since_reading, self.templates_stable) = (Some(at), None, false);
            }
            ("two_step.turned_on", Some(number)) if on_source => {
                number.standing.entry(Cause::TwoStep).or_insert(at);
            }
            ("two_step.turned_off", Some(number)) => {
                number.standing.remove(&Cause::TwoStep);
                number.turned_off = at;
            }
            ("name.approved", Some(number)) => {
                number.standing.remove(&Cause::Name);
            }
            ("template.copied", _) => self.copied_since_reading = self.copied_since_reading.map(|_| true),
            _ => {}
        }
    }

    /// The answer to the last try is known to nobody any more: whoever had it died before it was written down.
    pub(super) fn forget(&mut self, step: &Step) {
        match step {
            Step::Tag => {
                self.lost_tags += u32::from(self.tagged);
                self.has_tried_tag = true;
                self.tagged = false;
            }
            Step::Move(id) | Step::Register(id) => {
                let Some(number) = self.numbers.get_mut(id) else { return };
                number.stop = None;
                let is_move = matches!(step, Step::Move(_));
                let tries = if is_move { &mut number.moves } else { &mut number.registers };
                tries.last_mut().into_iter().for_each(|one| one.answered = Answered::Nothing);
            }
        }
    }

    pub(super) fn obey(&mut self, at: i64, order: &Order) {
        match order {
            Order::Bar(barrier) => {
                self.barriers.entry(*barrier).or_insert(at);
            }
            Order::Lift(barrier) => {
                self.barriers.remove(barrier);
            }
            Order::Cancel => self.cancelled = self.cancelled.or(Some(at)),
            Order::Attest(cause) => {
                self.attested.insert(*cause);
            }
            Order::Except(id) => self.numbers.get_mut(id).into_iter().for_each(|number| number.excepted = true),
            Order::Looked => {
                self.lost_tags = 0;
                for number in self.numbers.values_mut() {
                    // Three of the ten that the vendor allows stay for people (rule 4), who need not wait for the schedule.
                    number.extra_registers = (number.extra_registers + 1).min(3);
                    number.schedule = None;
                    // Nor for a cause to be gone: he may know more than can be read.
                    number.stop = None;
                    number.standing.remove(&Cause::Verification);
                }
            }
        }
    }
}
