//! From the command line to an exit status.

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::{commands, exit, logging};

/// The whole program: reads the command line, does what it says, and gives the exit status.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::begin(&cli.global, matches!(cli.command, Command::Rehearse(_)));
    let output = Output::new(cli.global.color, cli.global.quiet);
    match execute(cli, &output) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) => {
            let (exit, hint) = exit::of_error(&error);
            if exit != Exit::Done {
                output.error(format_args!("{error:#}"));
            }
            if let Some(hint) = hint {
                output.hint(hint);
            }
            ExitCode::from(exit.code())
        }
    }
}

fn execute(cli: Cli, output: &Output) -> anyhow::Result<Exit> {
    // A rehearsal repeats itself only on one thread; waiting calls need no more than two.
    let mut builder = if matches!(cli.command, Command::Rehearse(_)) {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let runtime = builder
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Trouble::unexpected(format!("cannot start the runtime: {error}")))?;
    runtime.block_on(commands::dispatch(cli, output))
}
