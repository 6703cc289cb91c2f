//! Every judged rule: one history that is fine, and one that breaks it.

use super::*;

const MINUTE: i64 = 60 * SECOND;

struct Story {
    model: ReferenceModel,
    at: i64,
}

fn facts(customer: &str, numbers: &[&str]) -> Facts {
    let number = |id: &&str| NumberFacts {
        number: (*id).to_owned(),
        connected: !id.starts_with("off"),
        two_step: false,
        name_pending: false,
    };
    Facts {
        source: format!("S{customer}"),
        portfolio: format!("P{customer}"),
        numbers: numbers.iter().map(number).collect(),
        ..Facts::default()
    }
}

fn tag(customer: &str) -> Call {
    Call::SetIntent { waba: format!("S{customer}") }
}

fn list(waba: &str) -> Call {
    Call::ListNumbers { waba: waba.to_owned() }
}

fn move_of(number: &str) -> Call {
    Call::MoveNumber { waba: format!("D{}", &number[..1]), number: number.to_owned() }
}

fn register_of(number: &str) -> Call {
    Call::Register { waba: format!("D{}", &number[..1]), number: number.to_owned(), pin_digest: "one".to_owned() }
}

fn write_templates() -> Call {
    Call::WriteTemplates { waba: "D1".to_owned() }
}

fn read_templates() -> Call {
    Call::ReadTemplates { waba: "D1".to_owned() }
}

impl Story {
    fn of(customers: Vec<Facts>) -> Self {
        Self { model: ReferenceModel::new(World::of(customers)), at: 1_000_000_000 }
    }

    /// A customer with these numbers, ready to be moved.
    fn ready(numbers: &[&str]) -> Self {
        let mut story = Self::of(vec![facts("1", numbers)]);
        story.provide("1");
        story.wait(5 * MINUTE).read();
        story
    }

    /// Two customers with a number each, ready to be moved.
    fn fleet() -> Self {
        let mut story = Self::of(vec![facts("1", &["1a"]), facts("2", &["2a"])]);
        story.provide("1");
        story.provide("2");
        story.wait(5 * MINUTE).read().ok(list("S2"));
        story
    }

    fn provide(&mut self, customer: &str) {
        let (source, destination) = (format!("S{customer}"), format!("D{customer}"));
        self.ok(list(&source)).ok(tag(customer)).changed(&source, "intent.created", None, None);
        self.changed(&source, "intent.accepted", Some(&destination), None);
        self.ok(Call::ReadIntent { source: source.clone() });
        self.ok(Call::FetchToken { portfolio: format!("P{customer}") });
        self.ok(Call::Subscribe { waba: destination.clone() });
        self.changed(&source, "app.subscribed", Some(&destination), None);
        self.changed(&source, "funding.added", Some(&destination), None).ok(list(&source));
    }

    fn wait(&mut self, ms: i64) -> &mut Self {
        self.at += ms;
        self
    }

    fn see(&mut self, call: Call, answered: Answered) -> Result<(), Violation> {
        self.wait(100);
        self.model.see(self.at, &Seen::Request { call, answered })
    }

    fn ok(&mut self, call: Call) -> &mut Self {
        assert_eq!(self.see(call, Answered::Success), Ok(()));
        self
    }

    fn lost(&mut self, call: Call) -> &mut Self {
        assert_eq!(self.see(call, Answered::Nothing), Ok(()));
        self
    }

    fn refused(&mut self, call: Call, code: i64) -> &mut Self {
        assert_eq!(self.see(call, Answered::Refused { code, subcode: None }), Ok(()));
        self
    }

    fn breaks(&mut self, call: Call, cites: &str) {
        let judged = self.see(call, Answered::Success);
        assert_eq!(judged.as_ref().map_err(|violation| violation.cites), Err(cites), "{judged:?}");
    }

    fn changed(&mut self, source: &str, kind: &str, waba: Option<&str>, number: Option<&str>) -> &mut Self {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let (kind, source_waba) = (kind.to_owned(), source.to_owned());
        let change = Change { kind, source_waba, waba: own(waba), portfolio: None, number: own(number) };
        assert_eq!(self.model.see(self.at, &Seen::Changed(change)), Ok(()));
        self
    }

