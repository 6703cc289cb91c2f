//! The languages that customers are written to in.

use std::fmt;

use unic_langid::LanguageIdentifier;

/// A language with a translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English.
    English,
    /// Spanish.
    Spanish,
    /// Portuguese as it is written in Brazil.
    BrazilianPortuguese,
    /// French.
    French,
    /// Hindi.
    Hindi,
    /// Arabic, which is written from right to left.
    Arabic,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 6] =
        [Self::English, Self::Spanish, Self::BrazilianPortuguese, Self::French, Self::Hindi, Self::Arabic];

    /// Its BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::BrazilianPortuguese => "pt-BR",
            Self::French => "fr",
            Self::Hindi => "hi",
            Self::Arabic => "ar",
        }
    }

    /// The language that a reader of `tag` reads: `es-MX` is served with Spanish, `pt-PT` with the Portuguese that there
    /// is. `None` = no translation is near, or the text is no language tag.
    #[must_use]
    pub fn for_tag(tag: &str) -> Option<Self> {
        let wanted: LanguageIdentifier = tag.trim().parse().ok()?;
        Self::ALL.into_iter().find(|language| language.identifier().language == wanted.language)
    }

    /// Whether it is written from right to left.
    #[must_use]
    pub fn is_right_to_left(self) -> bool {
        self == Self::Arabic
    }

    /// The direction as HTML names it.
    #[must_use]
    pub fn direction(self) -> &'static str {
        if self.is_right_to_left() { "rtl" } else { "ltr" }
    }

    /// For the rules of plurals.
    pub(super) fn identifier(self) -> LanguageIdentifier {
        // Every tag above is one, which a test holds.
        self.tag().parse().unwrap_or_default()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}
