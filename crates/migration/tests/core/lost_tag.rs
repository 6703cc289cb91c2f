//! Guide 2 whose answer was lost: the intent that exists may be our own, and its id is known to nobody here.

use jiff::SignedDuration;
use unmoor_migration::{BlockerCode, Cause, Command, EffectKind, Phase, Turn, Verdict};

use crate::run::Run;
use crate::world::{FIRST, World, refused, unknown};

/// What a repeat is told of an intent that is there: open still, or accepted.
const REFUSALS: [(Cause, Verdict); 2] =
    [(Cause::TaggedElsewhere, Verdict::Turn), (Cause::IntentStateInvalid, Verdict::Permanent)];

/// The tag is open for the second time, after `first` went wrong.
fn tagging_again(first: unmoor_migration::Outcome) -> Run {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::SetIntent);
    run.end(first);
    run.until("a tag again", |run| run.tries(EffectKind::SetIntent) == 2);
    run
}

/// guide: 2.5, 3.1
#[test]
fn a_repeat_that_an_intent_stands_in_the_way_of_is_a_matter_for_a_person_and_is_not_sent_again() {
    for (cause, verdict) in REFUSALS {
        let mut run = tagging_again(unknown());
        run.end(refused(cause, verdict));
        assert_eq!(run.codes(), ["INTENT_OUTCOME_UNKNOWN"], "{cause:?}");
        let blocker = &run.m.blockers()[0];
        assert_eq!(blocker.turn, Turn::TechProvider, "{cause:?}");
        run.advance(SignedDuration::from_hours(10 * 24));
        run.input(unmoor_migration::Input::Wake).unwrap();
        assert_eq!(run.tries(EffectKind::SetIntent), 2, "{cause:?}");
    }
}

#[test]
fn a_person_may_have_it_sent_all_the_same() {
    for (cause, verdict) in REFUSALS {
        let mut run = tagging_again(unknown());
        run.end(refused(cause, verdict));
        run.command(Command::Retry).unwrap();
        run.until_open(EffectKind::SetIntent);
        run.until_phase(Phase::Completed);
        assert_eq!(run.tries(EffectKind::SetIntent), 3, "{cause:?}");
    }
}

#[test]
fn without_a_doubt_a_refusal_is_what_it_says_however_often_it_comes() {
    let standing = [BlockerCode::TaggedElsewhere, BlockerCode::NotMigratable];
    for ((cause, verdict), code) in REFUSALS.into_iter().zip(standing) {
        let mut run = tagging_again(refused(cause, verdict));
        run.end(refused(cause, verdict));
        assert!(run.has(code), "{cause:?}: {:?}", run.codes());
    }
}
