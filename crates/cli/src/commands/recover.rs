//! `unmoor recover`: what is true at Meta by now, read before anything is written there.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::task::JoinSet;
use unmoor_engine::{Engine, NobodyWatches, fleet, step};
use unmoor_migration::retry::after;
use unmoor_migration::{Migration, MigrationId};
use unmoor_store::Filter;

use crate::args::{GlobalArgs, RecoverArgs};
use crate::compose::{self, keep_following};
use crate::config::Config;
use crate::exit::Exit;
use crate::output::Output;
use crate::selector::page_through;
use crate::text::{counted, spaced};

/// How long a customer that cannot be read is tried, on the engine's clock; its own waits are shorter at first.
const PATIENCE: SignedDuration = SignedDuration::from_mins(3);
const PAUSE: SignedDuration = SignedDuration::from_secs(5);

pub(crate) async fn run(args: &RecoverArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let workshop = compose::workshop_to_recover(&config, Arc::new(NobodyWatches)).await?;
    keep_following(&workshop.clock, &workshop.connection);
    let engine = &workshop.engine;
    let store = engine.store.as_ref();
    let since = fleet::begin_recovery(store, engine.clock.now()).await?;
    let open = Filter { open_only: true, ..Filter::default() };
    let ids = page_through(store, &open, |stored| Some(stored.migration.id().clone())).await?;
    if args.json {
        output.json_version()?;
    } else {
        output.note(format_args!(
            "reading {} at Meta, and writing nothing there",
            counted(ids.len() as u64, "open migration")
        ));
    }
    let report = Report { args, output, bar: bar(ids.len() as u64, output) };
    let counts = read_all(engine, ids, since, &report).await?;
    report.bar.finish_and_clear();
    fleet::end_recovery(store, since, engine.clock.now()).await?;
    report.end(&counts)?;
    Ok(if counts.unread > 0 { Exit::Waiting } else { Exit::Done })
}

#[derive(Debug, Default)]
struct Counts {
    read: u64,
    changed: u64,
    unread: u64,
}

async fn read_all(
    engine: &Arc<Engine>,
    ids: Vec<MigrationId>,
    since: Timestamp,
    report: &Report<'_>,
) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    let mut under_way = JoinSet::new();
    for id in ids {
        if under_way.len() >= engine.settings.max_in_flight
            && let Some(ended) = under_way.join_next().await
        {
            report.one(&mut counts, ended??, since)?;
        }
        let engine = Arc::clone(engine);
        under_way.spawn(async move { read_one(&engine, &id, since).await });
    }
    while let Some(ended) = under_way.join_next().await {
        report.one(&mut counts, ended??, since)?;
    }
    Ok(counts)
}

/// The migration as it was, and as it is.
async fn read_one(
    engine: &Engine,
    id: &MigrationId,
    since: Timestamp,
) -> anyhow::Result<Option<(Migration, Migration)>> {
    let Some(before) = engine.store.load(id).await? else { return Ok(None) };
    let before = before.migration;
    let give_up_at = after(engine.clock.now(), PATIENCE);
    loop {
        if let Some(claim) = engine.store.claim(id, &engine.settings.owner, engine.settings.lease).await? {
            step::run(engine, claim, &|| false).await.map_err(|failed| failed.error)?;
        }
        let Some(now) = engine.store.load(id).await? else { return Ok(None) };
        let is_over = now.migration.is_final() || now.migration.is_recovered_since(since);
        let at = engine.clock.now();
        if is_over || at >= give_up_at {
            return Ok(Some((before, now.migration)));
        }
        let wake_at = now.migration.wake_at().unwrap_or(give_up_at);
        engine.clock.sleep_until(wake_at.max(after(at, PAUSE)).min(give_up_at), "recover").await;
    }
}

fn bar(total: u64, output: &Output) -> ProgressBar {
    if output.quiet || !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{bar:32} {pos}/{len} read").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style)
}

struct Report<'a> {
    args: &'a RecoverArgs,
    output: &'a Output,
    bar: ProgressBar,
}

impl Report<'_> {
    fn one(&self, counts: &mut Counts, ended: Option<(Migration, Migration)>, since: Timestamp) -> anyhow::Result<()> {
        self.bar.inc(1);
        let Some((before, now)) = ended else { return Ok(()) };
        let is_read = now.is_final() || now.is_recovered_since(since);
        counts.read += u64::from(is_read);
        counts.unread += u64::from(!is_read);
        let changes = changes(&before, &now);
        counts.changed += u64::from(!changes.is_empty());
        let waits_for = if is_read { None } else { now.blocker_codes().first().copied() };
        if changes.is_empty() && waits_for.is_none() {
            return Ok(());
        }
        self.bar.suspend(|| {
            if self.args.json {
                return self.output.json(&json!({
                    "type": "recovered",
                    "customer": now.customer().reference,
                    "source_waba_id": now.id(),
                    "read": is_read,
                    "waits_for": waits_for,
                    "changes": changes,
                }));
            }
            let what = match waits_for {
                Some(code) => format!("could not be read: {code}; nothing else is done for it until then"),
                None => changes.join(", "),
            };
            self.output.line(format_args!("{} ({}): {what}", now.customer().reference, now.id()))
        })?;
        Ok(())
    }

    fn end(&self, counts: &Counts) -> anyhow::Result<()> {
        let Counts { read, changed, unread } = counts;
        if self.args.json {
            self.output.json(&json!({ "type": "summary", "read": read, "changed": changed, "unread": unread }))?;
            return Ok(());
        }
        self.output
            .line(format_args!("{read} read, {changed} found further than the database knew, {unread} not read"))?;
        self.output.note("`unmoor run` goes on from here.");
        Ok(())
    }
}

/// What is known now and was not.
fn changes(before: &Migration, now: &Migration) -> Vec<String> {
    let mut changes = Vec::new();
    if before.phase() != now.phase() {
        changes.push(format!("{} -> {}", spaced(before.phase_name()), spaced(now.phase_name())));
    }
    for number in now.numbers() {
        let known = before.numbers().find(|known| known.number == number.number);
        let state = known.map(unmoor_migration::Number::state_name);
        if state != Some(number.state_name()) && number.has_begun() {
            changes.push(format!("{} {} -> {}", number.number, state.unwrap_or("unknown"), number.state_name()));
        }
    }
    changes
}
