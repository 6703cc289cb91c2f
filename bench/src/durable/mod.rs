//! Durable migrations over loopback HTTP, against the same calls made by a bare client, round by round: how many a second, how
//! much processor time, and how long a number lies between its two accounts because of us.

mod bare;
mod engine;
pub(crate) mod vendor;
mod wire;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use postgres_server::{Durability, Server};
use tokio::runtime::Runtime;
use unmoor_graph_api::NetworkTransport;
use unmoor_store::{PostgresStore, SqliteStore, Store, postgres::DEFAULT_CONNECTIONS};

use self::{
    bare::Script,
    vendor::Vendor,
    wire::{GapWatch, Gaps, Recorder},
};
use crate::{
    cost::Cost,
    folder::Folder,
    table::{Row, median, percentile, progress},
};

const CUSTOMERS: usize = 1000;
const ROUNDS: usize = 3;
/// The guide's own calls for one number.
const GUIDE_CALLS: f64 = 7.0;

/// One round of all three.
struct Round {
    bare: Cost,
    sqlite: Driven,
    postgres: Driven,
}

/// A fleet driven by the engine.
struct Driven {
    cost: Cost,
    calls: f64,
    gap_p99_ms: f64,
}

pub(crate) fn measure() -> Result<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let folder = Folder::new("durable")?;
    let server = Server::start(Durability::Full).map_err(|error| anyhow::anyhow!("{error}"))?;
    let script = record(&runtime, &folder)?;
    progress(&format!("{} calls of {CUSTOMERS} migrations were recorded", script.calls()));
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        let vendor = Vendor::start(CUSTOMERS)?;
        let bare = runtime.block_on(script.play(&vendor))?;
        drop(vendor);
        let sqlite = driven(&runtime, sqlite(&folder, &format!("round-{round}.db"))?)?;
        let postgres = driven(&runtime, postgres(&runtime, &server, &format!("round_{round}"))?)?;
        progress(&format!(
            "round {round} of {ROUNDS}: bare {:.2} s, SQLite {:.2} s, PostgreSQL {:.2} s",
            bare.wall.as_secs_f64(),
            sqlite.cost.wall.as_secs_f64(),
            postgres.cost.wall.as_secs_f64()
        ));
        rounds.push(Round { bare, sqlite, postgres });
    }
    Ok(rows(&rounds))
}

/// What the engine sends, once, on a database that is thrown away.
fn record(runtime: &Runtime, folder: &Folder) -> Result<Script> {
    let vendor = Vendor::start(CUSTOMERS)?;
    let (wire, kept) = Recorder::new(NetworkTransport::new()?);
    runtime.block_on(engine::run(&vendor, sqlite(folder, "recorded.db")?, Arc::new(wire)))?;
    let recorded = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Script::of(recorded, &vendor.credentials))
}

fn driven(runtime: &Runtime, store: Arc<dyn Store>) -> Result<Driven> {
    let vendor = Vendor::start(CUSTOMERS)?;
    let (wire, gaps): (_, Arc<Mutex<Gaps>>) = GapWatch::new(NetworkTransport::new()?);
    let cost = runtime.block_on(engine::run(&vendor, store, Arc::new(wire)))?;
    let gaps = gaps.lock().unwrap_or_else(PoisonError::into_inner);
    anyhow::ensure!(gaps.spans_ms.len() == CUSTOMERS, "{} gaps of {CUSTOMERS} numbers", gaps.spans_ms.len());
    let gap_p99_ms = percentile(&gaps.spans_ms, 0.99).context("no gap was seen")?;
    Ok(Driven { cost, calls: f64::from(gaps.calls), gap_p99_ms })
}

fn sqlite(folder: &Folder, name: &str) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(SqliteStore::open(&folder.path().join(name))?))
}

fn postgres(runtime: &Runtime, server: &Server, name: &str) -> Result<Arc<dyn Store>> {
    let address = server.database(name).map_err(|error| anyhow::anyhow!("{error}"))?;
    runtime.block_on(async {
        PostgresStore::upgrade(&address, None).await?;
        let store: Arc<dyn Store> = Arc::new(PostgresStore::connect(&address, None, DEFAULT_CONNECTIONS).await?);
        Ok(store)
    })
}

fn rows(rounds: &[Round]) -> Vec<Row> {
    let of = |pick: &dyn Fn(&Round) -> f64| median(&rounds.iter().map(pick).collect::<Vec<_>>()).unwrap_or_default();
    let per_second = |cost: Cost| CUSTOMERS as f64 / cost.wall.as_secs_f64();
    let per_guide_calls = |cost: Cost, calls: f64| cost.processor_s * 1000.0 / calls * GUIDE_CALLS;
    let calls = of(&|round| round.sqlite.calls) / CUSTOMERS as f64;
    let mut rows = Vec::new();
    let bare_speed = format!("the same calls by a bare client: {:.0}/s", of(&|round| per_second(round.bare)));
    let bare_work = format!("a bare client: {:.2} ms", of(&|round| per_guide_calls(round.bare, round.sqlite.calls)));
    type Pick = fn(&Round) -> &Driven;
    let databases: [(&str, Pick, f64, &str); 2] = [
        ("SQLite", |round| &round.sqlite, 0.5, "0.5 (aim 0.8)"),
        ("PostgreSQL", |round| &round.postgres, 0.3, "0.3 (aim 0.5)"),
    ];
    for (database, pick, least, at_least) in databases {
        let share = of(&|round| round.bare.wall.as_secs_f64() / pick(round).cost.wall.as_secs_f64());
        let speed = of(&|round| per_second(pick(round).cost));
        rows.push(Row {
            what: format!("durable migrations over loopback HTTP, {database}"),
            measured: format!("{share:.2} of the baseline ({speed:.0}/s)"),
            baseline: bare_speed.clone(),
            at_least,
            met: share >= least,
        });
        let work = of(&|round| per_guide_calls(pick(round).cost, pick(round).calls));
        let whole = of(&|round| pick(round).cost.processor_s * 1000.0 / CUSTOMERS as f64);
        rows.push(Row {
            what: format!("processor time of the guide's 7 calls, 64 migrations in flight, {database}"),
            measured: format!("{work:.2} ms ({whole:.2} ms for all {calls:.1} calls of a migration)"),
            baseline: bare_work.clone(),
            at_least: "1.5 ms (aim 0.6)",
            met: work <= 1.5,
        });
        let gap = of(&|round| pick(round).gap_p99_ms);
        rows.push(Row {
            what: format!("our part of a number's gap, 1,000 migrations released at once, {database}"),
            measured: format!("p99 {gap:.1} ms"),
            baseline: String::new(),
            at_least: "p99 20 ms (aim 10)",
            met: gap <= 20.0,
        });
    }
    rows.push(Row {
        what: "calls of a calm migration with one number, from preflight to the number verified".to_owned(),
        measured: format!("{calls:.1}"),
        baseline: String::new(),
        at_least: "20 (aim 17)",
        met: calls <= 20.0,
    });
    rows
}
