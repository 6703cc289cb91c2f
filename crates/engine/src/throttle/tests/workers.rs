//! Several workers on one row.

use super::*;

const LIMIT: u32 = 120;

/// The database's row.
#[derive(Default)]
struct Row {
    version: u64,
    calls: SharedCalls,
}

impl Row {
    fn set(&mut self, now: Timestamp, throttle: &mut Throttle, proposal: Proposal) -> bool {
        if proposal.expected_version != self.version {
            throttle.overtaken(self.version, self.calls.clone(), proposal);
            return false;
        }
        self.version += 1;
        self.calls = proposal.row.clone();
        throttle.accepted(now, self.version, proposal);
        true
    }

    fn take(&mut self, now: Timestamp, throttle: &mut Throttle, calls: u32) {
        while !throttle.has_in_hand(now, calls) {
            let proposal = throttle.propose(now, calls);
            if self.set(now, throttle, proposal) {
                return;
            }
        }
    }
}

fn worker() -> Throttle {
    Throttle::new(Budgets { app_calls_per_hour: Some(LIMIT), waba_calls_per_hour: 10_000, ..Budgets::default() })
}

fn call(row: &mut Row, throttle: &mut Throttle, now: Timestamp, work: &Work) -> Result<(), Refusal> {
    match throttle.reserve(now, work) {
        Err(Refusal::NotInHand { calls }) => {
            row.take(now, throttle, calls);
            throttle.reserve(now, work).map(drop)
        }
        done => done.map(drop),
    }
}

#[test]
fn two_workers_share_an_hour_and_a_process_that_starts_again_remembers_it() {
    let (mut row, mut workers) = (Row::default(), [worker(), worker()]);
    let mut made = 0;
    for number in 0..200 {
        let throttle = &mut workers[usize::from(number % 2 == 0)];
        made += u32::from(call(&mut row, throttle, at(0), &work(number, WorkKind::Cutover, 1)).is_ok());
    }
    assert!((LIMIT - 4..=LIMIT).contains(&made), "{made}: what one has in hand the other cannot use");
    let mut reborn = worker();
    for number in 0..10 {
        let refusal = call(&mut row, &mut reborn, at(30), &work(number, WorkKind::Cutover, 1)).unwrap_err();
        assert_eq!(until(&refusal), at(HOUR_S + 60));
    }
}

#[test]
fn what_one_worker_gives_back_another_can_take() {
    let (mut row, mut one, mut other) = (Row::default(), worker(), worker());
    let stretch = Work { ahead: 29, ..work(1, WorkKind::Cutover, 1) };
    call(&mut row, &mut one, at(0), &stretch).unwrap();
    one.leave(at(70), &waba(1), &waba(1));
    assert!(one.put_by());
    let proposal = one.propose(at(70), 0);
    assert!(row.set(at(70), &mut one, proposal));
    assert_eq!(row.calls.total(at(70)), 1);
    assert!(!one.put_by(), "it is given back once");
    let all = (0..200).filter(|n| call(&mut row, &mut other, at(70), &work(100 + n, WorkKind::Cutover, 1)).is_ok());
    assert_eq!(all.count(), 119);
}

#[test]
fn a_limit_that_one_worker_was_told_closes_the_lane_to_all_and_to_nobody_else() {
    let (mut row, mut one, mut other) = (Row::default(), worker(), worker());
    one.limited(at(0), &Lane::App, Some(SignedDuration::from_mins(30)));
    let proposal = one.propose(at(0), 0);
    assert!(row.set(at(0), &mut one, proposal));
    row.take(at(1), &mut other, 1);
    let refusal = other.reserve(at(1), &work(7, WorkKind::Cutover, 1)).unwrap_err();
    assert_eq!(refusal, Refusal::NotBefore { until: at(1800), lane: Lane::App, why: Why::Limited });
    assert!(
        other
            .reserve(at(1800), &work(7, WorkKind::Cutover, 1))
            .is_err_and(|refusal| { matches!(refusal, Refusal::NotInHand { .. }) })
    );
}

#[test]
fn what_others_of_us_have_made_since_a_reading_is_not_counted_twice() {
    let (mut row, mut one, mut other) = (Row::default(), worker(), worker());
    for number in 0..50 {
        call(&mut row, &mut one, at(0), &work(number, WorkKind::Cutover, 1)).unwrap();
    }
    call(&mut row, &mut other, at(0), &work(90, WorkKind::Cutover, 1)).unwrap();
    for number in 50..60 {
        call(&mut row, &mut one, at(1), &work(number, WorkKind::Cutover, 1)).unwrap();
    }
    // 61 of 120 are made; the other one has not seen the last ten in the row.
    other.correct(at(2), &Lane::App, &percent(50));
    let made = (100..300).take_while(|n| call(&mut row, &mut other, at(3), &work(*n, WorkKind::Cutover, 1)).is_ok());
    assert!(made.count() >= 55);
}

/// What happens next to one of the workers.
#[derive(Debug, Clone)]
enum Step {
    /// It makes a call for a WABA, with a stretch ahead.
    Call { number: u32, ahead: u32 },
    /// It leaves what it has begun for a WABA.
    Rest { number: u32 },
    /// It reads the row anew in the middle of somebody else's change.
    Stale,
    /// It goes to sleep.
    Sleep,
    /// Its process dies; another takes its place.
    Die,
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0_u32..6, 0_u32..12).prop_map(|(number, ahead)| Step::Call { number, ahead }),
        2 => (0_u32..6).prop_map(|number| Step::Rest { number }),
        1 => Just(Step::Stale),
        1 => Just(Step::Sleep),
        1 => Just(Step::Die),
    ]
}

proptest! {
    #[test]
    fn however_many_workers_there_are_and_whenever_they_die_no_hour_holds_more_than_the_limit(
        happened in prop::collection::vec((0_i64..150, 0_usize..4, steps()), 1..400),
    ) {
        let (mut row, mut workers) = (Row::default(), [worker(), worker(), worker(), worker()]);
        let mut made: Vec<i64> = Vec::new();
        let mut now = 0;
        for (passed, place, step) in happened {
            now += passed;
            let throttle = &mut workers[place];
            match step {
                Step::Call { number, ahead } => {
                    let work = Work { ahead, ..work(number, WorkKind::Cutover, 1) };
                    if call(&mut row, throttle, at(now), &work).is_ok() {
                        made.push(now);
                    }
                }
                Step::Rest { number } => throttle.leave(at(now), &waba(number), &waba(number)),
                Step::Stale => {
                    let stale = throttle.propose(at(now), 3);
                    let other = &mut workers[(place + 1) % 4];
                    let first = other.propose(at(now), 3);
                    row.set(at(now), other, first);
                    row.set(at(now), &mut workers[place], stale);
                }
                Step::Sleep => {
                    if throttle.put_by() {
                        let proposal = throttle.propose(at(now), 0);
                        row.set(at(now), throttle, proposal);
                    }
                }
                Step::Die => workers[place] = worker(),
            }
            let in_hour = made.iter().filter(|at| now - **at < HOUR_S).count();
            prop_assert!(in_hour <= LIMIT as usize, "{in_hour} calls in the hour before {now}");
        }
    }
}
