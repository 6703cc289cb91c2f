//! What became of the source's templates, in numbers.

use serde::{Deserialize, Serialize};

use super::SourceTemplates;
use crate::observed::DestinationTemplates;

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
    let eligible = u32::try_from(source.eligible().count()).unwrap_or(u32::MAX);
    let mut balance = TemplateBalance {
        source: source.total(),
        not_eligible: source.total().saturating_sub(eligible),
        ..TemplateBalance::default()
    };
    for template in source.eligible() {
        match destination.statuses.get(&template.key).map(String::as_str) {
            Some("REJECTED") => balance.rejected_on_recheck += 1,
            Some(_) => balance.duplicated += 1,
            None => balance.missing += 1,
        }
    }
    balance
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::TemplateId;
    use crate::templates::{SourceTemplate, TemplateKey, TemplateKind};

    /// guide: T3, T5, T6
    #[test]
    fn every_template_of_the_source_is_accounted_for() {
        let key = |name| TemplateKey::new(name, "en-US");
        let template = |name, quality: &str| SourceTemplate {
            key: key(name),
            id: TemplateId::new("610000000000001").unwrap(),
            status: Some("APPROVED".to_owned()),
            quality: Some(quality.to_owned()),
            category: None,
            correct_category: None,
            kind: TemplateKind::default(),
        };
        let kept = ["kept", "rejected", "missing"].map(|name| template(name, "GREEN"));
        let left = ["slow", "bad"].map(|name| template(name, "YELLOW"));
        let source = SourceTemplates::new(kept.into_iter().chain(left).collect(), 0);
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
