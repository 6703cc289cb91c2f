//! `unmoor snapshot`: real accounts into a world that can be rehearsed.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use unmoor_engine::copy::{self, AccountCopy, CopyError};
use unmoor_engine::{Engine, NobodyWatches};
use unmoor_migration::{Phase, WabaId};
use unmoor_simulator::World;

use super::run::seal_tokens;
use crate::args::{GlobalArgs, SnapshotArgs};
use crate::compose::{self, Workshop, keep_following};
use crate::config::Config;
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::private_file;
use crate::selector::{self, page_through};
use crate::snapshot::{Origin, Part, Reading, world};
use crate::text::counted;

/// So many accounts are read at once: the calls of one follow each other, and most of their time is the network's.
const AT_ONCE: usize = 16;

/// How often it is told how far it is where there is no terminal: each tenth of all accounts.
const TOLD: usize = 10;

/// Who is read.
struct Chosen {
    customer: String,
    waba: WabaId,
}

pub(crate) async fn run(args: &SnapshotArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let workshop = compose::workshop(&config, Arc::new(NobodyWatches)).await?;
    keep_following(&workshop.clock, &workshop.connection);
    seal_tokens(&config, &workshop, output).await?;
    let (chosen, left_out) = chosen(args, &workshop.engine).await?;
    let now = workshop.engine.clock.now();
    let app = workshop.engine.graph.app.id.to_string();
    let origin = Origin { origin: workshop.connection.origin.clone(), app: app.clone(), format: 1 };
    let mut part = Part::open(&args.out, &origin, args.restart, now)?;
    if args.json {
        output.json_version()?;
    }
    let not_read = read(&chosen, &mut part, &workshop, args, output).await?;
    let mut accounts = Vec::new();
    for one in &chosen {
        let Some(copy) = part.read.get(one.waba.as_str()) else { continue };
        if args.json {
            output.json(&line(one, copy))?;
        }
        accounts.push((one.customer.clone(), copy.clone()));
    }
    if left_out > 0 {
        output.note(format_args!("{} have accepted already and are left out", counted(left_out, "customer")));
    }
    if accounts.is_empty() {
        output.error("no account could be read: nothing is written");
        return Ok(Exit::Failed);
    }
    let reading = Reading { app, now, accounts, not_read, seed: args.seed };
    let world = world(&reading)?;
    private_file::replace(&args.out, text(&world)?.as_bytes())?;
    tell(args, output, &reading, &world, workshop.engine.graph.calls_made())?;
    if reading.not_read.is_empty() {
        part.remove()?;
        return Ok(Exit::Done);
    }
    Ok(Exit::Failed)
}

/// The customers that are selected and can still be asked, and how many cannot.
async fn chosen(args: &SnapshotArgs, engine: &Engine) -> anyhow::Result<(Vec<Chosen>, u64)> {
    let store = engine.store.as_ref();
    let selection = selector::to_show(&args.selector, store).await?;
    let mut left_out = 0_u64;
    let chosen = page_through(store, &selection.filter, |stored| {
        let m = stored.migration;
        let can_be_asked = *m.phase() <= Phase::AwaitingAcceptance && m.accepted_at().is_none();
        left_out += u64::from(!can_be_asked && !m.is_final());
        let reference = m.customer().reference.clone();
        can_be_asked.then(|| Chosen { customer: reference, waba: m.id().source().clone() })
    })
    .await?;
    if chosen.is_empty() {
        return Err(Trouble::bad_input("there is no customer to read")
            .hint("`unmoor import` takes customers in; whoever has accepted already is not read")
            .into());
    }
    Ok((chosen, left_out))
}

