//! Executes what the migration state machine decides: loads what is due, asks the machine, persists its decision, sends
//! what it owes the outside, and persists what came back.
//!
//! All time comes from [`clock`], all randomness from [`randomness`], every secret goes through [`vault`], every call
//! to the vendor is reserved in [`throttle`] first, and [`hooks`] let the operator's own commands have a say.
//!
//! It must never know who operates it or whom it talks to: not the server, not the command line, not the simulator.
//! A rehearsal hands it a virtual clock and another transport; nothing else differs from production. It takes no
//! environment variable and no configuration file; the composition root hands in values.

mod admission;
pub mod business_token;
pub mod clock;
pub mod copy;
mod documents;
pub mod durability;
mod effects;
mod engine;
mod error_chain;
pub mod fleet;
mod graph;
pub mod hooks;
pub mod inbox;
pub mod instructions;
pub mod journal;
mod notices;
mod portions;
pub mod randomness;
pub mod report;
mod sealed;
pub mod step;
pub mod throttle;
pub mod vault;
pub mod worker;

pub use engine::{Engine, NobodyWatches, Observer, Settings};
pub use graph::{App, Graph};
pub use sealed::SealedInStore;
