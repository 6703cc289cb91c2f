//! The one trait that everybody persists through.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use unmoor_migration::MigrationId;

use crate::chain::JournalKey;
use crate::{
    Claim, Commit, CommitError, Committed, Cursor, Filter, Imported, JournalRow, JournalView, NewMigration, Page,
    SealedSecret, SharedRow, Stamp, StoreError, Stored, StoredFleet, Survival, TakenNotice, Wake,
};

/// Migrations, their journals, the inbox, the outbox, the fleet's state, shared calls, sealed secrets and documents.
///
/// Whatever returned `Ok` is durable. Whatever returned an error changed nothing, with the exceptions that
/// [`StoreError::CommitUnknown`], [`StoreError::Corrupt`] and [`StoreError::Stopped`] name. A future that is dropped before
/// it is ready may have done its work or not.
///
/// Instants come from the caller's clock, which may be virtual; leases are measured by the database's own, which is real.
/// A lease decides who may try; it is the fence that decides who may write, so a clock that is set back or forth can
/// make somebody wait or come too early, but never lets two write.
#[async_trait]
pub trait Store: Send + Sync {
    /// Gives the key that journals are chained with. Before it is there, nothing that journals can be written: not
    /// [`import`](Store::import), [`commit`](Store::commit), [`append_evidence`](Store::append_evidence) or
    /// [`set_fleet`](Store::set_fleet).
    fn chain_with(&self, key: JournalKey);

    /// Makes sure that this database belongs to `wanted`: the first stamp is kept for ever.
    ///
    /// # Errors
    /// [`StoreError::WrongStamp`] when it belongs to another, [`StoreError::Moved`] when everything in it was moved away.
    async fn stamp(&self, wanted: &Stamp) -> Result<(), StoreError>;

    /// What this database belongs to; `None` before the first [`stamp`](Store::stamp).
    async fn read_stamp(&self) -> Result<Option<Stamp>, StoreError>;

    /// Adds migrations, with one answer per row in the order of the rows. A migration that is there already stays as it
    /// is. Large imports are made in several transactions, between which other work gets its turn; after an error the
    /// same import can be made again.
    async fn import(&self, rows: Vec<NewMigration>, at: Timestamp) -> Result<Vec<Imported>, StoreError>;

    /// One migration; `None` when there is none of this id.
    async fn load(&self, id: &MigrationId) -> Result<Option<Stored>, StoreError>;

    /// At most `limit` migrations after the cursor that fit the filter, by id. Paging shows each migration that was there
    /// all the time exactly once, whatever is added or changed meanwhile.
    async fn list(&self, filter: &Filter, after: Option<&Cursor>, limit: u32) -> Result<Page<Stored>, StoreError>;

    /// How many migrations stand in each phase. A phase without any is absent.
    async fn count_by_phase(&self) -> Result<BTreeMap<String, u64>, StoreError>;

    /// Claims at most `limit` migrations that are due: their wake time is at or before `now`, or an input waits (then a
    /// final one is due as well). The most urgent come first; among equals those with an input, then the one that was
    /// due first, then the smaller id. One that holds a live lease is left out, whoever holds it.
    ///
    /// A stored state that cannot be read is logged and left out; its lease keeps it from being tried again at once.
    async fn claim_due(
        &self,
        now: Timestamp,
        limit: u32,
        owner: &str,
        lease: Duration,
    ) -> Result<Vec<Claim>, StoreError>;

    /// Claims one migration now, whether it is due or not; `None` while a live lease is on it.
    ///
    /// # Errors
    /// [`StoreError::UnknownMigration`].
    async fn claim(&self, id: &MigrationId, owner: &str, lease: Duration) -> Result<Option<Claim>, StoreError>;

    /// Writes everything in `commit` in one transaction, or nothing.
    ///
    /// A claim whose lease has run out may still commit, as long as nobody else has claimed the migration.
    ///
    /// # Errors
    /// [`CommitError`] says which of the conditions did not hold; a lost fence is told before any other.
    async fn commit(&self, claim: &Claim, commit: &Commit) -> Result<Committed, CommitError>;

    /// Appends what a worker learned after it had lost its claim to the journal, and changes nothing else: not the state,
    /// not the version, no lease. Returns the row's number.
    ///
    /// # Errors
    /// [`StoreError::UnknownMigration`].
    async fn append_evidence(&self, id: &MigrationId, at: Timestamp, evidence: &Value) -> Result<u64, StoreError>;

    /// Lets the claim's lease run for `lease` from now.
    ///
    /// # Errors
    /// [`CommitError::FenceLost`] when the claim has ended.
    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<(), CommitError>;

    /// Ends the claim. Does nothing when it has ended.
    async fn release(&self, claim: &Claim) -> Result<(), StoreError>;

    /// Ends every claim of `owner`, so that its migrations need not wait for their leases. Only for an owner that is known
    /// to be dead, e.g. by the engine that just took over its lock. Returns how many.
    async fn release_all_of(&self, owner: &str) -> Result<u64, StoreError>;

