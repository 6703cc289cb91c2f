//! The migration state machine: what the guide demands, as pure decisions.
//!
//! It must never know tokio, HTTP, SQL, a clock or randomness, nor any other crate of the workspace: time and
//! surroundings are arguments, effects are values. Everything that Unmoor decides is decided here, and everything here
//! can be replayed.
//!
//! ```text
//!   input ──► decide ──► facts ──► apply ──► migration
//!                │                              │
//!                └────► effect (a call owed) ◄──┘ plan
//! ```
//!
//! [`decide::decide`] is total and deterministic; [`apply::apply`] is the only way in which a migration changes, and so
//! the only replay path. Where a rule stands: gates of a move in [`gate`], schedules in [`retry`], templates in
//! [`templates`], who pays in [`billing`], what does not travel in [`settings`], old and new ids in [`id_map`], what stands
//! in the way in [`blocker`], what one migration's fate means for the others in [`fleet`], what comes next in `plan/`, one
//! file per stretch of the way.

pub mod apply;
pub mod billing;
pub mod blocker;
pub mod customer;
pub mod decide;
pub mod effect;
pub mod event;
pub mod fleet;
pub mod gate;
pub mod id_map;
pub mod ids;
pub mod input;
pub mod migration;
pub mod notice;
pub mod number;
pub mod observed;
pub mod phase;
mod plan;
pub mod reading;
mod recent_calls;
pub mod reference;
pub mod refusal;
pub mod report;
pub mod retry;
pub mod settings;
pub mod story;
pub mod task;
pub mod templates;
pub mod window;
pub mod words;

pub use apply::{IllegalEvent, apply, begin, replay};
pub use blocker::{Blocker, BlockerCode, Turn};
pub use customer::{Customer, TwoStepBy};
pub use decide::{Decision, Rejected, decide, import};
pub use effect::{Attempt, Effect, EffectKind, Outcome, Success};
pub use event::{Event, Fact};
pub use fleet::{Fleet, FleetStanding};
pub use gate::Gate;
pub use ids::{E164, IntentId, InvalidId, MigrationId, PhoneNumberId, PortfolioId, TemplateId, WabaId};
pub use input::{Command, Input, Pace, Policy, Surroundings, TemplateGate, Throttled};
pub use migration::{Migration, Urgency};
pub use notice::{News, Notice};
pub use number::{Number, NumberState};
pub use phase::{Phase, Stop};
pub use recent_calls::{RecentCalls, Side};
pub use refusal::{Cause, Refusal, Verdict};
pub use settings::SettingsPolicy;
pub use story::{Story, story};
pub use task::{CustomerTasks, Task, tasks};
