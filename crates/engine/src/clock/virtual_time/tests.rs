#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::SignedDuration;
use tokio::sync::oneshot;

use super::*;

const START: Timestamp = Timestamp::UNIX_EPOCH;
const NEVER: Timestamp = Timestamp::MAX;

fn at(seconds: i64) -> Timestamp {
    START + SignedDuration::from_secs(seconds)
}

/// What happened, with the instant, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, clock: &VirtualClock, what: &str) {
        let seconds = clock.now().duration_since(START).as_secs();
        self.0.lock().unwrap().push(format!("{seconds} {what}"));
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Spawns a participant that gets the clock and the log.
fn spawn<F>(clock: &VirtualClock, log: &Log, order: &str, task: impl FnOnce(VirtualClock, Log) -> F) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    clock.spawn(order, Box::pin(task(clock.clone(), log.clone())))
}

#[tokio::test]
async fn those_due_at_one_instant_go_by_their_order_and_months_take_no_time() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    for name in ["c", "a", "b"] {
        spawn(&clock, &log, name, move |clock, log| async move {
            log.note(&clock, name);
            for day in 1..=2 {
                clock.sleep_until(at(day * 2_592_000), name).await;
                log.note(&clock, name);
            }
        });
    }
    assert_eq!(clock.run_until(NEVER).await, Ok(Stop::Finished));
    let expected = ["0 a", "0 b", "0 c", "2592000 a", "2592000 b", "2592000 c", "5184000 a", "5184000 b", "5184000 c"];
    assert_eq!(log.lines(), expected);
}

#[tokio::test]
async fn equal_orders_go_in_the_order_of_falling_asleep() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    for name in ["first", "second", "third"] {
        spawn(&clock, &log, "same", move |clock, log| async move { log.note(&clock, name) });
    }
    clock.run_until(NEVER).await.unwrap();
    assert_eq!(log.lines(), ["0 first", "0 second", "0 third"]);
}

#[tokio::test]
async fn a_sleep_into_the_past_lets_others_go_first_and_time_never_goes_back() {
    let (clock, log) = (VirtualClock::new(at(100)), Log::default());
    spawn(&clock, &log, "late", |clock, log| async move {
        clock.sleep_until(at(50), "late").await;
        log.note(&clock, "late");
    });
    spawn(&clock, &log, "later", |clock, log| async move {
        clock.sleep_until(at(40), "later").await;
        log.note(&clock, "later");
    });
    clock.run_until(NEVER).await.unwrap();
    // `late` ran alone up to its sleep and was due again before `later` had begun.
    assert_eq!(log.lines(), ["100 late", "100 later"]);
}

#[tokio::test]
async fn time_stands_outside_a_run() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    let task = spawn(&clock, &log, "a", |clock, log| async move { log.note(&clock, "ran") });
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(log.lines().is_empty() && !task.is_finished());
    clock.run_until(NEVER).await.unwrap();
    assert_eq!(log.lines(), ["0 ran"]);
}

#[tokio::test]
async fn a_run_stops_at_its_horizon_and_goes_on_from_there() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    spawn(&clock, &log, "a", |clock, log| async move {
        clock.sleep_until(at(10), "a").await;
        log.note(&clock, "on the horizon");
        clock.sleep_until(at(11), "a").await;
        log.note(&clock, "behind it");
    });
    assert_eq!(clock.run_until(at(10)).await, Ok(Stop::Horizon { next_due: at(11) }));
    assert_eq!((clock.now(), log.lines().len()), (at(10), 1));
    assert_eq!(clock.run_until(at(5)).await, Ok(Stop::Horizon { next_due: at(11) }));
    assert_eq!(clock.now(), at(10), "an earlier horizon does not turn time back");
    assert_eq!(clock.run_until(at(60)).await, Ok(Stop::Finished));
    assert_eq!(log.lines(), ["10 on the horizon", "11 behind it"]);
}

