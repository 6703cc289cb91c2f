//! Where nothing can be undone: single situations, each with the rule that it is about.

use jiff::SignedDuration;
use unmoor_migration::observed::TokenFacts;
use unmoor_migration::retry::{CALL_TIMEOUT, after};
use unmoor_migration::{
    BlockerCode, Cause, Command, EffectKind, Fact, Input, NumberState, Outcome, Phase, Rejected, Turn, Verdict,
};

use crate::run::Run;
use crate::world::{FIRST, SECOND, World, number, refused, unknown};

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

fn nudge() -> Input {
    Input::Nudge { from: "webhook account_update".to_owned() }
}

/// Just moved, its register open.
fn registering(numbers: &[&str]) -> Run {
    let mut run = Run::started(World::calm(numbers));
    run.until_open(EffectKind::RegisterNumber);
    run
}

#[test]
fn a_register_refused_for_two_step_verification_watches_the_new_waba_once_a_minute() {
    let mut run = registering(&[FIRST]);
    let refused_at = run.now;
    run.end(refused(Cause::TwoStepVerificationOn, Verdict::Turn));
    run.until("a register again", |run| run.tries(EffectKind::RegisterNumber) == 2);
    assert_eq!(
        run.tries(EffectKind::ReadDestinationNumbers),
        2,
        "one look at once, which may be too early, and one before"
    );
    assert!(run.now.duration_since(refused_at) >= minutes(1), "it came after {:#}", run.now.duration_since(refused_at));
    run.until_phase(Phase::Completed);
}

#[test]
fn a_named_cause_that_stands_is_polled_and_no_register_is_sent() {
    let mut run = registering(&[FIRST]);
    run.end(refused(Cause::PaymentMethodMissing, Verdict::Turn));
    run.world.destination.payment_error = Some(true);
    let before = run.attempts.len();
    let since = run.now;
    run.until("half an hour", |run| run.now.duration_since(since) >= minutes(30));
    assert_eq!(run.tries(EffectKind::RegisterNumber), 1);
    assert!(run.has(BlockerCode::PaymentMethodMissing));
    assert!(
        (25..=40).contains(&(run.attempts.len() - before)),
        "{} looks in half an hour",
        run.attempts.len() - before
    );
    run.world.destination.payment_error = Some(false);
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::RegisterNumber), 2);
}

/// The vendor may show for a while what was before (observations: `numbers.read_after_write_lag_s`).
#[test]
fn what_a_reading_shows_right_after_a_refusal_is_read_again_before_the_next_register() {
    let mut run = registering(&[FIRST]);
    run.end(refused(Cause::PaymentMethodMissing, Verdict::Turn));
    run.input(nudge()).unwrap();
    run.until_open(EffectKind::ReadDestination);
    run.answer();
    run.world.destination.payment_error = Some(true);
    let since = run.now;
    run.until("ten minutes", |run| run.now.duration_since(since) >= minutes(10));
    assert_eq!(run.tries(EffectKind::RegisterNumber), 1);
    assert!(run.has(BlockerCode::PaymentMethodMissing));
    run.world.destination.payment_error = Some(false);
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::RegisterNumber), 2);
}

#[test]
fn a_register_by_somebody_else_is_seen_while_a_cause_is_polled() {
    let mut run = registering(&[FIRST]);
    run.end(refused(Cause::DisplayNameNotApproved, Verdict::Turn));
    for entry in run.world.destination_numbers.values_mut() {
        entry.name_status = Some("DECLINED".to_owned());
    }
    run.until_blocked(BlockerCode::DisplayNameNotApproved);
    run.world.register(&number(FIRST));
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::RegisterNumber), 1);
}

#[test]
fn a_webhook_does_not_bring_a_register_forward() {
    let mut run = registering(&[FIRST]);
    run.end(refused(Cause::Transient, Verdict::Retry));
    run.until_blocked(BlockerCode::RegisterRetrying);
    for _ in 0..20 {
        run.advance(SignedDuration::from_secs(1));
        run.input(nudge()).unwrap();
        run.input(Input::Wake).unwrap();
        while run.m.open_attempt().is_some() {
            assert_ne!(run.open_kind(), Some(EffectKind::RegisterNumber));
            run.answer();
        }
    }
    assert_eq!(run.tries(EffectKind::RegisterNumber), 1);
}

