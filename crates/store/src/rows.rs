//! What stands in the tables of every backend, with JSON as text.
//!
//! JSON is made and parsed on the caller's side, so that no connection waits for it and no thread that writes does it.

use jiff::Timestamp;
use serde_json::Value;
use unmoor_migration::{Event, MigrationId};

use crate::chain::{self, ChainEnd, JournalKey, Lane, Link, digest};
use crate::value::{from_json, nanoseconds, to_json, urgency_rank};
use crate::{
    Claim, Commit, CommitError, JournalRow, NewMigration, Notice, Snapshot, StoreError, Stored, TakenNotice,
    WaitingInput,
};

/// The columns of a [`Snapshot`], ready to be written.
#[derive(Debug)]
pub(crate) struct SnapshotRow {
    pub(crate) id: MigrationId,
    pub(crate) customer: String,
    pub(crate) wave: Option<String>,
    pub(crate) phase: String,
    pub(crate) turn: Option<String>,
    /// Sorted, each once.
    pub(crate) blocker_codes: Vec<String>,
    /// The same as a JSON array.
    pub(crate) blockers: String,
    pub(crate) is_final: bool,
    pub(crate) urgency: i64,
    pub(crate) wake_at: Option<Timestamp>,
    pub(crate) body: String,
}

impl SnapshotRow {
    pub(crate) fn of(snapshot: &Snapshot) -> Result<Self, StoreError> {
        let migration = snapshot.migration();
        let outline = snapshot.outline();
        let id = migration.id().clone();
        let body = to_json(&format!("the state of migration {id}"), migration)?;
        let mut blocker_codes = outline.blockers.clone();
        blocker_codes.sort();
        blocker_codes.dedup();
        Ok(Self {
            customer: migration.customer().reference.clone(),
            wave: migration.customer().wave.clone(),
            phase: outline.phase.clone(),
            turn: outline.turn.clone(),
            blockers: to_json("blocker codes", &blocker_codes)?,
            blocker_codes,
            is_final: outline.is_final,
            urgency: urgency_rank(outline.urgency),
            wake_at: outline.wake_at,
            id,
            body,
        })
    }
}

/// A journal row without its number. Its text is hashed here, on the caller's side; what is left for whoever writes is one
/// short HMAC.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) kind: String,
    pub(crate) body: String,
    digest: Link,
}

impl Entry {
    fn new(operation: &'static str, at: Timestamp, kind: &str, body: String) -> Result<Self, StoreError> {
        let at_ns = nanoseconds(at).map_err(|error| StoreError::Database { operation, detail: error.to_string() })?;
        Ok(Self { kind: kind.to_owned(), digest: digest(at_ns, kind.as_bytes(), body.as_bytes()), body })
    }

    pub(crate) fn of(operation: &'static str, at: Timestamp, event: &Event) -> Result<Self, StoreError> {
        Self::new(operation, at, event.kind(), to_json("an event", event)?)
    }

    pub(crate) fn evidence(at: Timestamp, evidence: &Value) -> Result<Self, StoreError> {
        Self::new("append evidence", at, JournalRow::EVIDENCE, to_json("evidence", evidence)?)
    }
}

/// Entries with their links, and where the chain ends then.
#[derive(Debug)]
pub(crate) struct Chained {
    pub(crate) links: Vec<Link>,
    pub(crate) end: ChainEnd,
    id: MigrationId,
    before: Option<ChainEnd>,
}

impl Chained {
    /// `entries` after `before`; `None` begins a new migration's chain.
    pub(crate) fn of(key: &JournalKey, id: &MigrationId, before: Option<ChainEnd>, entries: &[Entry]) -> Self {
        let beginning = ChainEnd::beginning();
        let digests = entries.iter().map(|entry| entry.digest);
        let (links, end) = chain::extend(key, id, before.as_ref().unwrap_or(&beginning), digests);
        Self { links, end, id: id.clone(), before }
    }

    /// The lane that the migration belongs to, of so many.
    pub(crate) fn lane(&self, lanes: u64) -> u64 {
        Lane::number_of(self.id.as_str(), lanes)
    }

