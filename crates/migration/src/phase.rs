//! Where a migration stands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The phases, in their order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Imported; nothing has been asked.
    Draft,
    /// Read-only checks of the source run.
    Preflight,
    /// Checked; waits for its release.
    Ready,
    /// Guide 2 is under way.
    Tagging,
    /// Guide 3: the customer's turn, watched by guide 4.
    AwaitingAcceptance,
    /// Guide 5 to 7, and everything that has to hold before a number moves.
    Provisioning,
    /// Every gate was open; waits for its window and the fleet.
    ReadyForCutover,
    /// Guide 8 and 9, number by number.
    CuttingOver,
    /// Every number is over; templates are compared, the first 24 hours are watched.
    Settling,
    /// Done.
    Completed,
    /// Done, with something left behind that is recorded.
    CompletedWithExceptions,
    /// Ended before any number moved.
    Stopped(Stop),
}

/// Why a migration ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// The customer rejected the request.
    Rejected,
    /// An operator cancelled it.
    Cancelled,
}

impl Phase {
    /// The phase's name, as shown and filtered by.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Preflight => "preflight",
            Self::Ready => "ready",
            Self::Tagging => "tagging",
            Self::AwaitingAcceptance => "awaiting_acceptance",
            Self::Provisioning => "provisioning",
            Self::ReadyForCutover => "ready_for_cutover",
            Self::CuttingOver => "cutting_over",
            Self::Settling => "settling",
            Self::Completed => "completed",
            Self::CompletedWithExceptions => "completed_with_exceptions",
            Self::Stopped(Stop::Rejected) => "stopped_rejected",
            Self::Stopped(Stop::Cancelled) => "stopped_cancelled",
        }
    }

    /// Every phase, in order.
    pub const ALL: [Self; 13] = [
        Self::Draft,
        Self::Preflight,
        Self::Ready,
        Self::Tagging,
        Self::AwaitingAcceptance,
        Self::Provisioning,
        Self::ReadyForCutover,
        Self::CuttingOver,
        Self::Settling,
        Self::Completed,
        Self::CompletedWithExceptions,
        Self::Stopped(Stop::Rejected),
        Self::Stopped(Stop::Cancelled),
    ];

    /// Whether nothing happens any more by itself.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Completed | Self::CompletedWithExceptions | Self::Stopped(_) => true,
            Self::Draft
            | Self::Preflight
            | Self::Ready
            | Self::Tagging
            | Self::AwaitingAcceptance
            | Self::Provisioning
            | Self::ReadyForCutover
            | Self::CuttingOver
            | Self::Settling => false,
        }
    }

    /// Whether `next` may follow. Every legal arrow of the diagram in `docs/ARCHITECTURE.md`, and no other.
    #[must_use]
    pub fn may_become(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Draft, Self::Preflight)
            | (Self::Preflight, Self::Ready)
            | (Self::Ready, Self::Tagging)
            | (Self::Tagging, Self::AwaitingAcceptance)
            | (Self::AwaitingAcceptance, Self::Provisioning | Self::Stopped(Stop::Rejected))
            | (Self::Provisioning, Self::ReadyForCutover)
            | (Self::ReadyForCutover, Self::CuttingOver)
            | (Self::CuttingOver, Self::Settling)
            | (Self::Settling, Self::Completed | Self::CompletedWithExceptions) => true,
            (from, Self::Stopped(Stop::Cancelled)) => !from.is_final() && *from < Self::Settling,
            _ => false,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