#[tokio::test]
async fn who_waits_for_something_real_keeps_time_still() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    let (commit, committed) = oneshot::channel::<()>();
    let (ask, asked) = oneshot::channel::<()>();
    spawn(&clock, &log, "writer", |clock, log| async move {
        ask.send(()).unwrap();
        committed.await.unwrap();
        log.note(&clock, "committed");
    });
    spawn(&clock, &log, "x-other", |clock, log| async move {
        clock.sleep_until(at(1), "x-other").await;
        log.note(&clock, "other");
    });
    let store = std::thread::spawn(move || {
        asked.blocking_recv().unwrap();
        // Far longer than the run would take if time did not wait.
        for _ in 0..1_000 {
            std::thread::yield_now();
        }
        commit.send(()).unwrap();
    });
    assert_eq!(clock.run_until(NEVER).await, Ok(Stop::Finished));
    store.join().unwrap();
    assert_eq!(log.lines(), ["0 committed", "1 other"]);
}

#[tokio::test]
async fn a_signal_makes_its_sleeper_due_at_its_place_in_the_order() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    let (to_a, to_c) = (Signal::new(), Signal::new());
    for (name, signal) in [("a", to_a.clone()), ("c", to_c.clone())] {
        spawn(&clock, &log, name, move |clock, log| async move {
            let woken = clock.sleep_until_or(at(1_000), name, &signal).await;
            log.note(&clock, &format!("{name} {woken:?}"));
        });
    }
    spawn(&clock, &log, "b", |clock, log| async move {
        clock.sleep_until(at(5), "b").await;
        to_c.set();
        to_a.set();
        log.note(&clock, "b set both");
        clock.sleep_until(clock.now(), "b").await;
        log.note(&clock, "b again");
    });
    clock.run_until(NEVER).await.unwrap();
    assert_eq!(log.lines(), ["5 b set both", "5 a Signal", "5 b again", "5 c Signal"]);
}

#[tokio::test]
async fn a_signal_set_before_the_sleep_ends_it_at_once() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    spawn(&clock, &log, "a", |clock, log| async move {
        let signal = Signal::new();
        signal.set();
        assert_eq!(clock.sleep_until_or(at(9), "a", &signal).await, Woken::Signal);
        assert_eq!(clock.sleep_until_or(at(9), "a", &signal).await, Woken::Time, "it was used up");
        log.note(&clock, "end");
    });
    clock.run_until(NEVER).await.unwrap();
    assert_eq!(log.lines(), ["9 end"]);
}

#[tokio::test]
async fn participants_wait_for_one_another_by_signals() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    spawn(&clock, &log, "parent", |clock, log| async move {
        let done = Signal::new();
        let (child_clock, child_done) = (clock.clone(), done.clone());
        let child = async move {
            child_clock.sleep_until(at(30), "child").await;
            child_done.set();
        };
        clock.spawn("child", Box::pin(child));
        clock.sleep_until_or(NEVER, "parent", &done).await;
        log.note(&clock, "child is done");
    });
    assert_eq!(clock.run_until(NEVER).await, Ok(Stop::Finished));
    assert_eq!(log.lines(), ["30 child is done"]);
}

#[tokio::test]
async fn a_dead_end_is_reported_and_can_be_left() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    let signal = Signal::new();
    for name in ["b", "a"] {
        let signal = signal.clone();
        spawn(&clock, &log, name, move |clock, _| async move {
            clock.sleep_until_or(NEVER, name, &signal).await;
        });
    }
    let waiting = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(clock.run_until(at(7)).await, Ok(Stop::Stalled { waiting }));
    assert_eq!(clock.now(), START, "nothing happened, so no time passed");
    signal.set();
    assert_eq!(clock.run_until(at(7)).await, Ok(Stop::Finished));
}

#[tokio::test]
async fn a_clock_without_participants_is_finished() {
    assert_eq!(VirtualClock::new(START).run_until(at(7)).await, Ok(Stop::Finished));
}