/// Reads whoever is not in the part yet, and gives those who could not be read.
async fn read(
    chosen: &[Chosen],
    part: &mut Part,
    workshop: &Workshop,
    args: &SnapshotArgs,
    output: &Output,
) -> anyhow::Result<Vec<(String, String)>> {
    let waiting: Vec<&Chosen> = chosen.iter().filter(|one| !part.read.contains_key(one.waba.as_str())).collect();
    let left = waiting.len();
    let mut waiting = waiting.into_iter();
    let before = chosen.len() - left;
    let known = if before > 0 { format!("; {before} were read before") } else { String::new() };
    output.note(format_args!("reading {}, changing nothing{known}", counted(left as u64, "account")));
    let progress = Progress::of(left, args.json || output.quiet);
    let mut under_way: JoinSet<(String, WabaId, Result<AccountCopy, CopyError>)> = JoinSet::new();
    let mut not_read = Vec::new();
    loop {
        while under_way.len() < AT_ONCE {
            let Some(next) = waiting.next() else { break };
            let (engine, customer, waba) = (Arc::clone(&workshop.engine), next.customer.clone(), next.waba.clone());
            under_way.spawn(async move {
                let copied = copy::account(&engine, &waba).await;
                (customer, waba, copied)
            });
        }
        let Some(ended) = under_way.join_next().await else { break };
        let (customer, waba, copied) = ended?;
        match copied {
            Ok(copy) => part.keep(waba.as_str(), copy)?,
            Err(error @ (CopyError::Store(_) | CopyError::Vault(_))) => return Err(error.into()),
            Err(error) => {
                let why = error.to_string();
                output.warn(format_args!("{customer} was not read: {why}"));
                not_read.push((customer, why));
            }
        }
        progress.one_more(output);
    }
    progress.finish();
    copy::finish(&workshop.engine).await?;
    not_read.sort();
    Ok(not_read)
}

fn line(one: &Chosen, copy: &AccountCopy) -> Value {
    json!({
        "type": "account", "customer": one.customer, "source_waba_id": one.waba, "read_at": copy.read_at,
        "numbers": copy.numbers.len(), "templates": copy.templates.len(), "flows": copy.flows.len(),
        "not_shown": copy.not_shown,
    })
}

fn tell(args: &SnapshotArgs, output: &Output, reading: &Reading, world: &World, calls: u64) -> anyhow::Result<()> {
    let numbers: usize = world.wabas.values().map(|waba| waba.numbers.len()).sum();
    let templates: usize = world.wabas.values().map(|waba| waba.templates.len()).sum();
    if args.json {
        for (customer, why) in &reading.not_read {
            output.json(&json!({ "type": "not_read", "customer": customer, "why": why }))?;
        }
        output.json(&json!({
            "type": "summary", "out": args.out, "accounts": reading.accounts.len(), "not_read": reading.not_read.len(),
            "numbers": numbers, "templates": templates, "graph_calls": calls, "notes": world.notes,
        }))?;
        return Ok(());
    }
    let counts = [
        counted(reading.accounts.len() as u64, "account"),
        counted(numbers as u64, "number"),
        counted(templates as u64, "template"),
    ];
    output.line(format_args!("{}: {}; {}", args.out.display(), counts.join(", "), counted(calls, "call")))?;
    output.note("\nWhat nobody can read, as it stands in the file's notes:");
    for note in &world.notes {
        output.note(format_args!("  {note}"));
    }
    output.note(match reading.not_read.len() {
        0 => format!("\nNext: unmoor rehearse --world {}", args.out.display()),
        missing => format!("\n{missing} were not read: the same command tries them again, and keeps what it has."),
    });
    Ok(())
}

/// The world as JSON, a member to a line and its notes to be read by people at the top.
fn text(world: &World) -> anyhow::Result<String> {
    let Value::Object(members) = serde_json::to_value(world).context("the world has no form in JSON")? else {
        anyhow::bail!("the world is no object in JSON");
    };
    let mut lines = Vec::new();
    for (name, value) in members {
        let shown =
            if name == "notes" { serde_json::to_string_pretty(&value)? } else { serde_json::to_string(&value)? };
        lines.push(format!("{}: {shown}", Value::String(name)));
    }
    Ok(format!("{{\n{}\n}}\n", lines.join(",\n")))
}

/// A bar on a terminal, a line now and then elsewhere.
struct Progress {
    bar: Option<ProgressBar>,
    done: std::cell::Cell<usize>,
    total: usize,
    is_silent: bool,
}

impl Progress {
    fn of(total: usize, is_silent: bool) -> Self {
        let bar = (!is_silent && stderr().is_terminal()).then(|| {
            let style = ProgressStyle::with_template("{bar:32} {pos}/{len} accounts  {eta} left")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(total as u64).with_style(style)
        });
        Self { bar, done: std::cell::Cell::new(0), total, is_silent }
    }

    fn one_more(&self, output: &Output) {
        self.done.set(self.done.get() + 1);
        let (done, step) = (self.done.get(), (self.total / TOLD).max(1));
        match &self.bar {
            Some(bar) => bar.inc(1),
            None if !self.is_silent && done % step == 0 => {
                output.note(format_args!("{done} of {} read", self.total));
            }
            None => {}
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
