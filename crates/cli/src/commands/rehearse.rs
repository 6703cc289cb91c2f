//! `unmoor rehearse`: a whole fleet against the simulator, on virtual time, without a Meta account.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::rehearsal::{Outcome, Plan, Rehearsal};
use crate::report::{JsonLines, Progress, Row, Stopwatch, Summary, Tally, rows, table};
use anyhow::Context;
use serde_json::Value;
use unmoor_engine::Observer;
use unmoor_migration::{Customer, Policy};
use unmoor_simulator::load::{self, Setup};
use unmoor_simulator::{Fault, Knobs};

use crate::args::{FailOn, KnobArg, RehearseArgs};
use crate::customer_file;
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::text::counted;

/// The ending that a scenario has beside its customer file.
const SCENARIO_ENDING: &str = "scenario.toml";

/// Rehearses, and shows what became of everybody.
pub(crate) async fn run(args: RehearseArgs, output: &Output) -> anyhow::Result<Exit> {
    let stopwatch = Stopwatch::start();
    let (customers, has_bad_rows) = customers(&args, output)?;
    let setup = setup(&args)?;
    let total = u64::try_from(customers.len()).unwrap_or(u64::MAX);
    if args.json {
        output.json_version()?;
    } else {
        output.note(format_args!(
            "rehearsing {total} {} from {} on, for {} days of virtual time at most …",
            if total == 1 { "customer" } else { "customers" },
            setup.start,
            args.horizon.as_hours() / 24
        ));
    }
    let progress = Arc::new(Progress::of(total, false));
    let observer: Arc<dyn Observer> =
        if args.json { Arc::new(JsonLines) } else { Arc::clone(&progress) as Arc<dyn Observer> };
    let plan = Plan {
        customers,
        setup,
        seed: args.seed,
        horizon: args.horizon,
        policy: Policy::default(),
        keep: args.keep.as_deref().map(kept_database).transpose()?,
    };
    let rehearsal = Rehearsal::prepare(plan, observer).await?;
    let outcome = rehearsal.run().await?;
    progress.finish();
    if let Some(folder) = &args.keep {
        keep_ledger(folder, &rehearsal)?;
    }
    let summary = summarise(&outcome, &stopwatch);
    show(&args, output, &rows(&outcome.migrations), &summary, &outcome.broken_rules)?;
    if !outcome.broken_rules.is_empty() {
        return Err(Trouble::unexpected("the rehearsal broke rules: this is a defect of Unmoor").into());
    }
    Ok(if has_bad_rows { Exit::BadInput } else { verdict(&args.fail_on, &summary) })
}

fn show(
    args: &RehearseArgs,
    output: &Output,
    rows: &[Row],
    summary: &Summary,
    broken_rules: &[String],
) -> anyhow::Result<()> {
    if args.json {
        for row in rows {
            output.json(row)?;
        }
        output.json(summary)?;
    } else {
        output.line(table(rows))?;
        output.line("")?;
        output.line(summary)?;
        output.note(format_args!(
            "\n{} of virtual time took {:.1} s",
            counted(u64::try_from(summary.virtual_s / 86_400).unwrap_or_default(), "day"),
            f64::from(u32::try_from(summary.wall_ms).unwrap_or(u32::MAX)) / 1000.0
        ));
    }
    for broken in broken_rules {
        output.error(broken);
    }
    Ok(())
}

fn summarise(outcome: &Outcome, stopwatch: &Stopwatch) -> Summary {
    let mut tally = Tally::default();
    for migration in &outcome.migrations {
        tally.add(migration);
    }
    tally.summary(outcome.graph_calls, outcome.elapsed.as_secs(), stopwatch.elapsed_ms())
}

/// 0, whatever became of the customers, unless the caller wants a gate.
fn verdict(fail_on: &[FailOn], summary: &Summary) -> Exit {
    let fails = |what, count: u64| fail_on.contains(&what) && count > 0;
    if fails(FailOn::Stopped, summary.stopped) || fails(FailOn::Exceptions, summary.completed_with_exceptions) {
        Exit::Failed
    } else if fails(FailOn::Waiting, summary.waiting) {
        Exit::Waiting
    } else {
        Exit::Done
    }
}

/// The customers, and whether rows of the file were left out.
fn customers(args: &RehearseArgs, output: &Output) -> anyhow::Result<(Vec<Customer>, bool)> {
    let found = match &args.file {
        Some(path) => customer_file::read_whole(path)?,
        None => customer_file::read_text("the generated customers", &generated(args).customers)?,
    };
    for warning in &found.warnings {
        output.warn(warning);
    }
    for bad in &found.bad_rows {
        output.warn(bad);
    }
    if found.customers.is_empty() {
        return Err(Trouble::bad_input("the customer file has no usable row").into());
    }
    Ok((found.customers, !found.bad_rows.is_empty()))
}

