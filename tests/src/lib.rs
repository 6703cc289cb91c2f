//! End to end tests: the real engine, the real store and the simulator together. It must never be used by any other crate.
//!
//! - [`Fleet`] and [`Member`] describe customers, their world and what their people do.
//! - [`Stage`] is a rehearsal of such a fleet that a test holds in its hands: it lets virtual time pass, posts commands,
//!   lets people act, and reads what came of it.
//! - [`Death`] lets its process die at a named [`Point`].
//! - [`effects()`] is what two runs are compared by, [`Wiretap`] what shows which token went with which request.
//! - [`expect_verified`] fails when the journals of a database do not hold, whatever was done to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::missing_panics_doc,
    reason = "tests ask for one thing and fail by panicking"
)]

pub mod chaos;
mod death;
mod effects;
mod fleet;
pub mod reference_model;
mod stage;
mod verified;
mod wiretap;

pub use death::{Death, Moment, Point, When};
pub use effects::{Key, changes_of, effects};
pub use fleet::{FURNISHED, FURNISHED_ACCOUNT, Fleet, Member};
pub use stage::{Stage, blocker, days, hours, minutes, number_of, seconds};
pub use verified::{expect_verified, findings};
pub use wiretap::{TappedCall, Wiretap};
