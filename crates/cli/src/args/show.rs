//! `unmoor status`, `unmoor explain`.

use clap::Args;

use super::SelectorArgs;

const STATUS_EXAMPLES: &str = "\
Examples:
  unmoor status
  unmoor status --turn customer --csv > calls.csv     the morning's list of calls to make
  unmoor status --blocker PAYMENT_METHOD_MISSING
  unmoor status --phase cutting_over --json";

/// `status`
#[derive(Debug, Args)]
#[command(after_help = STATUS_EXAMPLES)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// CSV on stdout: one line per thing to tell somebody
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// `explain CUSTOMER`
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Customer reference or source WABA id
    #[arg(value_name = "CUSTOMER")]
    pub(crate) customer: String,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}
