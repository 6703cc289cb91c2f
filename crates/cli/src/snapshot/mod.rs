//! A snapshot: real accounts, read once, as a world of the simulator in which their migration is rehearsed.
//!
//! | File | Is |
//! |---|---|
//! | `part` | the accounts that were read so far, so that an interrupted snapshot goes on |
//! | `world` | from accounts to a world |
//! | `number`, `template` | one node of Meta's in the simulator's form |
//! | `doubts` | what could not be read as it stands, for the world's notes |
//!
//! The engine reads (`unmoor_engine::copy`), the simulator draws what nobody can read (`World::around`); only here both are seen.

mod doubts;
mod number;
mod part;
mod settings;
mod template;
mod world;

#[cfg(test)]
mod tests;

pub(crate) use part::{Origin, Part};
pub(crate) use world::{Reading, world};
