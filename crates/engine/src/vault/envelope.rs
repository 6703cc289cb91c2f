//! How a secret is sealed.
//!
//! ```text
//! format 1:  01 │ master key id 8 │ nonce 24 │ wrapped data key 32+16 │ nonce 24 │ ciphertext n+16
//! ```
//! Both parts are XChaCha20-Poly1305 with random nonces. Both are bound to format, part, kind and name, so that none
//! opens anywhere else.

use std::fmt;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{MasterKey, MasterKeyId, SecretName, master_key::KEY_BYTES};
use crate::randomness::{Randomness, RandomnessError};

const FORMAT_1: u8 = 1;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const WRAPPED_BYTES: usize = KEY_BYTES + TAG_BYTES;

type Nonce = [u8; NONCE_BYTES];

/// Why a record does not open, or cannot be made.
#[derive(Debug)]
pub(super) enum OpenError {
    Damaged,
    UnknownFormat(u8),
    WrongMasterKey(MasterKeyId),
    Randomness(RandomnessError),
}

impl From<RandomnessError> for OpenError {
    fn from(error: RandomnessError) -> Self {
        Self::Randomness(error)
    }
}

/// The master key in force and those it replaced.
pub(super) struct Keyring {
    current: MasterKey,
    retired: Vec<MasterKey>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("current", &self.current).field("retired", &self.retired).finish()
    }
}

/// The two things that are encrypted in a record.
#[derive(Clone, Copy)]
enum Part {
    DataKey,
    Secret,
}

/// A record taken apart.
struct Record<'a> {
    sealed_with: MasterKeyId,
    wrap_nonce: &'a Nonce,
    wrapped_key: &'a [u8; WRAPPED_BYTES],
    /// Nonce and ciphertext of the secret: what a re-wrap carries over as it is.
    body: &'a [u8],
}

impl Keyring {
    pub(super) fn new(current: MasterKey) -> Self {
        Self { current, retired: Vec::new() }
    }

    pub(super) fn retire(&mut self, key: MasterKey) {
        self.retired.push(key);
    }

    pub(super) fn current_id(&self) -> MasterKeyId {
        self.current.id()
    }

    pub(super) fn seal(
        &self,
        name: &SecretName,
        secret: &SecretString,
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, OpenError> {
        let mut data_key = Zeroizing::new([0; KEY_BYTES]);
        randomness.fill(data_key.as_mut())?;
        let nonce = draw_nonce(randomness)?;
        let ciphertext = encrypt(&data_key, &nonce, Part::Secret, name, secret.expose_secret().as_bytes())?;
        self.wrap(name, &data_key, &[&nonce, ciphertext.as_slice()].concat(), randomness)
    }

    pub(super) fn open(&self, name: &SecretName, sealed: &[u8]) -> Result<SecretString, OpenError> {
        let record = Record::parse(sealed)?;
        let data_key = self.unwrap_key(name, &record)?;
        let (nonce, ciphertext) = record.body.split_first_chunk::<NONCE_BYTES>().ok_or(OpenError::Damaged)?;
        let secret = decrypt(&data_key, nonce, Part::Secret, name, ciphertext)?;
        std::str::from_utf8(&secret).map(SecretString::from).map_err(|_| OpenError::Damaged)
    }

    /// The record with its data key under the current master key; `None` if it is already.
    pub(super) fn rewrap(
        &self,
        name: &SecretName,
        sealed: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<Option<Vec<u8>>, OpenError> {
        let record = Record::parse(sealed)?;
        let data_key = self.unwrap_key(name, &record)?;
        if record.sealed_with == self.current.id() {
            return Ok(None);
        }
        self.wrap(name, &data_key, record.body, randomness).map(Some)
    }

    fn wrap(
        &self,
        name: &SecretName,
        data_key: &[u8; KEY_BYTES],
        body: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, OpenError> {
        let nonce = draw_nonce(randomness)?;
        let wrapped = encrypt(self.current.bytes(), &nonce, Part::DataKey, name, data_key)?;
        Ok([&[FORMAT_1], self.current.id().as_bytes().as_slice(), &nonce, &wrapped, body].concat())
    }

    fn unwrap_key(&self, name: &SecretName, record: &Record<'_>) -> Result<Zeroizing<[u8; KEY_BYTES]>, OpenError> {
        let master = std::iter::once(&self.current)
            .chain(&self.retired)
            .find(|key| key.id() == record.sealed_with)
            .ok_or(OpenError::WrongMasterKey(record.sealed_with))?;
        let key = decrypt(master.bytes(), record.wrap_nonce, Part::DataKey, name, record.wrapped_key)?;
        let key: &[u8; KEY_BYTES] = key.as_slice().try_into().map_err(|_| OpenError::Damaged)?;
        Ok(Zeroizing::new(*key))
    }
}

impl<'a> Record<'a> {
    fn parse(sealed: &'a [u8]) -> Result<Self, OpenError> {
        let (format, rest) = sealed.split_first().ok_or(OpenError::Damaged)?;
        if *format != FORMAT_1 {
            return Err(OpenError::UnknownFormat(*format));
        }
        let (sealed_with, rest) = rest.split_first_chunk().ok_or(OpenError::Damaged)?;
        let (wrap_nonce, rest) = rest.split_first_chunk().ok_or(OpenError::Damaged)?;
        let (wrapped_key, body) = rest.split_first_chunk().ok_or(OpenError::Damaged)?;
        Ok(Self { sealed_with: MasterKeyId::from_bytes(*sealed_with), wrap_nonce, wrapped_key, body })
    }
}

fn draw_nonce(randomness: &dyn Randomness) -> Result<Nonce, RandomnessError> {
    let mut nonce = [0; NONCE_BYTES];
    randomness.fill(&mut nonce)?;
    Ok(nonce)
}

/// What both parts are bound to. Every text is preceded by its length, so that no two names give the same bytes.
fn place(part: Part, name: &SecretName) -> Vec<u8> {
    let part: u8 = match part {
        Part::DataKey => 0,
        Part::Secret => 1,
    };
    let mut place = b"unmoor vault".to_vec();
    place.extend([FORMAT_1, part]);
    for text in [name.kind.as_str(), &name.name] {
        place.extend((text.len() as u64).to_be_bytes());
        place.extend(text.as_bytes());
    }
    place
}

fn encrypt(
    key: &[u8; KEY_BYTES],
    nonce: &Nonce,
    part: Part,
    name: &SecretName,
    plain: &[u8],
) -> Result<Vec<u8>, OpenError> {
    let payload = Payload { msg: plain, aad: &place(part, name) };
    // It fails only beyond 256 GiB.
    XChaCha20Poly1305::new(key.into()).encrypt(nonce.into(), payload).map_err(|_| OpenError::Damaged)
}

fn decrypt(
    key: &[u8; KEY_BYTES],
    nonce: &Nonce,
    part: Part,
    name: &SecretName,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let payload = Payload { msg: ciphertext, aad: &place(part, name) };
    let plain = XChaCha20Poly1305::new(key.into()).decrypt(nonce.into(), payload);
    plain.map(Zeroizing::new).map_err(|_| OpenError::Damaged)
}
