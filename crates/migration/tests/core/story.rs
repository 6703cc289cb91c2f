//! What a person reads: each phase, and the situations in which somebody is woken up for it.

use jiff::SignedDuration;
use unmoor_migration::{
    BlockerCode, Cause, Command, EffectKind, Gate, Input, NumberState, Phase, Policy, Story, Verdict, story,
};

use crate::run::Run;
use crate::world::{FIRST, SECOND, World, number, refused, unknown};

fn told(run: &Run) -> String {
    story(&run.m, run.now).to_string()
}

fn later(run: &mut Run, hours: i64) {
    run.advance(SignedDuration::from_hours(hours));
}

#[test]
fn draft() {
    let mut run = Run::new(World::calm(&[FIRST]));
    later(&mut run, 76);
    insta::assert_snapshot!(told(&run));
}

#[test]
fn preflight_without_a_token() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.step();
    run.end(refused(Cause::TokenMissing, Verdict::Turn));
    insta::assert_snapshot!(told(&run));
}

#[test]
fn ready_with_two_step_verification_on() {
    let world = World::calm(&[FIRST]).with(|world| world.source_number(FIRST).pin_enabled = Some(true));
    let mut run = Run::new(world);
    run.command(Command::Preflight).unwrap();
    run.until_blocked(BlockerCode::TwoStepVerificationOn);
    later(&mut run, 30);
    insta::assert_snapshot!(told(&run));
}

#[test]
fn tagging_without_an_answer() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::SetIntent);
    run.end(unknown());
    insta::assert_snapshot!(told(&run));
}

#[test]
fn tagging_without_an_answer_after_every_repeat() {
    let mut run = Run::started(World::calm(&[FIRST]));
    for _ in 0..4 {
        run.until_open(EffectKind::SetIntent);
        run.end(unknown());
    }
    insta::assert_snapshot!(told(&run));
}

#[test]
fn awaiting_acceptance_and_paused() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = "INITIATED".to_owned()));
    run.until_blocked(BlockerCode::AwaitingAcceptance);
    later(&mut run, 50);
    run.command(Command::Pause { reason: Some("their fair is this week".to_owned()) }).unwrap();
    insta::assert_snapshot!(told(&run));
}

#[test]
fn awaiting_acceptance() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = "INITIATED".to_owned()));
    run.until("a reminder", |run| {
        run.m.intent().is_some_and(|intent| intent.reminders == 1) && run.open_kind().is_none()
    });
    insta::assert_snapshot!(told(&run));
}

#[test]
fn provisioning_without_a_payment_method_and_with_an_attestation() {
    let world = World::calm(&[FIRST, SECOND]).with(|world| {
        world.destination.payment_error = Some(true);
        world.source_number(SECOND).name_status = None;
    });
    let mut run = Run::started(world);
    run.until_blocked(BlockerCode::PaymentMethodMissing);
    let note = "seen approved in WhatsApp Manager".to_owned();
    run.command(Command::Attest { gate: Gate::DisplayName, number: Some(number(SECOND)), note }).unwrap();
    run.input(Input::Wake).unwrap();
    while run.m.open_attempt().is_some() {
        run.answer();
    }
    insta::assert_snapshot!(told(&run));
}

#[test]
fn ready_for_cutover_and_held() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.command(Command::Hold { reason: Some("not before Monday".to_owned()) }).unwrap();
    run.until_blocked(BlockerCode::Held);
    later(&mut run, 5);
    insta::assert_snapshot!(told(&run));
}

#[test]
fn cutting_over_with_a_move_in_doubt() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    run.until_open(EffectKind::MoveNumber);
    run.end(unknown());
    run.answer();
    run.until_open(EffectKind::ReadDestinationNumbers);
    run.answer();
    insta::assert_snapshot!(told(&run));
}

#[test]
fn cutting_over_with_a_number_between_two_accounts() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    run.until_open(EffectKind::RegisterNumber);
    run.end(refused(Cause::Transient, Verdict::Retry));
    run.advance(SignedDuration::from_secs(20));
    insta::assert_snapshot!(told(&run));
}

#[test]
fn cutting_over_with_a_number_stuck() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::RegisterNumber);
    run.end(refused(Cause::NumberNeedsVerification, Verdict::Turn));
    run.until_blocked(BlockerCode::NumberNeedsVerification);
    later(&mut run, 2);
    insta::assert_snapshot!(told(&run));
}

#[test]
fn cutting_over_between_two_numbers_and_cancelled() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    run.until_open(EffectKind::RegisterNumber);
    run.command(Command::Cancel { reason: Some("the customer changed its mind".to_owned()) }).unwrap();
    insta::assert_snapshot!(told(&run));
}

#[test]
fn settling() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_phase(Phase::Settling);
    later(&mut run, 3);
    insta::assert_snapshot!(told(&run));
}

#[test]
fn completed_with_exceptions() {
    let world = World::calm(&[FIRST, SECOND]).with(|world| {
        world.source_number(SECOND).on_business_app = Some(true);
        world.destination_templates.clear();
    });
    let mut run = Run::started(world);
    run.until_phase(Phase::CompletedWithExceptions);
    insta::assert_snapshot!(told(&run));
}

#[test]
fn completed() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_phase(Phase::Completed);
    assert_eq!(run.state_of(FIRST), NumberState::Verified);
    insta::assert_snapshot!(told(&run));
}

#[test]
fn stopped_by_the_customer() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = "REJECTED".to_owned()));
    run.until("the end", |run| run.m.is_final());
    insta::assert_snapshot!(told(&run));
}

#[test]
fn stopped_by_an_operator() {
    let mut run = Run::new(World::calm(&[FIRST]));
    run.command(Command::Cancel { reason: None }).unwrap();
    insta::assert_snapshot!(told(&run));
}

#[test]
fn for_programs_codes_and_names_stand_beside_the_sentences() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.policy = Policy { before_move_hook: true, ..Policy::default() };
    run.world.veto = Some("the agents are busy".to_owned());
    run.until_blocked(BlockerCode::HookVetoed);
    let Story { blockers, .. } = story(&run.m, run.now);
    assert_eq!(blockers[0].code, BlockerCode::HookVetoed);
    let json = serde_json::to_value(story(&run.m, run.now)).unwrap();
    assert_eq!(json["blockers"][0]["code"], "HOOK_VETOED");
    assert_eq!(json["blockers"][0]["number"], FIRST);
    assert_eq!(json["numbers"][0]["state"], "eligible");
    assert_eq!(json["numbers"][0]["in_outage"], false);
    assert_eq!(json["phase"], "cutting_over");
}
