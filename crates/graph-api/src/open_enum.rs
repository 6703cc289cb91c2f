//! Enums over Meta's vocabularies. A word that is not known yet is kept as it came: it is shown, and never taken for a
//! word that is known.

/// Declares an enum whose variants have a fixed spelling, with `Other(String)` for the rest.
macro_rules! open_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A word that this version does not know, kept as it came.
            Other(String),
        }

        impl $name {
            /// Meta's spelling.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use open_enum;

#[cfg(test)]
mod tests {
    use crate::nodes::QualityRating;

    #[test]
    fn known_and_unknown_words_keep_their_spelling() {
        assert_eq!(QualityRating::from("GREEN"), QualityRating::Green);
        assert_eq!(QualityRating::from("green"), QualityRating::Other("green".to_owned()));
        assert_eq!(QualityRating::from("MAUVE").to_string(), "MAUVE");
        assert_eq!(QualityRating::NotApplicable.to_string(), "NA");
    }
}
