//! What the simulator starts from: customers, a scenario, faults and knobs, as `rehearse` and `simulate` take them alike.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::Value;
use unmoor_simulator::load::ready_made::{self, FAULT_SCRIPTS, ReadyMade, SCENARIOS};
use unmoor_simulator::load::{self, Files, Setup};
use unmoor_simulator::{Fault, Knobs, World};

use crate::args::KnobArg;
use crate::exit::Trouble;
use crate::near::nearest;

/// The ending that a scenario has beside its customer file.
const SCENARIO_ENDING: &str = "scenario.toml";

/// How many customers are invented where only a scenario or a fault script was named.
const CUSTOMERS_OF_A_SCENARIO: usize = 3;

/// What the command line says about the vendor's side.
pub(crate) struct VendorSide<'a> {
    /// The customer file.
    pub(crate) customers: Option<&'a Path>,
    /// Invented customers.
    pub(crate) generate: Option<usize>,
    /// A scenario: a file or a name.
    pub(crate) scenario: Option<&'a str>,
    /// A fault script or faults: a file or a name.
    pub(crate) faults: Option<&'a str>,
    /// A whole world, in place of customers and scenario.
    pub(crate) world: Option<&'a Path>,
    pub(crate) knobs: &'a [KnobArg],
    pub(crate) seed: u64,
}

/// All of it read.
pub(crate) struct Read {
    pub(crate) setup: Setup,
    /// The scenario and the fault script that have a name.
    pub(crate) ready_made: Vec<ReadyMade>,
}

/// What `--faults` may be.
#[derive(Default)]
struct Faults {
    script: String,
    ready_made: Option<ReadyMade>,
    list: Vec<Fault>,
}

impl VendorSide<'_> {
    /// Reads it.
    ///
    /// # Errors
    /// Says which file or name is wrong, and why.
    pub(crate) fn read(&self) -> anyhow::Result<Read> {
        let faults = self.faults.map(read_faults).transpose()?.unwrap_or_default();
        if let Some(path) = self.world {
            return self.with_world(read_world(path)?, faults);
        }
        let named = self.scenario.and_then(|name| ready_made::find(SCENARIOS, name));
        let scenario = self.scenario_text(named, faults.ready_made.is_some())?;
        let files = Files { customers: self.customers_text()?, scenario, fault_script: faults.script };
        let mut setup = load::load_files(&files, self.seed).map_err(|error| Trouble::bad_input(error.to_string()))?;
        setup.knobs = with_knobs(&setup.knobs, self.knobs)?;
        setup.faults.extend(faults.list);
        Ok(Read { setup, ready_made: named.into_iter().chain(faults.ready_made).collect() })
    }

    /// The world that was given, under these faults and knobs. No file can make it again.
    fn with_world(&self, world: World, faults: Faults) -> anyhow::Result<Read> {
        let files = Files { customers: String::new(), scenario: String::new(), fault_script: faults.script };
        let mut blank = load::load_files(&files, self.seed).map_err(|error| Trouble::bad_input(error.to_string()))?;
        blank.faults.extend(faults.list);
        let knobs = with_knobs(&blank.knobs, self.knobs)?;
        let start = world.now.unwrap_or(blank.start);
        Ok(Read {
            setup: Setup { world, knobs, start, files: None, ..blank },
            ready_made: faults.ready_made.into_iter().collect(),
        })
    }

    /// The customer file as it stands, or an invented one.
    pub(crate) fn customers_text(&self) -> anyhow::Result<String> {
        match self.customers {
            // The simulator leaves out rows that are no customers; the import tells about them.
            Some(path) => {
                let bytes = std::fs::read(path)
                    .map_err(|error| Trouble::bad_input(format!("cannot read {}: {error}", path.display())))?;
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
            None => Ok(self.generated().customers),
        }
    }

    fn generated(&self) -> load::Generated {
        load::generate(self.generate.unwrap_or(CUSTOMERS_OF_A_SCENARIO), self.seed)
    }

    /// The scenario that was given; else the one beside the customer file; else what invented customers do, or calm where a
    /// fault script is to show what it does.
    fn scenario_text(&self, named: Option<ReadyMade>, faults_have_a_name: bool) -> anyhow::Result<String> {
        match (named, self.scenario, self.customers) {
            (Some(named), _, _) => Ok(named.text.to_owned()),
            (None, Some(given), _) => {
                let path = Path::new(given);
                if !path.exists() && path.extension().is_none() {
                    return Err(no_such_name("scenario", given, SCENARIOS, "--list-scenarios").into());
                }
                read_text(path)
            }
            (None, None, Some(customers)) => {
                let beside = customers.with_extension(SCENARIO_ENDING);
                if beside.is_file() { read_text(&beside) } else { Ok(String::new()) }
            }
            (None, None, None) if faults_have_a_name && self.generate.is_none() => {
                let calm = ready_made::find(SCENARIOS, "calm").context("there is no calm scenario")?;
                Ok(calm.text.to_owned())
            }
            (None, None, None) => Ok(self.generated().scenario),
        }
    }
}

