//! `unmoor instructions`.

use clap::Args;

const EXAMPLES: &str = "\
What the customer has to do at this moment, step by step: which numbers still have two-step verification on, whether
the request is to be accepted, and what its payment method needs. Names of Meta's menus stand beside in English, as
Meta's own pages have them. Nothing is sent to anybody.

The language is the one in the customer file; there are English (en), Spanish (es), Portuguese of Brazil (pt-BR),
French (fr), Hindi (hi) and Arabic (ar). Set provider_name in unmoor.toml, and the customer reads who is writing.

Ends with 0 when the customer has something to do, and with 4 when it has nothing to do: then nothing need be sent.

Examples:
  unmoor instructions acorn-bakery
  unmoor instructions acorn-bakery --language fr
  unmoor instructions acorn-bakery --html > acorn-bakery.html && xdg-open acorn-bakery.html";

/// `instructions CUSTOMER`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InstructionsArgs {
    /// Customer reference or source WABA id
    #[arg(value_name = "CUSTOMER")]
    pub(crate) customer: String,
    /// Language, as a BCP 47 tag [default: the customer's in the customer file, else en]
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Option<String>,
    /// A whole HTML page on stdout, which needs no network and prints well
    #[arg(long, conflicts_with = "json")]
    pub(crate) html: bool,
    /// JSON lines on stdout: the tasks, the subject of a mail, the text and the page
    #[arg(long)]
    pub(crate) json: bool,
}
