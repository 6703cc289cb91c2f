//! The store of a process that may die: passes the points around claims, commits and secrets, and hands everything on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use unmoor_engine::vault::SecretKind;
use unmoor_migration::{EffectKind, Fact, MigrationId};
use unmoor_store::chain::JournalKey;
use unmoor_store::{
    Claim, Commit, CommitError, Committed, Cursor, Filter, Imported, JournalRow, JournalView, NewMigration, Page,
    SealedSecret, SharedRow, Stamp, Store, StoreError, Stored, StoredFleet, Survival, TakenNotice, Wake,
};

use super::{Death, Moment};

pub(super) struct Mortal {
    pub(super) inner: Arc<dyn Store>,
    pub(super) death: Death,
}

/// The effects that a commit tells something of, with the moments before and after it, in their order. Attempts at reads are
/// journaled together with what they gave.
fn told(commit: &Commit) -> Vec<(EffectKind, [Moment; 2])> {
    let told = commit.events.iter().filter_map(|event| match &event.fact {
        Fact::AttemptStarted { attempt } => {
            Some((attempt.effect.kind(), [Moment::BeforeAttempt, Moment::AfterAttempt]))
        }
        Fact::AttemptEnded { kind, .. } => Some((*kind, [Moment::BeforeOutcome, Moment::AfterOutcome])),
        _ => None,
    });
    told.collect()
}

/// The attempt that a commit leaves without an outcome, if its outcome is the next thing that is committed. That of a reading may
/// come with many others.
fn left_open(commit: &Commit) -> Option<EffectKind> {
    let last = commit.events.iter().rev().find_map(|event| match &event.fact {
        Fact::AttemptStarted { attempt } => Some(Some(attempt.effect.kind())),
        Fact::AttemptEnded { .. } => Some(None),
        _ => None,
    });
    last.flatten().filter(|kind| kind.is_journaled_first())
}

#[async_trait]
impl Store for Mortal {
    fn chain_with(&self, key: JournalKey) {
        self.inner.chain_with(key);
    }

    async fn survival(&self) -> Result<Survival, StoreError> {
        self.death.only_alive().await;
        self.inner.survival().await
    }

