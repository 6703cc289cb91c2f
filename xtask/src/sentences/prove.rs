//! Proof that each test bites: a rule is taken away in a copy of the checkout, and its test is expected to fail.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::Coverage;
use super::removals::Removal;
use crate::output;
use crate::proof::{Copy, Run, Target, Targets, build, run_test};
use crate::stopwatch::{Stopwatch, in_words};
use crate::workspace::Workspace;

/// What became of a removal.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    /// The test failed, as it should.
    Bites,
    /// The test passed without the rule.
    Survives,
    /// The change does not compile, which proves nothing.
    DoesNotBuild { why: String },
    /// The test is not there, or did not run.
    NotRun { why: String },
}

impl Verdict {
    fn words(&self) -> String {
        match self {
            Self::Bites => "bites".to_owned(),
            Self::Survives => "SURVIVES: the test passes without the rule".to_owned(),
            Self::DoesNotBuild { why } => format!("DOES NOT BUILD: {why}"),
            Self::NotRun { why } => format!("NOT RUN: {why}"),
        }
    }
}

/// Makes the removals, those of the sentences in `only` or all, and prints a verdict for each. `false` unless all bite.
pub(super) fn run(workspace: &Workspace, coverage: &Coverage, only: &[String]) -> Result<bool> {
    let chosen = chosen(&coverage.removals, only)?;
    let total = Stopwatch::start();
    let copy = Copy::of(workspace)?;
    let targets = Targets::of(workspace)?;
    if !all_pass_before(&copy, &targets, &chosen)? {
        return Ok(false);
    }
    let mut verdicts = Vec::new();
    for (index, removal) in chosen.iter().enumerate() {
        let stopwatch = Stopwatch::start();
        let verdict = try_without(&copy, &targets, removal)?;
        output::error_line(&format!(
            "{}/{} guide {}: {} ({})",
            index + 1,
            chosen.len(),
            removal.sentences.join(", "),
            verdict.words(),
            in_words(stopwatch.elapsed())
        ));
        verdicts.push((*removal, verdict));
    }
    let place = |number: &String| coverage.sentences.iter().position(|sentence| sentence.number == *number);
    verdicts.sort_by_key(|(removal, _)| removal.sentences.first().map(place));
    output::line(&report(&verdicts));
    let survivors = verdicts.iter().filter(|(_, verdict)| *verdict != Verdict::Bites).count();
    output::error_line(&format!(
        "sentences: {} removals, {survivors} without a bite, in {}",
        verdicts.len(),
        in_words(total.elapsed())
    ));
    Ok(survivors == 0)
}

/// Those of `only`, all if it is empty; neighbours change the same package, so that little is compiled twice.
fn chosen<'a>(removals: &'a [Removal], only: &[String]) -> Result<Vec<&'a Removal>> {
    if let Some(unknown) = only.iter().find(|number| !removals.iter().any(|removal| removal.sentences.contains(number)))
    {
        bail!("no removal is about guide {unknown}");
    }
    let wanted = |removal: &&Removal| only.is_empty() || only.iter().any(|number| removal.sentences.contains(number));
    let mut chosen: Vec<&Removal> = removals.iter().filter(wanted).collect();
    let package = |file: &str| file.split('/').take(2).collect::<Vec<_>>().join("/");
    chosen
        .sort_by_key(|removal| (package(&removal.change.file), removal.test_parts().map(|(path, _)| path.to_owned())));
    Ok(chosen)
}

