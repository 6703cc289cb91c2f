//! `unmoor export`.

use std::path::PathBuf;

use clap::Args;

const EXAMPLES: &str = "\
Everything that the database holds goes into the file: customers, their states and journals, what waits for the engine
and for people, and the sealed secrets. The master key, which opens them, does not: take it along yourself.

Two databases that engines work on would each repeat what the other has done. So this database counts as moved from then
on: it can be read, and refuses every change. --take-back ends that, and is right only where the export was imported
nowhere.

Examples:
  unmoor export fleet.jsonl
  UNMOOR_DATABASE=postgres://… unmoor import --from-export fleet.jsonl
  unmoor export --take-back";

/// `export FILE`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExportArgs {
    /// File to write, as JSON lines; its owner alone can read it
    #[arg(value_name = "FILE", required_unless_present = "take_back")]
    pub(crate) file: Option<PathBuf>,
    /// Let this database be used again
    #[arg(long, conflicts_with = "file")]
    pub(crate) take_back: bool,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}
