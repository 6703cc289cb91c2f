//! `unmoor preflight`: the read-only checks of those who are selected, and of nobody else.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use unmoor_engine::inbox::{Posted, post_to_all};
use unmoor_engine::{Engine, NobodyWatches, step, worker};
use unmoor_migration::reading::Answer;
use unmoor_migration::retry::after;
use unmoor_migration::templates::ForecastTotals;
use unmoor_migration::{Blocker, BlockerCode, Command, Migration, MigrationId, Phase, Turn};

use super::operator::user;
use super::run::seal_tokens;
use crate::args::{GlobalArgs, PreflightArgs};
use crate::compose::{self, keep_following};
use crate::config::Config;
use crate::exit::Exit;
use crate::output::Output;
use crate::selector::{self, page_through};
use crate::text::{self, counted, or_dash};

/// When a migration that somebody else has is asked for again, on the engine's clock.
const AGAIN: SignedDuration = SignedDuration::from_secs(1);

pub(crate) async fn run(args: &PreflightArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let workshop = compose::workshop(&config, Arc::new(NobodyWatches)).await?;
    keep_following(&workshop.clock, &workshop.connection);
    seal_tokens(&config, &workshop, output).await?;
    let engine = &workshop.engine;
    let store = engine.store.as_ref();
    let selection = selector::to_change(&args.selector, store).await?;
    let mut left_out = 0_u64;
    let ids = page_through(store, &selection.filter, |stored| {
        let may = *stored.migration.phase() <= Phase::Ready;
        left_out += u64::from(!may);
        may.then(|| stored.migration.id().clone())
    })
    .await?;
    let by = user();
    post_to_all(store, &ids, &Posted::Command(Command::Preflight), &by, engine.clock.now()).await?;
    output.note(format_args!("checking {}, reading only", counted(ids.len() as u64, "customer")));
    check_all(engine, &ids).await?;
    let somebody_is_needed = show(engine, &ids, args.json, output).await?;
    if left_out > 0 {
        output.note(format_args!("{}: the checks are behind them", counted(left_out, "customer")));
    }
    Ok(if somebody_is_needed { Exit::Waiting } else { Exit::Done })
}

/// Takes each of `ids` as far as its checks go. Others are not touched, whatever is due for them.
async fn check_all(engine: &Arc<Engine>, ids: &[MigrationId]) -> anyhow::Result<()> {
    let places = Arc::new(Semaphore::new(engine.settings.max_in_flight));
    let mut under_way = JoinSet::new();
    for id in ids {
        let place = Arc::clone(&places).acquire_owned().await?;
        let (engine, id) = (Arc::clone(engine), id.clone());
        under_way.spawn(async move {
            let checked = check(&engine, &id).await;
            drop(place);
            checked
        });
        while let Some(ended) = under_way.try_join_next() {
            ended??;
        }
    }
    while let Some(ended) = under_way.join_next().await {
        ended??;
    }
    Ok(())
}

async fn check(engine: &Arc<Engine>, id: &MigrationId) -> anyhow::Result<()> {
    loop {
        if let Some(claim) = engine.store.claim(id, &engine.settings.owner, engine.settings.lease).await? {
            // A preflight reads only, also where somebody has started the migration meanwhile.
            step::run(engine, claim, &|| false).await.map_err(|failed| failed.error)?;
        }
        let Some(stored) = engine.store.load(id).await? else { return Ok(()) };
        let m = stored.migration;
        if stored.inputs_waiting == 0 && worker::AtRest::WhenChecked.holds(&m) {
            return Ok(());
        }
        let soon = after(engine.clock.now(), AGAIN);
        engine.clock.sleep_until(m.wake_at().map_or(soon, |wake| wake.max(soon)), id.as_str()).await;
    }
}

/// Whether somebody has to do something before the start.
async fn show(engine: &Engine, ids: &[MigrationId], json: bool, output: &Output) -> anyhow::Result<bool> {
    let mut table = text::table(["Customer", "Numbers", "Two-step", "Templates", "In the way"]);
    let (mut ready, mut waiting) = (0_u64, 0_u64);
    if json {
        output.json_version()?;
    }
    for id in ids {
        let Some(stored) = engine.store.load(id).await? else { continue };
        let m = stored.migration;
        let obstacles = obstacles(&m);
        if obstacles.is_empty() {
            ready += 1;
        } else {
            waiting += 1;
        }
        let forecast = m.template_forecast(engine.policy.template_limit).map(|forecast| forecast.totals());
        if json {
            output.json(&json!({
                "type": "customer",
                "customer": m.customer().reference,
                "source_waba_id": id,
                "phase": m.phase_name(),
                "numbers": m.numbers().count(),
                "movable": movable(&m),
                "two_step": two_step(&m),
                "templates": forecast,
                "blockers": obstacles,
            }))?;
        } else {
            table.add_row([
                m.customer().reference.clone(),
                format!("{} of {}", movable(&m), m.numbers().count()),
                two_step(&m).to_owned(),
                or_dash(forecast.as_ref().map(outlook)),
                obstacles.iter().map(|blocker| sentence(blocker)).collect::<Vec<_>>().join("\n"),
            ]);
        }
    }
    if json {
        output.json(&json!({ "type": "summary", "checked": ready + waiting, "ready": ready, "waiting": waiting }))?;
    } else {
        output.line(table.trim_fmt())?;
        output.line(format_args!("{} ready to start, {waiting} waiting for somebody", counted(ready, "customer")))?;
    }
    Ok(waiting > 0)
}

/// `41 of 60 come, 16 lost`: what will become of the templates.
fn outlook(totals: &ForecastTotals) -> String {
    let coming = totals.source.saturating_sub(totals.not_duplicated).saturating_sub(totals.no_room);
    let words = format!("{coming} of {} come", totals.source);
    if totals.lost > 0 { format!("{words}, {} lost", totals.lost) } else { words }
}

/// What stands in the way of a start, besides the start itself and what passes with time.
fn obstacles(m: &Migration) -> Vec<&Blocker> {
    let counts = |blocker: &&Blocker| blocker.code != BlockerCode::NotReleased && blocker.turn != Turn::Time;
    m.blockers().iter().filter(counts).collect()
}

fn sentence(blocker: &Blocker) -> String {
    let number = blocker.number.as_ref().map(|number| format!("{number}: ")).unwrap_or_default();
    format!("{number}{} ({})", blocker.code.row().sentence.trim_end_matches('.'), text::spaced(blocker.turn.name()))
}

fn movable(m: &Migration) -> usize {
    m.numbers().filter(|number| number.reason_to_skip().is_none()).count()
}

/// `off` when every number that would move shows it; the worst answer otherwise.
fn two_step(m: &Migration) -> &'static str {
    let answers = m
        .numbers()
        .filter(|number| number.reason_to_skip().is_none())
        .map(|number| Answer::from_option(number.source.value.pin_enabled.map(|on| !on)));
    let mut worst = "–";
    for answer in answers {
        match answer {
            Answer::No => return "on",
            Answer::Unreadable => worst = "not shown",
            Answer::Yes if worst == "–" => worst = "off",
            Answer::Yes => {}
        }
    }
    worst
}