#[test]
fn a_persons_retry_brings_a_register_forward() {
    let mut run = registering(&[FIRST]);
    run.end(refused(Cause::Transient, Verdict::Retry));
    run.advance(SignedDuration::from_secs(3));
    run.command(Command::Retry).unwrap();
    let asked_at = run.now;
    run.until_open(EffectKind::RegisterNumber);
    assert!(run.now.duration_since(asked_at) < SignedDuration::from_secs(5));
}

#[test]
fn a_webhook_does_not_repeat_a_tag() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::SetIntent);
    run.end(unknown());
    run.advance(SignedDuration::from_secs(1));
    run.input(nudge()).unwrap();
    run.input(Input::Wake).unwrap();
    assert_eq!(run.tries(EffectKind::SetIntent), 1);
    assert_eq!((run.codes(), run.m.turn()), (vec!["INTENT_OUTCOME_UNKNOWN"], Some(Turn::Time)));
}

#[test]
fn a_tag_without_an_answer_is_repeated_three_times_and_then_a_persons_matter() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::SetIntent);
    for _ in 0..3 {
        run.end(unknown());
        run.until_open(EffectKind::SetIntent);
    }
    run.end(unknown());
    assert_eq!(run.codes(), ["INTENT_OUTCOME_UNKNOWN"]);
    assert_eq!(run.m.turn(), Some(Turn::TechProvider));
    run.advance(SignedDuration::from_hours(24 * 30));
    run.input(Input::Wake).unwrap();
    assert_eq!(run.tries(EffectKind::SetIntent), 4, "nobody has asked for another");
    run.command(Command::Retry).unwrap();
    run.until_phase(Phase::AwaitingAcceptance);
}

#[test]
fn a_refused_move_whose_cause_is_the_wabas_stops_its_other_numbers() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    run.until_open(EffectKind::MoveNumber);
    run.end(refused(Cause::PaymentMethodMissing, Verdict::Turn));
    // The reading of before says that all is well; the refusal outweighs it for both.
    run.world.destination.payment_error = Some(true);
    let since = run.now;
    run.until("an hour", |run| run.now.duration_since(since) >= minutes(60));
    assert_eq!(run.tries(EffectKind::MoveNumber), 1, "rule 8");
    run.world.destination.payment_error = Some(false);
    run.until_phase(Phase::Completed);
}

#[test]
fn a_second_refusal_for_the_wabas_cause_that_no_reading_shows_stops_its_other_numbers() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    run.until_open(EffectKind::MoveNumber);
    run.end(refused(Cause::DestinationNotApproved, Verdict::Turn));
    run.until_open(EffectKind::MoveNumber);
    assert_eq!(run.m.open_attempt().unwrap().effect.number(), Some(&number(FIRST)), "the one that was refused asks");
    run.end(refused(Cause::DestinationNotApproved, Verdict::Turn));
    run.until("a third try", |run| run.tries(EffectKind::MoveNumber) == 3);
    let third = run.m.open_attempt().unwrap().effect.number().cloned();
    assert_eq!(third, Some(number(FIRST)), "the other number would only be refused as well (rule 8)");
}

#[test]
fn a_refusal_that_is_one_numbers_own_does_not_stop_the_other() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    run.until_open(EffectKind::MoveNumber);
    run.end(refused(Cause::DisplayNameNotApproved, Verdict::Turn));
    run.world.source_number(FIRST).name_status = Some("DECLINED".to_owned());
    run.until("the second over", |run| run.state_of(SECOND) == NumberState::Verified);
    assert_eq!(run.state_of(FIRST), NumberState::Eligible);
    assert!(run.has(BlockerCode::DisplayNameNotApproved) || run.m.open_attempt().is_some());
}

#[test]
fn a_move_that_lands_after_both_reads_is_found_and_registered() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::MoveNumber);
    run.end(unknown());
    run.command(Command::Hold { reason: None }).unwrap();
    run.until_blocked(BlockerCode::Held);
    assert_eq!(run.state_of(FIRST), NumberState::Eligible, "proven absent");
    // Now, far too late, it takes place: the source lists it no longer.
    run.world.take_over(&number(FIRST)).unwrap();
    run.advance(minutes(10));
    run.command(Command::Release).unwrap();
    run.until_phase(Phase::Completed);
    assert_eq!(run.state_of(FIRST), NumberState::Verified);
}

