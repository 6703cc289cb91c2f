//! What may be typed after `cargo xtask`. Anything else is refused, never guessed.

use crate::suite::Step;

/// A request that was understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Print this text.
    Help(&'static str),
    /// Name the steps of `test` without running them.
    ListSteps,
    /// Run these steps, in the order of the suite.
    Test(Vec<Step>),
    /// Measure these rows; all if none is named.
    Bench(Vec<String>),
    /// Check the house rules.
    Tidy,
    /// Write the generated pages.
    WriteDocs,
    /// Compare the generated pages with those on disk.
    CheckDocs,
}

const HELP: &str = "\
The tasks of the workspace.

Usage: cargo xtask <TASK> [OPTIONS]

Tasks:
  test     Check everything: format, house rules, lints, tests, documentation
  tidy     Check the house rules alone: who may use whom, and how sources are written
  bench    Measure what must be fast, in a release build, and print a table
  docs     Write the pages that are generated from the code: docs/blockers, docs/reference
  help     Print this text; `cargo xtask <TASK> --help` tells more about one

Exit status: 0 all is well, 1 something was found or failed, 2 the request was not understood";

const TEST_HELP: &str = "\
Check everything, step by step, and stop at the first step that fails.
Needs the Rust toolchain and a C compiler; takes cargo-nextest for the tests where it is installed.
The step `clients` needs Python 3.10 or newer with venv, and a network for its first run.

Usage: cargo xtask test [OPTIONS]

Options:
  --only <STEP>  Run this step alone; may be given several times
  --list         Name the steps and what each of them runs
  --help         Print this text";

const TIDY_HELP: &str = "\
Check the house rules and print each violation as `path:line: rule: what to do`.
The table of who may use whom is xtask/src/tidy/table.rs, the other lists are xtask/src/tidy/house_rules.rs.

Usage: cargo xtask tidy";

const BENCH_HELP: &str = "\
Measure what must be fast: each speed as a ratio against a baseline that runs beside it. Prints a Markdown table.
Needs a machine that does nothing else; takes some minutes, and the release build before that.

Usage: cargo xtask bench [ROW]...

Rows: simulator-speed, simulator-load; all of them if none is named";

const DOCS_HELP: &str = "\
Write the pages that are generated from the code, and remove those that no longer are: docs/blockers, docs/reference.

Usage: cargo xtask docs [OPTIONS]

Options:
  --check  Write nothing; name each page that differs
  --help   Print this text";

/// Understands the arguments, those after the program's name. The error is one sentence for the person.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut arguments = arguments.peekable();
    let Some(task) = arguments.next() else {
        return Err("which task? `test`, `tidy`, `bench` or `docs`".to_owned());
    };
    let asks_for_help = arguments.peek().is_some_and(|next| next == "--help" || next == "-h");
    match task.as_str() {
        "help" | "--help" | "-h" => nothing_more(arguments, Command::Help(HELP)),
        "test" if asks_for_help => Ok(Command::Help(TEST_HELP)),
        "test" => parse_test(arguments),
        "bench" if asks_for_help => Ok(Command::Help(BENCH_HELP)),
        "bench" => Ok(Command::Bench(arguments.collect())),
        "tidy" if asks_for_help => Ok(Command::Help(TIDY_HELP)),
        "tidy" => nothing_more(arguments, Command::Tidy),
        "docs" if asks_for_help => Ok(Command::Help(DOCS_HELP)),
        "docs" if arguments.next_if(|next| next == "--check").is_some() => nothing_more(arguments, Command::CheckDocs),
        "docs" => nothing_more(arguments, Command::WriteDocs),
        other => Err(format!("there is no task `{other}`")),
    }
}

fn parse_test(mut arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut chosen = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--list" => return nothing_more(arguments, Command::ListSteps),
            "--only" => chosen.push(step(&arguments.next().ok_or("`--only` needs the name of a step")?)?),
            other => match other.strip_prefix("--only=") {
                Some(name) => chosen.push(step(name)?),
                None => return Err(format!("`test` does not know `{other}`")),
            },
        }
    }
    let in_order = Step::ALL.into_iter().filter(|step| chosen.is_empty() || chosen.contains(step));
    Ok(Command::Test(in_order.collect()))
}

fn step(name: &str) -> Result<Step, String> {
    Step::ALL.into_iter().find(|step| step.name() == name).ok_or_else(|| {
        let names: Vec<_> = Step::ALL.into_iter().map(Step::name).collect();
        format!("there is no step `{name}`; the steps are {}", names.join(", "))
    })
}

fn nothing_more(mut arguments: impl Iterator<Item = String>, command: Command) -> Result<Command, String> {
    match arguments.next() {
        None => Ok(command),
        Some(surplus) => Err(format!("`{surplus}` is too much here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn each_task_is_understood() {
        assert_eq!(typed("tidy"), Ok(Command::Tidy));
        assert_eq!(typed("test"), Ok(Command::Test(Step::ALL.to_vec())));
        assert_eq!(typed("test --list"), Ok(Command::ListSteps));
        assert_eq!(typed("help"), Ok(Command::Help(HELP)));
        assert_eq!(typed("test --help"), Ok(Command::Help(TEST_HELP)));
        assert_eq!(typed("tidy -h"), Ok(Command::Help(TIDY_HELP)));
        assert_eq!(typed("bench"), Ok(Command::Bench(Vec::new())));
        assert_eq!(typed("bench simulator-load"), Ok(Command::Bench(vec!["simulator-load".to_owned()])));
        assert_eq!(typed("docs"), Ok(Command::WriteDocs));
        assert_eq!(typed("docs --check"), Ok(Command::CheckDocs));
        assert_eq!(typed("docs --help"), Ok(Command::Help(DOCS_HELP)));
    }

    #[test]
    fn chosen_steps_run_in_the_order_of_the_suite() {
        let both = Ok(Command::Test(vec![Step::Format, Step::Clippy]));
        assert_eq!(typed("test --only clippy --only=format"), both);
        assert_eq!(typed("test --only clippy --only format --only clippy"), both);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for line in [
            "",
            "tset",
            "tidy now",
            "test --fast",
            "test clippy",
            "test --only",
            "docs --chek",
            "docs --check now",
            "test --list tidy",
            "help me",
        ] {
            assert!(typed(line).is_err(), "`{line}` was understood");
        }
    }

    #[test]
    fn an_unknown_step_is_answered_with_those_that_exist() {
        let problem = typed("test --only lint").expect_err("there is no such step");
        for step in Step::ALL {
            assert!(problem.contains(step.name()), "{problem}");
        }
    }
}
