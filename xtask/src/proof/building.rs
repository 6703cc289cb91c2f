//! Building the tests of a copy, and running one of them.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::checkout::Copy;
use super::targets::Target;

/// A test that has not ended by then is ended; without its rule it may never.
const PATIENCE: Duration = Duration::from_secs(180);

/// What a test came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    Passed,
    /// It failed, crashed or did not end.
    Failed,
    /// There is no such test.
    Absent,
}

/// Builds the tests of a target. Gives the program, or the compiler's first error.
pub(crate) fn build(copy: &Copy, target: &Target) -> Result<Result<PathBuf, String>> {
    let mut arguments = vec!["test", "--quiet", "--no-run", "--package", &target.package];
    arguments.extend(target.selection.iter().map(String::as_str));
    built_by(copy, &arguments, &target.words())
}

/// Builds a binary of a package. Gives the program, or the compiler's first error.
pub(crate) fn build_program(copy: &Copy, package: &str, name: &str) -> Result<Result<PathBuf, String>> {
    built_by(copy, &["build", "--quiet", "--package", package, "--bin", name], name)
}

fn built_by(copy: &Copy, arguments: &[&str], what: &str) -> Result<Result<PathBuf, String>> {
    let arguments = [arguments, &["--message-format=json"]].concat();
    let output = copy.cargo(&arguments).stderr(Stdio::piped()).output().context("cannot start cargo")?;
    let messages: Vec<Value> =
        String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    if !output.status.success() {
        let first = messages.iter().find_map(error_of);
        return Ok(Err(first.unwrap_or_else(|| last_line(&String::from_utf8_lossy(&output.stderr)))));
    }
    let program = messages.iter().rev().find_map(|message| message.get("executable")?.as_str());
    match program {
        Some(program) => Ok(Ok(PathBuf::from(program))),
        None => bail!("cargo built {what} and names no program"),
    }
}

fn error_of(message: &Value) -> Option<String> {
    let message = message.get("message")?;
    let is_error = message.get("level")?.as_str()? == "error";
    is_error.then(|| message.get("message")?.as_str().map(str::to_owned)).flatten()
}

fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or("cargo said nothing").to_owned()
}

/// Runs the test with this name.
pub(crate) fn run_test(copy: &Copy, target: &Target, program: &PathBuf, name: &str) -> Result<Run> {
    let folder = copy.root().join(&target.folder);
    let mut child = Command::new(program)
        .arg(name)
        .current_dir(&folder)
        .env("CARGO_MANIFEST_DIR", &folder)
        .env("INSTA_UPDATE", "no")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let Some(told) = listen(&mut child) else {
        child.kill().context("cannot end a test that does not end")?;
        child.wait().context("cannot wait for a test that was ended")?;
        return Ok(Run::Failed);
    };
    let status = child.wait().context("cannot wait for a test")?;
    Ok(result_of(&told, name, status.code().is_none()))
}

/// What it prints until it ends; none if it does not in time.
fn listen(child: &mut Child) -> Option<String> {
    let (sender, receiver) = mpsc::channel();
    let mut stdout = child.stdout.take()?;
    let mut stderr = child.stderr.take()?;
    thread::spawn(move || {
        // Read beside the results, so that a test that says much is not held up; a failure is told by its result.
        drop(std::io::copy(&mut stderr, &mut std::io::sink()));
    });
    thread::spawn(move || {
        let mut told = Vec::new();
        // What was read before an error is still what was told.
        drop(stdout.read_to_end(&mut told));
        drop(sender.send(String::from_utf8_lossy(&told).into_owned()));
    });
    receiver.recv_timeout(PATIENCE).ok()
}

/// Looks for the line `test path::to::name ... ok`. A program that crashed has failed the test that it ran.
fn result_of(told: &str, name: &str, crashed: bool) -> Run {
    let of_test = told.lines().find_map(|line| {
        let (path, result) = line.strip_prefix("test ")?.split_once(" ... ")?;
        let path = path.strip_suffix(" - should panic").unwrap_or(path);
        (path.rsplit("::").next() == Some(name)).then_some(result)
    });
    match of_test {
        Some("ok") => Run::Passed,
        Some(_) => Run::Failed,
        None if crashed => Run::Failed,
        None => Run::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_is_that_of_the_very_test() {
        let told = "running 3 tests\ntest a::it_moves ... ok\ntest a::it_moves_on ... FAILED\ntest b::it_stops - should panic ... ok\n";
        assert_eq!(result_of(told, "it_moves", false), Run::Passed);
        assert_eq!(result_of(told, "it_moves_on", false), Run::Failed);
        assert_eq!(result_of(told, "it_stops", false), Run::Passed);
        assert_eq!(result_of(told, "it", false), Run::Absent);
        assert_eq!(result_of("running 1 test\n", "it_moves", true), Run::Failed, "an overflow of the stack");
    }

    #[test]
    fn only_errors_of_the_compiler_count_as_such() {
        let message = |level: &str| serde_json::json!({ "reason": "compiler-message", "message": { "level": level, "message": "mismatched types" } });
        assert_eq!(error_of(&message("error")).as_deref(), Some("mismatched types"));
        assert_eq!(error_of(&message("warning")), None);
    }
}
