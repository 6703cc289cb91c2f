//! Business tokens: which one a call is made with, what Meta says of it, and guide 5.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use unmoor_graph_api::calls::{DebugToken, Expiry, FetchBusinessToken};
use unmoor_graph_api::{BusinessToken, PortfolioId};
use unmoor_migration::observed::{TokenFacts, TokenKind};
use unmoor_migration::reading::Answer;
use unmoor_migration::{Cause, Migration, Success, WabaId};

use super::{Failed, Outside};
use crate::business_token::{self, BusinessTokenError};
use crate::vault::{SecretKind, Vault};

/// The business tokens of a migration that were taken out of the vault, for as long as a worker has its claim. One that somebody
/// replaces meanwhile counts from the next claim on.
#[derive(Default)]
pub(crate) struct TokensInHand(Mutex<BTreeMap<TokenKind, BusinessToken>>);

impl TokensInHand {
    async fn of(&self, vault: &Vault, m: &Migration, kind: TokenKind) -> Result<BusinessToken, BusinessTokenError> {
        if let Some(token) = self.tokens().get(&kind) {
            return Ok(token.clone());
        }
        let token = business_token::open(vault, m.id().source(), kind).await?;
        self.tokens().insert(kind, token.clone());
        Ok(token)
    }

    fn tokens(&self) -> MutexGuard<'_, BTreeMap<TokenKind, BusinessToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The business token for one side of the migration.
pub(crate) async fn business_token(
    outside: &Outside<'_>,
    m: &Migration,
    kind: TokenKind,
) -> Result<BusinessToken, Failed> {
    outside.tokens.of(outside.vault, m, kind).await.map_err(|error| match error {
        BusinessTokenError::Vault(error) => error.into(),
        BusinessTokenError::Missing { .. } | BusinessTokenError::Unusable { .. } => {
            Failed::ours(Cause::TokenMissing, error.to_string())
        }
    })
}

/// `GET /debug_token`.
pub(super) async fn check(
    outside: &Outside<'_>,
    m: &Migration,
    kind: TokenKind,
    waba: &WabaId,
) -> Result<Success, Failed> {
    let token = business_token(outside, m, kind).await?;
    let graph = outside.graph;
    let call = DebugToken::of_business(graph.app.token(), &token);
    let facts = graph.send(None, &call).await.map_err(|error| Failed::of_call(error, graph.now()))?.answer;
    let reach = |scope: &str| Answer::from_option(facts.covers(scope, waba.as_str()));
    Ok(Success::Token(TokenFacts {
        valid: facts.is_valid,
        expires_at: match facts.expires_at {
            Some(Expiry::At(instant)) => Some(instant),
            Some(Expiry::Never) | None => None,
        },
        management: reach("whatsapp_business_management"),
        messaging: reach("whatsapp_business_messaging"),
    }))
}

/// Guide 5. The token goes into the vault and nowhere else.
pub(super) async fn fetch(
    outside: &Outside<'_>,
    m: &Migration,
    portfolio: &unmoor_migration::PortfolioId,
) -> Result<Success, Failed> {
    let graph = outside.graph;
    let portfolio = PortfolioId::parse(portfolio.as_str())?;
    let call = FetchBusinessToken::new(graph.app.system_token.clone(), graph.app.secret.clone(), portfolio);
    let token = graph.send(None, &call).await.map_err(|error| Failed::of_call(error, graph.now()))?.answer;
    outside.vault.replace(SecretKind::BusinessTokenDestination, m.id().as_str(), token.secret()).await?;
    outside.tokens.tokens().insert(TokenKind::DestinationBusiness, token);
    Ok(Success::TokenFetched)
}
