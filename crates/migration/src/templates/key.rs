//! What a template is called on both sides.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A template's identity across WABAs: ids are new on the destination, name and language are not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn both_spellings_of_a_language_are_one_template() {
        assert_eq!(TemplateKey::new("order_shipped", "en-US"), TemplateKey::new("order_shipped", "en_US"));
        let key = TemplateKey::new("order_shipped", "pt_BR");
        assert_eq!(TemplateKey::try_from(key.to_string()).unwrap(), key);
        assert!(TemplateKey::try_from("order_shipped".to_owned()).is_err());
    }
}