    /// Takes the old head out of the lane and puts the new one in. No commit: several may share one.
    pub(crate) fn enter(&self, key: &JournalKey, lane: &mut Lane) {
        match &self.before {
            Some(before) => lane.toggle(&chain::head(key, &self.id, before)),
            None => lane.migrations += 1,
        }
        lane.toggle(&chain::head(key, &self.id, &self.end));
    }
}

/// A new migration.
#[derive(Debug)]
pub(crate) struct ImportRow {
    pub(crate) snapshot: SnapshotRow,
    pub(crate) entries: Vec<Entry>,
}

impl ImportRow {
    pub(crate) fn of(new: &NewMigration, at: Timestamp) -> Result<Self, StoreError> {
        let entries = new.events.iter().map(|event| Entry::of("import migrations", at, event));
        let entries = entries.collect::<Result<_, _>>()?;
        Ok(Self { snapshot: SnapshotRow::of(&new.snapshot)?, entries })
    }
}

/// A notice that is not written yet.
#[derive(Debug)]
pub(crate) struct NoticeRow {
    pub(crate) kind: String,
    pub(crate) body: String,
}

impl NoticeRow {
    fn of(notice: &Notice) -> Result<Self, StoreError> {
        Ok(Self { kind: notice.kind.clone(), body: to_json("a notice", &notice.body)? })
    }
}

/// A [`FleetUpdate`](crate::FleetUpdate).
#[derive(Debug)]
pub(crate) struct FleetRow {
    pub(crate) expected_version: u64,
    pub(crate) state: Option<String>,
}

/// A [`Commit`] under a claim.
#[derive(Debug)]
pub(crate) struct CommitRow {
    pub(crate) id: MigrationId,
    pub(crate) snapshot: SnapshotRow,
    pub(crate) entries: Vec<Entry>,
    pub(crate) at: Timestamp,
    pub(crate) inputs_done: Vec<u64>,
    pub(crate) notices: Vec<NoticeRow>,
    pub(crate) fleet: Option<FleetRow>,
    pub(crate) release: bool,
    unless_asked: bool,
    expected_version: u64,
    fence: u64,
    owner: String,
}

impl CommitRow {
    pub(crate) fn of(claim: &Claim, commit: &Commit) -> Result<Self, CommitError> {
        let id = claim.migration.id();
        let given = commit.snapshot.migration().id();
        if given != id {
            return Err(CommitError::OtherMigration { claimed: id.clone(), given: given.clone() });
        }
        let fleet = commit.fleet.as_ref().map(|update| {
            let state = update.state.as_ref().map(|state| to_json("the fleet's state", state)).transpose()?;
            Ok::<_, StoreError>(FleetRow { expected_version: update.expected_version, state })
        });
        Ok(Self {
            id: id.clone(),
            expected_version: claim.version,
            fence: claim.fence,
            owner: claim.owner.clone(),
            snapshot: SnapshotRow::of(&commit.snapshot)?,
            entries: (commit.events.iter().map(|event| Entry::of("commit a migration", commit.at, event)))
                .collect::<Result<_, _>>()?,
            at: commit.at,
            inputs_done: commit.inputs_done.clone(),
            notices: commit.notices.iter().map(NoticeRow::of).collect::<Result<_, _>>()?,
            fleet: fleet.transpose()?,
            release: commit.release,
            unless_asked: commit.unless_asked,
        })
    }

    /// The lane that it changes, of so many; none where nothing is journaled.
    pub(crate) fn lane(&self, lanes: u64) -> Option<u64> {
        (!self.entries.is_empty()).then(|| Lane::number_of(self.id.as_str(), lanes))
    }

