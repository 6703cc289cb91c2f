//! A migration's state together with what it is found by.

use jiff::Timestamp;
use unmoor_migration::{Migration, Urgency};

/// What a migration is found, listed and woken by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Name of its phase.
    pub phase: String,
    /// Whether nothing will happen again by itself.
    pub is_final: bool,
    /// When it wants to be woken.
    pub wake_at: Option<Timestamp>,
    /// How soon it is taken up once due.
    pub urgency: Urgency,
    /// Codes of its open blockers.
    pub blockers: Vec<String>,
    /// Whose turn it is, when not the engine's own.
    pub turn: Option<String>,
}

impl Outline {
    /// What `migration` says of itself.
    #[must_use]
    pub fn of(migration: &Migration) -> Self {
        Self {
            phase: migration.phase_name().to_owned(),
            is_final: migration.is_final(),
            wake_at: migration.wake_at(),
            urgency: migration.urgency(),
            blockers: migration.blocker_codes().into_iter().map(str::to_owned).collect(),
            turn: migration.turn_name().map(str::to_owned),
        }
    }
}

/// A state as it is written: the migration, and its outline for the indexes.
///
/// Made with [`Snapshot::of`] or `Snapshot::from`, so that the two never disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    migration: Migration,
    outline: Outline,
}

impl Snapshot {
    /// The state of `migration`.
    #[must_use]
    pub fn of(migration: Migration) -> Self {
        let outline = Outline::of(&migration);
        Self { migration, outline }
    }

    /// The same migration under another outline, so that a test can reach any place of an index without the story that
    /// leads there.
    #[cfg(any(test, feature = "conformance"))]
    #[must_use]
    pub fn outlined(migration: Migration, outline: Outline) -> Self {
        Self { migration, outline }
    }

    /// The migration.
    #[must_use]
    pub fn migration(&self) -> &Migration {
        &self.migration
    }

    /// The migration, given back.
    #[must_use]
    pub fn into_migration(self) -> Migration {
        self.migration
    }

    /// What it is found by.
    #[must_use]
    pub fn outline(&self) -> &Outline {
        &self.outline
    }
}

impl From<Migration> for Snapshot {
    fn from(migration: Migration) -> Self {
        Self::of(migration)
    }
}
