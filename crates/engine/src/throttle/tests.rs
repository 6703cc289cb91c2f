#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod stretches;
mod workers;

use proptest::prelude::*;

use super::*;

const HOUR_S: i64 = 3600;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn waba(number: u32) -> WabaId {
    WabaId::new(&format!("1000{number}")).unwrap()
}

fn work(number: u32, kind: WorkKind, calls: u32) -> Work {
    let waba = waba(number);
    Work { migration: waba.clone(), waba, has_registered_number: false, kind, calls, ahead: 0 }
}

/// Takes a portion of the app's calls, as a worker without others does.
fn take_portion(throttle: &mut Throttle, now: Timestamp, calls: u32) {
    let proposal = throttle.propose(now, calls);
    let version = proposal.expected_version + 1;
    throttle.accepted(now, version, proposal);
}

/// Reserves, taking a portion first where it is needed.
fn reserve(throttle: &mut Throttle, now: Timestamp, work: &Work) -> Result<Reservation, Refusal> {
    match throttle.reserve(now, work) {
        Err(Refusal::NotInHand { calls }) => {
            take_portion(throttle, now, calls);
            throttle.reserve(now, work)
        }
        done => done,
    }
}

fn begin_move(throttle: &mut Throttle, now: Timestamp, work: &Work) -> Result<Reservation, Refusal> {
    match throttle.begin_move(now, work) {
        Err(Refusal::NotInHand { calls }) => {
            take_portion(throttle, now, calls);
            throttle.begin_move(now, work)
        }
        done => done,
    }
}

fn throttle() -> Throttle {
    Throttle::new(Budgets::default())
}

fn percent(call_count_percent: u32) -> UsageReading {
    UsageReading { call_count_percent, ..UsageReading::default() }
}

fn until(refusal: &Refusal) -> Timestamp {
    match refusal {
        Refusal::NotBefore { until, .. } => *until,
        Refusal::MovesFull { .. } | Refusal::TooLarge { .. } | Refusal::NotInHand { .. } => panic!("{refusal}"),
    }
}

/// Reserves one call at a time until refused.
fn fill(throttle: &mut Throttle, now: Timestamp, work: &Work) -> (u32, Refusal) {
    let mut granted = 0;
    loop {
        match reserve(throttle, now, work) {
            Ok(_) => granted += work.calls,
            Err(refusal) => return (granted, refusal),
        }
    }
}

#[test]
fn polls_leave_half_a_lane_and_ordinary_work_a_fifth_to_cutovers() {
    let mut throttle = throttle();
    assert_eq!(fill(&mut throttle, at(0), &work(1, WorkKind::Poll, 1)).0, 100);
    assert_eq!(fill(&mut throttle, at(0), &work(1, WorkKind::Ordinary, 1)).0, 60);
    assert_eq!(fill(&mut throttle, at(0), &work(1, WorkKind::Cutover, 1)).0, 40);
    let (none, refusal) = fill(&mut throttle, at(0), &work(1, WorkKind::Poll, 1));
    assert_eq!(none, 0);
    assert!(
        matches!(refusal, Refusal::NotBefore { lane: Lane::Waba(waba_id), why: Why::Budget, .. } if waba_id == waba(1))
    );
    assert_eq!(fill(&mut throttle, at(0), &work(2, WorkKind::Cutover, 1)).0, 200, "another WABA has its own lane");
}

#[test]
fn a_waba_with_a_registered_number_has_more() {
    let registered = Work { has_registered_number: true, ..work(1, WorkKind::Cutover, 100) };
    assert_eq!(fill(&mut throttle(), at(0), &registered).0, 5000);
}

#[test]
fn a_full_lane_has_room_again_after_the_hour() {
    let mut throttle = throttle();
    let cutover = work(1, WorkKind::Cutover, 200);
    let _ = reserve(&mut throttle, at(59), &cutover).unwrap();
    let refusal = reserve(&mut throttle, at(60), &cutover).unwrap_err();
    assert_eq!(until(&refusal), at(HOUR_S + 60));
    assert!(reserve(&mut throttle, at(HOUR_S + 59), &cutover).is_err());
    assert!(reserve(&mut throttle, at(HOUR_S + 60), &cutover).is_ok());
}

