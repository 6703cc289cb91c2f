//! `cargo xtask chaos`: schedules of everything that can go wrong, in a release build; and the proof that they would find a
//! defect, by making some on purpose.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::output;
use crate::proof::{Change, Copy, Run, Targets, build, build_program, run_test};
use crate::stopwatch::{Stopwatch, in_words};
use crate::tidy::files::{self, SourceFile};
use crate::workspace::Workspace;

/// Where the deliberate bugs stand.
const BUGS: &str = "tests/bugs.toml";
/// Package and program of the schedules.
const PROGRAM: (&str, &str) = ("e2e", "chaos");
/// A bug that none of so many schedules shows is not found.
const SCHEDULES: &str = "3000";

/// A defect that is made on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bug {
    /// What one calls it.
    name: String,
    /// What is true with it.
    makes: String,
    /// What it changes.
    change: Vec<Change>,
    /// The test that finds it, where no schedule can: its file and function.
    #[serde(default)]
    test: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    bug: Vec<Bug>,
}

/// What became of a bug.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Found { by: String },
    Survives,
    NotTried { why: String },
}

impl Verdict {
    fn words(&self) -> String {
        match self {
            Self::Found { by } => format!("found by {by}"),
            Self::Survives => "SURVIVES: nothing noticed".to_owned(),
            Self::NotTried { why } => format!("NOT TRIED: {why}"),
        }
    }
}

/// Runs schedules. `false` if one of them went wrong.
pub(crate) fn explore(workspace: &Workspace, arguments: &[String]) -> Result<bool> {
    let (package, program) = PROGRAM;
    let mut call = vec!["run", "--release", "--quiet", "--package", package, "--bin", program, "--"];
    call.extend(arguments.iter().map(String::as_str));
    let status = workspace.cargo(&call).status().context("cannot start cargo for the schedules")?;
    Ok(status.success())
}

/// Makes each bug, or those of `only`, in a copy of the checkout. `false` unless all are found.
pub(crate) fn prove(workspace: &Workspace, only: &[String]) -> Result<bool> {
    let bugs = read(&files::read_all(workspace.root())?)?;
    if let Some(unknown) = only.iter().find(|name| !bugs.iter().any(|bug| bug.name == **name)) {
        bail!("{BUGS} has no bug `{unknown}`");
    }
    let chosen: Vec<&Bug> = bugs.iter().filter(|bug| only.is_empty() || only.contains(&bug.name)).collect();
    let total = Stopwatch::start();
    let (copy, targets) = (Copy::of(workspace)?, Targets::of(workspace)?);
    // A test that fails anyway would prove nothing.
    for test in chosen.iter().filter_map(|bug| bug.test.as_ref()) {
        if by_test(&copy, &targets, test)? != Verdict::Survives {
            bail!("{test} does not pass without any bug");
        }
    }
    let mut verdicts = Vec::new();
    for (index, bug) in chosen.iter().enumerate() {
        let stopwatch = Stopwatch::start();
        let tried = copy.changed(&bug.change, || try_with(&copy, &targets, bug))?;
        let verdict = tried.unwrap_or_else(|why| Verdict::NotTried { why });
        let (place, count, took) = (index + 1, chosen.len(), in_words(stopwatch.elapsed()));
        output::error_line(&format!("{place}/{count} {}: {} ({took})", bug.name, verdict.words()));
        verdicts.push((*bug, verdict));
    }
    for (bug, verdict) in &verdicts {
        output::line(&format!("{:<28} {}\n{:<28}   {}", bug.name, bug.makes, "", verdict.words()));
    }
    let missed = verdicts.iter().filter(|(_, verdict)| !matches!(verdict, Verdict::Found { .. })).count();
    let count = verdicts.len();
    output::error_line(&format!("chaos: {count} bugs, {missed} not found, in {}", in_words(total.elapsed())));
    Ok(missed == 0)
}