#[test]
fn a_move_that_lands_while_the_source_is_listed_again_is_not_taken_for_a_number_that_is_gone() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.command(Command::Hold { reason: None }).unwrap();
    run.until_blocked(BlockerCode::Held);
    // The readings of the gates are almost too old when the move begins, and too old when it is proven absent.
    run.advance(SignedDuration::from_secs(100));
    run.command(Command::Release).unwrap();
    run.until_open(EffectKind::MoveNumber);
    run.end(unknown());
    run.until("a look at the source", |run| run.open_kind() == Some(EffectKind::ReadSourceNumbers));
    assert_eq!(run.state_of(FIRST), NumberState::Eligible, "proven absent");
    run.world.take_over(&number(FIRST)).unwrap();
    run.until_phase(Phase::Completed);
    assert_eq!(run.state_of(FIRST), NumberState::Verified);
}

#[test]
fn a_number_that_connects_at_the_last_moment_gets_its_pin_before_its_move() {
    let world = World::calm(&[FIRST, SECOND])
        .with(|world| world.source_number(SECOND).status = Some("DISCONNECTED".to_owned()));
    let mut run = Run::started(world);
    run.until_open(EffectKind::MoveNumber);
    assert_eq!(run.tries(EffectKind::SealPin), 1);
    run.end(refused(Cause::Transient, Verdict::Retry));
    run.world.source_number(SECOND).status = Some("CONNECTED".to_owned());
    run.command(Command::Retry).unwrap();
    run.until_phase(Phase::Completed);
    assert_eq!(run.state_of(SECOND), NumberState::Verified);
    assert_eq!(run.tries(EffectKind::SealPin), 2);
}

#[test]
fn without_an_answer_two_reads_half_a_minute_apart_come_before_another_move() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::MoveNumber);
    let sent = run.m.open_attempt().unwrap().started_at;
    run.end(unknown());
    assert_eq!(run.open_kind(), Some(EffectKind::ReadDestinationNumbers), "presence is looked for at once");
    run.answer();
    assert!(run.has(BlockerCode::OutcomeUnknown), "absence is not believed yet");
    run.until_open(EffectKind::ReadDestinationNumbers);
    assert!(run.now.duration_since(sent) >= SignedDuration::from_secs(30), "before its time-out");
    let first = run.now;
    run.answer();
    assert_eq!(run.open_kind(), None, "the second read waits");
    run.until("the second read", |run| run.tries(EffectKind::ReadDestinationNumbers) == 3);
    assert!(run.now.duration_since(first) >= SignedDuration::from_secs(30));
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::MoveNumber), 2);
}

#[test]
fn the_full_time_out_of_a_call_that_left_late_is_counted_from_when_it_left() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::MoveNumber);
    // It left four seconds after it was journaled, and its connection broke at once.
    run.advance(SignedDuration::from_secs(4));
    run.end(unknown());
    let NumberState::Moving { doubt: Some(doubt) } = run.state_of(FIRST) else { panic!("it is in doubt") };
    assert_eq!(doubt.look_from, after(run.now, CALL_TIMEOUT));
}

#[test]
fn a_move_whose_answer_was_lost_is_found_and_not_repeated() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::MoveNumber);
    let open = run.m.open_attempt().unwrap().clone();
    run.world.take_effect(&open);
    run.input(Input::Lost { attempt: open.id }).unwrap();
    run.until_phase(Phase::Completed);
    assert_eq!((run.tries(EffectKind::MoveNumber), run.tries(EffectKind::RegisterNumber)), (1, 1));
}

#[test]
fn a_move_in_doubt_that_is_found_registered_already_needs_no_register() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::MoveNumber);
    let open = run.m.open_attempt().unwrap().clone();
    run.world.take_effect(&open);
    run.end(unknown());
    run.world.register(&number(FIRST));
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::RegisterNumber), 0, "rule 6: the new WABA's list is the proof");
}

#[test]
fn a_register_whose_answer_was_lost_is_seen_at_once_so_that_the_gap_stays_short() {
    let mut run = registering(&[FIRST]);
    let open = run.m.open_attempt().unwrap().clone();
    run.world.take_effect(&open);
    run.end(unknown());
    run.until("its proof", |run| run.state_of(FIRST) == NumberState::Verified);
    assert!(run.now.duration_since(open.started_at) < SignedDuration::from_secs(5), "it waited for a time-out");
}

#[test]
fn a_register_whose_answer_was_lost_is_found_and_not_repeated() {
    let mut run = registering(&[FIRST]);
    let open = run.m.open_attempt().unwrap().clone();
    run.world.take_effect(&open);
    run.end(unknown());
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::RegisterNumber), 1);
}

