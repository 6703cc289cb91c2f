//! `unmoor simulate`.

use std::path::PathBuf;

use clap::Args;

use super::rehearse::KnobArg;

const EXAMPLES: &str = "\
Examples:
  unmoor simulate --customers customers.csv --env sim.env
  set -a; . ./sim.env; set +a; unmoor import customers.csv     then, in another terminal
  unmoor simulate --generate 50 --rate 1000                    a day in a minute and a half
  unmoor simulate --scenario forgotten-two-step                three invented customers, who all forget it
  unmoor simulate --customers customers.csv --state sim.state  stop it, start it again, go on";

/// `simulate`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SimulateArgs {
    /// Customer file that the world is made of
    #[arg(long, value_name = "FILE", conflicts_with_all = ["world", "generate"])]
    pub(crate) customers: Option<PathBuf>,
    /// N invented customers [default: 10; 3 where only --scenario or --faults is given]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) generate: Option<u32>,
    /// Scenario: a file, or a name from --list-scenarios [default: the customer file with the ending .scenario.toml, where there
    /// is one]
    #[arg(long, value_name = "FILE|NAME", conflicts_with = "world")]
    pub(crate) scenario: Option<String>,
    /// What goes wrong on top: a name from --list-faults, a script (.toml), or faults as `POST /_sim/faults` takes them (.json)
    #[arg(long, value_name = "FILE|NAME", conflicts_with = "world")]
    pub(crate) faults: Option<String>,
    /// Set a knob; may be given several times
    #[arg(long = "knob", value_name = "NAME=VALUE")]
    pub(crate) knobs: Vec<KnobArg>,
    /// A whole world, as --export and `GET /_sim/world` give it
    #[arg(long, value_name = "FILE", conflicts_with = "generate")]
    pub(crate) world: Option<PathBuf>,
    /// What the scenario does not say is drawn from this seed [default: 1]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Virtual seconds per real second
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = rate)]
    pub(crate) rate: f64,
    /// Port on this machine; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 7070)]
    pub(crate) port: u16,
    /// Keep everything in FILE, and go on from there the next time
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Write the world to FILE, as --world and `PUT /_sim/world` take it: at the start, and again when it stops
    #[arg(long, value_name = "FILE")]
    pub(crate) export: Option<PathBuf>,
    /// Write the environment of a client of this simulator to FILE, readable by its owner alone
    #[arg(long, value_name = "FILE")]
    pub(crate) env: Option<PathBuf>,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
    /// List the scenarios that are at hand by name, and what each teaches
    #[arg(long, conflicts_with = "list_faults")]
    pub(crate) list_scenarios: bool,
    /// List the fault scripts that are at hand by name
    #[arg(long)]
    pub(crate) list_faults: bool,
}

/// The greatest rate that the clock of a simulator can have.
const GREATEST_RATE: f64 = 1_000_000.0;

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.0..=GREATEST_RATE).contains(rate));
    rate.ok_or_else(|| format!("a rate is a number from 0 (time stands still) to {GREATEST_RATE}"))
}
