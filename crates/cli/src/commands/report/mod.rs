//! `unmoor report`: what was done, as a page or as JSON that can be checked.

mod billed;
mod files;

use std::io::{self, BufWriter, IsTerminal, Write, stderr, stdout};
use std::path::Path;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use unmoor_engine::report::html::{self, Part, Zone};
use unmoor_engine::report::{Header, Journals, Lines, ReportError, Source, VERSION};
use unmoor_migration::MigrationId;
use unmoor_migration::report::{BilledPart, CustomerReport, FleetTally};
use unmoor_store::chain::JournalKey;

use crate::args::{GlobalArgs, ReportArgs, ReportFormat, SelectorArgs};
use crate::compose;
use crate::config::Config;
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::private_file::Beside;
use crate::selector::{self, page_through};
use crate::text::counted;
use billed::Billed;
use files::Folder;

/// A page with more customers is a heavy one: five hundred are 13 MB.
const MANY: usize = 100;

pub(crate) async fn run(args: &ReportArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let zone = zone(args.time_zone.as_deref())?;
    files::check(args)?;
    let config = Config::load(global)?;
    let store = compose::open_existing(&config).await?;
    let Some(key) = compose::journal_key(&config, &store).await? else {
        return Err(Trouble::bad_input("nothing was journaled yet").hint("begin with `unmoor import FILE`").into());
    };
    let selection = selector::to_show(&args.selector, store.as_ref()).await?;
    let ids = page_through(store.as_ref(), &selection.filter, |stored| {
        Some((stored.migration.id().clone(), stored.migration.customer().reference.clone()))
    })
    .await?;
    if ids.is_empty() {
        return Err(Trouble::bad_input("no customer fits").hint("`unmoor status` shows who there is").into());
    }
    if args.format == ReportFormat::Html && args.out_dir.is_none() && ids.len() > MANY {
        output.note("so many customers make a page that browsers are slow with: --out-dir makes an overview and a page for each");
    }
    let billed = Billed::read(args, store.as_ref(), &selection.filter, output).await?;
    let mut journals = Journals::open(store.as_ref(), &key).await?;
    let header = Header {
        about: about(&args.selector, &ids),
        made_at: compose::present(&config, store.as_ref()).await?.now(),
        unmoor: VERSION.to_owned(),
        provider: config.provider_name.clone(),
        origin: None,
        app_id: None,
        customers: ids.len() as u64,
        is_single: ids.len() == 1,
        key: Header::name_of(&key),
        head: journals.head().await?.to_string(),
        billing: billed.source(),
    }
    .stamped(store.read_stamp().await?);
    let making = Making { args, header, zone, key: &key, billed: &billed, bar: bar(ids.len() as u64, output) };
    let open = making.make(&mut journals, &ids).await?;
    making.bar.finish_and_clear();
    if open > 0 {
        let migrations = counted(open, "migration");
        let are = if open == 1 { "is" } else { "are" };
        output.note(format_args!("{migrations} {are} still under way: the report says so, and is not the last word"));
    }
    Ok(if billed.has_damaged_lines() { Exit::BadInput } else { Exit::Done })
}

fn zone(name: Option<&str>) -> Result<Zone, Trouble> {
    let Some(name) = name else { return Ok(Zone::utc()) };
    Zone::named(name).ok_or_else(|| {
        Trouble::bad_input(format!("there is no time zone {name:?}")).hint("give an IANA name, e.g. Europe/Dublin")
    })
}

/// What the report is about, for people.
fn about(args: &SelectorArgs, ids: &[(MigrationId, String)]) -> String {
    let mut names: Vec<&str> = ids.iter().map(|(_, reference)| reference.as_str()).collect();
    names.dedup();
    let is_by_wave_alone =
        args.customers.is_empty() && args.phase.is_empty() && args.blocker.is_empty() && args.turn.is_none();
    match (names.as_slice(), args.wave.as_slice()) {
        ([only], _) => (*only).to_owned(),
        (_, [wave]) if is_by_wave_alone => format!("Wave {wave}"),
        (_, []) if is_by_wave_alone => "All customers".to_owned(),
        (names, _) if names.len() <= 3 => names.join(", "),
        (names, _) => counted(names.len() as u64, "customer"),
    }
}

fn bar(total: u64, output: &Output) -> ProgressBar {
    if output.quiet || !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{bar:32} {pos}/{len} reported").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style)
}

/// A journal that does not hold is evidence of nothing.
fn refused(error: ReportError) -> anyhow::Error {
    match error {
        ReportError::Store(error) => error.into(),
        ReportError::Broken { .. } => Trouble::refused(error.to_string())
            .hint("`unmoor verify` shows everything that does not hold; nothing was written")
            .into(),
        ReportError::Gone { .. } | ReportError::Entry { .. } | ReportError::Unreportable { .. } => error.into(),
    }
}

