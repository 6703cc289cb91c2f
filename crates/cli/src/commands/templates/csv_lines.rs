//! A line for each template.

use std::io;

use unmoor_migration::Migration;
use unmoor_migration::templates::Prospect;

use super::{Shown, Told};
use crate::csv_output::io_error;

/// The columns. Part of the surface.
const COLUMNS: [&str; 15] = [
    "customer",
    "source_waba_id",
    "name",
    "language",
    "template_id",
    "status",
    "quality",
    "category",
    "prospect",
    "why",
    "at_risk",
    "lost",
    "by_hand",
    "sent_90_days",
    "keep_rank",
];

pub(super) struct CsvLines(csv::Writer<io::BufWriter<io::StdoutLock<'static>>>);

impl CsvLines {
    pub(super) fn begin() -> anyhow::Result<Self> {
        let mut csv = csv::Writer::from_writer(io::BufWriter::new(io::stdout().lock()));
        csv.write_record(COLUMNS).map_err(io_error)?;
        Ok(Self(csv))
    }
}

impl Shown for CsvLines {
    /// Nobody knows which templates it has: it has no line.
    fn not_read(&mut self, _: &Migration) -> anyhow::Result<()> {
        Ok(())
    }

    fn customer(&mut self, told: &Told<'_>) -> anyhow::Result<()> {
        for forecasted in &told.forecast.templates {
            let template = forecasted.template;
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let why = match &forecasted.prospect {
                Prospect::NotDuplicated { why } => why.to_string(),
                Prospect::AlreadyThere { status } => format!("there with status {status}"),
                Prospect::Duplicated | Prospect::MayNotFit | Prospect::NoRoom => String::new(),
            };
            let chores: Vec<String> = forecasted.chores().iter().map(ToString::to_string).collect();
            let line: [String; COLUMNS.len()] = [
                told.m.customer().reference.clone(),
                told.m.id().to_string(),
                template.key.name.clone(),
                template.key.language.clone(),
                template.id.to_string(),
                text(&template.status),
                text(&template.quality),
                text(&template.category),
                forecasted.prospect.name().to_owned(),
                why,
                forecasted.is_at_risk().to_string(),
                forecasted.is_lost().to_string(),
                chores.join("; "),
                told.sent(forecasted).map(|sent| sent.to_string()).unwrap_or_default(),
                told.rank(forecasted).map(|rank| rank.to_string()).unwrap_or_default(),
            ];
            self.0.write_record(line).map_err(io_error)?;
        }
        Ok(())
    }

    fn end(mut self: Box<Self>) -> anyhow::Result<()> {
        self.0.flush()?;
        Ok(())
    }
}
