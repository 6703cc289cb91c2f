//! The step `browser`: a person walks through the simulator's pages in a headless Chromium.
//!
//! Every `check_….py` in `tests/browser` starts what it needs of the real program by itself. Pictures of every page are left
//! under `target/browser`, to be looked at.

use std::fs;

use anyhow::{Context as _, Result};

use crate::chromium;
use crate::output;
use crate::python::{self, Environment};
use crate::simulator;
use crate::workspace::Workspace;

/// Where the scripts and their requirements are.
const FOLDER: &str = "tests/browser";

/// Runs the scripts one after the other and stops at the first that fails, which has told why.
pub(crate) fn run(workspace: &Workspace) -> Result<bool> {
    let scripts = python::scripts(workspace, FOLDER)?;
    let chromium = chromium::find()?;
    let binary = simulator::build(workspace)?;
    let environment = Environment::prepare(workspace, "browser", &format!("{FOLDER}/requirements.txt"))?;
    let pictures = workspace.target()?.join("browser");
    if pictures.exists() {
        fs::remove_dir_all(&pictures).with_context(|| format!("cannot remove {}", pictures.display()))?;
    }
    for script in scripts {
        output::error_line(&format!("    python {FOLDER}/{script}"));
        let mut python = environment.python();
        python.current_dir(workspace.root().join(FOLDER)).arg(&script);
        python.arg("--unmoor").arg(&binary).arg("--chromium").arg(&chromium).arg("--pictures").arg(&pictures);
        let status = python.status().with_context(|| format!("cannot start {FOLDER}/{script}"))?;
        if !status.success() {
            output::error_line(&format!("    {FOLDER}/{script} ended with {status}"));
            return Ok(false);
        }
    }
    output::error_line(&format!("    pictures of every page: {}", pictures.display()));
    Ok(true)
}
