//! Identifiers and everything else that is drawn rather than given.
//!
//! Nothing here counts. An id is a hash of the seed, its parent and its natural key, so two runs of one world name the same
//! things alike whatever happened in between, and their ledgers can be laid side by side.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A node of the graph: a decimal string on the wire (guide 2 to 9), at most 19 digits, never with a leading zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u64);

/// The text is no node id.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no node id: expected 1 to 19 decimal digits without a leading zero")]
pub struct InvalidId(String);

impl Id {
    /// Before every id, where ids are kept in order. No node has it.
    pub(crate) const LEAST: Self = Self(0);
    /// Behind every id, where ids are kept in order. No node has it.
    pub(crate) const GREATEST: Self = Self(u64::MAX);
}

impl FromStr for Id {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let well_formed =
            (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        let parsed = if well_formed { text.parse().ok() } else { None };
        parsed.map(Id).ok_or_else(|| InvalidId(text.chars().take(40).collect()))
    }
}

impl Id {
    pub(crate) fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.to_string()
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// The seed of a world: from it, and from names, everything else is derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed(pub u64);

impl Seed {
    /// The id of whatever `key` names below its parent: 15 or 16 digits.
    pub fn id(self, key: &[&str]) -> Id {
        const SMALLEST: u64 = 100_000_000_000_000;
        const BEYOND: u64 = 10_000_000_000_000_000;
        Id(SMALLEST + self.hash(key) % (BEYOND - SMALLEST))
    }

    /// `length` characters of letters and digits, for tokens, secrets and trace ids.
    pub(crate) fn text(self, key: &[&str], length: usize) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut draw = self.draw(key);
        (0..length).map(|_| char::from(*draw.pick(ALPHABET).unwrap_or(&b'A'))).collect()
    }

    /// `length` lower-case hexadecimal digits.
    pub(crate) fn hex(self, key: &[&str], length: usize) -> String {
        let mut draw = self.draw(key);
        (0..length).map(|_| char::from(*draw.pick(b"0123456789abcdef").unwrap_or(&b'0'))).collect()
    }

    /// The template namespace of a WABA: hexadecimal digits in groups of 8, 4, 4, 4 and 12 (guide 4).
    pub(crate) fn namespace(self, waba: &str) -> String {
        let groups = [8, 4, 4, 4, 12].map(|length| self.hex(&["namespace", waba, &length.to_string()], length));
        groups.join("_")
    }

    /// A stream of numbers that belongs to `key` alone: drawing more for one customer never changes another one.
    pub(crate) fn draw(self, key: &[&str]) -> Draw {
        Draw(self.hash(key))
    }

    /// FNV-1a over the parts, each closed by a separator, then mixed.
    fn hash(self, key: &[&str]) -> u64 {
        let mut state = 0xcbf2_9ce4_8422_2325_u64 ^ mix(self.0);
        for part in key {
            for byte in part.bytes().chain([0xff]) {
                state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        mix(state)
    }
}

/// A deterministic stream of numbers (the SplitMix64 generator).
#[derive(Clone, Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = high.saturating_sub(low).saturating_add(1);
        low + self.next() % span.max(1)
    }

    /// True in `share` of all draws (0.0 to 1.0).
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are kept, as many as the type holds")]
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        unit < share
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let last = from.len().checked_sub(1)?;
        let index = usize::try_from(self.between(0, last as u64)).unwrap_or(0);
        from.get(index)
    }
}

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn ids_derive_from_seed_parent_and_name_and_have_15_or_16_digits() {
        for key in ["a", "b", "order_update"] {
            let id = Seed(1).id(&["parent", key]);
            assert_eq!(id, Seed(1).id(&["parent", key]));
            assert_ne!(id, Seed(2).id(&["parent", key]));
            assert!((15..=16).contains(&id.to_string().len()), "{id}");
        }
        assert_ne!(Seed(1).id(&["ab", "c"]), Seed(1).id(&["a", "bc"]));
    }

    #[test]
    fn an_id_is_decimal_digits_without_leading_zero() {
        assert_eq!("102290129340398".parse::<Id>().unwrap().to_string(), "102290129340398");
        for wrong in ["", "0", "012", "12a", "-1", "99999999999999999999", " 1"] {
            assert!(wrong.parse::<Id>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_chance_is_its_share() {
        let mut draw = Seed(7).draw(&["share"]);
        let hits = (0..10_000).filter(|_| draw.chance(0.05)).count();
        assert!((400..600).contains(&hits), "{hits}");
        assert!(!draw.chance(0.0));
        assert!(draw.chance(1.0));
    }
}
