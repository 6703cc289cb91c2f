//! One file per command.

mod completions;
pub(crate) mod rehearse;
pub(crate) mod simulate;

use crate::args::{Cli, Command};
use crate::exit::{Exit, Trouble};
use crate::output::Output;

/// Does what the command line says.
pub(crate) async fn dispatch(cli: Cli, output: &Output) -> anyhow::Result<Exit> {
    let Cli { global, command } = cli;
    let _ = global;
    match command {
        Command::Rehearse(args) => rehearse::run(args, output).await,
        Command::Simulate(args) => simulate::run(args, output).await,
        Command::Completions(args) => completions::run(&args),
        _ => Err(Trouble::unexpected("being built").into()),
    }
}