#[test]
fn calls_not_made_are_given_back_once() {
    let mut throttle = throttle();
    let cutover = work(1, WorkKind::Cutover, 150);
    let reservation = reserve(&mut throttle, at(0), &cutover).unwrap();
    assert!(reserve(&mut throttle, at(1), &cutover).is_err());
    throttle.give_back(at(1), reservation);
    assert!(reserve(&mut throttle, at(1), &cutover).is_ok());
    assert_eq!(fill(&mut throttle, at(1), &work(1, WorkKind::Cutover, 1)).0, 50);
}

#[test]
fn the_app_has_a_lane_where_a_budget_is_set() {
    let mut throttle = Throttle::new(Budgets { app_calls_per_hour: Some(300), ..Budgets::default() });
    assert_eq!(fill(&mut throttle, at(0), &work(1, WorkKind::Cutover, 1)).0, 200);
    let (granted, refusal) = fill(&mut throttle, at(0), &work(2, WorkKind::Cutover, 1));
    assert_eq!(granted, 100);
    assert!(matches!(refusal, Refusal::NotBefore { lane: Lane::App, .. }));
    assert_eq!(reserve(&mut throttle, at(0), &work(2, WorkKind::Cutover, 1)), Err(refusal), "a refusal takes nothing");
}

#[test]
fn what_can_never_be_granted_is_said() {
    let refusal = reserve(&mut throttle(), at(0), &work(1, WorkKind::Poll, 101)).unwrap_err();
    assert_eq!(refusal, Refusal::TooLarge { lane: Lane::Waba(waba(1)), calls: 101, ceiling: 100 });
}

#[test]
fn calls_of_others_count_until_a_lower_reading() {
    let mut throttle = throttle();
    let lane = Lane::Waba(waba(1));
    let _ = reserve(&mut throttle, at(0), &work(1, WorkKind::Cutover, 20)).unwrap();
    throttle.correct(at(1), &lane, &percent(60));
    let (granted, refusal) = fill(&mut throttle, at(2), &work(1, WorkKind::Cutover, 1));
    assert_eq!(granted, 80, "of 200, 20 are ours and 100 others'");
    assert_eq!(until(&refusal), at(HOUR_S + 1), "others' calls are no longer believed after an hour");
    throttle.correct(at(3), &lane, &percent(50));
    assert_eq!(fill(&mut throttle, at(4), &work(1, WorkKind::Cutover, 1)).0, 100, "all that is reported is ours now");
}

#[test]
fn a_limited_lane_sleeps_until_its_stated_time_and_no_other_lane_does() {
    let mut throttle = throttle();
    let reading = UsageReading { regain: Some(SignedDuration::from_mins(7)), ..percent(10) };
    throttle.correct(at(0), &Lane::Waba(waba(1)), &reading);
    let cutover = work(1, WorkKind::Cutover, 1);
    let refusal = reserve(&mut throttle, at(1), &cutover).unwrap_err();
    assert_eq!(refusal, Refusal::NotBefore { until: at(420), lane: Lane::Waba(waba(1)), why: Why::Limited });
    assert!(reserve(&mut throttle, at(1), &work(2, WorkKind::Poll, 1)).is_ok());
    throttle.correct(at(2), &Lane::Waba(waba(1)), &percent(10));
    assert!(reserve(&mut throttle, at(419), &cutover).is_err(), "the answer to an earlier call does not lift it");
    throttle.limited(at(3), &Lane::Waba(waba(1)), Some(SignedDuration::from_mins(2)));
    assert!(reserve(&mut throttle, at(419), &cutover).is_err(), "nor does a shorter time shorten it");
    assert!(reserve(&mut throttle, at(420), &cutover).is_ok());
}

#[test]
fn a_limit_without_a_time_lasts_an_hour_and_the_apps_limit_is_everybodys() {
    let mut throttle = throttle();
    throttle.limited(at(0), &Lane::App, None);
    for number in 1..4 {
        let refusal = reserve(&mut throttle, at(1), &work(number, WorkKind::Cutover, 1)).unwrap_err();
        assert_eq!(refusal, Refusal::NotBefore { until: at(HOUR_S), lane: Lane::App, why: Why::Limited });
    }
}

