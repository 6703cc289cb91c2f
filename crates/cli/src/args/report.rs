//! `unmoor report`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::SignedDuration;

use super::{SelectorArgs, duration};

const EXAMPLES: &str = "\
What was done for a customer, a wave or everybody: the customer's consent and when it was given, each number with its gap,
each template, settings before and after, requests and Meta's answers, who did what; of several customers also what they
add up to. A page needs no network and no script, and prints well. While migrations are under way it says so.

With --format json the report holds the journal's own entries, chained with the database's key: `unmoor verify FILE` then
shows each line that was changed. A page is sealed as a whole. No token and no PIN is in either.

Examples:
  unmoor report acorn-bakery --out acorn-bakery.html
  unmoor report --wave pilot --webhooks webhooks.jsonl --out pilot.html
  unmoor report --all --out-dir reports                 an overview, and a page for each customer
  unmoor report --all --format json --out fleet.jsonl && unmoor verify fleet.jsonl";

/// `report`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// A page for people, or JSON lines with the journal's entries
    #[arg(long, value_name = "FORM", default_value = "html")]
    pub(crate) format: ReportFormat,
    /// Where to [default: stdout]
    #[arg(long, value_name = "FILE", conflicts_with = "out_dir")]
    pub(crate) out: Option<PathBuf>,
    /// A folder for a file per customer; with pages also for an overview, index.html
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out_dir: Option<PathBuf>,
    /// Replace files that are there
    #[arg(long)]
    pub(crate) force: bool,
    /// Time zone of the page, e.g. Europe/Dublin [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub(crate) time_zone: Option<String>,
    /// Forwarded webhooks, as `unmoor billing` takes them: who pays for which message is told as well
    #[arg(long, value_name = "FILE")]
    pub(crate) webhooks: Vec<PathBuf>,
    /// With --webhooks: how far this machine's clock may have been from Meta's
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "1s", requires = "webhooks")]
    pub(crate) clock_tolerance: SignedDuration,
}

/// The forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// A page.
    Html,
    /// JSON lines.
    Json,
}

impl ReportFormat {
    /// What its files are called.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "jsonl",
        }
    }
}
