//! `unmoor ids`.

use clap::Args;

use super::SelectorArgs;

const EXAMPLES: &str = "\
What changes for your other systems: WhatsApp Business Accounts and phone numbers have new ids on the other side,
templates and Flows too. Accounts and numbers are told from the database; --templates reads the lists of both accounts
at Meta, by name and language.

Where a number is written otherwise than before, written_form_changed says so: systems that compare the text of a
number have to know both. The after-register hook is told the same: the ids with the register, and once more with the
written forms as soon as the new WABA lists the number.

Examples:
  unmoor ids --wave pilot
  unmoor ids --all --templates --csv > ids.csv";

/// `ids`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct IdsArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// Templates and Flows as well: reads their lists at Meta
    #[arg(long)]
    pub(crate) templates: bool,
    /// CSV on stdout
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}
