//! When a number was complete, from its journal.

use unmoor_migration::billing::{BilledNumber, Completion, Completions};
use unmoor_migration::{Cause, EffectKind, Outcome, Phase, Verdict};

use crate::run::Run;
use crate::world::{FIRST, SECOND, World, number, refused, unknown};

fn completions(run: &Run) -> Completions {
    let mut completions = Completions::default();
    run.journal.iter().for_each(|event| completions.observe(event));
    completions
}

fn of(run: &Run) -> Option<Completion> {
    completions(run).of(&number(FIRST))
}

/// When the attempts at a register were journaled.
fn registers(run: &Run) -> Vec<jiff::Timestamp> {
    let attempts = run.attempts.iter().filter(|attempt| attempt.effect.kind() == EffectKind::RegisterNumber);
    attempts.map(|attempt| attempt.started_at).collect()
}

fn registering() -> Run {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::RegisterNumber);
    run
}

#[test]
fn it_lies_between_the_register_that_was_sent_and_its_answer() {
    let mut run = registering();
    let sent_at = registers(&run)[0];
    assert_eq!(of(&run), Some(Completion { sent_at, known_at: None }), "on its way, it may have succeeded");
    run.answer();
    assert_eq!(of(&run), Some(Completion { sent_at, known_at: Some(run.now) }));
    run.until_phase(Phase::Completed);
    assert_eq!(of(&run).unwrap().sent_at, sent_at);
}

#[test]
fn a_number_without_a_register_is_not_complete() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    run.until_open(EffectKind::RegisterNumber);
    run.answer();
    let completions = completions(&run);
    assert!(completions.of(&number(FIRST)).is_some());
    assert_eq!(completions.of(&number(SECOND)), None);
    let numbers = BilledNumber::all_of(&run.m, &completions);
    let shown: Vec<_> = numbers.iter().map(|one| (one.number.as_str(), one.completion.is_some())).collect();
    assert_eq!(shown, [(FIRST, true), (SECOND, false)]);
}

#[test]
fn a_register_that_was_refused_or_never_left_completes_nothing() {
    for outcome in [refused(Cause::Transient, Verdict::Retry), Outcome::NotSent { why: "too late".to_owned() }] {
        let mut run = registering();
        run.end(outcome);
        assert_eq!(of(&run), None);
        run.until("a register again", |run| registers(run).len() == 2);
        run.until_phase(Phase::Completed);
        assert_eq!(of(&run).unwrap().sent_at, registers(&run)[1]);
    }
}

#[test]
fn a_register_without_an_answer_may_have_completed_it_from_then_on() {
    let mut run = registering();
    let attempt = run.m.open_attempt().unwrap().clone();
    let sent_at = attempt.started_at;
    run.world.take_effect(&attempt);
    run.end(unknown());
    let unknown_at = run.now;
    assert_eq!(of(&run), Some(Completion { sent_at, known_at: None }));
    run.until_phase(Phase::Completed);
    let found = of(&run).unwrap();
    assert_eq!(found.sent_at, sent_at);
    assert!(found.known_at.unwrap() > unknown_at, "known only when it was found");
}

#[test]
fn a_register_that_is_proven_absent_has_completed_nothing() {
    let mut run = registering();
    run.end(unknown());
    run.until("a register again", |run| registers(run).len() == 2);
    run.until_phase(Phase::Completed);
    let found = of(&run).unwrap();
    assert_eq!(found.sent_at, registers(&run)[1]);
}

#[test]
fn what_somebody_else_has_registered_was_complete_at_the_earliest_when_it_was_moved() {
    let mut run = registering();
    run.end(refused(Cause::DisplayNameNotApproved, Verdict::Turn));
    for entry in run.world.destination_numbers.values_mut() {
        entry.name_status = Some("DECLINED".to_owned());
    }
    run.until("a look", |run| run.m.open_attempt().is_none());
    run.world.register(&number(FIRST));
    run.until_phase(Phase::Completed);
    let moved = run.attempts.iter().find(|attempt| attempt.effect.kind() == EffectKind::MoveNumber).unwrap();
    assert_eq!(of(&run).unwrap().sent_at, moved.started_at);
    assert_eq!(registers(&run).len(), 1);
}
