//! Sealed secrets in memory, for tests.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use super::{SealedSecrets, SealedSecretsError, SecretName, async_trait};

/// Loses everything when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct MemorySecrets(Mutex<BTreeMap<SecretName, Vec<u8>>>);

impl MemorySecrets {
    pub(crate) fn records(&self) -> MutexGuard<'_, BTreeMap<SecretName, Vec<u8>>> {
        self.0.lock().expect("no test panics while it holds the records")
    }
}

#[async_trait]
impl SealedSecrets for MemorySecrets {
    async fn get(&self, name: &SecretName) -> Result<Option<Vec<u8>>, SealedSecretsError> {
        Ok(self.records().get(name).cloned())
    }

    async fn put_if_absent(&self, name: &SecretName, sealed: Vec<u8>) -> Result<bool, SealedSecretsError> {
        let mut records = self.records();
        let absent = !records.contains_key(name);
        records.entry(name.clone()).or_insert(sealed);
        Ok(absent)
    }

    async fn replace(&self, name: &SecretName, sealed: Vec<u8>) -> Result<(), SealedSecretsError> {
        self.records().insert(name.clone(), sealed);
        Ok(())
    }

    async fn names(&self) -> Result<Vec<SecretName>, SealedSecretsError> {
        Ok(self.records().keys().cloned().collect())
    }
}
