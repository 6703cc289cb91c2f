//! `unmoor verify`: whether the journal is what was written.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use unmoor_engine::journal::{self, Checked, Finding, Seen};

use super::verify_report;
use crate::args::{GlobalArgs, VerifyArgs};
use crate::compose;
use crate::config::Config;
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::selector::{self, page_through};
use crate::text::counted;

pub(crate) async fn run(args: &VerifyArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let named = &args.selector.customers;
    if named.iter().any(|text| verify_report::is_a_report(text)) {
        return verify_report::run(named, args, global, output).await;
    }
    let config = Config::load(global)?;
    let store = compose::open_existing(&config).await?;
    let Some(key) = compose::journal_key(&config, &store).await? else {
        return Err(nothing_to_check(store.count_by_phase().await?.values().sum()).into());
    };
    let only = if selector::is_empty(&args.selector) || args.selector.all {
        None
    } else {
        let selection = selector::to_show(&args.selector, store.as_ref()).await?;
        Some(page_through(store.as_ref(), &selection.filter, |stored| Some(stored.migration.id().clone())).await?)
    };
    if args.json {
        output.json_version()?;
    }
    let total = match &only {
        Some(ids) => ids.len() as u64,
        None => store.count_by_phase().await?.values().sum(),
    };
    let bar = bar(total, output);
    let mut failed = None;
    let mut watch = |seen: Seen<'_>| match seen {
        Seen::Migration => bar.inc(1),
        Seen::Finding(finding) if failed.is_none() => {
            failed = bar.suspend(|| tell(finding, args.json, output)).err();
        }
        Seen::Finding(_) => {}
    };
    let checked = journal::verify(store.as_ref(), &key, only.as_deref(), args.expect.as_ref(), &mut watch).await;
    bar.finish_and_clear();
    let checked = checked?;
    if let Some(error) = failed {
        return Err(error);
    }
    conclude(&checked, args, output)?;
    Ok(if checked.findings > 0 { Exit::Refused } else { Exit::Done })
}

fn nothing_to_check(migrations: u64) -> Trouble {
    if migrations == 0 {
        return Trouble::bad_input("nothing was journaled yet").hint("begin with `unmoor import FILE`");
    }
    Trouble::refused("the key of the journal's chains is gone from the vault, and nothing can be checked without it")
        .hint("somebody has removed it from the database: keep a copy, and restore a backup")
}

fn bar(total: u64, output: &Output) -> ProgressBar {
    if output.quiet || !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{bar:32} {pos}/{len} checked").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style)
}

fn tell(finding: &Finding, json: bool, output: &Output) -> anyhow::Result<()> {
    let what = &finding.what;
    if json {
        output.json(&json!({
            "type": "finding",
            "finding": what.code(),
            "source_waba_id": finding.migration,
            "customer": finding.customer,
            "entry": what.entry(),
            "what": what.words(),
            "next": what.next(),
        }))?;
        return Ok(());
    }
    let whose = match (&finding.customer, &finding.migration) {
        (Some(customer), Some(migration)) => format!("{customer} ({migration}): "),
        (None, Some(migration)) => format!("{migration}: "),
        (_, None) => String::new(),
    };
    output.line(format_args!("{} {whose}{}", output.mark(false, "\u{2717}"), what.words()))?;
    output.line(format_args!("  next: {}", what.next()))?;
    Ok(())
}

fn words_of(entries: u64) -> String {
    if entries == 1 { "1 journal entry".to_owned() } else { format!("{entries} journal entries") }
}

fn conclude(checked: &Checked, args: &VerifyArgs, output: &Output) -> anyhow::Result<()> {
    let Checked { migrations, entries, findings, head } = checked;
    if args.json {
        output.json(&json!({
            "type": "summary",
            "migrations": migrations,
            "entries": entries,
            "findings": findings,
            "head": head.as_ref().map(ToString::to_string),
        }))?;
        return Ok(());
    }
    let looked_at = format!("{} with {}", counted(*migrations, "migration"), words_of(*entries));
    if *findings > 0 {
        output.line(format_args!("{looked_at}: {} found", counted(*findings, "thing")))?;
    } else {
        output.line(format_args!("{} {looked_at}: everything holds", output.mark(true, "\u{2713}")))?;
    }
    if let Some(head) = head {
        output.line(format_args!("head {head}"))?;
        if let Some(expected) = args.expect.as_ref().filter(|expected| head.commits > expected.commits) {
            let more = counted(head.commits - expected.commits, "commit");
            output.note(format_args!("the database has gone on by {more} since the head that you expect"));
        }
    }
    Ok(())
}
