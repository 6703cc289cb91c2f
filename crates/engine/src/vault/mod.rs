//! Where secrets lie: sealed, each under a key of its own, and that key wrapped by a master key.
//!
//! What reaches the database is ciphertext that is good only in its place: a record moved to another name, another kind
//! or another format does not open. A wrong master key is told apart from a damaged record. To change the master key
//! only the wrapped keys are written anew; nobody is asked for a token again.
//!
//! - [`Vault`]: seal, replace, open, re-wrap.
//! - [`SealedSecrets`]: the storage below, bytes it cannot read.
//! - [`MasterKey`]: from 64 hexadecimal digits or a file with owner-only permission.
//! - [`draw_pin`], [`draw_key`]: secrets that are made here.

mod draw;
mod envelope;
mod master_key;
#[cfg(test)]
pub(crate) mod memory;
mod secret_name;

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::randomness::{Randomness, RandomnessError};
use envelope::{Keyring, OpenError};

pub use draw::{draw_key, draw_pin, is_trivial_pin};
pub use master_key::{MASTER_KEY_VARIABLE, MasterKey, MasterKeyError, MasterKeyId};
pub use secret_name::{SecretKind, SecretName, UnknownSecretKind};

/// Keeps sealed bytes. It can read none of them.
#[async_trait]
pub trait SealedSecrets: Send + Sync {
    /// The sealed bytes of a secret, if there are any.
    ///
    /// # Errors
    /// [`SealedSecretsError`] when the storage fails; so for every method.
    async fn get(&self, name: &SecretName) -> Result<Option<Vec<u8>>, SealedSecretsError>;

    /// Keeps `sealed` unless the secret is there already, and says whether it did. Of two at once only one wins.
    ///
    /// # Errors
    /// See [`SealedSecrets::get`].
    async fn put_if_absent(&self, name: &SecretName, sealed: Vec<u8>) -> Result<bool, SealedSecretsError>;

    /// Keeps `sealed` in place of whatever was there.
    ///
    /// # Errors
    /// See [`SealedSecrets::get`].
    async fn replace(&self, name: &SecretName, sealed: Vec<u8>) -> Result<(), SealedSecretsError>;

    /// The names of all secrets, sorted.
    ///
    /// # Errors
    /// See [`SealedSecrets::get`].
    async fn names(&self) -> Result<Vec<SecretName>, SealedSecretsError>;
}

/// The storage below the vault failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {operation}")]
pub struct SealedSecretsError {
    /// What was to be done, e.g. `read a sealed secret`.
    pub operation: &'static str,
    /// Why it failed.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// A secret cannot be sealed, opened or re-wrapped. None of these holds a byte of it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The storage failed.
    #[error("the vault cannot reach the sealed {name}")]
    Storage {
        /// Which secret.
        name: SecretName,
        /// What the storage says.
        #[source]
        source: SealedSecretsError,
    },
    /// The storage failed to list what it has.
    #[error("the vault cannot list its secrets")]
    Listing(#[source] SealedSecretsError),
    /// The record is whole as far as can be told, and was sealed with another master key.
    #[error(
        "{name} was sealed with master key {sealed_with}, but the master key given is {given}: \
         give the one this database was made with (its key file, or UNMOOR_MASTER_KEY)"
    )]
    WrongMasterKey {
        /// Which secret.
        name: SecretName,
        /// The key it needs.
        sealed_with: MasterKeyId,
        /// The key that is there.
        given: MasterKeyId,
    },
    /// The master key is the right one, and the record does not open: it was changed, cut, or is in the wrong place.
    #[error(
        "{name} is damaged: its record in the vault was changed or cut; \
         restore it from a backup, or give the secret anew"
    )]
    Damaged {
        /// Which secret.
        name: SecretName,
    },
    /// A newer version sealed it.
    #[error(
        "{name} is sealed in format {format}, which this version does not know: \
         use the version that wrote it, or a newer one"
    )]
    UnknownFormat {
        /// Which secret.
        name: SecretName,
        /// The leading byte of the record.
        format: u8,
    },
    /// No random bytes for a key or a nonce.
    #[error("the vault cannot seal {name}")]
    Randomness {
        /// Which secret.
        name: SecretName,
        /// Why there are none.
        #[source]
        source: RandomnessError,
    },
}

/// Whether [`Vault::seal_if_absent`] kept the secret given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed {
    /// It is in the vault now.
    New,
    /// Another one was there and stays; open it to learn which.
    AlreadyThere,
}

/// What [`Vault::rewrap_all`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rewrapped {
    /// Records that were under a retired master key and are under the current one now.
    pub rewrapped: usize,
    /// Records that were under the current one already.
    pub current: usize,
}

/// Seals and opens secrets.
pub struct Vault {
    storage: Arc<dyn SealedSecrets>,
    randomness: Arc<dyn Randomness>,
    keyring: Keyring,
    /// A re-wrap reads, then writes: no replacement may come between.
    writing: Mutex<()>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("keyring", &self.keyring).finish_non_exhaustive()
    }
}

impl Vault {
    /// A vault over `storage` whose records are wrapped by `master_key`.
    #[must_use]
    pub fn new(storage: Arc<dyn SealedSecrets>, randomness: Arc<dyn Randomness>, master_key: MasterKey) -> Self {
        Self { storage, randomness, keyring: Keyring::new(master_key), writing: Mutex::new(()) }
    }

    /// Also opens what an older master key wrapped, until [`Vault::rewrap_all`] has been through.
    #[must_use]
    pub fn with_retired(mut self, master_key: MasterKey) -> Self {
        self.keyring.retire(master_key);
        self
    }

