//! The trait, over the writing thread and the reading ones.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use unmoor_migration::MigrationId;

use super::imports::{self, ROWS_PER_TRANSACTION};
use super::view::View;
use super::{SqliteStore, claims, commits, documents, fleet, inbox, journal, lists, notices, secrets, shared_calls};
use crate::chain::JournalKey;
use crate::rows::{ClaimRow, CommitRow, Entry, ImportRow, StoredRow, TakenRow};
use crate::value::{lease_ms, to_json};
use crate::{
    Claim, Commit, CommitError, Committed, Cursor, Filter, Imported, JournalRow, JournalView, NewMigration, Page,
    SealedSecret, SharedRow, Stamp, Store, StoreError, Stored, StoredFleet, Survival, TakenNotice, Wake,
};

#[async_trait]
impl Store for SqliteStore {
    fn chain_with(&self, key: JournalKey) {
        self.key.set(key);
    }

    async fn stamp(&self, wanted: &Stamp) -> Result<(), StoreError> {
        let ours = wanted.clone();
        let path = self.path.clone();
        let stamp = move |db: &rusqlite::Connection| {
            // Its triggers would refuse the first change; whoever asks for the stamp is about to make one.
            if super::transfer::read_mark(db)?.is_some() {
                return Err(StoreError::Moved { database: path.display().to_string() }.into());
            }
            Ok(fleet::stamp(db, &ours)?)
        };
        let found = self.writer.write("stamp the database", stamp).await?;
        if found == *wanted { Ok(()) } else { Err(StoreError::WrongStamp { found, wanted: wanted.clone() }) }
    }

    async fn read_stamp(&self) -> Result<Option<Stamp>, StoreError> {
        self.readers.read("read the stamp of the database", |db| Ok(fleet::read_stamp(db)?)).await
    }

    async fn import(&self, rows: Vec<NewMigration>, at: Timestamp) -> Result<Vec<Imported>, StoreError> {
        let key = self.key.of("import migrations")?;
        let mut answers = Vec::with_capacity(rows.len());
        let mut rows = rows.iter();
        loop {
            let chunk: Vec<ImportRow> =
                rows.by_ref().take(ROWS_PER_TRANSACTION).map(|row| ImportRow::of(row, at)).collect::<Result<_, _>>()?;
            if chunk.is_empty() {
                return Ok(answers);
            }
            let key = Arc::clone(&key);
            let work = move |db: &rusqlite::Connection| imports::add(db, &key, &chunk, at);
            answers.extend(self.writer.write("import migrations", work).await?);
        }
    }

    async fn load(&self, id: &MigrationId) -> Result<Option<Stored>, StoreError> {
        let id = id.clone();
        let row = self.readers.read("load a migration", move |db| Ok(lists::load(db, &id)?)).await?;
        row.map(StoredRow::parse).transpose()
    }

    async fn list(&self, filter: &Filter, after: Option<&Cursor>, limit: u32) -> Result<Page<Stored>, StoreError> {
        let (filter, after) = (filter.clone(), after.cloned());
        self.readers.read("list migrations", move |db| lists::list(db, &filter, after.as_ref(), limit)).await
    }

    async fn count_by_phase(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        self.readers.read("count migrations", |db| Ok(lists::count_by_phase(db)?)).await
    }

    async fn claim_due(
        &self,
        now: Timestamp,
        limit: u32,
        owner: &str,
        lease: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        let (owner, lease) = (owner.to_owned(), lease_ms(lease));
        let work = move |db: &rusqlite::Connection| claims::claim_due(db, now, limit, &owner, lease);
        let rows = self.writer.write("claim due migrations", work).await?;
        Ok(rows.into_iter().filter_map(ClaimRow::readable).collect())
    }

    async fn claim(&self, id: &MigrationId, owner: &str, lease: Duration) -> Result<Option<Claim>, StoreError> {
        let (id, owner, lease) = (id.clone(), owner.to_owned(), lease_ms(lease));
        let work = move |db: &rusqlite::Connection| claims::claim_one(db, &id, &owner, lease);
        self.writer.write("claim a migration", work).await?.map(ClaimRow::parse).transpose()
    }

    async fn commit(&self, claim: &Claim, commit: &Commit) -> Result<Committed, CommitError> {
        let key = self.key.of("commit a migration")?;
        let row = CommitRow::of(claim, commit)?;
        self.writer.write("commit a migration", move |db| commits::write(db, &key, &row)).await
    }

    async fn append_evidence(&self, id: &MigrationId, at: Timestamp, evidence: &Value) -> Result<u64, StoreError> {
        let key = self.key.of("append evidence")?;
        let (id, entry) = (id.clone(), Entry::evidence(at, evidence)?);
        self.writer.write("append evidence", move |db| journal::append_evidence(db, &key, &id, at, entry)).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<(), CommitError> {
        let (id, owner, fence) = (claim.migration.id().clone(), claim.owner.clone(), claim.fence);
        let lease = lease_ms(lease);
        self.writer.write("renew a claim", move |db| claims::renew(db, &id, &owner, fence, lease)).await
    }

    async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        let (id, owner, fence) = (claim.migration.id().clone(), claim.owner.clone(), claim.fence);
        self.writer.write("release a claim", move |db| Ok(claims::release(db, &id, &owner, fence)?)).await
    }

    async fn release_all_of(&self, owner: &str) -> Result<u64, StoreError> {
        let owner = owner.to_owned();
        self.writer.write("release the claims of one owner", move |db| Ok(claims::release_all_of(db, &owner)?)).await
    }

