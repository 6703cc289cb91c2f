//! A million statuses of messages, attributed by the program that ships: read from a file, each message told apart, and added up.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{
    folder::Folder,
    machine,
    stopwatch::Stopwatch,
    table::{Row, median, progress},
};

const STATUSES: u64 = 1_000_000;
const CUSTOMERS: &str = "100";
const ROUNDS: usize = 3;
const MOST_SECONDS: f64 = 10.0;
/// 300 MB.
const MOST_MIB: u64 = 286;

/// What one run took.
struct Run {
    seconds: f64,
    peak_mib: u64,
}

pub(crate) fn measure() -> Result<Vec<Row>> {
    let folder = Folder::new("billing")?;
    let program = std::env::current_exe()?.with_file_name("unmoor");
    let database = fleet(&program, folder.path())?;
    let file = folder.path().join("webhooks.jsonl");
    write(&file, &numbers(&program, &database)?)?;
    let megabytes = std::fs::metadata(&file)?.len() / 1_000_000;
    let mut runs = Vec::new();
    for round in 1..=ROUNDS {
        let run = attribute(&program, &database, &file)?;
        progress(&format!("round {round} of {ROUNDS}: {:.2} s, {} MiB", run.seconds, run.peak_mib));
        runs.push(run);
    }
    let seconds = median(&runs.iter().map(|run| run.seconds).collect::<Vec<_>>()).unwrap_or_default();
    let peak_mib = runs.iter().map(|run| run.peak_mib).max().unwrap_or_default();
    let row = |what: &str, measured: String, at_least, met| Row {
        what: format!("1,000,000 statuses of messages attributed ({megabytes} MB of webhooks): {what}"),
        measured,
        baseline: String::new(),
        at_least,
        met,
    };
    Ok(vec![
        row("time", format!("{seconds:.2} s"), "10 s", seconds <= MOST_SECONDS),
        row("memory at its peak", format!("{peak_mib} MiB"), "300 MB", peak_mib <= MOST_MIB),
    ])
}

/// A fleet that has moved, for its numbers and their completions.
fn fleet(program: &Path, folder: &Path) -> Result<PathBuf> {
    let kept = folder.join("kept");
    let ended = Command::new(program)
        .args(["rehearse", "--generate", CUSTOMERS, "--seed", "1", "--quiet", "--keep"])
        .arg(&kept)
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("run {}", program.display()))?;
    anyhow::ensure!(ended.success(), "the rehearsal ended with {ended}");
    let mut found = std::fs::read_dir(&kept)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    found.find(|path| path.extension().is_some_and(|extension| extension == "db")).context("the rehearsal's database")
}

/// A number with the second in which it became complete.
struct Number {
    source: String,
    destination: String,
    old_id: String,
    new_id: String,
    complete: i64,
}

fn numbers(program: &Path, database: &Path) -> Result<Vec<Number>> {
    let asked = Command::new(program)
        .args(["billing", "--json", "--webhooks", "-", "--quiet", "--database"])
        .arg(database)
        .stdin(Stdio::null())
        .output()?;
    let told = String::from_utf8_lossy(&asked.stdout);
    let lines = told.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let numbers: Vec<Number> = lines.filter_map(|line| number(&line)).collect();
    anyhow::ensure!(numbers.len() > 50, "only {} numbers: {}", numbers.len(), String::from_utf8_lossy(&asked.stderr));
    Ok(numbers)
}

fn number(line: &Value) -> Option<Number> {
    let text = |name: &str| Some(line.get(name)?.as_str()?.to_owned());
    let complete: jiff::Timestamp = text("complete_by")?.parse().ok()?;
    Some(Number {
        source: text("source_waba_id")?,
        destination: text("destination_waba_id")?,
        old_id: text("old_phone_number_id")?,
        new_id: text("new_phone_number_id")?,
        complete: complete.as_second(),
    })
}

/// Messages of all numbers in turn, half of them from before completion: a third was sent, a third delivered as well, a third read
/// as well. Each status comes in a webhook of its own, as Meta spells it.
fn write(path: &Path, numbers: &[Number]) -> Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut statuses = 0;
    let mut message = 0_u64;
    while statuses < STATUSES {
        for number in numbers {
            for status in ["sent", "delivered", "read"].iter().take(1 + (message % 3) as usize) {
                line(&mut file, number, message, status)?;
                statuses += 1;
                if statuses == STATUSES {
                    file.flush()?;
                    return Ok(());
                }
            }
            message += 1;
        }
    }
    Ok(())
}

fn line(file: &mut impl std::io::Write, number: &Number, message: u64, status: &str) -> Result<()> {
    let is_before = message.is_multiple_of(2);
    let offset = i64::try_from(message % 40_000)? + 60;
    let at = if is_before { number.complete - offset } else { number.complete + offset };
    let (waba, phone) =
        if is_before { (&number.source, &number.old_id) } else { (&number.destination, &number.new_id) };
    let pricing = match status {
        "read" => "",
        _ => r#","pricing":{"billable":true,"pricing_model":"PMP","type":"regular","category":"marketing"}"#,
    };
    writeln!(
        file,
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"{waba}","changes":[{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550783881","phone_number_id":"{phone}"}},"statuses":[{{"id":"wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI{message:018X}A\/==","status":"{status}","timestamp":"{at}","recipient_id":"16505551234"{pricing}}}]}},"field":"messages"}}]}}]}}"#
    )?;
    Ok(())
}

fn attribute(program: &Path, database: &Path, file: &Path) -> Result<Run> {
    let watch = Stopwatch::start();
    let mut child = Command::new(program)
        .args(["billing", "--json", "--quiet", "--database"])
        .arg(database)
        .arg("--webhooks")
        .arg(file)
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().context("no output of the measured process")?;
    let (mut peak_mib, mut last) = (0, String::new());
    for line in BufReader::new(stdout).lines() {
        last = line?;
        // What comes after the first figures needs no more than what was there.
        peak_mib = peak_mib.max(machine::peak_mib_of(child.id()).unwrap_or_default());
    }
    let ended = child.wait()?;
    let seconds = watch.elapsed().as_secs_f64();
    let summary: Value = serde_json::from_str(&last).context("no summary of the measured process")?;
    anyhow::ensure!(ended.success(), "it ended with {ended}: {summary}");
    anyhow::ensure!(summary.get("statuses").and_then(Value::as_u64) == Some(STATUSES), "not all of them: {summary}");
    anyhow::ensure!(peak_mib > 0, "this system does not tell what memory a process has used");
    Ok(Run { seconds, peak_mib })
}
