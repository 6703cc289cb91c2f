//! A migration intent that a person gives: it is taken only if a reading names our source, and proceeds as any other.

use unmoor_migration::{
    BlockerCode, Cause, Command, EffectKind, IntentId, News, Phase, Rejected, Turn, Verdict, WabaId, notice, story,
};

use crate::run::Run;
use crate::world::{DESTINATION, FIRST, INTENT, SECOND, World, number, refused, unknown};

/// An intent of another WABA.
pub(crate) const FOREIGN_INTENT: &str = "400000000000009";

pub(crate) fn adopt(intent: &str) -> Command {
    Command::Adopt { intent: IntentId::new(intent).unwrap(), acceptance_seen: None }
}

fn adopt_accepted(intent: &str) -> Command {
    let acceptance_seen = Some("the report of Monday".to_owned());
    Command::Adopt { intent: IntentId::new(intent).unwrap(), acceptance_seen }
}

/// Tagged four times without an answer, so that it is a person's turn.
fn lost() -> Run {
    let mut run = Run::started(World::calm(&[FIRST]));
    for _ in 0..4 {
        run.until_open(EffectKind::SetIntent);
        run.end(unknown());
    }
    run.until("a person's turn", |run| run.m.turn() == Some(Turn::TechProvider));
    run
}

fn words(run: &Run, code: BlockerCode) -> String {
    let blocker = run.m.blockers().iter().find(|blocker| blocker.code == code).unwrap();
    blocker.detail.clone().unwrap_or_default()
}

/// guide: 4.5
#[test]
fn a_lost_intent_that_names_our_source_is_gone_on_with_and_nothing_is_tagged_again() {
    let mut run = lost();
    run.command(adopt(INTENT)).unwrap();
    assert!(story(&run.m, run.now).to_string().contains("ada gave migration intent 400000000000004"));
    run.until_phase(Phase::Completed);
    assert_eq!((run.tries(EffectKind::SetIntent), run.tries(EffectKind::ReadGivenIntent)), (4, 1));
    assert!(run.m.adoption().is_none());
}

#[test]
fn another_wabas_intent_is_never_taken_and_a_person_hears_of_it() {
    let mut run = lost();
    run.command(adopt(FOREIGN_INTENT)).unwrap();
    run.until_blocked(BlockerCode::IntentNotOurs);
    assert_eq!(words(&run, BlockerCode::IntentNotOurs), "intent 400000000000009 is of WABA 100000000000009");
    assert!(run.m.intent().is_none() && run.m.wake_at().is_none(), "it waits for the person");
    insta::assert_snapshot!(story(&run.m, run.now));
    run.command(adopt(INTENT)).unwrap();
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::SetIntent), 4);
}

#[test]
fn an_intent_whose_source_nobody_shows_or_that_nobody_knows_or_that_was_rejected_is_not_taken() {
    let mut hidden = lost();
    hidden.world.intent_source = None;
    hidden.command(adopt(INTENT)).unwrap();
    hidden.until_blocked(BlockerCode::IntentNotOurs);
    assert!(words(&hidden, BlockerCode::IntentNotOurs).contains("does not show of which WABA"));

    let mut unheard_of = lost();
    unheard_of.command(adopt(INTENT)).unwrap();
    unheard_of.until_open(EffectKind::ReadGivenIntent);
    unheard_of.end(refused(Cause::ObjectUnknown, Verdict::Permanent));
    unheard_of.until_blocked(BlockerCode::IntentNotOurs);
    assert!(words(&unheard_of, BlockerCode::IntentNotOurs).contains("refused for ObjectUnknown"), "Meta's words");

    let mut rejected = lost();
    rejected.world.intent_status = "REJECTED".to_owned();
    rejected.command(adopt(INTENT)).unwrap();
    rejected.until_blocked(BlockerCode::IntentNotOurs);
    assert!(words(&rejected, BlockerCode::IntentNotOurs).contains("has rejected intent"), "it does not end by a slip");
    for run in [hidden, unheard_of, rejected] {
        assert_eq!(*run.m.phase(), Phase::Tagging);
    }
}

#[test]
fn a_retry_lets_go_of_an_intent_that_is_not_taken() {
    let mut run = Run::new(World::calm(&[FIRST]));
    run.command(adopt(FOREIGN_INTENT)).unwrap();
    run.command(Command::Start).unwrap();
    run.until_blocked(BlockerCode::IntentNotOurs);
    assert_eq!((run.m.phase(), run.tries(EffectKind::SetIntent)), (&Phase::Ready, 0), "nothing is tagged meanwhile");
    run.command(Command::Retry).unwrap();
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::SetIntent), 1);
}

/// guide: 2.1
#[test]
fn an_intent_that_was_set_by_hand_is_not_set_again_and_still_waits_for_its_release() {
    let mut run = Run::new(World::calm(&[FIRST]).with(|world| world.source_number(FIRST).pin_enabled = Some(true)));
    run.command(adopt(INTENT)).unwrap();
    assert_eq!(*run.m.phase(), Phase::Preflight, "its checks come first");
    run.until_blocked(BlockerCode::NotReleased);
    assert_eq!(run.codes(), ["NOT_RELEASED"], "what has to come before the tag comes too late");
    assert_eq!(run.m.intent().unwrap().id.as_str(), INTENT);
    run.command(Command::Start).unwrap();
    run.until_blocked(BlockerCode::TwoStepVerificationOn);
    assert_eq!(*run.m.phase(), Phase::Provisioning, "it is a gate of the move as ever");
    run.world.source_number(FIRST).pin_enabled = Some(false);
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::SetIntent), 0);
}

