//! `unmoor simulate`, built and started for a step, and stopped with it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;

/// What the simulator says once it listens; its address follows.
const LISTENING: &str = "listening on ";

/// A running simulator. It ends when this value does.
pub(crate) struct Simulator {
    process: Child,
    address: String,
}

impl Simulator {
    /// Starts the program at `binary` on a free port with the world of `customers` (a path below the root) and the scenario
    /// beside it. Its time stands still but for what its control surface is told.
    pub(crate) fn start(workspace: &Workspace, binary: &PathBuf, customers: &str) -> Result<Self> {
        let mut command = Command::new(binary);
        command.current_dir(workspace.root()).args([
            "simulate",
            "--port",
            "0",
            "--rate",
            "0",
            "--customers",
            customers,
        ]);
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let stdout = process.stdout.take().context("the simulator has no output")?;
        let mut simulator = Self { process, address: String::new() };
        let mut first_line = String::new();
        BufReader::new(stdout).read_line(&mut first_line).context("cannot read what the simulator says")?;
        match first_line.trim_end().strip_prefix(LISTENING) {
            Some(address) => address.clone_into(&mut simulator.address),
            None => bail!("`unmoor simulate` did not start; its own words are above"),
        }
        Ok(simulator)
    }

    /// Where it listens: `http://127.0.0.1:…`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to stop.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Builds the program and gives its path, as cargo tells it.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    let arguments = ["build", "--package", "unmoor-cli", "--message-format", "json-render-diagnostics"];
    let built = workspace.cargo(&arguments).stderr(Stdio::inherit()).output().context("cannot start `cargo build`")?;
    if !built.status.success() {
        bail!("`cargo build --package unmoor-cli` ended with {}", built.status);
    }
    executable(&String::from_utf8_lossy(&built.stdout)).context("cargo named no executable of unmoor-cli")
}

/// The executable that cargo's messages name.
fn executable(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    messages.filter_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?))).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_found_among_the_messages_of_cargo() {
        let messages = concat!(
            "{\"reason\":\"compiler-artifact\",\"executable\":null}\n",
            "no message\n",
            "{\"reason\":\"compiler-artifact\",\"executable\":\"/checkout/target/debug/unmoor\"}\n",
            "{\"reason\":\"build-finished\",\"success\":true}\n",
        );
        assert_eq!(executable(messages), Some(PathBuf::from("/checkout/target/debug/unmoor")));
        assert_eq!(executable("{\"reason\":\"build-finished\"}"), None);
    }
}
