//! From SQLite's errors to ours.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rusqlite::ErrorCode;

use crate::{CommitError, StoreError};

/// Why a piece of work on a connection failed: the database did, or the work refused on its own grounds.
#[derive(Debug)]
pub(super) enum Fault<E> {
    Sql(rusqlite::Error),
    Refused(E),
}

impl<E> From<rusqlite::Error> for Fault<E> {
    fn from(error: rusqlite::Error) -> Self {
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

/// Runs `work`, and makes an error of whatever goes wrong with it, a panic too: a mistake in one piece of work shall
/// neither end the thread that serves everybody nor leave its caller waiting for ever.
pub(super) fn guarded<T, E: From<StoreError>>(
    operation: &'static str,
    path: &Path,
    work: impl FnOnce() -> Result<T, Fault<E>>,
) -> Result<T, E> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|fault| fault.explain(operation, path)),
        Err(panic) => {
            let detail = panic_words(panic.as_ref());
            tracing::error!(operation, detail, "a mistake in the program");
            Err(StoreError::Database { operation, detail }.into())
        }
    }
}

fn panic_words(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the work on it panicked: {}", words.unwrap_or("without words"))
}

impl<E: From<StoreError>> Fault<E> {
    fn explain(self, operation: &'static str, path: &Path) -> E {
        match self {
            Self::Sql(error) => explain(operation, path, &error).into(),
            Self::Refused(error) => error,
        }
    }
}

/// What `error` means for whoever asked for `operation`.
pub(super) fn explain(operation: &'static str, path: &Path, error: &rusqlite::Error) -> StoreError {
    let detail = error.to_string();
    let database = path.display().to_string();
    let code = error.sqlite_error_code();
    let is = |wanted| code == Some(wanted);
    if is(ErrorCode::ConstraintViolation) && detail == super::transfer::HAS_MOVED {
        StoreError::Moved { database }
    } else if is(ErrorCode::DatabaseBusy) || is(ErrorCode::DatabaseLocked) {
        StoreError::Busy { operation, database }
    } else if is(ErrorCode::DatabaseCorrupt) {
        StoreError::Corrupt { operation, database, detail }
    } else if is(ErrorCode::NotADatabase) {
        let why = "it does not begin as an SQLite file does".to_owned();
        StoreError::NotOurs { database, why }
    } else if is(ErrorCode::DiskFull) {
        StoreError::DiskFull { operation, database }
    } else if is(ErrorCode::ReadOnly) || is(ErrorCode::CannotOpen) || is(ErrorCode::PermissionDenied) {
        let advice = "the user who runs this must be able to write the file and its folder, \
                      where SQLite keeps two more files beside it";
        StoreError::CannotOpen { database, why: detail, advice: advice.to_owned() }
    } else {
        StoreError::Database { operation, detail }
    }
}