/// A test that fails anyway would prove nothing.
fn all_pass_before(copy: &Copy, targets: &Targets, removals: &[&Removal]) -> Result<bool> {
    let wanted: BTreeSet<(&Target, &str)> = removals
        .iter()
        .filter_map(|removal| removal.test_parts())
        .filter_map(|(path, name)| Some((targets.of_file(path)?, name)))
        .collect();
    let mut all_pass = true;
    let mut built = None;
    for (target, name) in wanted {
        if built.as_ref().is_none_or(|(of, _)| *of != target) {
            output::error_line(&format!("building {} as it is", target.words()));
            match build(copy, target)? {
                Ok(program) => built = Some((target, program)),
                Err(why) => bail!("{} does not build as it is: {why}", target.words()),
            }
        }
        let Some((_, program)) = &built else { continue };
        match run_test(copy, target, program, name)? {
            Run::Passed => {}
            Run::Failed => {
                all_pass = false;
                output::line(&format!("{name}: fails with every rule in place"));
            }
            Run::Absent => {
                all_pass = false;
                output::line(&format!("{name}: is not among the tests of {}", target.words()));
            }
        }
    }
    Ok(all_pass)
}

fn try_without(copy: &Copy, targets: &Targets, removal: &Removal) -> Result<Verdict> {
    let Some((path, name)) = removal.test_parts() else {
        return Ok(Verdict::NotRun { why: format!("`{}` names no test", removal.test) });
    };
    let Some(target) = targets.of_file(path) else {
        return Ok(Verdict::NotRun { why: format!("{path} belongs to no tests of a package") });
    };
    match copy.changed(std::slice::from_ref(&removal.change), || verdict_of(copy, target, name))? {
        Ok(verdict) => Ok(verdict),
        Err(why) => Ok(Verdict::NotRun { why }),
    }
}

fn verdict_of(copy: &Copy, target: &Target, name: &str) -> Result<Verdict> {
    let program = match build(copy, target)? {
        Ok(program) => program,
        Err(why) => return Ok(Verdict::DoesNotBuild { why }),
    };
    Ok(match run_test(copy, target, &program, name)? {
        Run::Failed => Verdict::Bites,
        Run::Passed => Verdict::Survives,
        Run::Absent => Verdict::NotRun { why: format!("{name} is not among the tests of {}", target.words()) },
    })
}

/// One block for each removal.
fn report(verdicts: &[(&Removal, Verdict)]) -> String {
    let mut text = String::new();
    for (removal, verdict) in verdicts {
        let _ = writeln!(text, "{:<8} {}", removal.sentences.join(", "), verdict.words());
        let _ = writeln!(text, "         removed  {} ({})", removal.makes, removal.change.file);
        let _ = writeln!(text, "         test     {}", removal.test);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::Change;

    fn removal(number: &str, file: &str) -> Removal {
        Removal {
            sentences: vec![number.to_owned()],
            makes: "it is otherwise".to_owned(),
            change: Change { file: file.to_owned(), find: "true".to_owned(), replace: "false".to_owned() },
            test: "crates/a/tests/b.rs::it_is_so".to_owned(),
            place: "spec/removals/a.toml:1".to_owned(),
        }
    }

    #[test]
    fn chosen_are_those_asked_for_with_neighbours_of_one_package_together() {
        let removals = [
            removal("8.4", "crates/b/src/x.rs"),
            removal("8.5", "crates/a/src/x.rs"),
            removal("8.6", "crates/b/src/y.rs"),
        ];
        let numbers = |only: &[String]| -> Vec<String> {
            chosen(&removals, only).expect("known").iter().flat_map(|removal| removal.sentences.clone()).collect()
        };
        assert_eq!(numbers(&[]), ["8.5", "8.4", "8.6"]);
        assert_eq!(numbers(&["8.6".to_owned()]), ["8.6"]);
        assert!(chosen(&removals, &["9.9".to_owned()]).is_err());
    }

    #[test]
    fn the_report_shouts_what_did_not_bite() {
        let removal = removal("2.1", "crates/a/src/x.rs");
        let verdicts = [Verdict::Bites, Verdict::Survives, Verdict::DoesNotBuild { why: "no such type".to_owned() }];
        let verdicts: Vec<(&Removal, Verdict)> = verdicts.into_iter().map(|verdict| (&removal, verdict)).collect();
        let text = report(&verdicts);
        let heads: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
        assert_eq!(
            heads,
            [
                "2.1      bites",
                "2.1      SURVIVES: the test passes without the rule",
                "2.1      DOES NOT BUILD: no such type"
            ]
        );
    }
}
