//! `unmoor verify`.

use clap::Args;
use unmoor_engine::journal::Head;

use super::SelectorArgs;

const VERIFY_EXAMPLES: &str = "\
Each entry of a journal is chained to the one before with a key from the vault, and the ends of all chains are added
up with every commit. Reads only, at one instant, on either database, also while an engine runs. Ends with 0 when
everything holds, and with 5 when something was found.

The head that is printed stands for all journals at that moment. Write it down outside of the database: --expect finds
that the whole database was replaced by an older one, which nothing inside of it can show. Whoever has both the
database and the master key can write a history that holds.

Examples:
  unmoor verify
  unmoor verify acorn-bakery
  unmoor verify --expect 1842-5d41402abc4b2a76b9719d911017c592ae2f0c1d6b8e4f7a9c0d3e5f6a7b8c9d";

/// `verify`
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// A head that was printed before: the database must be at least as far
    #[arg(long, value_name = "HEAD", conflicts_with_all = ["customers", "wave", "phase", "blocker", "turn"])]
    pub(crate) expect: Option<Head>,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}
