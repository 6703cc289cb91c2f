//! The step `clients`: programs that nobody here wrote work against `unmoor simulate`.
//!
//! Every `check_….py` in `tests/clients` is one program of a client's own library, run against one simulator; each puts the
//! world back to its beginning first.

use anyhow::{Context as _, Result};

use crate::output;
use crate::python::{self, Environment};
use crate::simulator::{self, Simulator};
use crate::workspace::Workspace;

/// Where the scripts are, the requirements, and the world they are run in.
const FOLDER: &str = "tests/clients";

/// Runs the scripts one after the other and stops at the first that fails, which has told why.
pub(crate) fn run(workspace: &Workspace) -> Result<bool> {
    let scripts = python::scripts(workspace, FOLDER)?;
    let binary = simulator::build(workspace)?;
    let environment = Environment::prepare(workspace, "clients", &format!("{FOLDER}/requirements.txt"))?;
    let simulator = Simulator::start(workspace, &binary, &format!("{FOLDER}/customers.csv"))?;
    for script in scripts {
        output::error_line(&format!("    python {FOLDER}/{script} {}", simulator.address()));
        let mut python = environment.python();
        python.current_dir(workspace.root().join(FOLDER)).args([&script, simulator.address()]);
        let status = python.status().with_context(|| format!("cannot start {FOLDER}/{script}"))?;
        if !status.success() {
            output::error_line(&format!("    {FOLDER}/{script} ended with {status}"));
            return Ok(false);
        }
    }
    Ok(true)
}
