//! Secrets that are made here.

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::randomness::{Randomness, RandomnessError};

/// A good source needs more than this many draws for one PIN once in 10²⁰⁰ times.
const MOST_DRAWS: u32 = 100;
const PINS: u32 = 1_000_000;
/// The greatest multiple of a million that 32 bits hold: from there on a remainder would favour small PINs.
const FAIR_BELOW: u32 = u32::MAX / PINS * PINS;

/// Draws a PIN for two-step verification (guide 9): six digits, each non-trivial PIN alike likely.
///
/// # Errors
/// [`RandomnessError`] when the source fails, or gives nothing but trivial PINs.
pub fn draw_pin(randomness: &dyn Randomness) -> Result<SecretString, RandomnessError> {
    let mut bytes = Zeroizing::new([0; 4]);
    for _ in 0..MOST_DRAWS {
        randomness.fill(bytes.as_mut())?;
        let number = u32::from_be_bytes(*bytes);
        if number >= FAIR_BELOW {
            continue;
        }
        let pin = Zeroizing::new(format!("{:06}", number % PINS));
        if !is_trivial_pin(&pin) {
            return Ok(SecretString::from(pin.as_str()));
        }
    }
    Err(RandomnessError::Useless { wanted: "PIN", draws: MOST_DRAWS })
}

/// Whether somebody would guess the PIN among the first: a run (`123456`, `987654`, also over the end as in `890123`)
/// or a group that repeats (`777777`, `121212`, `123123`). Texts that are no six digits are not judged.
#[must_use]
pub fn is_trivial_pin(pin: &str) -> bool {
    let digits = pin.as_bytes();
    let steps_by =
        |step: u8| digits.windows(2).all(|pair| matches!(pair, [a, b] if (a - b'0' + step) % 10 == b - b'0'));
    let repeats_after = |period: usize| digits.iter().zip(digits.iter().skip(period)).all(|(a, b)| a == b);
    digits.len() == 6
        && digits.iter().all(u8::is_ascii_digit)
        && (steps_by(1) || steps_by(9) || repeats_after(2) || repeats_after(3))
}

/// Draws a key of 32 bytes, as 64 hexadecimal digits.
///
/// # Errors
/// [`RandomnessError`] when the source fails.
pub fn draw_key(randomness: &dyn Randomness) -> Result<SecretString, RandomnessError> {
    let mut bytes = Zeroizing::new([0; 32]);
    randomness.fill(bytes.as_mut())?;
    Ok(SecretString::from(Zeroizing::new(hex::encode(*bytes)).as_str()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::randomness::SeededRandomness;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    /// Gives the same four bytes for ever.
    struct Always([u8; 4]);

    impl Randomness for Always {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
            bytes.copy_from_slice(&self.0);
            Ok(())
        }
    }

    #[test]
    fn runs_and_repetitions_are_trivial() {
        for pin in ["000000", "777777", "123456", "012345", "890123", "654321", "987654", "321098", "121212", "123123"]
        {
            assert!(is_trivial_pin(pin), "{pin}");
        }
        for pin in ["123457", "112233", "135790", "102030", "900001", "121213", "12", "abcabc", ""] {
            assert!(!is_trivial_pin(pin), "{pin}");
        }
    }

    #[test]
    fn of_a_million_pins_few_are_trivial() {
        // 20 runs, and 1000 that repeat three digits or two, of which 10 do both.
        let trivial = (0..PINS).filter(|pin| is_trivial_pin(&format!("{pin:06}"))).count();
        assert_eq!(trivial, 20 + 1000 + 100 - 10);
    }

    #[test]
    fn a_source_that_repeats_itself_ends_in_an_error() {
        for useless in [[0; 4], [0xff; 4]] {
            let error = draw_pin(&Always(useless)).unwrap_err();
            assert!(matches!(error, RandomnessError::Useless { .. }), "{error}");
        }
    }

    #[test]
    fn leading_zeros_stay() {
        let pin = draw_pin(&Always(42_u32.to_be_bytes())).unwrap();
        assert_eq!(pin.expose_secret(), "000042");
    }

    #[test]
    fn every_first_digit_is_alike_likely() {
        let source = SeededRandomness::new(1);
        let mut counts = [0_u32; 10];
        for _ in 0..20_000 {
            let pin = draw_pin(&source).unwrap();
            let digit = pin.expose_secret().as_bytes().first().unwrap() - b'0';
            *counts.get_mut(usize::from(digit)).unwrap() += 1;
        }
        assert!(counts.iter().all(|count| count.abs_diff(2_000) < 250), "{counts:?}");
    }

    proptest! {
        #[test]
        fn a_pin_has_six_digits_and_is_not_trivial(seed: u64) {
            let source = SeededRandomness::new(seed);
            let pin = draw_pin(&source).unwrap();
            let pin = pin.expose_secret();
            prop_assert!(pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert!(!is_trivial_pin(pin));
        }

        #[test]
        fn a_key_has_64_hexadecimal_digits(seed: u64) {
            let key = draw_key(&SeededRandomness::new(seed)).unwrap();
            prop_assert_eq!(hex::decode(key.expose_secret()).unwrap().len(), 32);
        }
    }
}
