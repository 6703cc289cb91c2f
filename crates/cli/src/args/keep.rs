//! `unmoor verify`, `unmoor backup`, `unmoor recover`.

use std::path::PathBuf;

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

Of a file that `unmoor report` has made it says whether it is what was made: with the database and its key everything is
checked, without them only that what is told follows from the entries (then it ends with 4). What names a file, or ends
with .html, .json or .jsonl, is taken for one.

Examples:
  unmoor verify
  unmoor verify acorn-bakery
  unmoor verify acorn-bakery.jsonl
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

const BACKUP_EXAMPLES: &str = "\
Of a SQLite database; an engine may run meanwhile, and does not wait. The copy is checked, belongs to its owner alone,
and takes the file's name only when it is whole. A PostgreSQL database is backed up with pg_dump or a base backup.

The master key is not in it: without its file (UNMOOR_MASTER_KEY_FILE, beside the database by default) no token and no
PIN of the copy can be opened. Keep a copy of the key, and keep it apart.

To restore: stop the engine, put the copy in the database's place, remove the files with -wal and -shm beside it, and
run `unmoor recover`.

Example:
  unmoor backup /backups/fleet-monday.db";

/// `backup FILE`
#[derive(Debug, Args)]
#[command(after_help = BACKUP_EXAMPLES)]
pub(crate) struct BackupArgs {
    /// Where to
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    pub(crate) force: bool,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

const RECOVER_EXAMPLES: &str = "\
A database that was restored, or that a standby took over without everything, knows nothing of what happened since: a
customer may have accepted, a number may be between two accounts. This reads intents, numbers and subscriptions of every
open migration again; it calls nothing that changes anything. What it finds moves the migrations forward, and
`unmoor run` goes on from there, with numbers between two accounts first.

Stop all workers before. Ends with 0 when everything was read, and with 4 when somebody has to make a customer readable;
nothing else is done for that customer until then.

Example:
  unmoor recover";

/// `recover`
#[derive(Debug, Args)]
#[command(after_help = RECOVER_EXAMPLES)]
pub(crate) struct RecoverArgs {
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}
