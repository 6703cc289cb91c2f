//! Why a call may not be made now.

use jiff::Timestamp;

use super::Lane;

/// Calls that may not be made now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Ask again at `until`.
    #[error("not before {until}: {why} ({lane:?})")]
    NotBefore {
        /// The earliest instant at which it is worth asking again; later than now.
        until: Timestamp,
        /// Which lane is in the way; the one for longer, where both are.
        lane: Lane,
        /// What is in the way.
        why: Why,
    },
    /// The app's lane has room, and the worker has no calls in hand: it takes a portion and asks again.
    #[error("no calls in hand")]
    NotInHand {
        /// How many are needed.
        calls: u32,
    },
    /// As many moves as may be are under way; ask again when one has ended.
    #[error("{running} numbers are between move and register already, and no more may be")]
    MovesFull {
        /// How many there are.
        running: usize,
    },
    /// More calls at once than the lane gives to such work in a whole hour: it will never be granted.
    #[error("{calls} calls at once exceed what {lane:?} gives to such work in an hour ({ceiling})")]
    TooLarge {
        /// Which lane.
        lane: Lane,
        /// How many were asked for.
        calls: u32,
        /// How many the lane gives.
        ceiling: u32,
    },
}

/// What is in the way of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The hour's calls for such work are used up.
    Budget,
    /// The last reading of usage is too high to begin a move.
    Usage,
    /// The vendor has limited the lane, until the time it stated.
    Limited,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Budget => "the calls of the hour are used up",
            Self::Usage => "the vendor reports high usage",
            Self::Limited => "the vendor has limited the calls",
        })
    }
}
