//! The real engine against the simulator on virtual time, in the words of the guide and of the rules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::wildcard_enum_match_arm, reason = "tests ask for one thing")]

mod adopt;
mod blockers;
mod chaos;
mod commands;
mod crash_points;
mod determinism;
mod doubts;
mod example_fleet;
mod fleet;
mod guide;
mod hooks;
mod journal;
mod random_fleets;
mod recover;
mod report;
mod settings;
mod stamp;
mod templates;
mod unknown_outcomes;
