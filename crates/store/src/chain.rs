//! The chains that make a journal checkable.
//!
//! ```text
//!   entry 1 ─► link 1 ─► link 2 ─► … ─► link n = head, kept beside the migration
//!              key, link before, migration, number, entry        │
//!                                                                ▼
//!                         lane: the sum of all its migrations' heads, sealed
//! ```
//!
//! A link is an HMAC under the journal's key of the link before it and of everything in its row, exactly as it is stored. A
//! lane adds up the heads of the migrations that belong to it, so that one which is missing, or which stands in an older
//! state, is missed; each commit takes the old head out and puts the new one in. Its seal keeps anybody without the key from
//! putting an old difference in again.
//!
//! What was broken stays broken: a commit goes on from what it finds, and never seals a lane whose seal did not hold.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use unmoor_migration::MigrationId;

use crate::StoreError;

/// A link, a sum of heads, or a seal.
pub type Link = [u8; 32];

/// Before the first entry, and the sum of no heads.
pub const NOTHING: Link = [0; 32];

/// The key of a database's chains. It is kept sealed in the vault; here it only lives in memory.
#[derive(Clone)]
pub struct JournalKey {
    keyed: Hmac<Sha256>,
}

impl fmt::Debug for JournalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JournalKey([REDACTED])")
    }
}

/// How many lanes a database has, of either kind, so that they travel as they are. On PostgreSQL every commit holds its lane's row
/// until it is durable: among so many lanes, those of fifty commits at one time are one another's in one case of six.
pub(crate) const LANES: u64 = 256;

/// What is hashed is told apart by its first byte, so that no value can stand for one of another kind.
#[derive(Clone, Copy)]
enum Purpose {
    Link = 1,
    Head = 2,
    Lane = 3,
    Fleet = 4,
    Anchor = 5,
    Name = 6,
    Report = 7,
}

impl JournalKey {
    /// The key of these bytes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        // HMAC takes keys of any length (RFC 2104), and so of this one.
        let keyed = Hmac::<Sha256>::new_from_slice(bytes).unwrap_or_else(|_| Hmac::new(&Default::default()));
        Self { keyed }
    }

    /// The link of an entry whose text has this digest, after the link before it.
    #[must_use]
    pub fn link(&self, before: &Link, migration: &str, seq: i64, digest: &Link) -> Link {
        self.of(Purpose::Link, &[before, &seq.to_be_bytes(), digest, migration.as_bytes()])
    }

    /// What a lane adds up: that this migration's chain ends with this link at this number.
    #[must_use]
    pub fn head(&self, migration: &str, seq: i64, link: &[u8]) -> Link {
        self.of(Purpose::Head, &[&seq.to_be_bytes(), &length(migration), migration.as_bytes(), link])
    }

    /// The seal of the fleet's state.
    #[must_use]
    pub fn fleet(&self, version: u64, body: &str) -> Link {
        self.of(Purpose::Fleet, &[&version.to_be_bytes(), body.as_bytes()])
    }

    /// One value for all lanes together, e.g. to be written down outside of the database.
    #[must_use]
    pub fn anchor(&self, lanes: &[Lane]) -> Link {
        let seals: Vec<Link> = lanes.iter().map(|lane| self.lane(lane)).collect();
        self.of(Purpose::Anchor, &seals.iter().map(Link::as_slice).collect::<Vec<_>>())
    }

    /// A name by which two databases of one key are known, and that says nothing about it.
    #[must_use]
    pub fn name(&self) -> Link {
        self.of(Purpose::Name, &[])
    }

    /// The seal of something that a report says beside the entries that it holds.
    #[must_use]
    pub fn report(&self, text: &[u8]) -> Link {
        self.of(Purpose::Report, &[text])
    }

    fn lane(&self, lane: &Lane) -> Link {
        let numbers = [lane.number, lane.commits, lane.migrations].map(u64::to_be_bytes);
        self.of(Purpose::Lane, &[numbers.as_flattened(), &lane.sum])
    }

    fn of(&self, purpose: Purpose, parts: &[&[u8]]) -> Link {
        let mut keyed = self.keyed.clone();
        keyed.update(&[purpose as u8]);
        for part in parts {
            keyed.update(part);
        }
        keyed.finalize().into_bytes().into()
    }
}

/// The digest of an entry's own text: its instant, its kind and its body, exactly as they stand in the row.
#[must_use]
pub fn digest(at_ns: i64, kind: &[u8], body: &[u8]) -> Link {
    let mut hash = Sha256::new();
    hash.update(at_ns.to_be_bytes());
    hash.update((kind.len() as u64).to_be_bytes());
    hash.update(kind);
    hash.update(body);
    hash.finalize().into()
}

