//! The command `unmoor`, and the rehearsal that it brings.
//!
//! This is the composition root: the only crate that ships which sees every other one, client and simulator alike, and puts
//! them together. It must never decide anything about a migration: it hands over what a person wants and shows what is.

pub mod rehearsal;
pub mod report;