/// Reads a world as `snapshot`, `simulate --export` and `GET /_sim/world` write it.
fn read_world(path: &Path) -> anyhow::Result<World> {
    let read = serde_json::from_str(&read_text(path)?);
    read.map_err(|error| {
        Trouble::bad_input(format!("{}: {error}", path.display()))
            .hint("a world is what `unmoor snapshot --out` and `unmoor simulate --export` write")
            .into()
    })
}

/// Reads a text file.
///
/// # Errors
/// Names the file and what is wrong with it.
pub(crate) fn read_text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Trouble::bad_input(format!("cannot read {}: {error}", path.display())).into())
}

fn no_such_name(what: &str, name: &str, list: &[ReadyMade], flag: &str) -> Trouble {
    let meant = nearest(name, list.iter().map(|one| one.name));
    let hint = match meant {
        Some(meant) => format!("did you mean {meant}? {flag} lists them all"),
        None => format!("{flag} lists those that have a name"),
    };
    Trouble::bad_input(format!("there is neither a file nor a {what} called {name:?}")).hint(hint)
}

/// `--faults`: a name, a script in TOML, or one fault or a list in JSON, as the control surface takes them.
fn read_faults(given: &str) -> anyhow::Result<Faults> {
    if let Some(named) = ready_made::find(FAULT_SCRIPTS, given) {
        return Ok(Faults { script: named.text.to_owned(), ready_made: Some(named), list: Vec::new() });
    }
    let path = PathBuf::from(given);
    if !path.exists() && path.extension().is_none() {
        return Err(no_such_name("fault script", given, FAULT_SCRIPTS, "--list-faults").into());
    }
    let text = read_text(&path)?;
    if path.extension().is_some_and(|ending| ending == "toml") {
        return Ok(Faults { script: text, ..Faults::default() });
    }
    let bad = |error: serde_json::Error| Trouble::bad_input(format!("{}: {error}", path.display()));
    let value: Value = serde_json::from_str(&text).map_err(bad)?;
    let list = if value.is_array() { value } else { Value::Array(vec![value]) };
    let list: Vec<Fault> = serde_json::from_value(list).map_err(bad)?;
    for fault in &list {
        fault.validate().map_err(|error| Trouble::bad_input(format!("{}: {error}", path.display())))?;
    }
    Ok(Faults { list, ..Faults::default() })
}

/// `--knob NAME=VALUE`: the value is JSON where it reads as such, else text.
///
/// # Errors
/// Names the knob that there is not, or the value that it cannot have.
pub(crate) fn with_knobs(knobs: &Knobs, wanted: &[KnobArg]) -> anyhow::Result<Knobs> {
    let mut values = serde_json::to_value(knobs).context("the knobs cannot be read")?;
    for KnobArg { name, value } in wanted {
        let Some(known) = values.get_mut(name) else {
            return Err(Trouble::bad_input(format!("there is no knob {name:?}"))
                .hint("`unmoor simulate` shows every knob with its alternatives in a browser, at /_sim/knobs")
                .into());
        };
        *known = match known {
            Value::String(_) => Value::String(value.clone()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.clone()))
            }
        };
        if let Err(error) = serde_json::from_value::<Knobs>(values.clone()) {
            return Err(Trouble::bad_input(format!("knob {name}: {value:?} is no value for it: {error}")).into());
        }
    }
    let knobs: Knobs = serde_json::from_value(values).context("the knobs cannot be read")?;
    knobs.validate().map_err(|error| Trouble::bad_input(error.to_string()))?;
    Ok(knobs)
}