/// A report that is being made.
struct Making<'a> {
    args: &'a ReportArgs,
    header: Header,
    zone: Zone,
    key: &'a JournalKey,
    billed: &'a Billed,
    bar: ProgressBar,
}

/// What a report's file is written to.
enum Out {
    File(Beside),
    Stdout(BufWriter<io::Stdout>),
}

impl Out {
    fn of(path: Option<&Path>) -> anyhow::Result<Self> {
        Ok(match path {
            Some(path) => Self::File(Beside::of(path)?),
            None => Self::Stdout(BufWriter::new(stdout())),
        })
    }

    fn put_in_place(self) -> anyhow::Result<()> {
        match self {
            Self::File(file) => file.put_in_place(),
            Self::Stdout(mut out) => Ok(out.flush()?),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Stdout(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Stdout(out) => out.flush(),
        }
    }
}

impl Making<'_> {
    /// Makes it, and gives the number of migrations that are still under way.
    async fn make(&self, journals: &mut Journals<'_>, ids: &[(MigrationId, String)]) -> anyhow::Result<u64> {
        match (self.args.format, &self.args.out_dir) {
            (format, Some(folder)) => self.folder(journals, ids, &Folder::make(folder, format)?).await,
            (ReportFormat::Html, None) => self.page(journals, ids).await,
            (ReportFormat::Json, None) => self.lines(journals, ids).await,
        }
    }

    async fn one(&self, journals: &mut Journals<'_>, id: &MigrationId) -> anyhow::Result<(Source, CustomerReport)> {
        let source = journals.read(id).await.map_err(refused)?;
        let report = source.report(self.header.made_at).map_err(refused)?;
        self.bar.inc(1);
        Ok((source, report))
    }

    async fn page(&self, journals: &mut Journals<'_>, ids: &[(MigrationId, String)]) -> anyhow::Result<u64> {
        let mut parts = Vec::with_capacity(ids.len());
        for (id, _) in ids {
            let (_, report) = self.one(journals, id).await?;
            parts.push(Part { report, billed: self.billed.of(id).to_vec() });
        }
        let mut out = Out::of(self.args.out.as_deref())?;
        out.write_all(html::page(&self.header, &parts, &self.zone, self.key).as_bytes())?;
        out.put_in_place()?;
        Ok(parts.iter().map(|part| open(&part.report)).sum())
    }

    async fn lines(&self, journals: &mut Journals<'_>, ids: &[(MigrationId, String)]) -> anyhow::Result<u64> {
        let out = Out::of(self.args.out.as_deref())?;
        let mut lines = Lines::begin(out, self.key, self.header.clone())?;
        let mut under_way = 0;
        for (id, _) in ids {
            let (source, report) = self.one(journals, id).await?;
            lines.customer(&report, self.billed.of(id), &source.kept)?;
            under_way += open(&report);
        }
        lines.end()?.put_in_place()?;
        Ok(under_way)
    }

    /// A file per customer; nothing but what they add up to is kept on the way.
    async fn folder(
        &self,
        journals: &mut Journals<'_>,
        ids: &[(MigrationId, String)],
        folder: &Folder,
    ) -> anyhow::Result<u64> {
        let (mut tally, mut all_billed, mut under_way) = (FleetTally::default(), Vec::<BilledPart>::new(), 0);
        for (id, reference) in ids {
            let (source, report) = self.one(journals, id).await?;
            let header = Header { about: reference.clone(), customers: 1, is_single: true, ..self.header.clone() };
            let billed = self.billed.of(id);
            let mut out = Out::of(Some(&folder.file(reference, id)))?;
            match self.args.format {
                ReportFormat::Html => {
                    let part = Part { report: report.clone(), billed: billed.to_vec() };
                    out.write_all(html::page(&header, &[part], &self.zone, self.key).as_bytes())?;
                }
                ReportFormat::Json => {
                    let mut lines = Lines::begin(&mut out, self.key, header)?;
                    lines.customer(&report, billed, &source.kept)?;
                    lines.end()?;
                }
            }
            out.put_in_place()?;
            tally.add(&report);
            all_billed.extend(billed.iter().cloned());
            under_way += open(&report);
        }
        if self.args.format == ReportFormat::Html {
            let fleet = tally.finish(self.header.made_at);
            let link =
                |waba: &str| ids.iter().find(|(id, _)| id.as_str() == waba).map(|(id, name)| folder.link(name, id));
            let page = html::overview(&self.header, &fleet, &all_billed, &link, &self.zone, self.key);
            let mut out = Out::of(Some(&folder.index()))?;
            out.write_all(page.as_bytes()).context("cannot write the overview")?;
            out.put_in_place()?;
        }
        Ok(under_way)
    }
}

fn open(report: &CustomerReport) -> u64 {
    u64::from(!report.standing.is_final)
}
