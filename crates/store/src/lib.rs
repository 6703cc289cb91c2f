//! Where migrations are kept: one [`Store`] trait in the words of its use cases, with SQLite and PostgreSQL behind it.
//!
//! A backend is correct when it passes the suite in `conformance` (a feature), which turns every sentence of the trait's
//! documentation into a test. This crate persists what it is given: it decides nothing about a migration, and it must
//! never know the engine, the server, HTTP, or any wall clock but the database's own, which only leases are measured by.

pub mod chain;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod error;
mod filter;
pub mod postgres;
mod record;
mod rows;
mod snapshot;
pub mod sqlite;
mod store;
mod survival;
pub mod transfer;
mod value;
mod view;

pub use error::{CommitError, StoreError};
pub use filter::{Cursor, Filter, Page};
pub use postgres::PostgresStore;
pub use record::{
    Claim, Commit, Committed, FleetUpdate, Imported, JournalRow, NewMigration, Notice, SchemaVersions, SealedSecret,
    SharedRow, Stamp, Stored, StoredFleet, TakenNotice, WaitingInput, Wake,
};
pub use snapshot::{Outline, Snapshot};
pub use sqlite::SqliteStore;
pub use store::Store;
pub use survival::Survival;
pub use transfer::{Moved, Transfer, TransferError};
pub use view::{JournalView, KeptColumns, KeptEntry, KeptMigration, SealedFleet};