#[tokio::test]
async fn a_guard_keeps_time_still_until_it_is_dropped() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    let guard = clock.participant();
    spawn(&clock, &log, "a", |clock, log| async move { log.note(&clock, "ran") });
    let run = tokio::spawn({
        let clock = clock.clone();
        async move { clock.run_until(NEVER).await }
    });
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(log.lines().is_empty());
    drop(guard);
    assert_eq!(run.await.unwrap(), Ok(Stop::Finished));
    assert_eq!(log.lines(), ["0 ran"]);
}

#[tokio::test]
async fn a_cancelled_sleep_leaves_its_participant_awake_and_no_timer_behind() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    let (stop, mut stopped) = oneshot::channel::<()>();
    spawn(&clock, &log, "a", |clock, log| async move {
        tokio::select! {
            () = clock.sleep_until(at(1_000), "a") => log.note(&clock, "slept through"),
            _ = &mut stopped => log.note(&clock, "cancelled"),
        }
        clock.sleep_until(at(20), "a").await;
        log.note(&clock, "end");
    });
    spawn(&clock, &log, "b", |clock, _| async move {
        clock.sleep_until(at(10), "b").await;
        stop.send(()).unwrap();
        // Until `a` has been polled; a participant that is awake keeps time still.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    });
    assert_eq!(clock.run_until(NEVER).await, Ok(Stop::Finished));
    assert_eq!(log.lines(), ["10 cancelled", "20 end"]);
}

#[tokio::test]
async fn aborted_tasks_do_not_hold_time() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    let asleep = spawn(&clock, &log, "asleep", |clock, log| async move {
        clock.sleep_until(at(100), "asleep").await;
        log.note(&clock, "asleep");
    });
    let stuck = spawn(&clock, &log, "stuck", |_, _| async move { std::future::pending().await });
    let not_begun = spawn(&clock, &log, "z-not-begun", |clock, log| async move { log.note(&clock, "not begun") });
    let run = tokio::spawn({
        let clock = clock.clone();
        async move { clock.run_until(NEVER).await }
    });
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    for task in [not_begun, asleep, stuck] {
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    assert_eq!(run.await.unwrap(), Ok(Stop::Finished));
    assert!(log.lines().is_empty());
    assert_eq!(clock.now(), START);
}

#[tokio::test]
async fn a_panicking_participant_does_not_hold_time() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    let failed = spawn(&clock, &log, "a", |_, _| async move { assert_eq!(1, 2, "on purpose") });
    spawn(&clock, &log, "b", |clock, log| async move {
        clock.sleep_until(at(3), "b").await;
        log.note(&clock, "b");
    });
    assert_eq!(clock.run_until(NEVER).await, Ok(Stop::Finished));
    assert!(failed.await.unwrap_err().is_panic());
    assert_eq!(log.lines(), ["3 b"]);
}

#[tokio::test]
async fn a_dropped_run_stops_time_and_another_takes_it_up() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    let (go_on, resumed) = oneshot::channel::<()>();
    spawn(&clock, &log, "a", |clock, log| async move {
        resumed.await.unwrap();
        clock.sleep_until(at(1), "a").await;
        log.note(&clock, "end");
    });
    let abandoned = tokio::spawn({
        let clock = clock.clone();
        async move { clock.run_until(NEVER).await }
    });
    tokio::task::yield_now().await;
    abandoned.abort();
    assert!(abandoned.await.unwrap_err().is_cancelled());
    go_on.send(()).unwrap();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!((clock.now(), log.lines().len()), (START, 0));
    assert_eq!(clock.run_until(NEVER).await, Ok(Stop::Finished));
    assert_eq!(log.lines(), ["1 end"]);
}

#[tokio::test]
async fn two_sleeps_at_once_end_the_run() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    spawn(&clock, &log, "a", |clock, _| async move {
        tokio::select! {
            () = clock.sleep_until(at(10), "time-out") => {}
            () = clock.sleep_until(at(1), "call") => {}
        }
    });
    let misused = clock.run_until(NEVER).await.unwrap_err();
    assert!(matches!(misused, VirtualTimeMisused::TwoSleepsAtOnce { .. }), "{misused}");
    assert!(clock.run_until(NEVER).await.is_err(), "and every later one");
}

