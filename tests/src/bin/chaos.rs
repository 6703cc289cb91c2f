//! `cargo xtask chaos`, in the build that it asks for.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::process::ExitCode;
use std::time::Instant;

use e2e::chaos::{explore, keep, told};

fn main() -> ExitCode {
    match asked(std::env::args().skip(1)) {
        Ok(asked) => run(&asked),
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

/// What was asked for; see `cargo xtask chaos --help`.
#[derive(Default)]
struct Asked {
    seeds: u64,
    from: u64,
    one: Option<u64>,
    keeps: bool,
    stops: bool,
}

fn asked(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked { seeds: 1000, from: 1, ..Asked::default() };
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let given = arguments.next().ok_or_else(|| format!("{argument} needs a number"))?;
            given.parse::<u64>().map_err(|error| format!("{argument} {given}: {error}"))
        };
        match argument.as_str() {
            "--seeds" => asked.seeds = number()?,
            "--from" => asked.from = number()?,
            "--seed" => asked.one = Some(number()?),
            "--keep" => asked.keeps = true,
            "--stop" => asked.stops = true,
            other => return Err(format!("`chaos` does not know `{other}`")),
        }
    }
    Ok(asked)
}

fn run(asked: &Asked) -> ExitCode {
    if let Some(seed) = asked.one {
        let told = told(seed);
        println!("{told}");
        return if told.trim_end().ends_with("no violation") { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    #[allow(clippy::disallowed_methods, reason = "how fast this machine is; the schedules run on virtual time")]
    let began = Instant::now();
    let explored = explore(asked.from..asked.from + asked.seeds, asked.stops);
    let seconds = began.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "for people")]
    let per_minute = explored.schedules as f64 / seconds * 60.0;
    println!("{explored}, {seconds:.1} s, {per_minute:.0} schedules a minute");
    for report in explored.failed.iter().filter(|_| asked.keeps) {
        if let Err(error) = keep(report.seed, report.violation.as_deref().unwrap_or_default()) {
            eprintln!("error: seed {} cannot be kept: {error}", report.seed);
            return ExitCode::FAILURE;
        }
    }
    if explored.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
