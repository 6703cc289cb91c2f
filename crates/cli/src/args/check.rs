//! `unmoor doctor`, `unmoor completions`.

use clap::{Args, ValueEnum};
use clap_complete::Shell;

/// `doctor`
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// `completions SHELL`
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

const SCHEMA_EXAMPLES: &str = "\
A SQLite file is upgraded by the first command that opens it. A PostgreSQL database is upgraded by `upgrade` alone, since
other workers may use it: stop those of an older version first.

Ends with 0 when the tables are of this program's version, and with 5 when they are not.";

/// `schema`
#[derive(Debug, Args)]
#[command(after_help = SCHEMA_EXAMPLES)]
pub(crate) struct SchemaArgs {
    /// What to do
    #[arg(value_name = "ACTION")]
    pub(crate) action: SchemaAction,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// What to do about the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaAction {
    /// Tell its version and change nothing
    Check,
    /// Make the tables, or bring older ones to the present version
    Upgrade,
}
