//! What all workers of a run have in common, and what is kept about it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use unmoor_engine::clock::{Clock as _, Signal, VirtualClock};
use unmoor_migration::retry::after;
use unmoor_migration::{E164, Effect, EffectKind, Migration, MigrationId};
use unmoor_simulator::{LedgerEntry, Simulator};

use super::judge::Judge;
use super::schedule::{Accident, Fate, Point};
use super::tally::Tally;
use super::worker::Process;

/// Everything around the workers.
pub(super) struct Shared {
    pub(super) clock: VirtualClock,
    pub(super) simulator: Simulator,
    /// Wakes whoever takes webhooks.
    pub(super) webhooks: Signal,
    state: Mutex<State>,
}

/// What changes during a run.
pub(super) struct State {
    /// By how much the clock of the workers is ahead of the vendor's.
    offset: SignedDuration,
    pub(super) judge: Judge,
    pub(super) tally: Tally,
    pub(super) workers: Vec<Arc<Process>>,
    accidents: Vec<Accident>,
    visits: BTreeMap<(Point, bool), u32>,
    /// By worker and migration, what was journaled last and has no outcome.
    open: BTreeMap<(String, MigrationId), OpenAttempt>,
    violation: Option<String>,
    story: Option<Vec<String>>,
    pub(super) commits: u64,
    pub(super) requests: u64,
    pub(super) is_calm: bool,
}

/// What a worker may send.
#[derive(Debug, Clone)]
pub(super) struct OpenAttempt {
    pub(super) kind: EffectKind,
    pub(super) number: Option<E164>,
    pub(super) send_before: Timestamp,
}

impl Shared {
    pub(super) fn new(
        clock: VirtualClock,
        simulator: Simulator,
        judge: Judge,
        accidents: &[Accident],
        tells: bool,
    ) -> Self {
        let state = State {
            offset: SignedDuration::ZERO,
            judge,
            tally: Tally::default(),
            workers: Vec::new(),
            accidents: accidents.to_vec(),
            visits: BTreeMap::new(),
            open: BTreeMap::new(),
            violation: None,
            story: tells.then(Vec::new),
            commits: 0,
            requests: 0,
            is_calm: false,
        };
        Self { clock, simulator, webhooks: Signal::new(), state: Mutex::new(state) }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the clock of the workers shows.
    pub(super) fn workers_now(&self) -> Timestamp {
        after(self.clock.now(), self.state().offset)
    }

    /// By how much the clock of the workers is ahead.
    pub(super) fn offset(&self) -> SignedDuration {
        self.state().offset
    }

    /// When the vendor's clock shows what the workers' shows at `at`.
    pub(super) fn instant_of(&self, at: Timestamp) -> Timestamp {
        if at == Timestamp::MAX { at } else { after(at, -self.state().offset) }
    }

    pub(super) fn set_clock_by(&self, jump: SignedDuration) {
        self.see_changes();
        self.state().offset += jump;
        self.tally(if jump.is_negative() { "clock set back" } else { "clock set forth" });
    }

    pub(super) fn tally(&self, kind: &str) {
        self.state().tally.one(kind);
    }

    /// Adds a line to the story, where one is told.
    pub(super) fn tell(&self, line: impl FnOnce() -> String) {
        let now = self.clock.now();
        let mut state = self.state();
        if let Some(story) = &mut state.story {
            story.push(format!("{now:.3}  {}", line()));
        }
    }

    /// Something was seen that may not be; the first one counts.
    pub(super) fn violated(&self, words: impl FnOnce() -> String) {
        if self.state().violation.is_some() {
            return;
        }
        let words = words();
        self.tell(|| format!("VIOLATION: {words}"));
        self.state().violation = Some(words);
    }

    pub(super) fn violation(&self) -> Option<String> {
        self.state().violation.clone()
    }

    pub(super) fn story(&self) -> Vec<String> {
        self.state().story.take().unwrap_or_default()
    }

    /// Shows the model what changed at the vendor's since it looked last.
    pub(super) fn see_changes(&self) {
        self.see_some_changes(|_| true);
    }

    /// The same, as far as they are `wanted`.
    pub(super) fn see_some_changes(&self, wanted: impl Fn(&LedgerEntry) -> bool) {
        let offset = self.state().offset;
        let entries = { self.simulator.ledger(self.state().judge.ledger_seen()) };
        for entry in entries.into_iter().take_while(wanted) {
            self.tell(|| {
                let number = entry.number.as_ref().map(|number| format!(" {number}")).unwrap_or_default();
                format!("vendor    {}{number} ({:?})", entry.kind, entry.by)
            });
            let judged = self.state().judge.change(after(entry.at, offset), &entry);
            if let Err(words) = judged {
                self.violated(|| words);
            }
        }
    }

    /// Compares what the program believes with what the model knows.
    pub(super) fn compare(&self, m: &Migration) {
        self.see_changes();
        let judged = self.state().judge.compare(m);
        if let Err(words) = judged {
            self.violated(|| words);
        }
    }

    /// The program has written down that it does not know the answer to this attempt.
    pub(super) fn forgotten(&self, id: &MigrationId, effect: &Effect) {
        let now = self.workers_now();
        self.tally("answer lost with its worker");
        let judged = self.state().judge.forgotten(now, id, effect);
        judged.unwrap_or_else(|words| self.violated(|| words));
    }

    /// A worker has written down what stands in `m`.
    pub(super) fn committed(&self, worker: &str, m: &Migration) {
        let key = (worker.to_owned(), m.id().clone());
        let mut state = self.state();
        state.commits += 1;
        match m.open_attempt() {
            Some(attempt) => {
                let open = OpenAttempt {
                    kind: attempt.effect.kind(),
                    number: attempt.effect.number().cloned(),
                    send_before: attempt.send_before,
                };
                state.open.insert(key, open);
            }
            None => drop(state.open.remove(&key)),
        }
        drop(state);
        self.compare(m);
    }

    /// What this worker has written down that it is about to do, of this kind.
    pub(super) fn open_attempt(&self, worker: &str, kind: EffectKind) -> Option<OpenAttempt> {
        let state = self.state();
        let of_worker = state.open.iter().filter(|((name, _), _)| name == worker);
        // Of two migrations that do the same, the later one: what was journaled before has left.
        of_worker.map(|(_, open)| open).filter(|open| open.kind == kind).max_by_key(|open| open.send_before).cloned()
    }

    /// What befalls a worker that comes to this place.
    pub(super) fn fate_at(&self, point: Point, is_write: bool) -> Option<Fate> {
        let mut state = self.state();
        if state.is_calm {
            return None;
        }
        let mut fate = None;
        for at_writes in [false, true] {
            if at_writes && !is_write {
                continue;
            }
            let visits = state.visits.entry((point, at_writes)).or_insert(0);
            *visits += 1;
            let nth = *visits;
            let meant = |one: &&Accident| one.point == point && one.at_writes == at_writes && one.nth == nth;
            fate = fate.or(state.accidents.iter().find(meant).map(|one| one.fate));
        }
        fate
    }

    /// Lets all workers look whether there is something to do.
    pub(super) fn look(&self) {
        let workers = self.state().workers.clone();
        workers.iter().filter(|worker| !worker.is_dead()).for_each(|worker| worker.stop.look());
    }
}
