//! `unmoor settings`: what did not travel, before and after.

use serde_json::{Value, json};
use unmoor_migration::settings::{Row, rows};
use unmoor_migration::{Migration, SettingsPolicy};

use crate::args::{GlobalArgs, SettingsArgs};
use crate::compose;
use crate::config::Config;
use crate::exit::Exit;
use crate::output::Output;
use crate::selector::{self, page_through};
use crate::text::{self, counted, or_dash, spaced};

pub(crate) async fn run(args: &SettingsArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let store = compose::open_existing(&config).await?;
    let selection = selector::to_show(&args.selector, store.as_ref()).await?;
    let migrations = page_through(store.as_ref(), &selection.filter, |stored| Some(stored.migration)).await?;
    let compared: Vec<(&Migration, Vec<Row>)> = migrations.iter().map(|m| (m, rows(m))).collect();
    let open = compared.iter().flat_map(|(_, rows)| rows).filter(|row| row.verdict.is_open()).count();
    if args.json {
        lines(&compared, args, open, output)?;
    } else {
        table(&compared, args, output)?;
        let is_unread = compared.iter().all(|(_, rows)| rows.is_empty());
        if is_unread && config.policy.settings == SettingsPolicy::Leave {
            output.note(
                "settings are not read: set settings = \"list\" or \"restore\" below [policy] before the cutover",
            );
        }
    }
    Ok(if open > 0 { Exit::Waiting } else { Exit::Done })
}

fn shown<'a>(rows: &'a [Row], args: &SettingsArgs) -> impl Iterator<Item = &'a Row> {
    let only_open = args.open;
    rows.iter().filter(move |row| !only_open || row.verdict.is_open())
}

fn lines(compared: &[(&Migration, Vec<Row>)], args: &SettingsArgs, open: usize, output: &Output) -> anyhow::Result<()> {
    output.json_version()?;
    let mut told = 0_u64;
    for (m, rows) in compared {
        for row in shown(rows, args) {
            told += 1;
            let mut line =
                json!({ "type": "setting", "customer": m.customer().reference, "source_waba_id": m.id().as_str() });
            if let (Some(line), Value::Object(more)) = (line.as_object_mut(), serde_json::to_value(row)?) {
                line.extend(more);
            }
            output.json(&line)?;
        }
    }
    output.json(&json!({ "type": "summary", "customers": compared.len(), "settings": told, "open": open }))?;
    Ok(())
}

fn table(compared: &[(&Migration, Vec<Row>)], args: &SettingsArgs, output: &Output) -> anyhow::Result<()> {
    if compared.is_empty() {
        output.note("no customer fits");
        return Ok(());
    }
    let mut table = text::table(["Customer", "Of", "Setting", "Now", "Before and after"]);
    let (mut told, mut open) = (0_u64, 0_u64);
    for (m, rows) in compared {
        for row in shown(rows, args) {
            told += 1;
            open += u64::from(row.verdict.is_open());
            table.add_row([
                m.customer().reference.clone(),
                row.number.as_ref().map_or_else(|| "the WABA".to_owned(), ToString::to_string),
                spaced(row.setting.name()),
                row.verdict.in_words().to_owned(),
                before_and_after(row),
            ]);
        }
    }
    if told > 0 {
        output.line(table.trim_fmt())?;
    }
    output.line(format_args!("{}, {open} for somebody to look at", counted(told, "setting")))?;
    Ok(())
}

/// `“Fresh bread”`, or `on → not set; upload it again`.
fn before_and_after(row: &Row) -> String {
    let (before, after) = (or_dash(row.before.as_ref()), or_dash(row.after.as_ref()));
    let values = if row.before == row.after { before } else { format!("{before} → {after}") };
    row.note.as_ref().map_or_else(|| values.clone(), |note| format!("{values}; {note}"))
}