    fn turns(&mut self, kind: &str) -> &mut Self {
        self.changed("S1", kind, Some("S1"), Some("1a")).wait(5 * MINUTE)
    }

    fn read(&mut self) -> &mut Self {
        self.ok(Call::Read { waba: Some("S1".to_owned()) })
    }

    fn order(&mut self, order: Order) -> &mut Self {
        assert_eq!(self.model.see(self.at, &Seen::Operator { migration: None, order }), Ok(()));
        self.wait(10 * SECOND)
    }

    fn forgotten(&mut self, migration: &str, step: Step) -> &mut Self {
        let seen = Seen::Forgotten { migration: format!("S{migration}"), step };
        assert_eq!(self.model.see(self.at, &seen), Ok(()));
        self
    }

    fn moved(&mut self, number: &str) -> &mut Self {
        self.ok(move_of(number)).moves_late(number)
    }

    fn moves_late(&mut self, number: &str) -> &mut Self {
        let (source, destination) = (format!("S{}", &number[..1]), format!("D{}", &number[..1]));
        self.changed(&source, "number.moved", Some(&destination), Some(number))
    }

    fn registers_late(&mut self, number: &str) -> &mut Self {
        let (source, destination) = (format!("S{}", &number[..1]), format!("D{}", &number[..1]));
        self.changed(&source, "number.registered", Some(&destination), Some(number))
    }

    fn registered(&mut self, number: &str) -> &mut Self {
        self.ok(register_of(number)).registers_late(number)
    }

    /// Two readings of the destination, as rule 5 wants them after a lost answer.
    fn probed(&mut self) -> &mut Self {
        self.wait(30 * SECOND).ok(list("D1")).wait(30 * SECOND).ok(list("D1"))
    }

    fn believes(&mut self, phase: Phase, numbers: &[(&str, NumberState)]) -> Result<(), &'static str> {
        let numbers = numbers.iter().map(|(id, state)| ((*id).to_owned(), *state)).collect();
        let is_past = phase > Phase::AwaitingAcceptance && !matches!(phase, Phase::Stopped(_));
        let destination = is_past.then(|| "D1".to_owned());
        let judged = self.model.compare("S1", &Believed { phase, destination, numbers });
        judged.map_err(|violation| violation.cites)
    }

    fn end(&self) -> MustEnd {
        self.model.must_end("S1")
    }
}

#[test]
fn the_whole_way_is_fine_and_ends_on_the_destination() {
    let mut story = Story::ready(&["1a", "1b", "off"]);
    assert_eq!(story.end(), MustEnd::AllNumbersOnDestination);
    story.moved("1a").registered("1a").ok(list("D1")).moved("1b").registered("1b").ok(list("D1"));
    story.wait(DAY).ok(write_templates());
    let verified = [("1a", NumberState::Verified), ("1b", NumberState::Serving), ("off", NumberState::Skipped)];
    assert_eq!(story.believes(Phase::Completed, &verified), Ok(()));
    assert_eq!(story.end(), MustEnd::AllNumbersOnDestination);
}

#[test]
fn a_tag_waits_for_two_step_verification() {
    let mut customer = facts("1", &["1a"]);
    Story::of(vec![customer.clone()]).breaks(tag("1"), "rule 16");
    Story::of(vec![customer.clone()]).read().ok(tag("1"));
    customer.numbers[0].two_step = true;
    Story::of(vec![customer.clone()]).read().breaks(tag("1"), "rule 16");
    Story::of(vec![customer.clone()]).order(Order::Attest(Cause::TwoStep)).ok(tag("1"));
    Story::of(vec![customer.clone()]).read().wait(1).turns("two_step.turned_off").breaks(tag("1"), "rule 16");
    Story::of(vec![customer.clone()]).turns("two_step.turned_off").read().ok(tag("1"));
    customer.two_step_later = true;
    Story::of(vec![customer]).ok(tag("1"));
}

#[test]
fn a_tag_is_set_once_on_the_source_and_repeated_three_times_at_most() {
    let mut story = Story::of(vec![facts("1", &["1a"])]);
    story.read().lost(tag("1")).lost(tag("1")).lost(tag("1")).lost(tag("1")).breaks(tag("1"), "guide 2.5");
    story.breaks(tag("1"), "guide 3.1");
    story.breaks(tag("2"), "guide 2.1");
}

