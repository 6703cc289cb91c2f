//! The command `unmoor` as people use it: real processes, real files, real HTTP on loopback.
//!
//! Every process listens on a free port of 127.0.0.1, works in a folder of its own, sees none of the variables of whoever
//! runs the tests, and is ended by its id. Nothing here sleeps: a test waits for output, or for a value with a deadline.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "deadlines of processes are real time")]

mod support;

mod bad_input;
mod billing;
mod crashes;
mod failures;
mod help;
mod instructions;
mod machines;
mod moving;
mod operators;
mod readme;
mod rehearse;
mod report;
mod restore;
mod secrets;
mod settings;
mod simulate;
mod snapshot;
mod stamps;
mod standbys;
mod stops;
mod templates;
mod two_processes;
mod workers;
