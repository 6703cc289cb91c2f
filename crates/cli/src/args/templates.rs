//! `unmoor templates` and `unmoor approve`.

use clap::Args;

use super::SelectorArgs;
use super::operate::words;

const EXAMPLES: &str = "\
Meta duplicates templates that are APPROVED and of quality GREEN, as many as the new account has room for, and checks
their categories again. This tells for each template what will become of it, and what a person has to do; it is told from
what `unmoor preflight` has read, and nothing is asked of anybody.

One customer's templates are told one by one, many customers' in totals; --each tells every template. Where not all of them
fit, --by-use reads at Meta how often each was sent, and says which to keep first: remove others from the old account
before the cutover.

Examples:
  unmoor templates acorn-bakery
  unmoor templates --all --csv > templates.csv
  unmoor templates acorn-bakery --by-use";

/// `templates`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TemplatesArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// Each template, also where nothing is the matter with it
    #[arg(long)]
    pub(crate) each: bool,
    /// Where not all fit, read at Meta how often each was sent
    #[arg(long)]
    pub(crate) by_use: bool,
    /// CSV on stdout, a line for each template
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

const APPROVE_EXAMPLES: &str = "\
With template_gate = \"losses\" in unmoor.toml no number moves before somebody has accepted which templates its customer
loses. What is accepted is written down by name; a template that is lost later is not covered, and has to be accepted anew.

Examples:
  unmoor templates acorn-bakery
  unmoor approve acorn-bakery --accept-loss --by ada";

/// `approve`
#[derive(Debug, Args)]
#[command(after_help = APPROVE_EXAMPLES)]
pub(crate) struct ApproveArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// The customer may lose the templates that the forecast names
    #[arg(long, required = true)]
    pub(crate) accept_loss: bool,
    /// Who approves
    #[arg(long, value_name = "NAME", value_parser = words)]
    pub(crate) by: String,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}
