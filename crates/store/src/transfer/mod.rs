//! Moving everything from one database to another, of the same kind or of the other.
//!
//! Two databases that engines work on would each do what the other has done already: ask a customer twice, move a number
//! that has moved. So a database is *moved*, not copied: it is marked before its first row is read, the mark makes every
//! change of it fail, whoever makes it, and the rows are those that the mark found. An import is one transaction: whoever
//! looks sees an empty database, and then all of it.
//!
//! Secrets travel sealed, and the key that opens them does not.

mod file;
mod row;
mod tables;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use jiff::Timestamp;

pub use file::{Counts, export, import};
pub(crate) use row::{Cell, Row};
#[cfg(any(test, feature = "conformance"))]
pub(crate) use tables::STAYS;
pub(crate) use tables::{BEGUN, Column, Kind, TABLES, Table};

use crate::{Stamp, StoreError};

/// That a database was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Since when.
    pub at: Timestamp,
    /// Who did it.
    pub by: String,
}

/// Why a move did not take place. Of an import nothing was kept then, but for
/// [`StoreError::CommitUnknown`].
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Workers hold migrations.
    #[error("{holders} work on {database}: stop them first (each finishes what has begun), then export again")]
    InUse {
        /// The database.
        database: String,
        /// Who they are.
        holders: String,
    },
    /// Something is in the database already.
    #[error("{database} is not empty ({what}): import into a new database, since rows of two cannot be mixed")]
    NotEmpty {
        /// The database.
        database: String,
        /// What is there.
        what: String,
    },
    /// The file is not a whole export.
    #[error("line {line} of the export: {why}: nothing was imported")]
    File {
        /// From 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The file cannot be read or written.
    #[error("cannot {doing} the export after {lines} lines")]
    Io {
        /// `read` or `write`.
        doing: &'static str,
        /// So far.
        lines: u64,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Takes what a database holds, batch by batch.
pub trait RowSink: Send {
    /// What comes, before the first row of it.
    ///
    /// # Errors
    /// The sink's own.
    fn begin(&mut self, contents: Contents) -> Result<(), TransferError>;

    /// Some rows.
    ///
    /// # Errors
    /// The sink's own.
    fn take(&mut self, batch: &Batch) -> Result<(), TransferError>;
}

/// Gives what a database shall hold, batch by batch.
pub trait RowSource: Send {
    /// What the rows were made for.
    fn stamp(&self) -> Option<&Stamp>;

    /// The next rows; `None` when all of them were given and are known to be whole.
    ///
    /// # Errors
    /// The source's own; then nothing of it may be kept.
    fn give(&mut self) -> Result<Option<Batch>, TransferError>;
}

/// What a database holds.
#[derive(Debug)]
pub struct Contents {
    /// What it was made for.
    pub stamp: Option<Stamp>,
    /// How many rows each table has, in the order in which they come.
    pub(crate) counts: Vec<(&'static Table, u64)>,
}

/// Some rows of one table.
#[derive(Debug)]
pub struct Batch {
    pub(crate) table: &'static Table,
    pub(crate) rows: Vec<Row>,
    bytes: usize,
}

/// A database that can be moved.
#[async_trait]
pub trait Transfer: Send + Sync {
    /// Marks the database as moved: from then on every change of it is refused with [`StoreError::Moved`]. One that was
    /// moved before keeps its first mark.
    ///
    /// # Errors
    /// [`TransferError::InUse`] while workers hold migrations.
    async fn move_away(&self, at: Timestamp, by: &str) -> Result<Moved, TransferError>;

    /// Takes the mark away, and returns it.
    ///
    /// # Errors
    /// The database's.
    async fn take_back(&self) -> Result<Option<Moved>, StoreError>;

    /// The mark.
    ///
    /// # Errors
    /// The database's.
    async fn moved(&self) -> Result<Option<Moved>, StoreError>;

    /// Reads everything, as it is at one instant, in an order that every backend gives. `sink` is called in between and
    /// shall not take long.
    ///
    /// # Errors
    /// The database's and the sink's.
    async fn read_all(&self, sink: &mut dyn RowSink) -> Result<(), TransferError>;

    /// Writes everything in one transaction, or nothing. `source` is called in between and shall not take long.
    ///
    /// # Errors
    /// The database's and the source's; [`TransferError::NotEmpty`]; [`StoreError::WrongStamp`].
    async fn write_all(&self, source: &mut dyn RowSource) -> Result<(), TransferError>;
}

/// So many rows are in memory at once, or so many bytes of them.
const BATCH_ROWS: usize = 500;
const BATCH_BYTES: usize = 4 << 20;

impl Batch {
    /// Rows of `table` that are gathered one by one.
    pub(crate) fn of(table: &'static Table) -> Self {
        Self { table, rows: Vec::new(), bytes: 0 }
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: Row) {
        self.bytes += row.iter().map(Cell::bytes).sum::<usize>();
        self.rows.push(row);
    }

    /// Whether more of them would be too many.
    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }
}