#[tokio::test]
async fn a_sleep_by_a_bystander_ends_the_run() {
    let clock = VirtualClock::new(START);
    let bystander = tokio::spawn({
        let clock = clock.clone();
        async move { clock.sleep_until(at(1), "bystander").await }
    });
    tokio::task::yield_now().await;
    let misused = clock.run_until(NEVER).await;
    assert_eq!(misused, Err(VirtualTimeMisused::NotAParticipant { order: "bystander".into() }));
    bystander.abort();
}

/// A small fleet with signals, a thread that answers late, and ties in abundance.
async fn fleet(participants: usize, rounds: i64) -> Vec<String> {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    let signals: Arc<Vec<Signal>> = Arc::new((0..participants).map(|_| Signal::new()).collect());
    let (questions, asked) = std::sync::mpsc::channel::<oneshot::Sender<()>>();
    let store = std::thread::spawn(move || {
        while let Ok(answer) = asked.recv() {
            std::thread::yield_now();
            answer.send(()).unwrap();
        }
    });
    for index in (0..participants).rev() {
        let (signals, questions) = (Arc::clone(&signals), questions.clone());
        spawn(&clock, &log, &format!("{index:03}"), move |clock, log| async move {
            let order = format!("{index:03}");
            for round in 0..rounds {
                let (answer, answered) = oneshot::channel();
                questions.send(answer).unwrap();
                answered.await.unwrap();
                if (round + index as i64) % 3 == 0 {
                    signals[(index * 7 + 1) % signals.len()].set();
                }
                let due = clock.now() + SignedDuration::from_secs((index as i64 * 5 + round) % 4);
                let woken = clock.sleep_until_or(due, &order, &signals[index]).await;
                log.note(&clock, &format!("{order} {woken:?}"));
            }
        });
    }
    drop(questions);
    assert_eq!(clock.run_until(NEVER).await, Ok(Stop::Finished));
    store.join().unwrap();
    log.lines()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_run_is_the_same_on_every_runtime_and_every_time() {
    let first = fleet(40, 12).await;
    assert_eq!(first.len(), 40 * 12);
    assert!(first.iter().any(|line| line.ends_with("Signal")) && first.iter().any(|line| line.ends_with("Time")));
    for _ in 0..8 {
        assert_eq!(fleet(40, 12).await, first);
    }
    let single =
        std::thread::spawn(|| tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(fleet(40, 12)));
    assert_eq!(single.join().unwrap(), first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn never_do_two_participants_run_at_once() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    let running = Arc::new(AtomicUsize::new(0));
    for index in 0..50_i64 {
        let running = Arc::clone(&running);
        spawn(&clock, &log, &index.to_string(), move |clock, _| async move {
            for round in 1..50 {
                assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                tokio::task::yield_now().await;
                assert_eq!(running.fetch_sub(1, Ordering::SeqCst), 1);
                clock.sleep_until(at(round), &index.to_string()).await;
            }
        });
    }
    assert_eq!(clock.run_until(NEVER).await, Ok(Stop::Finished));
    assert_eq!(clock.now(), at(49));
    assert_eq!(running.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_thousand_participants_with_a_hundred_sleeps_each_are_cheap() {
    let (clock, log) = (VirtualClock::new(START), Log::default());
    let woken = Arc::new(AtomicUsize::new(0));
    for index in 0..1_000_i64 {
        let woken = Arc::clone(&woken);
        spawn(&clock, &log, &format!("{index:04}"), move |clock, _| async move {
            let order = format!("{index:04}");
            for round in 1..=100 {
                clock.sleep_until(at(round * 60 + index % 60), &order).await;
                woken.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    assert_eq!(clock.run_until(NEVER).await, Ok(Stop::Finished));
    assert_eq!(woken.load(Ordering::Relaxed), 100_000);
    assert_eq!(clock.now(), at(100 * 60 + 59));
}