    /// Seals `secret` unless one of that name is there already; the first one stays (rule: one PIN per number, never
    /// drawn again).
    ///
    /// # Errors
    /// [`VaultError`] when the storage or the source of randomness fails.
    pub async fn seal_if_absent(
        &self,
        kind: SecretKind,
        name: &str,
        secret: &SecretString,
    ) -> Result<Sealed, VaultError> {
        let name = SecretName::new(kind, name);
        let sealed = self.seal(&name, secret)?;
        match self.storage.put_if_absent(&name, sealed).await {
            Ok(true) => Ok(Sealed::New),
            Ok(false) => Ok(Sealed::AlreadyThere),
            Err(source) => Err(VaultError::Storage { name, source }),
        }
    }

    /// Seals `secret` in place of whatever is there.
    ///
    /// # Errors
    /// [`VaultError`] when the storage or the source of randomness fails.
    pub async fn replace(&self, kind: SecretKind, name: &str, secret: &SecretString) -> Result<(), VaultError> {
        let name = SecretName::new(kind, name);
        let sealed = self.seal(&name, secret)?;
        let _alone = self.writing.lock().await;
        self.storage.replace(&name, sealed).await.map_err(|source| VaultError::Storage { name, source })
    }

    /// The secret of that name, if there is one.
    ///
    /// # Errors
    /// [`VaultError`] when the storage fails, the master key is another one, or the record is damaged.
    pub async fn open(&self, kind: SecretKind, name: &str) -> Result<Option<SecretString>, VaultError> {
        let name = SecretName::new(kind, name);
        match self.get(&name).await? {
            Some(sealed) => self.keyring.open(&name, &sealed).map(Some).map_err(|error| self.explain(name, error)),
            None => Ok(None),
        }
    }

    /// The secret of that name; where there is none yet, `draw` makes it and it is sealed first. Of two who do this at
    /// once both get the same secret.
    ///
    /// # Errors
    /// As [`Vault::open`] and [`Vault::seal_if_absent`], and [`VaultError::Randomness`] when `draw` fails.
    pub async fn open_or_draw(
        &self,
        kind: SecretKind,
        name: &str,
        draw: fn(&dyn Randomness) -> Result<SecretString, RandomnessError>,
    ) -> Result<SecretString, VaultError> {
        if let Some(secret) = self.open(kind, name).await? {
            return Ok(secret);
        }
        let drawn = draw(self.randomness.as_ref())
            .map_err(|source| VaultError::Randomness { name: SecretName::new(kind, name), source })?;
        match self.seal_if_absent(kind, name, &drawn).await? {
            Sealed::New => Ok(drawn),
            // Whoever was faster has sealed another one, and that is the one in force.
            Sealed::AlreadyThere => {
                self.open(kind, name).await?.ok_or_else(|| VaultError::Damaged { name: SecretName::new(kind, name) })
            }
        }
    }

    /// Opens every record and gives their number: proof that the master key fits and nothing is damaged.
    ///
    /// # Errors
    /// [`VaultError`] for the first record that does not open.
    pub async fn check(&self) -> Result<usize, VaultError> {
        let names = self.storage.names().await.map_err(VaultError::Listing)?;
        let mut opened = 0;
        for name in names {
            if let Some(sealed) = self.get(&name).await? {
                self.keyring.open(&name, &sealed).map_err(|error| self.explain(name, error))?;
                opened += 1;
            }
        }
        Ok(opened)
    }

    /// Wraps the key of every record with the current master key; the secrets themselves stay as they are sealed.
    /// May be repeated after an interruption. No other process may write secrets meanwhile.
    ///
    /// # Errors
    /// [`VaultError`] for the first record that cannot be re-wrapped; those before it are.
    pub async fn rewrap_all(&self) -> Result<Rewrapped, VaultError> {
        let mut done = Rewrapped::default();
        for name in self.storage.names().await.map_err(VaultError::Listing)? {
            let _alone = self.writing.lock().await;
            let Some(sealed) = self.get(&name).await? else { continue };
            match self.keyring.rewrap(&name, &sealed, self.randomness.as_ref()) {
                Ok(None) => done.current += 1,
                Ok(Some(rewrapped)) => {
                    let replaced = self.storage.replace(&name, rewrapped).await;
                    replaced.map_err(|source| VaultError::Storage { name, source })?;
                    done.rewrapped += 1;
                }
                Err(error) => return Err(self.explain(name, error)),
            }
        }
        Ok(done)
    }

    fn seal(&self, name: &SecretName, secret: &SecretString) -> Result<Vec<u8>, VaultError> {
        self.keyring.seal(name, secret, self.randomness.as_ref()).map_err(|error| self.explain(name.clone(), error))
    }

    async fn get(&self, name: &SecretName) -> Result<Option<Vec<u8>>, VaultError> {
        self.storage.get(name).await.map_err(|source| VaultError::Storage { name: name.clone(), source })
    }

    fn explain(&self, name: SecretName, error: OpenError) -> VaultError {
        match error {
            OpenError::Damaged => VaultError::Damaged { name },
            OpenError::UnknownFormat(format) => VaultError::UnknownFormat { name, format },
            OpenError::WrongMasterKey(sealed_with) => {
                VaultError::WrongMasterKey { name, sealed_with, given: self.keyring.current_id() }
            }
            OpenError::Randomness(source) => VaultError::Randomness { name, source },
        }
    }
}

#[cfg(test)]
mod tests;
