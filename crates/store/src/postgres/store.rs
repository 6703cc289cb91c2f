//! The trait, over the pool.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use unmoor_migration::MigrationId;

use super::imports::{self, ROWS_PER_TRANSACTION};
use super::view::View;
use super::{
    PostgresStore, claims, commits, documents, fleet, inbox, journal, lists, notices, secrets, shared_calls, survival,
};
use crate::chain::JournalKey;
use crate::rows::{ClaimRow, CommitRow, Entry, ImportRow, TakenRow};
use crate::value::{lease_ms, to_json};
use crate::{
    Claim, Commit, CommitError, Committed, Cursor, Filter, Imported, JournalRow, JournalView, NewMigration, Page,
    SealedSecret, SharedRow, Stamp, Store, StoreError, Stored, StoredFleet, Survival, TakenNotice, Wake,
};

#[async_trait]
impl Store for PostgresStore {
    fn chain_with(&self, key: JournalKey) {
        self.key.set(key);
    }

    async fn stamp(&self, wanted: &Stamp) -> Result<(), StoreError> {
        let found = fleet::stamp(&self.pool, wanted).await?;
        if found == *wanted { Ok(()) } else { Err(StoreError::WrongStamp { found, wanted: wanted.clone() }) }
    }

    async fn read_stamp(&self) -> Result<Option<Stamp>, StoreError> {
        fleet::read_stamp(&self.pool).await
    }

    async fn import(&self, rows: Vec<NewMigration>, at: Timestamp) -> Result<Vec<Imported>, StoreError> {
        let key = self.key.of("import migrations")?;
        let mut answers = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(ROWS_PER_TRANSACTION) {
            let chunk = chunk.iter().map(|row| ImportRow::of(row, at)).collect::<Result<Vec<_>, _>>()?;
            answers.extend(imports::add(&self.pool, &key, &chunk, at).await?);
        }
        Ok(answers)
    }

    async fn load(&self, id: &MigrationId) -> Result<Option<Stored>, StoreError> {
        lists::load(&self.pool, id).await
    }

    async fn list(&self, filter: &Filter, after: Option<&Cursor>, limit: u32) -> Result<Page<Stored>, StoreError> {
        lists::list(&self.pool, filter, after, limit).await
    }

    async fn count_by_phase(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        lists::count_by_phase(&self.pool).await
    }

    async fn claim_due(
        &self,
        now: Timestamp,
        limit: u32,
        owner: &str,
        lease: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        let rows = claims::claim_due(&self.pool, now, limit, owner, lease_ms(lease)).await?;
        Ok(rows.into_iter().filter_map(ClaimRow::readable).collect())
    }

    async fn claim(&self, id: &MigrationId, owner: &str, lease: Duration) -> Result<Option<Claim>, StoreError> {
        claims::claim_one(&self.pool, id, owner, lease_ms(lease)).await?.map(ClaimRow::parse).transpose()
    }

    async fn commit(&self, claim: &Claim, commit: &Commit) -> Result<Committed, CommitError> {
        let key = self.key.of("commit a migration")?;
        commits::write(&self.pool, &key, &CommitRow::of(claim, commit)?).await
    }

    async fn append_evidence(&self, id: &MigrationId, at: Timestamp, evidence: &Value) -> Result<u64, StoreError> {
        let key = self.key.of("append evidence")?;
        journal::append_evidence(&self.pool, &key, id, at, Entry::evidence(at, evidence)?).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<(), CommitError> {
        claims::renew(&self.pool, claim.migration.id(), &claim.owner, claim.fence, lease_ms(lease)).await
    }

    async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        claims::release(&self.pool, claim.migration.id(), &claim.owner, claim.fence).await
    }

    async fn release_all_of(&self, owner: &str) -> Result<u64, StoreError> {
        claims::release_all_of(&self.pool, owner).await
    }

    async fn next_due(&self) -> Result<Option<Wake>, StoreError> {
        claims::next_due(&self.pool).await
    }

    async fn survival(&self) -> Result<Survival, StoreError> {
        survival::look(&self.pool).await
    }

    async fn woken(&self) {
        self.wakes.next().await;
    }

    async fn post_inputs(
        &self,
        ids: &[MigrationId],
        body: &Value,
        by: &str,
        at: Timestamp,
    ) -> Result<Vec<Option<u64>>, StoreError> {
        inbox::post(&self.pool, ids, &to_json("an input", body)?, by, at).await
    }

    async fn journal(&self, id: &MigrationId, after_seq: u64, limit: u32) -> Result<Vec<JournalRow>, StoreError> {
        journal::read(&self.pool, id, after_seq, limit).await
    }

    async fn journals(&self) -> Result<Box<dyn JournalView + '_>, StoreError> {
        Ok(Box::new(View::open(&self.pool).await?))
    }

    async fn fleet(&self) -> Result<StoredFleet, StoreError> {
        fleet::read(&self.pool).await
    }

    async fn set_fleet(&self, expected_version: u64, state: &Value) -> Result<u64, CommitError> {
        let (key, state) = (self.key.of("set the fleet's state")?, to_json("the fleet's state", state)?);
        fleet::set(&self.pool, &key, expected_version, &state).await
    }

    async fn shared_calls(&self, lane: &str) -> Result<SharedRow, StoreError> {
        shared_calls::read(&self.pool, lane).await
    }

    async fn set_shared_calls(
        &self,
        lane: &str,
        expected_version: u64,
        state: &Value,
    ) -> Result<Option<u64>, StoreError> {
        shared_calls::set(&self.pool, lane, expected_version, &to_json("the shared calls", state)?).await
    }

    async fn put_secret_if_absent(
        &self,
        kind: &str,
        name: &str,
        sealed: SealedSecret,
    ) -> Result<SealedSecret, StoreError> {
        secrets::put_if_absent(&self.pool, kind, name, sealed).await
    }

    async fn replace_secret(&self, kind: &str, name: &str, sealed: SealedSecret) -> Result<(), StoreError> {
        secrets::replace(&self.pool, kind, name, &sealed).await
    }

    async fn get_secret(&self, kind: &str, name: &str) -> Result<Option<SealedSecret>, StoreError> {
        secrets::get(&self.pool, kind, name).await
    }

    async fn secret_names(&self, kind: &str) -> Result<Vec<String>, StoreError> {
        secrets::names(&self.pool, kind).await
    }

    async fn keep_documents(&self, id: &MigrationId, documents: BTreeMap<String, Vec<u8>>) -> Result<(), StoreError> {
        documents::keep(&self.pool, id, &documents).await
    }

    async fn document(&self, id: &MigrationId, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        documents::get(&self.pool, id.as_str(), name).await
    }

    async fn take_notices(&self, now: Timestamp, limit: u32, lease: Duration) -> Result<Vec<TakenNotice>, StoreError> {
        let rows = notices::take(&self.pool, now, limit, lease_ms(lease)).await?;
        Ok(rows.into_iter().filter_map(TakenRow::readable).collect())
    }

    async fn notice_done(&self, seq: u64, at: Timestamp) -> Result<(), StoreError> {
        notices::done(&self.pool, seq, at).await
    }

    async fn notice_failed(&self, seq: u64, why: &str, retry_at: Option<Timestamp>) -> Result<(), StoreError> {
        notices::failed(&self.pool, seq, why, retry_at).await
    }

    async fn next_notice_due(&self) -> Result<Option<Timestamp>, StoreError> {
        notices::next_due(&self.pool).await
    }
}
