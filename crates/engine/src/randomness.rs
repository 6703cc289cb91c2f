//! Where random bytes come from.
//!
//! The operating system's in production, a seeded stream on virtual time. What must not depend on the order of draws
//! is derived from a seed and a key instead, see [`jitter_permille`].

use std::sync::{Mutex, PoisonError};

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore, SeedableRng},
};
use sha2::{Digest, Sha256};

/// No random bytes are to be had.
#[derive(Debug, thiserror::Error)]
pub enum RandomnessError {
    /// The operating system refused.
    #[error("cannot get random bytes from the operating system")]
    OperatingSystem(#[source] getrandom::Error),
    /// The source gives the same useless bytes again and again.
    #[error("the source of randomness gave no usable {wanted} in {draws} draws")]
    Useless {
        /// What was to be drawn.
        wanted: &'static str,
        /// How often it was tried.
        draws: u32,
    },
}

/// A source of random bytes.
pub trait Randomness: Send + Sync {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    /// [`RandomnessError`] when the source has none; `bytes` must then not be used.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessError>;
}

/// The operating system's source, good for keys and PINs.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        getrandom::fill(bytes).map_err(RandomnessError::OperatingSystem)
    }
}

/// The same bytes for the same seed: a rehearsal's source, **never** production's.
#[derive(Debug)]
pub struct SeededRandomness(Mutex<ChaCha20Rng>);

impl SeededRandomness {
    /// The stream of `seed`, from its beginning.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
        Ok(())
    }
}

/// A deviation between `-span_permille` and `+span_permille`, each alike likely, the same for the same seed and key.
///
/// Being a hash it does not depend on what else was drawn before. Give a key that names the occasion, such as the
/// migration's id and the number of the poll: the same key always gets the same deviation.
#[must_use]
pub fn jitter_permille(seed: u64, key: &str, span_permille: u16) -> i32 {
    let digest = Sha256::new().chain_update(b"jitter").chain_update(seed.to_be_bytes()).chain_update(key).finalize();
    let number = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    // The modulus is at most 131071 and the number is of 64 bits: the bias is below 2⁻⁴⁶.
    let steps = number % (2 * u64::from(span_permille) + 1);
    i32::try_from(steps).unwrap_or_default() - i32::from(span_permille)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn draw(source: &dyn Randomness) -> [u8; 32] {
        let mut bytes = [0; 32];
        source.fill(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_seed_gives_one_stream() {
        let (one, same, other) = (SeededRandomness::new(7), SeededRandomness::new(7), SeededRandomness::new(8));
        let first = draw(&one);
        assert_eq!(first, draw(&same));
        assert_eq!(draw(&one), draw(&same));
        assert_ne!(first, draw(&other));
        assert_ne!(first, draw(&one), "the stream goes on");
    }

    #[test]
    fn the_operating_system_does_not_repeat_itself() {
        assert_ne!(draw(&OsRandomness), draw(&OsRandomness));
    }

    #[test]
    fn jitter_reaches_both_ends_and_is_balanced() {
        let draws: Vec<i32> = (0..20_000).map(|n| jitter_permille(1, &format!("poll {n}"), 200)).collect();
        assert_eq!((draws.iter().min(), draws.iter().max()), (Some(&-200), Some(&200)));
        let mean = f64::from(draws.iter().sum::<i32>()) / 20_000.0;
        assert!(mean.abs() < 4.0, "{mean}");
    }

    proptest! {
        #[test]
        fn jitter_stays_within_its_span_and_repeats(seed: u64, key: String, span: u16) {
            let jitter = jitter_permille(seed, &key, span);
            prop_assert!(jitter.unsigned_abs() <= u32::from(span));
            prop_assert_eq!(jitter, jitter_permille(seed, &key, span));
        }
    }
}
