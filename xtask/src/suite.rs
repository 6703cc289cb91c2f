//! `cargo xtask test`: everything that must hold, one step after the other.
//!
//! Cheap steps come first. Each step is a build of its own kind only where it must be: doc tests reuse what the tests
//! compiled, and the documentation reuses what clippy checked.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::browser;
use crate::clients;
use crate::debian;
use crate::output;
use crate::reference;
use crate::sentences;
use crate::stopwatch::{Stopwatch, in_words};
use crate::tidy;
use crate::workspace::Workspace;

/// Names a copy of Meta's OpenAPI file for the tests that compare with it. Without one they say so, where nobody sees it.
const META_OPENAPI: &str = "UNMOOR_META_OPENAPI";

/// A step of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Format,
    Tidy,
    Sentences,
    Clippy,
    Test,
    DocTest,
    Doc,
    Reference,
    Clients,
    Browser,
}

impl Step {
    /// All of them, in the order in which they run.
    pub(crate) const ALL: [Self; 10] = [
        Self::Format,
        Self::Tidy,
        Self::Sentences,
        Self::Clippy,
        Self::Test,
        Self::DocTest,
        Self::Doc,
        Self::Reference,
        Self::Clients,
        Self::Browser,
    ];

    /// The word for `--only`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Tidy => "tidy",
            Self::Sentences => "sentences",
            Self::Clippy => "clippy",
            Self::Test => "test",
            Self::DocTest => "doctest",
            Self::Doc => "doc",
            Self::Reference => "reference",
            Self::Clients => "clients",
            Self::Browser => "browser",
        }
    }

    /// What one types to run a step of ours without the suite.
    fn task(self) -> &'static str {
        match self {
            Self::Reference => "docs --check",
            Self::Clients => "test --only clients",
            Self::Format | Self::Tidy | Self::Sentences | Self::Clippy | Self::Test | Self::DocTest | Self::Doc => {
                self.name()
            }
            Self::Browser => "test --only browser",
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::Format => "every file of Rust is formatted",
            Self::Tidy => "the house rules hold",
            Self::Sentences => "every sentence of the guide is held by a test",
            Self::Clippy => "clippy and the compiler have nothing to say",
            Self::Test => "every test passes",
            Self::DocTest => "every example in the documentation runs",
            Self::Doc => "the documentation builds and its links resolve",
            Self::Reference => "the generated pages are those of this code",
            Self::Clients => "clients that nobody here wrote work against the simulator",
            Self::Browser => "a person can do a customer's part in a browser",
        }
    }

    /// What to do about a failure, where the step's own output may not say it.
    fn advice(self) -> Option<&'static str> {
        match self {
            Self::Format => Some("`cargo fmt --all` formats everything"),
            Self::Reference => Some("`cargo xtask docs` writes the generated pages anew"),
            Self::Clients => Some("tests/clients/README.md tells how to run one script by hand"),
            Self::Sentences => Some("`cargo xtask sentences --help` tells how a test says what it holds"),
            Self::Browser => Some("tests/browser/README.md tells how to run one script by hand"),
            Self::Tidy | Self::Clippy | Self::Test | Self::DocTest | Self::Doc => None,
        }
    }

    /// The call of cargo that is this step; none for a step that is code of ours.
    fn call(self, runner: TestRunner) -> Option<Call> {
        let arguments: &[&str] = match self {
            Self::Format => &["fmt", "--all", "--check"],
            Self::Tidy | Self::Sentences | Self::Reference | Self::Clients | Self::Browser => return None,
            Self::Clippy => &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
            Self::Test => match runner {
                TestRunner::Nextest => &["nextest", "run", "--workspace"],
                TestRunner::NextestInCi => &["nextest", "run", "--workspace", "--profile", "ci"],
                TestRunner::Cargo => &["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"],
            },
            Self::DocTest => &["test", "--workspace", "--doc"],
            Self::Doc => {
                let arguments: &[&str] = &["doc", "--workspace", "--no-deps", "--document-private-items"];
                return Some(Call { arguments, environment: Some(("RUSTDOCFLAGS", "-D warnings")) });
            }
        };
        Some(Call { arguments, environment: None })
    }
}

/// A call of cargo as data, so that it can be shown as well as made.
struct Call {
    arguments: &'static [&'static str],
    environment: Option<(&'static str, &'static str)>,
}

impl Call {
    /// As one would type it.
    fn typed(&self) -> String {
        let variable = self.environment.map(|(name, value)| format!("{name}=\"{value}\" ")).unwrap_or_default();
        format!("{variable}cargo {}", self.arguments.join(" "))
    }

    fn command(&self, workspace: &Workspace) -> Command {
        let mut command = workspace.cargo(self.arguments);
        if let Some((name, value)) = self.environment {
            let of_the_person = std::env::var(name).unwrap_or_default();
            command.env(name, format!("{of_the_person} {value}").trim());
        }
        command
    }
}

/// Who runs the tests. Nothing beyond the toolchain is required.
#[derive(Clone, Copy)]
enum TestRunner {
    Cargo,
    Nextest,
    NextestInCi,
}

impl TestRunner {
    fn of_this_machine() -> Self {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let answer =
            Command::new(program).args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        let installed = answer.is_ok_and(|status| status.success());
        match (installed, std::env::var_os("CI").is_some()) {
            (false, _) => Self::Cargo,
            (true, false) => Self::Nextest,
            (true, true) => Self::NextestInCi,
        }
    }
}

/// Names the steps and what each of them runs.
pub(crate) fn list() {
    let runner = TestRunner::of_this_machine();
    for step in Step::ALL {
        let runs = step.call(runner).map_or_else(|| format!("cargo xtask {}", step.task()), |call| call.typed());
        output::line(&format!("{:<9} {}\n          {runs}", step.name(), step.purpose()));
    }
}