fn generated(args: &RehearseArgs) -> load::Generated {
    load::generate(args.generate.and_then(|count| usize::try_from(count).ok()).unwrap_or_default(), args.seed)
}

/// The vendor's side: customer file and scenario, then knobs and faults of the command line.
fn setup(args: &RehearseArgs) -> anyhow::Result<Setup> {
    let (customers, scenario) = match &args.file {
        Some(path) => (read_lossy(path)?, scenario_of(path, args.scenario.as_deref())?),
        None => {
            let generated = generated(args);
            let scenario = match &args.scenario {
                Some(path) => read(path)?,
                None => generated.scenario,
            };
            (generated.customers, scenario)
        }
    };
    let mut setup =
        load::load(&customers, &scenario, args.seed).map_err(|error| Trouble::bad_input(error.to_string()))?;
    setup.knobs = with_knobs(&setup.knobs, &args.knobs)?;
    if let Some(path) = &args.faults {
        setup.faults.extend(faults(path)?);
    }
    Ok(setup)
}

/// The scenario that was given, or else the one beside the customer file, or else none.
pub(super) fn scenario_of(customers: &Path, given: Option<&Path>) -> anyhow::Result<String> {
    match given {
        Some(path) => read(path),
        None => {
            let beside = customers.with_extension(SCENARIO_ENDING);
            if beside.is_file() { read(&beside) } else { Ok(String::new()) }
        }
    }
}

pub(super) fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Trouble::bad_input(format!("cannot read {}: {error}", path.display())).into())
}

/// The customer file as the simulator reads it; the import has told about bytes that are no UTF-8.
pub(super) fn read_lossy(path: &Path) -> anyhow::Result<String> {
    let bytes =
        std::fs::read(path).map_err(|error| Trouble::bad_input(format!("cannot read {}: {error}", path.display())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `--knob NAME=VALUE`: the value is JSON where it reads as such, else text.
fn with_knobs(knobs: &Knobs, wanted: &[KnobArg]) -> anyhow::Result<Knobs> {
    let mut values = serde_json::to_value(knobs).context("the knobs cannot be read")?;
    for KnobArg { name, value } in wanted {
        let Some(known) = values.get_mut(name) else {
            return Err(Trouble::bad_input(format!("there is no knob {name:?}"))
                .hint("spec/observations.md lists every knob with its alternatives")
                .into());
        };
        *known = match known {
            Value::String(_) => Value::String(value.clone()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.clone()))
            }
        };
        if let Err(error) = serde_json::from_value::<Knobs>(values.clone()) {
            return Err(Trouble::bad_input(format!("knob {name}: {value:?} is no value for it: {error}")).into());
        }
    }
    let knobs: Knobs = serde_json::from_value(values).context("the knobs cannot be read")?;
    knobs.validate().map_err(|error| Trouble::bad_input(error.to_string()))?;
    Ok(knobs)
}

/// `--faults FILE`: one fault or a list, as the control surface takes them.
fn faults(path: &Path) -> anyhow::Result<Vec<Fault>> {
    let bad = |error: serde_json::Error| Trouble::bad_input(format!("{}: {error}", path.display()));
    let value: Value = serde_json::from_str(&read(path)?).map_err(bad)?;
    let list = if value.is_array() { value } else { Value::Array(vec![value]) };
    let faults: Vec<Fault> = serde_json::from_value(list).map_err(bad)?;
    for fault in &faults {
        fault.validate().map_err(|error| Trouble::bad_input(format!("{}: {error}", path.display())))?;
    }
    Ok(faults)
}

fn kept_database(folder: &Path) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Trouble::bad_input(format!("cannot make {}: {error}", folder.display())))?;
    let path = folder.join("rehearsal.db");
    if path.exists() {
        return Err(Trouble::bad_input(format!("{} is there already", path.display()))
            .hint("give another folder, or remove it first")
            .into());
    }
    Ok(path)
}

/// The simulator's ledger and requests, a JSON line each.
fn keep_ledger(folder: &Path, rehearsal: &Rehearsal) -> anyhow::Result<()> {
    let lines = |entries: Vec<Value>| entries.iter().map(|entry| format!("{entry}\n")).collect::<String>();
    let ledger = rehearsal.simulator.ledger(0).iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
    let requests = rehearsal.simulator.requests(0).iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
    for (name, text) in [("ledger.jsonl", lines(ledger)), ("requests.jsonl", lines(requests))] {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
