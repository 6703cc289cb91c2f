//! The state machine, driven from outside as the engine drives it. It must never assemble a migration by hand: every
//! state that a test looks at was reached through `decide`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::needless_pass_by_value,
    reason = "tests"
)]

mod adoption;
mod billing;
mod blockers;
mod calm;
mod cutover;
mod damaged;
mod fleet;
mod guide;
mod ids;
mod lost_tag;
mod notice;
mod properties;
mod reconciliation;
mod run;
mod settings;
mod story;
mod table;
mod task;
mod templates;
mod world;
