//! `unmoor rehearse`: a whole fleet against the simulator, on virtual time, without a Meta account.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::rehearsal::{Keep, Outcome, Plan, Rehearsal};
use crate::report::{JsonLines, Progress, Row, Stopwatch, Summary, Tally, rows, table};
use anyhow::Context;
use serde_json::Value;
use unmoor_engine::Observer;
use unmoor_migration::{Customer, Policy, PortfolioId, TemplateGate, WabaId};
use unmoor_simulator::World;
use unmoor_simulator::load::ready_made::ReadyMade;

use super::ready_made::{self, Line, Which};
use crate::args::{FailOn, RehearseArgs};
use crate::customer_file;
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::text::counted;
use crate::vendor_side::{Read, VendorSide};

/// Rehearses, and shows what became of everybody.
pub(crate) async fn run(args: RehearseArgs, output: &Output) -> anyhow::Result<Exit> {
    if args.list_scenarios {
        return ready_made::list(Which::Scenarios, args.json, output);
    }
    if args.list_faults {
        return ready_made::list(Which::Faults, args.json, output);
    }
    let stopwatch = Stopwatch::start();
    let side = vendor_side(&args);
    let from_files = match (&args.file, &args.world) {
        (None, Some(_)) => None,
        _ => Some(customers(&args, &side, output)?),
    };
    let Read { setup, ready_made } = side.read()?;
    let (customers, has_bad_rows) = match from_files {
        Some(read) => read,
        None => (customers_of(&setup.world)?, false),
    };
    let total = u64::try_from(customers.len()).unwrap_or(u64::MAX);
    if args.json {
        output.json_version()?;
        for one in &ready_made {
            output.json(&Line::of(one))?;
        }
    } else {
        for one in &ready_made {
            output.note(format_args!("{}: {}", one.name, one.about().teaches));
        }
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
        policy: Policy {
            template_gate: if args.template_gate { TemplateGate::Losses } else { TemplateGate::Off },
            missing_templates: args.missing_templates.into(),
            settings: args.settings.into(),
            ..Policy::default()
        },
        keep: args.keep.as_deref().map_or(Ok(Keep::Nowhere), |folder| kept_database(folder).map(Keep::File))?,
    };
    let rehearsal = Rehearsal::prepare(plan, observer).await?;
    let outcome = rehearsal.run().await?;
    progress.finish();
    if let Some(folder) = &args.keep {
        keep_ledger(folder, &rehearsal)?;
    }
    let summary = summarise(&outcome, &stopwatch);
    let rows = rows(&outcome.migrations);
    show(&args, output, &rows, &summary, &outcome.broken_rules)?;
    tell_what_happened(&args, output, &rehearsal, &ready_made, &rows)?;
    if !outcome.broken_rules.is_empty() {
        return Err(Trouble::unexpected("the rehearsal broke rules: this is a defect of Unmoor").into());
    }
    Ok(if has_bad_rows { Exit::BadInput } else { verdict(&args.fail_on, &summary) })
}

/// What the faults did, and how the ends compare with the documented ones.
fn tell_what_happened(
    args: &RehearseArgs,
    output: &Output,
    rehearsal: &Rehearsal,
    ready_made: &[ReadyMade],
    rows: &[Row],
) -> anyhow::Result<()> {
    if args.json {
        return Ok(());
    }
    for (fault, fired) in rehearsal.simulator.faults() {
        let method = fault.matches.method.as_deref().unwrap_or("any");
        let path = fault.matches.path.as_deref().unwrap_or("call");
        output.note(format_args!("fault on {method} {path}: befell {}", counted(fired, "request")));
    }
    for one in ready_made {
        let ends = one.about().ends;
        let as_documented = rows.iter().filter(|row| is_among(&ends, row)).count();
        output.note(format_args!(
            "{}: documented end {}; {as_documented} of {} ended so",
            one.name,
            ends.join(" or "),
            rows.len()
        ));
    }
    Ok(())
}

/// Whether a customer ended in one of these phases, or waits with one of these blockers.
fn is_among(ends: &[String], row: &Row) -> bool {
    ends.iter().any(|end| end == row.phase || row.blockers.contains(&end.as_str()))
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
fn customers(args: &RehearseArgs, side: &VendorSide<'_>, output: &Output) -> anyhow::Result<(Vec<Customer>, bool)> {
    let found = match &args.file {
        Some(path) => customer_file::read_whole(path)?,
        None => customer_file::read_text("the generated customers", &side.customers_text()?)?,
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

/// Everybody in a world, as a customer file would name them.
fn customers_of(world: &World) -> anyhow::Result<Vec<Customer>> {
    let of_world = |customer: &unmoor_simulator::world::Customer| {
        let source_waba = WabaId::new(&customer.waba.to_string())?;
        Ok(Customer {
            portfolio: Some(PortfolioId::new(&customer.portfolio.to_string())?),
            ..Customer::new(&customer.customer, source_waba)
        })
    };
    let customers: Vec<Customer> = world.customers.iter().map(of_world).collect::<anyhow::Result<_>>()?;
    if customers.is_empty() {
        return Err(Trouble::bad_input("there is no customer in this world").into());
    }
    Ok(customers)
}

fn vendor_side(args: &RehearseArgs) -> VendorSide<'_> {
    VendorSide {
        customers: args.file.as_deref(),
        generate: args.generate.and_then(|count| usize::try_from(count).ok()),
        scenario: args.scenario.as_deref(),
        faults: args.faults.as_deref(),
        world: args.world.as_deref(),
        knobs: &args.knobs,
        seed: args.seed,
    }
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
