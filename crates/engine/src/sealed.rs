//! The vault's storage: sealed bytes in the same database as everything else.

use std::sync::Arc;

use async_trait::async_trait;
use unmoor_store::{SealedSecret, Store, StoreError};

use crate::vault::{SealedSecrets, SealedSecretsError, SecretKind, SecretName};

/// Keeps what the vault sealed in a [`Store`].
pub struct SealedInStore(pub Arc<dyn Store>);

fn failed(operation: &'static str) -> impl FnOnce(StoreError) -> SealedSecretsError {
    move |error| SealedSecretsError { operation, source: Box::new(error) }
}

#[async_trait]
impl SealedSecrets for SealedInStore {
    async fn get(&self, name: &SecretName) -> Result<Option<Vec<u8>>, SealedSecretsError> {
        let found = self.0.get_secret(name.kind.as_str(), &name.name).await;
        Ok(found.map_err(failed("read a sealed secret"))?.map(|sealed| sealed.0))
    }

    async fn put_if_absent(&self, name: &SecretName, sealed: Vec<u8>) -> Result<bool, SealedSecretsError> {
        let ours = SealedSecret(sealed);
        let kept = self.0.put_secret_if_absent(name.kind.as_str(), &name.name, ours.clone()).await;
        // Two sealings of the same secret never have the same bytes: equal bytes are ours.
        Ok(kept.map_err(failed("keep a sealed secret"))? == ours)
    }

    async fn replace(&self, name: &SecretName, sealed: Vec<u8>) -> Result<(), SealedSecretsError> {
        let replaced = self.0.replace_secret(name.kind.as_str(), &name.name, SealedSecret(sealed)).await;
        replaced.map_err(failed("replace a sealed secret"))
    }

    async fn names(&self) -> Result<Vec<SecretName>, SealedSecretsError> {
        let mut names = Vec::new();
        for kind in SecretKind::ALL {
            let of_kind = self.0.secret_names(kind.as_str()).await.map_err(failed("list the sealed secrets"))?;
            names.extend(of_kind.iter().map(|name| SecretName::new(kind, name)));
        }
        names.sort();
        Ok(names)
    }
}
