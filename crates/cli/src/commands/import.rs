//! `unmoor import`: customers from a file into the database. Nothing is sent.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;
use unmoor_engine::inbox::Posted;
use unmoor_migration::{Command, Customer, MigrationId, TwoStepBy, begin, import};
use unmoor_store::{Filter, Imported, NewMigration, Snapshot};

use super::import_export;
use super::operator::{Answer, Ground, ask};
use crate::args::{GlobalArgs, ImportArgs};
use crate::config::Config;
use crate::customer_file::{BadRow, CustomerFile, Entry, Fault};
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::text::counted;
use crate::tokens_file::{self, SealedTokens};

/// So many rows are in memory at once.
const CHUNK: usize = 2_000;

/// What came of the file.
#[derive(Debug, Default, Serialize)]
#[serde(tag = "type", rename = "summary")]
struct Counts {
    added: u64,
    updated: u64,
    unchanged: u64,
    bad_rows: u64,
    tokens: Option<SealedTokens>,
    bad_token_rows: u64,
}

pub(crate) async fn run(args: &ImportArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let file = match (&args.file, &args.from_export) {
        (_, Some(export)) => return import_export::run(export, &config, args.json, output).await,
        (Some(file), None) => file,
        (None, None) => return Err(Trouble::bad_input("there is no file to import").into()),
    };
    // What the whole file lacks is told before a database is made.
    let mut file = CustomerFile::open(file)?;
    let tokens_path = args.tokens.clone().or_else(|| config.tokens.clone());
    let ground = Ground::open_or_create(config).await?;
    ground.begin_journal().await?;
    let report = Report { json: args.json, output };
    report.begin()?;
    let mut counts = Counts::default();
    loop {
        let (entries, more) = take_chunk(&mut file, &mut counts, &report)?;
        for warning in file.take_warnings() {
            report.warn(&warning)?;
        }
        bring_in(&ground, entries, &mut counts, &report).await?;
        if !more {
            break;
        }
    }
    if let Some(path) = tokens_path {
        seal(&ground, path, &mut counts, output).await?;
    }
    report.end(&counts)?;
    Ok(if counts.bad_rows + counts.bad_token_rows > 0 { Exit::BadInput } else { Exit::Done })
}

/// The next good rows, at most a chunk of them; the bad ones are told. Whether there may be more.
fn take_chunk(file: &mut CustomerFile, counts: &mut Counts, report: &Report<'_>) -> anyhow::Result<(Vec<Entry>, bool)> {
    let mut entries = Vec::new();
    while entries.len() < CHUNK {
        match file.next_row()? {
            None => return Ok((entries, false)),
            Some(Ok(entry)) => entries.push(entry),
            Some(Err(bad)) => {
                counts.bad_rows += 1;
                report.bad_row(&bad)?;
            }
        }
    }
    Ok((entries, true))
}

/// Adds what is new, and brings the others up to date.
async fn bring_in(
    ground: &Ground,
    entries: Vec<Entry>,
    counts: &mut Counts,
    report: &Report<'_>,
) -> anyhow::Result<()> {
    let at = ground.clock.now();
    let mut new = Vec::with_capacity(entries.len());
    for entry in &entries {
        let event = import(entry.customer.clone(), at);
        new.push(NewMigration { snapshot: Snapshot::of(begin(&event)?), events: vec![event] });
    }
    let answers = ground.store.import(new, at).await?;
    let known = entries.into_iter().zip(answers).filter_map(|(entry, answer)| match answer {
        Imported::Added => {
            counts.added += 1;
            None
        }
        Imported::AlreadyThere(_) => Some((MigrationId::of(entry.customer.source_waba.clone()), entry)),
    });
    let known: BTreeMap<MigrationId, Entry> = known.collect();
    update(ground, known, counts, report).await
}

