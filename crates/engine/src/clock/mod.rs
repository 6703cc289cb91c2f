//! Time for everything the engine does.
//!
//! Whoever waits asks a [`Clock`]. Three exist:
//! - [`SystemClock`]: the machine's.
//! - [`VirtualClock`]: a rehearsal's. Nothing waits for real: when every participant sleeps, time jumps to whoever is
//!   due next.
//! - [`FollowingClock`]: the clock of a simulator in another process, read off its `Date` headers and run N times
//!   faster.
//!
//! This folder is the only place of the crate that may ask the machine for the time or make it wait.

mod following;
mod signal;
mod system;
mod virtual_time;

use std::{future::Future, pin::Pin};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::task::JoinHandle;

pub use following::{FollowingClock, InvalidRate};
pub use signal::Signal;
pub use system::SystemClock;
pub use virtual_time::{Stop, VirtualClock, VirtualTimeMisused};

/// A task's work, ready to be handed to [`Clock::spawn`].
pub type Task = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// What ended a sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// The instant has come.
    Time,
    /// The signal was set first. It is used up by this.
    Signal,
}

/// The time, and a way to wait for it.
///
/// Dropping a sleep cancels it. On virtual time a task has **at most one sleep at a time**: to wait for "either", use a
/// [`Signal`], never a `select!` over two sleeps (see [`VirtualClock`]).
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present instant. Never earlier than an answer given before by the same clock, except for [`SystemClock`],
    /// whose machine may be set back.
    fn now(&self) -> Timestamp;

    /// How many times faster than the machine's this clock runs.
    fn rate(&self) -> f64 {
        1.0
    }

    /// Waits until `at`, or until `signal` is set where one is given.
    ///
    /// `order` breaks ties on virtual time: of those due at the same instant the smallest `order` goes first. Give the
    /// migration's id. [`Timestamp::MAX`] means never: only the signal ends such a sleep.
    async fn sleep(&self, at: Timestamp, order: &str, signal: Option<&Signal>) -> Woken;

    /// Waits until `at`. An instant in the past still lets those pass who are due earlier.
    async fn sleep_until(&self, at: Timestamp, order: &str) {
        self.sleep(at, order, None).await;
    }

    /// Waits until `at` or until `signal` is set, whichever comes first.
    async fn sleep_until_or(&self, at: Timestamp, order: &str, signal: &Signal) -> Woken {
        self.sleep(at, order, Some(signal)).await
    }

    /// Says that somebody is at work whom time must wait for. Counts as awake until it sleeps or drops the guard.
    /// Without meaning on clocks that run by themselves.
    fn participant(&self) -> Participant;

    /// Starts a task as a participant. On virtual time it registers at once, for the present instant, and begins when
    /// it is its turn by `order`.
    fn spawn(&self, order: &str, task: Task) -> JoinHandle<()>;
}

/// The guard of somebody whom time waits for; see [`Clock::participant`].
#[derive(Debug)]
#[must_use = "time stops waiting for a participant as soon as its guard is dropped"]
pub struct Participant(#[expect(dead_code, reason = "held for its drop")] Option<virtual_time::AwakeGuard>);