#[test]
fn seven_registers_in_72_hours_and_each_retry_of_a_person_one_more_up_to_ten() {
    let mut run = registering(&[FIRST]);
    let mut spacings = Vec::new();
    for expected in 1..=7 {
        assert_eq!(run.tries(EffectKind::RegisterNumber), expected);
        let sent = run.m.open_attempt().unwrap().started_at;
        run.end(refused(Cause::Transient, Verdict::Retry));
        if expected < 7 {
            run.until_open(EffectKind::RegisterNumber);
            spacings.push(run.now.duration_since(sent).as_mins());
        }
    }
    assert_eq!(spacings, [1, 5, 60, 60, 60, 60], "minutes between the tries");
    for expected in 8..=10 {
        run.until_blocked(BlockerCode::RegisterTriesUsed);
        run.command(Command::Retry).unwrap();
        run.until_open(EffectKind::RegisterNumber);
        assert_eq!(run.tries(EffectKind::RegisterNumber), expected);
        run.end(refused(Cause::Transient, Verdict::Retry));
    }
    run.until_blocked(BlockerCode::RegisterTriesUsed);
    run.command(Command::Retry).unwrap();
    let since = run.now;
    run.until("an hour", |run| run.now.duration_since(since) >= minutes(60));
    assert_eq!(run.tries(EffectKind::RegisterNumber), 10, "Meta would block the number");
}

/// guide: 9.2
#[test]
fn one_pin_is_sealed_before_the_move_and_never_again() {
    let mut run = registering(&[FIRST]);
    for _ in 0..3 {
        run.end(refused(Cause::Transient, Verdict::Retry));
        run.until_open(EffectKind::RegisterNumber);
    }
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::SealPin), 1, "rule 10");
}

#[test]
fn before_the_first_move_pause_hold_and_cancel_always_win() {
    let ready = || {
        let mut run = Run::started(World::calm(&[FIRST]));
        run.fleet.no_move = Some(unmoor_migration::Blocker::new(BlockerCode::FleetBraked, run.now));
        run.until_blocked(BlockerCode::FleetBraked);
        run.fleet.no_move = None;
        run
    };
    for command in [Command::Pause { reason: None }, Command::Hold { reason: None }] {
        let mut run = ready();
        run.command(command).unwrap();
        run.advance(minutes(30));
        run.input(Input::Wake).unwrap();
        while run.m.open_attempt().is_some() {
            run.answer();
        }
        assert_eq!(run.tries(EffectKind::MoveNumber), 0);
        assert_eq!(run.m.turn(), Some(Turn::TechProvider));
    }
    let mut run = ready();
    run.command(Command::Cancel { reason: None }).unwrap();
    assert_eq!(run.m.phase_name(), "stopped_cancelled");
}

#[test]
fn after_the_move_began_pause_hold_and_a_closing_window_do_not_stop_its_register() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    run.until_open(EffectKind::MoveNumber);
    run.command(Command::Pause { reason: None }).unwrap();
    run.command(Command::Hold { reason: None }).unwrap();
    run.policy.window = Some(unmoor_migration::window::CutoverWindow {
        days: vec![],
        from: jiff::civil::Time::midnight(),
        until: jiff::civil::Time::midnight(),
    });
    run.until("the first over", |run| run.state_of(FIRST) == NumberState::Verified);
    run.until_blocked(BlockerCode::Paused);
    assert_eq!(run.state_of(SECOND), NumberState::Eligible, "the second had not begun");
}

#[test]
fn a_cancel_after_the_first_move_finishes_that_number_and_leaves_the_other() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    run.until_open(EffectKind::MoveNumber);
    run.command(Command::Cancel { reason: None }).unwrap();
    run.until("its end", |run| run.m.is_final());
    assert_eq!(run.state_of(FIRST), NumberState::Verified);
    assert_eq!(run.state_of(SECOND).name(), "skipped");
    assert_eq!(run.m.phase(), &Phase::CompletedWithExceptions);
}

#[test]
fn a_cancel_is_refused_with_the_reason_once_every_number_has_begun() {
    let mut run = registering(&[FIRST]);
    let rejected = run.command(Command::Cancel { reason: None }).unwrap_err();
    assert!(matches!(rejected, Rejected::NoReturn { .. }), "{rejected}");
    insta::assert_snapshot!(rejected, @"100000000000001 can no longer be cancelled: +15550100001 has begun its move, and its register must follow");
}

#[test]
fn what_no_longer_stands_in_the_way_is_not_told_while_a_number_moves() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::MoveNumber);
    run.end(refused(Cause::DestinationNotApproved, Verdict::Turn));
    run.world.destination.review = Some("PENDING".to_owned());
    run.until_blocked(BlockerCode::DestinationNotApproved);
    run.world.destination.review = Some("APPROVED".to_owned());
    run.until_open(EffectKind::MoveNumber);
    assert_eq!(run.codes(), [""; 0]);
}

