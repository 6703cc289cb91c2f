//! The business token that calls on one side of a migration are made with, out of the vault.

use unmoor_graph_api::{BusinessToken, SecretError};
use unmoor_migration::WabaId;
use unmoor_migration::observed::TokenKind;

use crate::vault::{SecretKind, Vault, VaultError};

/// Why there is no token to call with.
#[derive(Debug, thiserror::Error)]
pub enum BusinessTokenError {
    /// Nobody has given or fetched one.
    #[error("the vault holds no business token for {}", account(*kind))]
    Missing {
        /// Whose.
        kind: TokenKind,
    },
    /// What the vault holds cannot stand in a request.
    #[error("the business token for {} is unusable: {why}", account(*kind))]
    Unusable {
        /// Whose.
        kind: TokenKind,
        /// What is wrong with it.
        why: SecretError,
    },
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Opens the business token for one side of the migration of `source`.
///
/// # Errors
/// [`BusinessTokenError`] when there is none that a call can be made with.
pub async fn open(vault: &Vault, source: &WabaId, kind: TokenKind) -> Result<BusinessToken, BusinessTokenError> {
    let secret = match kind {
        TokenKind::SourceBusiness => SecretKind::BusinessTokenSource,
        TokenKind::DestinationBusiness => SecretKind::BusinessTokenDestination,
    };
    let token = vault.open(secret, source.as_str()).await?.ok_or(BusinessTokenError::Missing { kind })?;
    BusinessToken::new(token).map_err(|why| BusinessTokenError::Unusable { kind, why })
}

fn account(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::SourceBusiness => "the source WABA",
        TokenKind::DestinationBusiness => "the destination WABA",
    }
}
