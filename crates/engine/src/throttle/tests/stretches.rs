//! The app's lane: what a stretch of work has in hand, and what the others leave to cutovers.

use super::*;

fn limited(app_calls_per_hour: u32) -> Throttle {
    Throttle::new(Budgets { app_calls_per_hour: Some(app_calls_per_hour), ..Budgets::default() })
}

/// How many WABAs get one call each.
fn fill_app(throttle: &mut Throttle, now: Timestamp, first: u32, kind: WorkKind) -> u32 {
    (first..).take_while(|number| reserve(throttle, now, &work(*number, kind, 1)).is_ok()).count().try_into().unwrap()
}

#[test]
fn what_a_stretch_has_begun_nobody_else_can_interrupt() {
    let mut throttle = limited(100);
    let begun = Work { ahead: 9, ..work(1, WorkKind::Ordinary, 1) };
    let _ = reserve(&mut throttle, at(0), &begun).unwrap();
    assert_eq!(fill_app(&mut throttle, at(0), 1000, WorkKind::Ordinary), 85, "of 95, ten are the stretch's");
    for call in 1..10 {
        assert!(reserve(&mut throttle, at(call), &begun).is_ok(), "call {call} is in hand");
    }
    let another = Work { ahead: 9, ..work(2, WorkKind::Ordinary, 1) };
    assert!(reserve(&mut throttle, at(11), &another).is_err());
}

#[test]
fn what_a_stretch_did_not_need_is_given_back_when_the_worker_leaves_it() {
    let mut throttle = limited(100);
    let _ = reserve(&mut throttle, at(0), &Work { ahead: 9, ..work(1, WorkKind::Ordinary, 1) }).unwrap();
    throttle.leave(at(1), &waba(1), &waba(1));
    assert_eq!(fill_app(&mut throttle, at(1), 1000, WorkKind::Ordinary), 94, "one call was made");
}

#[test]
fn other_work_leaves_what_the_cutovers_in_sight_need_and_nearly_nothing_where_there_is_none() {
    for (in_sight, ordinary, polls) in [(0, 190, 190), (3, 185, 185), (7, 165, 165), (100, 160, 100)] {
        for (kind, expected) in [(WorkKind::Ordinary, ordinary), (WorkKind::Poll, polls)] {
            let mut throttle = limited(200);
            for number in 0..in_sight {
                throttle.expect_move(at(0), &waba(number), true);
            }
            assert_eq!(fill_app(&mut throttle, at(0), 1000, kind), expected, "{in_sight} in sight, {kind:?}");
            assert_eq!(fill_app(&mut throttle, at(0), 9000, WorkKind::Cutover), 200 - expected);
        }
    }
}

#[test]
fn a_cutover_of_which_nothing_was_heard_for_an_hour_is_out_of_sight() {
    let mut throttle = limited(200);
    (0..100).for_each(|number| throttle.expect_move(at(0), &waba(number), true));
    assert_eq!(fill_app(&mut throttle, at(HOUR_S), 1000, WorkKind::Ordinary), 190);
}

#[test]
fn what_is_in_hand_counts_when_it_is_used() {
    let mut throttle = limited(100);
    let begun = Work { ahead: 9, ..work(1, WorkKind::Cutover, 1) };
    let _ = reserve(&mut throttle, at(0), &begun).unwrap();
    let _ = reserve(&mut throttle, at(1800), &begun).unwrap();
    take_portion(&mut throttle, at(1801), 1);
    assert_eq!(fill_app(&mut throttle, at(HOUR_S + 60), 1000, WorkKind::Cutover), 91, "nine count from half past");
}

#[test]
fn what_was_spent_on_a_waba_before_a_worker_took_it_up_is_known_and_counted_once() {
    let mut throttle = throttle();
    let minute = minute_of(at(0));
    throttle.know(&waba(1), [(minute - 70, 100), (minute - 1, 150), (minute, 30)], None);
    let _ = reserve(&mut throttle, at(1), &work(1, WorkKind::Cutover, 10)).unwrap();
    throttle.know(&waba(1), [(minute - 1, 150), (minute, 40)], None);
    assert_eq!(fill(&mut throttle, at(2), &work(1, WorkKind::Cutover, 1)).0, 10);
    throttle.know(&waba(2), [], Some(at(600)));
    let refusal = reserve(&mut throttle, at(3), &work(2, WorkKind::Cutover, 1)).unwrap_err();
    assert_eq!(refusal, Refusal::NotBefore { until: at(600), lane: Lane::Waba(waba(2)), why: Why::Limited });
}

#[test]
fn a_small_lane_still_gives_single_calls() {
    let mut throttle = limited(6);
    let work = Work { ahead: 10, ..work(1, WorkKind::Ordinary, 1) };
    assert!(reserve(&mut throttle, at(0), &work).is_ok(), "and not ten more, which it could never give");
}

#[test]
fn a_limit_that_nobody_told_is_learned_from_what_is_reported_and_answered() {
    let mut throttle = throttle();
    let cutover = |number| work(number, WorkKind::Cutover, 1);
    for call in 1..=80 {
        let _ = reserve(&mut throttle, at(0), &cutover(call)).unwrap();
        throttle.correct(at(0), &Lane::App, &percent(call));
    }
    // 80 answered calls are 80 percent: the limit is more than 80 × 100 / 81.
    let granted = fill_app(&mut throttle, at(1), 1000, WorkKind::Cutover);
    assert!((17..=20).contains(&granted), "{granted} more of 20");
    let refusal = reserve(&mut throttle, at(1), &cutover(1)).unwrap_err();
    assert!(matches!(refusal, Refusal::NotBefore { lane: Lane::App, why: Why::Budget, .. }));
    let another_hour = fill_app(&mut throttle, at(2 * HOUR_S), 5000, WorkKind::Cutover);
    assert!((96..=100).contains(&another_hour), "{another_hour}: what was learned is remembered");
}