    async fn journals(&self) -> Result<Box<dyn JournalView + '_>, StoreError> {
        self.death.only_alive().await;
        self.inner.journals().await
    }

    async fn shared_calls(&self, lane: &str) -> Result<SharedRow, StoreError> {
        self.death.only_alive().await;
        self.inner.shared_calls(lane).await
    }

    async fn set_shared_calls(
        &self,
        lane: &str,
        expected_version: u64,
        state: &Value,
    ) -> Result<Option<u64>, StoreError> {
        self.death.only_alive().await;
        self.inner.set_shared_calls(lane, expected_version, state).await
    }

    async fn stamp(&self, wanted: &Stamp) -> Result<(), StoreError> {
        self.death.only_alive().await;
        self.inner.stamp(wanted).await
    }

    async fn read_stamp(&self) -> Result<Option<Stamp>, StoreError> {
        self.death.only_alive().await;
        self.inner.read_stamp().await
    }

    async fn import(&self, rows: Vec<NewMigration>, at: Timestamp) -> Result<Vec<Imported>, StoreError> {
        self.death.only_alive().await;
        self.inner.import(rows, at).await
    }

    async fn load(&self, id: &MigrationId) -> Result<Option<Stored>, StoreError> {
        self.death.only_alive().await;
        self.inner.load(id).await
    }

    async fn list(&self, filter: &Filter, after: Option<&Cursor>, limit: u32) -> Result<Page<Stored>, StoreError> {
        self.death.only_alive().await;
        self.inner.list(filter, after, limit).await
    }

    async fn count_by_phase(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        self.death.only_alive().await;
        self.inner.count_by_phase().await
    }

    async fn claim_due(
        &self,
        now: Timestamp,
        limit: u32,
        owner: &str,
        lease: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        self.death.only_alive().await;
        let claims = self.inner.claim_due(now, limit, owner, lease).await?;
        if !claims.is_empty() {
            self.death.pass(None, Moment::Claimed).await;
        }
        Ok(claims)
    }

    async fn claim(&self, id: &MigrationId, owner: &str, lease: Duration) -> Result<Option<Claim>, StoreError> {
        self.death.only_alive().await;
        self.inner.claim(id, owner, lease).await
    }

    async fn commit(&self, claim: &Claim, commit: &Commit) -> Result<Committed, CommitError> {
        let told = told(commit);
        for (effect, [before, _]) in &told {
            self.death.pass(Some(*effect), *before).await;
        }
        self.death.only_alive().await;
        let committed = self.inner.commit(claim, commit).await?;
        self.death.opens(left_open(commit));
        for (effect, [_, after]) in &told {
            self.death.pass(Some(*effect), *after).await;
        }
        Ok(committed)
    }

    async fn append_evidence(&self, id: &MigrationId, at: Timestamp, evidence: &Value) -> Result<u64, StoreError> {
        self.death.only_alive().await;
        self.inner.append_evidence(id, at, evidence).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<(), CommitError> {
        self.death.only_alive().await;
        self.inner.renew(claim, lease).await
    }

    async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        self.death.only_alive().await;
        self.inner.release(claim).await
    }

    async fn release_all_of(&self, owner: &str) -> Result<u64, StoreError> {
        self.death.only_alive().await;
        self.inner.release_all_of(owner).await
    }

    async fn next_due(&self) -> Result<Option<Wake>, StoreError> {
        self.death.only_alive().await;
        self.inner.next_due().await
    }

    async fn woken(&self) {
        self.death.only_alive().await;
        self.inner.woken().await;
    }

    async fn post_inputs(
        &self,
        ids: &[MigrationId],
        body: &Value,
        by: &str,
        at: Timestamp,
    ) -> Result<Vec<Option<u64>>, StoreError> {
        self.death.only_alive().await;
        self.inner.post_inputs(ids, body, by, at).await
    }

    async fn journal(&self, id: &MigrationId, after_seq: u64, limit: u32) -> Result<Vec<JournalRow>, StoreError> {
        self.death.only_alive().await;
        self.inner.journal(id, after_seq, limit).await
    }

    async fn fleet(&self) -> Result<StoredFleet, StoreError> {
        self.death.only_alive().await;
        self.inner.fleet().await
    }

    async fn set_fleet(&self, expected_version: u64, state: &Value) -> Result<u64, CommitError> {
        self.death.only_alive().await;
        self.inner.set_fleet(expected_version, state).await
    }

    async fn put_secret_if_absent(
        &self,
        kind: &str,
        name: &str,
        sealed: SealedSecret,
    ) -> Result<SealedSecret, StoreError> {
        self.death.only_alive().await;
        let kept = self.inner.put_secret_if_absent(kind, name, sealed).await?;
        if kind == SecretKind::Pin.as_str() {
            self.death.pass(Some(EffectKind::SealPin), Moment::Sent).await;
        }
        Ok(kept)
    }

    async fn replace_secret(&self, kind: &str, name: &str, sealed: SealedSecret) -> Result<(), StoreError> {
        self.death.only_alive().await;
        self.inner.replace_secret(kind, name, sealed).await
    }

    async fn get_secret(&self, kind: &str, name: &str) -> Result<Option<SealedSecret>, StoreError> {
        self.death.only_alive().await;
        self.inner.get_secret(kind, name).await
    }

    async fn secret_names(&self, kind: &str) -> Result<Vec<String>, StoreError> {
        self.death.only_alive().await;
        self.inner.secret_names(kind).await
    }

    async fn keep_documents(&self, id: &MigrationId, documents: BTreeMap<String, Vec<u8>>) -> Result<(), StoreError> {
        self.death.only_alive().await;
        self.inner.keep_documents(id, documents).await
    }

    async fn document(&self, id: &MigrationId, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.death.only_alive().await;
        self.inner.document(id, name).await
    }

    async fn take_notices(&self, now: Timestamp, limit: u32, lease: Duration) -> Result<Vec<TakenNotice>, StoreError> {
        self.death.only_alive().await;
        self.inner.take_notices(now, limit, lease).await
    }

    async fn notice_done(&self, seq: u64, at: Timestamp) -> Result<(), StoreError> {
        self.death.only_alive().await;
        self.inner.notice_done(seq, at).await
    }

    async fn notice_failed(&self, seq: u64, why: &str, retry_at: Option<Timestamp>) -> Result<(), StoreError> {
        self.death.only_alive().await;
        self.inner.notice_failed(seq, why, retry_at).await
    }

    async fn next_notice_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.death.only_alive().await;
        self.inner.next_notice_due().await
    }
}