    /// Whether the claim still holds against what was found of the migration. A lost fence is told before a version.
    pub(crate) fn check(&self, found: Option<Found>) -> Result<Found, CommitError> {
        let id = self.id.clone();
        let Some(found) = found else { return Err(StoreError::UnknownMigration { id }.into()) };
        if found.fence != self.fence || found.lease_owner.as_ref() != Some(&self.owner) {
            return Err(CommitError::FenceLost { id, fence: self.fence });
        }
        if found.version != self.expected_version {
            let (expected, found) = (self.expected_version, found.version);
            return Err(CommitError::Conflict { id, expected, found });
        }
        if self.unless_asked && found.inputs_waiting > self.inputs_done.len() as u64 {
            return Err(CommitError::InputsWait { id });
        }
        Ok(found)
    }
}

/// What a commit compares with.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) version: u64,
    pub(crate) end: ChainEnd,
    pub(crate) fence: u64,
    pub(crate) lease_owner: Option<String>,
    pub(crate) inputs_waiting: u64,
    pub(crate) phase: String,
    pub(crate) turn: Option<String>,
    pub(crate) customer: String,
    pub(crate) wave: Option<String>,
    pub(crate) blockers: String,
}

/// A migration as it was read.
#[derive(Debug)]
pub(crate) struct StoredRow {
    pub(crate) id: String,
    pub(crate) version: u64,
    pub(crate) inputs_waiting: u64,
    pub(crate) body: String,
}

impl StoredRow {
    pub(crate) fn parse(self) -> Result<Stored, StoreError> {
        let migration = from_json(|| format!("the state of migration {}", self.id), &self.body)?;
        Ok(Stored { migration, version: self.version, inputs_waiting: self.inputs_waiting })
    }
}

/// An input as it was read.
#[derive(Debug)]
pub(crate) struct InputRow {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) by: String,
    pub(crate) body: String,
}

impl InputRow {
    fn parse(self) -> Result<WaitingInput, StoreError> {
        let body = from_json(|| format!("input {}", self.seq), &self.body)?;
        Ok(WaitingInput { seq: self.seq, body, by: self.by, at: self.at })
    }
}

/// A claim as it was taken.
#[derive(Debug)]
pub(crate) struct ClaimRow {
    pub(crate) stored: StoredRow,
    pub(crate) fence: u64,
    pub(crate) owner: String,
    pub(crate) inputs: Vec<InputRow>,
}

impl ClaimRow {
    pub(crate) fn parse(self) -> Result<Claim, StoreError> {
        let inputs = self.inputs.into_iter().map(InputRow::parse).collect::<Result<_, _>>()?;
        let stored = self.stored.parse()?;
        Ok(Claim { migration: stored.migration, version: stored.version, fence: self.fence, owner: self.owner, inputs })
    }

    /// One state that cannot be read must not stop the others.
    pub(crate) fn readable(self) -> Option<Claim> {
        let id = self.stored.id.clone();
        self.parse().inspect_err(|error| tracing::error!(migration = id, %error, "a due migration is left out")).ok()
    }
}

/// A notice as it was taken.
#[derive(Debug)]
pub(crate) struct TakenRow {
    pub(crate) seq: u64,
    pub(crate) migration_id: String,
    pub(crate) written_at: Timestamp,
    pub(crate) kind: String,
    pub(crate) body: String,
    /// This one counted in.
    pub(crate) attempts: u64,
}

impl TakenRow {
    fn parse(self) -> Result<TakenNotice, StoreError> {
        let body = from_json(|| format!("notice {}", self.seq), &self.body)?;
        Ok(TakenNotice {
            seq: self.seq,
            migration_id: self.migration_id,
            written_at: self.written_at,
            notice: Notice { kind: self.kind, body },
            earlier_attempts: self.attempts.saturating_sub(1),
        })
    }

    /// One notice that cannot be read must not stop the others.
    pub(crate) fn readable(self) -> Option<TakenNotice> {
        self.parse().inspect_err(|error| tracing::error!(%error, "a notice is left out")).ok()
    }
}

/// A journal row as it was read.
pub(crate) fn journal_row(
    id: &MigrationId,
    seq: u64,
    at: Timestamp,
    kind: String,
    body: &str,
) -> Result<JournalRow, StoreError> {
    let body = from_json(|| format!("journal row {seq} of migration {id}"), body)?;
    Ok(JournalRow { seq, at, kind, body })
}