    /// When there is work next, migrations under a live lease apart; `None` when nothing will ever be due by itself.
    async fn next_due(&self) -> Result<Option<Wake>, StoreError>;

    /// Whether what was answered survives a failure of the machines that keep it, as they are set now.
    async fn survival(&self) -> Result<Survival, StoreError>;

    /// Until somebody else may have made work, e.g. posted an input in another process: a hint to look at once, which may come
    /// for nothing and may get lost, so that whoever waits also looks by itself now and then. Never, where nobody can tell.
    async fn woken(&self);

    /// Puts the same input into the inbox of each of these migrations, all of them or none; each is due at once. Gives its number
    /// there, which is higher than that of every input before, or `None` where there is no such migration. Whoever posts to a
    /// fleet does so a few hundred at a time.
    async fn post_inputs(
        &self,
        ids: &[MigrationId],
        body: &Value,
        by: &str,
        at: Timestamp,
    ) -> Result<Vec<Option<u64>>, StoreError>;

    /// Puts an input into the inbox of one migration, and gives its number.
    ///
    /// # Errors
    /// [`StoreError::UnknownMigration`].
    async fn post_input(&self, id: &MigrationId, body: &Value, by: &str, at: Timestamp) -> Result<u64, StoreError> {
        let posted = self.post_inputs(std::slice::from_ref(id), body, by, at).await?;
        posted.into_iter().next().flatten().ok_or_else(|| StoreError::UnknownMigration { id: id.clone() })
    }

    /// At most `limit` journal rows of one migration after number `after_seq` (0: from the beginning), in order.
    async fn journal(&self, id: &MigrationId, after_seq: u64, limit: u32) -> Result<Vec<JournalRow>, StoreError>;

    /// All journals at one instant, as they stand in the tables, with their chains: for checking them.
    async fn journals(&self) -> Result<Box<dyn JournalView + '_>, StoreError>;

    /// The fleet's state.
    async fn fleet(&self) -> Result<StoredFleet, StoreError>;

    /// Replaces the fleet's state and returns its new version.
    ///
    /// # Errors
    /// [`CommitError::FleetConflict`] when its version is not `expected_version`.
    async fn set_fleet(&self, expected_version: u64, state: &Value) -> Result<u64, CommitError>;

    /// What all workers know together about the calls of a lane.
    async fn shared_calls(&self, lane: &str) -> Result<SharedRow, StoreError>;

    /// Replaces it and returns its new version; `None` when its version is not `expected_version`, and nothing was changed.
    async fn set_shared_calls(
        &self,
        lane: &str,
        expected_version: u64,
        state: &Value,
    ) -> Result<Option<u64>, StoreError>;

    /// Keeps `sealed` unless a secret of this kind and name is there, and returns the one that is kept from then on.
    async fn put_secret_if_absent(
        &self,
        kind: &str,
        name: &str,
        sealed: SealedSecret,
    ) -> Result<SealedSecret, StoreError>;

    /// Keeps `sealed`, whatever was there.
    async fn replace_secret(&self, kind: &str, name: &str, sealed: SealedSecret) -> Result<(), StoreError>;

    /// The secret of this kind and name.
    async fn get_secret(&self, kind: &str, name: &str) -> Result<Option<SealedSecret>, StoreError>;

    /// The names of all secrets of this kind, in order.
    async fn secret_names(&self, kind: &str) -> Result<Vec<String>, StoreError>;

    /// Keeps documents of a migration by their names, whatever was there of these names. They are what effects need beside its
    /// state, too large to stand in it: contents and samples of templates. Nothing secret belongs there.
    ///
    /// # Errors
    /// [`StoreError::UnknownMigration`].
    async fn keep_documents(&self, id: &MigrationId, documents: BTreeMap<String, Vec<u8>>) -> Result<(), StoreError>;

    /// The document of this name.
    async fn document(&self, id: &MigrationId, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Takes at most `limit` notices that are due at `now`, the longest due first. Each comes again when neither
    /// [`notice_done`](Store::notice_done) nor [`notice_failed`](Store::notice_failed) is told within `lease`. One that
    /// cannot be read is logged and left out.
    async fn take_notices(&self, now: Timestamp, limit: u32, lease: Duration) -> Result<Vec<TakenNotice>, StoreError>;

    /// The notice was delivered; it never comes again.
    async fn notice_done(&self, seq: u64, at: Timestamp) -> Result<(), StoreError>;

    /// The notice was not delivered: it comes again at `retry_at`, or never when that is `None`. `why` is kept.
    async fn notice_failed(&self, seq: u64, why: &str, retry_at: Option<Timestamp>) -> Result<(), StoreError>;

    /// When the next notice is due that nobody has taken.
    async fn next_notice_due(&self) -> Result<Option<Timestamp>, StoreError>;
}
