//! What every command that writes CSV needs.

use std::io;

/// The error beneath, so that a reader who has gone is recognised.
pub(crate) fn io_error(error: csv::Error) -> io::Error {
    let words = error.to_string();
    if let csv::ErrorKind::Io(error) = error.into_kind() { error } else { io::Error::other(words) }
}
