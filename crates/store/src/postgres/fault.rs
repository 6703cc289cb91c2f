//! From PostgreSQL's errors to ours.

use std::error::Error as _;

use deadpool_postgres::PoolError;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::{CommitError, StoreError};

/// Why a piece of work on a connection failed: the database did, or the work refused on its own grounds.
#[derive(Debug)]
pub(super) enum Fault<E> {
    Sql(Error),
    Refused(E),
}

impl<E> From<Error> for Fault<E> {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Fault<StoreError> {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<CommitError> for Fault<CommitError> {
    fn from(error: CommitError) -> Self {
        Self::Refused(error)
    }
}

impl<E: From<StoreError>> Fault<E> {
    pub(super) fn explain(self, operation: &'static str, place: &str) -> E {
        match self {
            Self::Sql(error) => explain(operation, place, &error).into(),
            Self::Refused(error) => error,
        }
    }
}

/// What `error` means for whoever asked for `operation`, of which nothing was kept.
pub(super) fn explain(operation: &'static str, place: &str, error: &Error) -> StoreError {
    let (database, detail) = (place.to_owned(), words(error));
    let Some(code) = error.code() else {
        return StoreError::Unreachable { operation, database, why: detail };
    };
    if code.code() == super::transfer::HAS_MOVED {
        return StoreError::Moved { database };
    }
    let is_any = |codes: &[&SqlState]| codes.contains(&code);
    if is_any(&[
        &SqlState::LOCK_NOT_AVAILABLE,
        &SqlState::T_R_DEADLOCK_DETECTED,
        &SqlState::T_R_SERIALIZATION_FAILURE,
        &SqlState::QUERY_CANCELED,
        &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ]) {
        StoreError::Busy { operation, database }
    } else if is_any(&[&SqlState::DISK_FULL]) {
        StoreError::DiskFull { operation, database }
    } else if is_any(&[&SqlState::DATA_CORRUPTED, &SqlState::INDEX_CORRUPTED]) {
        StoreError::Corrupt { operation, database, detail }
    } else if is_any(&[&SqlState::READ_ONLY_SQL_TRANSACTION]) {
        let advice = "it is a standby, or was made read-only: name the server that may be written to";
        StoreError::CannotOpen { database, why: detail, advice: advice.to_owned() }
    } else if is_any(&[&SqlState::INSUFFICIENT_PRIVILEGE]) {
        let advice = "give this user the right to create tables in its schema, and to read and write them";
        StoreError::CannotOpen { database, why: detail, advice: advice.to_owned() }
    } else if is_any(&[
        &SqlState::INVALID_PASSWORD,
        &SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
        &SqlState::INVALID_CATALOG_NAME,
        &SqlState::INVALID_SCHEMA_NAME,
    ]) {
        let advice = "check user, password and database in the address, and what the server lets in (pg_hba.conf)";
        StoreError::CannotOpen { database, why: detail, advice: advice.to_owned() }
    } else if is_of_a_server_that_goes(code) {
        StoreError::Unreachable { operation, database, why: detail }
    } else {
        StoreError::Database { operation, detail }
    }
}

/// Classes 08 (the connection), 53 (out of connections or memory), and 57P (starting, stopping, crashed).
fn is_of_a_server_that_goes(code: &SqlState) -> bool {
    ["08", "53", "57P"].iter().any(|class| code.code().starts_with(class))
}

/// What became of a transaction whose `COMMIT` answered with `error`.
pub(super) fn explain_commit(operation: &'static str, place: &str, error: &Error) -> StoreError {
    // Classes 23 (a constraint) and 40 (rolled back) say that nothing was kept, but for 40003, which says that nobody knows.
    // After anything else it may have been, also where the server ends the wait for its standby.
    match error.code() {
        Some(&SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN) => {
            StoreError::CommitUnknown { operation, database: place.to_owned(), detail: words(error) }
        }
        Some(code) if code.code().starts_with("23") || code.code().starts_with("40") => {
            explain(operation, place, error)
        }
        Some(_) | None => StoreError::CommitUnknown { operation, database: place.to_owned(), detail: words(error) },
    }
}

/// What became of a single writing statement, which is a transaction of its own, that answered with `error`.
pub(super) fn explain_single(operation: &'static str, place: &str, error: &Error) -> StoreError {
    if error.code() == Some(&SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN) {
        return explain_commit(operation, place, error);
    }
    let kept_nothing = explain(operation, place, error);
    if let StoreError::Unreachable { operation, database, why } = kept_nothing {
        return StoreError::CommitUnknown { operation, database, detail: why };
    }
    kept_nothing
}

/// Why there is no connection.
pub(super) fn explain_pool(operation: &'static str, place: &str, error: PoolError) -> StoreError {
    if let PoolError::Backend(error) = error {
        return explain(operation, place, &error);
    }
    if matches!(error, PoolError::Timeout(deadpool_postgres::TimeoutType::Wait)) {
        return StoreError::Busy { operation, database: place.to_owned() };
    }
    StoreError::Unreachable { operation, database: place.to_owned(), why: error.to_string() }
}

/// The server's own words, or the chain of what went wrong on the way to it.
pub(super) fn words(error: &Error) -> String {
    if let Some(told) = error.as_db_error() {
        let detail = told.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
        return format!("{}{detail} [{}]", told.message(), told.code().code());
    }
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !words.contains(&text) {
            words = format!("{words}: {text}");
        }
        source = cause.source();
    }
    words
}
