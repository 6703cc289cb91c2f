//! Who is told what: each kind once, and nobody twice of the same matter.

use jiff::SignedDuration;
use unmoor_migration::{
    BlockerCode, Cause, Command, EffectKind, News, Notice, Phase, Turn, TwoStepBy, Verdict, apply, begin, notice,
};

use crate::run::Run;
use crate::world::{DESTINATION, FIRST, INTENT, SECOND, SOURCE, World, customer, number, refused, unknown};

/// Everything told so far, as the engine would: from each fact, and the migration with that fact.
fn told(run: &Run) -> Vec<Notice> {
    let mut m = begin(&run.journal[0]).unwrap();
    let mut notices = notice::of(&m, &run.journal[0]);
    for event in &run.journal[1..] {
        m = apply(m, event).unwrap();
        notices.extend(notice::of(&m, event));
    }
    notices
}

fn kinds(run: &Run) -> Vec<&'static str> {
    told(run).iter().map(Notice::kind).collect()
}

fn only(run: &Run, kind: &str) -> News {
    let found: Vec<News> =
        told(run).into_iter().filter(|notice| notice.kind() == kind).map(|notice| notice.news).collect();
    assert_eq!(found.len(), 1, "{kind}: {found:?}");
    found[0].clone()
}

/// guide: 3.1
#[test]
fn the_calm_way_asks_for_acceptance_and_tells_the_new_ids_and_the_end() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_phase(Phase::Completed);
    assert_eq!(kinds(&run), ["request_acceptance", "number_registered", "number_verified", "migration_over"]);
    let told = told(&run);
    assert_eq!(told[0].contact_email.as_deref(), Some("owner@brisk-bikes.example"));
    insta::assert_json_snapshot!(told);
}

/// guide: 7.5
#[test]
fn of_two_numbers_each_is_told_with_its_own_ids() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    run.until_phase(Phase::Completed);
    let registered: Vec<(String, String, String)> = told(&run)
        .into_iter()
        .filter_map(|notice| match notice.news {
            News::NumberRegistered { moved } => {
                assert_eq!((moved.old_waba.as_str(), moved.new_waba.as_str()), (SOURCE, DESTINATION));
                let ids = [moved.old_phone_number_id, moved.new_phone_number_id].map(|id| id.to_string());
                Some((moved.number.to_string(), ids[0].clone(), ids[1].clone()))
            }
            _ => None,
        })
        .collect();
    let expected = [FIRST, SECOND].map(|text| {
        let digits = text.trim_start_matches('+');
        (text.to_owned(), format!("5{digits}"), format!("6{digits}"))
    });
    assert_eq!(registered, expected);
}

/// guide: 1.2
#[test]
fn two_step_verification_is_asked_for_once_of_all_numbers_that_have_it_on() {
    let world = World::calm(&[FIRST, SECOND]).with(|world| {
        world.source_number(FIRST).pin_enabled = Some(true);
        world.source_number(SECOND).pin_enabled = Some(true);
    });
    let mut run = Run::started(world);
    run.until_blocked(BlockerCode::TwoStepVerificationOn);
    let since = run.now;
    run.until("two days", |run| run.now.duration_since(since) > SignedDuration::from_hours(48));
    let numbers = vec![number(FIRST), number(SECOND)];
    assert_eq!(only(&run, "request_two_step_off"), News::RequestTwoStepOff { turn: Turn::Customer, numbers });
}

/// guide: 1.1
#[test]
fn where_the_provider_turns_it_off_the_provider_is_told() {
    let world = World::calm(&[FIRST]).with(|world| world.source_number(FIRST).pin_enabled = Some(true));
    let mut run = Run::of(unmoor_migration::Customer { two_step_by: TwoStepBy::Us, ..customer() }, world);
    run.command(Command::Start).unwrap();
    run.until_blocked(BlockerCode::TwoStepVerificationOn);
    let numbers = vec![number(FIRST)];
    assert_eq!(only(&run, "request_two_step_off"), News::RequestTwoStepOff { turn: Turn::TechProvider, numbers });
}

#[test]
fn reminders_count_and_tell_since_when_the_request_stands() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = "INITIATED".to_owned()));
    run.until_blocked(BlockerCode::AwaitingAcceptance);
    let asked_since = run.m.intent().unwrap().set_at;
    run.until("two weeks", |run| run.now.duration_since(asked_since) > SignedDuration::from_hours(24 * 15));
    let reminders: Vec<(u32, i64)> = told(&run)
        .into_iter()
        .filter_map(|notice| match notice.news {
            News::Reminder { intent, count, asked_since: since } => {
                assert_eq!((intent.as_str(), since), (INTENT, asked_since));
                Some((count, notice.at.duration_since(asked_since).as_hours() / 24))
            }
            _ => None,
        })
        .collect();
    assert_eq!(reminders, [(1, 1), (2, 3), (3, 7), (4, 14)], "count and day");
}

