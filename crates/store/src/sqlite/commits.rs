//! One commit: everything that one decision changes.

use jiff::Timestamp;
use rusqlite::Connection;
use unmoor_migration::MigrationId;

use super::fault::Fault;
use super::journal::Entry;
use super::notices::NoticeRow;
use super::row::{Found, SnapshotRow, Step};
use super::value::to_json;
use super::{fleet, inbox, journal, notices};
use crate::{Claim, Commit, CommitError, Committed, StoreError};

/// A [`Commit`] under a claim, its JSON written, ready for the thread that writes.
#[derive(Debug)]
pub(super) struct CommitRow {
    id: MigrationId,
    expected_version: u64,
    fence: u64,
    owner: String,
    snapshot: SnapshotRow,
    entries: Vec<Entry>,
    at: Timestamp,
    inputs_done: Vec<u64>,
    notices: Vec<NoticeRow>,
    fleet: Option<(u64, String)>,
    release: bool,
}

impl CommitRow {
    pub(super) fn of(claim: &Claim, commit: Commit) -> Result<Self, CommitError> {
        let id = claim.migration.id();
        let given = commit.snapshot.migration().id();
        if given != id {
            return Err(CommitError::OtherMigration { claimed: id.clone(), given: given.clone() });
        }
        let fleet = commit
            .fleet
            .map(|update| Ok::<_, StoreError>((update.expected_version, to_json("the fleet's state", &update.state)?)));
        Ok(Self {
            id: id.clone(),
            expected_version: claim.version,
            fence: claim.fence,
            owner: claim.owner.clone(),
            snapshot: SnapshotRow::of(&commit.snapshot)?,
            entries: commit.events.iter().map(Entry::of).collect::<Result<_, _>>()?,
            at: commit.at,
            inputs_done: commit.inputs_done,
            notices: commit.notices.iter().map(NoticeRow::of).collect::<Result<_, _>>()?,
            fleet: fleet.transpose()?,
            release: commit.release,
        })
    }

    /// Checks every condition and makes every change; the savepoint around it makes that all or nothing.
    pub(super) fn write(&self, db: &Connection) -> Result<Committed, Fault<CommitError>> {
        let found = self.check(db)?;
        journal::append(db, &self.id, self.at, found.journal_seq, &self.entries)?;
        inbox::consume(db, &self.id, &self.inputs_done, self.at)?;
        for notice in &self.notices {
            notices::write(db, &self.id, self.at, notice)?;
        }
        let fleet_version = match &self.fleet {
            None => None,
            Some((expected, state)) => Some(fleet::set(db, *expected, state)?),
        };
        let step = Step {
            version: found.version + 1,
            journal_seq: found.journal_seq + self.entries.len() as u64,
            inputs_done: self.inputs_done.len() as u64,
            release: self.release,
        };
        self.snapshot.update(db, &found, &step)?;
        Ok(Committed { version: step.version, fleet_version })
    }

    fn check(&self, db: &Connection) -> Result<Found, Fault<CommitError>> {
        let id = self.id.clone();
        let Some(found) = Found::of(db, &id)? else {
            return Err(CommitError::from(StoreError::UnknownMigration { id }).into());
        };
        if found.fence != self.fence || found.lease_owner.as_ref() != Some(&self.owner) {
            return Err(CommitError::FenceLost { id, fence: self.fence }.into());
        }
        if found.version != self.expected_version {
            let (expected, found) = (self.expected_version, found.version);
            return Err(CommitError::Conflict { id, expected, found }.into());
        }
        Ok(found)
    }
}
