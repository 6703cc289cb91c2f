//! Where the checkout is, and how cargo is called in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The checkout this run works on.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Takes the root from cargo, which names the folder of this package to every program it runs.
    pub(crate) fn of_this_run() -> Result<Self> {
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("cannot find the workspace: start this program as `cargo xtask`")?;
        let root = Path::new(&package).parent().context("cannot find the workspace above the package xtask")?;
        Ok(Self { root: root.to_owned() })
    }

    /// Another checkout: a copy, or what a test made up.
    pub(crate) fn at(root: PathBuf) -> Self {
        Self { root }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo builds: `target`, unless the person chose another place.
    pub(crate) fn target(&self) -> Result<PathBuf> {
        let metadata = self.metadata()?;
        let target = metadata.get("target_directory").and_then(|target| target.as_str());
        Ok(PathBuf::from(target.context("`cargo metadata` names no target directory")?))
    }

    /// Cargo, in the root, with the environment a person's shell would give it.
    ///
    /// `cargo run` describes this package to us in variables; passed on, they would differ from those of a plain
    /// `cargo build`, and build scripts that watch them (ring's does) would run again at every change between the two.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(program);
        command.current_dir(&self.root).args(arguments).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(describes_the_running_package) {
                command.env_remove(name);
            }
        }
        command
    }

    /// What cargo knows of the members, dependencies not resolved (so no network is needed).
    pub(crate) fn metadata(&self) -> Result<serde_json::Value> {
        let output = self
            .cargo(&["metadata", "--no-deps", "--format-version", "1"])
            .stderr(Stdio::inherit())
            .output()
            .context("cannot start `cargo metadata`")?;
        if !output.status.success() {
            bail!("`cargo metadata` ended with {}", output.status);
        }
        serde_json::from_slice(&output.stdout).context("`cargo metadata` gave something that is no JSON")
    }
}

fn describes_the_running_package(variable: &str) -> bool {
    const NAMES: [&str; 7] = [
        "CARGO_BIN_NAME",
        "CARGO_CRATE_NAME",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_LINKS",
        "CARGO_MANIFEST_PATH",
        "CARGO_PRIMARY_PACKAGE",
        "OUT_DIR",
    ];
    variable.starts_with("CARGO_PKG_") || NAMES.contains(&variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_describes_this_package_is_withheld_from_cargo() {
        assert!(describes_the_running_package("CARGO_PKG_VERSION_MAJOR"));
        assert!(describes_the_running_package("CARGO_MANIFEST_DIR"));
        for kept in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_TERM_COLOR", "CARGO_BUILD_JOBS", "RUSTFLAGS", "PATH"] {
            assert!(!describes_the_running_package(kept), "{kept} is the person's wish");
        }
    }
}
