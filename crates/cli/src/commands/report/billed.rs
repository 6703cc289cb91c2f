//! Who pays for messages, where webhooks were given.

use std::collections::BTreeMap;

use unmoor_engine::report::BillingSource;
use unmoor_migration::MigrationId;
use unmoor_migration::report::BilledPart;
use unmoor_store::{Filter, Store};

use crate::args::ReportArgs;
use crate::commands::billing;
use crate::output::Output;

/// The figures of every number.
#[derive(Default)]
pub(super) struct Billed {
    parts: BTreeMap<MigrationId, Vec<BilledPart>>,
    source: Option<BillingSource>,
}

impl Billed {
    pub(super) async fn read(
        args: &ReportArgs,
        store: &dyn Store,
        filter: &Filter,
        output: &Output,
    ) -> anyhow::Result<Self> {
        if args.webhooks.is_empty() {
            return Ok(Self::default());
        }
        let numbers = billing::numbers(store, filter, args.clock_tolerance).await?;
        let intake = billing::attributed(numbers, &args.webhooks, false, output)?;
        let totals = intake.ledger.totals();
        let mut parts = BTreeMap::<MigrationId, Vec<BilledPart>>::new();
        for (place, number) in intake.ledger.numbers().iter().enumerate() {
            parts.entry(number.migration.clone()).or_default().push(BilledPart::of(number, place, &totals));
        }
        let source = BillingSource {
            webhooks: intake.counts.webhooks,
            statuses: intake.counts.statuses,
            damaged_lines: intake.counts.damaged_lines,
            clock_tolerance_s: args.clock_tolerance.as_secs(),
        };
        Ok(Self { parts, source: Some(source) })
    }

    pub(super) fn of(&self, id: &MigrationId) -> &[BilledPart] {
        self.parts.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn source(&self) -> Option<BillingSource> {
        self.source.clone()
    }

    pub(super) fn has_damaged_lines(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.damaged_lines > 0)
    }
}
