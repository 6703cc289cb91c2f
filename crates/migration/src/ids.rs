//! Names of things, one type each, so that a WABA id cannot be given where a portfolio id is wanted.
//!
//! The vendor's ids are opaque decimal strings; they are kept as text and never computed with.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text that cannot be an id: empty, too long, or with a character that no id has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}: {why}")]
pub struct InvalidId {
    /// What was wanted, e.g. `WABA id`.
    pub what: &'static str,
    /// What was given.
    pub text: String,
    /// Why it cannot be one.
    pub why: &'static str,
}

fn decimal(what: &'static str, text: &str) -> Result<String, InvalidId> {
    let invalid = |why| Err(InvalidId { what, text: text.chars().take(64).collect(), why });
    match text {
        "" => invalid("it is empty"),
        _ if text.len() > 20 => invalid("it has more than 20 digits"),
        _ if !text.bytes().all(|byte| byte.is_ascii_digit()) => invalid("ids consist of the digits 0 to 9"),
        // Two spellings of one account would be two migrations of it.
        _ if text.starts_with('0') => invalid("no id begins with zero"),
        _ => Ok(text.to_owned()),
    }
}

macro_rules! vendor_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks that `text` is a decimal id.
            ///
            /// # Errors
            /// [`InvalidId`] when it is empty, longer than 20 digits, begins with zero, or holds anything but digits.
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                decimal($what, text).map(Self)
            }

            /// The id as the vendor writes it.
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

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

vendor_id!(
    /// A WhatsApp Business Account, source or destination.
    WabaId,
    "WABA id"
);
vendor_id!(
    /// The customer's Meta business portfolio (guide 5 asks it for the token).
    PortfolioId,
    "business portfolio id"
);
vendor_id!(
    /// What guide 2 gives back and guide 4 is asked with.
    IntentId,
    "migration intent id"
);
vendor_id!(
    /// A business phone number's node. The same number may have another id after its move
    /// (observations: `numbers.phone_id_after_migrate`).
    PhoneNumberId,
    "phone number id"
);
vendor_id!(
    /// A template in one language. A copy of it has another one (observations: `templates.ids`).
    TemplateId,
    "template id"
);

/// One migration: one source WABA that leaves its Multi-Partner Solution. Its id is the source WABA's, so that the same
/// account can never be migrated twice at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MigrationId(WabaId);

impl MigrationId {
    /// The migration of `source`.
    #[must_use]
    pub fn of(source: WabaId) -> Self {
        Self(source)
    }

    /// The source WABA.
    #[must_use]
    pub fn source(&self) -> &WabaId {
        &self.0
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for MigrationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A phone number in E.164 form, with its plus: `+16505551234`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(String);

impl E164 {
    /// Checks the form only: a plus, then 7 to 15 digits that do not begin with zero.
    ///
    /// # Errors
    /// [`InvalidId`] when the text has another form.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        let invalid = |why| Err(InvalidId { what: "E.164 phone number", text: text.chars().take(64).collect(), why });
        let Some(digits) = text.strip_prefix('+') else {
            return invalid("it begins with a plus");
        };
        match digits.len() {
            _ if !digits.bytes().all(|byte| byte.is_ascii_digit()) => invalid("after the plus stand digits only"),
            7..=15 if !digits.starts_with('0') => Ok(Self(text.to_owned())),
            7..=15 => invalid("no calling code begins with zero"),
            _ => invalid("it has 7 to 15 digits"),
        }
    }

    /// The number with its plus.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for E164 {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::new(&text)
    }
}

impl From<E164> for String {
    fn from(number: E164) -> String {
        number.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_id_is_decimal_text_of_bounded_length() {
        assert_eq!(WabaId::new("104996122399160").unwrap().as_str(), "104996122399160");
        for bad in ["", "12a", " 12", "-1", "１２", "0", "0104996122399160", &"9".repeat(21)] {
            assert!(WabaId::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_e164_number_has_a_plus_and_7_to_15_digits() {
        assert!(E164::new("+16505551234").is_ok());
        for bad in ["16505551234", "+0123456789", "+123", "+1 650", "+1234567890123456", "+"] {
            assert!(E164::new(bad).is_err(), "{bad:?}");
        }
    }
}
