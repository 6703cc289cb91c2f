//! How values stand in columns.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;
use unmoor_migration::Urgency;

use crate::StoreError;

/// The real clock that leases are measured by, in milliseconds since 1970, as an SQL expression.
macro_rules! real_now_ms {
    () => {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    };
}
pub(super) use real_now_ms;

/// An instant as nanoseconds since 1970: exact, so that a timer is due at the very instant that it was set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ns(pub(super) Timestamp);

#[derive(Debug, thiserror::Error)]
#[error("{0} cannot be stored: only instants from 1678 to 2262 can")]
struct OutOfRange(Timestamp);

impl ToSql for Ns {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        i64::try_from(self.0.as_nanosecond())
            .map(ToSqlOutput::from)
            .map_err(|_| rusqlite::Error::ToSqlConversionFailure(OutOfRange(self.0).into()))
    }
}

impl FromSql for Ns {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let nanoseconds = value.as_i64()?;
        Timestamp::from_nanosecond(i128::from(nanoseconds)).map(Self).map_err(|error| FromSqlError::Other(error.into()))
    }
}

/// A lease's length in milliseconds; a length that nobody lives to see is cut.
pub(super) fn lease_ms(lease: Duration) -> i64 {
    const CENTURY_MS: i64 = 100 * 366 * 24 * 3600 * 1000;
    i64::try_from(lease.as_millis()).unwrap_or(CENTURY_MS).min(CENTURY_MS)
}

/// Every urgency, the most urgent first.
pub(super) const URGENCIES: [Urgency; 4] = [Urgency::Outage, Urgency::Cutover, Urgency::Work, Urgency::Poll];

/// An urgency's place in the due index.
pub(super) fn urgency_rank(urgency: Urgency) -> i64 {
    match urgency {
        Urgency::Outage => 0,
        Urgency::Cutover => 1,
        Urgency::Work => 2,
        Urgency::Poll => 3,
    }
}

pub(super) fn to_json<T: Serialize + ?Sized>(what: &str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Json { what: what.to_owned(), source })
}

pub(super) fn from_json<T: DeserializeOwned>(what: impl Fn() -> String, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Json { what: what(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_follow_the_order_of_urgency() {
        assert!(URGENCIES.is_sorted());
        assert_eq!(URGENCIES.map(urgency_rank), [0, 1, 2, 3]);
    }

    #[test]
    fn an_instant_keeps_its_nanoseconds() {
        let db = rusqlite::Connection::open_in_memory().unwrap();
        for text in ["2026-11-22T18:40:14.123456789Z", "1969-12-31T23:59:59.999999999Z", "2261-01-01T00:00:00Z"] {
            let at: Timestamp = text.parse().unwrap();
            let back: Ns = db.query_row("SELECT ?1", [Ns(at)], |row| row.get(0)).unwrap();
            assert_eq!(back.0, at);
        }
    }

    #[test]
    fn an_instant_beyond_the_column_is_refused_with_its_words() {
        let db = rusqlite::Connection::open_in_memory().unwrap();
        let error = db.query_row("SELECT ?1", [Ns(Timestamp::MAX)], |_| Ok(())).unwrap_err();
        assert!(error.to_string().contains("1678 to 2262"), "{error}");
    }

    #[test]
    fn a_lease_is_never_longer_than_the_column() {
        assert_eq!(lease_ms(Duration::from_secs(30)), 30_000);
        assert_eq!(lease_ms(Duration::ZERO), 0);
        assert!(lease_ms(Duration::MAX) < i64::MAX / 2);
    }
}
