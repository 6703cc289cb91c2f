//! Why a store could not do what it was asked.

use unmoor_migration::MigrationId;

use crate::Stamp;

/// Why an operation failed. Unless a variant says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database was made for another origin or app.
    #[error(
        "this database belongs to {found}, not to {wanted}: use another database, or the settings it was made with"
    )]
    WrongStamp {
        /// What it was made for.
        found: Stamp,
        /// What it was to be used for.
        wanted: Stamp,
    },
    /// No migration has this id.
    #[error("there is no migration {id}")]
    UnknownMigration {
        /// The id.
        id: MigrationId,
    },
    /// A newer Unmoor wrote this database.
    #[error(
        "{database} has schema version {found}, and this program knows versions up to {known}: use the newer program that wrote it"
    )]
    NewerSchema {
        /// The database.
        database: String,
        /// Its schema version.
        found: u64,
        /// The newest one that this program knows.
        known: u64,
    },
    /// An older Unmoor wrote this database, or nobody has yet (version 0).
    #[error("{database} has schema version {found}, and this program needs {known}: run `unmoor schema upgrade`")]
    OlderSchema {
        /// The database.
        database: String,
        /// Its schema version.
        found: u64,
        /// The one that this program works with.
        known: u64,
    },
    /// Everything was moved to another database, and nothing may be changed here.
    #[error(
        "nothing may be changed in {database} any more: everything in it was moved to another database: name that one; \
         only if it was imported nowhere, `unmoor export --take-back` makes this one usable again"
    )]
    Moved {
        /// The database.
        database: String,
    },
    /// Something else is in there.
    #[error("{database} is not a database of Unmoor ({why}): give another one")]
    NotOurs {
        /// The database.
        database: String,
        /// What tells it apart.
        why: String,
    },
    /// The file is damaged. Where that showed in a commit, **the change may or may not have happened**.
    #[error(
        "cannot {operation}: {database} is damaged ({detail}): stop every process that uses it, keep a copy, and restore a backup"
    )]
    Corrupt {
        /// What was asked.
        operation: &'static str,
        /// The database.
        database: String,
        /// The database's words.
        detail: String,
    },
    /// The database cannot be opened, or not for writing.
    #[error("cannot open the database {database}: {why}: {advice}")]
    CannotOpen {
        /// The database.
        database: String,
        /// What stands in the way.
        why: String,
        /// What to do about it.
        advice: String,
    },
    /// Others kept the database, or the row in question, to themselves for too long.
    #[error(
        "cannot {operation}: another process keeps {database} locked: try again, and look for a process that hangs if it stays so"
    )]
    Busy {
        /// What was asked.
        operation: &'static str,
        /// The database.
        database: String,
    },
    /// The database does not answer. It may later, without a restart.
    #[error(
        "cannot {operation}: {database} cannot be reached ({why}): see that the server runs and the network is well"
    )]
    Unreachable {
        /// What was asked.
        operation: &'static str,
        /// The database.
        database: String,
        /// What went wrong on the way.
        why: String,
    },
    /// Nothing can be journaled before the store has the key of the chains: a defect of whoever opened it.
    #[error("cannot {operation}: the store was not given the journal's key: this is a defect of Unmoor")]
    NoJournalKey {
        /// What was asked.
        operation: &'static str,
    },
    /// No room is left.
    #[error(
        "cannot {operation}: the disk that holds {database} is full: nothing was kept, so nothing is sent: make room"
    )]
    DiskFull {
        /// What was asked.
        operation: &'static str,
        /// The database.
        database: String,
    },
    /// The database failed while it made a commit durable: **the change may or may not have happened**. Read again before
    /// anything that cannot be undone.
    #[error(
        "cannot tell whether the change was kept ({operation}): the commit in {database} failed: {detail}: read it again before going on"
    )]
    CommitUnknown {
        /// What was asked.
        operation: &'static str,
        /// The database.
        database: String,
        /// The database's words.
        detail: String,
    },
    /// The store's own thread has ended. When it ended with the operation under way, the change may or may not have
    /// happened.
    #[error(
        "cannot {operation}: the connection to {database} has ended ({why}): restart the program, which reads everything again"
    )]
    Stopped {
        /// What was asked.
        operation: &'static str,
        /// The database.
        database: String,
        /// Why it ended.
        why: String,
    },
    /// Something stored is no JSON of the expected shape, or something to be stored cannot be written as JSON.
    #[error("cannot read or write {what} as JSON: {source}")]
    Json {
        /// What it is.
        what: String,
        /// The parser's words.
        source: serde_json::Error,
    },
    /// Anything else that the database says.
    #[error("cannot {operation}: the database says: {detail}")]
    Database {
        /// What was asked.
        operation: &'static str,
        /// The database's words.
        detail: String,
    },
}

impl StoreError {
    /// Whether it stays so until a person has done something about it and started again. Others are worth another try.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::WrongStamp { .. }
            | Self::NewerSchema { .. }
            | Self::OlderSchema { .. }
            | Self::Moved { .. }
            | Self::NoJournalKey { .. }
            | Self::NotOurs { .. }
            | Self::Corrupt { .. }
            | Self::CannotOpen { .. }
            | Self::Stopped { .. } => true,
            Self::UnknownMigration { .. }
            | Self::Busy { .. }
            | Self::Unreachable { .. }
            | Self::DiskFull { .. }
            | Self::CommitUnknown { .. }
            | Self::Json { .. }
            | Self::Database { .. } => false,
        }
    }
}

/// Why a claim could not be used, or a compare-and-set found another version. Nothing was changed, but for
/// [`CommitError::Store`], which may hold a [`StoreError::CommitUnknown`].
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The migration has another version than the claim says: load it and decide again, with what was learned.
    #[error("migration {id} has version {found}, not {expected}: decide again on its present state")]
    Conflict {
        /// The migration.
        id: MigrationId,
        /// The claim's version.
        expected: u64,
        /// The stored version.
        found: u64,
    },
    /// The claim was released, or somebody else claimed the migration after its lease ran out. What was learned may
    /// still be appended as evidence.
    #[error("claim {fence} of migration {id} has ended: only evidence may be appended")]
    FenceLost {
        /// The migration.
        id: MigrationId,
        /// The claim's fence.
        fence: u64,
    },
    /// The fleet's state has another version than expected: read it and decide again.
    #[error("the fleet's state has version {found}, not {expected}: decide again on its present state")]
    FleetConflict {
        /// The version that was read.
        expected: u64,
        /// The stored version.
        found: u64,
    },
    /// The commit consumes an input that does not wait for this migration.
    #[error("input {seq} does not wait for migration {id}: it was decided before, or is another migration's")]
    InputNotWaiting {
        /// The migration.
        id: MigrationId,
        /// The input.
        seq: u64,
    },
    /// Somebody has asked for something that the commit does not decide, and it was not to be made then: decide that first.
    #[error("inputs wait for migration {id} that are to be decided first")]
    InputsWait {
        /// The migration.
        id: MigrationId,
    },
    /// The commit holds the state of another migration than the claim.
    #[error("the claim is of migration {claimed}, the new state of migration {given}")]
    OtherMigration {
        /// The claim's migration.
        claimed: MigrationId,
        /// The commit's.
        given: MigrationId,
    },
    /// The store itself failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
