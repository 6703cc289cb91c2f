//! A rehearsal of 500 customers: weeks of virtual time, by the program that ships.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::{
    stopwatch::Stopwatch,
    table::{Row, median, progress},
};

const CUSTOMERS: usize = 500;
const ROUNDS: usize = 3;
const MOST_SECONDS: f64 = 30.0;

pub(crate) fn measure() -> Result<Vec<Row>> {
    let program = std::env::current_exe()?.with_file_name("unmoor");
    let mut seconds = Vec::new();
    for round in 1..=ROUNDS {
        let watch = Stopwatch::start();
        let ended = Command::new(&program)
            .args(["rehearse", "--generate", &CUSTOMERS.to_string(), "--seed", "1", "--json"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .with_context(|| format!("run {}", program.display()))?;
        anyhow::ensure!(ended.success(), "the rehearsal ended with {ended}");
        seconds.push(watch.elapsed().as_secs_f64());
        progress(&format!("round {round} of {ROUNDS}: {:.2} s", watch.elapsed().as_secs_f64()));
    }
    let seconds = median(&seconds).unwrap_or_default();
    Ok(vec![Row {
        what: "a rehearsal of 500 customers, weeks of virtual time".to_owned(),
        measured: format!("{seconds:.2} s"),
        baseline: String::new(),
        at_least: "30 s (aim 5)",
        met: seconds <= MOST_SECONDS,
    }])
}
