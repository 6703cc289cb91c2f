//! `unmoor billing`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::SignedDuration;
use unmoor_migration::billing::Payer;

use super::{SelectorArgs, duration};

const EXAMPLES: &str = "\
The file holds what your systems got from Meta: one webhook per line, as JSON, as it came or in an envelope of your own
whose `body` or `payload` it is. Lines that cannot be read are listed, and the others are used (exit status 2). Only
ids, instants, statuses and prices are read from it; nothing of it is kept. Where the new WABA of one migration is the
source of another, both claim the same statuses: these are told and attributed to neither (exit status 2), until you
select one of the two.

Meta's guide: what is delivered before the migration is complete (B1), or sent before it and delivered after it (B2),
is charged to the old Solution Partner; what is sent and delivered after it (B3) to the customer. Meta does not say at
which instant a migration is complete: somewhere between the register request and its answer. What falls in between is
undetermined.

Examples:
  unmoor billing --webhooks webhooks.jsonl
  zcat archive/*.gz | unmoor billing --webhooks - acorn-bakery
  unmoor billing --webhooks webhooks.jsonl --compare           beside Meta's own figures of both accounts
  unmoor billing --webhooks webhooks.jsonl --csv --payer old_solution_partner > dispute.csv";

/// `billing`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct BillingArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// Forwarded webhooks, one per line; may be given again; - is standard input
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) webhooks: Vec<PathBuf>,
    /// Read Meta's pricing_analytics of both accounts as well, and compare
    #[arg(long, conflicts_with = "csv")]
    pub(crate) compare: bool,
    /// How far this machine's clock may have been from Meta's
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "1s")]
    pub(crate) clock_tolerance: SignedDuration,
    /// CSV on stdout: one line per message, for a dispute
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
    /// With --json: a line for each message as well
    #[arg(long, requires = "json")]
    pub(crate) messages: bool,
    /// Of the messages only those that these pay for
    #[arg(long, value_name = "WHO", value_parser = payers())]
    pub(crate) payer: Vec<Payer>,
}

fn payers() -> impl TypedValueParser<Value = Payer> {
    PossibleValuesParser::new(Payer::ALL.map(Payer::name))
        .try_map(|name| Payer::ALL.into_iter().find(|payer| payer.name() == name).ok_or("nobody pays under that name"))
}
