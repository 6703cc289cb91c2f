//! `unmoor ids`: old and new ids of accounts, numbers, templates and Flows.

use std::io;

use serde_json::{Value, json};
use unmoor_graph_api::calls::{ListFlows, ListMessageTemplates};
use unmoor_graph_api::{Fields, WabaId};
use unmoor_migration::Migration;
use unmoor_migration::id_map::{self, IdKind, MappedId};
use unmoor_migration::templates::TemplateKey;

use crate::account_reader::{Account, AccountReader};
use crate::args::{GlobalArgs, IdsArgs};
use crate::compose;
use crate::config::Config;
use crate::csv_output::io_error;
use crate::exit::Exit;
use crate::output::Output;
use crate::selector::{self, page_through};
use crate::text::{self, counted, or_dash};

/// The columns of `--csv`. Part of the surface.
const COLUMNS: [&str; 9] = [
    "customer",
    "source_waba_id",
    "kind",
    "name",
    "old_id",
    "new_id",
    "old_written",
    "new_written",
    "written_form_changed",
];

/// What is read of templates.
const FIELDS: &[&str] = &["id", "name", "language"];

const PAGE: u16 = 100;

pub(crate) async fn run(args: &IdsArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let store = compose::open_existing(&config).await?;
    let selection = selector::to_show(&args.selector, store.as_ref()).await?;
    let migrations = page_through(store.as_ref(), &selection.filter, |stored| Some(stored.migration)).await?;
    let reader = if args.templates { Some(AccountReader::open(&config, &store).await?) } else { None };
    let mut shown = Shown::begin(args, output)?;
    let mut unread = 0_u64;
    for m in &migrations {
        shown.all(m, &id_map::accounts_and_numbers(m))?;
        let Some(reader) = &reader else { continue };
        for list in [templates(reader, m).await, flows(reader, m).await] {
            match list {
                Ok(mapped) => shown.all(m, &mapped)?,
                Err(why) => {
                    unread += 1;
                    output.error(format_args!("{}: {why}", m.customer().reference));
                }
            }
        }
    }
    shown.end(migrations.len() as u64, unread)?;
    Ok(if unread > 0 { Exit::Failed } else { Exit::Done })
}

/// Both lists of templates. Where there is no new account yet, nothing has a new id.
async fn templates(reader: &AccountReader, m: &Migration) -> Result<Vec<MappedId>, String> {
    let source = list_templates(reader, m, Account::Source).await?;
    let destination = list_templates(reader, m, Account::Destination).await?;
    Ok(id_map::templates(source, destination))
}

async fn list_templates(
    reader: &AccountReader,
    m: &Migration,
    account: Account,
) -> Result<Vec<(TemplateKey, String)>, String> {
    let Some(waba_id) = waba(m, account)? else { return Ok(Vec::new()) };
    let token = reader.token(m.id(), account).await?;
    let call = ListMessageTemplates {
        token,
        waba_id,
        fields: Fields::of(FIELDS),
        with_limit: false,
        limit: Some(PAGE),
        after: None,
    };
    let listed = reader.list(&call).await?;
    Ok(listed
        .into_iter()
        .filter_map(|template| {
            Some((TemplateKey::new(template.name.as_deref()?, template.language.as_deref()?), template.id.to_string()))
        })
        .collect())
}

async fn flows(reader: &AccountReader, m: &Migration) -> Result<Vec<MappedId>, String> {
    let source = list_flows(reader, m, Account::Source).await?;
    let destination = list_flows(reader, m, Account::Destination).await?;
    Ok(id_map::flows(source, destination))
}

async fn list_flows(reader: &AccountReader, m: &Migration, account: Account) -> Result<Vec<(String, String)>, String> {
    let Some(waba_id) = waba(m, account)? else { return Ok(Vec::new()) };
    let token = reader.token(m.id(), account).await?;
    let listed = reader.list(&ListFlows { token, waba_id, limit: Some(PAGE), after: None }).await?;
    Ok(listed.into_iter().filter_map(|flow| Some((flow.name?, flow.id))).collect())
}

