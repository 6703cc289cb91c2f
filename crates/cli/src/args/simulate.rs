//! `unmoor simulate`.

use std::path::PathBuf;

use clap::Args;

const EXAMPLES: &str = "\
Examples:
  unmoor simulate --customers customers.csv --env sim.env
  set -a; . ./sim.env; set +a; unmoor import customers.csv     then, in another terminal
  unmoor simulate --generate 50 --rate 1000                    a day in a minute and a half";

/// `simulate`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SimulateArgs {
    /// Customer file that the world is made of
    #[arg(long, value_name = "FILE", conflicts_with_all = ["world", "generate"])]
    pub(crate) customers: Option<PathBuf>,
    /// Scenario [default: the customer file with the ending .scenario.toml, where there is one]
    #[arg(long, value_name = "FILE", conflicts_with = "world")]
    pub(crate) scenario: Option<PathBuf>,
    /// A whole world, as `GET /_sim/world` gives it
    #[arg(long, value_name = "FILE", conflicts_with = "generate")]
    pub(crate) world: Option<PathBuf>,
    /// What the scenario does not say is drawn from this seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Virtual seconds per real second
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = rate)]
    pub(crate) rate: f64,
    /// Port on this machine; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 7070)]
    pub(crate) port: u16,
    /// Write the environment of a client of this simulator to FILE, readable by its owner alone
    #[arg(long, value_name = "FILE")]
    pub(crate) env: Option<PathBuf>,
    /// N invented customers
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) generate: Option<u32>,
}

/// The greatest rate that the clock of a simulator can have.
const GREATEST_RATE: f64 = 1_000_000.0;

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.0..=GREATEST_RATE).contains(rate));
    rate.ok_or_else(|| format!("a rate is a number from 0 (time stands still) to {GREATEST_RATE}"))
}
