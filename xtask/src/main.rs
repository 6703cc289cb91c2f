//! `cargo xtask …`: the tasks of the workspace, needing nothing beyond the Rust toolchain but where a step says so.
//!
//! It must never know what a migration is, or write outside this checkout: it runs cargo, reads sources, and writes the
//! generated pages under `docs/` and the simulator's `FIDELITY.md`. Only pip and apt-get, where a step needs programs of others, may reach a network.
//!
//! | File | Is |
//! |---|---|
//! | `arguments` | what may be typed, and the help |
//! | `suite` | `cargo xtask test`: the steps and their order |
//! | `clients` | the step that tries clients of others against the simulator |
//! | `browser`, `chromium` | the step that walks through the simulator's pages, and the browser it needs |
//! | `simulator`, `python` | what such steps share: `unmoor simulate` as a process, a virtual environment |
//! | `tidy` | the house rules and the table of who may use whom |
//! | `chaos` | `cargo xtask chaos`: many schedules of everything that can go wrong, and the deliberate bugs that they find |
//! | `proof` | what every proof by a deliberate change needs |
//! | `sentences` | `cargo xtask sentences`: the guide's sentences, the tests that hold them, and the proof |
//! | `reference`, `fidelity` | `cargo xtask docs`: the pages that are generated |
//! | `workspace` | where the checkout is, and how cargo is called in it |
//! | `output`, `stopwatch` | printing, and how long a step took |

mod arguments;
mod browser;
mod chaos;
mod chromium;
mod clients;
mod debian;
mod fidelity;
mod output;
mod proof;
mod python;
mod reference;
mod sentences;
mod simulator;
mod stopwatch;
mod suite;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use arguments::Command;
use workspace::Workspace;

/// Everything asked for was done.
const DONE: u8 = 0;
/// A step, a rule or the program itself failed.
const FAILED: u8 = 1;
/// What was typed cannot be understood.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let command = match arguments::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(problem) => {
            output::error_line(&format!("error: {problem}\n\nhint: `cargo xtask --help` lists what there is"));
            return ExitCode::from(USAGE);
        }
    };
    match run(command) {
        Ok(true) => ExitCode::from(DONE),
        Ok(false) => ExitCode::from(FAILED),
        Err(error) => {
            output::error_line(&format!("error: {error:#}"));
            ExitCode::from(FAILED)
        }
    }
}

/// Carries the command out. `false` means that it ran and found something wrong, which it has already told.
fn run(command: Command) -> Result<bool> {
    match command {
        Command::Help(text) => {
            output::line(text);
            Ok(true)
        }
        Command::ListSteps => {
            suite::list();
            Ok(true)
        }
        Command::Test(steps) => suite::run(&Workspace::of_this_run()?, &steps),
        Command::Bench(rows) => bench(&Workspace::of_this_run()?, &rows),
        Command::Tidy => tidy::run(&Workspace::of_this_run()?),
        Command::Chaos(arguments) => chaos::explore(&Workspace::of_this_run()?, &arguments),
        Command::ProveChaos(only) => chaos::prove(&Workspace::of_this_run()?, &only),
        Command::Sentences => sentences::show(&Workspace::of_this_run()?),
        Command::ProveSentences(only) => sentences::prove(&Workspace::of_this_run()?, &only),
        Command::WriteDocs => {
            let workspace = Workspace::of_this_run()?;
            Ok(reference::write(&workspace, reference::generated(&workspace)?)? && fidelity::write(&workspace)?)
        }
        Command::CheckDocs => {
            let workspace = Workspace::of_this_run()?;
            reference::check(&workspace, reference::generated(&workspace)?)
        }
    }
}

/// Measures in a release build, since nobody runs another one in earnest.
fn bench(workspace: &Workspace, rows: &[String]) -> Result<bool> {
    // One of the rows is about the program that ships.
    let build = ["build", "--release", "--quiet", "--package", "bench", "--package", "unmoor-cli"];
    if !workspace.cargo(&build).status().context("cannot start cargo for the bench")?.success() {
        return Ok(false);
    }
    let mut arguments = vec!["run", "--release", "--quiet", "--package", "bench", "--"];
    if !rows.is_empty() {
        arguments.push("--only");
        arguments.extend(rows.iter().map(String::as_str));
    }
    let status = workspace.cargo(&arguments).status().context("cannot start cargo for the bench")?;
    Ok(status.success())
}
