//! One commit: everything that one decision changes.

use rusqlite::Connection;

use super::fault::Fault;
use super::row::Step;
use super::{fleet, inbox, journal, lanes, notices, row};
use crate::chain::{JournalKey, LANES};
use crate::rows::{Chained, CommitRow, FleetRow};
use crate::{CommitError, Committed};

/// Checks every condition and makes every change; the savepoint around it makes that all or nothing.
pub(super) fn write(db: &Connection, key: &JournalKey, commit: &CommitRow) -> Result<Committed, Fault<CommitError>> {
    let found = commit.check(row::found(db, &commit.id)?)?;
    let chained = Chained::of(key, &commit.id, Some(found.end.clone()), &commit.entries);
    if !commit.entries.is_empty() {
        journal::append(db, &commit.id, commit.at, &commit.entries, &chained)?;
        lanes::change(db, key, chained.lane(LANES), |lane| chained.enter(key, lane))?;
    }
    inbox::consume(db, &commit.id, &commit.inputs_done, commit.at)?;
    for notice in &commit.notices {
        notices::write(db, &commit.id, commit.at, notice)?;
    }
    let fleet_version = match &commit.fleet {
        None => None,
        Some(FleetRow { expected_version, state: Some(state) }) => Some(fleet::set(db, key, *expected_version, state)?),
        Some(FleetRow { expected_version, state: None }) => fleet::check(db, *expected_version).map(|()| None)?,
    };
    let step = Step {
        version: found.version + 1,
        end: chained.end,
        inputs_done: commit.inputs_done.len() as u64,
        release: commit.release,
    };
    row::update(db, &commit.snapshot, &found, &step)?;
    Ok(Committed { version: step.version, fleet_version })
}