fn try_with(copy: &Copy, targets: &Targets, bug: &Bug) -> Result<Verdict> {
    match &bug.test {
        Some(test) => by_test(copy, targets, test),
        None => by_schedules(copy),
    }
}

fn by_schedules(copy: &Copy) -> Result<Verdict> {
    let (package, name) = PROGRAM;
    let program = match build_program(copy, package, name)? {
        Ok(program) => program,
        Err(why) => return Ok(Verdict::NotTried { why: format!("it does not build: {why}") }),
    };
    let mut command = std::process::Command::new(&program);
    command.args(["--seeds", SCHEDULES, "--stop"]).current_dir(copy.root()).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().with_context(|| format!("cannot start {}", program.display()))?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(match found(&told) {
        Some(by) => Verdict::Found { by },
        None if output.status.success() => Verdict::Survives,
        None => Verdict::Found { by: format!("the end of the program: {}", output.status) },
    })
}

/// The first violation and how many schedules it took.
fn found(told: &str) -> Option<String> {
    let violation = told.lines().find(|line| line.starts_with("seed "))?;
    let after = told.lines().rev().find_map(|line| line.split_once(" schedules, ").map(|(count, _)| count.trim()))?;
    Some(format!("schedule {after}: {violation}"))
}

fn by_test(copy: &Copy, targets: &Targets, test: &str) -> Result<Verdict> {
    let parts = test.rsplit_once("::").and_then(|(path, name)| Some((targets.of_file(path)?, name)));
    let Some((target, name)) = parts else {
        return Ok(Verdict::NotTried { why: format!("`{test}` names no test") });
    };
    let program = match build(copy, target)? {
        Ok(program) => program,
        Err(why) => return Ok(Verdict::NotTried { why: format!("it does not build: {why}") }),
    };
    Ok(match run_test(copy, target, &program, name)? {
        Run::Failed => Verdict::Found { by: test.to_owned() },
        Run::Passed => Verdict::Survives,
        Run::Absent => Verdict::NotTried { why: format!("{test} is not there") },
    })
}

fn read(sources: &[SourceFile]) -> Result<Vec<Bug>> {
    let file = sources.iter().find(|file| file.path == BUGS).with_context(|| format!("there is no {BUGS}"))?;
    let document: Document = toml::from_str(&file.text).with_context(|| format!("cannot read {BUGS}"))?;
    Ok(document.bug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deliberate_bug_still_fits_the_code_and_names_a_test_that_is_there() {
        let workspace = Workspace::of_this_run().expect("the root");
        let sources = files::read_all(workspace.root()).expect("the sources");
        let bugs = read(&sources).expect("the bugs");
        let mut names: Vec<&str> = bugs.iter().map(|bug| bug.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), bugs.len(), "two bugs have one name");
        assert!(bugs.len() >= 15, "at least fifteen are promised");
        let misfits: Vec<String> = bugs
            .iter()
            .flat_map(|bug| {
                bug.change
                    .iter()
                    .filter_map(|change| change.problem(&sources))
                    .map(|why| format!("{}: {why}", bug.name))
            })
            .collect();
        assert_eq!(misfits, [""; 0]);
        for test in bugs.iter().filter_map(|bug| bug.test.as_ref()) {
            let (path, name) = test.rsplit_once("::").expect("a file and a function");
            let text = sources.iter().find(|file| file.path == path).map(|file| file.text.as_str());
            assert!(text.is_some_and(|text| text.contains(&format!("fn {name}("))), "there is no {test}");
        }
    }

    #[test]
    fn the_first_violation_and_the_count_are_read_from_what_the_schedules_tell() {
        let told = "seed 7: rule 5: sent twice\n  alone: cargo xtask chaos --seed 7\n     3  lease expired\n\
                    12 schedules, 900 steps, 400 comparisons, 1 violations, 0.3 s, 2400 schedules a minute\n";
        assert_eq!(found(told).as_deref(), Some("schedule 12: seed 7: rule 5: sent twice"));
        assert_eq!(found("12 schedules, 900 steps, 400 comparisons, 0 violations"), None);
    }
}