#[test]
fn of_two_lanes_in_the_way_the_longer_one_is_named() {
    let mut throttle = throttle();
    throttle.limited(at(0), &Lane::App, Some(SignedDuration::from_mins(5)));
    throttle.limited(at(0), &Lane::Waba(waba(1)), Some(SignedDuration::from_mins(9)));
    let refusal = reserve(&mut throttle, at(0), &work(1, WorkKind::Cutover, 1)).unwrap_err();
    assert_eq!(refusal, Refusal::NotBefore { until: at(540), lane: Lane::Waba(waba(1)), why: Why::Limited });
}

#[test]
fn no_move_begins_on_high_usage_but_its_follow_up_calls_go_on() {
    for lane in [Lane::App, Lane::Waba(waba(1))] {
        let mut throttle = throttle();
        let cutover = work(1, WorkKind::Cutover, 4);
        throttle.correct(at(0), &lane, &UsageReading { total_cpu_time_percent: 80, ..percent(3) });
        let refusal = begin_move(&mut throttle, at(59), &cutover).unwrap_err();
        assert_eq!(refusal, Refusal::NotBefore { until: at(60), lane: lane.clone(), why: Why::Usage });
        assert!(reserve(&mut throttle, at(59), &cutover).is_ok(), "a register is no new move");
        assert!(begin_move(&mut throttle, at(60), &cutover).is_ok(), "the reading is too old to count");
        throttle.end_move(&waba(1));
        throttle.correct(at(61), &lane, &percent(79));
        assert!(begin_move(&mut throttle, at(61), &cutover).is_ok());
    }
}

#[test]
fn a_move_needs_the_calls_of_its_whole_cutover() {
    let mut throttle = throttle();
    let _ = reserve(&mut throttle, at(0), &work(1, WorkKind::Cutover, 196)).unwrap();
    assert!(begin_move(&mut throttle, at(0), &work(1, WorkKind::Poll, 1)).is_err(), "four calls are left");
    assert_eq!(throttle.moves_under_way(), 0);
    let cutover = work(2, WorkKind::Cutover, 1);
    let _ = reserve(&mut throttle, at(0), &work(2, WorkKind::Cutover, 195)).unwrap();
    assert!(
        begin_move(&mut throttle, at(0), &work(2, WorkKind::Poll, 1)).is_ok(),
        "as cutover, whatever kind is given"
    );
    assert_eq!(fill(&mut throttle, at(1), &cutover).0, 4, "its register and its probes are in hand");
    throttle.end_move(&waba(2));
    assert!(reserve(&mut throttle, at(2), &cutover).is_err(), "nothing was left to give back");
}

#[test]
fn moves_are_bounded_and_those_begun_before_always_count() {
    let mut throttle = Throttle::new(Budgets { max_concurrent_moves: 2, ..Budgets::default() });
    throttle.resume_move(&waba(1));
    throttle.resume_move(&waba(2));
    throttle.resume_move(&waba(3));
    let refusal = begin_move(&mut throttle, at(0), &work(4, WorkKind::Cutover, 2)).unwrap_err();
    assert_eq!(refusal, Refusal::MovesFull { running: 3 });
    assert!(begin_move(&mut throttle, at(0), &work(3, WorkKind::Cutover, 2)).is_ok(), "its own place");
    throttle.end_move(&waba(1));
    throttle.end_move(&waba(2));
    assert!(begin_move(&mut throttle, at(0), &work(4, WorkKind::Cutover, 2)).is_ok());
    assert_eq!(throttle.moves_under_way(), 2);
    assert!(begin_move(&mut throttle, at(1), &work(5, WorkKind::Cutover, 2)).is_err());
    throttle.leave(at(1), &waba(3), &waba(3));
    assert!(begin_move(&mut throttle, at(1), &work(5, WorkKind::Cutover, 2)).is_ok(), "it waits, or another has it");
    assert_eq!(throttle.moves_under_way(), 2);
}

#[test]
fn lanes_without_recent_use_are_forgotten() {
    let mut throttle = throttle();
    for number in 0..5_000 {
        let _ = reserve(&mut throttle, at(0), &work(number, WorkKind::Poll, 1)).unwrap();
    }
    throttle.limited(at(0), &Lane::Waba(waba(7)), Some(SignedDuration::from_hours(3)));
    let _ = reserve(&mut throttle, at(2 * HOUR_S), &work(9_999, WorkKind::Poll, 1)).unwrap();
    assert_eq!(throttle.lanes(), 2, "the limited one and the one just used");
    let _ = reserve(&mut throttle, at(4 * HOUR_S), &work(9_999, WorkKind::Poll, 1)).unwrap();
    assert_eq!(throttle.lanes(), 1);
}

