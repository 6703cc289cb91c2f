//! Sentences of the guide about our own side that no test of a single situation holds.

use jiff::SignedDuration;
use unmoor_migration::{BlockerCode, Command, Effect, EffectKind, NumberState, Phase};

use crate::run::Run;
use crate::world::{DESTINATION, FIRST, INTENT, PORTFOLIO, SECOND, SOURCE, World, unknown};

/// The calm way to its end.
fn calm() -> Run {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_phase(Phase::Completed);
    run
}

fn effects(run: &Run, kind: EffectKind) -> Vec<&Effect> {
    run.attempts.iter().map(|attempt| &attempt.effect).filter(|effect| effect.kind() == kind).collect()
}

/// Nothing was made of an acceptance for `time`.
fn stands_for(run: &mut Run, time: SignedDuration) {
    let since = run.now;
    run.until("its time", |run| run.m.is_final() || run.now.duration_since(since) > time);
}

/// guide: 1.1
#[test]
fn nothing_is_tagged_while_two_step_verification_is_on() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.source_number(FIRST).pin_enabled = Some(true)));
    run.until_blocked(BlockerCode::TwoStepVerificationOn);
    stands_for(&mut run, SignedDuration::from_hours(48));
    assert_eq!(run.tries(EffectKind::SetIntent), 0);
    run.world.source_number(FIRST).pin_enabled = Some(false);
    run.until_phase(Phase::Completed);
}

/// guide: 1.1
#[test]
fn a_tag_that_a_pause_put_off_looks_at_two_step_verification_again() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::SetIntent);
    run.end(unknown());
    run.command(Command::Pause { reason: None }).unwrap();
    run.advance(SignedDuration::from_mins(26));
    run.world.source_number(FIRST).pin_enabled = Some(true);
    run.command(Command::Resume).unwrap();
    stands_for(&mut run, SignedDuration::from_hours(2));
    assert_eq!(run.tries(EffectKind::SetIntent), 1, "the one before the pause");
    assert!(run.has(BlockerCode::TwoStepVerificationOn));
    run.world.source_number(FIRST).pin_enabled = Some(false);
    run.until_phase(Phase::Completed);
}

/// guide: 1.7
#[test]
fn the_dialogue_has_come_to_its_end_when_a_reading_says_so_and_not_before() {
    let world = World::calm(&[FIRST]).with(|world| world.source_number(FIRST).pin_enabled = Some(true));
    let mut run = Run::started(world);
    run.until_blocked(BlockerCode::TwoStepVerificationOn);
    run.command(Command::Retry).unwrap();
    run.step();
    run.step();
    assert!(run.has(BlockerCode::TwoStepVerificationOn), "somebody says so, the reading does not");
    run.world.source_number(FIRST).pin_enabled = Some(false);
    run.until_open(EffectKind::SetIntent);
}

/// guide: 2.5, 4.1
#[test]
fn the_intent_that_is_read_is_the_one_that_was_set() {
    for effect in effects(&calm(), EffectKind::ReadIntent) {
        assert!(matches!(effect, Effect::ReadIntent { intent } if intent.as_str() == INTENT), "{effect:?}");
    }
}

/// guide: 3.2, 3.3
#[test]
fn no_number_moves_while_the_destination_has_no_payment_method() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.destination.payment_error = Some(true)));
    run.until_blocked(BlockerCode::PaymentMethodMissing);
    stands_for(&mut run, SignedDuration::from_hours(48));
    assert_eq!(run.tries(EffectKind::MoveNumber), 0, "accepted is not paid");
    run.world.destination.payment_error = Some(false);
    run.until_phase(Phase::Completed);
}

/// guide: 4.4, 6.3, 8.1
#[test]
fn the_destination_that_the_intent_names_is_the_one_that_is_subscribed_and_moved_to() {
    let run = calm();
    for effect in run.attempts.iter().map(|attempt| &attempt.effect) {
        if let Effect::Subscribe { destination, .. }
        | Effect::ReadSubscriptions { destination }
        | Effect::ReadDestination { destination }
        | Effect::MoveNumber { destination, .. }
        | Effect::ReadDestinationNumbers { destination }
        | Effect::ReadDestinationTemplates { destination } = effect
        {
            assert_eq!(destination.as_str(), DESTINATION, "{effect:?}");
        }
    }
    assert_eq!((run.tries(EffectKind::Subscribe), run.tries(EffectKind::MoveNumber)), (1, 1));
}

/// guide: I1, 3.5, 4.5
#[test]
fn accepted_lets_the_next_step_begin() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = "INITIATED".to_owned()));
    stands_for(&mut run, SignedDuration::from_hours(48));
    assert_eq!(run.tries(EffectKind::FetchBusinessToken), 0);
    run.world.intent_status = "ACCEPTED".to_owned();
    run.until_open(EffectKind::FetchBusinessToken);
}

/// guide: 4.6
#[test]
fn any_other_status_does_not_even_if_it_names_a_destination() {
    for status in ["INITIATED", "REJECTED", "COMPLETED", "APPROVED", "accepted", ""] {
        let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = status.to_owned()));
        run.until_open(EffectKind::ReadIntent);
        stands_for(&mut run, SignedDuration::from_hours(48));
        assert_eq!(run.tries(EffectKind::FetchBusinessToken), 0, "{status}");
        assert!(run.m.destination().is_none(), "{status}");
    }
}

