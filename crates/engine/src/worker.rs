//! The worker: takes up what is due, the most urgent first, and knows when there is nothing left to do.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use unmoor_migration::retry::after;
use unmoor_migration::{Migration, MigrationId, Phase, Turn};
use unmoor_store::{Claim, Filter, StoreError, Wake};

use crate::clock::Signal;
use crate::engine::Engine;
use crate::error_chain::Chain;
use crate::{notices, portions, step};

/// The first page when open migrations are looked at; each further one is larger, up to [`LARGEST_PAGE`].
const FIRST_PAGE: u32 = 1;

/// The largest page.
const LARGEST_PAGE: u32 = 512;

/// After the store failed it is asked again this much later.
const STORE_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// What another process holds is looked at so often between two looks into the inbox: every 50 ms.
const LOOKS_PER_POLL: i32 = 10;

/// Asks a worker to stop: what it has begun is finished first, and with it the register of a moved number.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    asked: Arc<AtomicBool>,
    signal: Signal,
    /// Why the store will not come back without a person.
    lasting: Arc<Mutex<Option<StoreError>>>,
}

impl Stop {
    /// Nobody has asked yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Look at once: somebody may have made work.
    pub fn look(&self) {
        self.signal.set();
    }

    /// Ask now.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::SeqCst);
        self.signal.set();
    }

    /// Ask now, because the store has failed for good. The first reason counts.
    fn end_with(&self, error: StoreError) {
        self.lasting().get_or_insert(error);
        self.ask();
    }

    fn lasting(&self) -> MutexGuard<'_, Option<StoreError>> {
        self.lasting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Why a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to.
    Stopped,
    /// Nothing is due, and every open migration is at rest as the caller defined it.
    AtRest,
}

/// When a migration that is not over counts as at rest, so that the worker may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtRest {
    /// Never, final or not: work until asked to stop.
    Never,
    /// Not before it is final.
    OnlyWhenFinal,
    /// When it waits for a person or the vendor.
    WhenWaiting,
    /// When its preflight has an answer, or cannot get one without a person.
    WhenChecked,
}

impl AtRest {
    /// Whether `m` is at rest.
    #[must_use]
    pub fn holds(self, m: &Migration) -> bool {
        let waits = m.turn().is_some_and(|turn| turn != Turn::Time);
        self != Self::Never && m.is_final()
            || match self {
                Self::Never | Self::OnlyWhenFinal => false,
                Self::WhenWaiting => waits,
                Self::WhenChecked => waits || *m.phase() != Phase::Preflight,
            }
    }
}

/// Works until `at_rest` holds for all open migrations and nothing is due, or until asked to stop.
///
/// On a clock that others may set (a rehearsal's), run it with [`Clock::spawn`](crate::clock::Clock::spawn).
///
/// # Errors
/// [`StoreError`] when the store fails at the start, or later for good. Other failures are logged and tried again.
pub async fn run(engine: Arc<Engine>, stop: Stop, at_rest: AtRest) -> Result<Ended, StoreError> {
    let in_flight = Arc::new(AtomicUsize::new(0));
    let mut rest = Rest { at_rest, witness: None };
    let unreleased = Unreleased::default();
    engine.store.next_due().await?;
    let mut fails_with = String::new();
    loop {
        if in_flight.load(Ordering::SeqCst) == 0 {
            if let Some(error) = stop.lasting().take() {
                return Err(error);
            }
            if stop.is_asked() {
                return Ok(Ended::Stopped);
            }
        }
        match look(&engine, &stop, &in_flight, &unreleased, &mut rest).await {
            Ok(Look::Ended) => return Ok(Ended::AtRest),
            Ok(Look::SleepUntil(instant)) => {
                if !std::mem::take(&mut fails_with).is_empty() {
                    tracing::warn!("the database answers again: going on");
                }
                engine.clock.sleep_until_or(instant, "worker", &stop.signal).await;
            }
            Err(error) if error.is_lasting() => stop.end_with(error),
            Err(error) => {
                let words = error.to_string();
                if words != fails_with {
                    tracing::error!("nothing is begun until the database answers again: {words}");
                    fails_with = words;
                }
                let again_at = after(engine.clock.now(), STORE_PAUSE);
                engine.clock.sleep_until_or(again_at, "worker", &stop.signal).await;
            }
        }
    }
}

enum Look {
    SleepUntil(Timestamp),
    Ended,
}