#[test]
fn a_clock_set_back_forgets_nothing() {
    let mut throttle = throttle();
    let _ = reserve(&mut throttle, at(HOUR_S), &work(1, WorkKind::Cutover, 150)).unwrap();
    let _ = reserve(&mut throttle, at(0), &work(1, WorkKind::Cutover, 50)).unwrap();
    assert!(reserve(&mut throttle, at(0), &work(1, WorkKind::Cutover, 1)).is_err());
    assert!(reserve(&mut throttle, at(HOUR_S + 61), &work(1, WorkKind::Cutover, 1)).is_err());
}

/// The rule said naively: every grant with its instant, nothing ever forgotten.
#[derive(Default)]
struct Naive(Vec<(u32, i64, u32)>);

impl Naive {
    fn in_last(&self, seconds: i64, waba: Option<u32>, now: i64) -> u32 {
        let counts = |&&(number, granted, _): &&(u32, i64, u32)| {
            waba.is_none_or(|waba| waba == number) && now - granted < seconds
        };
        self.0.iter().filter(counts).map(|(_, _, calls)| calls).sum()
    }
}

fn kinds() -> impl Strategy<Value = (WorkKind, u32)> {
    prop_oneof![Just((WorkKind::Cutover, 100)), Just((WorkKind::Ordinary, 80)), Just((WorkKind::Poll, 50))]
}

proptest! {
    #[test]
    fn no_hour_ever_holds_more_than_its_budget_and_no_wait_is_longer_than_needed(
        steps in prop::collection::vec((0_i64..400, 0_u32..3, kinds(), 1_u32..30), 1..200),
    ) {
        const APP: u32 = 300;
        let mut throttle = Throttle::new(Budgets { app_calls_per_hour: Some(APP), ..Budgets::default() });
        let mut naive = Naive::default();
        let mut now = 0;
        for (passed, number, (kind, share), calls) in steps {
            now += passed;
            let fits = |window_s: i64| {
                let of_app = if share == 100 { APP } else { APP * 95 / 100 };
                naive.in_last(window_s, Some(number), now) + calls <= 200 * share / 100
                    && naive.in_last(window_s, None, now) + calls <= of_app
            };
            match reserve(&mut throttle, at(now), &work(number, kind, calls)) {
                Ok(_) => {
                    prop_assert!(fits(HOUR_S), "granted beyond the budget");
                    naive.0.push((number, now, calls));
                }
                Err(refusal) => {
                    prop_assert!(!fits(HOUR_S + 60), "refused although it fits even with a minute to spare");
                    let until = until(&refusal);
                    prop_assert!(until > at(now) && until <= at(now + HOUR_S + 60));
                }
            }
        }
    }

    #[test]
    fn at_the_time_a_refusal_names_the_calls_are_granted(
        used in prop::collection::vec((0_i64..1800, 1_u32..60), 1..20),
        others in 0_u32..150, regain_minutes in 0_i64..100, calls in 1_u32..100,
    ) {
        let mut throttle = throttle();
        let mut now = 0;
        for (passed, calls) in used {
            now += passed;
            let _ = reserve(&mut throttle, at(now), &work(1, WorkKind::Cutover, calls));
        }
        let regain = Some(SignedDuration::from_mins(regain_minutes));
        throttle.correct(at(now), &Lane::Waba(waba(1)), &UsageReading { regain, ..percent(others) });
        if let Err(refusal) = reserve(&mut throttle, at(now), &work(1, WorkKind::Poll, calls)) {
            let until = until(&refusal);
            prop_assert!(until > at(now));
            let just_before = until - SignedDuration::from_millis(1);
            prop_assert!(reserve(&mut throttle, just_before, &work(1, WorkKind::Poll, calls)).is_err());
            prop_assert!(reserve(&mut throttle, until, &work(1, WorkKind::Poll, calls)).is_ok());
        }
    }
}
