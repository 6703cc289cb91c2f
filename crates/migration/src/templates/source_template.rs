//! The source's templates, as the state of a migration keeps them.

use serde::{Deserialize, Serialize};

use super::duplication::{Ineligible, why_not_duplicated};
use super::key::TemplateKey;
use super::kind::TemplateKind;
use crate::TemplateId;

/// One template of the source, in one language. Its contents are not kept: the state is written with each commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceTemplate {
    /// Name and language.
    pub key: TemplateKey,
    /// Its id in the source WABA. A copy gets another one (observations: `templates.ids`).
    pub id: TemplateId,
    /// `status`, verbatim; `None` = not shown.
    pub status: Option<String>,
    /// `quality_score.score`, verbatim; `None` = not shown. It does not travel (guide T7).
    pub quality: Option<String>,
    /// `category`, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// `correct_category`, verbatim, where the vendor judges another one right (observations: `templates.recategorized`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correct_category: Option<String>,
    /// What it is made of.
    #[serde(default, skip_serializing_if = "TemplateKind::is_plain")]
    pub kind: TemplateKind,
    /// What only a person can supply so that it can be created again, in words; `None` = nothing, as far as it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
}

impl SourceTemplate {
    /// Why the vendor does not duplicate it by itself; `None` = it does, as far as there is room (guide T4).
    #[must_use]
    pub fn why_not_duplicated(&self) -> Option<Ineligible> {
        why_not_duplicated(self.status.as_deref(), self.quality.as_deref())
    }

    /// Whether the vendor duplicates it, as far as there is room (guide T4).
    #[must_use]
    pub fn is_eligible(&self) -> bool {
        self.why_not_duplicated().is_none()
    }

    /// The category that the vendor judges right, where that is not the one it has: the check of guide T2 looks at just this.
    #[must_use]
    pub fn disputed_category(&self) -> Option<&str> {
        let correct = self.correct_category.as_deref().filter(|word| !word.is_empty())?;
        (!self.category.as_deref().is_some_and(|category| category.eq_ignore_ascii_case(correct))).then_some(correct)
    }
}

/// All templates of the source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct SourceTemplates {
    templates: Vec<SourceTemplate>,
    /// Entries that the vendor listed without a name or a language. Nobody can say what becomes of them.
    #[serde(skip_serializing_if = "is_zero")]
    nameless: u32,
    /// How many the source may hold, where the vendor shows it (observations: `templates.summary`).
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

/// As it is written: whoever changed the order would break the search by name.
#[derive(Deserialize)]
struct Kept {
    templates: Vec<SourceTemplate>,
    #[serde(default)]
    nameless: u32,
    #[serde(default)]
    limit: Option<u32>,
}

impl From<Kept> for SourceTemplates {
    fn from(kept: Kept) -> Self {
        Self::new(kept.templates, kept.nameless).with_limit(kept.limit)
    }
}

impl SourceTemplates {
    /// The templates, in any order, and how many entries had no name or language.
    #[must_use]
    pub fn new(mut templates: Vec<SourceTemplate>, nameless: u32) -> Self {
        templates.sort_by(|one, other| one.key.cmp(&other.key));
        templates.dedup_by(|later, earlier| later.key == earlier.key);
        Self { templates, nameless, limit: None }
    }

    /// The same, with how many the source may hold, as the vendor shows it.
    #[must_use]
    pub fn with_limit(self, limit: Option<u32>) -> Self {
        Self { limit, ..self }
    }

    /// How many the source may hold, where the vendor shows it. The limit comes with the portfolio, so the destination's is the
    /// same (observations: `templates.limit_per_waba`).
    #[must_use]
    pub fn limit(&self) -> Option<u32> {
        self.limit
    }

    /// How many the source has: every language counts.
    #[must_use]
    pub fn total(&self) -> u32 {
        u32::try_from(self.templates.len()).unwrap_or(u32::MAX).saturating_add(self.nameless)
    }

    /// Entries without a name or a language.
    #[must_use]
    pub fn nameless(&self) -> u32 {
        self.nameless
    }

    /// Each of them, by name and language.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &SourceTemplate> {
        self.templates.iter()
    }

    /// Those that the vendor duplicates, as far as there is room (guide T4).
    pub fn eligible(&self) -> impl Iterator<Item = &SourceTemplate> {
        self.iter().filter(|template| template.is_eligible())
    }

    /// The one with this name and language.
    #[must_use]
    pub fn get(&self, key: &TemplateKey) -> Option<&SourceTemplate> {
        let place = self.templates.binary_search_by(|template| template.key.cmp(key)).ok()?;
        self.templates.get(place)
    }
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn template(name: &str, language: &str) -> SourceTemplate {
        SourceTemplate {
            key: TemplateKey::new(name, language),
            id: TemplateId::new("610000000000001").unwrap(),
            status: Some("APPROVED".to_owned()),
            quality: Some("GREEN".to_owned()),
            category: Some("UTILITY".to_owned()),
            correct_category: None,
            kind: TemplateKind::default(),
            needs: None,
        }
    }

    #[test]
    fn every_language_counts_and_is_found_however_it_was_listed() {
        let all = SourceTemplates::new(vec![template("b", "en_US"), template("a", "it"), template("b", "de")], 1);
        assert_eq!((all.total(), all.nameless()), (4, 1));
        let keys: Vec<String> = all.iter().map(|template| template.key.to_string()).collect();
        assert_eq!(keys, ["a/it", "b/de", "b/en_US"]);
        assert!(all.get(&TemplateKey::new("b", "en-US")).is_some());
        assert!(all.get(&TemplateKey::new("b", "fr")).is_none());
    }

    #[test]
    fn the_state_keeps_a_plain_template_in_few_bytes() {
        let text = serde_json::to_string(&SourceTemplates::new(vec![template("order_shipped", "de")], 0)).unwrap();
        assert_eq!(
            text,
            r#"{"templates":[{"key":"order_shipped/de","id":"610000000000001","status":"APPROVED","quality":"GREEN","category":"UTILITY"}]}"#
        );
        let back: SourceTemplates = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
    }

    /// guide: T2
    #[test]
    fn a_category_that_meta_judges_wrong_is_disputed() {
        let with = |correct: Option<&str>| SourceTemplate {
            correct_category: correct.map(str::to_owned),
            ..template("order_shipped", "de")
        };
        assert_eq!(with(Some("MARKETING")).disputed_category(), Some("MARKETING"));
        for settled in [None, Some(""), Some("UTILITY"), Some("utility")] {
            assert_eq!(with(settled).disputed_category(), None, "{settled:?}");
        }
    }
}