#[test]
fn a_tag_waits_for_release_and_pauses_and_not_for_a_hold() {
    let mut customer = facts("1", &["1a"]);
    Story::of(vec![customer.clone()]).read().order(Order::Bar(Barrier::Pause)).breaks(tag("1"), "rule 7");
    Story::of(vec![customer.clone()]).read().order(Order::Bar(Barrier::Hold)).ok(tag("1"));
    customer.barriers.insert(Barrier::NotReleased);
    Story::of(vec![customer.clone()]).read().breaks(tag("1"), "rule 7");
    Story::of(vec![customer]).read().order(Order::Lift(Barrier::NotReleased)).ok(tag("1"));
}

#[test]
fn nothing_goes_on_before_acceptance_was_read() {
    let mut story = Story::of(vec![facts("1", &["1a"])]);
    story
        .read()
        .ok(tag("1"))
        .changed("S1", "intent.created", None, None)
        .ok(Call::ReadIntent { source: "S1".to_owned() });
    story.breaks(Call::FetchToken { portfolio: "P1".to_owned() }, "guide 4.6");
    story.breaks(move_of("1a"), "guide 8.1");
    story.changed("S1", "intent.accepted", Some("D1"), None);
    story.breaks(Call::Subscribe { waba: "D1".to_owned() }, "guide 4.6");
    story.breaks(move_of("1a"), "guide 4.5");
    let waits = MustEnd::WaitsForPerson { on_destination: BTreeSet::new(), reason: "a cause stands in the way" };
    assert_eq!(story.end(), waits);
    story.ok(Call::ReadIntent { source: "S1".to_owned() });
    story.ok(Call::FetchToken { portfolio: "P1".to_owned() });
    story.breaks(Call::Subscribe { waba: "S1".to_owned() }, "guide 6.3");
    story.breaks(move_of("1a"), "guide 7.1");
}

#[test]
fn completed_alone_is_no_acceptance() {
    let mut world = World::of(vec![facts("1", &["1a"])]);
    world.completes_on_accept = true;
    let mut story = Story { model: ReferenceModel::new(world), at: 0 };
    story.read().ok(tag("1")).changed("S1", "intent.created", None, None).changed(
        "S1",
        "intent.accepted",
        Some("D1"),
        None,
    );
    story.ok(Call::ReadIntent { source: "S1".to_owned() });
    assert_eq!(story.believes(Phase::AwaitingAcceptance, &[]), Ok(()));
    assert_eq!(story.believes(Phase::Provisioning, &[]), Err("rule 1"));
}

#[test]
fn nothing_is_sent_for_a_stopped_migration() {
    let mut story = Story::of(vec![facts("1", &["1a"])]);
    story.read().lost(tag("1")).changed("S1", "intent.created", None, None).changed(
        "S1",
        "intent.rejected",
        None,
        None,
    );
    assert_eq!(story.end(), MustEnd::Stopped { on_destination: BTreeSet::new(), reason: "rejected" });
    story.lost(tag("1")).ok(Call::ReadIntent { source: "S1".to_owned() }).breaks(tag("1"), "guide 4.6");
    assert_eq!(story.believes(Phase::Stopped("rejected".to_owned()), &[]), Ok(()));
    let mut story = Story::of(vec![facts("1", &["1a"])]);
    assert_eq!(story.believes(Phase::Stopped("cancelled".to_owned()), &[]), Err("rule 7"));
    story.order(Order::Cancel).breaks(tag("1"), "rule 7");
}

