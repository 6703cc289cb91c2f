//! Columns and how they are read.

use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::StoreError;
use crate::rows::{InputRow, StoredRow};
use crate::value::{instant, nanoseconds};

/// A count or number of ours, which the database keeps with a sign.
pub(super) fn big(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The other way. None of ours is ever negative.
pub(super) fn number(big: i64) -> u64 {
    u64::try_from(big).unwrap_or_default()
}

/// An instant on its way into a column.
pub(super) fn ns(operation: &'static str, at: Timestamp) -> Result<i64, StoreError> {
    nanoseconds(at).map_err(|error| StoreError::Database { operation, detail: error.to_string() })
}

/// A row whose columns are read in turn.
pub(super) struct Columns<'a> {
    row: &'a Row,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(super) fn of(row: &'a Row) -> Self {
        Self { row, next: 0 }
    }

    pub(super) fn take<T: FromSql<'a>>(&mut self) -> Result<T, tokio_postgres::Error> {
        let at = self.next;
        self.next += 1;
        self.row.try_get(at)
    }

    pub(super) fn pass_over(&mut self, columns: usize) {
        self.next += columns;
    }

    pub(super) fn number(&mut self) -> Result<u64, tokio_postgres::Error> {
        self.take().map(number)
    }

    /// An instant. One that no clock can have shown, after somebody wrote it by hand, counts as the beginning of time.
    pub(super) fn instant(&mut self) -> Result<Timestamp, tokio_postgres::Error> {
        self.take().map(|ns: i64| instant(ns).unwrap_or(Timestamp::MIN))
    }
}

/// Columns of [`stored`], of `migration` named `m` joined with `snapshot` named `s`.
macro_rules! stored_columns {
    () => {
        "m.id, m.version, m.inputs_waiting, s.body"
    };
}
pub(super) use stored_columns;

pub(super) fn stored(columns: &mut Columns<'_>) -> Result<StoredRow, tokio_postgres::Error> {
    Ok(StoredRow {
        id: columns.take()?,
        version: columns.number()?,
        inputs_waiting: columns.number()?,
        body: columns.take()?,
    })
}

pub(super) fn input(columns: &mut Columns<'_>) -> Result<InputRow, tokio_postgres::Error> {
    Ok(InputRow { seq: columns.number()?, at: columns.instant()?, by: columns.take()?, body: columns.take()? })
}
