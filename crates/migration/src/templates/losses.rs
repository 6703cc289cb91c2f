//! What a customer loses of its templates, and a named person's word that it may.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::key::TemplateKey;

/// What a customer will not have in the new account, though it can use it today (guide T4 to T6).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Losses {
    /// These, surely.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub sure: BTreeSet<TemplateKey>,
    /// Of these [`Self::unplaced`], and nobody knows which (guide T5).
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub contested: BTreeSet<TemplateKey>,
    /// How many of the contested do not fit.
    pub unplaced: u32,
    /// Entries without a name: nobody can say what becomes of them.
    pub nameless: u32,
}

impl Losses {
    /// Whether nothing is lost.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many are lost.
    #[must_use]
    pub fn count(&self) -> u32 {
        let sure = u32::try_from(self.sure.len()).unwrap_or(u32::MAX);
        sure.saturating_add(self.unplaced).saturating_add(self.nameless)
    }

    /// What of these losses goes beyond `accepted`. A template that was accepted as one of many that may not fit was not
    /// accepted as lost; one that was accepted as lost may as well not fit.
    #[must_use]
    pub fn beyond(&self, accepted: &Self) -> Self {
        Self {
            sure: self.sure.difference(&accepted.sure).cloned().collect(),
            contested: self
                .contested
                .iter()
                .filter(|key| !accepted.contested.contains(*key) && !accepted.sure.contains(*key))
                .cloned()
                .collect(),
            unplaced: self.unplaced.saturating_sub(accepted.unplaced),
            nameless: self.nameless.saturating_sub(accepted.nameless),
        }
    }

    /// Whether `accepted` covers all of these. One that may not fit in another's place is not covered: it may be the one that
    /// is lost.
    #[must_use]
    pub fn are_covered_by(&self, accepted: &Self) -> bool {
        self.beyond(accepted) == Self::default()
    }
}

/// So many names are told in a sentence.
const MOST_NAMES: usize = 5;

/// `2 templates will not be there (old_offer/de, spring_offer/en_US); 3 of 253 will not fit`, without a full stop.
impl fmt::Display for Losses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.sure.is_empty() {
            parts.push(format!("{} will not be there ({})", templates(self.sure.len()), names(&self.sure)));
        }
        if self.unplaced > 0 {
            parts.push(match self.contested.len() {
                0 => format!("{} will not fit", templates(self.unplaced as usize)),
                contested => format!("{} of {contested} will not fit", self.unplaced),
            });
        } else if !self.contested.is_empty() {
            parts.push(format!("{} may not fit ({})", templates(self.contested.len()), names(&self.contested)));
        }
        if self.nameless > 0 {
            parts.push(format!("{} came without a name", templates(self.nameless as usize)));
        }
        if parts.is_empty() { f.write_str("nothing is lost") } else { f.write_str(&parts.join("; ")) }
    }
}

fn templates(count: usize) -> String {
    if count == 1 { "1 template".to_owned() } else { format!("{count} templates") }
}

fn names(keys: &BTreeSet<TemplateKey>) -> String {
    let named: Vec<String> = keys.iter().take(MOST_NAMES).map(ToString::to_string).collect();
    let more = keys.len().saturating_sub(MOST_NAMES);
    if more > 0 { format!("{} and {more} more", named.join(", ")) } else { named.join(", ") }
}

/// A named person's word that a customer may lose just these templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossAcceptance {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What. Losses that come later are not covered.
    pub losses: Losses,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> BTreeSet<TemplateKey> {
        names.iter().map(|name| TemplateKey::new(name, "de")).collect()
    }

    #[test]
    fn a_word_covers_what_it_named_and_nothing_that_comes_later() {
        let accepted = Losses { sure: keys(&["a", "b"]), ..Losses::default() };
        let covered = |sure: &[&str]| Losses { sure: keys(sure), ..Losses::default() }.are_covered_by(&accepted);
        assert!(covered(&["a", "b"]) && covered(&["a"]) && covered(&[]));
        assert!(!covered(&["a", "b", "c"]));
        let later = Losses { sure: keys(&["b", "c"]), ..Losses::default() };
        assert_eq!(later.beyond(&accepted).to_string(), "1 template will not be there (c/de)");
    }

    #[test]
    fn one_of_many_that_may_not_fit_is_not_accepted_as_lost() {
        let accepted = Losses { contested: keys(&["a", "b", "c"]), unplaced: 1, ..Losses::default() };
        assert!(accepted.are_covered_by(&accepted));
        let surely = Losses { sure: keys(&["a"]), ..Losses::default() };
        assert!(!surely.are_covered_by(&accepted), "who accepts that one of three is lost did not choose this one");
        let more = Losses { unplaced: 2, ..accepted.clone() };
        assert_eq!(more.beyond(&accepted).to_string(), "1 template will not fit");
        let another = Losses { contested: keys(&["a", "b", "d"]), unplaced: 1, ..Losses::default() };
        assert_eq!(another.beyond(&accepted).to_string(), "1 template may not fit (d/de)");
    }

    #[test]
    fn what_was_accepted_as_lost_may_as_well_not_fit() {
        let accepted = Losses { sure: keys(&["a"]), contested: keys(&["b", "c"]), unplaced: 1, nameless: 0 };
        let eligible_again = Losses { contested: keys(&["a", "b", "c"]), unplaced: 1, ..Losses::default() };
        assert!(eligible_again.are_covered_by(&accepted));
        let nameless = Losses { nameless: 1, ..Losses::default() };
        assert!(!nameless.are_covered_by(&accepted));
    }

    #[test]
    fn a_sentence_names_a_few() {
        let many = Losses { sure: keys(&["a", "b", "c", "d", "e", "f", "g"]), nameless: 1, ..Losses::default() };
        assert_eq!(
            many.to_string(),
            "7 templates will not be there (a/de, b/de, c/de, d/de, e/de and 2 more); 1 template came without a name"
        );
        assert_eq!((many.count(), Losses::default().to_string().as_str()), (8, "nothing is lost"));
    }
}
