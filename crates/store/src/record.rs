//! What goes into a store and comes out of it.

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;
use unmoor_migration::{Event, Migration};

use crate::Snapshot;

/// What a database was made for: it is never used against another origin or for another app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Scheme, host and port of the Graph API, e.g. `https://graph.facebook.com`, or of a simulator.
    pub origin: String,
    /// The Tech Provider's Meta app.
    pub app_id: String,
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "app {} at {}", self.app_id, self.origin)
    }
}

/// Versions of a database's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaVersions {
    /// The one that is there; `None` where there is nothing yet.
    pub found: Option<u64>,
    /// The one of this program.
    pub known: u64,
}

/// A migration that is not in the store yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMigration {
    /// Its state after `events`.
    pub snapshot: Snapshot,
    /// Its first journal rows.
    pub events: Vec<Event>,
}

/// What became of one imported row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It is in the store now, with version 1.
    Added,
    /// A migration of this id was there, with this version, and was left as it is.
    AlreadyThere(u64),
}

/// A migration as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its state.
    pub migration: Migration,
    /// Grows by one with every commit.
    pub version: u64,
    /// How many inputs the engine has not decided yet.
    pub inputs_waiting: u64,
}

/// The right to change one migration, until its lease runs out and somebody else claims it.
///
/// After a commit without release the claim stays good: set `version` to the one that the commit gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The state to decide on.
    pub migration: Migration,
    /// Its version; a commit is refused when the stored one is another.
    pub version: u64,
    /// Number of this claim; a later one has a higher number, and shuts this one out.
    pub fence: u64,
    /// Who claimed it.
    pub owner: String,
    /// Undecided inputs, in the order in which they were posted.
    pub inputs: Vec<WaitingInput>,
}

/// An input that waits in the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingInput {
    /// Its number; grows in the order of posting.
    pub seq: u64,
    /// What is asked, as JSON.
    pub body: Value,
    /// Who asked.
    pub by: String,
    /// When it was posted.
    pub at: Timestamp,
}

/// What one commit changes, all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The new state.
    pub snapshot: Snapshot,
    /// What happened, for the journal.
    pub events: Vec<Event>,
    /// When it is made, on the engine's clock: the instant of the journal rows and of the notices. Each event keeps its
    /// own instant, at which it became known, in its body.
    pub at: Timestamp,
    /// Inputs that this commit decides; they never come again.
    pub inputs_done: Vec<u64>,
    /// What the outside is to be told.
    pub notices: Vec<Notice>,
    /// The fleet's new state, when it changes as well.
    pub fleet: Option<FleetUpdate>,
    /// Whether it is refused while inputs wait that it does not decide: before a step that nothing can undo, people win.
    pub unless_asked: bool,
    /// Whether the claim ends with this commit.
    pub release: bool,
}

/// What a commit has to do with the fleet's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetUpdate {
    /// The version that was read; the commit is refused when it is another by now.
    pub expected_version: u64,
    /// The new state, as JSON; `None` where the commit rests on the state that was read and leaves it. Any number of such
    /// commits may be made at once.
    pub state: Option<Value>,
}

/// What a commit led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The migration's version now.
    pub version: u64,
    /// The fleet's version now, when the commit changed it.
    pub fleet_version: Option<u64>,
}

/// The fleet's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFleet {
    /// 0 before the first change.
    pub version: u64,
    /// JSON `null` before the first change.
    pub state: Value,
}

/// What all workers know together about the calls of a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedRow {
    /// 0 before the first change.
    pub version: u64,
    /// JSON `null` before the first change.
    pub state: Value,
}

/// One row of a migration's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// 1, 2, 3, … within the migration, without a gap.
    pub seq: u64,
    /// When it was written, on the clock of whoever wrote it.
    pub at: Timestamp,
    /// The event's name, or [`JournalRow::EVIDENCE`].
    pub kind: String,
    /// The event, or the evidence, as JSON.
    pub body: Value,
}

impl JournalRow {
    /// Kind of a row that tells what a worker learned after it had lost its claim. It is not part of the replay.
    pub const EVIDENCE: &'static str = "evidence";
}

/// Something that the outside is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What kind of notice, for whoever delivers it.
    pub kind: String,
    /// Its content, as JSON.
    pub body: Value,
}

/// A notice that was taken for delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenNotice {
    /// Its number; what it is reported by, and a receiver's means to tell a repetition.
    pub seq: u64,
    /// Text of the id of the migration whose commit wrote it.
    pub migration_id: String,
    /// When that commit was made.
    pub written_at: Timestamp,
    /// What to tell.
    pub notice: Notice,
    /// How many times it was taken before.
    pub earlier_attempts: u64,
}

/// When there is work next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// An input waits.
    AtOnce,
    /// The earliest instant that an unfinished migration wants to be woken at; it may have passed.
    At(Timestamp),
}

/// A secret as the vault sealed it. The store never sees what is inside.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret(pub Vec<u8>);

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedSecret({} bytes)", self.0.len())
    }
}
