//! The process that is measured: a worker on a full database, woken for one migration after the other.

use std::{
    collections::BTreeMap,
    io::Write as _,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use tokio::sync::oneshot;
use unmoor_engine::{
    App, NobodyWatches,
    inbox::{Posted, post},
    worker,
};
use unmoor_graph_api::{AppId, AppSecret, SystemToken, Transport, TransportError};
use unmoor_migration::{MigrationId, Policy, WabaId};
use unmoor_store::{Cursor, Filter, Store};

use super::fill;
use crate::{assembled, durable::vendor::now, machine::memory_mib, stopwatch::Stopwatch, table::percentile};

const WAKES: u64 = 300;
const PAGES: u64 = 300;
const ROWS_OF_A_PAGE: u32 = 50;
/// A wake-up that takes longer has got lost.
const LONGEST: Duration = Duration::from_secs(30);

/// Measures, and prints start-up (ms), wake-up (p99, ms), page (p99, ms), memory and its peak (MiB).
pub(super) async fn child(database: &str, count: u64) -> Result<()> {
    let start = Stopwatch::start();
    let store = super::open(database).await?;
    let heard = Arc::new(Heard::default());
    let wire: Arc<dyn Transport> = Arc::<Heard>::clone(&heard);
    let (vendor, observer) = ("http://127.0.0.1:1", Arc::new(NobodyWatches));
    let engine = assembled::engine(Arc::clone(&store), app()?, vendor, wire, observer, Policy::default()).await?;
    let stop = worker::Stop::new();
    let working = tokio::spawn(worker::run(engine, stop.clone(), worker::AtRest::Never));
    wake(store.as_ref(), &stop, &heard, 0).await?;
    let start_ms = start.elapsed().as_secs_f64() * 1000.0;
    let mut wakes_ms = Vec::new();
    for nth in spread(WAKES, count) {
        wakes_ms.push(wake(store.as_ref(), &stop, &heard, nth).await?);
    }
    let mut pages_ms = Vec::new();
    for nth in spread(PAGES, count) {
        let page = Stopwatch::start();
        let after = Cursor::from_text(&fill::waba(nth));
        let rows = store.list(&Filter::default(), Some(&after), ROWS_OF_A_PAGE).await?.rows;
        anyhow::ensure!(!rows.is_empty() || nth + 1 == count, "an empty page behind {nth}");
        pages_ms.push(page.elapsed().as_secs_f64() * 1000.0);
    }
    let (wake_ms, page_ms) = (percentile(&wakes_ms, 0.99), percentile(&pages_ms, 0.99));
    let memory = memory_mib().context("this system does not tell a process its memory")?;
    stop.ask();
    working.await.context("the worker broke down")??;
    writeln!(
        std::io::stdout(),
        "{start_ms} {} {} {} {}",
        wake_ms.unwrap_or_default(),
        page_ms.unwrap_or_default(),
        memory.now,
        memory.peak
    )?;
    Ok(())
}

/// So many of them, all over the place, none twice.
fn spread(of: u64, count: u64) -> impl Iterator<Item = u64> {
    // A stride that shares no divisor with a round count.
    (1..=of.min(count - 1)).map(move |nth| nth * 7_919 * 31 % count)
}

/// From the posting of a nudge to the call that follows from it, in milliseconds.
async fn wake(store: &dyn Store, stop: &worker::Stop, heard: &Heard, nth: u64) -> Result<f64> {
    let id = MigrationId::of(WabaId::new(&fill::waba(nth))?);
    let asked = heard.listen(&fill::intent(nth));
    let watch = Stopwatch::start();
    post(store, &id, &Posted::Nudge("webhook".to_owned()), "bench", now()).await?;
    // As whoever takes webhooks in the engine's own process does; others are heard of through the database.
    stop.look();
    match tokio::time::timeout(LONGEST, asked).await {
        Ok(_) => Ok(watch.elapsed().as_secs_f64() * 1000.0),
        Err(_) => bail!("the nudge of migration {id} led to no call in {} s", LONGEST.as_secs()),
    }
}

fn app() -> Result<App> {
    Ok(App {
        id: AppId::parse("1300000000000001")?,
        secret: AppSecret::new("0123456789abcdef0123456789abcdef".to_owned())?,
        system_token: SystemToken::new("EAAbench".to_owned())?,
        webhook_verify_token: None,
    })
}

/// A vendor whose customers have not answered yet.
#[derive(Default)]
struct Heard(Mutex<BTreeMap<String, oneshot::Sender<()>>>);

impl Heard {
    /// Told when the intent is read next.
    fn listen(&self, intent: &str) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(intent.to_owned(), sender);
        receiver
    }
}

#[async_trait]
impl Transport for Heard {
    async fn exchange(&self, request: Request<Bytes>, _: Duration) -> Result<Response<Bytes>, TransportError> {
        let intent = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        if let Some(waits) = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&intent) {
            // Whoever gave up waiting has told so.
            let _ = waits.send(());
        }
        let body = format!(r#"{{"id":"{intent}","status":"INITIATED"}}"#);
        Ok(Response::new(Bytes::from(body)))
    }
}
