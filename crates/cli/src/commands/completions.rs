//! `unmoor completions`: for a shell, on stdout.

use std::io::{self, Write};

use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs};
use crate::exit::Exit;

pub(crate) fn run(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    // The generator panics where a pipe breaks, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "unmoor", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Exit::Done)
}
