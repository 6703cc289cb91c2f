//! `unmoor run` and `unmoor worker`: the engine, until everything is over or it is asked to stop.

use std::sync::Arc;

use jiff::Timestamp;
use unmoor_engine::clock::{Clock, SystemClock};
use unmoor_engine::worker::{self, Ended, Stop};
use unmoor_engine::{Engine, NobodyWatches, Observer};
use unmoor_store::{Filter, Store};

use crate::args::{GlobalArgs, RunArgs, Until, WorkerArgs};
use crate::compose::{self, Workshop, keep_following};
use crate::config::Config;
use crate::exit::Exit;
use crate::output::Output;
use crate::report::{self, JsonLines, Progress, Row, Summary, Tally};
use crate::tokens_file;

const PAGE: u32 = 500;

/// Of more migrations only the summary is shown at the end.
const MOST_SHOWN: u64 = 200;

pub(crate) async fn run(args: &RunArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let at_rest = match args.until {
        Until::Final => worker::AtRest::OnlyWhenFinal,
        Until::Waiting => worker::AtRest::WhenWaiting,
    };
    work(&Config::load(global)?, at_rest, args.json, output).await
}

/// The same, one of as many as wanted, until it is asked to stop.
pub(crate) async fn worker(args: &WorkerArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    work(&Config::load(global)?, worker::AtRest::Never, args.json, output).await
}

async fn work(config: &Config, at_rest: worker::AtRest, json: bool, output: &Output) -> anyhow::Result<Exit> {
    let began = SystemClock.now();
    let progress = progress(config, json, output).await?;
    let observer: Arc<dyn Observer> = match (&progress, json) {
        (_, true) => Arc::new(JsonLines),
        (Some(progress), false) => Arc::clone(progress) as Arc<dyn Observer>,
        (None, false) => Arc::new(NobodyWatches),
    };
    let workshop = compose::workshop(config, observer).await?;
    keep_following(&workshop.clock, &workshop.connection);
    seal_tokens(config, &workshop, output).await?;
    if json {
        output.json_version()?;
    }
    let engine = &workshop.engine;
    let engine_began = engine.clock.now();
    let stop = Stop::new();
    listen_for_signals(stop.clone(), output.clone())?;
    listen_for_work(stop.clone(), Arc::clone(&engine.store));
    if at_rest == worker::AtRest::Never {
        output.note(format_args!("at work on {} as {}", config.database, engine.settings.owner));
    }
    let ended = worker::run(Arc::clone(engine), stop, at_rest).await?;
    if let Some(progress) = &progress {
        progress.finish();
    }
    let summary = summarise(engine, engine_began, began, json, output).await?;
    Ok(exit_of(ended, &summary, output))
}

/// What a run ends with: 4 while anybody waits; 3 when all are over and a migration was stopped.
fn exit_of(ended: Ended, summary: &Summary, output: &Output) -> Exit {
    match ended {
        Ended::Stopped => {
            output.note(format_args!("stopped as asked; {} not over, `unmoor run` goes on", summary.waiting));
            Exit::Done
        }
        Ended::AtRest if summary.waiting > 0 => Exit::Waiting,
        Ended::AtRest if summary.stopped > 0 => Exit::Failed,
        Ended::AtRest => Exit::Done,
    }
}

async fn progress(config: &Config, json: bool, output: &Output) -> anyhow::Result<Option<Arc<Progress>>> {
    if json || output.quiet {
        return Ok(None);
    }
    let total = compose::open_existing(config).await?.count_by_phase().await?.values().sum();
    Ok(Some(Arc::new(Progress::of(total, true))))
}

/// New or changed business tokens of `UNMOOR_TOKENS` go into the vault before the work begins.
pub(super) async fn seal_tokens(config: &Config, workshop: &Workshop, output: &Output) -> anyhow::Result<()> {
    let Some(path) = &config.tokens else { return Ok(()) };
    let engine = &workshop.engine;
    let tokens = tokens_file::read(path, output)?;
    let bad_rows = tokens.bad_rows.clone();
    let sealed = tokens.seal(&engine.store, &engine.vault, engine.clock.now()).await?;
    tokens_file::tell(sealed, &bad_rows, output);
    Ok(())
}

/// The first signal asks the worker to stop. Ctrl-C after that ends the process, as a crash would: what was open is found
/// out by the next run. SIGTERM does not, since supervisors like to send it twice.
fn listen_for_signals(stop: Stop, output: Output) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    drop(tokio::spawn(async move {
        signals.next().await;
        output.note("finishing what has begun; once more to end at once");
        stop.ask();
        signals.interrupted().await;
        output.warn("ended at once; the next run finds out what became of open calls");
        std::process::exit(i32::from(Exit::Unexpected.code()));
    }));
    Ok(())
}

/// Lets the worker look at once when another process has made work.
fn listen_for_work(stop: Stop, store: Arc<dyn Store>) {
    drop(tokio::spawn(async move {
        loop {
            store.woken().await;
            stop.look();
        }
    }));
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    async fn interrupted(&mut self) {
        self.interrupt.recv().await;
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Where there is no way to hear of it, nobody is told.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    async fn interrupted(&mut self) {
        self.next().await;
    }
}

async fn summarise(
    engine: &Engine,
    engine_began: Timestamp,
    began: Timestamp,
    json: bool,
    output: &Output,
) -> anyhow::Result<Summary> {
    let mut tally = Tally::default();
    let mut rows = Vec::new();
    let mut count = 0;
    let mut cursor = None;
    loop {
        let page = engine.store.list(&Filter::default(), cursor.as_ref(), PAGE).await?;
        for stored in &page.rows {
            tally.add(&stored.migration);
            count += 1;
            if json {
                output.json(&Row::of(&stored.migration))?;
            } else if count <= MOST_SHOWN {
                rows.push(Row::of(&stored.migration));
            }
        }
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    let virtual_s = engine.clock.now().duration_since(engine_began).as_secs();
    let wall_ms = u64::try_from(SystemClock.now().duration_since(began).as_millis()).unwrap_or_default();
    let summary = tally.summary(engine.graph.calls_made(), virtual_s, wall_ms);
    if json {
        output.json(&summary)?;
    } else {
        if count <= MOST_SHOWN {
            output.line(report::table(&rows))?;
        }
        output.line(&summary)?;
    }
    Ok(summary)
}
