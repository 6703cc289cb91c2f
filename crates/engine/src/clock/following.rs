//! The clock of a simulator that runs in another process.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::watch, task::JoinHandle};

use super::{Clock, Participant, Signal, Task, Woken, system::wait_real};

/// So that a sleeper never depends on the extrapolation alone for longer than this (real time).
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Beyond this, one millisecond of the machine would be more than a quarter of an hour.
const GREATEST_RATE: f64 = 1_000_000.0;

/// A clock rate that is no rate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("a clock cannot run at {rate} times real time: give a number above 0, at most {GREATEST_RATE}")]
pub struct InvalidRate {
    /// What was given.
    pub rate: f64,
}

/// Follows the clock of a simulator (`UNMOOR_CLOCK_RATE`): extrapolates from the last `Date` header seen, at the
/// given rate, and never goes back.
///
/// A `Date` header has a granularity of one second, so the simulator's time lies within the second that begins there;
/// as long as the extrapolation does too, it is left alone. When it is behind, somebody has advanced the simulator:
/// time jumps, and sleepers look again. When it is ahead, time stands still until the simulator has caught up. Clones
/// follow together.
#[derive(Debug, Clone)]
pub struct FollowingClock(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    origin: Instant,
    track: Mutex<Track>,
    jumps: watch::Sender<u64>,
}

impl FollowingClock {
    /// A clock that stands at `start` now and runs `rate` times faster than the machine's. Give as `start` the latest
    /// instant that is recorded anywhere, so that time does not go back over a restart.
    ///
    /// # Errors
    /// [`InvalidRate`] when `rate` is not a number above 0 and at most a million.
    pub fn new(start: Timestamp, rate: f64) -> Result<Self, InvalidRate> {
        if !(rate > 0.0 && rate <= GREATEST_RATE) {
            return Err(InvalidRate { rate });
        }
        Ok(Self(Arc::new(Shared {
            origin: machine_instant(),
            track: Mutex::new(Track::new(start, rate)),
            jumps: watch::Sender::new(0),
        })))
    }

