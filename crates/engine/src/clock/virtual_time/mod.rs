//! The clock of a rehearsal: weeks in seconds, the same run every time.

mod sleep;
mod state;
#[cfg(test)]
mod tests;

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::task::JoinHandle;

use super::{Clock, Participant, Signal, Task, Woken};
use sleep::Sleep;
use state::State;

/// Time that passes only while nobody has anything to do.
///
/// # The model
/// A *participant* is awake unless it is inside a sleep of this clock. When the last one falls asleep, time jumps to
/// the earliest sleep, by (instant, order, who slept first), and exactly that one participant wakes. It counts as awake
/// from that moment, whenever the runtime gets round to polling it. So one participant runs at a time, and what happens
/// does not depend on threads. A participant that waits for something real, a commit or a channel, stays awake, and
/// time stands.
///
/// Time moves only inside [`VirtualClock::run_until`]; until then, what is spawned waits for its turn.
///
/// # The rules
/// 1. Only participants sleep: what [`Clock::spawn`] started, or whoever holds a [`Clock::participant`] guard.
/// 2. One sleep at a time per participant. A `select!` or `join!` over two sleeps is an error, which ends the run with
///    [`VirtualTimeMisused`]; use a [`Signal`], or spawn the branches.
/// 3. A participant never waits for another participant by a channel or a join handle, for time would stand still with
///    it; it sleeps until [`Timestamp::MAX`] on a [`Signal`] that the other one sets.
/// 4. Who awaits [`VirtualClock::run_until`] is no participant.
/// 5. End a task by a signal, not by `abort`: that takes effect when the runtime gets to it, at no certain virtual
///    time.
///
/// Clones are the same clock.
///
/// ```
/// # use jiff::{SignedDuration, Timestamp};
/// # use unmoor_engine::clock::{Clock, Stop, VirtualClock};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let clock = VirtualClock::new(Timestamp::UNIX_EPOCH);
/// let in_a_month = clock.now() + SignedDuration::from_hours(30 * 24);
/// let sleeper = clock.clone();
/// clock.spawn("104996122399160", Box::pin(async move {
///     sleeper.sleep_until(in_a_month, "104996122399160").await;
/// }));
/// assert_eq!(clock.run_until(Timestamp::MAX).await, Ok(Stop::Finished));
/// assert_eq!(clock.now(), in_a_month);
/// # });
/// ```
#[derive(Debug, Clone)]
pub struct VirtualClock(Arc<Shared>);

#[derive(Debug)]
struct Shared(Mutex<State>);

/// Why a run on virtual time came to rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// No participant is left.
    Finished,
    /// Nothing is due until after the horizon; time stands at the horizon.
    Horizon {
        /// When the next participant would wake.
        next_due: Timestamp,
    },
    /// All who are left wait for signals alone, and nobody is left to set one.
    Stalled {
        /// Their order keys, sorted.
        waiting: Vec<String>,
    },
}

/// A rule of [`VirtualClock`] was broken; the run can no longer be trusted and does not go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VirtualTimeMisused {
    /// A sleep by somebody whom time does not wait for.
    #[error("{order:?} sleeps on virtual time without being a participant: start it with Clock::spawn")]
    NotAParticipant {
        /// The order key of the sleep.
        order: String,
    },
    /// A second sleep while the first was not over.
    #[error(
        "{order:?} begins a second sleep at the same time: \
         use a Signal in place of select! or join!, or spawn the branches"
    )]
    TwoSleepsAtOnce {
        /// The order key of the second sleep.
        order: String,
    },
}

impl VirtualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self(Arc::new(Shared(Mutex::new(State::new(start)))))
    }

    /// Lets time pass until nothing is due at or before `horizon`, nobody is left, or nobody can go on. May be called
    /// again, with a later horizon or after more was spawned. Dropping the future stops time where it is.
    ///
    /// # Errors
    /// [`VirtualTimeMisused`] when a participant broke a rule of this clock, now and in every later run.
    pub async fn run_until(&self, horizon: Timestamp) -> Result<Stop, VirtualTimeMisused> {
        let _running = Running::begin(&self.0, horizon);
        poll_fn(|context| match self.0.lock().take_stop(context.waker()) {
            Some(stop) => Poll::Ready(stop),
            None => Poll::Pending,
        })
        .await
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.0.lock().now()
    }

    async fn sleep(&self, at: Timestamp, order: &str, signal: Option<&Signal>) -> Woken {
        Sleep::begin(&self.0, at, order, signal).await
    }

    fn participant(&self) -> Participant {
        self.0.lock().woke();
        Participant(Some(AwakeGuard(Arc::clone(&self.0))))
    }

    fn spawn(&self, order: &str, task: Task) -> JoinHandle<()> {
        let turn = Sleep::begin_for_new_participant(&self.0, order);
        tokio::spawn(Spawned { turn: Some(turn), task, _participant: AwakeGuard(Arc::clone(&self.0)) })
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, lets time go on if nobody is awake then, and wakes whom that concerns.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        let waker = state.advance();
        drop(state);
        // Outside the lock: waking may run or drop a task, which comes back here.
        if let Some(waker) = waker {
            waker.wake();
        }
        result
    }
}

/// Keeps a participant counted; dropping it lets time go on without it.
#[derive(Debug)]
pub(super) struct AwakeGuard(Arc<Shared>);

impl Drop for AwakeGuard {
    fn drop(&mut self) {
        self.0.change(State::fell_asleep);
    }
}

/// A spawned participant: waits for its turn, then is its task. The fields are dropped from the top: whoever is
/// cancelled leaves its sleep first and stops being counted last.
struct Spawned {
    turn: Option<Sleep>,
    task: Task,
    _participant: AwakeGuard,
}

impl Future for Spawned {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if let Some(turn) = &mut self.turn {
            ready!(Pin::new(turn).poll(context));
            self.turn = None;
        }
        self.task.as_mut().poll(context)
    }
}

/// Time moves while this exists.
struct Running<'a>(&'a Shared);

impl<'a> Running<'a> {
    fn begin(shared: &'a Shared, horizon: Timestamp) -> Self {
        shared.change(|state| state.open(horizon));
        Self(shared)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.lock().close();
    }
}