fn length(text: &str) -> [u8; 8] {
    (text.len() as u64).to_be_bytes()
}

/// A lane as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Which one.
    pub number: u64,
    /// How many commits have changed it. It never becomes smaller.
    pub commits: u64,
    /// How many migrations belong to it.
    pub migrations: u64,
    /// The sum of their heads.
    pub sum: Link,
    /// Proof that somebody with the key wrote the rest; empty before the first commit.
    pub seal: Vec<u8>,
}

impl Lane {
    /// A lane that nothing belongs to.
    #[must_use]
    pub fn empty(number: u64) -> Self {
        Self { number, commits: 0, migrations: 0, sum: NOTHING, seal: Vec::new() }
    }

    /// The lane, of so many, that a migration belongs to.
    #[must_use]
    pub fn number_of(migration: &str, lanes: u64) -> u64 {
        let hash: Link = Sha256::digest(migration.as_bytes()).into();
        u64::from(u16::from_be_bytes([hash[0], hash[1]])) % lanes.max(1)
    }

    /// Whether its seal holds.
    #[must_use]
    pub fn is_sealed(&self, key: &JournalKey) -> bool {
        if self.seal.is_empty() {
            return *self == Self::empty(self.number);
        }
        self.seal == key.lane(self)
    }

    /// Puts a head in, or takes it out: the one undoes the other.
    pub fn toggle(&mut self, head: &Link) {
        for (sum, byte) in self.sum.iter_mut().zip(head) {
            *sum ^= byte;
        }
    }

    /// Makes `change` as one commit. A lane whose seal does not hold gets none that does.
    pub(crate) fn change(&mut self, key: &JournalKey, change: impl FnOnce(&mut Self)) {
        let was_sealed = self.is_sealed(key);
        self.commits += 1;
        change(self);
        self.seal = if was_sealed { key.lane(self).to_vec() } else { NOTHING.to_vec() };
    }
}

/// Where a migration's chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChainEnd {
    pub(crate) seq: u64,
    /// As it is stored; 32 bytes, if nobody has changed it.
    pub(crate) link: Vec<u8>,
}

impl ChainEnd {
    pub(crate) fn beginning() -> Self {
        Self { seq: 0, link: NOTHING.to_vec() }
    }
}

/// The links of entries with these digests that follow on `end`, and the new end.
pub(crate) fn extend(
    key: &JournalKey,
    id: &MigrationId,
    end: &ChainEnd,
    digests: impl IntoIterator<Item = Link>,
) -> (Vec<Link>, ChainEnd) {
    let mut seq = end.seq;
    // A head of another length was changed by hand: whatever follows on it does not fit.
    let mut before = Link::try_from(end.link.as_slice()).unwrap_or(NOTHING);
    let mut links = Vec::new();
    for digest in digests {
        seq += 1;
        before = key.link(&before, id.as_str(), signed(seq), &digest);
        links.push(before);
    }
    let link = if links.is_empty() { end.link.clone() } else { before.to_vec() };
    (links, ChainEnd { seq, link })
}

/// What a migration's end adds to its lane.
pub(crate) fn head(key: &JournalKey, id: &MigrationId, end: &ChainEnd) -> Link {
    key.head(id.as_str(), signed(end.seq), &end.link)
}

/// The seal of the fleet's state after `before`, which is broken where the one before was.
pub(crate) fn seal_fleet(key: &JournalKey, before: &FleetSeal<'_>, version: u64, body: &str) -> Link {
    if before.holds(key) { key.fleet(version, body) } else { NOTHING }
}

/// The fleet's state as it is stored, with its seal.
pub(crate) struct FleetSeal<'a> {
    pub(crate) version: u64,
    pub(crate) body: &'a str,
    pub(crate) seal: &'a [u8],
}

impl FleetSeal<'_> {
    pub(crate) fn holds(&self, key: &JournalKey) -> bool {
        if self.seal.is_empty() {
            return self.version == 0 && self.body == "null";
        }
        self.seal == key.fleet(self.version, self.body)
    }
}

/// Where a store keeps the key once it has it.
#[derive(Debug, Default)]
pub(crate) struct KeyPlace(RwLock<Option<Arc<JournalKey>>>);

impl KeyPlace {
    pub(crate) fn set(&self, key: JournalKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(key));
    }

    /// # Errors
    /// [`StoreError::NoJournalKey`] before it is there. `operation` completes "cannot …".
    pub(crate) fn of(&self, operation: &'static str) -> Result<Arc<JournalKey>, StoreError> {
        let key = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        key.ok_or(StoreError::NoJournalKey { operation })
    }
}

fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
