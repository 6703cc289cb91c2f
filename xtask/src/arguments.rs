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
    /// Run many schedules of everything that can go wrong, with these arguments.
    Chaos(Vec<String>),
    /// Make these deliberate bugs, all of them if there are none, and see that they are found.
    ProveChaos(Vec<String>),
    /// Print the table of the guide's sentences.
    Sentences,
    /// Take the rules of these sentences away, of all if there are none, and see that their tests notice.
    ProveSentences(Vec<String>),
}

const HELP: &str = "\
The tasks of the workspace.

Usage: cargo xtask <TASK> [OPTIONS]

Tasks:
  test       Check everything: format, house rules, lints, tests, documentation
  tidy       Check the house rules alone: who may use whom, and how sources are written
  sentences  Print which sentence of the guide is kept where and held by which test; prove it
  chaos      Run schedules of everything that can go wrong, drawn from seeds, against a reference model; prove it
  bench      Measure what must be fast, in a release build, and print a table
  docs       Write the pages that are generated from the code: docs/blockers, docs/reference
  help       Print this text; `cargo xtask <TASK> --help` tells more about one

Exit status: 0 all is well, 1 something was found or failed, 2 the request was not understood";

const TEST_HELP: &str = "\
Check everything, step by step, and stop at the first step that fails.
Needs the Rust toolchain and a C compiler; takes cargo-nextest for the tests where it is installed.
The steps `clients` and `browser` need Python 3.10 or newer with venv, and a network for their first run;
`browser` needs Chromium as well.

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
Needs a machine that does nothing else, and PostgreSQL; takes about a quarter of an hour, and the release build before that.

Usage: cargo xtask bench [ROW]...

Rows: durable, waiting-sqlite, waiting-postgres, throttle, billing, rehearsal, simulator-speed, simulator-load; all of them if none is named";

const SENTENCES_HELP: &str = "\
Print for every sentence of Meta's guide (spec/guide.md) who keeps it and which tests hold it. A test says so in a line
`/// guide: 8.1, 8.3` above it (`# guide: 8.1` in Python); spec/removals names for each sentence a change that takes its
rule away.

Usage: cargo xtask sentences [OPTIONS]

Options:
  --prove          Make each of these changes in a copy below target/removals and see that the test fails
  --only <NUMBER>  With --prove: the changes for this sentence alone; may be given several times
  --help           Print this text

Exit status: 0 every sentence that states a behaviour is held (and each test bites), 1 not so";

const CHAOS_HELP: &str = "\
Run schedules of everything that can go wrong: the vendor's faults, people, webhooks, operators, clocks, and workers that die
or stand still. Each is drawn from a seed, runs on virtual time in this process, and is compared with a reference model
after every step. Prints what befell them, by kind, and each violation with its seed.

Usage: cargo xtask chaos [OPTIONS]

Options:
  --seeds <N>    So many schedules (1000 unless told)
  --from <SEED>  The first seed (1 unless told)
  --seed <SEED>  This one alone, with its story
  --keep         Add the seeds that fail to tests/chaos-seeds.txt, which the test suite runs for ever
  --stop         Stop at the first violation
  --prove        Make each deliberate bug of tests/bugs.toml in a copy below target/removals and see that it is found
  --only <NAME>  With --prove: this bug alone; may be given several times
  --help         Print this text

Exit status: 0 no violation (each bug was found), 1 not so";

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
        return Err("which task? `test`, `tidy`, `sentences`, `chaos`, `bench` or `docs`".to_owned());
    };
    let asks_for_help = arguments.peek().is_some_and(|next| next == "--help" || next == "-h");
    match task.as_str() {
        "help" | "--help" | "-h" => nothing_more(arguments, Command::Help(HELP)),
        "test" if asks_for_help => Ok(Command::Help(TEST_HELP)),
        "test" => parse_test(arguments),
        "chaos" if asks_for_help => Ok(Command::Help(CHAOS_HELP)),
        "chaos" => parse_chaos(arguments),
        "bench" if asks_for_help => Ok(Command::Help(BENCH_HELP)),
        "bench" => Ok(Command::Bench(arguments.collect())),
        "tidy" if asks_for_help => Ok(Command::Help(TIDY_HELP)),
        "tidy" => nothing_more(arguments, Command::Tidy),
        "sentences" if asks_for_help => Ok(Command::Help(SENTENCES_HELP)),
        "sentences" => parse_sentences(arguments),
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

fn parse_sentences(mut arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let (mut prove, mut only) = (false, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--prove" => prove = true,
            "--only" => only.push(arguments.next().ok_or("`--only` needs the number of a sentence")?),
            other => match other.strip_prefix("--only=") {
                Some(number) => only.push(number.to_owned()),
                None => return Err(format!("`sentences` does not know `{other}`")),
            },
        }
    }
    match (prove, only.is_empty()) {
        (true, _) => Ok(Command::ProveSentences(only)),
        (false, true) => Ok(Command::Sentences),
        (false, false) => Err("`--only` goes with `--prove`".to_owned()),
    }
}

fn parse_chaos(arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut arguments: Vec<String> = arguments.collect();
    let Some(place) = arguments.iter().position(|argument| argument == "--prove") else {
        return Ok(Command::Chaos(arguments));
    };
    arguments.remove(place);
    let (mut only, mut left) = (Vec::new(), arguments.into_iter());
    while let Some(argument) = left.next() {
        match argument.as_str() {
            "--only" => only.push(left.next().ok_or("`--only` needs the name of a bug")?),
            other => return Err(format!("`chaos --prove` does not know `{other}`")),
        }
    }
    Ok(Command::ProveChaos(only))
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
        assert_eq!(typed("chaos --seeds 5"), Ok(Command::Chaos(vec!["--seeds".to_owned(), "5".to_owned()])));
        assert_eq!(typed("chaos --prove --only probe"), Ok(Command::ProveChaos(vec!["probe".to_owned()])));
        assert_eq!(typed("chaos --help"), Ok(Command::Help(CHAOS_HELP)));
        assert_eq!(typed("docs --help"), Ok(Command::Help(DOCS_HELP)));
        assert_eq!(typed("sentences"), Ok(Command::Sentences));
        assert_eq!(typed("sentences --help"), Ok(Command::Help(SENTENCES_HELP)));
        let two = vec!["8.4".to_owned(), "T2".to_owned()];
        assert_eq!(typed("sentences --only 8.4 --prove --only=T2"), Ok(Command::ProveSentences(two)));
        assert_eq!(typed("sentences --prove"), Ok(Command::ProveSentences(Vec::new())));
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
            "sentences --only 8.4",
            "sentences --prove --only",
            "sentences 8.4",
            "docs --chek",
            "chaos --prove --seeds 5",
            "chaos --prove --only",
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
