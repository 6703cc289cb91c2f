//! A worker as a process of its own: with its own engine, clock and way to the vendor, so that it can die or stand still alone.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::task::JoinHandle;
use unmoor_engine::clock::{Clock, Participant, Signal, Task, Woken};
use unmoor_engine::worker;
use unmoor_migration::retry::after;

use super::schedule::{Fate, Point};
use super::shared::Shared;

/// One life of a worker.
pub(super) struct Process {
    pub(super) name: String,
    /// Which of the schedule's workers it is.
    pub(super) place: usize,
    pub(super) stop: worker::Stop,
    is_dead: AtomicBool,
    frozen_until: Mutex<Timestamp>,
    shared: Arc<Shared>,
    /// Starts the next life.
    restart: Box<dyn Fn() + Send + Sync>,
}

impl Process {
    pub(super) fn new(
        name: String,
        place: usize,
        shared: Arc<Shared>,
        restart: Box<dyn Fn() + Send + Sync>,
    ) -> Arc<Self> {
        let frozen_until = Mutex::new(Timestamp::MIN);
        let (stop, is_dead) = (worker::Stop::new(), AtomicBool::new(false));
        Arc::new(Self { name, place, stop, is_dead, frozen_until, shared, restart })
    }

    pub(super) fn is_dead(&self) -> bool {
        self.is_dead.load(Ordering::SeqCst)
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    fn frozen_until(&self) -> Timestamp {
        *self.frozen_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing of it runs any more: its tasks are dropped where they are.
    fn die(self: &Arc<Self>, fate: Fate, place: &str) {
        let Fate::Killed { restart_after } = fate else { return };
        if self.is_dead.swap(true, Ordering::SeqCst) {
            return;
        }
        self.shared.tell(|| format!("{} is killed {place}", self.name));
        self.shared.tally(&format!("worker killed {place}"));
        let (process, clock) = (Arc::clone(self), self.shared.clock.clone());
        let restart_at = after(clock.now(), restart_after);
        let work = async move {
            process.shared.clock.sleep_until(restart_at, "restart").await;
            (process.restart)();
        };
        drop(clock.spawn("restart", Box::pin(work)));
    }

    fn freeze(&self, fate: Fate, place: &str) {
        let Fate::Frozen { lasts } = fate else { return };
        self.shared.tell(|| format!("{} stands still for {lasts:#} {place}", self.name));
        let beyond = if lasts.as_secs() > 180 { "beyond its lease " } else { "" };
        self.shared.tally(&format!("worker frozen {beyond}{place}"));
        let until = after(self.shared.clock.now(), lasts);
        let mut frozen_until = self.frozen_until.lock().unwrap_or_else(PoisonError::into_inner);
        *frozen_until = until.max(*frozen_until);
    }

    /// A fate from outside, wherever it is in its work.
    pub(super) fn befalls(self: &Arc<Self>, fate: Fate) {
        self.die(fate, "at some instant");
        self.freeze(fate, "at some instant");
        self.shared.look();
    }

    /// It has come to a place in its work: it may die here, or stand still.
    pub(super) async fn reach(self: &Arc<Self>, point: Point, is_write: bool) {
        let fate = self.shared.fate_at(point, is_write);
        self.meet(fate, point).await;
    }

    /// The same, where its fate is known already.
    pub(super) async fn meet(self: &Arc<Self>, fate: Option<Fate>, point: Point) {
        if let Some(fate) = fate {
            let place = match point {
                Point::Claimed => "after a claim",
                Point::Committing => "before a commit",
                Point::Committed => "after a commit",
                Point::Sending => "before a request leaves",
                Point::Answered => "with an answer in hand",
            };
            self.die(fate, place);
            self.freeze(fate, place);
            self.shared.look();
        }
        if self.is_dead() {
            // Dropped as soon as this has been polled.
            std::future::pending::<()>().await;
        }
        self.thaw().await;
    }

    /// Nothing goes on in a process that stands still.
    async fn thaw(&self) {
        while self.shared.clock.now() < self.frozen_until() {
            self.shared.clock.sleep_until(self.frozen_until(), &self.name).await;
        }
    }
}

/// The clock of a process: it may be wrong, and nothing wakes while the process stands still.
#[derive(Clone)]
pub(super) struct ProcessClock(pub(super) Arc<Process>);

#[async_trait]
impl Clock for ProcessClock {
    fn now(&self) -> Timestamp {
        self.0.shared.workers_now()
    }

    async fn sleep(&self, at: Timestamp, order: &str, signal: Option<&Signal>) -> Woken {
        let at = self.0.shared.instant_of(at);
        let woken = self.0.shared.clock.sleep(at, order, signal).await;
        self.0.thaw().await;
        woken
    }

    fn participant(&self) -> Participant {
        self.0.shared.clock.participant()
    }

    fn spawn(&self, order: &str, task: Task) -> JoinHandle<()> {
        let task = Mortal { process: Arc::clone(&self.0), task: Some(task) };
        self.0.shared.clock.spawn(order, Box::pin(task))
    }
}

/// A task that ends with its process.
struct Mortal {
    process: Arc<Process>,
    task: Option<Task>,
}

impl Future for Mortal {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let process = Arc::clone(&self.process);
        if process.is_dead() {
            self.task = None;
            return Poll::Ready(());
        }
        let Some(task) = &mut self.task else { return Poll::Ready(()) };
        let polled = catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(context)));
        let polled = polled.unwrap_or_else(|panic| {
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
            process.shared.violated(|| format!("{} panicked: {}", process.name, words.unwrap_or_default()));
            Poll::Ready(())
        });
        if process.is_dead() {
            self.task = None;
            return Poll::Ready(());
        }
        polled
    }
}