async fn update(
    ground: &Ground,
    known: BTreeMap<MigrationId, Entry>,
    counts: &mut Counts,
    report: &Report<'_>,
) -> anyhow::Result<()> {
    if known.is_empty() {
        return Ok(());
    }
    let limit = u32::try_from(known.len()).unwrap_or(u32::MAX);
    let filter = Filter { ids: known.keys().cloned().collect(), ..Filter::default() };
    let stored = ground.store.list(&filter, None, limit).await?;
    let mut wanted = Vec::new();
    let mut rows = Vec::new();
    for stored in stored.rows {
        let Some(entry) = known.get(stored.migration.id()) else { continue };
        let customer = merged(stored.migration.customer(), entry);
        if customer == *stored.migration.customer() {
            counts.unchanged += 1;
        } else {
            wanted.push((stored.migration.id().clone(), Posted::Command(Command::Update { customer })));
            rows.push(entry.row);
        }
    }
    for (row, answer) in rows.into_iter().zip(ask(ground, wanted).await?) {
        match answer {
            Answer::Done | Answer::Posted => counts.updated += 1,
            Answer::Refused(reason) => {
                counts.bad_rows += 1;
                report.bad_row(&BadRow { row, faults: vec![Fault { column: None, reason }] })?;
            }
        }
    }
    Ok(())
}

/// The customer as the row describes it; what the row does not say stays as it was, so that a file with fewer columns
/// takes nothing away.
fn merged(known: &Customer, entry: &Entry) -> Customer {
    let new = &entry.customer;
    let two_step_by: TwoStepBy = if entry.says_two_step_by { new.two_step_by } else { known.two_step_by };
    Customer {
        reference: new.reference.clone(),
        source_waba: new.source_waba.clone(),
        portfolio: new.portfolio.clone().or_else(|| known.portfolio.clone()),
        contact_email: new.contact_email.clone().or_else(|| known.contact_email.clone()),
        language: new.language.clone().or_else(|| known.language.clone()),
        time_zone: new.time_zone.clone().or_else(|| known.time_zone.clone()),
        wave: new.wave.clone().or_else(|| known.wave.clone()),
        two_step_by,
        callback_url: new.callback_url.clone().or_else(|| known.callback_url.clone()),
        storage_region: new.storage_region.clone().or_else(|| known.storage_region.clone()),
    }
}

async fn seal(ground: &Ground, path: PathBuf, counts: &mut Counts, output: &Output) -> anyhow::Result<()> {
    let tokens = tokens_file::read(&path, output)?;
    let bad_rows = tokens.bad_rows.clone();
    let vault = ground.begin_journal().await?;
    let sealed = tokens.seal(&ground.store, &vault, ground.clock.now()).await?;
    tokens_file::tell(sealed, &bad_rows, output);
    counts.tokens = Some(sealed);
    counts.bad_token_rows = bad_rows.len() as u64;
    Ok(())
}

/// Tells it to people or to programs.
struct Report<'a> {
    json: bool,
    output: &'a Output,
}

impl Report<'_> {
    fn begin(&self) -> anyhow::Result<()> {
        if self.json {
            self.output.json_version()?;
        }
        Ok(())
    }

    fn bad_row(&self, bad: &BadRow) -> anyhow::Result<()> {
        if self.json {
            self.output.json(&json!({ "type": "bad_row", "row": bad.row, "faults": bad.faults }))?;
        } else {
            self.output.error(bad);
        }
        Ok(())
    }

    fn warn(&self, warning: &str) -> anyhow::Result<()> {
        if self.json {
            self.output.json(&json!({ "type": "warning", "warning": warning }))?;
        } else {
            self.output.warn(warning);
        }
        Ok(())
    }

    fn end(&self, counts: &Counts) -> anyhow::Result<()> {
        if self.json {
            self.output.json(counts)?;
        } else {
            let Counts { added, updated, unchanged, bad_rows, .. } = counts;
            self.output.line(format_args!(
                "{added} added, {updated} updated, {unchanged} unchanged, {} left out",
                counted(*bad_rows, "bad row")
            ))?;
            if *added > 0 {
                self.output.note("`unmoor preflight --all` checks them, reading only.");
            }
        }
        Ok(())
    }
}
