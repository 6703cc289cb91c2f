//! 10,000 WABAs with two numbers and 50 templates each: seconds to load them, and the memory of the process that holds them.
//! Once from a customer file with its scenario, once from a world file.

use std::{fmt::Write as _, fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result, bail};
use unmoor_simulator::{Simulator, World, load};

use crate::{
    folder::Folder,
    machine::memory_mib,
    stopwatch::Stopwatch,
    table::{Row, median, progress},
};

/// The first word of a child that loads once and tells what it took.
pub(crate) const CHILD: &str = "load-once";
const WABAS: usize = 10_000;
const ROUNDS: usize = 3;
const MOST_SECONDS: f64 = 5.0;
const MOST_MIB: f64 = 1024.0;

pub(crate) fn measure() -> Result<Vec<Row>> {
    let folder = Folder::new("load")?;
    let (customers, scenario, world) =
        (folder.path().join("customers.csv"), folder.path().join("scenario.toml"), folder.path().join("world.json"));
    write_files(&customers, &scenario, &world)?;
    let path = |path: &PathBuf| path.display().to_string();
    Ok(vec![
        row("a customer file and its scenario", &["files", &path(&customers), &path(&scenario)])?,
        row("a world file", &["world", &path(&world)])?,
    ])
}

fn write_files(customers: &PathBuf, scenario: &PathBuf, world: &PathBuf) -> Result<()> {
    let generated = load::generate(WABAS, 1);
    let mut text = String::new();
    for row in generated.customers.lines().skip(1) {
        let name = row.split(',').next().unwrap_or_default();
        writeln!(text, "[customers.{name}]\nnumbers = 2\ntemplates = 50")?;
    }
    let setup = load::load(&generated.customers, &text, 1).context("load the files that were just made")?;
    fs::write(customers, &generated.customers)?;
    fs::write(scenario, &text)?;
    fs::write(world, serde_json::to_vec(&setup.world)?)?;
    Ok(())
}

fn row(what: &str, arguments: &[&str]) -> Result<Row> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let child = Command::new(std::env::current_exe()?).arg(CHILD).args(arguments).output()?;
        let told = String::from_utf8_lossy(&child.stdout);
        let mut numbers = told.split_whitespace().map(str::parse::<f64>);
        match (child.status.success(), numbers.next(), numbers.next()) {
            (true, Some(Ok(seconds)), Some(Ok(mib))) => rounds.push((seconds, mib)),
            _ => bail!("loading {what} failed: {}", String::from_utf8_lossy(&child.stderr)),
        }
    }
    let of = |pick: fn(&(f64, f64)) -> f64| median(&rounds.iter().map(pick).collect::<Vec<_>>()).unwrap_or_default();
    let (seconds, mib) = (of(|round| round.0), of(|round| round.1));
    progress(&format!("{what}: {seconds:.2} s, {mib:.0} MiB"));
    Ok(Row {
        what: format!("load 10,000 WABAs, 2 numbers and 50 templates each, from {what}"),
        measured: format!("{seconds:.2} s, {mib:.0} MiB at its peak"),
        baseline: String::new(),
        at_least: "5 s, 1 GiB",
        met: seconds < MOST_SECONDS && mib < MOST_MIB,
    })
}

/// Loads once; prints seconds and the peak of memory in MiB.
pub(crate) fn child(arguments: &[&str]) -> Result<()> {
    let started = Stopwatch::start();
    let simulator = match arguments {
        ["files", customers, scenario] => {
            let setup = load::load(&fs::read_to_string(customers)?, &fs::read_to_string(scenario)?, 1)?;
            Simulator::from_setup(setup)
        }
        ["world", world] => {
            let empty = load::load("customer,source_waba_id\n", "", 1)?;
            let world: World = serde_json::from_slice(&fs::read(world)?)?;
            Simulator::new(world, empty.knobs, empty.start, 1)
        }
        _ => bail!("{CHILD} takes `files` or `world`"),
    };
    // What a client asks for first is a part of loading: it must not grow with the square of the customers.
    let loaded = simulator.credentials().customers.len();
    let seconds = started.elapsed().as_secs_f64();
    anyhow::ensure!(loaded == WABAS, "{loaded} customers instead of {WABAS}");
    let peak = memory_mib().context("this system does not tell a process its memory")?.peak;
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{seconds} {peak}")?;
    Ok(())
}
