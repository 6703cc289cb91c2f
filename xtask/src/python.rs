//! Python for steps that need programs of others: a virtual environment below `target/python`, made and filled here.
//!
//! An environment holds what its `requirements.txt` pins and nothing else. It is made anew when that file or the interpreter
//! changes, and taken as it is otherwise, so that only the first run needs a network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::output;
use crate::workspace::Workspace;

/// The variable that names another interpreter than `python3`.
const INTERPRETER_VARIABLE: &str = "UNMOOR_PYTHON";
/// The oldest Python that every pinned package takes.
const OLDEST: (u32, u32) = (3, 10);
/// Written last: what the environment was made of.
const STAMP: &str = "made-of";

/// A virtual environment that is ready.
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// The environment called `name`, with what `requirements` (a path below the root) pins.
    ///
    /// # Errors
    /// There is no Python that can do it, or pip cannot install what is pinned. The message says what to install.
    pub(crate) fn prepare(workspace: &Workspace, name: &str, requirements: &str) -> Result<Self> {
        let interpreter = Interpreter::of_this_machine()?;
        let path = workspace.root().join(requirements);
        let pinned = fs::read_to_string(&path).with_context(|| format!("cannot read {requirements}"))?;
        let environment = Self { folder: workspace.target()?.join("python").join(name) };
        let made_of = stamp(&interpreter.version, &pinned);
        if fs::read_to_string(environment.folder.join(STAMP)).is_ok_and(|found| found == made_of) {
            return Ok(environment);
        }
        output::error_line(&format!("    {} -m venv {}", interpreter.program, environment.folder.display()));
        environment.make(&interpreter)?;
        output::error_line(&format!("    pip install -r {requirements}"));
        environment.install(&path)?;
        fs::write(environment.folder.join(STAMP), made_of).context("cannot finish the virtual environment")?;
        Ok(environment)
    }

    /// The environment's Python, told to leave nothing beside its scripts.
    pub(crate) fn python(&self) -> Command {
        let mut command = Command::new(self.folder.join("bin").join("python"));
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUNBUFFERED", "1").stdin(Stdio::null());
        for stray in ["PYTHONPATH", "PYTHONHOME"] {
            command.env_remove(stray);
        }
        command
    }

    fn make(&self, interpreter: &Interpreter) -> Result<()> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).with_context(|| format!("cannot remove {}", self.folder.display()))?;
        }
        let status = Command::new(&interpreter.program).args(["-m", "venv"]).arg(&self.folder).status();
        if !status.is_ok_and(|status| status.success()) {
            bail!(
                "`{} -m venv` failed: install Python's venv module (on Debian: apt-get install python3-venv)",
                interpreter.program
            );
        }
        Ok(())
    }

    fn install(&self, requirements: &Path) -> Result<()> {
        let mut pip = self.python();
        pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", "install", "-r"]);
        let status = pip.arg(requirements).status().context("cannot start pip")?;
        if !status.success() {
            bail!("pip cannot install what {} pins ({status}); the first run needs a network", requirements.display());
        }
        Ok(())
    }
}

/// The scripts of a folder (below the root) by name, in order: every `check_….py`.
///
/// # Errors
/// The folder cannot be read, or has no script.
pub(crate) fn scripts(workspace: &Workspace, folder: &str) -> Result<Vec<String>> {
    let entries = fs::read_dir(workspace.root().join(folder)).with_context(|| format!("cannot list {folder}"))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut scripts: Vec<String> = names.filter(|name| is_script(name)).collect();
    if scripts.is_empty() {
        bail!("{folder} has no script");
    }
    scripts.sort_unstable();
    Ok(scripts)
}

fn is_script(name: &str) -> bool {
    name.strip_suffix(".py").is_some_and(|stem| stem.starts_with("check_"))
}

/// A Python that is new enough.
struct Interpreter {
    program: String,
    version: String,
}

impl Interpreter {
    fn of_this_machine() -> Result<Self> {
        let program = std::env::var(INTERPRETER_VARIABLE).unwrap_or_else(|_| "python3".to_owned());
        let missing = || {
            let (major, minor) = OLDEST;
            format!(
                "this step needs Python {major}.{minor} or newer: install it, or name one in {INTERPRETER_VARIABLE}"
            )
        };
        let asked = Command::new(&program).args(["-c", "import platform; print(platform.python_version())"]).output();
        let version = asked.ok().filter(|answer| answer.status.success()).with_context(missing)?.stdout;
        let version = String::from_utf8(version).ok().map(|text| text.trim().to_owned()).with_context(missing)?;
        if parse_version(&version).is_none_or(|version| version < OLDEST) {
            bail!("{}; `{program}` is {version}", missing());
        }
        Ok(Self { program, version })
    }
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn stamp(python: &str, requirements: &str) -> String {
    format!("python {python}\n{requirements}")
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

    #[test]
    fn versions_compare_as_numbers() {
        assert!(parse_version("3.9.18").is_some_and(|version| version < OLDEST));
        assert!(parse_version("3.10.0").is_some_and(|version| version >= OLDEST));
        assert!(parse_version("3.14.0rc1").is_some_and(|version| version >= OLDEST));
        assert_eq!(parse_version("three"), None);
    }

    #[test]
    fn another_python_or_another_requirement_makes_the_environment_anew() {
        let made_of = stamp("3.12.1", "a==1\n");
        assert_ne!(made_of, stamp("3.12.2", "a==1\n"));
        assert_ne!(made_of, stamp("3.12.1", "a==2\n"));
        assert_eq!(made_of, stamp("3.12.1", "a==1\n"));
    }
}
