//! What a sealed secret is called.

use std::fmt;

/// What a secret is for. Its text is stored and bound into every record: never change one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretKind {
    /// The business token that is good for the source WABA (guide 2). Named by the migration.
    BusinessTokenSource,
    /// The business token that is good for the destination WABA (guide 5). Named by the migration.
    BusinessTokenDestination,
    /// The two-step verification PIN set at register (guide 9). Named by the number in E.164 form.
    Pin,
    /// The key of the journal's chains, and the proof that a master key is this database's. Named by its generation.
    JournalKey,
}

impl SecretKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::BusinessTokenSource, Self::BusinessTokenDestination, Self::Pin, Self::JournalKey];

    /// The kind as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BusinessTokenSource => "business_token_source",
            Self::BusinessTokenDestination => "business_token_destination",
            Self::Pin => "pin",
            Self::JournalKey => "journal_key",
        }
    }

    /// The kind stored as `text`.
    ///
    /// # Errors
    /// [`UnknownSecretKind`] when no kind is stored so.
    pub fn parse(text: &str) -> Result<Self, UnknownSecretKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownSecretKind(text.to_owned()))
    }
}

/// A stored kind that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the vault holds a secret of the kind {0:?}, which this version does not know: \
     use the version that wrote it, or a newer one"
)]
pub struct UnknownSecretKind(pub String);

/// Kind and name together; not secret. Shown as `pin of +16505551234`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName {
    /// What the secret is for.
    pub kind: SecretKind,
    /// Whose it is, e.g. a migration's id.
    pub name: String,
}

impl SecretName {
    /// The name of one secret.
    #[must_use]
    pub fn new(kind: SecretKind, name: &str) -> Self {
        Self { kind, name: name.to_owned() }
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.kind.as_str(), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_they_are_written() {
        for kind in SecretKind::ALL {
            assert_eq!(SecretKind::parse(kind.as_str()), Ok(kind));
        }
        assert!(SecretKind::parse("PIN").is_err());
    }
}
