//! The command `unmoor`, and the rehearsal that it brings.
//!
//! ```text
//!   args ─► config (file, environment, flags) ─► compose (store, lock, vault, network, clock, engine)
//!     └───────────────► commands/ ◄──────────────────┘
//!                          └─► output, report: stdout is what one pipes, stderr is for people
//! ```
//!
//! This is the composition root: the only crate that ships which sees every other one, client and simulator alike, and puts
//! them together. It must never decide anything about a migration: it hands over what a person wants and shows what is.

mod account_reader;
mod args;
mod commands;
mod compose;
mod config;
mod csv_output;
mod customer_file;
mod exit;
mod logging;
mod near;
mod output;
mod private_file;
mod program;
pub mod rehearsal;
pub mod report;
mod selector;
mod snapshot;
mod text;
mod tokens_file;
mod vendor_side;

pub use program::main;
