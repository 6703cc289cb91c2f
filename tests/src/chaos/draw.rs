//! What is drawn from a seed.

use jiff::SignedDuration;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The draws of one seed, always the same.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    pub(super) fn of(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// From 0 to below `limit`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.0.next_u64() % u64::try_from(limit).unwrap()).unwrap()
    }

    /// Both ends belong to it.
    pub(super) fn between(&mut self, from: u32, to: u32) -> u32 {
        from + u32::try_from(self.0.next_u64() % u64::from(to - from + 1)).unwrap()
    }

    /// Yes so many times in a hundred.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.0.next_u64() % 100 < percent
    }

    pub(super) fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// The weights stand beside what they weigh.
    pub(super) fn weighed<T: Clone>(&mut self, all: &[(u32, T)]) -> T {
        let total: u32 = all.iter().map(|(weight, _)| weight).sum();
        let mut left = self.between(1, total);
        let chosen = all.iter().find(|(weight, _)| {
            let is_it = left <= *weight;
            left = left.saturating_sub(*weight);
            is_it
        });
        chosen.unwrap().1.clone()
    }

    pub(super) fn seconds(&mut self, from: u32, to: u32) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.between(from, to)))
    }
}