fn waba(m: &Migration, account: Account) -> Result<Option<WabaId>, String> {
    let id = match account {
        Account::Source => Some(m.id().as_str()),
        Account::Destination => m.destination().map(|destination| destination.waba.as_str()),
    };
    id.map(|id| WabaId::parse(id).map_err(|error| error.to_string())).transpose()
}

/// The three ways to show them.
enum Shown<'a> {
    Csv(Box<csv::Writer<io::BufWriter<io::StdoutLock<'static>>>>),
    Json { output: &'a Output, mapped: u64 },
    People { output: &'a Output, table: comfy_table::Table, changed: u64 },
}

impl<'a> Shown<'a> {
    fn begin(args: &IdsArgs, output: &'a Output) -> anyhow::Result<Self> {
        if args.csv {
            let mut csv = csv::Writer::from_writer(io::BufWriter::new(io::stdout().lock()));
            csv.write_record(COLUMNS).map_err(io_error)?;
            return Ok(Self::Csv(Box::new(csv)));
        }
        if args.json {
            output.json_version()?;
            return Ok(Self::Json { output, mapped: 0 });
        }
        let table = text::table(["Customer", "What", "Old id", "New id", "Name"]);
        Ok(Self::People { output, table, changed: 0 })
    }

    fn all(&mut self, m: &Migration, mapped: &[MappedId]) -> anyhow::Result<()> {
        mapped.iter().try_for_each(|one| self.one(m, one))
    }

    fn one(&mut self, m: &Migration, one: &MappedId) -> anyhow::Result<()> {
        match self {
            Self::Csv(csv) => csv.write_record(line(m, one)).map_err(io_error)?,
            Self::Json { output, mapped } => {
                *mapped += 1;
                let mut line = json!({ "type": "id", "customer": m.customer().reference, "source_waba_id": m.id() });
                if let (Some(line), Value::Object(more)) = (line.as_object_mut(), serde_json::to_value(one)?) {
                    line.extend(more);
                }
                output.json(&line)?;
            }
            Self::People { table, changed, .. } => {
                *changed += u64::from(one.written_form_changed == Some(true));
                table.add_row([
                    m.customer().reference.clone(),
                    one.kind.name().to_owned(),
                    one.old_id.clone(),
                    or_dash(one.new_id.as_ref()),
                    name(one),
                ]);
            }
        }
        Ok(())
    }

    fn end(self, migrations: u64, unread: u64) -> anyhow::Result<()> {
        match self {
            Self::Csv(mut csv) => csv.flush()?,
            Self::Json { output, mapped } => output.json(
                &json!({ "type": "summary", "customers": migrations, "ids": mapped, "lists_not_read": unread }),
            )?,
            Self::People { output, table, changed } => {
                if migrations == 0 {
                    output.note("no customer fits");
                    return Ok(());
                }
                output.line(table.trim_fmt())?;
                if changed > 0 {
                    output.line(format_args!("{} written otherwise than before", counted(changed, "number")))?;
                }
            }
        }
        Ok(())
    }
}

/// `+525512345678, written +52 55 1234 5678 instead of +52 1 55 1234 5678`
fn name(one: &MappedId) -> String {
    let name = one.name.clone().unwrap_or_default();
    match (one.kind, one.written_form_changed, &one.old_written, &one.new_written) {
        (IdKind::Number, Some(true), Some(old), Some(new)) => format!("{name}, written {new} instead of {old}"),
        (IdKind::Number | IdKind::Waba | IdKind::Template | IdKind::Flow, _, _, _) => name,
    }
}

fn line(m: &Migration, one: &MappedId) -> [String; COLUMNS.len()] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        m.customer().reference.clone(),
        m.id().to_string(),
        one.kind.name().to_owned(),
        text(&one.name),
        one.old_id.clone(),
        text(&one.new_id),
        text(&one.old_written),
        text(&one.new_written),
        one.written_form_changed.map(|changed| changed.to_string()).unwrap_or_default(),
    ]
}
