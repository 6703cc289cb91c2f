//! Guide T4: which templates the vendor duplicates by itself, and why not the others.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Only templates that are both APPROVED and of quality GREEN are duplicated (guide T4).
#[must_use]
pub fn is_duplicated(status: &str, quality: Option<&str>) -> bool {
    status.eq_ignore_ascii_case("APPROVED") && quality.is_some_and(|score| score.eq_ignore_ascii_case("GREEN"))
}

/// Why the vendor does not duplicate a template. The vendor's words are kept verbatim; what it does not show is never a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ineligible {
    /// Its status is another one than APPROVED.
    Status(String),
    /// Its status was not shown.
    StatusNotShown,
    /// It is APPROVED, and of another quality than GREEN.
    Quality(String),
    /// It is APPROVED, and its quality was not shown.
    QualityNotShown,
}

/// Why a template with `status` and `quality` is not duplicated; `None` when it is (guide T4).
#[must_use]
pub fn why_not_duplicated(status: Option<&str>, quality: Option<&str>) -> Option<Ineligible> {
    let Some(status) = status else { return Some(Ineligible::StatusNotShown) };
    if is_duplicated(status, quality) {
        return None;
    }
    Some(match quality {
        _ if !status.eq_ignore_ascii_case("APPROVED") => Ineligible::Status(status.to_owned()),
        Some(quality) => Ineligible::Quality(quality.to_owned()),
        None => Ineligible::QualityNotShown,
    })
}

impl fmt::Display for Ineligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "its status is {status}, not APPROVED"),
            Self::StatusNotShown => f.write_str("its status is not shown"),
            Self::Quality(quality) => write!(f, "its quality is {quality}, not GREEN"),
            Self::QualityNotShown => f.write_str("its quality is not shown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// guide: T4
    #[test]
    fn guide_t4_only_approved_and_green_are_duplicated() {
        assert!(is_duplicated("APPROVED", Some("GREEN")));
        for (status, quality) in [
            ("APPROVED", Some("YELLOW")),
            ("APPROVED", Some("UNKNOWN")),
            ("APPROVED", None),
            ("PAUSED", Some("GREEN")),
            ("REJECTED", Some("GREEN")),
        ] {
            assert!(!is_duplicated(status, quality), "{status} {quality:?}");
        }
    }

    /// guide: T4
    #[test]
    fn guide_t4_says_why_a_template_is_not_duplicated() {
        let why = |status, quality| why_not_duplicated(status, quality).map(|why| why.to_string());
        assert_eq!(why(Some("APPROVED"), Some("GREEN")), None);
        assert_eq!(why(Some("approved"), Some("green")), None, "the documentation writes both");
        assert_eq!(why(Some("APPROVED"), Some("RED")).as_deref(), Some("its quality is RED, not GREEN"));
        assert_eq!(why(Some("APPROVED"), None).as_deref(), Some("its quality is not shown"));
        // The status comes first: a template that is not APPROVED is of no quality that counts.
        assert_eq!(why(Some("PAUSED"), Some("RED")).as_deref(), Some("its status is PAUSED, not APPROVED"));
        assert_eq!(why(Some("A_NEW_WORD"), Some("GREEN")).as_deref(), Some("its status is A_NEW_WORD, not APPROVED"));
        assert_eq!(why(None, Some("GREEN")).as_deref(), Some("its status is not shown"));
    }
}
