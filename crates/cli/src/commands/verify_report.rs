//! `unmoor verify FILE`: whether a report is what was made.

use std::fs::File;
use std::io::{BufReader, stdin};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use serde_json::json;
use unmoor_engine::report::{self, Checked, Finding, Form, Header, KeyFits, Unreadable};
use unmoor_store::Store;
use unmoor_store::chain::JournalKey;

use crate::args::{GlobalArgs, VerifyArgs};
use crate::compose;
use crate::config::{Config, DatabaseAddress};
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::text::counted;

/// Whether a word of the command line names a report rather than a customer.
pub(super) fn is_a_report(text: &str) -> bool {
    let has_extension = [".html", ".htm", ".json", ".jsonl"].iter().any(|extension| text.ends_with(extension));
    text == "-" || has_extension || text.contains('/') || Path::new(text).is_file()
}

/// The database at hand, with its key.
struct Database {
    store: Arc<dyn Store>,
    key: JournalKey,
}

pub(super) async fn run(
    files: &[String],
    args: &VerifyArgs,
    global: &GlobalArgs,
    output: &Output,
) -> anyhow::Result<Exit> {
    if let Some(customer) = files.iter().find(|text| !is_a_report(text)) {
        return Err(Trouble::bad_input(format!("{customer:?} is no report, and the others are"))
            .hint("check customers and reports one after the other")
            .into());
    }
    let config = Config::load(global)?;
    let database = database(&config).await?;
    if args.json {
        output.json_version()?;
    }
    let mut exit = Exit::Done;
    for file in files {
        exit = exit.max(one(file, database.as_ref(), args.json, output).await?);
    }
    if args.json {
        output.json(&json!({ "type": "summary", "reports": files.len() }))?;
    } else if database.is_none() {
        let place = &config.database;
        output.note(format_args!(
            "there is no database {place} with its journal's key: what needs the key was not checked"
        ));
    }
    Ok(exit)
}

/// The database, where there is one. Nothing is made.
async fn database(config: &Config) -> anyhow::Result<Option<Database>> {
    if matches!(&config.database, DatabaseAddress::File(path) if !path.exists()) {
        return Ok(None);
    }
    let store = compose::open_existing(config).await?;
    let key = compose::journal_key(config, &store).await?;
    Ok(key.map(|key| Database { store, key }))
}

async fn one(name: &str, database: Option<&Database>, json: bool, output: &Output) -> anyhow::Result<Exit> {
    let mut failed = None;
    let mut watch = |finding: &Finding| {
        if failed.is_none() {
            failed = tell(name, finding, json, output).err();
        }
    };
    let checked = read(name, database.map(|database| &database.key), &mut watch)?;
    let lost = match database {
        Some(Database { store, .. }) if checked.key == KeyFits::Yes => {
            report::still_there(store.as_ref(), &checked.ends, &mut watch).await?
        }
        Some(_) | None => 0,
    };
    if let Some(error) = failed {
        return Err(error);
    }
    let findings = checked.findings + lost;
    conclude(name, &checked, findings, database, json, output)?;
    Ok(match (findings, checked.key) {
        (1.., _) | (_, KeyFits::Other) => Exit::Refused,
        (0, KeyFits::NoKey) => Exit::Waiting,
        (0, KeyFits::Yes) => Exit::Done,
    })
}

fn read(name: &str, key: Option<&JournalKey>, watch: &mut dyn FnMut(&Finding)) -> anyhow::Result<Checked> {
    let checked = if name == "-" {
        report::verify(BufReader::new(stdin().lock()), key, watch)
    } else {
        let file = File::open(name).map_err(|error| Trouble::bad_input(format!("cannot read {name}: {error}")))?;
        report::verify(BufReader::new(file), key, watch)
    };
    match checked {
        Ok(checked) => Ok(checked),
        Err(Unreadable::Io(error)) => Err(error).with_context(|| format!("cannot read {name}")),
        Err(why @ Unreadable::Foreign) => {
            Err(Trouble::bad_input(format!("{name}: {why}")).hint("`unmoor report` makes them, with --out FILE").into())
        }
        Err(why @ Unreadable::Newer { .. }) => {
            Err(Trouble::bad_input(format!("{name}: {why}")).hint("check it with that version").into())
        }
    }
}

