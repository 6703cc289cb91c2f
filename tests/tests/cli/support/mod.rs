//! What the tests of the command share.

mod binary;
mod deadline;
mod files;
mod http;
mod process;
mod proxy;
mod simulated;
mod weeks;

pub(crate) use deadline::Deadline;
pub(crate) use files::{everything_below, example, mode_of, write};
pub(crate) use http::{get, request};
pub(crate) use process::{Finished, Running, Unmoor};
pub(crate) use proxy::{Proxy, Target};
pub(crate) use simulated::{Simulated, effects, effects_of_lines, expect_same_effects};
pub(crate) use weeks::Watch;

/// A small fleet that is over within days: eight numbers move, one customer rejects, one number stays behind.
pub(crate) const FLEET: &str = include_str!("../data/fleet.csv");
/// Its world and people.
pub(crate) const FLEET_SCENARIO: &str = include_str!("../data/fleet.scenario.toml");
