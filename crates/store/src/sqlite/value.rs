//! Instants in SQLite's columns.

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::value::{instant, nanoseconds};

/// The real clock that leases are measured by, in milliseconds since 1970, as an SQL expression.
macro_rules! real_now_ms {
    () => {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    };
}
pub(super) use real_now_ms;

/// An instant as nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ns(pub(super) Timestamp);

impl ToSql for Ns {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let refused = |error: crate::value::OutOfRange| rusqlite::Error::ToSqlConversionFailure(error.into());
        nanoseconds(self.0).map(ToSqlOutput::from).map_err(refused)
    }
}

impl FromSql for Ns {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        instant(value.as_i64()?).map(Self).map_err(|error| FromSqlError::Other(error.into()))
    }
}
