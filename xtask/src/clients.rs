//! The step `clients`: programs that nobody here wrote work against `unmoor simulate`.
//!
//! Every `check_….py` in `tests/clients` is one program of a client's own library, run against one simulator; each puts the
//! world back to its beginning first.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::output;
use crate::python::Environment;
use crate::simulator::{self, Simulator};
use crate::workspace::Workspace;

/// Where the scripts are, the requirements, and the world they are run in.
const FOLDER: &str = "tests/clients";

/// Runs the scripts one after the other and stops at the first that fails, which has told why.
pub(crate) fn run(workspace: &Workspace) -> Result<bool> {
    let scripts = scripts(workspace)?;
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

/// The scripts by name, in order.
fn scripts(workspace: &Workspace) -> Result<Vec<String>> {
    let entries = fs::read_dir(workspace.root().join(FOLDER)).with_context(|| format!("cannot list {FOLDER}"))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut scripts: Vec<String> = names.filter(|name| is_script(name)).collect();
    if scripts.is_empty() {
        bail!("{FOLDER} has no script");
    }
    scripts.sort_unstable();
    Ok(scripts)
}

fn is_script(name: &str) -> bool {
    name.strip_suffix(".py").is_some_and(|stem| stem.starts_with("check_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_scripts_share_is_no_script() {
        assert!(is_script("check_pywa.py"));
        assert!(!is_script("checks.py"));
        assert!(!is_script("simulator.py"));
        assert!(!is_script("check_pywa.py.orig"));
    }
}
