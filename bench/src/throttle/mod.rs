//! A fleet under Meta's limits: how close it comes to the least time that the limits themselves set, and how often Meta has to
//! refuse. On virtual time, so that a busy machine changes nothing.
//!
//! Done is a customer whose number is registered and whose templates were looked at once; the look 24 hours later, which waits
//! for the guide's own reasons, is left out. The bound: a lane that admits `L` calls in an hour admits the `n`th call
//! `⌊(n − 1) / L⌋` hours after the first, and the slowest lane decides; `n` is what the engine calls where there is no limit,
//! with each intent read once.

mod fleet;
mod ours;
mod poller;
mod recording;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use tokio::runtime;
use unmoor_simulator::Simulator;

use crate::table::{Row, progress};
use ours::Setting;
use poller::Sequences;

/// The codes of Meta's limits: of the app, of a WABA, of calls that come too fast, of messages, of registers.
const LIMIT_CODES: [i64; 6] = [4, 80_007, 80_008, 613, 130_429, 133_016];
/// What Meta allows on a WABA without a registered number (observations: `limits.per_waba`).
const WABA_CALLS_PER_HOUR: u32 = 200;
/// No more than this times the bound.
const AT_MOST: f64 = 1.1;

/// The fleet of the table, and what Meta allows its app in an hour: little enough that calls decide and not people.
const CUSTOMERS: u64 = 100;
const APP_CALLS_PER_HOUR: u32 = 300;

/// What a client took.
#[derive(Clone, Debug)]
struct Measured {
    /// From the beginning until the last customer was done.
    until_done: SignedDuration,
    /// How many are.
    done: usize,
    calls: usize,
    limit_errors: usize,
}

impl Measured {
    fn of(simulator: &Simulator, start: Timestamp) -> Self {
        let (ledger, requests, world) = (simulator.ledger(0), simulator.requests(0), simulator.world());
        let registered = ledger.iter().filter(|entry| entry.kind == "number.registered").map(|entry| entry.at);
        let destinations: BTreeSet<_> = world.intents.values().map(|intent| intent.destination).collect();
        let mut looks = BTreeMap::new();
        for request in requests.iter().filter(|request| request.path.ends_with("/message_templates")) {
            if let Some(waba) = request.waba.filter(|waba| request.status == Some(200) && destinations.contains(waba)) {
                looks.entry(waba).or_insert(request.at);
            }
        }
        let last = registered.clone().chain(looks.values().copied()).max().unwrap_or(start);
        let is_limit = |code: Option<i64>| code.is_some_and(|code| LIMIT_CODES.contains(&code));
        Self {
            until_done: last.duration_since(start),
            done: registered.count().min(looks.len()),
            calls: requests.len(),
            limit_errors: requests.iter().filter(|request| is_limit(request.error_code)).count(),
        }
    }

    fn hours(&self) -> f64 {
        self.until_done.as_secs_f64() / 3600.0
    }
}

/// What cannot be beaten under a limit of the app's calls.
#[derive(Clone, Debug)]
struct Bound {
    hours: f64,
    calls: usize,
}

impl Bound {
    fn of(sequences: &Sequences, app_calls_per_hour: u32) -> Self {
        let hours = |calls: usize, limit: u32| calls.saturating_sub(1) / usize::try_from(limit).unwrap_or(usize::MAX);
        let calls = sequences.values().map(Vec::len).sum();
        // All calls for one customer, as if they were all on one WABA.
        let of_waba = sequences.values().map(|sequence| hours(sequence.len(), WABA_CALLS_PER_HOUR)).max();
        let whole = u32::try_from(hours(calls, app_calls_per_hour).max(of_waba.unwrap_or_default()));
        Self { hours: whole.map_or(f64::INFINITY, f64::from), calls }
    }
}

/// A fleet with what it has to be measured against.
struct Experiment {
    customers: u64,
    limit: u32,
    sequences: Sequences,
    bound: Bound,
}

impl Experiment {
    /// Learns which calls have to be made from a run without a limit.
    async fn of(customers: u64, limit: u32) -> Result<Self> {
        let setting = Setting { customers, limit: None, is_known: false, workers: 1 };
        let sequences = ours::run(setting).await?.sequences();
        let bound = Bound::of(&sequences, limit);
        Ok(Self { customers, limit, sequences, bound })
    }

    async fn ours(&self, workers: u32, is_known: bool) -> Result<Measured> {
        let setting = Setting { customers: self.customers, limit: Some(self.limit), is_known, workers };
        Ok(ours::run(setting).await?.measured())
    }

    async fn poller(&self) -> Result<Measured> {
        poller::run(self.customers, Some(self.limit), self.sequences.clone()).await
    }

    fn is_done(&self, measured: &Measured) -> bool {
        u64::try_from(measured.done) == Ok(self.customers)
    }
}

pub(crate) fn measure() -> Result<Vec<Row>> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    runtime.block_on(rows())
}

async fn rows() -> Result<Vec<Row>> {
    let experiment = Experiment::of(CUSTOMERS, APP_CALLS_PER_HOUR).await?;
    let Bound { hours, calls } = experiment.bound;
    progress(&format!("{calls} calls have to be made, which takes {hours} h at least"));
    let poller = experiment.poller().await?;
    let baseline = format!(
        "bound {hours:.2} h; one that polls every minute: {:.2} h = {:.2}, {} limit errors, {} of {CUSTOMERS} done",
        poller.hours(),
        poller.hours() / hours,
        poller.limit_errors,
        poller.done
    );
    let mut rows = Vec::new();
    for (workers, is_known, who) in [
        (1, true, "one worker"),
        (3, true, "three workers on one database"),
        (1, false, "one worker that nobody told the limit"),
    ] {
        let ours = experiment.ours(workers, is_known).await?;
        let ratio = ours.hours() / hours;
        let Measured { done, calls, limit_errors, .. } = ours;
        rows.push(Row {
            what: format!(
                "a fleet of {CUSTOMERS} under {APP_CALLS_PER_HOUR} calls an hour of the app until every number is \
                 registered and its templates are looked at, virtual time, {who}"
            ),
            measured: format!(
                "{ratio:.2} of the bound ({:.2} h), {limit_errors} limit errors, {calls} calls, {done} of {CUSTOMERS} done",
                ours.hours()
            ),
            baseline: baseline.clone(),
            at_least: "at most 1.10, no limit error",
            met: ratio <= AT_MOST && limit_errors == 0 && experiment.is_done(&ours),
        });
    }
    Ok(rows)
}
