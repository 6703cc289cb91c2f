//! Rule 8 across the fleet: the first goes alone, two equal failures stop everybody, and what is a customer's own does
//! neither.

use unmoor_migration::fleet::Pilot;
use unmoor_migration::{
    BlockerCode, Cause, Command, Customer, EffectKind, Fleet, MigrationId, NumberState, Outcome, Phase, Policy,
    Refusal, Verdict, WabaId,
};

use crate::run::Run;
use crate::world::{FIRST, SECOND, World, customer, refusal, refused, unknown};

fn id(digit: u8) -> MigrationId {
    MigrationId::of(WabaId::new(&format!("10000000000000{digit}")).unwrap())
}

/// The migration of the WABA that ends in `digit`, with its first move open.
fn moving(digit: u8) -> Run {
    let customer = Customer { source_waba: id(digit).source().clone(), ..customer() };
    let mut run = Run::of(customer, World::calm(&[FIRST]));
    run.command(Command::Start).unwrap();
    run.until_open(EffectKind::MoveNumber);
    run
}

/// Lets the fleet see everything that happened to `run` so far.
fn seen(fleet: &mut Fleet, run: &Run) -> bool {
    fleet.observe(&run.m, &run.journal)
}

fn no_move(fleet: &Fleet, run: &Run, policy: &Policy) -> Option<BlockerCode> {
    fleet.standing(run.m.id(), policy, run.now).no_move.map(|blocker| blocker.code)
}

fn failing(digit: u8, outcome: Outcome) -> Run {
    let mut run = moving(digit);
    run.end(outcome);
    run
}

#[test]
fn the_first_that_moves_is_the_pilot_and_the_others_wait_for_it() {
    let (mut fleet, policy) = (Fleet::default(), Policy::default());
    let (mut first, second) = (moving(1), moving(2));
    assert_eq!(no_move(&fleet, &second, &policy), None, "nobody has begun");
    assert!(seen(&mut fleet, &first));
    assert_eq!(fleet.pilot, Pilot::Running { migration: id(1) });
    assert_eq!(no_move(&fleet, &first, &policy), None);
    assert_eq!(no_move(&fleet, &second, &policy), Some(BlockerCode::PilotRunning));
    assert_eq!(no_move(&fleet, &second, &Policy { pilot_first: false, ..Policy::default() }), None);
    first.until_phase(Phase::Settling);
    seen(&mut fleet, &first);
    assert_eq!(fleet.pilot, Pilot::Over);
    assert_eq!(no_move(&fleet, &second, &policy), None);
}

#[test]
fn a_pilot_whose_move_was_refused_makes_room_for_another() {
    let (mut fleet, policy) = (Fleet::default(), Policy::default());
    let first = failing(1, refused(Cause::PaymentMethodMissing, Verdict::Turn));
    assert!(!first.m.is_final());
    seen(&mut fleet, &first);
    assert_eq!(fleet.pilot, Pilot::Open, "nothing has happened yet");
    assert_eq!(no_move(&fleet, &moving(2), &policy), None);
}

#[test]
fn a_pilot_that_ends_without_having_moved_a_number_releases_nobody() {
    let (mut fleet, policy) = (Fleet::default(), Policy::default());
    let mut first = failing(1, refused(Cause::PaymentMethodMissing, Verdict::Turn));
    first.command(Command::Cancel { reason: None }).unwrap();
    assert!(first.m.is_final());
    seen(&mut fleet, &first);
    assert_eq!(fleet.pilot, Pilot::Open, "the next one goes alone instead");
    let second = moving(2);
    seen(&mut fleet, &second);
    assert_eq!(no_move(&fleet, &moving(3), &policy), Some(BlockerCode::PilotRunning));
}

#[test]
fn a_migration_waits_while_the_pilot_runs_and_goes_on_when_it_is_over() {
    let mut fleet = Fleet::default();
    let mut first = moving(1);
    seen(&mut fleet, &first);
    let customer = Customer { source_waba: id(2).source().clone(), ..customer() };
    let mut second = Run::of(customer, World::calm(&[FIRST]));
    second.command(Command::Start).unwrap();
    second.fleet = fleet.standing(second.m.id(), &Policy::default(), second.now);
    second.until_blocked(BlockerCode::PilotRunning);
    assert!(second.m.wake_at().is_some(), "it looks again by itself");
    first.until_phase(Phase::Settling);
    seen(&mut fleet, &first);
    second.fleet = fleet.standing(second.m.id(), &Policy::default(), second.now);
    second.until_phase(Phase::Completed);
}

#[test]
fn two_equal_failures_stop_new_moves_until_a_person_resumes_the_fleet() {
    let policy = Policy { pilot_first: false, ..Policy::default() };
    for outcome in
        [unknown(), refused(Cause::Unrecognised, Verdict::Permanent), refused(Cause::WrongPin, Verdict::Turn)]
    {
        let mut fleet = Fleet::default();
        let third = moving(3);
        seen(&mut fleet, &failing(1, outcome.clone()));
        assert_eq!(no_move(&fleet, &third, &policy), None, "once is chance");
        seen(&mut fleet, &failing(2, outcome.clone()));
        let blocker = fleet.standing(third.m.id(), &policy, third.now).no_move.unwrap();
        assert_eq!(blocker.code, BlockerCode::FleetBraked, "{outcome:?}");
        let words = blocker.detail.unwrap();
        assert!(words.contains(id(1).as_str()) && words.contains(id(2).as_str()), "{words}");
        let look = fleet.resume("ada", Some("the app was renewed"), third.now).unwrap();
        assert_eq!(
            (look.by.as_str(), look.reason.as_deref(), look.at),
            ("ada", Some("the app was renewed"), third.now)
        );
        assert_eq!(look.migrations, [id(1), id(2)]);
        assert_eq!(fleet.looks, [look]);
        assert_eq!(no_move(&fleet, &third, &policy), None);
        seen(&mut fleet, &failing(4, outcome));
        assert_eq!(no_move(&fleet, &third, &policy), None, "the count begins anew");
    }
}

