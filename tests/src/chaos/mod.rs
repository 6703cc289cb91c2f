//! Chaos: seeded schedules of everything that can go wrong, on virtual time, compared with the reference model after every step.
//!
//! A seed gives a [`Schedule`]: one or two customers with their people, what the vendor does wrong, knobs, operators' orders,
//! webhooks that come twice, late or never, clocks that jump, and one to four workers on one database that die or stand still at
//! any place of their work. [`run()`] carries it out with the real engine, the real store and the simulator, and tells
//! [`crate::reference_model`] every request and every change at the vendor's; after each commit of the program and at the end
//! it asks the model whether that may be.
//!
//! | File | Is |
//! |---|---|
//! | `schedule`, `drawn_world`, `drawn_faults`, `draw` | what a seed means |
//! | `run`, `operator`, `webhooks` | one run: its workers, its operators, its webhooks |
//! | `worker`, `store`, `wire` | one worker as a process that can die or stand still, and its ways out |
//! | `shared`, `judge`, `verdict`, `tally` | what all have in common, what is judged, what is counted |
//! | `explore`, `kept` | many seeds, and those that are worth keeping |

mod draw;
mod drawn_faults;
mod drawn_world;
mod explore;
mod judge;
mod kept;
mod operator;
mod run;
mod schedule;
mod shared;
mod store;
mod tally;
mod verdict;
mod webhooks;
mod wire;
mod worker;

pub use explore::{Explored, explore, told};
pub use kept::{keep, kept_seeds};
pub use run::{Report, run};
pub use schedule::Schedule;
pub use tally::Tally;
