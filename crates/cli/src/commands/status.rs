//! `unmoor status`: where everybody stands. Read page by page, so that the size of the fleet does not matter.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use serde_json::json;
use unmoor_engine::fleet;
use unmoor_migration::fleet::Pilot;
use unmoor_migration::{Migration, Phase, story};
use unmoor_store::{Filter, Store};

use crate::args::{GlobalArgs, StatusArgs};
use crate::compose;
use crate::config::Config;
use crate::csv_output::io_error;
use crate::exit::Exit;
use crate::output::Output;
use crate::report::Row;
use crate::selector::{self, page_through};
use crate::text::{self, ago, counted, or_dash};

/// A table per so many migrations.
const PAGE: u32 = 500;

/// The columns of `--csv`. Part of the surface.
const CSV_COLUMNS: [&str; 11] = [
    "customer",
    "waba",
    "contact_email",
    "language",
    "time_zone",
    "phase",
    "blocker",
    "number",
    "what_to_say",
    "since",
    "days_waiting",
];

pub(crate) async fn run(args: &StatusArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let store = compose::open_existing(&config).await?;
    let selection = selector::to_show(&args.selector, store.as_ref()).await?;
    let now = compose::present(&config, store.as_ref()).await?.now();
    let shown = Shown { store: store.as_ref(), filter: selection.filter, now, output };
    if args.csv {
        shown.csv().await?;
    } else if args.json {
        shown.json().await?;
    } else {
        shown.people().await?;
    }
    Ok(Exit::Done)
}

struct Shown<'a> {
    store: &'a dyn Store,
    filter: Filter,
    now: Timestamp,
    output: &'a Output,
}

/// How many stand where.
#[derive(Debug, Default)]
struct Counts {
    phases: BTreeMap<Phase, u64>,
    blockers: BTreeMap<&'static str, u64>,
}

impl Counts {
    fn add(&mut self, m: &Migration) {
        *self.phases.entry(m.phase().clone()).or_default() += 1;
        for code in m.blocker_codes() {
            *self.blockers.entry(code).or_default() += 1;
        }
    }

    fn total(&self) -> u64 {
        self.phases.values().sum()
    }

    /// By name, in the order of the phases.
    fn by_phase(&self) -> serde_json::Map<String, serde_json::Value> {
        self.phases.iter().map(|(phase, count)| (phase.name().to_owned(), json!(count))).collect()
    }
}

