//! `unmoor import`.

use std::path::PathBuf;

use clap::Args;

const EXAMPLES: &str = "\
Columns: customer and source_waba_id are required; business_portfolio_id, contact_email, language, time_zone, wave,
two_step_by (us or customer), callback_url and storage_region are not.

Tokens never stand in the customer file. --tokens (or UNMOOR_TOKENS) names a file that you alone can read, CSV with the
columns source_waba_id,business_token or JSON lines; what it holds is sealed in the vault.

Importing again adds what is new, and brings contact, language, time zone and wave up to date.

--from-export brings what `unmoor export` has written into an empty database, all of it or nothing.

Examples:
  unmoor import customers.csv
  unmoor import customers.csv --tokens tokens.csv
  UNMOOR_DATABASE=postgres://… unmoor import --from-export fleet.jsonl";

/// `import FILE`, `import --from-export FILE`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ImportArgs {
    /// Customer file, CSV or JSON lines; `-` reads stdin
    #[arg(value_name = "FILE", required_unless_present = "from_export")]
    pub(crate) file: Option<PathBuf>,
    /// File that `unmoor export` has written, for an empty database
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "tokens"])]
    pub(crate) from_export: Option<PathBuf>,
    /// File of business tokens; also UNMOOR_TOKENS
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: Option<PathBuf>,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}
