//! Old and new ids, for the provider's other systems: whatever keeps an id of Meta's keeps a wrong one after the cutover.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::migration::Migration;
use crate::number::Number;
use crate::templates::TemplateKey;

/// What has an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// A WhatsApp Business Account.
    Waba,
    /// A business phone number.
    Number,
    /// A template in one language.
    Template,
    /// A Flow, which buttons of templates name.
    Flow,
}

impl IdKind {
    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waba => "waba",
            Self::Number => "number",
            Self::Template => "template",
            Self::Flow => "flow",
        }
    }
}

/// One thing on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MappedId {
    /// What it is.
    pub kind: IdKind,
    /// What it is known by on both sides: the number in E.164 form, a template's name and language, a Flow's name; of a WABA
    /// the name of the source.
    pub name: Option<String>,
    /// Its id at the source.
    pub old_id: String,
    /// Its id at the destination; `None` as long as there is none.
    pub new_id: Option<String>,
    /// How the source writes it, where it is a number.
    pub old_written: Option<String>,
    /// How the destination writes it.
    pub new_written: Option<String>,
    /// Whether these have other digits; `None` as long as the destination does not list it, or where it is no number.
    pub written_form_changed: Option<bool>,
}

impl MappedId {
    fn of(kind: IdKind, name: Option<String>, old_id: &str, new_id: Option<&str>) -> Self {
        Self {
            kind,
            name,
            old_id: old_id.to_owned(),
            new_id: new_id.map(str::to_owned),
            old_written: None,
            new_written: None,
            written_form_changed: None,
        }
    }
}

/// The WABA and the numbers of a migration. A number that stays has no new id.
#[must_use]
pub fn accounts_and_numbers(m: &Migration) -> Vec<MappedId> {
    let name = m.source().account.as_ref().and_then(|account| account.value.name.clone());
    let destination = m.destination().map(|destination| destination.waba.as_str());
    let mut mapped = vec![MappedId::of(IdKind::Waba, name, m.id().as_str(), destination)];
    mapped.extend(m.numbers().map(|number| {
        let (old, new) = (&number.source.value.id, number.destination_id.as_ref());
        let name = Some(number.number.to_string());
        let new_written = written_at_destination(m, number).map(str::to_owned);
        MappedId {
            old_written: Some(number.source.value.display.clone()),
            written_form_changed: new_written.as_deref().map(|new| has_other_digits(&number.source.value.display, new)),
            new_written,
            ..MappedId::of(IdKind::Number, name, old.as_str(), new.map(crate::PhoneNumberId::as_str))
        }
    }));
    mapped
}

/// How the destination writes a number, once it lists it.
#[must_use]
pub fn written_at_destination<'a>(m: &'a Migration, number: &Number) -> Option<&'a str> {
    let listed = &m.destination()?.numbers.as_ref()?.value;
    let by_id = listed.iter().find(|listed| Some(&listed.id) == number.destination_id.as_ref());
    let by_number = || listed.iter().find(|listed| listed.number.as_ref() == Some(&number.number));
    by_id.or_else(by_number).map(|listed| listed.display.as_str())
}

/// Whether two texts of one number differ in more than blanks and dashes: some plans gain or lose a digit
/// (`+52 1 …` and `+52 …` are one number of Mexico).
#[must_use]
pub fn has_other_digits(old: &str, new: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(old) != digits(new)
}

/// Templates of both sides, paired by name and language: duplicates keep both and get a new id (guide T1). What the
/// destination alone has is not mapped from anything.
#[must_use]
pub fn templates(source: Vec<(TemplateKey, String)>, destination: Vec<(TemplateKey, String)>) -> Vec<MappedId> {
    let named = |(key, id): (TemplateKey, String)| (key.to_string(), id);
    pairs(IdKind::Template, source.into_iter().map(named), destination.into_iter().map(named))
}

/// Flows of both sides, paired by name (observations: `templates.flows`).
#[must_use]
pub fn flows(source: Vec<(String, String)>, destination: Vec<(String, String)>) -> Vec<MappedId> {
    pairs(IdKind::Flow, source.into_iter(), destination.into_iter())
}

fn pairs(
    kind: IdKind,
    source: impl Iterator<Item = (String, String)>,
    destination: impl Iterator<Item = (String, String)>,
) -> Vec<MappedId> {
    let new: BTreeMap<String, String> = destination.collect();
    let mut mapped: Vec<MappedId> = source
        .map(|(name, old)| MappedId::of(kind, Some(name.clone()), &old, new.get(&name).map(String::as_str)))
        .collect();
    mapped.sort_by(|one, other| (&one.name, &one.old_id).cmp(&(&other.name, &other.old_id)));
    mapped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn pair(name: &str, id: &str) -> (TemplateKey, String) {
        (TemplateKey::try_from(name.to_owned()).unwrap(), id.to_owned())
    }

    #[test]
    fn templates_are_paired_by_name_and_language_in_either_spelling() {
        let source = vec![pair("offer/en-US", "2"), pair("offer/de", "1"), pair("lost/de", "3")];
        let destination = vec![pair("offer/en_US", "22"), pair("offer/de", "11"), pair("new/de", "44")];
        let mapped = templates(source, destination);
        let shown: Vec<_> = mapped
            .iter()
            .map(|one| (one.name.as_deref().unwrap(), one.old_id.as_str(), one.new_id.as_deref()))
            .collect();
        assert_eq!(shown, [("lost/de", "3", None), ("offer/de", "1", Some("11")), ("offer/en_US", "2", Some("22"))]);
    }

    #[test]
    fn digits_make_another_written_form_and_punctuation_does_not() {
        assert!(!has_other_digits("+1 631-555-0142", "16315550142"));
        assert!(!has_other_digits("+49 30 23125017", "+49 (30) 231 25017"));
        assert!(has_other_digits("+52 1 55 1234 5678", "+52 55 1234 5678"));
    }
}
