//! Spans of time as people write them: `90 min`, `3 days`, `1d 12h`.

use std::str::FromStr;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, de};

/// A span of time. A day is 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span(pub(super) SignedDuration);

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no span of time: expected for example \"90 min\", \"3 days\" or \"1d 12h\"")]
pub(super) struct InvalidSpan(String);

impl FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        seconds(text)
            .map(|seconds| Self(SignedDuration::from_secs(seconds)))
            .ok_or_else(|| InvalidSpan(text.chars().take(40).collect()))
    }
}

fn seconds(text: &str) -> Option<i64> {
    const LONGEST: i64 = 3650 * 86_400;
    let mut rest = text.trim();
    let mut total: i64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, behind) = rest.split_at(digits);
        let behind = behind.trim_start();
        let letters = behind.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(letters);
        let unit = match unit {
            "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 7 * 86_400,
            _ => return None,
        };
        total = number.parse::<i64>().ok()?.checked_mul(unit)?.checked_add(total)?;
        rest = behind.trim_start();
    }
    (total <= LONGEST).then_some(total)
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn people_write_spans_in_several_ways() {
        for (text, expected) in [
            ("90 min", 5400),
            ("3 days", 259_200),
            ("1d 12h", 129_600),
            ("45s", 45),
            ("0 s", 0),
            (" 2 weeks ", 1_209_600),
        ] {
            assert_eq!(text.parse::<Span>().unwrap().0.as_secs(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for wrong in ["", "5", "days", "-3 days", "3 fortnights", "1.5 h", "99999999999999999999 s", "9999999 weeks"] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
    }
}
