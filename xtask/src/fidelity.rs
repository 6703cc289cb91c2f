//! `FIDELITY.md` of the simulator, which its example `fidelity` prints. A test of the simulator's compares the two.

use std::fs;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};

use crate::output;
use crate::workspace::Workspace;

const PAGE: &str = "crates/simulator/FIDELITY.md";

/// Writes the page anew, where it differs.
pub(crate) fn write(workspace: &Workspace) -> Result<bool> {
    let printed = workspace
        .cargo(&["run", "--quiet", "--package", "unmoor-simulator", "--example", "fidelity"])
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start the simulator's example `fidelity`")?;
    if !printed.status.success() {
        bail!("the simulator's example `fidelity` ended with {}", printed.status);
    }
    let path = workspace.root().join(PAGE);
    let old = fs::read(&path).unwrap_or_default();
    if old != printed.stdout {
        fs::write(&path, &printed.stdout).with_context(|| format!("cannot write {}", path.display()))?;
        output::line(&format!("{PAGE}: was outdated"));
    }
    Ok(true)
}
