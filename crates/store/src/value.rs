//! How values stand in columns, whichever database they are in.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use unmoor_migration::Urgency;

use crate::StoreError;

/// An instant that has no place in a column.
#[derive(Debug, thiserror::Error)]
#[error("{0} cannot be stored: only instants from 1678 to 2262 can")]
pub(crate) struct OutOfRange(Timestamp);

/// An instant as nanoseconds since 1970: exact, so that a timer is due at the very instant that it was set for.
pub(crate) fn nanoseconds(at: Timestamp) -> Result<i64, OutOfRange> {
    i64::try_from(at.as_nanosecond()).map_err(|_| OutOfRange(at))
}

/// The instant of a column; every column value has one.
pub(crate) fn instant(nanoseconds: i64) -> Result<Timestamp, jiff::Error> {
    Timestamp::from_nanosecond(i128::from(nanoseconds))
}

/// A lease's length in milliseconds; a length that nobody lives to see is cut.
pub(crate) fn lease_ms(lease: Duration) -> i64 {
    const CENTURY_MS: i64 = 100 * 366 * 24 * 3600 * 1000;
    i64::try_from(lease.as_millis()).unwrap_or(CENTURY_MS).min(CENTURY_MS)
}

/// Every urgency, the most urgent first.
pub(crate) const URGENCIES: [Urgency; 4] = [Urgency::Outage, Urgency::Cutover, Urgency::Work, Urgency::Poll];

/// An urgency's place in the due index.
pub(crate) fn urgency_rank(urgency: Urgency) -> i64 {
    match urgency {
        Urgency::Outage => 0,
        Urgency::Cutover => 1,
        Urgency::Work => 2,
        Urgency::Poll => 3,
    }
}

pub(crate) fn to_json<T: Serialize + ?Sized>(what: &str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Json { what: what.to_owned(), source })
}

pub(crate) fn from_json<T: DeserializeOwned>(what: impl Fn() -> String, text: &str) -> Result<T, StoreError> {
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
        for text in ["2026-11-22T18:40:14.123456789Z", "1969-12-31T23:59:59.999999999Z", "2261-01-01T00:00:00Z"] {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!(instant(nanoseconds(at).unwrap()).unwrap(), at);
        }
    }

    #[test]
    fn an_instant_beyond_the_column_is_refused_with_its_words() {
        let error = nanoseconds(Timestamp::MAX).unwrap_err();
        assert!(error.to_string().contains("1678 to 2262"), "{error}");
    }

    #[test]
    fn a_lease_is_never_longer_than_the_column() {
        assert_eq!(lease_ms(Duration::from_secs(30)), 30_000);
        assert_eq!(lease_ms(Duration::ZERO), 0);
        assert!(lease_ms(Duration::MAX) < i64::MAX / 2);
    }
}