#[test]
fn gates_stand_before_a_move() {
    Story::ready(&["1a"])
        .changed("S1", "app.unsubscribed", Some("D1"), None)
        .wait(5 * MINUTE)
        .read()
        .breaks(move_of("1a"), "rule 2");
    Story::ready(&["1a"])
        .changed("S1", "funding.declined", Some("D1"), None)
        .wait(5 * MINUTE)
        .read()
        .breaks(move_of("1a"), "rule 2");
    let mut story = Story::ready(&["1a"]);
    story.turns("two_step.turned_on");
    story.read().breaks(move_of("1a"), "rule 2");
    let mut story = Story::ready(&["1a"]);
    story.turns("two_step.turned_on");
    story.turns("two_step.turned_off");
    story.read().moved("1a");
    // What changed in the last two minutes nobody could know; what a person attests may pass.
    Story::ready(&["1a"]).changed("S1", "funding.declined", Some("D1"), None).wait(MINUTE).moved("1a");
    let mut story = Story::ready(&["1a"]);
    story.changed("S1", "funding.declined", Some("D1"), None).order(Order::Attest(Cause::Payment));
    story.wait(5 * MINUTE).moved("1a");
}

#[test]
fn a_name_a_review_and_another_portfolio_stand_before_a_move() {
    for (is_name, kind, waba) in [(true, "name.approved", "S1"), (false, "waba.approved", "D1")] {
        let mut customer = facts("1", &["1a"]);
        (customer.numbers[0].name_pending, customer.review_pending) = (is_name, !is_name);
        let mut story = Story::of(vec![customer.clone()]);
        story.provide("1");
        story.breaks(move_of("1a"), "rule 2");
        let mut story = Story::of(vec![customer]);
        story.provide("1");
        story.changed("S1", kind, Some(waba), Some("1a")).read().moved("1a");
    }
    let mut story = Story::of(vec![facts("1", &["1a"])]);
    let (kind, source_waba) = ("intent.accepted".to_owned(), "S1".to_owned());
    let (waba, portfolio) = (Some("D1".to_owned()), Some("P9".to_owned()));
    let change = Change { kind, source_waba, waba, portfolio, number: None };
    assert_eq!(story.model.see(0, &Seen::Changed(change)), Ok(()));
    story.provide("1");
    story.breaks(move_of("1a"), "rule 2");
}

#[test]
fn a_number_that_is_not_connected_stays() {
    let mut story = Story::ready(&["1a", "off"]);
    story.breaks(Call::MoveNumber { waba: "D1".to_owned(), number: "off".to_owned() }, "guide 7.4");
    let mut story = Story::ready(&["off"]);
    assert_eq!(story.believes(Phase::Completed, &[("off", NumberState::Skipped)]), Err("guide 7.4"));
    assert!(matches!(story.end(), MustEnd::WaitsForPerson { .. }));
}

#[test]
fn orders_win_until_a_move_begins_and_never_after() {
    for order in
        [Order::Bar(Barrier::Hold), Order::Bar(Barrier::WindowClosed), Order::Bar(Barrier::Pause), Order::Cancel]
    {
        let mut story = Story::ready(&["1a", "1b"]);
        story.order(order.clone()).breaks(move_of("1a"), "rule 7");
        let mut story = Story::ready(&["1a", "1b"]);
        story.moved("1a").order(order.clone());
        let (MustEnd::Stopped { on_destination, .. } | MustEnd::WaitsForPerson { on_destination, .. }) = story.end()
        else {
            panic!("{order:?} was overlooked");
        };
        assert_eq!(on_destination, BTreeSet::from(["1a".to_owned()]));
        story.registered("1a").ok(list("D1")).breaks(move_of("1b"), "rule 7");
    }
    // A call on its way is not overtaken; a lost move is seen to its end.
    let mut story = Story::ready(&["1a"]);
    story.lost(move_of("1a")).order(Order::Bar(Barrier::Hold)).probed().moved("1a").registered("1a");
    let mut story = Story::ready(&["1a"]);
    story.order(Order::Bar(Barrier::Hold)).order(Order::Lift(Barrier::Hold)).moved("1a");
}

#[test]
fn a_lost_move_is_probed_twice_after_its_time_out() {
    Story::ready(&["1a"]).lost(move_of("1a")).breaks(move_of("1a"), "rule 5");
    let mut story = Story::ready(&["1a"]);
    story.lost(move_of("1a")).ok(list("D1")).wait(40 * SECOND).ok(list("D1")).breaks(move_of("1a"), "rule 5");
    Story::ready(&["1a"]).lost(move_of("1a")).probed().moved("1a").registered("1a");
    // It took effect after all: one reading is enough to go on, and a second move is wrong.
    Story::ready(&["1a"]).lost(move_of("1a")).moves_late("1a").ok(list("D1")).registered("1a");
    Story::ready(&["1a"]).lost(move_of("1a")).moves_late("1a").breaks(register_of("1a"), "rule 6");
    Story::ready(&["1a"]).lost(move_of("1a")).moves_late("1a").wait(1).probed().breaks(move_of("1a"), "rule 6");
    Story::ready(&["1a"]).moved("1a").breaks(move_of("1a"), "guide 8.1");
}

