//! The calm way: a customer with one number, and nothing in the way.

use std::collections::BTreeMap;

use unmoor_migration::{EffectKind, NumberState, Phase, replay};

use crate::run::Run;
use crate::world::{FIRST, SECOND, World};

/// The guide's own calls, in its order (guide 2, 4, 5, 6, 7, 8, 9).
const GUIDE: [EffectKind; 7] = [
    EffectKind::SetIntent,
    EffectKind::ReadIntent,
    EffectKind::FetchBusinessToken,
    EffectKind::Subscribe,
    EffectKind::ReadSourceNumbers,
    EffectKind::MoveNumber,
    EffectKind::RegisterNumber,
];

#[test]
fn one_number_goes_over_with_the_guides_calls_and_at_most_ten_more() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_phase(Phase::Completed);

    assert_eq!(run.state_of(FIRST), NumberState::Verified);
    assert_eq!(replay(&run.journal).unwrap(), run.m);
    let mut calls: BTreeMap<EffectKind, usize> = BTreeMap::new();
    for attempt in &run.attempts {
        *calls.entry(attempt.effect.kind()).or_default() += 1;
    }
    for kind in [EffectKind::SetIntent, EffectKind::MoveNumber, EffectKind::RegisterNumber] {
        assert_eq!(calls.get(&kind), Some(&1), "{kind:?}");
    }
    assert!(run.m.graph_calls() <= 17, "guide's 7 + 10: {calls:?}");
    insta::assert_snapshot!(story(&run));
}

#[test]
fn the_guides_steps_come_in_the_guides_order() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_phase(Phase::Completed);
    let mut kinds = run.attempts.iter().map(|attempt| attempt.effect.kind());
    for step in GUIDE {
        assert!(kinds.any(|kind| kind == step), "{step:?} does not follow");
    }
}

/// guide: I2
#[test]
fn the_second_number_moves_only_when_the_first_is_verified() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    run.until_open(EffectKind::MoveNumber);
    assert_eq!(run.state_of(SECOND), NumberState::Eligible);
    run.until("the first verified", |run| run.state_of(FIRST) == NumberState::Verified);
    assert_eq!(run.tries(EffectKind::MoveNumber), 1 + usize::from(run.open_kind() == Some(EffectKind::MoveNumber)));
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::MoveNumber), 2);
    assert_eq!(run.tries(EffectKind::RegisterNumber), 2);
}

#[test]
fn between_the_two_answers_of_a_move_and_its_register_nothing_else_is_done() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::MoveNumber);
    let decision = run.answer();
    assert_eq!(decision.effect.map(|attempt| attempt.effect.kind()), Some(EffectKind::RegisterNumber));
}

/// One line for each fact, with what is of interest about it.
fn story(run: &Run) -> String {
    let begun = run.journal[0].at;
    let mut lines = Vec::new();
    for event in &run.journal {
        let seconds = event.at.duration_since(begun).as_secs_f64();
        let words = match &event.fact {
            unmoor_migration::Fact::PhaseEntered { phase } => format!("== {phase}"),
            unmoor_migration::Fact::AttemptStarted { attempt } => {
                format!("{}: {}", attempt.id, attempt.effect.kind().doing())
            }
            unmoor_migration::Fact::AttemptEnded { attempt, outcome, .. } => {
                let outcome = serde_json::to_value(outcome).unwrap();
                format!("{attempt}: {}", outcome["outcome"].as_str().unwrap())
            }
            unmoor_migration::Fact::Waiting { until, blockers } => {
                let codes: Vec<&str> = blockers.iter().map(|blocker| blocker.code.as_str()).collect();
                format!("waiting until {until:?} for {codes:?}")
            }
            fact => fact.kind().to_owned(),
        };
        lines.push(format!("{seconds:>10.2} s  {words}"));
    }
    lines.join("\n")
}
