//! `unmoor rehearse`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use jiff::SignedDuration;
use unmoor_migration::SettingsPolicy;
use unmoor_migration::templates::MissingTemplates;

use super::duration;

const EXAMPLES: &str = "\
Examples:
  unmoor rehearse examples/customers.csv
  unmoor rehearse --generate 500 --seed 7
  unmoor rehearse --scenario forgotten-two-step                three invented customers, who all forget it
  unmoor rehearse customers.csv --faults register-answer-lost
  unmoor rehearse --world world.json                           your own fleet, as `unmoor snapshot` read it
  unmoor rehearse customers.csv --knob phone_id_after_migrate=same --json
  unmoor rehearse --scenario many-templates --missing-templates create
  unmoor rehearse customers.csv --fail-on stopped,waiting      a gate for CI";

/// `rehearse FILE`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RehearseArgs {
    /// Customer file, CSV or JSON lines
    #[arg(
        value_name = "FILE",
        required_unless_present_any = ["generate", "scenario", "faults", "world", "list_scenarios", "list_faults"],
        conflicts_with = "generate"
    )]
    pub(crate) file: Option<PathBuf>,
    /// Scenario: a file, or a name from --list-scenarios [default: FILE with the ending .scenario.toml, where there is one]
    #[arg(long, value_name = "FILE|NAME")]
    pub(crate) scenario: Option<String>,
    /// A whole world, as `unmoor snapshot` and `unmoor simulate --export` write it; FILE then says who of it is rehearsed
    #[arg(long, value_name = "WORLD", conflicts_with_all = ["generate", "scenario"])]
    pub(crate) world: Option<PathBuf>,
    /// What the scenario does not say is drawn from this seed; the same seed gives the same output
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Rehearse N invented customers instead of a file
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) generate: Option<u32>,
    /// How much virtual time passes at most
    #[arg(long = "for", value_name = "DURATION", default_value = "30d", value_parser = duration::parse)]
    pub(crate) horizon: SignedDuration,
    /// Set a knob of the simulator; may be given several times
    #[arg(long = "knob", value_name = "NAME=VALUE")]
    pub(crate) knobs: Vec<KnobArg>,
    /// What is done about settings that do not travel, as policy.settings in unmoor.toml
    #[arg(long, value_name = "POLICY", value_enum, default_value_t = SettingsArg::Leave)]
    pub(crate) settings: SettingsArg,
    /// What goes wrong on top: a name from --list-faults, a script (.toml), or faults as `POST /_sim/faults` takes them (.json)
    #[arg(long, value_name = "FILE|NAME")]
    pub(crate) faults: Option<String>,
    /// Let cutovers wait until the loss of templates is accepted, as `template_gate = "losses"` does: nobody accepts in a
    /// rehearsal, so that it shows who would wait
    #[arg(long)]
    pub(crate) template_gate: bool,
    /// What becomes of templates that Meta did not duplicate; `unmoor.toml` has the same word for real customers
    #[arg(long, value_name = "POLICY", value_enum, default_value_t = MissingArg::Leave)]
    pub(crate) missing_templates: MissingArg,
    /// List the scenarios that are at hand by name, and what each teaches
    #[arg(long, conflicts_with = "list_faults")]
    pub(crate) list_scenarios: bool,
    /// List the fault scripts that are at hand by name
    #[arg(long)]
    pub(crate) list_faults: bool,
    /// End with 3 (stopped, exceptions) or 4 (waiting) when any customer ends so
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) fail_on: Vec<FailOn>,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
    /// Keep the rehearsal's database and the simulator's ledger in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
}

/// `leave`, `list` or `restore`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SettingsArg {
    /// Neither read nor written
    Leave,
    /// Compared
    List,
    /// Compared, and set again where the new side lacks them
    Restore,
}

impl From<SettingsArg> for SettingsPolicy {
    fn from(given: SettingsArg) -> Self {
        match given {
            SettingsArg::Leave => Self::Leave,
            SettingsArg::List => Self::List,
            SettingsArg::Restore => Self::Restore,
        }
    }
}

/// What becomes of templates that Meta did not duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MissingArg {
    /// They are left, each with its reason
    Leave,
    /// Meta is asked to copy those that it copies on request
    Copy,
    /// The same, and the rest is created again
    Create,
}

impl From<MissingArg> for MissingTemplates {
    fn from(argument: MissingArg) -> Self {
        match argument {
            MissingArg::Leave => Self::Leave,
            MissingArg::Copy => Self::Copy,
            MissingArg::Create => Self::Create,
        }
    }
}

/// What makes a rehearsal fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum FailOn {
    /// A migration was stopped
    Stopped,
    /// A migration still waits
    Waiting,
    /// A migration completed with exceptions
    Exceptions,
}

/// A knob's name and the value it gets, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnobArg {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for KnobArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                Ok(Self { name: name.trim().to_owned(), value: value.trim().to_owned() })
            }
            Some(_) | None => Err("write it as NAME=VALUE".to_owned()),
        }
    }
}