#[test]
fn only_the_latest_looks_are_kept_and_one_at_nothing_is_none() {
    let mut fleet = Fleet::default();
    let now = moving(1).now;
    assert_eq!(fleet.resume("ada", None, now), None);
    for digit in 1..=9 {
        fleet.pilot = Pilot::Running { migration: id(digit) };
        fleet.resume("ada", None, now).unwrap();
    }
    let kept: Vec<_> = fleet.looks.iter().flat_map(|look| look.migrations.clone()).collect();
    assert_eq!(kept, [5, 6, 7, 8, 9].map(id));
    assert_eq!(fleet.pilot, Pilot::Over);
}

#[test]
fn one_migration_that_fails_again_and_again_stops_nobody_else() {
    let mut fleet = Fleet::default();
    for _ in 0..3 {
        seen(&mut fleet, &failing(1, refused(Cause::Unrecognised, Verdict::Permanent)));
    }
    assert_eq!(fleet.brake, None, "rule 12");
}

#[test]
fn two_different_failures_stop_nobody() {
    let mut fleet = Fleet::default();
    let other = Refusal { code: 131_000, subcode: None, ..refusal(Cause::Unrecognised, Verdict::Permanent) };
    seen(&mut fleet, &failing(1, refused(Cause::Unrecognised, Verdict::Permanent)));
    seen(&mut fleet, &failing(2, Outcome::Refused { refusal: other }));
    seen(&mut fleet, &failing(3, unknown()));
    assert_eq!(fleet.brake, None);
}

#[test]
fn a_customers_own_cause_and_what_passes_do_not_count() {
    for (cause, verdict) in [
        (Cause::TwoStepVerificationOn, Verdict::Turn),
        (Cause::PaymentMethodMissing, Verdict::Turn),
        (Cause::DisplayNameNotApproved, Verdict::Turn),
        (Cause::DestinationNotApproved, Verdict::Turn),
        (Cause::OtherPortfolio, Verdict::Turn),
        (Cause::NumberAlreadyThere, Verdict::Permanent),
        (Cause::CoexistenceNumber, Verdict::Permanent),
        (Cause::Transient, Verdict::Retry),
        (Cause::RateLimited, Verdict::Wait { until: None }),
    ] {
        let mut fleet = Fleet::default();
        for digit in 1..=4 {
            seen(&mut fleet, &failing(digit, refused(cause, verdict)));
        }
        assert_eq!(fleet.brake, None, "{cause:?}");
    }
}

#[test]
fn a_brake_does_not_stop_the_register_of_a_number_that_is_moved() {
    let mut fleet = Fleet::default();
    seen(&mut fleet, &failing(1, unknown()));
    seen(&mut fleet, &failing(2, unknown()));
    let mut third = moving(3);
    third.fleet = fleet.standing(third.m.id(), &Policy::default(), third.now);
    third.until("the number over", |run| run.state_of(FIRST) == NumberState::Verified);
}

#[test]
fn a_brake_that_comes_during_a_cutover_stops_its_next_number() {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    run.until_open(EffectKind::RegisterNumber);
    let mut fleet = Fleet::default();
    seen(&mut fleet, &failing(2, unknown()));
    seen(&mut fleet, &failing(3, unknown()));
    run.fleet = fleet.standing(run.m.id(), &Policy::default(), run.now);
    run.until_blocked(BlockerCode::FleetBraked);
    assert_eq!((run.state_of(FIRST), run.state_of(SECOND)), (NumberState::Verified, NumberState::Eligible));
    fleet.resume("ada", None, run.now);
    run.fleet = fleet.standing(run.m.id(), &Policy::default(), run.now);
    run.until_phase(Phase::Completed);
}

#[test]
fn a_refused_system_token_is_one_blocker_of_everybody_until_it_is_taken_again() {
    let mut fleet = Fleet::default();
    let mut first = Run::started(World::calm(&[FIRST]));
    first.until_open(EffectKind::ReadIntent);
    first.end(refused(Cause::TokenInvalid, Verdict::Turn));
    seen(&mut fleet, &first);
    let mut second = Run::started(World::calm(&[FIRST]));
    second.until_blocked(BlockerCode::AwaitingAcceptance);
    second.fleet = fleet.standing(second.m.id(), &Policy::default(), first.now);
    second.until_blocked(BlockerCode::SystemTokenRefused);
    assert_eq!(second.tries(EffectKind::ReadIntent), 0, "it does not try on its own");
    // The first tries again, and its success frees everybody.
    first.until_phase(Phase::Provisioning);
    seen(&mut fleet, &first);
    assert_eq!(fleet.system_token, None);
}
