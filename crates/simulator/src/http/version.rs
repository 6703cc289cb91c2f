//! Versions of the API and when each of them ends (observations: versions.expiry, versions.expired_call, versions.unknown).

use std::fmt;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A version, for example v25.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    major: u32,
    minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}", self.major, self.minor)
    }
}

const fn v(major: u32) -> Version {
    Version { major, minor: 0 }
}

/// Calls without a version are served by the app's oldest one; that of the simulator's apps is this.
const OF_APPS: Version = v(25);

/// The newest version. It has no end yet.
const NEWEST: Version = v(26);

/// The versions before it, each with the day it ends.
const ENDING: [(Version, Date); 5] = [
    (v(21), jiff::civil::date(2027, 1, 21)),
    (v(22), jiff::civil::date(2027, 5, 20)),
    (v(23), jiff::civil::date(2027, 10, 8)),
    (v(24), jiff::civil::date(2028, 2, 18)),
    (v(25), jiff::civil::date(2028, 7, 29)),
];

/// Whether there ever was such a version.
fn existed(version: Version) -> bool {
    let last_minor = match version.major {
        2 => 12,
        3 => 3,
        _ => 0,
    };
    (1..=NEWEST.major).contains(&version.major) && version.minor <= last_minor
}

/// What the first segment of a path says about the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It is no version.
    Nothing,
    /// A version, whether or not there ever was one like it.
    Version(Version),
    /// It looks like a version and is none: `v25`, or numbers beyond all bounds.
    Nonsense,
}

/// Whether a path without its leading slash begins with a version.
pub(crate) fn names_one(path: &str) -> bool {
    read(path.split(['/', '?']).next().unwrap_or_default()) != Asked::Nothing
}

/// Reads the first segment of a path.
pub(crate) fn read(segment: &str) -> Asked {
    let Some(numbers) = segment.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) else {
        return Asked::Nothing;
    };
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { text.parse().ok() } else { None }
    };
    match numbers.split_once('.').map(|(major, minor)| (number(major), number(minor))) {
        Some((Some(major), Some(minor))) => Asked::Version(Version { major, minor }),
        Some((None, _) | (_, None)) | None => Asked::Nonsense,
    }
}

/// The version that serves a call at `now`; nothing where Meta knows no such version.
pub(crate) fn serving(asked: Asked, now: Timestamp) -> Option<Version> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let oldest = ENDING.iter().find(|(_, end)| today < *end).map_or(NEWEST, |(version, _)| *version);
    match asked {
        Asked::Nothing => Some(OF_APPS.max(oldest)),
        Asked::Version(version) => existed(version).then(|| version.max(oldest)),
        Asked::Nonsense => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn served(segment: &str, now: &str) -> Option<String> {
        serving(read(segment), now.parse().unwrap()).map(|version| version.to_string())
    }

    #[test]
    fn an_ended_version_is_served_by_the_oldest_living_one() {
        for (segment, now, expected) in [
            ("v21.0", "2027-01-20T23:59:59Z", "v21.0"),
            ("v21.0", "2027-01-21T00:00:00Z", "v22.0"),
            ("v2.12", "2027-01-20T00:00:00Z", "v21.0"),
            ("v19.0", "2028-01-01T00:00:00Z", "v24.0"),
            ("v25.0", "2027-03-01T00:00:00Z", "v25.0"),
            ("v26.0", "2035-03-01T00:00:00Z", "v26.0"),
            ("v22.0", "2035-03-01T00:00:00Z", "v26.0"),
            ("me", "2027-03-01T00:00:00Z", "v25.0"),
            ("me", "2035-03-01T00:00:00Z", "v26.0"),
        ] {
            assert_eq!(served(segment, now).as_deref(), Some(expected), "{segment} at {now}");
        }
    }

    #[test]
    fn a_version_nobody_knows_serves_nothing() {
        for segment in ["v27.0", "v25.1", "v2.80", "v0.0", "v25", "v25.", "v25.x", "v99999999999.0", "v2.8.1"] {
            assert_eq!(served(segment, "2027-03-01T00:00:00Z"), None, "{segment}");
        }
        assert_eq!(read("video"), Asked::Nothing);
        assert_eq!(read("verify_code"), Asked::Nothing);
    }
}