#[test]
fn a_lost_register_is_probed_twice_and_a_success_is_read_back() {
    Story::ready(&["1a"]).moved("1a").lost(register_of("1a")).wait(2 * MINUTE).breaks(register_of("1a"), "rule 5");
    Story::ready(&["1a"]).moved("1a").lost(register_of("1a")).probed().registered("1a");
    Story::ready(&["1a"]).moved("1a").registered("1a").wait(2 * MINUTE).breaks(register_of("1a"), "guide 9.3");
    let mut story = Story::ready(&["1a"]);
    story.moved("1a").lost(register_of("1a")).registers_late("1a").probed().breaks(register_of("1a"), "rule 6");
}

#[test]
fn a_register_follows_its_move_under_the_destination() {
    Story::ready(&["1a"]).breaks(register_of("1a"), "guide 9.1");
    let old = Call::Register { waba: "S1".to_owned(), number: "1a".to_owned(), pin_digest: "one".to_owned() };
    Story::ready(&["1a"]).moved("1a").breaks(old, "guide 8.8");
}

#[test]
fn registers_keep_their_times_and_their_number() {
    Story::ready(&["1a"]).moved("1a").refused(register_of("1a"), 131_000).breaks(register_of("1a"), "rule 4");
    let mut story = Story::ready(&["1a"]);
    story.moved("1a").refused(register_of("1a"), 131_000).wait(MINUTE).refused(register_of("1a"), 131_000);
    story.wait(MINUTE).breaks(register_of("1a"), "rule 4");
    let mut story = Story::ready(&["1a"]);
    story.moved("1a");
    for wait in [0, MINUTE, 4 * MINUTE, HOUR, HOUR, HOUR, HOUR] {
        story.wait(wait).refused(register_of("1a"), 131_000);
    }
    assert!(matches!(story.end(), MustEnd::WaitsForPerson { .. }));
    story.wait(HOUR).breaks(register_of("1a"), "rule 4");
    let mut story = Story::ready(&["1a"]);
    story.moved("1a");
    for wait in [0, MINUTE, 4 * MINUTE, HOUR, HOUR, HOUR, HOUR, 72 * HOUR] {
        story.wait(wait).refused(register_of("1a"), 131_000);
    }
}

#[test]
fn a_number_has_one_pin() {
    let other = Call::Register { waba: "D1".to_owned(), number: "1a".to_owned(), pin_digest: "two".to_owned() };
    let mut story = Story::ready(&["1a"]);
    story.moved("1a").refused(register_of("1a"), 131_000).wait(MINUTE).breaks(other, "rule 10");
}

#[test]
fn a_refusal_that_names_a_cause_stops_the_tries() {
    let mut story = Story::ready(&["1a"]);
    story.moved("1a");
    story.turns("two_step.turned_on");
    story.refused(register_of("1a"), 2_388_001).wait(HOUR).breaks(register_of("1a"), "rule 4");
    // What the destination lists of a moved number is all that can be read of it.
    let mut story = Story::ready(&["1a"]);
    story.moved("1a");
    story.turns("two_step.turned_on");
    story.refused(register_of("1a"), 2_388_001).wait(HOUR).ok(list("D1")).refused(register_of("1a"), 2_388_001);
    let mut story = Story::ready(&["1a"]);
    story.moved("1a");
    story.turns("two_step.turned_on");
    story.refused(register_of("1a"), 2_388_001).ok(list("S1"));
    story.turns("two_step.turned_off");
    story.registered("1a");
    // It was gone before anybody looked: it has to be read all the same.
    Story::ready(&["1a"]).refused(move_of("1a"), 2_388_001).breaks(move_of("1a"), "rule 4");
    Story::ready(&["1a"]).refused(move_of("1a"), 2_388_001).read().moved("1a");
    // A code that names nothing: what stands in the way is suspected.
    let mut story = Story::ready(&["1a"]);
    story.changed("S1", "funding.declined", Some("D1"), None).refused(move_of("1a"), 100).wait(MINUTE);
    story.breaks(move_of("1a"), "rule 8");
    let mut story = Story::ready(&["1a"]);
    story.refused(move_of("1a"), 133_006).breaks(move_of("1a"), "rule 4");
    let mut story = Story::ready(&["1a"]);
    story.refused(move_of("1a"), 133_006).ok(list("S1")).moved("1a");
    let mut story = Story::ready(&["1a"]);
    story.refused(move_of("1a"), 133_006).order(Order::Looked).ok(list("S1")).moved("1a");
}

