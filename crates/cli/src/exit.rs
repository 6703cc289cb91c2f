//! How a command ends: its exit status, and the words for what went wrong.

mod trouble;

use std::io;

use unmoor_engine::hooks::EmptyCommand;
use unmoor_store::{CommitError, StoreError, TransferError};

pub(crate) use trouble::{Exit, Trouble};

/// The status that an error ends the process with, and the hint beneath its words.
pub(crate) fn of_error(error: &anyhow::Error) -> (Exit, Option<String>) {
    for cause in error.chain() {
        if let Some(trouble) = cause.downcast_ref::<Trouble>() {
            return (trouble.exit, trouble.hint.clone());
        }
        if let Some(broken) = cause.downcast_ref::<io::Error>().filter(|error| is_broken_pipe(error)) {
            tracing::debug!(%broken, "whoever read the output has read enough");
            return (Exit::Done, None);
        }
        if let Some(error) = store_error(cause) {
            return of_store_error(error);
        }
        match cause.downcast_ref::<TransferError>() {
            Some(TransferError::InUse { .. } | TransferError::NotEmpty { .. }) => return (Exit::Refused, None),
            Some(TransferError::File { .. }) => return (Exit::BadInput, None),
            Some(TransferError::Store(error)) => return of_store_error(error),
            Some(TransferError::Io { .. }) | None => {}
        }
        if cause.is::<EmptyCommand>() {
            return (Exit::BadInput, None);
        }
    }
    (Exit::Unexpected, None)
}

fn store_error<'a>(cause: &'a (dyn std::error::Error + 'static)) -> Option<&'a StoreError> {
    cause.downcast_ref::<StoreError>().or_else(|| match cause.downcast_ref::<CommitError>() {
        Some(CommitError::Store(error)) => Some(error),
        Some(_) | None => None,
    })
}

fn of_store_error(error: &StoreError) -> (Exit, Option<String>) {
    match error {
        StoreError::WrongStamp { .. } => (
            Exit::Refused,
            Some(
                "a database belongs to one app at Meta or at one simulator: name another one with --database"
                    .to_owned(),
            ),
        ),
        StoreError::Moved { .. } => (Exit::Refused, None),
        StoreError::NotOurs { .. } => (
            Exit::BadInput,
            Some("if it was Unmoor's before, it was damaged: keep a copy of it, and restore a backup".to_owned()),
        ),
        StoreError::UnknownMigration { .. }
        | StoreError::NewerSchema { .. }
        | StoreError::OlderSchema { .. }
        | StoreError::CannotOpen { .. } => (Exit::BadInput, None),
        StoreError::Corrupt { .. }
        | StoreError::Busy { .. }
        | StoreError::Unreachable { .. }
        | StoreError::DiskFull { .. }
        | StoreError::CommitUnknown { .. }
        | StoreError::Stopped { .. }
        | StoreError::NoJournalKey { .. }
        | StoreError::Json { .. }
        | StoreError::Database { .. } => (Exit::Unexpected, None),
    }
}

/// Whoever read our output has gone, e.g. `| head`: that is success.
pub(crate) fn is_broken_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn trouble_keeps_its_status_and_hint_under_any_context() {
        let error = Err::<(), _>(Trouble::refused("no").hint("do that")).context("while asked").unwrap_err();
        assert_eq!(of_error(&error), (Exit::Refused, Some("do that".to_owned())));
        assert_eq!(format!("{error:#}"), "while asked: no");
    }

    #[test]
    fn a_reader_that_has_gone_is_success() {
        let error = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe)).context("cannot write");
        assert_eq!(of_error(&error), (Exit::Done, None));
    }

    #[test]
    fn the_database_of_another_is_refused() {
        let stamp = |origin: &str| unmoor_store::Stamp { origin: origin.to_owned(), app_id: "1".to_owned() };
        let error = StoreError::WrongStamp { found: stamp("a"), wanted: stamp("b") };
        assert_eq!(of_error(&error.into()).0, Exit::Refused);
        assert_eq!(of_error(&anyhow::anyhow!("what?")).0, Exit::Unexpected);
    }
}
