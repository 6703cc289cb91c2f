//! The whole transition table: every phase times every input, and every state of a number times what can happen to it.

use std::fmt::Write as _;

use jiff::SignedDuration;
use unmoor_migration::{
    Blocker, BlockerCode, Cause, Command, Customer, Decision, EffectKind, Fact, Gate, Input, NumberState, Outcome,
    Phase, PortfolioId, Rejected, Verdict, WabaId, apply,
};

use crate::adoption::adopt;
use crate::run::Run;
use crate::world::{FIRST, INTENT, SECOND, World, customer, number, refused, unknown};

/// A migration in each phase, and in the main situations of those that have several.
fn standings() -> Vec<(&'static str, Run)> {
    let reached = |mut run: Run, reach: &dyn Fn(&mut Run)| {
        reach(&mut run);
        run
    };
    let two = || Run::started(World::calm(&[FIRST, SECOND]));
    let asked = || World::calm(&[FIRST, SECOND]).with(|world| world.intent_status = "INITIATED".to_owned());
    let broke = || World::calm(&[FIRST, SECOND]).with(|world| world.destination.payment_error = Some(true));
    let preflighted = reached(Run::new(World::calm(&[FIRST, SECOND])), &|run| {
        run.command(Command::Preflight).unwrap();
        run.until_blocked(BlockerCode::NotReleased);
    });
    let held = reached(two(), &|run| {
        run.command(Command::Hold { reason: None }).unwrap();
        run.until_blocked(BlockerCode::Held);
    });
    let with_exceptions = Run::started(World::calm(&[FIRST]).with(|world| world.destination_templates.clear()));
    let rejected = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = "REJECTED".to_owned()));
    vec![
        ("draft", Run::new(World::calm(&[FIRST, SECOND]))),
        ("preflight, a read open", reached(two(), &|run| run.until_open(EffectKind::ReadSource))),
        ("ready, not released", preflighted),
        ("tagging, the tag open", reached(two(), &|run| run.until_open(EffectKind::SetIntent))),
        (
            "awaiting_acceptance",
            reached(Run::started(asked()), &|run| run.until_blocked(BlockerCode::AwaitingAcceptance)),
        ),
        ("provisioning, the token open", reached(two(), &|run| run.until_open(EffectKind::FetchBusinessToken))),
        (
            "provisioning, a gate closed",
            reached(Run::started(broke()), &|run| run.until_blocked(BlockerCode::PaymentMethodMissing)),
        ),
        ("ready_for_cutover, held", held),
        ("cutting_over, the first move open", reached(two(), &|run| run.until_open(EffectKind::MoveNumber))),
        ("cutting_over, the first register open", reached(two(), &|run| run.until_open(EffectKind::RegisterNumber))),
        ("settling", reached(two(), &|run| run.until_phase(Phase::Settling))),
        ("completed", reached(two(), &|run| run.until_phase(Phase::Completed))),
        ("completed_with_exceptions", reached(with_exceptions, &|run| run.until_phase(Phase::CompletedWithExceptions))),
        ("stopped_rejected", reached(rejected, &|run| run.until("the end", |run| run.m.is_final()))),
        (
            "stopped_cancelled",
            reached(two(), &|run| {
                run.until_open(EffectKind::SetIntent);
                run.command(Command::Cancel { reason: None }).unwrap();
                run.until("the end", |run| run.m.is_final());
            }),
        ),
    ]
}

