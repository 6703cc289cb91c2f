//! Which templates the vendor duplicates, and what became of them (guide T1 to T9).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::observed::{DestinationTemplates, SourceTemplates};

/// A template's identity across WABAs: ids are new on the destination, name and language are not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TemplateKey {
    /// The template's name.
    pub name: String,
    /// Its language as the API writes it: `en_US`. Webhooks write `en-US`; both are the same template.
    pub language: String,
}

impl TemplateKey {
    /// The key, with the language in the API's spelling.
    #[must_use]
    pub fn new(name: &str, language: &str) -> Self {
        Self { name: name.to_owned(), language: language.replace('-', "_") }
    }
}

impl fmt::Display for TemplateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.language)
    }
}

impl From<TemplateKey> for String {
    fn from(key: TemplateKey) -> Self {
        key.to_string()
    }
}

/// A text that is no `name/language`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no template key: it is written name/language")]
pub struct InvalidTemplateKey(String);

impl TryFrom<String> for TemplateKey {
    type Error = InvalidTemplateKey;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.rsplit_once('/') {
            Some((name, language)) => Ok(Self::new(name, language)),
            None => Err(InvalidTemplateKey(text)),
        }
    }
}

/// Only templates that are both APPROVED and of quality GREEN are duplicated (guide T4).
#[must_use]
pub fn is_duplicated(status: &str, quality: Option<&str>) -> bool {
    status.eq_ignore_ascii_case("APPROVED") && quality.is_some_and(|score| score.eq_ignore_ascii_case("GREEN"))
}

/// What became of the source's templates, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TemplateBalance {
    /// How many the source has.
    pub source: u32,
    /// Eligible ones that the destination has, with any status but REJECTED.
    pub duplicated: u32,
    /// Eligible ones that the destination has as REJECTED: the re-check of guide T3.
    pub rejected_on_recheck: u32,
    /// Eligible ones that the destination lacks: its limit was reached, or they come late.
    pub missing: u32,
    /// Those that were never eligible; they must be created again to be used (guide T6).
    pub not_eligible: u32,
}

/// Compares what the vendor should have duplicated with what the destination has.
#[must_use]
pub fn balance(source: &SourceTemplates, destination: &DestinationTemplates) -> TemplateBalance {
    let eligible = u32::try_from(source.eligible.len()).unwrap_or(u32::MAX);
    let mut balance = TemplateBalance {
        source: source.total,
        not_eligible: source.total.saturating_sub(eligible),
        ..TemplateBalance::default()
    };
    for key in &source.eligible {
        match destination.statuses.get(key).map(String::as_str) {
            Some("REJECTED") => balance.rejected_on_recheck += 1,
            Some(_) => balance.duplicated += 1,
            None => balance.missing += 1,
        }
    }
    balance
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

    /// guide: T3, T5, T6
    #[test]
    fn every_template_of_the_source_is_accounted_for() {
        let key = |name| TemplateKey::new(name, "en-US");
        let source =
            SourceTemplates { total: 5, eligible: ["kept", "rejected", "missing"].into_iter().map(key).collect() };
        let destination = DestinationTemplates {
            statuses: [("kept", "APPROVED"), ("rejected", "REJECTED"), ("other", "APPROVED")]
                .into_iter()
                .map(|(name, status)| (key(name), status.to_owned()))
                .collect(),
        };
        let found = balance(&source, &destination);
        assert_eq!(
            found,
            TemplateBalance { source: 5, duplicated: 1, rejected_on_recheck: 1, missing: 1, not_eligible: 2 }
        );
        assert_eq!(found.source, found.duplicated + found.rejected_on_recheck + found.missing + found.not_eligible);
    }
}