#[test]
fn the_numbers_of_a_waba_go_one_after_the_other() {
    Story::ready(&["1a", "1b"]).moved("1a").breaks(move_of("1b"), "rule 8");
    Story::ready(&["1a", "1b"]).moved("1a").registered("1a").breaks(move_of("1b"), "rule 8");
    Story::ready(&["1a", "1b"]).moved("1a").registered("1a").ok(list("D1")).moved("1b");
    Story::ready(&["1a", "1b"]).moved("1a").order(Order::Except("1a".to_owned())).moved("1b");
    Story::ready(&["1a", "1b"]).refused(move_of("1a"), 131_000).moved("1b");
    // The WABA's cause stops the other number, too.
    let mut story = Story::ready(&["1a", "1b"]);
    story.changed("S1", "funding.declined", Some("D1"), None).refused(move_of("1a"), 131_042);
    story.breaks(move_of("1b"), "rule 8");
}

#[test]
fn the_first_migration_goes_alone() {
    Story::fleet().moved("1a").breaks(move_of("2a"), "rule 8");
    Story::fleet().moved("1a").registered("1a").moved("2a");
    let mut story = Story::fleet();
    story.moved("2a");
    let waits = MustEnd::WaitsForPerson { on_destination: BTreeSet::new(), reason: "the fleet's first is not over" };
    assert_eq!(story.end(), waits);
    Story::fleet().moved("1a").order(Order::Looked).moved("2a");
}

#[test]
fn an_answer_that_died_with_its_process_is_looked_for_like_one_that_never_came() {
    let mut story = Story::of(vec![facts("1", &["1a"])]);
    story.read().ok(tag("1")).forgotten("1", Step::Tag).ok(tag("1"));
    let mut story = Story::ready(&["1a"]);
    story.refused(move_of("1a"), 131_042).forgotten("1", Step::Move("1a".to_owned())).breaks(move_of("1a"), "rule 5");
}

#[test]
fn two_equal_failures_stop_the_fleet() {
    let mut story = Story::fleet();
    story.refused(move_of("1a"), 131_000).refused(move_of("2a"), 131_000).wait(MINUTE);
    story.breaks(move_of("1a"), "rule 8");
    let mut story = Story::fleet();
    story.refused(move_of("1a"), 131_000).refused(move_of("2a"), 131_000).order(Order::Looked).moved("1a");
    let mut story = Story::fleet();
    story.refused(move_of("1a"), 131_000).refused(move_of("2a"), 131_057).wait(MINUTE).moved("1a");
}

#[test]
fn templates_are_left_alone_until_they_rest() {
    Story::ready(&["1a"]).breaks(write_templates(), "rule 14");
    Story::ready(&["1a"]).moved("1a").registered("1a").wait(HOUR).breaks(write_templates(), "rule 14");
    Story::ready(&["1a"]).moved("1a").registered("1a").wait(DAY).ok(write_templates());
    let mut story = Story::ready(&["1a", "1b"]);
    story.moved("1a").registered("1a").ok(list("D1")).moved("1b").wait(DAY).breaks(write_templates(), "rule 14");
    let mut story = Story::ready(&["1a"]);
    story.moved("1a").registered("1a").ok(read_templates()).wait(HOUR).ok(read_templates()).ok(write_templates());
    let mut story = Story::ready(&["1a"]);
    story.moved("1a").registered("1a").ok(read_templates()).changed("S1", "template.copied", Some("D1"), None);
    story.ok(read_templates()).breaks(write_templates(), "rule 14");
}

