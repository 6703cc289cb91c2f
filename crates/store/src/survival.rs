//! Whether what was answered survives the loss of a power supply, a disk or a server.

/// What is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Survival {
    /// It survives.
    Kept {
        /// On what grounds, for people.
        because: String,
    },
    /// It may be lost, and why.
    MayBeLost {
        /// What is set how.
        why: String,
        /// Whether this takes a machine of the database's to fail, with no other to take its place: what a database that is
        /// thrown away anyway may be set to.
        only_by_crash: bool,
    },
    /// The database does not show it.
    Unreadable {
        /// Its words.
        why: String,
    },
}