fn tell(name: &str, finding: &Finding, json: bool, output: &Output) -> anyhow::Result<()> {
    let Finding { line, customer, mismatch } = finding;
    if json {
        output.json(&json!({
            "type": "finding",
            "file": name,
            "line": line,
            "customer": customer,
            "finding": mismatch.code(),
            "what": mismatch.words(),
            "next": mismatch.next(),
        }))?;
        return Ok(());
    }
    let place = line.map(|line| format!(", line {line}")).unwrap_or_default();
    let whose = customer.as_ref().map(|customer| format!(", {customer}")).unwrap_or_default();
    output.line(format_args!("{} {name}{place}{whose}: {}", output.mark(false, "\u{2717}"), mismatch.words()))?;
    output.line(format_args!("  next: {}", mismatch.next()))?;
    Ok(())
}

fn conclude(
    name: &str,
    checked: &Checked,
    findings: u64,
    database: Option<&Database>,
    json: bool,
    output: &Output,
) -> anyhow::Result<()> {
    let header = checked.header.as_ref();
    if json {
        output.json(&json!({
            "type": "report",
            "file": name,
            "form": match checked.form { Form::Lines => "json", Form::Page => "html" },
            "about": header.map(|header| &header.about),
            "made_at": header.map(|header| header.made_at),
            "unmoor": header.map(|header| &header.unmoor),
            "customers": checked.customers,
            "entries": checked.entries,
            "key": match checked.key { KeyFits::Yes => "fits", KeyFits::Other => "other_database", KeyFits::NoKey => "none" },
            "computed_again": checked.is_computed,
            "findings": findings,
        }))?;
        return Ok(());
    }
    if checked.key == KeyFits::Other {
        let of = header.map(made_from).unwrap_or_default();
        let here = database.map(|database| Header::name_of(&database.key)).unwrap_or_default();
        let here = here.get(..16).unwrap_or_default();
        output.error(format_args!("{name} was made from another database{of}; the key of this one is {here}…"));
        output.hint("name the database that it was made from with --database or UNMOOR_DATABASE");
    }
    let what = match checked.form {
        Form::Page => "the page".to_owned(),
        Form::Lines => {
            let entries = if checked.entries == 1 { "entry" } else { "entries" };
            format!("{} with {} journal {entries}", counted(checked.customers, "customer"), checked.entries)
        }
    };
    if findings > 0 {
        output.line(format_args!("{name}: {what}: {} found", counted(findings, "thing")))?;
        return Ok(());
    }
    let holds = match (checked.form, checked.key) {
        (Form::Page, KeyFits::Yes) => "it is the one that was sealed",
        (Form::Page, KeyFits::Other | KeyFits::NoKey) => {
            "its digest fits, which whoever changes a page can make anew; whether it was sealed was not checked"
        }
        (Form::Lines, KeyFits::Yes) if checked.is_computed => {
            "every chain and every seal holds, and what is told follows from the entries, which the database still has"
        }
        (Form::Lines, KeyFits::Yes) => "every chain and every seal holds, and the database still has the entries",
        (Form::Lines, KeyFits::Other | KeyFits::NoKey) if checked.is_computed => {
            "what is told follows from the entries, and the digest fits; whether the entries are the journal's was not checked"
        }
        (Form::Lines, KeyFits::Other | KeyFits::NoKey) => {
            "the digest fits, which whoever changes a file can make anew; nothing else was checked"
        }
    };
    let mark = if checked.key == KeyFits::Yes { format!("{} ", output.mark(true, "\u{2713}")) } else { String::new() };
    output.line(format_args!("{mark}{name}: {what}: {holds}"))?;
    if let Some(header) = header.filter(|header| !checked.is_computed && header.unmoor != report::VERSION) {
        output.note(format_args!(
            "it was made by Unmoor {}: only that version can compute again what is told",
            header.unmoor
        ));
    }
    Ok(())
}

/// `, app 123 at https://… (key 0123456789abcdef…)`
fn made_from(header: &Header) -> String {
    let app = header.app_id.as_deref().unwrap_or("unknown");
    let origin = header.origin.as_deref().unwrap_or("an unknown place");
    format!(" (app {app} at {origin}, key {}…)", header.short_key())
}
