//! The engine: everything that executing migrations takes, put together by the composition root.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use unmoor_migration::retry::Jitter;
use unmoor_migration::{Event, Migration, Pace, Policy};
use unmoor_store::Store;

use crate::clock::Clock;
use crate::documents::Documents;
use crate::durability::Durability;
use crate::effects::{Outside, TokensInHand};
use crate::graph::Graph;
use crate::hooks::Hooks;
use crate::randomness::jitter_permille;
use crate::vault::Vault;

/// Hears what was committed, after the commit. For progress and event streams; it can refuse nothing.
pub trait Observer: Send + Sync {
    /// `events` happened to `migration`, which is given as it is after them.
    fn committed(&self, migration: &Migration, events: &[Event]);
}

/// An observer that takes no notice.
#[derive(Debug, Clone, Copy, Default)]
pub struct NobodyWatches;

impl Observer for NobodyWatches {
    fn committed(&self, _: &Migration, _: &[Event]) {}
}

/// How the engine goes about its work.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whose leases these are. Two engines on one database never have the same owner at one time.
    pub owner: String,
    /// How long a claim lasts without a sign of life. Longer than any call's time-out.
    pub lease: Duration,
    /// How many migrations are worked on at once.
    pub max_in_flight: usize,
    /// How often the store is asked for inputs of other processes, on the engine's clock; `None` where there are none,
    /// as in a rehearsal.
    pub inbox_poll: Option<SignedDuration>,
    /// Seed of the spread of schedules.
    pub jitter_seed: u64,
    /// Whether the database keeps what it answers, as far as is known.
    pub durability: Arc<Durability>,
    /// Whether the other side is a simulator; told to hooks, so that they freeze nothing real.
    pub rehearsal: bool,
}

impl Settings {
    /// The settings of one engine on one machine.
    #[must_use]
    pub fn of(owner: &str, jitter_seed: u64) -> Self {
        Self {
            owner: owner.to_owned(),
            lease: Duration::from_secs(180),
            max_in_flight: 64,
            inbox_poll: Some(SignedDuration::from_millis(500)),
            jitter_seed,
            durability: Arc::new(Durability::default()),
            rehearsal: false,
        }
    }
}

/// Everything that executing migrations takes.
pub struct Engine {
    /// Where migrations are kept.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Tokens and PINs.
    pub vault: Arc<Vault>,
    /// The way to the Graph API.
    pub graph: Graph,
    /// The operators' own commands.
    pub hooks: Hooks,
    /// The operators' policy.
    pub policy: Policy,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// How it goes about its work.
    pub settings: Settings,
}

impl Engine {
    pub(crate) fn outside<'a>(&'a self, tokens: &'a TokensInHand) -> Outside<'a> {
        Outside {
            graph: &self.graph,
            vault: &self.vault,
            tokens,
            documents: Documents(self.store.as_ref()),
            hooks: &self.hooks,
            rehearsal: self.settings.rehearsal,
        }
    }

    /// How fast this machine has to be on the engine's clock. A clock that runs 20,000 times as fast would leave it a
    /// quarter of a millisecond to send what is journaled, and six for the readings before a move.
    pub(crate) fn pace(&self) -> Pace {
        let rate = self.clock.rate();
        let real = Pace::default();
        Pace {
            send_within: stretched(real.send_within, rate / 100.0),
            greatest_age: stretched(real.greatest_age, rate / 1000.0),
        }
    }

    /// The spread for the next schedule of `m`: the same for the same state, so that a rehearsal repeats itself.
    pub(crate) fn jitter(&self, m: &Migration) -> Jitter {
        let occasion = format!("{}/{}", m.id(), m.attempts_made());
        let span = Jitter::GREATEST_PERMILLE.unsigned_abs();
        let permille = jitter_permille(self.settings.jitter_seed, &occasion, span);
        Jitter::from_permille(i16::try_from(permille).unwrap_or_default())
    }
}

/// `span` times `factor`, but never less than `span`.
pub(crate) fn stretched(span: SignedDuration, factor: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(span.as_secs_f64() * factor.max(1.0)).unwrap_or(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_its_milliseconds_at_every_rate_and_never_less_than_real_time_gives() {
        let span = SignedDuration::from_secs(5);
        assert_eq!(stretched(span, 0.01), span);
        assert_eq!(stretched(span, 200.0), SignedDuration::from_secs(1000));
        assert_eq!(stretched(span, f64::INFINITY), span);
    }
}
