//! `unmoor export`: everything that the database holds, into a file for another one.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;
use unmoor_engine::clock::{Clock, SystemClock};
use unmoor_store::transfer::{self, Counts};

use super::operator::user;
use crate::args::{ExportArgs, GlobalArgs};
use crate::compose;
use crate::config::Config;
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::report::Lines;
use crate::text::counted;

pub(crate) async fn run(args: &ExportArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let Some(file) = args.file.as_deref().filter(|_| !args.take_back) else {
        return take_back(args, &config, output).await;
    };
    refuse_existing(file)?;
    let store = compose::transfer_existing(&config).await?;
    // An engine that runs would go on with what is about to be somewhere else.
    let _lock = match config.lock_file() {
        Some(lock) => Some(compose::take_for_work(&lock).await?),
        None => None,
    };
    if store.moved().await?.is_none() {
        let database = &config.database;
        output.note(format_args!("Everything in {database} is about to be moved."));
        output.note("It can be read afterwards, but `unmoor run` and every change of it will be refused.");
        if !agreed(args.yes, "Move it?", output)? {
            return Ok(Exit::Done);
        }
    }
    let moved = store.move_away(SystemClock.now(), &user()).await?;
    let (partial, mut writer) = begin(file)?;
    let mut lines = Lines::begin("exported", output);
    let written = transfer::export(&*store, &mut writer, &mut |rows, total| lines.reached(rows, total)).await;
    lines.finish();
    let counts =
        match written.map_err(anyhow::Error::from).and_then(|counts| keep(writer, &partial, file).map(|()| counts)) {
            Ok(counts) => counts,
            Err(error) => {
                // What is there is no whole export; the database stays moved, and can be exported again.
                let _ = std::fs::remove_file(&partial);
                return Err(error.context("the database counts as moved: export it again, or take it back"));
            }
        };
    tell(args, file, &counts, output)?;
    tracing::debug!(at = %moved.at, by = moved.by, "moved");
    Ok(Exit::Done)
}

/// Asks, wherever the database came from: a simulator's can be run twice as well.
fn agreed(yes: bool, question: &str, output: &Output) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Trouble::refused("nobody is there to ask").hint("say --yes").into());
    }
    let mut stderr = std::io::stderr().lock();
    write!(stderr, "{question} [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    let agreed = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
    if !agreed {
        output.note("Nothing was changed.");
    }
    Ok(agreed)
}

async fn take_back(args: &ExportArgs, config: &Config, output: &Output) -> anyhow::Result<Exit> {
    let store = compose::transfer_existing(config).await?;
    let Some(moved) = store.moved().await? else {
        output.note(format_args!("{} was not moved: it can be used.", config.database));
        return Ok(Exit::Done);
    };
    output.note(format_args!("{} was moved at {:.0} by {}.", config.database, moved.at, moved.by));
    output.note("Where its export was imported, an engine there does the same work: numbers would be moved by both.");
    if !agreed(args.yes, "Was it imported nowhere, and shall this database be used again?", output)? {
        return Ok(Exit::Done);
    }
    store.take_back().await?;
    if args.json {
        output.json_version()?;
        output.json(&json!({ "type": "summary", "taken_back": true }))?;
    } else {
        output.line(format_args!("{} can be used again. Delete the export.", config.database))?;
    }
    Ok(Exit::Done)
}

fn refuse_existing(file: &Path) -> anyhow::Result<()> {
    if file.exists() {
        return Err(Trouble::bad_input(format!("{} is there already", file.display()))
            .hint("name another file, or remove it first")
            .into());
    }
    Ok(())
}

/// Under another name until it is whole. Its owner alone can read it.
fn begin(file: &Path) -> anyhow::Result<(PathBuf, BufWriter<File>)> {
    let mut name = file.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
    name.push(".partial");
    let partial = file.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(&partial).with_context(|| format!("cannot write {}", partial.display()))?;
    Ok((partial, BufWriter::new(opened)))
}

fn keep(writer: BufWriter<File>, partial: &Path, file: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", file.display());
    let written = writer.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(cannot)?;
    written.sync_all().with_context(cannot)?;
    std::fs::rename(partial, file).with_context(cannot)
}

fn tell(args: &ExportArgs, file: &Path, counts: &Counts, output: &Output) -> anyhow::Result<()> {
    if args.json {
        output.json_version()?;
        output.json(&json!({ "type": "summary", "file": file, "counts": counts }))?;
        return Ok(());
    }
    let of = |table: &str| counts.get(table).copied().unwrap_or_default();
    output.line(format_args!(
        "{}: {}, {}, {}",
        file.display(),
        counted(of("migration"), "migration"),
        counted(of("journal"), "journal row"),
        counted(of("secret"), "sealed secret"),
    ))?;
    output.note("Name the other database in UNMOOR_DATABASE, and `unmoor import --from-export` it there, once.");
    Ok(())
}
