//! Printing: results to stdout, everything else to stderr.
//!
//! A closed pipe is no failure of a task, so errors of writing are dropped here and nowhere else.

use std::io::Write as _;

/// A line that one might pipe into another program.
pub(crate) fn line(text: &str) {
    drop(writeln!(std::io::stdout(), "{text}"));
}

/// A line for the person at the terminal.
pub(crate) fn error_line(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}
