//! `unmoor settings`.

use clap::Args;

use super::SelectorArgs;

const EXAMPLES: &str = "\
Business profiles, callbacks, automation, calling and the switches of an account do not travel with a number. With
settings = \"list\" below [policy] in unmoor.toml they are read before the cutover and compared after it; with \"restore\"
what the new side lacks is set again, as it was. Nothing is turned off or overwritten, and no callback on a host that is
not yours is ever set: it may be the old partner's. What only a person can do is told here.

Ends with 4 where somebody has something left to do.

Examples:
  unmoor settings acorn-bakery
  unmoor settings --wave pilot --open
  unmoor settings --all --json > settings.jsonl";

/// `settings`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SettingsArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// Only what somebody has to look at
    #[arg(long)]
    pub(crate) open: bool,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}
