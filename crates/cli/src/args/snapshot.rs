//! `unmoor snapshot`.

use std::path::PathBuf;

use clap::Args;

use super::SelectorArgs;

const EXAMPLES: &str = "\
Reads each customer's account, numbers, templates, Flows, subscriptions and settings at Meta, and writes a world of
the simulator: `unmoor rehearse --world` then rehearses your own fleet. It changes nothing there, reads no message, and
writes no secret; its calls stay within the limits, behind everything that a cutover may need. What cannot be read is
drawn or assumed, and stands in the file's notes.

Whoever has accepted the request already is left out. What an interrupted snapshot has read lies beside the file with
the ending .part, and the same command goes on from there, within a day.

Ends with 0 when every account was read, and with 3 when some were not: the file is written without them, and the same
command tries them again.

Examples:
  unmoor snapshot --out world.json && unmoor rehearse --world world.json
  unmoor snapshot --out wave-1.json --wave wave-1
  unmoor rehearse --world world.json --faults register-answer-lost";

/// `snapshot --out FILE`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SnapshotArgs {
    /// Where the world is written
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// What nobody can read is drawn from this seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Read everything again, also what an interrupted snapshot has read
    #[arg(long)]
    pub(crate) restart: bool,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
}
