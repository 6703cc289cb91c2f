//! Who sleeps, who is awake, and whose turn it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    task::Waker,
};

use jiff::Timestamp;
use tokio::task::Id as TaskId;

use super::{Stop, VirtualTimeMisused};

#[expect(clippy::disallowed_types, reason = "the runtime's task ids have no order; never iterated")]
type TaskSet = std::collections::HashSet<TaskId>;

/// Names one sleep. Rises, so that of two with the same instant and order the older one goes first.
pub(super) type SleepId = u64;

#[derive(Debug)]
pub(super) struct State {
    now: Timestamp,
    /// Below zero only between the drop of a participant's guard and that of its sleep, when they go in that order.
    awake: isize,
    queue: BTreeSet<(Timestamp, Arc<str>, SleepId)>,
    sleepers: BTreeMap<SleepId, Sleeper>,
    sleeping_tasks: TaskSet,
    next_id: SleepId,
    horizon: Option<Timestamp>,
    stop: Option<Stop>,
    misused: Option<VirtualTimeMisused>,
    driver: Option<Waker>,
}

#[derive(Debug)]
struct Sleeper {
    due: Timestamp,
    order: Arc<str>,
    task: Option<TaskId>,
    waker: Option<Waker>,
    woken: bool,
}

impl State {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            now,
            awake: 0,
            queue: BTreeSet::new(),
            sleepers: BTreeMap::new(),
            sleeping_tasks: TaskSet::default(),
            next_id: 0,
            horizon: None,
            stop: None,
            misused: None,
            driver: None,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) fn woke(&mut self) {
        self.awake += 1;
    }

    pub(super) fn fell_asleep(&mut self) {
        self.awake -= 1;
    }

    /// Registers a sleep of a task, which stays awake until [`State::fell_asleep`]. `None` where the task is not known
    /// yet.
    pub(super) fn register(&mut self, due: Timestamp, order: &str, task: Option<TaskId>) -> SleepId {
        let id = self.next_id;
        self.next_id += 1;
        if task.is_some_and(|task| !self.sleeping_tasks.insert(task)) {
            self.misuse(VirtualTimeMisused::TwoSleepsAtOnce { order: order.to_owned() });
        }
        let order: Arc<str> = order.into();
        self.queue.insert((due, Arc::clone(&order), id));
        self.sleepers.insert(id, Sleeper { due, order, task, waker: None, woken: false });
        id
    }

    /// As [`State::fell_asleep`], for a sleep just registered, after a look whether somebody was awake at all.
    pub(super) fn fell_asleep_in(&mut self, id: SleepId) {
        if self.awake <= 0 {
            let order = self.sleepers.get(&id).map(|sleeper| sleeper.order.to_string()).unwrap_or_default();
            self.misuse(VirtualTimeMisused::NotAParticipant { order });
        }
        self.fell_asleep();
    }

    /// Makes a sleep due now, at its place by its order.
    pub(super) fn make_due(&mut self, id: SleepId) {
        let Some(sleeper) = self.sleepers.get_mut(&id) else { return };
        if sleeper.woken || sleeper.due <= self.now {
            return;
        }
        self.queue.remove(&(sleeper.due, Arc::clone(&sleeper.order), id));
        sleeper.due = self.now;
        self.queue.insert((sleeper.due, Arc::clone(&sleeper.order), id));
    }

    /// Whether the sleep is over. Otherwise `waker` is woken once it is.
    pub(super) fn is_woken_or_wake(&mut self, id: SleepId, waker: &Waker) -> bool {
        let Some(sleeper) = self.sleepers.get_mut(&id) else { return false };
        if !sleeper.woken {
            sleeper.waker = Some(waker.clone());
        }
        sleeper.woken
    }

    /// Forgets a sleep. Who drops a sleep before it is over is awake.
    pub(super) fn remove(&mut self, id: SleepId) {
        let Some(sleeper) = self.sleepers.remove(&id) else { return };
        if let Some(task) = sleeper.task {
            self.sleeping_tasks.remove(&task);
        }
        if !sleeper.woken {
            self.queue.remove(&(sleeper.due, sleeper.order, id));
            self.woke();
        }
    }

    /// Lets time move up to `horizon`.
    pub(super) fn open(&mut self, horizon: Timestamp) {
        self.horizon = Some(horizon);
        self.stop = None;
    }

    /// Lets time move no longer.
    pub(super) fn close(&mut self) {
        self.horizon = None;
        self.driver = None;
    }

    /// What a run ended with, once it has.
    pub(super) fn take_stop(&mut self, driver: &Waker) -> Option<Result<Stop, VirtualTimeMisused>> {
        if let Some(misused) = &self.misused {
            return Some(Err(misused.clone()));
        }
        if self.stop.is_none() {
            self.driver = Some(driver.clone());
        }
        self.stop.take().map(Ok)
    }

    /// Gives the next participant its turn if nobody is awake, or ends the run. The waker is to be woken.
    pub(super) fn advance(&mut self) -> Option<Waker> {
        if self.misused.is_some() {
            return self.driver.take();
        }
        let horizon = self.horizon?;
        if self.awake != 0 || self.stop.is_some() {
            return None;
        }
        match self.queue.first() {
            None => self.end(Stop::Finished),
            Some((due, ..)) if *due == Timestamp::MAX => {
                let waiting = self.queue.iter().map(|(_, order, _)| order.to_string()).collect();
                self.end(Stop::Stalled { waiting })
            }
            Some((due, ..)) if *due > horizon => {
                let next_due = *due;
                self.now = self.now.max(horizon);
                self.end(Stop::Horizon { next_due })
            }
            Some(_) => self.wake_first(),
        }
    }

    fn wake_first(&mut self) -> Option<Waker> {
        let (due, _, id) = self.queue.pop_first()?;
        self.now = self.now.max(due);
        self.woke();
        let sleeper = self.sleepers.get_mut(&id)?;
        sleeper.woken = true;
        sleeper.waker.take()
    }

    fn end(&mut self, stop: Stop) -> Option<Waker> {
        self.stop = Some(stop);
        self.driver.take()
    }

    fn misuse(&mut self, misuse: VirtualTimeMisused) {
        // The first one is the cause of any other.
        self.misused.get_or_insert(misuse);
    }
}