/// Every command, with the variants that are decided differently.
fn commands() -> Vec<(&'static str, Command)> {
    let attest = |gate, number| Command::Attest { gate, number, note: "seen".to_owned() };
    let update = |change: &dyn Fn(&mut Customer)| {
        let mut row = customer();
        change(&mut row);
        Command::Update { customer: row }
    };
    vec![
        ("preflight", Command::Preflight),
        ("start", Command::Start),
        ("pause", Command::Pause { reason: None }),
        ("resume", Command::Resume),
        ("hold", Command::Hold { reason: None }),
        ("release", Command::Release),
        ("cancel", Command::Cancel { reason: None }),
        ("retry", Command::Retry),
        ("adopt", adopt(INTENT)),
        ("attest payment_method", attest(Gate::PaymentMethod, None)),
        ("attest subscription", attest(Gate::Subscription, None)),
        ("attest of a stranger", attest(Gate::TwoStepOff, Some(number("+15550199999")))),
        ("update, the same row", update(&|_| {})),
        ("update, another wave", update(&|row| row.wave = Some("second".to_owned()))),
        ("update, no portfolio", update(&|row| row.portfolio = None)),
        ("update, another portfolio", update(&|row| row.portfolio = Some(PortfolioId::new("999").unwrap()))),
        ("update, another WABA", update(&|row| row.source_waba = WabaId::new("999").unwrap())),
    ]
}

fn inputs(run: &Run) -> Vec<(&'static str, Input)> {
    let mut inputs = vec![("wake", Input::Wake)];
    if let Some(open) = run.m.open_attempt() {
        let ended = |outcome| Input::Ended { attempt: open.id, outcome };
        inputs.push(("ended, success", ended(run.world.clone().answer(open))));
        inputs.push(("ended, refused: retry", ended(refused(Cause::Transient, Verdict::Retry))));
        inputs.push(("ended, refused: limit", ended(refused(Cause::RateLimited, Verdict::Wait { until: None }))));
        inputs.push(("ended, refused: turn", ended(refused(Cause::PermissionMissing, Verdict::Turn))));
        inputs.push(("ended, refused: permanent", ended(refused(Cause::Unrecognised, Verdict::Permanent))));
        inputs.push(("ended, unknown", ended(unknown())));
        inputs.push(("ended, not sent", ended(Outcome::NotSent { why: "too late".to_owned() })));
        inputs.push(("lost", Input::Lost { attempt: open.id }));
    }
    inputs.push(("ended, of another attempt", Input::Ended { attempt: 999, outcome: unknown() }));
    inputs.push(("nudge", Input::Nudge { from: "webhook".to_owned() }));
    let by = || "ada".to_owned();
    inputs.extend(commands().into_iter().map(|(name, command)| (name, Input::Command { by: by(), command })));
    inputs
}

/// `→ phase; facts; effect; wake; blockers`, or the words of the refusal.
fn outcome(run: &Run, result: Result<Decision, Rejected>) -> String {
    let decision = match result {
        Ok(decision) => decision,
        Err(rejected) => return format!("refused: {rejected}"),
    };
    if decision.events.is_empty() {
        return "nothing".to_owned();
    }
    let facts: Vec<&str> = decision.events.iter().map(unmoor_migration::Event::kind).collect();
    let m = &decision.migration;
    let effect = decision.effect.map_or("–".to_owned(), |attempt| format!("{:?}", attempt.effect.kind()));
    let wake = m.wake_at().map_or("–".to_owned(), |at| format!("{:#}", at.duration_since(run.now)));
    let codes = m.blocker_codes();
    let blockers = if codes.is_empty() { "–".to_owned() } else { codes.join(" ") };
    format!("{} | {} | {effect} | {wake} | {blockers}", m.phase(), facts.join(" "))
}