/// One look at what is due.
async fn look(
    engine: &Arc<Engine>,
    stop: &Stop,
    in_flight: &Arc<AtomicUsize>,
    unreleased: &Unreleased,
    rest: &mut Rest,
) -> Result<Look, StoreError> {
    let now = engine.clock.now();
    release(engine, unreleased).await?;
    if stop.is_asked() {
        // Those under way set the signal when they end.
        return Ok(Look::SleepUntil(Timestamp::MAX));
    }
    notices::deliver(engine.as_ref(), now).await?;
    let mut is_passed_over = true;
    let free = engine.settings.max_in_flight.saturating_sub(in_flight.load(Ordering::SeqCst));
    if free > 0 {
        let limit = u32::try_from(free).unwrap_or(u32::MAX);
        let claims = engine.store.claim_due(now, limit, &engine.settings.owner, engine.settings.lease).await?;
        is_passed_over = claims.is_empty();
        for claim in claims {
            in_flight.fetch_add(1, Ordering::SeqCst);
            let order = claim.migration.id().to_string();
            let (engine, signal, in_flight) = (Arc::clone(engine), stop.signal.clone(), Arc::clone(in_flight));
            let (clock, asked, kept) = (Arc::clone(&engine.clock), stop.clone(), Arc::clone(unreleased));
            let work = async move {
                let done = Done { signal, in_flight };
                if let Err(failed) = step::run(&engine, claim, &|| !asked.is_asked()).await {
                    tracing::error!(error = %Chain(&failed.error), "a migration could not be taken further");
                    kept.lock().unwrap_or_else(PoisonError::into_inner).extend(failed.unreleased);
                    if let Some(error) = failed.error.into_store_error().filter(StoreError::is_lasting) {
                        asked.end_with(error);
                    }
                }
                drop(done);
            };
            drop(clock.spawn(&order, Box::pin(work)));
        }
    }
    let under_way = in_flight.load(Ordering::SeqCst);
    if under_way == 0 {
        portions::give_back(engine).await?;
    }
    if under_way >= engine.settings.max_in_flight {
        return Ok(Look::SleepUntil(Timestamp::MAX));
    }
    let due = match engine.store.next_due().await? {
        Some(Wake::AtOnce) => now,
        Some(Wake::At(instant)) => instant,
        None => Timestamp::MAX,
    };
    if under_way == 0 && due > now && rest.holds(engine, due).await? {
        return Ok(Look::Ended);
    }
    let notice = notices::next_due(engine).await?;
    let poll = engine.settings.inbox_poll.map_or(Timestamp::MAX, |every| after(now, every));
    // What is due at this very instant was just claimed, or is somebody else's: look again a moment later.
    let wake = due.min(notice).min(poll);
    let soonest = if wake <= now { after(now, pause(engine, is_passed_over)) } else { wake };
    Ok(Look::SleepUntil(soonest))
}

/// Until something that is due and was not claimed is looked at again. Where another process holds its row just now, it is left
/// the time for that.
fn pause(engine: &Engine, is_passed_over: bool) -> SignedDuration {
    let others = engine.settings.inbox_poll.filter(|_| is_passed_over);
    others.map_or(SignedDuration::from_millis(1), |poll| poll / LOOKS_PER_POLL)
}

/// Claims whose end the store did not take.
type Unreleased = Arc<Mutex<Vec<Claim>>>;

/// Ends them: it may take it now.
async fn release(engine: &Engine, unreleased: &Unreleased) -> Result<(), StoreError> {
    loop {
        let claim = unreleased.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(claim) = claim else { return Ok(()) };
        if let Err(error) = engine.store.release(&claim).await {
            unreleased.lock().unwrap_or_else(PoisonError::into_inner).push(claim);
            return Err(error);
        }
    }
}

/// Says that a migration's work has ended, however it ended.
struct Done {
    signal: Signal,
    in_flight: Arc<AtomicUsize>,
}

impl Drop for Done {
    fn drop(&mut self) {
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        self.signal.set();
    }
}

/// Whether all open migrations are at rest. One that is not is remembered, so that as long as it stays so nothing else has
/// to be looked at: work per waiting migration is zero.
struct Rest {
    at_rest: AtRest,
    witness: Option<MigrationId>,
}

impl Rest {
    async fn holds(&mut self, engine: &Engine, due: Timestamp) -> Result<bool, StoreError> {
        if self.at_rest == AtRest::Never {
            return Ok(false);
        }
        if self.at_rest == AtRest::OnlyWhenFinal && due < Timestamp::MAX {
            // Whatever has a timer is not over.
            return Ok(false);
        }
        if let Some(witness) = &self.witness
            && let Some(stored) = engine.store.load(witness).await?
            && !self.at_rest.holds(&stored.migration)
        {
            return Ok(false);
        }
        let open = Filter { open_only: true, ..Filter::default() };
        let (mut cursor, mut limit) = (None, FIRST_PAGE);
        loop {
            let page = engine.store.list(&open, cursor.as_ref(), limit).await?;
            let witness = page.rows.iter().find(|stored| !self.at_rest.holds(&stored.migration));
            self.witness = witness.map(|stored| stored.migration.id().clone());
            match page.next {
                _ if self.witness.is_some() => return Ok(false),
                Some(next) => cursor = Some(next),
                None => return Ok(true),
            }
            limit = (limit * 8).min(LARGEST_PAGE);
        }
    }
}
