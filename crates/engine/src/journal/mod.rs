//! The journals' chains: their key, and whether they hold.

pub(crate) mod chain;
mod finding;
mod replayed;
mod verify;

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use unmoor_store::Store;
use unmoor_store::chain::{JournalKey, Lane};
use zeroize::Zeroizing;

use crate::vault::{SecretKind, Vault, VaultError, draw_key};

pub use finding::{Finding, What};
pub use verify::{Checked, Seen, verify};

/// The name of the key in force.
const GENERATION: &str = "1";

/// Gives the store the key of its chains, which is drawn where there is none yet. Whoever cannot open it writes nothing: one
/// with another master key could open neither tokens nor PINs either.
///
/// # Errors
/// [`VaultError`] when the key cannot be opened, drawn or sealed.
pub async fn begin(store: &dyn Store, vault: &Vault) -> Result<(), VaultError> {
    let sealed = vault.open_or_draw(SecretKind::JournalKey, GENERATION, draw_key).await?;
    store.chain_with(key_of(&sealed)?);
    Ok(())
}

/// The key of a database's chains; `None` where nothing was ever journaled.
///
/// # Errors
/// [`VaultError`] when it cannot be opened.
pub async fn key(vault: &Vault) -> Result<Option<JournalKey>, VaultError> {
    let sealed = vault.open(SecretKind::JournalKey, GENERATION).await?;
    sealed.as_ref().map(key_of).transpose()
}

fn key_of(sealed: &SecretString) -> Result<JournalKey, VaultError> {
    let mut bytes = Zeroizing::new([0; 32]);
    let damaged = |_| VaultError::Damaged { name: crate::vault::SecretName::new(SecretKind::JournalKey, GENERATION) };
    hex::decode_to_slice(sealed.expose_secret(), bytes.as_mut()).map_err(damaged)?;
    Ok(JournalKey::new(&bytes))
}

/// All chains of a database at one moment, as a value that people can write down outside of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many commits have journaled anything so far. It never becomes smaller.
    pub commits: u64,
    anchor: String,
}

impl Head {
    /// The head of these lanes.
    #[must_use]
    pub fn of(key: &JournalKey, lanes: &[Lane]) -> Self {
        let anchor = key.anchor(lanes);
        Self { commits: lanes.iter().map(|lane| lane.commits).sum(), anchor: hex::encode(anchor) }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.commits, self.anchor)
    }
}

/// A text that is no head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no head of a fleet: it is a number, a hyphen and 64 hexadecimal digits, as `unmoor verify` prints it"
)]
pub struct NoHead(String);

impl FromStr for Head {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let refused = || NoHead(text.to_owned());
        let (commits, anchor) = text.trim().split_once('-').ok_or_else(refused)?;
        let is_anchor = anchor.len() == 64 && anchor.bytes().all(|byte| byte.is_ascii_hexdigit());
        match commits.parse() {
            Ok(commits) if is_anchor => Ok(Self { commits, anchor: anchor.to_lowercase() }),
            _ => Err(refused()),
        }
    }
}
