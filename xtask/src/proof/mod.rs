//! What every proof by a deliberate change needs: a copy of the checkout, a change in it, and what is built and run there.

mod building;
mod change;
mod checkout;
mod targets;

pub(crate) use building::{Run, build, build_program, run_test};
pub(crate) use change::Change;
pub(crate) use checkout::Copy;
pub(crate) use targets::{Target, Targets};
