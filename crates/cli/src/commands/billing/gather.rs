//! The selected numbers, and when each became complete: from the states, and from the journals where a register was sent.

use anyhow::Context;
use jiff::SignedDuration;
use unmoor_migration::billing::{BilledNumber, Completions};
use unmoor_migration::{Event, Migration, MigrationId};
use unmoor_store::{Filter, JournalRow, Store};

use crate::selector::page_through;

/// So many journal rows are read at once.
const PAGE: u32 = 500;

/// The numbers of the migrations that fit, with completions that leave `tolerance` to the clocks.
pub(super) async fn numbers(
    store: &dyn Store,
    filter: &Filter,
    tolerance: SignedDuration,
) -> anyhow::Result<Vec<BilledNumber>> {
    let mut numbers = Vec::new();
    for m in page_through(store, filter, |stored| Some(stored.migration)).await? {
        let completions = if may_be_complete(&m) { completions(store, m.id()).await? } else { Completions::default() };
        numbers.extend(BilledNumber::all_of(&m, &completions));
    }
    for number in &mut numbers {
        number.completion = number.completion.map(|completion| completion.widened(tolerance));
    }
    Ok(numbers)
}

fn may_be_complete(m: &Migration) -> bool {
    m.numbers().any(|number| number.registered_at.is_some() || !number.register_sent.is_empty())
}

async fn completions(store: &dyn Store, id: &MigrationId) -> anyhow::Result<Completions> {
    let (mut completions, mut after_seq) = (Completions::default(), 0);
    loop {
        let rows = store.journal(id, after_seq, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(completions) };
        after_seq = last.seq;
        for row in rows.into_iter().filter(|row| row.kind != JournalRow::EVIDENCE) {
            let event: Event = serde_json::from_value(row.body)
                .with_context(|| format!("row {} of the journal of {id} cannot be read", row.seq))?;
            completions.observe(&event);
        }
    }
}
