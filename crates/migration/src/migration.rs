//! One migration's state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Customer, MigrationId};

/// How soon a due migration is taken up: the smaller, the sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// A number is between two accounts.
    Outage,
    /// A cutover is under way.
    Cutover,
    /// Anything else that has work.
    Work,
    /// A read of something that a person has to change.
    Poll,
}

/// One source WABA on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    id: MigrationId,
    customer: Customer,
    wake_at: Option<Timestamp>,
}

impl Migration {
    /// A migration as it is imported.
    #[must_use]
    pub fn imported(customer: Customer) -> Self {
        Self { id: MigrationId::of(customer.source_waba.clone()), customer, wake_at: None }
    }
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &MigrationId {
        &self.id
    }
    /// The customer.
    #[must_use]
    pub fn customer(&self) -> &Customer {
        &self.customer
    }
    /// Name of the phase, as shown and filtered by.
    #[must_use]
    pub fn phase_name(&self) -> &'static str {
        "draft"
    }
    /// Whether nothing will ever happen again by itself.
    #[must_use]
    pub fn is_final(&self) -> bool {
        false
    }
    /// When it wants to be woken; `None` when only an input from outside can move it.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.wake_at
    }
    /// How soon it is taken up once due.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        Urgency::Work
    }
    /// Codes of the open blockers, sorted.
    #[must_use]
    pub fn blocker_codes(&self) -> Vec<&'static str> {
        Vec::new()
    }
    /// Whose turn it is, e.g. `customer`; `None` when it is the engine's own.
    #[must_use]
    pub fn turn_name(&self) -> Option<&'static str> {
        None
    }
}
