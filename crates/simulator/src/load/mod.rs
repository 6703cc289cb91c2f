//! Worlds from text: a customer file says who there is, a scenario what is special about them, the seed everything else.

mod around;
mod build;
mod countries;
mod customers;
mod duration;
mod generator;
pub mod ready_made;
mod samples;
mod scenario;
mod templates;
mod words;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(crate) use self::countries::invented_number;
use self::customers::CustomerFile;
pub use self::{
    around::{Given, GivenAccount, GivenApp, GivenSolution},
    generator::{Generated, generate},
    scenario::ScenarioError,
};
use crate::{faults::Fault, knobs::Knobs, world::World};

/// Everything a simulator starts from.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The world as it is at the start.
    pub world: World,
    /// The knobs.
    pub knobs: Knobs,
    /// The faults, in their order.
    pub faults: Vec<Fault>,
    /// The first instant.
    pub start: Timestamp,
    /// What is not given was drawn from it.
    pub seed: u64,
    /// The texts it was made from, so that `reset` can make it again.
    pub files: Option<Files>,
}

/// The texts a setup was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// The customer file.
    pub customers: String,
    /// The scenario; may be empty.
    pub scenario: String,
    /// A fault script on top of it, which is a scenario itself; may be empty.
    #[serde(default)]
    pub fault_script: String,
}

/// Makes a world of a customer file (CSV with a header line, or JSON lines), a scenario (TOML, may be empty) and a seed.
///
/// Rows of the customer file without a usable `customer` and `source_waba_id`, and rows that repeat a WABA, are left out: the
/// client's own import tells people about them.
///
/// # Errors
/// Names the line of the scenario and what is wrong with it.
pub fn load(customers: &str, scenario: &str, seed: u64) -> Result<Setup, ScenarioError> {
    let (customers, scenario) = (customers.to_owned(), scenario.to_owned());
    load_files(&Files { customers, scenario, fault_script: String::new() }, seed)
}

/// The same, from texts that stand together.
///
/// # Errors
/// As [`load`].
pub fn load_files(files: &Files, seed: u64) -> Result<Setup, ScenarioError> {
    let CustomerFile { rows, names } = customers::read(&files.customers);
    let mut script = scenario::read(&files.scenario, &names)?;
    if !files.fault_script.is_empty() {
        let on_top = scenario::read(&files.fault_script, &names);
        script = script.with(on_top.map_err(|error| ScenarioError { in_the: "fault script", ..error })?);
    }
    Ok(build::setup(&rows, script, seed, files.clone()))
}

/// A span of time as people write it: `90 min`, `3 days`, `1d 12h`.
pub(crate) fn span(text: &str) -> Result<jiff::SignedDuration, String> {
    text.parse::<duration::Span>().map(|span| span.0).map_err(|error| error.to_string())
}
