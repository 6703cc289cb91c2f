//! Which migrations are listed, and how one pages through them.

use unmoor_migration::MigrationId;

/// Which migrations are meant. A part that is empty restricts nothing; the parts that are not must all fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Any of these ids.
    pub ids: Vec<MigrationId>,
    /// Any of these customer references.
    pub customers: Vec<String>,
    /// Any of these waves.
    pub waves: Vec<String>,
    /// Any of these phases.
    pub phases: Vec<String>,
    /// At least one open blocker with any of these codes.
    pub blockers: Vec<String>,
    /// This one's turn.
    pub turn: Option<String>,
    /// Not those that are final.
    pub open_only: bool,
}

/// A place in a list: after this migration. Texts of cursors may be handed to clients and come back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(String);

impl Cursor {
    /// The place right after `id`.
    #[must_use]
    pub fn after(id: &MigrationId) -> Self {
        Self(id.as_str().to_owned())
    }

    /// A cursor from its text. Any text is a place in the order of ids, so none is refused.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, by migration id.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<Cursor>,
}