    async fn next_due(&self) -> Result<Option<Wake>, StoreError> {
        self.readers.read("find the next wake time", |db| Ok(claims::next_due(db)?)).await
    }

    async fn survival(&self) -> Result<Survival, StoreError> {
        Ok(Survival::Kept { because: "every commit is flushed to the disk".to_owned() })
    }

    async fn woken(&self) {
        std::future::pending::<()>().await;
    }

    async fn post_inputs(
        &self,
        ids: &[MigrationId],
        body: &Value,
        by: &str,
        at: Timestamp,
    ) -> Result<Vec<Option<u64>>, StoreError> {
        let (ids, body, by) = (ids.to_vec(), to_json("an input", body)?, by.to_owned());
        let work = move |db: &rusqlite::Connection| {
            let posted = ids.iter().map(|id| inbox::post(db, id, &body, &by, at));
            Ok(posted.collect::<rusqlite::Result<_>>()?)
        };
        self.writer.write("post an input", work).await
    }

    async fn journal(&self, id: &MigrationId, after_seq: u64, limit: u32) -> Result<Vec<JournalRow>, StoreError> {
        let id = id.clone();
        self.readers.read("read a journal", move |db| journal::read(db, &id, after_seq, limit)).await
    }

    async fn journals(&self) -> Result<Box<dyn JournalView + '_>, StoreError> {
        Ok(Box::new(match self.writer.shared() {
            Some(connection) => View::in_place(&self.path, connection),
            None => View::open(&self.path)?,
        }))
    }

    async fn fleet(&self) -> Result<StoredFleet, StoreError> {
        self.readers.read("read the fleet's state", fleet::read).await
    }

    async fn set_fleet(&self, expected_version: u64, state: &Value) -> Result<u64, CommitError> {
        let (key, state) = (self.key.of("set the fleet's state")?, to_json("the fleet's state", state)?);
        self.writer.write("set the fleet's state", move |db| fleet::set(db, &key, expected_version, &state)).await
    }

    async fn shared_calls(&self, lane: &str) -> Result<SharedRow, StoreError> {
        let lane = lane.to_owned();
        self.readers.read("read the shared calls", move |db| shared_calls::read(db, &lane)).await
    }

    async fn set_shared_calls(
        &self,
        lane: &str,
        expected_version: u64,
        state: &Value,
    ) -> Result<Option<u64>, StoreError> {
        let (lane, state) = (lane.to_owned(), to_json("the shared calls", state)?);
        let work = move |db: &rusqlite::Connection| Ok(shared_calls::set(db, &lane, expected_version, &state)?);
        self.writer.write("take from the shared calls", work).await
    }

    async fn put_secret_if_absent(
        &self,
        kind: &str,
        name: &str,
        sealed: SealedSecret,
    ) -> Result<SealedSecret, StoreError> {
        let (kind, name) = (kind.to_owned(), name.to_owned());
        let work = move |db: &rusqlite::Connection| Ok(secrets::put_if_absent(db, &kind, &name, sealed)?);
        self.writer.write("keep a secret", work).await
    }

    async fn replace_secret(&self, kind: &str, name: &str, sealed: SealedSecret) -> Result<(), StoreError> {
        let (kind, name) = (kind.to_owned(), name.to_owned());
        self.writer.write("replace a secret", move |db| Ok(secrets::replace(db, &kind, &name, &sealed)?)).await
    }

    async fn get_secret(&self, kind: &str, name: &str) -> Result<Option<SealedSecret>, StoreError> {
        let (kind, name) = (kind.to_owned(), name.to_owned());
        self.readers.read("read a secret", move |db| Ok(secrets::get(db, &kind, &name)?)).await
    }

    async fn secret_names(&self, kind: &str) -> Result<Vec<String>, StoreError> {
        let kind = kind.to_owned();
        self.readers.read("list secrets", move |db| Ok(secrets::names(db, &kind)?)).await
    }

    async fn keep_documents(&self, id: &MigrationId, documents: BTreeMap<String, Vec<u8>>) -> Result<(), StoreError> {
        let id = id.clone();
        self.writer.write("keep documents", move |db| documents::keep(db, &id, &documents)).await
    }

    async fn document(&self, id: &MigrationId, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let (id, name) = (id.clone(), name.to_owned());
        self.readers.read("read a document", move |db| Ok(documents::get(db, id.as_str(), &name)?)).await
    }

    async fn take_notices(&self, now: Timestamp, limit: u32, lease: Duration) -> Result<Vec<TakenNotice>, StoreError> {
        let lease = lease_ms(lease);
        let work = move |db: &rusqlite::Connection| Ok(notices::take(db, now, limit, lease)?);
        let rows = self.writer.write("take notices", work).await?;
        Ok(rows.into_iter().filter_map(TakenRow::readable).collect())
    }

    async fn notice_done(&self, seq: u64, at: Timestamp) -> Result<(), StoreError> {
        self.writer.write("record a delivery", move |db| Ok(notices::done(db, seq, at)?)).await
    }

    async fn notice_failed(&self, seq: u64, why: &str, retry_at: Option<Timestamp>) -> Result<(), StoreError> {
        let why = why.to_owned();
        self.writer.write("record a failed delivery", move |db| Ok(notices::failed(db, seq, &why, retry_at)?)).await
    }

    async fn next_notice_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.readers.read("find the next notice", |db| Ok(notices::next_due(db)?)).await
    }
}
