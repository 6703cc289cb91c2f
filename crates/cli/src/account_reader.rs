//! Reads accounts at Meta for reports: beside an engine that runs, with nothing claimed and nothing changed. What it reads counts
//! against the limits of the account as everything does; the engine learns of it from the usage that Meta reports.

use std::sync::Arc;
use std::time::Duration;

use unmoor_engine::business_token;
use unmoor_engine::vault::Vault;
use unmoor_graph_api::{BusinessToken, GraphCall, PagedCall, send, walk_pages};
use unmoor_migration::MigrationId;
use unmoor_migration::observed::TokenKind;
use unmoor_store::{Stamp, Store, StoreError};

use crate::compose::{self, Connection};
use crate::config::Config;
use crate::exit::Trouble;

const TIMEOUT: Duration = Duration::from_secs(30);

/// A list longer than this is not read: it would spend the hour's calls of its account.
const MOST_PAGES: u32 = 100;

/// Which account of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    Source,
    Destination,
}

/// A way to both accounts of each migration.
pub(crate) struct AccountReader {
    connection: Connection,
    vault: Arc<Vault>,
}

impl AccountReader {
    /// Meets the other side. A database that belongs to another one is refused before any token leaves.
    pub(crate) async fn open(config: &Config, store: &Arc<dyn Store>) -> anyhow::Result<Self> {
        let app = config.app()?;
        let connection = Connection::open(config).await?;
        let wanted = Stamp { origin: connection.origin.clone(), app_id: app.id.to_string() };
        if let Some(found) = store.read_stamp().await?.filter(|found| *found != wanted) {
            return Err(StoreError::WrongStamp { found, wanted }.into());
        }
        if !compose::holds_secrets(store).await? {
            return Err(Trouble::bad_input("the vault holds no token, so nothing can be read at Meta")
                .hint("name the file of business tokens in UNMOOR_TOKENS, or give it to `unmoor import --tokens`")
                .into());
        }
        Ok(Self { vault: compose::vault(config, store).await?, connection })
    }

    /// The token that is good for an account; why there is none otherwise.
    pub(crate) async fn token(&self, id: &MigrationId, account: Account) -> Result<BusinessToken, String> {
        let kind = match account {
            Account::Source => TokenKind::SourceBusiness,
            Account::Destination => TokenKind::DestinationBusiness,
        };
        business_token::open(&self.vault, id.source(), kind).await.map_err(|error| error.to_string())
    }

    /// Makes a call.
    pub(crate) async fn read<C: GraphCall>(&self, call: &C) -> Result<C::Answer, String> {
        let sent = send(self.connection.transport.as_ref(), &self.connection.endpoint, call, TIMEOUT).await;
        sent.map(|reply| reply.answer).map_err(|error| error.to_string())
    }

    /// Reads a list to its end.
    pub(crate) async fn list<C: PagedCall>(&self, first: &C) -> Result<Vec<C::Item>, String> {
        let (transport, endpoint) = (self.connection.transport.as_ref(), &self.connection.endpoint);
        let walk = walk_pages(transport, endpoint, first, TIMEOUT, MOST_PAGES).await;
        walk.map(|walk| walk.items).map_err(|error| error.to_string())
    }
}