/// guide: 5.1
#[test]
fn the_token_is_fetched_from_the_customers_portfolio() {
    let run = calm();
    let fetched = effects(&run, EffectKind::FetchBusinessToken);
    assert!(
        matches!(fetched.as_slice(), [Effect::FetchBusinessToken { portfolio }] if portfolio.as_str() == PORTFOLIO),
        "{fetched:?}"
    );
}

/// guide: 7.4
#[test]
fn only_connected_numbers_are_moved() {
    let world = World::calm(&[FIRST, SECOND])
        .with(|world| world.source_number(SECOND).status = Some("DISCONNECTED".to_owned()));
    let mut run = Run::started(world);
    run.until("its end", |run| run.m.is_final());
    assert_eq!(run.state_of(FIRST), NumberState::Verified);
    assert_eq!(run.state_of(SECOND).name(), "skipped");
    assert_eq!(run.tries(EffectKind::MoveNumber), 1);
}

/// guide: 8.5, 8.6
#[test]
fn a_number_is_moved_with_the_name_and_in_the_spelling_of_the_source() {
    let world = World::calm(&[FIRST]).with(|world| {
        world.source_number(FIRST).display = "+1 555-010-0001".to_owned();
        world.source_number(FIRST).verified_name = Some("Brisk Bikes & Sons".to_owned());
    });
    let mut run = Run::started(world);
    run.until_open(EffectKind::MoveNumber);
    let Effect::MoveNumber { display, verified_name, .. } = &run.m.open_attempt().unwrap().effect else {
        panic!("a move is open")
    };
    assert_eq!((display.as_str(), verified_name.as_str()), ("+1 555-010-0001", "Brisk Bikes & Sons"));
}

/// guide: 8.8, 9.1
#[test]
fn registered_is_the_id_that_the_move_gave() {
    let run = calm();
    let moved_to = format!("6{}", FIRST.trim_start_matches('+'));
    let registered = effects(&run, EffectKind::RegisterNumber);
    assert!(
        matches!(registered.as_slice(), [Effect::RegisterNumber { phone_number_id, .. }] if phone_number_id.as_str() == moved_to),
        "{registered:?}"
    );
    assert_ne!(run.m.id().as_str(), DESTINATION);
    assert_eq!(run.m.id().as_str(), SOURCE);
}

/// guide: 9.3
#[test]
fn a_register_is_believed_once_the_destination_lists_the_number_as_connected() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.status_after_register = "PENDING".to_owned()));
    run.until_blocked(BlockerCode::NotConnectedYet);
    assert_eq!(run.state_of(FIRST), NumberState::Registered);
    run.world.status_after_register = "CONNECTED".to_owned();
    run.world.register(&crate::world::number(FIRST));
    run.until("its proof", |run| run.state_of(FIRST) == NumberState::Verified);
}

/// guide: T3, T5, T6
#[test]
fn a_copy_that_was_rejected_and_one_that_never_came_are_left_behind_aloud() {
    for (status, told) in [(Some("REJECTED"), "was rejected when it was checked again"), (None, "was not duplicated")] {
        let mut run = Run::started(World::calm(&[FIRST]).with(|world| match status {
            Some(status) => {
                world.destination_templates.values_mut().for_each(|known| status.clone_into(known));
            }
            None => world.destination_templates.clear(),
        }));
        run.until("its end", |run| run.m.is_final());
        assert_eq!(*run.m.phase(), Phase::CompletedWithExceptions);
        let exceptions = run.m.exceptions();
        assert!(exceptions.len() == 1 && exceptions[0].ends_with(told), "{exceptions:?}");
    }
}

/// guide: T9
#[test]
fn the_templates_are_looked_at_once_more_when_their_first_24_hours_are_over() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_phase(Phase::Settling);
    let over_at = run.now;
    run.until_phase(Phase::Completed);
    let last = run.attempts.iter().rfind(|attempt| attempt.effect.kind() == EffectKind::ReadDestinationTemplates);
    assert!(last.unwrap().started_at.duration_since(over_at) >= SignedDuration::from_hours(24));
}

/// guide: 1.3, 1.4, 1.5, 1.6, 3.4
#[test]
fn the_tasks_tell_the_way_in_the_words_of_the_menus() {
    let told = |code: BlockerCode, words: &[&str]| {
        let text = code.row().clears;
        let mut from = 0;
        for word in words {
            let place = text[from..].find(word).unwrap_or_else(|| panic!("{code}: no `{word}` in its place: {text}"));
            from += place;
        }
    };
    told(
        BlockerCode::TwoStepVerificationOn,
        &[
            "https://business.facebook.com/latest/whatsapp_manager/",
            "Account tools > Phone numbers > gear icon",
            "Overview",
            "Two-step verification > Turn off two-step verification",
        ],
    );
    told(
        BlockerCode::AwaitingAcceptance,
        &["https://business.facebook.com/settings/", "Requests > Received > Review", "payment method"],
    );
}
