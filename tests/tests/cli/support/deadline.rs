//! Waiting for other processes: never longer than a deadline, never by sleeping for a guess.

use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at a value that another process changes.
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// When a test gives up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// So many seconds from now.
    pub(crate) fn in_seconds(seconds: u64) -> Self {
        Self(Instant::now() + Duration::from_secs(seconds))
    }

    /// What is left of it.
    pub(crate) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether it is over.
    pub(crate) fn is_over(self) -> bool {
        self.left().is_zero()
    }

    /// How long ago it was.
    pub(crate) fn passed(self) -> Duration {
        Instant::now().saturating_duration_since(self.0)
    }

    /// Rests for a moment between two looks. Fails with `what` when it is over.
    pub(crate) fn pause(self, what: &str) {
        assert!(!self.is_over(), "waited in vain for {what}");
        thread::park_timeout(BETWEEN_LOOKS);
    }

    /// Looks until `look` finds something. Fails with `what` when nothing is found in time.
    pub(crate) fn until<T>(self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        loop {
            if let Some(found) = look() {
                return found;
            }
            self.pause(what);
        }
    }
}
