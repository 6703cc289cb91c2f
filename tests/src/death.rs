//! Named points at which a process dies: between any two things that the engine does to the outside.
//!
//! The engine knows nothing of it. What it reaches the outside through, the store and the wire, passes a point before and after
//! each of its calls, under the name of the effect that the call serves. At the point that was chosen everything stands still for
//! good, as if the process had been killed there: whoever reaches a point later stands still as well. For one migration alone.

mod life;
mod store;
mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use unmoor_engine::clock::VirtualClock;
use unmoor_graph_api::Transport;
use unmoor_migration::EffectKind;
use unmoor_simulator::Simulator;
use unmoor_store::Store;

/// Where a process may die.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// The migration is claimed.
    Claimed,
    /// An attempt is decided and not committed.
    BeforeAttempt,
    /// It is committed, and nothing was sent.
    AfterAttempt,
    /// The vendor has it; no answer came.
    Sent,
    /// The answer came, and nobody has looked at it.
    Answered,
    /// What it gave is decided and not committed.
    BeforeOutcome,
    /// What it gave is committed.
    AfterOutcome,
}

impl Moment {
    /// Those that an effect has which is sent.
    pub const OF_EFFECTS: [Self; 6] =
        [Self::BeforeAttempt, Self::AfterAttempt, Self::Sent, Self::Answered, Self::BeforeOutcome, Self::AfterOutcome];
}

/// A point: the moment, of which effect, and for the how manieth time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// The effect; none where a migration is claimed.
    pub effect: Option<EffectKind>,
    /// When.
    pub moment: Moment,
    /// From 1.
    pub nth: usize,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.effect {
            Some(effect) => write!(f, "{effect:?} {:?} {}", self.moment, self.nth),
            None => write!(f, "{:?} {}", self.moment, self.nth),
        }
    }
}

/// When a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Never: it ends by itself.
    Never,
    /// At this point.
    At(Point),
    /// At the nth point that it passes, whichever that is.
    Nth(usize),
}

/// Watches the points that a process passes, and lets it die at one of them.
#[derive(Clone)]
pub struct Death(Arc<Inner>);

struct Inner {
    clock: VirtualClock,
    when: When,
    has_come: AtomicBool,
    told: Notify,
    passed: Mutex<Vec<Point>>,
    counts: Mutex<BTreeMap<(Option<EffectKind>, Moment), usize>>,
    /// The attempt that was journaled and has no outcome there yet.
    open: Mutex<Option<EffectKind>>,
}

impl Death {
    fn new(clock: &VirtualClock, when: When) -> Self {
        Self(Arc::new(Inner {
            clock: clock.clone(),
            when,
            has_come: AtomicBool::new(false),
            told: Notify::new(),
            passed: Mutex::default(),
            counts: Mutex::default(),
            open: Mutex::default(),
        }))
    }

    /// The points that were passed, in their order.
    #[must_use]
    pub fn passed(&self) -> Vec<Point> {
        self.0.passed.lock().unwrap().clone()
    }

    /// Whether it has come.
    #[must_use]
    pub fn has_come(&self) -> bool {
        self.0.has_come.load(Ordering::SeqCst)
    }

    fn around(&self, inner: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(store::Mortal { inner, death: self.clone() })
    }

    fn wire(&self, simulator: &Simulator) -> Arc<dyn Transport> {
        Arc::new(wire::Mortal { simulator: simulator.clone(), death: self.clone() })
    }

    fn opens(&self, effect: Option<EffectKind>) {
        *self.0.open.lock().unwrap() = effect;
    }

    fn open(&self) -> Option<EffectKind> {
        *self.0.open.lock().unwrap()
    }

    fn clock(&self) -> &VirtualClock {
        &self.0.clock
    }

    async fn comes(&self) {
        self.0.told.notified().await;
    }

    async fn pass(&self, effect: Option<EffectKind>, moment: Moment) {
        self.only_alive().await;
        let nth = {
            let mut counts = self.0.counts.lock().unwrap();
            let count = counts.entry((effect, moment)).or_default();
            *count += 1;
            *count
        };
        let point = Point { effect, moment, nth };
        let passed = {
            let mut passed = self.0.passed.lock().unwrap();
            passed.push(point);
            passed.len()
        };
        if [When::At(point), When::Nth(passed)].contains(&self.0.when) {
            self.0.has_come.store(true, Ordering::SeqCst);
            self.0.told.notify_one();
            self.only_alive().await;
        }
    }

    /// Never comes back once the process is dead. Time does not go on either: whoever waits here counts as awake.
    async fn only_alive(&self) {
        if self.has_come() {
            std::future::pending::<()>().await;
        }
    }
}