#[test]
fn every_phase_times_every_input() {
    let mut table = "input → phase | facts | effect | wake after | blockers\n".to_owned();
    let standings = standings();
    for phase in &Phase::ALL {
        assert!(standings.iter().any(|(_, run)| run.m.phase() == phase), "{phase} is missing");
    }
    for (name, run) in standings {
        writeln!(table, "\n== {name}").unwrap();
        for (input_name, input) in inputs(&run) {
            let mut run = run.clone();
            // A wake comes when it is due; the rest a minute later.
            let due = run.m.wake_at().filter(|_| input == Input::Wake && run.m.open_attempt().is_none());
            run.now = due.unwrap_or(run.now + SignedDuration::from_mins(1));
            let result = run.peek(input);
            writeln!(table, "{input_name:<27} → {}", outcome(&run, result)).unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

/// A migration whose first number is in each state that `decide` leads to.
fn number_standings() -> Vec<(&'static str, Run)> {
    let started = || Run::started(World::calm(&[FIRST]));
    let at = |kind: EffectKind| {
        let mut run = started();
        run.until_open(kind);
        run
    };
    let ended = |mut run: Run, outcome: Outcome| {
        run.end(outcome);
        run
    };
    let absent_once = |mut run: Run| {
        run.until_open(EffectKind::ReadDestinationNumbers);
        run.answer();
        run
    };
    // The look right after an unknown outcome, which can show presence and never absence.
    let seen_nothing = |mut run: Run| {
        run.answer();
        run
    };
    let mut listed = started();
    listed.until_open(EffectKind::SetIntent);
    let mut skipped = Run::started(World::calm(&[FIRST, SECOND]).with(|world| {
        world.source_number(FIRST).status = Some("DISCONNECTED".to_owned());
    }));
    skipped.until_open(EffectKind::MoveNumber);
    skipped.end(unknown());
    skipped.answer();
    let mut eligible = started();
    eligible.fleet.no_move = Some(Blocker::new(BlockerCode::FleetBraked, eligible.now));
    eligible.until_blocked(BlockerCode::FleetBraked);
    eligible.fleet.no_move = None;
    let mut registered = Run::started(World::calm(&[FIRST]).with(|world| {
        world.status_after_register = "PENDING".to_owned();
    }));
    registered.until_blocked(BlockerCode::NotConnectedYet);
    let mut verified = started();
    verified.until_phase(Phase::Settling);
    let transient = || refused(Cause::Transient, Verdict::Retry);
    let wants_verification = || refused(Cause::NumberNeedsVerification, Verdict::Turn);
    let mut stuck = ended(at(EffectKind::RegisterNumber), wants_verification());
    stuck.until_blocked(BlockerCode::NumberNeedsVerification);
    vec![
        ("listed", listed),
        ("skipped (the other number in doubt)", skipped),
        ("eligible", eligible),
        ("eligible after a refused move", ended(at(EffectKind::MoveNumber), transient())),
        ("moving, open", at(EffectKind::MoveNumber)),
        ("moving, in doubt", seen_nothing(ended(at(EffectKind::MoveNumber), unknown()))),
        ("moving, absent once", absent_once(seen_nothing(ended(at(EffectKind::MoveNumber), unknown())))),
        ("moved, register refused", ended(at(EffectKind::RegisterNumber), transient())),
        ("registering, open", at(EffectKind::RegisterNumber)),
        ("registering, in doubt", seen_nothing(ended(at(EffectKind::RegisterNumber), unknown()))),
        ("registering, absent once", absent_once(seen_nothing(ended(at(EffectKind::RegisterNumber), unknown())))),
        ("registered, not connected", registered),
        ("verified", verified),
        ("stuck", stuck),
    ]
}

const CAUSES: [Cause; 9] = [
    Cause::TwoStepVerificationOn,
    Cause::PaymentMethodMissing,
    Cause::NumberAlreadyThere,
    Cause::NumberNeedsVerification,
    Cause::RegisterLimit,
    Cause::WrongPin,
    Cause::TokenInvalid,
    Cause::AccountLocked,
    Cause::Unrecognised,
];

fn number_outcome(mut run: Run, input: Input) -> String {
    match run.input(input) {
        Err(rejected) => format!("refused: {rejected}"),
        Ok(decision) => {
            let state = serde_json::to_value(run.state_of(FIRST)).unwrap();
            let in_doubt = if state["doubt"].is_object() { " in doubt" } else { "" };
            let facts: Vec<&str> = decision.events.iter().map(unmoor_migration::Event::kind).collect();
            let facts = if facts.is_empty() { "nothing".to_owned() } else { facts.join(" ") };
            let effect = decision.effect.map_or("–".to_owned(), |attempt| format!("{:?}", attempt.effect.kind()));
            format!("{}{in_doubt} | {facts} | {effect} | {}", run.state_of(FIRST).name(), run.codes().join(" "))
        }
    }
}

#[test]
fn every_state_of_a_number_times_what_can_happen_to_it() {
    let mut table = "what happens → state | facts | effect | blockers\n".to_owned();
    for (name, run) in number_standings() {
        writeln!(table, "\n== {name}").unwrap();
        let mut line = |what: &str, outcome: String| writeln!(table, "{what:<40} → {outcome}").unwrap();
        if let Some(open) = run.m.open_attempt().cloned() {
            let ended = |outcome| Input::Ended { attempt: open.id, outcome };
            line("success", number_outcome(run.clone(), ended(run.world.clone().answer(&open))));
            for cause in CAUSES {
                let outcome = number_outcome(run.clone(), ended(refused(cause, Verdict::Turn)));
                line(&format!("refused: {cause:?}"), outcome);
            }
            line("unknown", number_outcome(run.clone(), ended(unknown())));
            line("not sent", number_outcome(run.clone(), ended(Outcome::NotSent { why: "too late".to_owned() })));
            line("lost", number_outcome(run.clone(), Input::Lost { attempt: open.id }));
        } else {
            due(&run, &mut line);
        }
        let mut later = run.clone();
        later.advance(SignedDuration::from_secs(10));
        line("nudge", number_outcome(later.clone(), Input::Nudge { from: "webhook".to_owned() }));
        for command in [Command::Retry, Command::Cancel { reason: None }, Command::Pause { reason: None }] {
            let name = command.name();
            let input = Input::Command { by: "ada".to_owned(), command };
            line(name, number_outcome(later.clone(), input));
        }
    }
    insta::assert_snapshot!(table);
}

/// The look that is due; where it lists the destination, with each answer that it can give.
fn due(run: &Run, line: &mut dyn FnMut(&str, String)) {
    let mut woken = run.clone();
    woken.now = woken.now.max(woken.m.wake_at().unwrap_or(woken.now));
    line("wake", number_outcome(woken.clone(), Input::Wake));
    let decision = woken.input(Input::Wake).unwrap();
    // The alarm of a gap may come a moment before the reading that is due.
    if decision.effect.is_none() && decision.events.iter().any(|event| event.kind() == "gap_alarmed") {
        woken.now = woken.m.wake_at().unwrap();
        line("wake again", number_outcome(woken.clone(), Input::Wake));
        woken.input(Input::Wake).unwrap();
    }
    let Some(open) = woken.m.open_attempt().cloned() else { return };
    if open.effect.kind() != EffectKind::ReadDestinationNumbers {
        return;
    }
    let first = number(FIRST);
    let mut absent = woken.clone();
    absent.world.destination_numbers.remove(&first);
    let mut there = World::calm(&[FIRST]);
    there.take_over(&first);
    let mut moved = woken.clone();
    moved.world.destination_numbers = there.destination_numbers.clone();
    there.register(&first);
    let mut registered = woken;
    registered.world.destination_numbers = there.destination_numbers;
    for (what, mut run) in [("not listed", absent), ("listed, unregistered", moved), ("listed, registered", registered)]
    {
        let outcome = run.world.answer(&open);
        line(&format!("  then the new WABA: {what}"), number_outcome(run, Input::Ended { attempt: open.id, outcome }));
    }
}

#[test]
fn serving_follows_on_verified_by_a_fact_alone_and_on_nothing_else() {
    for (name, run) in number_standings() {
        let fact = Fact::NumberServing { number: number(FIRST) };
        let applied = apply(run.m.clone(), &unmoor_migration::Event { at: run.now, fact });
        match run.state_of(FIRST) {
            NumberState::Verified | NumberState::Serving => assert!(applied.is_ok(), "{name}"),
            _ => assert!(applied.is_err(), "{name}"),
        }
    }
}
