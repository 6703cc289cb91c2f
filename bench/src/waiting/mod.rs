//! A million migrations that wait for their customers: what a worker on them needs, and how soon it wakes for one.

mod engine;
mod fill;

use std::{path::Path, process::Command, sync::Arc};

use anyhow::{Context as _, Result, bail};
use postgres_server::{Durability, Server};
use tokio::runtime::Runtime;
use unmoor_store::{PostgresStore, SqliteStore, Store, postgres::DEFAULT_CONNECTIONS};

use crate::{
    assembled,
    durable::vendor::now,
    folder::Folder,
    stopwatch::Stopwatch,
    table::{Row, progress},
};

/// The first word of the process that is measured.
pub(crate) const CHILD: &str = "wake-the-waiting";
const MIGRATIONS: u64 = 1_000_000;

/// What the child told.
struct Told {
    start_ms: f64,
    wake_ms: f64,
    page_ms: f64,
    memory_mib: f64,
    peak_mib: f64,
}

pub(crate) fn on_sqlite() -> Result<Vec<Row>> {
    let folder = Folder::new("waiting")?;
    let file = folder.path().join("million.db").display().to_string();
    Ok(rows("SQLite", &filled(&runtime()?, &file)?))
}

pub(crate) fn on_postgres() -> Result<Vec<Row>> {
    let server = Server::start(Durability::Full).map_err(|error| anyhow::anyhow!("{error}"))?;
    let address = server.database("million").map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(rows("PostgreSQL", &filled(&runtime()?, &address)?))
}

fn filled(runtime: &Runtime, database: &str) -> Result<Told> {
    let filling = Stopwatch::start();
    runtime.block_on(async {
        if is_postgres(database) {
            PostgresStore::upgrade(database, None).await?;
        }
        let store = open(database).await?;
        assembled::vault(&store).await?;
        fill::fill(store.as_ref(), MIGRATIONS, now()).await
    })?;
    if is_postgres(database) {
        settle(database)?;
    }
    progress(&format!("{MIGRATIONS} migrations are there after {:.0} s", filling.elapsed().as_secs_f64()));
    let arguments = [CHILD, database, &MIGRATIONS.to_string()];
    let child = Command::new(std::env::current_exe()?).args(arguments).output()?;
    let text = String::from_utf8_lossy(&child.stdout);
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [start_ms, wake_ms, page_ms, memory_mib, peak_mib] = *numbers.as_slice() else {
        bail!("the measured process failed: {}", String::from_utf8_lossy(&child.stderr));
    };
    Ok(Told { start_ms, wake_ms, page_ms, memory_mib, peak_mib })
}

/// Migrations wait for days: the server has long written back what was filled in, and knows how its tables are spread.
fn settle(database: &str) -> Result<()> {
    for statement in ["VACUUM (ANALYZE)", "CHECKPOINT"] {
        postgres_server::execute(database, statement).map_err(|error| anyhow::anyhow!("{error}"))?;
    }
    Ok(())
}

/// Measures once, in the process whose memory counts.
pub(crate) fn child(arguments: &[&str]) -> Result<()> {
    let [database, count] = arguments else { bail!("{CHILD} takes a database and a count") };
    let count = count.parse().context("a count of migrations")?;
    runtime()?.block_on(engine::child(database, count))
}

async fn open(database: &str) -> Result<Arc<dyn Store>> {
    Ok(if is_postgres(database) {
        Arc::new(PostgresStore::connect(database, None, DEFAULT_CONNECTIONS).await?)
    } else {
        Arc::new(SqliteStore::open(Path::new(database))?)
    })
}

fn is_postgres(database: &str) -> bool {
    database.starts_with("postgres://")
}

fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

fn rows(database: &str, told: &Told) -> Vec<Row> {
    let row = |what: &str, measured: String, at_least, met| Row {
        what: format!("1,000,000 waiting migrations on {database}: {what}"),
        measured,
        baseline: String::new(),
        at_least,
        met,
    };
    let Told { start_ms, wake_ms, page_ms, memory_mib, peak_mib } = told;
    vec![
        row(
            "memory of the worker",
            format!("{memory_mib:.0} MiB, {peak_mib:.0} at its peak"),
            "150 MB (aim 75)",
            *peak_mib <= 143.0,
        ),
        row("start-up to the first call", format!("{start_ms:.0} ms"), "2 s (aim 1)", *start_ms <= 2000.0),
        row("from a webhook's wake-up to the call", format!("p99 {wake_ms:.1} ms"), "50 ms (aim 25)", *wake_ms <= 50.0),
        row("a page of the list", format!("p99 {page_ms:.1} ms"), "100 ms (aim 50)", *page_ms <= 100.0),
    ]
}
