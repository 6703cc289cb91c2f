//! `unmoor templates`: what will become of each template of the source.

mod csv_lines;
mod json_lines;
mod people;
mod usage;

use std::collections::BTreeMap;

use unmoor_migration::Migration;
use unmoor_migration::templates::{Forecast, Forecasted, Losses, TemplateKey};

use crate::account_reader::AccountReader;
use crate::args::{GlobalArgs, TemplatesArgs};
use crate::compose;
use crate::config::Config;
use crate::exit::Exit;
use crate::output::Output;
use crate::selector::{self, page_through};

use csv_lines::CsvLines;
use json_lines::JsonLines;
use people::Tables;
use usage::Usage;

pub(crate) async fn run(args: &TemplatesArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let store = compose::open_existing(&config).await?;
    let selection = selector::to_show(&args.selector, store.as_ref()).await?;
    let migrations = page_through(store.as_ref(), &selection.filter, |stored| Some(stored.migration)).await?;
    let reader = if args.by_use { Some(AccountReader::open(&config, &store).await?) } else { None };
    let now = compose::present(&config, store.as_ref()).await?.now();
    let mut shown: Box<dyn Shown> = if args.csv {
        Box::new(CsvLines::begin()?)
    } else if args.json {
        Box::new(JsonLines::begin(output)?)
    } else {
        Box::new(Tables::begin(output, args.each || migrations.len() == 1, args.each))
    };
    for m in &migrations {
        let Some(forecast) = m.template_forecast(config.policy.template_limit) else {
            shown.not_read(m)?;
            continue;
        };
        let usage = match &reader {
            Some(reader) if !forecast.fits() => usage::read(reader, m, &forecast, now).await,
            Some(_) | None => Usage::NotAsked,
        };
        shown.customer(&Told::of(m, forecast, usage))?;
    }
    shown.end()?;
    Ok(Exit::Done)
}

/// What is told of one customer.
pub(crate) struct Told<'a> {
    pub(crate) m: &'a Migration,
    pub(crate) forecast: Forecast<'a>,
    pub(crate) losses: Losses,
    pub(crate) usage: Usage,
    ranks: BTreeMap<TemplateKey, usize>,
}

impl<'a> Told<'a> {
    fn of(m: &'a Migration, forecast: Forecast<'a>, usage: Usage) -> Self {
        let open = forecast.keep_first(usage.sent()).into_iter().zip(1..);
        let ranks = open.map(|(forecasted, rank)| (forecasted.template.key.clone(), rank)).collect();
        Self { losses: forecast.losses(), m, forecast, usage, ranks }
    }

    /// Those that compete for room, what to keep first at the front.
    fn keep_first(&self) -> Vec<&Forecasted<'a>> {
        self.forecast.keep_first(self.usage.sent())
    }

    /// The place of a template among them, from 1.
    fn rank(&self, forecasted: &Forecasted<'_>) -> Option<usize> {
        self.ranks.get(&forecasted.template.key).copied()
    }

    /// How often it was sent in the time that was asked about, where that is known.
    fn sent(&self, forecasted: &Forecasted<'_>) -> Option<u64> {
        self.usage.sent()?.get(&forecasted.template.key).copied()
    }
}

/// One of the three ways to show it.
trait Shown {
    /// A customer whose templates nobody has read.
    fn not_read(&mut self, m: &Migration) -> anyhow::Result<()>;
    /// A customer's forecast.
    fn customer(&mut self, told: &Told<'_>) -> anyhow::Result<()>;
    /// What stands at the end.
    fn end(self: Box<Self>) -> anyhow::Result<()>;
}
