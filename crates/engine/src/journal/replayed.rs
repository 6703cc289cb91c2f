//! What a journal adds up to, compared with what is kept.

use unmoor_migration::{Event, Migration, apply, begin};
use unmoor_store::{JournalRow, KeptColumns, KeptEntry, KeptMigration, Snapshot};

use super::finding::What;

/// A replay under way.
#[derive(Default)]
pub(super) struct Replay {
    migration: Option<Migration>,
    failed: Option<What>,
}

impl Replay {
    pub(super) fn take(&mut self, entry: &KeptEntry) {
        if self.failed.is_some() || entry.kind == JournalRow::EVIDENCE.as_bytes() {
            return;
        }
        let event = serde_json::from_slice::<Event>(&entry.body).map_err(|error| error.to_string());
        let next = event.and_then(|event| {
            let next = match self.migration.take() {
                None => begin(&event),
                Some(migration) => apply(migration, &event),
            };
            next.map_err(|illegal| illegal.to_string())
        });
        match next {
            Ok(migration) => self.migration = Some(migration),
            Err(why) => self.failed = Some(What::NotReplayable { seq: entry.seq, why }),
        }
    }

    /// How it differs from what is kept.
    pub(super) fn compared_with(self, kept: &KeptMigration) -> Option<What> {
        if self.failed.is_some() {
            return self.failed;
        }
        let Some(replayed) = self.migration else {
            return Some(What::NotReplayable { seq: 1, why: "the journal is empty".to_owned() });
        };
        let Some(state) = &kept.state else {
            return Some(What::StateUnreadable { why: "its row is gone".to_owned() });
        };
        let state: Migration = match serde_json::from_str(state) {
            Ok(state) => state,
            Err(error) => return Some(What::StateUnreadable { why: error.to_string() }),
        };
        if state != replayed || replayed.id().as_str() != kept.id {
            return Some(What::StateDiffers);
        }
        match KeptColumns::of(&Snapshot::of(replayed)) {
            Ok(columns) => differing(&columns, &kept.columns),
            Err(error) => Some(What::StateUnreadable { why: error.to_string() }),
        }
    }
}

fn differing(wanted: &KeptColumns, found: &KeptColumns) -> Option<What> {
    let columns: Vec<&'static str> = [
        ("customer", wanted.customer != found.customer),
        ("wave", wanted.wave != found.wave),
        ("phase", wanted.phase != found.phase),
        ("turn", wanted.turn != found.turn),
        ("blockers", wanted.blockers != found.blockers),
        ("is_final", wanted.is_final != found.is_final),
        ("urgency", wanted.urgency != found.urgency),
        ("wake_at", wanted.wake_at_ns != found.wake_at_ns),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect();
    (!columns.is_empty()).then_some(What::ColumnsDiffer { columns })
}
