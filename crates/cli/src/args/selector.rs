//! How migrations are picked, the same everywhere.

use clap::Args;
use clap::builder::PossibleValuesParser;
use unmoor_migration::{BlockerCode, Phase, Turn};

/// Which migrations are meant. What is given must all fit.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which customers")]
pub(crate) struct SelectorArgs {
    /// Customer references or source WABA ids
    #[arg(value_name = "CUSTOMER", conflicts_with = "all")]
    pub(crate) customers: Vec<String>,
    /// Those of this wave
    #[arg(long, value_name = "WAVE", conflicts_with = "all")]
    pub(crate) wave: Vec<String>,
    /// Those in this phase
    #[arg(long, value_name = "PHASE", conflicts_with = "all", value_parser = phases())]
    pub(crate) phase: Vec<String>,
    /// Those with this blocker, e.g. PAYMENT_METHOD_MISSING
    #[arg(long, value_name = "CODE", conflicts_with = "all", value_parser = blockers(), hide_possible_values = true, ignore_case = true)]
    pub(crate) blocker: Vec<String>,
    /// Those whose turn it is
    #[arg(long, value_name = "WHO", conflicts_with = "all", value_parser = turns())]
    pub(crate) turn: Option<String>,
    /// All of them
    #[arg(long)]
    pub(crate) all: bool,
}

fn phases() -> PossibleValuesParser {
    Phase::ALL.iter().map(Phase::name).collect::<Vec<_>>().into()
}

fn blockers() -> PossibleValuesParser {
    BlockerCode::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>().into()
}

fn turns() -> PossibleValuesParser {
    Turn::ALL.map(Turn::name).into()
}