/// Runs the steps until one fails. `false` if one did.
pub(crate) fn run(workspace: &Workspace, steps: &[Step]) -> Result<bool> {
    let runner = TestRunner::of_this_machine();
    let total = Stopwatch::start();
    let mut finished: Vec<(Step, Duration)> = Vec::new();
    for (index, step) in steps.iter().copied().enumerate() {
        output::error_line(&format!("\n=== {}/{} {}: {}", index + 1, steps.len(), step.name(), step.purpose()));
        let stopwatch = Stopwatch::start();
        if let Some(reason) = failure_of(step, runner, workspace)? {
            output::error_line(&report_failure(step, &reason, total.elapsed()));
            return Ok(false);
        }
        finished.push((step, stopwatch.elapsed()));
    }
    output::error_line(&report_success(&finished, total.elapsed()));
    Ok(true)
}

/// Runs one step; gives the reason in one line if it failed.
fn failure_of(step: Step, runner: TestRunner, workspace: &Workspace) -> Result<Option<String>> {
    let Some(call) = step.call(runner) else {
        return run_own(step, workspace);
    };
    output::error_line(&format!("    {}", call.typed()));
    let mut command = call.command(workspace);
    let database = (step == Step::Test).then(database_server).transpose()?.flatten();
    if let Some(server) = &database {
        command.env(postgres_server::FOLDER_VARIABLE, server.folder());
    }
    if step == Step::Test && std::env::var_os(META_OPENAPI).is_none() {
        output::error_line(&format!(
            "    notice: {META_OPENAPI} is not set: no answer is compared with Meta's OpenAPI file"
        ));
    }
    let status = command.status().with_context(|| format!("cannot start `{}`", call.typed()))?;
    Ok((!status.success()).then(|| format!("`{}` ended with {status}", call.typed())))
}

/// One server for all tests, but where somebody has named one.
fn database_server() -> Result<Option<postgres_server::Server>> {
    if std::env::var_os(postgres_server::FOLDER_VARIABLE).is_some() {
        return Ok(None);
    }
    if !postgres_server::is_installed() && debian::may_install() {
        debian::install("postgresql")?;
    }
    Ok(Some(postgres_server::Server::start(postgres_server::Durability::None)?))
}

/// The steps that are code of ours.
fn run_own(step: Step, workspace: &Workspace) -> Result<Option<String>> {
    let (passed, reason) = match step {
        Step::Tidy => (tidy::run(workspace)?, "a house rule is broken, see above"),
        Step::Sentences => (sentences::check(workspace)?, "a sentence of the guide is not held, see above"),
        Step::Reference => {
            let files = reference::generated(workspace)?;
            (reference::check(workspace, files)?, "a generated page differs, see above")
        }
        Step::Browser => (browser::run(workspace)?, "a person cannot do it in a browser, see above"),
        Step::Clients => (clients::run(workspace)?, "a client does not work against the simulator, see above"),
        Step::Format | Step::Clippy | Step::Test | Step::DocTest | Step::Doc => {
            bail!("the step {} is a call of cargo and has none", step.name())
        }
    };
    Ok((!passed).then(|| reason.to_owned()))
}

fn report_failure(step: Step, reason: &str, elapsed: Duration) -> String {
    let mut report = format!("\n=== FAILED after {}: {}: {reason}\n", in_words(elapsed), step.name());
    if let Some(advice) = step.advice() {
        report.push_str(&format!("hint: {advice}\n"));
    }
    report.push_str(&format!("hint: `cargo xtask test --only {}` repeats this step alone", step.name()));
    report
}

fn report_success(finished: &[(Step, Duration)], elapsed: Duration) -> String {
    let mut report = String::from("\n=== passed\n");
    for (step, took) in finished {
        report.push_str(&format!("    {:<9} {:>12}\n", step.name(), in_words(*took)));
    }
    report.push_str(&format!("    {:<9} {:>12}", "total", in_words(elapsed)));
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_steps_are_distinct_words() {
        let mut names: Vec<_> = Step::ALL.into_iter().map(Step::name).collect();
        assert!(names.iter().all(|name| name.chars().all(|letter| letter.is_ascii_lowercase())));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Step::ALL.len());
    }

    #[test]
    fn no_step_lets_a_warning_pass() {
        let call = |step: Step| step.call(TestRunner::Cargo).expect("a step that cargo runs").typed();
        assert_eq!(call(Step::Clippy), "cargo clippy --workspace --all-targets -- -D warnings");
        assert_eq!(
            call(Step::Doc),
            "RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps --document-private-items"
        );
    }

    #[test]
    fn every_call_names_the_whole_workspace() {
        for step in Step::ALL {
            for runner in [TestRunner::Cargo, TestRunner::Nextest, TestRunner::NextestInCi] {
                if let Some(call) = step.call(runner) {
                    assert!(call.arguments.iter().any(|a| ["--workspace", "--all"].contains(a)), "{}", call.typed());
                }
            }
        }
    }

    #[test]
    fn a_failure_says_how_to_repeat_the_step() {
        let report = report_failure(Step::Format, "`cargo fmt` ended with exit status: 1", Duration::from_secs(2));
        assert!(report.contains("FAILED after 2.0 s: format: `cargo fmt` ended with exit status: 1\n"), "{report}");
        assert!(report.contains("`cargo fmt --all` formats everything"), "{report}");
        assert!(report.ends_with("`cargo xtask test --only format` repeats this step alone"), "{report}");
    }

    #[test]
    fn success_ends_with_the_total() {
        let report = report_success(&[(Step::Format, Duration::from_secs(1))], Duration::from_secs(61));
        assert!(report.ends_with("total       1 min 01 s"), "{report}");
    }
}