impl Shown<'_> {
    async fn each(&self, mut look: impl FnMut(Migration) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let mut failed = None;
        page_through(self.store, &self.filter, |stored| {
            if failed.is_none() {
                failed = look(stored.migration).err();
            }
            None::<()>
        })
        .await?;
        failed.map_or(Ok(()), Err)
    }

    async fn counts(&self) -> anyhow::Result<Counts> {
        let mut counts = Counts::default();
        self.each(|m| {
            counts.add(&m);
            Ok(())
        })
        .await?;
        Ok(counts)
    }

    async fn people(&self) -> anyhow::Result<()> {
        let counts = self.counts().await?;
        if counts.total() == 0 {
            self.output.note("no customer fits");
            return Ok(());
        }
        let phases: Vec<String> =
            counts.phases.iter().map(|(phase, count)| format!("{count} {}", text::spaced(phase.name()))).collect();
        self.output.line(format_args!("{}: {}", counted(counts.total(), "customer"), phases.join(", ")))?;
        let mut blockers: Vec<(&str, u64)> = counts.blockers.into_iter().collect();
        blockers.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        if !blockers.is_empty() {
            let told: Vec<String> = blockers.iter().map(|(code, count)| format!("{count} {code}")).collect();
            self.output.line(format_args!("waiting: {}", told.join(", ")))?;
        }
        self.fleet().await?;
        self.tables().await
    }

    /// What stops everybody.
    async fn fleet(&self) -> anyhow::Result<()> {
        let fleet = fleet::load(self.store).await?.fleet;
        if let Some(brake) = fleet.brake {
            self.output.line(format_args!(
                "no new move begins anywhere: {} twice. Look at it, then `unmoor resume --fleet`",
                brake.signature
            ))?;
        }
        if let Some(refused) = fleet.system_token {
            self.output.line(format_args!("Meta refuses the system token: {}", refused.words))?;
        }
        if let Pilot::Running { migration } = fleet.pilot {
            self.output.line(format_args!("the first migration goes alone: {migration}"))?;
        }
        if let Some(look) = fleet.looks.last() {
            self.output.line(text::look(look))?;
        }
        Ok(())
    }

    async fn tables(&self) -> anyhow::Result<()> {
        let mut cursor = None;
        loop {
            let page = self.store.list(&self.filter, cursor.as_ref(), PAGE).await?;
            let mut table = text::table(["Customer", "WABA", "Phase", "Since", "Moved", "Gap", "Waits for"]);
            for stored in &page.rows {
                let row = Row::of(&stored.migration);
                table.add_row([
                    row.customer,
                    row.source_waba_id,
                    text::spaced(row.phase),
                    ago(self.now, row.since),
                    format!("{} of {}", row.numbers_moved, row.numbers_total),
                    or_dash(stored.migration.longest_gap().map(unmoor_migration::words::duration)),
                    row.waits_for.or_else(|| row.exceptions.first().cloned()).unwrap_or_default(),
                ]);
            }
            self.output.line(table.trim_fmt())?;
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn json(&self) -> anyhow::Result<()> {
        self.output.json_version()?;
        let mut counts = Counts::default();
        self.each(|m| {
            counts.add(&m);
            Ok(self.output.json(&Row::of(&m))?)
        })
        .await?;
        let (total, phases) = (counts.total(), counts.by_phase());
        let fleet = fleet::load(self.store).await?.fleet;
        self.output.json(&json!({
            "type": "summary",
            "at": self.now,
            "customers": total,
            "phases": phases,
            "blockers": counts.blockers,
            "brake": fleet.brake,
            "fleet_resumed": fleet.looks,
        }))?;
        Ok(())
    }

    /// One line per thing that somebody is to be told.
    async fn csv(&self) -> anyhow::Result<()> {
        let mut csv = csv::Writer::from_writer(io::BufWriter::new(io::stdout().lock()));
        csv.write_record(CSV_COLUMNS).map_err(io_error)?;
        let mut cursor = None;
        loop {
            let page = self.store.list(&self.filter, cursor.as_ref(), PAGE).await?;
            for stored in &page.rows {
                for line in self.lines(&stored.migration) {
                    csv.write_record(line).map_err(io_error)?;
                }
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        csv.flush()?;
        Ok(())
    }

    fn lines(&self, m: &Migration) -> Vec<[String; CSV_COLUMNS.len()]> {
        let customer = m.customer();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let line = |blocker: &str, number: String, what_to_say: String, since: Timestamp| {
            [
                customer.reference.clone(),
                m.id().to_string(),
                text(&customer.contact_email),
                text(&customer.language),
                text(&customer.time_zone),
                m.phase_name().to_owned(),
                blocker.to_owned(),
                number,
                what_to_say,
                format!("{since:.0}"),
                (self.now.duration_since(since).as_secs().max(0) / 86_400).to_string(),
            ]
        };
        let blockers = story(m, self.now).blockers;
        let fits = |turn: &str, code: &str| {
            self.filter.turn.as_deref().is_none_or(|wanted| wanted == turn)
                && (self.filter.blockers.is_empty() || self.filter.blockers.iter().any(|wanted| wanted == code))
        };
        let lines: Vec<_> = blockers
            .into_iter()
            .filter(|blocker| fits(blocker.turn.name(), blocker.code.as_str()))
            .map(|blocker| {
                let number = blocker.number.map(|number| number.to_string()).unwrap_or_default();
                line(blocker.code.as_str(), number, blocker.next, blocker.since)
            })
            .collect();
        if lines.is_empty() && self.filter.turn.is_none() && self.filter.blockers.is_empty() {
            return vec![line("", String::new(), String::new(), m.phase_entered_at())];
        }
        lines
    }
}