/// guide: 4.6
#[test]
fn an_adopted_intent_waits_for_acceptance_as_any_other_and_the_customer_is_asked() {
    let mut run = lost();
    run.world.intent_status = "INITIATED".to_owned();
    run.command(adopt(INTENT)).unwrap();
    run.until_blocked(BlockerCode::AwaitingAcceptance);
    let told = run.journal.iter().flat_map(|event| notice::of(&run.m, event)).map(|notice| notice.news);
    let asked = told.filter(|news| matches!(news, News::RequestAcceptance { intent } if intent.as_str() == INTENT));
    assert_eq!(asked.count(), 1);
    run.world.intent_status = "APPROVED".to_owned();
    run.until_blocked(BlockerCode::IntentStatusUnknown);
    run.world.intent_status = "ACCEPTED".to_owned();
    run.until_phase(Phase::Completed);
}

#[test]
fn a_wrong_id_does_not_stop_the_polls_of_the_right_one() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = "INITIATED".to_owned()));
    run.until_blocked(BlockerCode::AwaitingAcceptance);
    run.command(adopt(FOREIGN_INTENT)).unwrap();
    run.until_blocked(BlockerCode::IntentNotOurs);
    assert!(run.has(BlockerCode::AwaitingAcceptance));
    run.world.intent_status = "ACCEPTED".to_owned();
    run.until_phase(Phase::Completed);
    assert!(run.m.adoption().is_none());
}

/// A migration that a backup has set back to before the acceptance, while the number went over.
fn completed_meanwhile() -> Run {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = "COMPLETED".to_owned()));
    run.world.take_over(&number(FIRST));
    run.world.register(&number(FIRST));
    run.world.numbers.insert(number(FIRST), crate::world::listed(FIRST));
    run.until_blocked(BlockerCode::IntentStatusUnknown);
    assert!(words(&run, BlockerCode::IntentStatusUnknown).contains("--acceptance-seen"));
    run
}

/// Rule 1.
/// guide: 4.6
#[test]
fn completed_proceeds_only_with_a_persons_word_that_acceptance_was_seen_and_with_a_destination() {
    let mut run = completed_meanwhile();
    run.command(adopt(INTENT)).unwrap();
    for _ in 0..30 {
        run.step();
    }
    assert_eq!(*run.m.phase(), Phase::AwaitingAcceptance, "the id alone opens nothing");

    run.world.shown_destination = None;
    run.command(adopt_accepted(INTENT)).unwrap();
    run.until_blocked(BlockerCode::DestinationUnknown);
    for _ in 0..30 {
        run.step();
    }
    assert_eq!(*run.m.phase(), Phase::AwaitingAcceptance, "there is nowhere to go");

    run.world.shown_destination = Some(WabaId::new(DESTINATION).unwrap());
    run.until("what was done meanwhile", |run| run.m.has_begun());
    assert!(story(&run.m, run.now).to_string().contains("ada says since"), "who said so is told");
    run.until("its end", |run| run.m.is_final());
    assert_eq!((run.tries(EffectKind::MoveNumber), run.tries(EffectKind::RegisterNumber)), (0, 0), "it was over");
    assert!(run.m.exceptions()[0].contains("PIN"), "{:?}", run.m.exceptions());
}

#[test]
fn a_foreign_intent_does_not_proceed_whatever_a_person_says_of_it() {
    let mut run = completed_meanwhile();
    run.command(adopt_accepted(FOREIGN_INTENT)).unwrap();
    run.until_blocked(BlockerCode::IntentNotOurs);
    for _ in 0..30 {
        run.step();
    }
    assert_eq!(*run.m.phase(), Phase::AwaitingAcceptance);
    assert_eq!(run.m.intent().unwrap().id.as_str(), INTENT);
    assert!(run.m.intent().unwrap().acceptance_seen.is_none());
}

#[test]
fn a_number_that_was_moved_by_hand_is_found_and_the_other_is_moved() {
    let mut run = Run::new(World::calm(&[FIRST, SECOND]));
    run.command(adopt(INTENT)).unwrap();
    run.command(Command::Start).unwrap();
    run.world.take_over(&number(FIRST));
    run.world.numbers.insert(number(FIRST), crate::world::listed(FIRST));
    run.until("its end", |run| run.m.is_final());
    assert_eq!((run.tries(EffectKind::MoveNumber), run.tries(EffectKind::RegisterNumber)), (1, 2));
    assert_eq!(run.m.numbers().filter(|number| number.is_migrated()).count(), 2);
}

#[test]
fn the_id_comes_too_late_once_acceptance_was_seen_and_once_it_is_over() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_phase(Phase::Provisioning);
    let refused = run.command(adopt(INTENT)).unwrap_err();
    assert!(matches!(refused, Rejected::WrongPhase { .. }) && refused.to_string().contains("accepted"), "{refused}");
    run.until_phase(Phase::Completed);
    assert!(matches!(run.command(adopt(INTENT)), Err(Rejected::Over { .. })));
}

#[test]
fn an_id_that_comes_while_the_tag_is_under_way_is_read_after_it() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::SetIntent);
    run.command(adopt(INTENT)).unwrap();
    run.end(unknown());
    run.until_phase(Phase::Completed);
    assert_eq!((run.tries(EffectKind::SetIntent), run.tries(EffectKind::ReadGivenIntent)), (1, 1));
}
