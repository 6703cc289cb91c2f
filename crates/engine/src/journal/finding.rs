//! What does not hold, in words.

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose journal it is about; `None` when it is the whole database's.
    pub migration: Option<String>,
    /// That customer's reference, as it is stored.
    pub customer: Option<String>,
    /// What.
    pub what: What,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An entry's text is another than the one that was written.
    EntryChanged {
        /// Its number.
        seq: i64,
    },
    /// An entry cannot be checked, since the one before it is not what was written.
    EntryUntied {
        /// Its number.
        seq: i64,
    },
    /// An entry is as it was written, its link is not.
    LinkChanged {
        /// Its number.
        seq: i64,
    },
    /// Two entries have changed places.
    EntriesSwapped {
        /// The one's number.
        one: i64,
        /// The other's.
        other: i64,
    },
    /// Entries in the middle are gone.
    EntriesMissing {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// The last entries are gone.
    TailCut {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// An entry stands under a number that no entry has.
    NumberImpossible {
        /// The number.
        seq: i64,
    },
    /// An entry was written for another migration's journal.
    EntryOfAnother {
        /// Its number here.
        seq: i64,
        /// Whose it is.
        migration: String,
        /// Its number there.
        there: i64,
    },
    /// The journal goes on beyond what the migration's row says of it.
    RowOlder {
        /// The last entry of the row.
        row: i64,
        /// The last entry that is there.
        journal: i64,
    },
    /// The migration's row names another end than the journal has.
    HeadChanged,
    /// The state cannot be read.
    StateUnreadable {
        /// The parser's words.
        why: String,
    },
    /// The journal, whole as it is, adds up to nothing.
    NotReplayable {
        /// At which entry.
        seq: i64,
        /// Why.
        why: String,
    },
    /// The state is not what the journal adds up to.
    StateDiffers,
    /// What the migration is found by is not what its state says.
    ColumnsDiffer {
        /// Which columns.
        columns: Vec<&'static str>,
    },
    /// There are entries of a migration that is not there.
    MigrationMissing,
    /// Migrations are missing that no entry tells of.
    MigrationsMissing {
        /// How many.
        count: u64,
        /// Which lane they are missed in.
        lane: u64,
    },
    /// There are migrations that were never imported.
    MigrationsAdded {
        /// How many.
        count: u64,
        /// Which lane they are too many in.
        lane: u64,
    },
    /// A migration stands in an older state than its last one.
    OlderState {
        /// Which lane it belongs to.
        lane: u64,
        /// Those that belong to the lane, the first of them.
        migrations: Vec<String>,
    },
    /// A lane's row was changed.
    LaneChanged {
        /// Which.
        lane: u64,
    },
    /// The fleet's state was changed.
    FleetChanged,
    /// The database is older than the head that was expected.
    RolledBack {
        /// Commits of the expected head.
        expected: u64,
        /// Commits of the database.
        found: u64,
    },
    /// The database has as many commits as the head that was expected, and they are others.
    OtherHistory,
}

const CHANGED: &str = "somebody has changed the database past Unmoor: stop the engine, keep a copy, find out who could, and \
                       compare with the last backup that verifies";
const READ_AGAIN: &str = "what it says of numbers cannot be relied on: stop the engine, keep a copy, restore the last backup \
                          that verifies, and run `unmoor recover`";

impl What {
    /// Its name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::EntryChanged { .. } => "entry_changed",
            Self::EntryUntied { .. } => "entry_untied",
            Self::LinkChanged { .. } => "link_changed",
            Self::EntriesSwapped { .. } => "entries_swapped",
            Self::EntriesMissing { .. } => "entries_missing",
            Self::TailCut { .. } => "tail_cut",
            Self::NumberImpossible { .. } => "number_impossible",
            Self::EntryOfAnother { .. } => "entry_of_another",
            Self::RowOlder { .. } => "row_older",
            Self::HeadChanged => "head_changed",
            Self::StateUnreadable { .. } => "state_unreadable",
            Self::NotReplayable { .. } => "not_replayable",
            Self::StateDiffers => "state_differs",
            Self::ColumnsDiffer { .. } => "columns_differ",
            Self::MigrationMissing => "migration_missing",
            Self::MigrationsMissing { .. } => "migrations_missing",
            Self::MigrationsAdded { .. } => "migrations_added",
            Self::OlderState { .. } => "older_state",
            Self::LaneChanged { .. } => "lane_changed",
            Self::FleetChanged => "fleet_changed",
            Self::RolledBack { .. } => "rolled_back",
            Self::OtherHistory => "other_history",
        }
    }

    /// The entry that it is about, where it is about one.
    #[must_use]
    pub fn entry(&self) -> Option<i64> {
        match self {
            Self::EntryChanged { seq }
            | Self::EntryUntied { seq }
            | Self::LinkChanged { seq }
            | Self::NumberImpossible { seq }
            | Self::EntryOfAnother { seq, .. }
            | Self::NotReplayable { seq, .. }
            | Self::EntriesSwapped { one: seq, .. }
            | Self::EntriesMissing { from: seq, .. }
            | Self::TailCut { from: seq, .. } => Some(*seq),
            Self::RowOlder { .. }
            | Self::HeadChanged
            | Self::StateUnreadable { .. }
            | Self::StateDiffers
            | Self::ColumnsDiffer { .. }
            | Self::MigrationMissing
            | Self::MigrationsMissing { .. }
            | Self::MigrationsAdded { .. }
            | Self::OlderState { .. }
            | Self::LaneChanged { .. }
            | Self::FleetChanged
            | Self::RolledBack { .. }
            | Self::OtherHistory => None,
        }
    }

    /// A sentence for people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::EntryChanged { seq } => {
                format!("entry {seq} is not what was written there: it was changed, or put there from elsewhere")
            }
            Self::EntryUntied { seq } => {
                format!("entry {seq} cannot be checked, since the one before it is not what was written")
            }
            Self::LinkChanged { seq } => format!("entry {seq} is as it was written, but its link was changed"),
            Self::EntriesSwapped { one, other } => format!("entries {one} and {other} have changed places"),
            Self::EntriesMissing { from, to } => {
                format!("{} in the middle; what follows cannot be tied to what came before", gone(*from, *to))
            }
            Self::TailCut { from, to } => format!("the end of the journal was cut off: {}", gone(*from, *to)),
            Self::NumberImpossible { seq } => format!("an entry stands under number {seq}, which no entry has"),
            Self::EntryOfAnother { seq, migration, there } => {
                format!("entry {seq} is entry {there} of the journal of migration {migration}")
            }
            Self::RowOlder { row, journal } => format!(
                "the journal goes on to entry {journal}, and the migration's row ends with entry {row}: an older row was put \
                 back, or entries were added"
            ),
            Self::HeadChanged => {
                "the migration's row names another end of the journal than the one that is there".to_owned()
            }
            Self::StateUnreadable { why } => format!("its state cannot be read: {why}"),
            Self::NotReplayable { seq, why } => format!("entry {seq} cannot follow on those before: {why}"),
            Self::StateDiffers => "its state is not what its journal adds up to".to_owned(),
            Self::ColumnsDiffer { columns } => {
                format!("what it is found by is not what its state says: {}", columns.join(", "))
            }
            Self::MigrationMissing => "the migration is missing; only its journal is there".to_owned(),
            Self::MigrationsMissing { count: 1, lane } => {
                format!("a migration is missing with its journal (lane {lane})")
            }
            Self::MigrationsMissing { count, lane } => {
                format!("{count} migrations are missing with their journals (lane {lane})")
            }
            Self::MigrationsAdded { count, lane } => {
                format!("{count} more than were imported: migrations were added past Unmoor (lane {lane})")
            }
            Self::OlderState { lane, migrations } => format!(
                "a migration stands in an older state than its last one, put back together with its journal (lane {lane}); it \
                 is one of {}",
                migrations.join(", ")
            ),
            Self::LaneChanged { lane } => format!("the sum of the heads in lane {lane} was changed"),
            Self::FleetChanged => "the fleet's state (brake, first migration, recovery) was changed".to_owned(),
            Self::RolledBack { expected, found } => format!(
                "the database is older than the head you expect: it has {found} commits, and had {expected} when that head was \
                 printed"
            ),
            Self::OtherHistory => {
                "the database has as many commits as the head you expect, and they are others".to_owned()
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn next(&self) -> &'static str {
        match self {
            Self::EntryChanged { .. }
            | Self::EntryUntied { .. }
            | Self::LinkChanged { .. }
            | Self::EntriesSwapped { .. }
            | Self::EntryOfAnother { .. }
            | Self::NumberImpossible { .. }
            | Self::LaneChanged { .. }
            | Self::FleetChanged
            | Self::HeadChanged => CHANGED,
            Self::RolledBack { .. } => {
                "if a backup was restored, run `unmoor recover` before anything else; if nobody did, keep \
                                        a copy and find out who could"
            }
            Self::EntriesMissing { .. }
            | Self::TailCut { .. }
            | Self::RowOlder { .. }
            | Self::StateUnreadable { .. }
            | Self::NotReplayable { .. }
            | Self::StateDiffers
            | Self::ColumnsDiffer { .. }
            | Self::MigrationMissing
            | Self::MigrationsMissing { .. }
            | Self::MigrationsAdded { .. }
            | Self::OlderState { .. }
            | Self::OtherHistory => READ_AGAIN,
        }
    }
}

fn gone(from: i64, to: i64) -> String {
    if from == to { format!("entry {from} is missing") } else { format!("entries {from} to {to} are missing") }
}