    /// Learns from the `Date` header of an answer just received.
    pub fn observe(&self, date: Timestamp) {
        let jumped = self.track().observe(self.elapsed(), date);
        if jumped {
            self.0.jumps.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    fn track(&self) -> MutexGuard<'_, Track> {
        self.0.track.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn elapsed(&self) -> Duration {
        machine_instant().saturating_duration_since(self.0.origin)
    }
}

#[async_trait]
impl Clock for FollowingClock {
    fn now(&self) -> Timestamp {
        // The lock is taken before the machine is asked, so that answers never cross.
        let mut track = self.track();
        track.now(self.elapsed())
    }

    fn rate(&self) -> f64 {
        self.track().rate
    }

    async fn sleep(&self, at: Timestamp, _order: &str, signal: Option<&Signal>) -> Woken {
        let listening = signal.map(Signal::listen);
        let mut jumps = self.0.jumps.subscribe();
        loop {
            // Marked as seen before looking, so that a jump right after is not missed.
            jumps.borrow_and_update();
            let now = self.now();
            if now >= at {
                return Woken::Time;
            }
            let wait = wait_real(self.track().real_time(at.duration_since(now)).min(LONGEST_WAIT));
            let signalled = async {
                match &listening {
                    Some(listening) => listening.set().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = signalled => return Woken::Signal,
                _ = jumps.changed() => {}
                () = wait => {}
            }
        }
    }

    fn participant(&self) -> Participant {
        Participant(None)
    }

    fn spawn(&self, _order: &str, task: Task) -> JoinHandle<()> {
        tokio::spawn(task)
    }
}

#[expect(clippy::disallowed_methods, reason = "extrapolates between two `Date` headers")]
fn machine_instant() -> Instant {
    Instant::now()
}

/// The arithmetic of following, with the machine's time since the clock began as an argument.
#[derive(Debug)]
struct Track {
    rate: f64,
    anchor_real: Duration,
    anchor: Timestamp,
    high_water: Timestamp,
    newest_date: Option<Timestamp>,
}

impl Track {
    fn new(start: Timestamp, rate: f64) -> Self {
        Self { rate, anchor_real: Duration::ZERO, anchor: start, high_water: start, newest_date: None }
    }

    fn now(&mut self, real: Duration) -> Timestamp {
        self.high_water = self.high_water.max(self.extrapolated(real));
        self.high_water
    }

    fn extrapolated(&self, real: Duration) -> Timestamp {
        let passed = real.saturating_sub(self.anchor_real).as_secs_f64() * self.rate;
        SignedDuration::try_from_secs_f64(passed)
            .ok()
            .and_then(|passed| self.anchor.checked_add(passed).ok())
            .unwrap_or(Timestamp::MAX)
    }

    /// Whether time jumped forward.
    fn observe(&mut self, real: Duration, date: Timestamp) -> bool {
        if self.newest_date.is_some_and(|newest| date < newest) {
            // Answers overtake one another; an older one has nothing to add.
            return false;
        }
        self.newest_date = Some(date);
        let shown = self.now(real);
        let second_end = date.checked_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
        let extrapolated = self.extrapolated(real);
        let corrected = extrapolated.clamp(date, second_end);
        if corrected != extrapolated {
            self.anchor = corrected;
            self.anchor_real = real;
        }
        corrected > shown
    }

    /// How long the machine takes for `span` of the simulator's time; at least a millisecond.
    fn real_time(&self, span: SignedDuration) -> Duration {
        Duration::try_from_secs_f64(span.as_secs_f64() / self.rate)
            .unwrap_or(Duration::MAX)
            .max(Duration::from_millis(1))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn seconds(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn time_runs_at_the_rate() {
        let mut track = Track::new(START, 1000.0);
        assert_eq!(track.now(Duration::from_millis(2500)), seconds(2500));
    }

    #[test]
    fn within_the_second_of_the_header_nothing_is_corrected() {
        let mut track = Track::new(START, 1.0);
        assert!(!track.observe(Duration::from_millis(5_900), seconds(5)));
        assert_eq!(track.now(Duration::from_millis(5_900)), Timestamp::from_millisecond(5_900).unwrap());
    }

    #[test]
    fn an_advance_of_the_simulator_is_a_jump() {
        let mut track = Track::new(START, 1.0);
        assert!(track.observe(Duration::from_secs(1), seconds(2_592_000)));
        assert_eq!(track.now(Duration::from_secs(3)), seconds(2_592_002));
    }

    #[test]
    fn ahead_of_the_simulator_time_stands_and_never_goes_back() {
        let mut track = Track::new(START, 1.0);
        assert_eq!(track.now(Duration::from_secs(100)), seconds(100));
        assert!(!track.observe(Duration::from_secs(100), seconds(40)));
        assert_eq!(track.now(Duration::from_secs(120)), seconds(100));
        assert_eq!(track.now(Duration::from_secs(170)), seconds(111), "caught up at 41 s + 60 s");
    }

    #[test]
    fn an_answer_that_was_overtaken_changes_nothing() {
        let mut track = Track::new(START, 1.0);
        track.observe(Duration::from_secs(1), seconds(500));
        assert!(!track.observe(Duration::from_secs(1), seconds(400)));
        assert_eq!(track.now(Duration::from_secs(2)), seconds(501));
    }

    #[test]
    fn a_rate_is_a_number_above_zero() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e7] {
            assert!(FollowingClock::new(START, rate).is_err(), "{rate}");
        }
    }

    #[test]
    fn the_end_of_time_is_reached_without_overflow() {
        let mut track = Track::new(START, GREATEST_RATE);
        assert_eq!(track.now(Duration::MAX), Timestamp::MAX);
    }

    #[tokio::test]
    async fn a_sleeper_wakes_when_a_jump_is_observed() {
        let clock = FollowingClock::new(START, 1.0).unwrap();
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep_until(seconds(2_592_000), "a").await;
                clock.now()
            }
        });
        tokio::task::yield_now().await;
        clock.observe(seconds(2_592_000));
        assert!(sleeper.await.unwrap() >= seconds(2_592_000));
    }

    #[tokio::test]
    async fn a_signal_ends_a_sleep() {
        let clock = FollowingClock::new(START, 1.0).unwrap();
        let signal = Signal::new();
        signal.set();
        assert_eq!(clock.sleep_until_or(Timestamp::MAX, "a", &signal).await, Woken::Signal);
    }

    #[tokio::test]
    async fn an_instant_in_the_past_is_over_at_once() {
        let clock = FollowingClock::new(seconds(10), 1.0).unwrap();
        assert_eq!(clock.sleep_until_or(seconds(9), "a", &Signal::new()).await, Woken::Time);
    }

    proptest! {
        #[test]
        fn time_never_goes_back(
            rate in 0.5f64..5000.0,
            steps in prop::collection::vec((0u64..5_000, 0i64..1_000_000), 1..60),
        ) {
            let mut track = Track::new(START, rate);
            let (mut real, mut last) = (Duration::ZERO, START);
            for (passed_ms, date) in steps {
                real += Duration::from_millis(passed_ms);
                track.observe(real, seconds(date));
                let now = track.now(real);
                prop_assert!(now >= last);
                prop_assert!(now >= track.newest_date.unwrap(), "not behind what was seen");
                last = now;
            }
        }
    }
}