/// guide: 3.2
#[test]
fn a_missing_payment_method_is_told_when_it_begins_and_not_each_time_it_is_read() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.destination.payment_error = Some(true)));
    run.until_blocked(BlockerCode::PaymentMethodMissing);
    let since = run.now;
    run.until("a day", |run| run.now.duration_since(since) > SignedDuration::from_hours(24));
    let destination = unmoor_migration::WabaId::new(DESTINATION).unwrap();
    assert_eq!(only(&run, "payment_method_wanted"), News::PaymentMethodWanted { destination });
}

#[test]
fn a_gap_longer_than_a_minute_is_an_alarm_once() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::RegisterNumber);
    let moved_at = run.now;
    run.end(refused(Cause::NumberNeedsVerification, Verdict::Turn));
    run.until("an hour", |run| run.now.duration_since(moved_at) > SignedDuration::from_hours(1));
    assert_eq!(only(&run, "gap_alarm"), News::GapAlarm { number: number(FIRST), since: moved_at });
}

#[test]
fn a_move_in_doubt_is_an_alarm_since_it_was_sent() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::MoveNumber);
    let sent_at = run.m.open_attempt().unwrap().started_at;
    run.end(unknown());
    // The new WABA cannot be read, so that the doubt lasts.
    for _ in 0..20 {
        match run.open_kind() {
            Some(_) => drop(run.end(refused(Cause::Transient, Verdict::Retry))),
            None => drop(run.wake()),
        }
    }
    assert_eq!(only(&run, "gap_alarm"), News::GapAlarm { number: number(FIRST), since: sent_at });
}

#[test]
fn a_register_that_was_found_is_told_like_one_that_was_answered() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::RegisterNumber);
    let open = run.m.open_attempt().unwrap().clone();
    run.world.take_effect(&open);
    run.end(unknown());
    run.until_phase(Phase::Settling);
    assert!(matches!(only(&run, "number_registered"), News::NumberRegistered { .. }));
}

/// Sending systems need the new id with the register, and whoever compares texts the form that the new WABA writes.
#[test]
fn the_written_form_is_told_when_the_new_account_lists_the_number() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.status_after_register = "PENDING".to_owned()));
    run.until_phase(Phase::CuttingOver);
    run.until_blocked(BlockerCode::NotConnectedYet);
    let News::NumberRegistered { moved: at_register } = only(&run, "number_registered") else { panic!() };
    assert!(!kinds(&run).contains(&"number_verified"));
    let listed = run.world.destination_numbers.get_mut(&number(FIRST)).unwrap();
    listed.status = Some("CONNECTED".to_owned());
    listed.display = "+1 1 555-010-0001".to_owned();
    run.until_phase(Phase::Completed);
    let News::NumberVerified { moved, new_written, written_form_changed } = only(&run, "number_verified") else {
        panic!()
    };
    assert_eq!(moved, at_register);
    assert_eq!((new_written.as_str(), written_form_changed), ("+1 1 555-010-0001", true));
    only(&run, "number_registered");
}

#[test]
fn every_end_is_told_with_what_was_left_behind() {
    let mut run = Run::new(World::calm(&[FIRST]));
    run.command(Command::Cancel { reason: None }).unwrap();
    let News::MigrationOver { phase, migrated, .. } = only(&run, "migration_over") else { panic!() };
    assert_eq!((phase.as_str(), migrated.len()), ("stopped_cancelled", 0));

    let world = World::calm(&[FIRST, SECOND]).with(|world| world.source_number(SECOND).on_business_app = Some(true));
    let mut run = Run::started(world);
    run.until("the end", |run| run.m.is_final());
    let News::MigrationOver { migrated, exceptions, templates, .. } = only(&run, "migration_over") else { panic!() };
    assert_eq!(migrated, [number(FIRST)]);
    assert_eq!(exceptions, ["+15550100002 was not moved: it is shared with the WhatsApp Business app"]);
    assert_eq!(templates.unwrap().duplicated, 1);
}

#[test]
fn a_notice_survives_json_and_names_its_kind_in_it() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_phase(Phase::Completed);
    for notice in told(&run) {
        let json = serde_json::to_value(&notice).unwrap();
        assert_eq!(json["kind"], notice.kind());
        assert_eq!(serde_json::from_value::<Notice>(json).unwrap(), notice);
    }
}
