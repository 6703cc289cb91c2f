//! What must hold when everything is quiet.

use std::collections::BTreeSet;

use unmoor_migration::{Event, Migration, MigrationId, apply, begin};
use unmoor_store::JournalRow;

use super::run::Run;
use crate::reference_model::MustEnd;

/// Compares the end with what the model demands, the ledger with the rules, and each journal with its migration.
pub(super) async fn at_the_end(run: &Run) {
    for broken in run.rules_of_the_ledger() {
        run.shared.violated(|| broken);
    }
    for m in run.migrations().await {
        let must = run.shared.state().judge.must_end(m.id().as_str());
        run.shared.tell(|| format!("{} must end: {must:?}", m.id()));
        if let Some(why) = ends_wrongly(&m, &must) {
            let stand = run.where_they_stand().await;
            run.shared.violated(|| format!("rule 13: {why}\n{stand}"));
        }
        count_end(run, &m);
        replay(run, &m).await;
    }
}

fn ends_wrongly(m: &Migration, must: &MustEnd) -> Option<String> {
    let there = |numbers: &BTreeSet<String>| {
        let missing = |id: &&String| !m.numbers().any(|one| one.number.as_str() == *id && one.is_migrated());
        numbers.iter().find(missing).map(|id| format!("{id} is not verified although the destination has it"))
    };
    match must {
        MustEnd::AllNumbersOnDestination => {
            let done = m.is_final() && m.numbers().any(unmoor_migration::Number::is_migrated);
            (!done).then(|| format!("{} is {}, and all its numbers could be on the destination", m.id(), m.phase()))
        }
        MustEnd::Stopped { on_destination, reason } => {
            let stopped = m.is_final();
            there(on_destination).or((!stopped).then(|| format!("{} is {}, though {reason}", m.id(), m.phase())))
        }
        MustEnd::WaitsForPerson { on_destination, .. } => there(on_destination).or_else(|| {
            let silent = !m.is_final() && m.blockers().is_empty();
            silent.then(|| format!("{} is {} and says to nobody what it waits for", m.id(), m.phase()))
        }),
    }
}

fn count_end(run: &Run, m: &Migration) {
    let end =
        if m.is_final() { m.phase_name().to_owned() } else { format!("waiting: {}", m.blocker_codes().join(" ")) };
    run.shared.tally(&format!("end: {end}"));
}

/// The journal alone gives the same migration.
async fn replay(run: &Run, m: &Migration) {
    let replayed = replayed(&run.store().inner.journal(m.id(), 0, u32::MAX).await.unwrap(), m.id());
    match replayed {
        Ok(replayed) if replayed == *m => {}
        Ok(_) => run.shared.violated(|| format!("the journal of {} gives another migration", m.id())),
        Err(why) => run.shared.violated(|| why),
    }
}

fn replayed(journal: &[JournalRow], id: &MigrationId) -> Result<Migration, String> {
    let facts = journal.iter().filter(|row| row.kind != JournalRow::EVIDENCE);
    let mut events = facts.map(|row| serde_json::from_value::<Event>(row.body.clone()));
    let unreadable = |error: String| format!("the journal of {id} cannot be replayed: {error}");
    let first = events.next().ok_or_else(|| unreadable("it is empty".to_owned()))?;
    let first = first.map_err(|error| unreadable(error.to_string()))?;
    let begun = begin(&first).map_err(|error| unreadable(error.to_string()))?;
    events.try_fold(begun, |m, event| {
        let event = event.map_err(|error| unreadable(error.to_string()))?;
        apply(m, &event).map_err(|error| unreadable(error.to_string()))
    })
}