#[test]
fn templates_are_written_on_the_destination() {
    Story::ready(&["1a"]).breaks(Call::WriteTemplates { waba: "S1".to_owned() }, "guide T6");
}

#[test]
fn a_move_needs_a_fresh_reading_and_the_fetched_token() {
    Story::ready(&["1a"]).wait(5 * MINUTE).breaks(move_of("1a"), "rule 2");
    let mut story = Story::of(vec![facts("1", &["1a"])]);
    story.read().ok(tag("1")).changed("S1", "intent.accepted", Some("D1"), None);
    story.ok(Call::ReadIntent { source: "S1".to_owned() }).breaks(move_of("1a"), "guide 5.1");
}

#[test]
fn codes_are_never_asked_for() {
    Story::ready(&["1a"]).breaks(Call::RequestCode { number: "1a".to_owned() }, "rule 15");
    Story::ready(&["1a"]).breaks(Call::VerifyCode { number: "1a".to_owned() }, "rule 15");
}

#[test]
fn a_belief_may_lag_and_may_not_be_ahead() {
    let mut story = Story::of(vec![facts("1", &["1a"])]);
    assert_eq!(story.believes(Phase::AwaitingAcceptance, &[]), Err("guide 2.4"));
    assert_eq!(story.believes(Phase::Draft, &[("1a", NumberState::Moving)]), Err("guide 4.5"));
    assert_eq!(story.believes(Phase::Stopped("rejected".to_owned()), &[]), Err("guide 4.6"));
    assert_eq!(Story::ready(&["off"]).believes(Phase::CuttingOver, &[("off", NumberState::Moving)]), Err("guide 7.4"));
    let mut story = Story::ready(&["1a"]);
    let cutting = Phase::CuttingOver;
    assert_eq!(story.believes(Phase::AwaitingAcceptance, &[("1a", NumberState::Eligible)]), Ok(()));
    assert_eq!(story.believes(cutting.clone(), &[("1a", NumberState::Moved)]), Err("guide 8.7"));
    story.moved("1a");
    assert_eq!(story.believes(cutting.clone(), &[("1a", NumberState::Eligible)]), Err("rule 7"));
    assert_eq!(story.believes(cutting.clone(), &[("1a", NumberState::Moving)]), Ok(()));
    assert_eq!(story.believes(cutting.clone(), &[("1a", NumberState::Registered)]), Err("rule 6"));
    assert_eq!(story.believes(Phase::Settling, &[("1a", NumberState::Moved)]), Err("guide I2"));
    assert_eq!(story.believes(Phase::Stopped("failed".to_owned()), &[]), Err("rule 7"));
    story.registered("1a");
    assert_eq!(story.believes(cutting.clone(), &[("1a", NumberState::Registered)]), Ok(()));
    assert_eq!(story.believes(cutting.clone(), &[("1a", NumberState::Verified)]), Err("guide 9.3"));
    story.ok(list("D1"));
    assert_eq!(story.believes(Phase::Settling, &[("1a", NumberState::Verified)]), Ok(()));
    assert_eq!(story.believes(Phase::Settling, &[("1a", NumberState::Registered)]), Err("rule 7"));
    assert_eq!(story.believes(cutting, &[("1a", NumberState::Verified)]), Err("rule 7"));
    let believed = Believed { phase: Phase::Settling, destination: Some("D9".to_owned()), numbers: BTreeMap::new() };
    assert_eq!(story.model.compare("S1", &believed).map_err(|violation| violation.cites), Err("guide 4.4"));
}

#[test]
fn an_exception_is_recorded_or_the_end_is_not_reached() {
    let mut story = Story::ready(&["1a", "1b"]);
    story.moved("1a").registered("1a").ok(list("D1"));
    let numbers = [("1a", NumberState::Verified), ("1b", NumberState::Stuck)];
    assert_eq!(story.believes(Phase::CompletedWithExceptions, &numbers), Ok(()));
    assert_eq!(story.believes(Phase::Completed, &numbers), Err("guide I2"));
}
