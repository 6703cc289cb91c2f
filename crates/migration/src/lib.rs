//! The migration state machine: what the guide demands, as pure decisions.
//!
//! It must never know tokio, HTTP, SQL, a clock or randomness: time is an argument, effects are values.

pub mod customer;
pub mod event;
pub mod ids;
pub mod migration;

pub use customer::{Customer, TwoStepBy};
pub use event::Event;
pub use ids::{E164, IntentId, InvalidId, MigrationId, PhoneNumberId, PortfolioId, WabaId};
pub use migration::{Migration, Urgency};
