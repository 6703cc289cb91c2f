//! Ids of Graph API nodes. They stand in paths, so they are checked once, when they are made.

use std::fmt;

/// Longest id we accept, in characters. Meta's are decimal numbers of about seventeen digits.
const LONGEST_ID: usize = 64;

/// Why a text is not the id of a node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not {what}: an id has 1 to {LONGEST_ID} letters, digits or underscores; copy it from Meta Business Suite or from an earlier answer"
)]
pub struct IdError {
    what: &'static str,
}

/// Whether a text can stand in a path as it is. Meta's ids are decimal (`observations: intents.id_numeric`); compound ids of other
/// nodes carry an underscore, and refusing a whole list because of one strange id would help nobody.
fn is_path_safe(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

macro_rules! graph_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks that the text can stand in a path.
            ///
            /// # Errors
            /// [`IdError`] when it is empty, too long, or has anything but letters, digits and underscores.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                if is_path_safe(text) { Ok(Self(text.to_owned())) } else { Err(IdError { what: $what }) }
            }

            /// The id as Meta writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }
    };
}

graph_id!(
    /// Id of a WhatsApp Business Account, source or destination.
    WabaId,
    "a WABA id"
);
graph_id!(
    /// Id of a business phone number under one WABA. A number that moves may get a new one
    /// (`observations: numbers.phone_id_after_migrate`).
    PhoneNumberId,
    "a phone number id"
);
graph_id!(
    /// Id of a business portfolio.
    PortfolioId,
    "a business portfolio id"
);
graph_id!(
    /// Id of a migration intent, the answer of guide 2.
    MigrationIntentId,
    "a migration intent id"
);
graph_id!(
    /// Id of a Meta app.
    AppId,
    "an app id"
);
graph_id!(
    /// Id of a message template in one language.
    TemplateId,
    "a template id"
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn ids_that_could_leave_their_place_in_a_path_are_refused() {
        for text in ["", " 1", "1/2", "..", "1?fields=x", "1#", "12\n", "١٢", &"9".repeat(65)] {
            assert!(WabaId::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn metas_ids_pass_unchanged() {
        assert_eq!(WabaId::parse("104996122399160").unwrap().to_string(), "104996122399160");
        assert_eq!("123_456".parse::<TemplateId>().unwrap().as_str(), "123_456");
    }
}