#[test]
fn a_token_that_ends_before_the_cutover_is_safe_is_fetched_anew_before_a_move() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.world.destination_token = TokenFacts {
        expires_at: Some(run.now.saturating_add(SignedDuration::from_hours(24 * 10)).unwrap()),
        ..run.world.destination_token.clone()
    };
    run.command(Command::Hold { reason: None }).unwrap();
    run.until_blocked(BlockerCode::Held);
    // Nine days later the token that was checked has one day left.
    run.advance(SignedDuration::from_hours(24 * 9));
    run.command(Command::Release).unwrap();
    run.until_blocked(BlockerCode::TokenExpiresSoon);
    assert_eq!(run.tries(EffectKind::MoveNumber), 0);
    run.world.destination_token.expires_at = None;
    run.until_phase(Phase::Completed);
}

#[test]
fn reminders_that_fell_due_together_are_one() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = "INITIATED".to_owned()));
    run.until_blocked(BlockerCode::AwaitingAcceptance);
    run.command(Command::Pause { reason: None }).unwrap();
    run.advance(SignedDuration::from_hours(24 * 20));
    run.command(Command::Resume).unwrap();
    run.input(Input::Wake).unwrap();
    let reminders = run.journal.iter().filter(|event| matches!(event.fact, Fact::Reminded { .. })).count();
    assert_eq!(reminders, 1, "twenty days of silence are no reason for four mails at once");
}

#[test]
fn an_attempt_that_was_not_sent_is_decided_again_without_a_probe() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::MoveNumber);
    run.end(Outcome::NotSent { why: "its time to leave had passed".to_owned() });
    assert_eq!(run.state_of(FIRST), NumberState::Eligible);
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::MoveNumber), 2);
}

#[test]
fn a_register_refused_for_its_token_asks_for_another_before_it_is_tried_again() {
    let mut run = registering(&[FIRST]);
    let fetched_before = run.tries(EffectKind::FetchBusinessToken);
    run.end(refused(Cause::TokenInvalid, Verdict::Turn));
    assert_eq!(run.open_kind(), Some(EffectKind::FetchBusinessToken), "guide 5 once more");
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::FetchBusinessToken), fetched_before + 1);
    assert_eq!(run.tries(EffectKind::RegisterNumber), 2, "no try was spent on the old token");
}

#[test]
fn a_read_refused_for_its_token_asks_for_another_once_and_goes_on() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::ReadDestination);
    run.end(refused(Cause::TokenInvalid, Verdict::Turn));
    assert_eq!(run.open_kind(), Some(EffectKind::FetchBusinessToken));
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::FetchBusinessToken), 2);
}

#[test]
fn an_entry_that_is_no_phone_number_is_left_behind_aloud() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]).with(|world| {
        world.source_number(SECOND).number = None;
    }));
    run.until("its end", |run| run.m.is_final());
    assert_eq!(*run.m.phase(), Phase::CompletedWithExceptions);
    assert!(
        run.m.exceptions().iter().any(|told| told.contains("cannot be read as a phone number")),
        "{:?}",
        run.m.exceptions()
    );
}

#[test]
fn a_cancel_after_a_silence_looks_once_more_whether_the_move_has_landed() {
    for landed in [false, true] {
        let mut run = Run::started(World::calm(&[FIRST]));
        run.until_open(EffectKind::MoveNumber);
        run.end(unknown());
        run.until("its proof of absence", |run| {
            run.state_of(FIRST) == NumberState::Eligible || run.tries(EffectKind::MoveNumber) == 2
        });
        if run.open_kind() == Some(EffectKind::MoveNumber) {
            run.end(unknown());
            run.command(Command::Hold { reason: None }).unwrap();
            run.until("absence again", |run| run.state_of(FIRST) == NumberState::Eligible);
        }
        if landed {
            run.world.take_over(&number(FIRST)).unwrap();
        }
        run.command(Command::Cancel { reason: None }).unwrap();
        run.until("its end", |run| run.m.is_final());
        let ended = run.m.phase().clone();
        if landed {
            assert_eq!(run.state_of(FIRST), NumberState::Verified, "its register followed: {ended}");
        } else {
            assert_eq!(ended, Phase::Stopped(unmoor_migration::Stop::Cancelled));
        }
    }
}
