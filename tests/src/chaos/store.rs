//! The store as one process of a schedule sees it: leases run on the schedule's time, and the process may die or stand still at
//! every claim and every commit.
//!
//! Nothing of the store itself is replaced: a lease that has run out on virtual time is shortened to nothing in the real one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use unmoor_engine::clock::Clock as _;
use unmoor_migration::effect::LOST;
use unmoor_migration::retry::after;
use unmoor_migration::{Event, Fact, MigrationId, Outcome};
use unmoor_store::chain::JournalKey;
use unmoor_store::{
    Claim, Commit, CommitError, Committed, Cursor, Filter, Imported, JournalRow, JournalView, NewMigration, Page,
    SealedSecret, SharedRow, Stamp, Store, StoreError, Stored, StoredFleet, Survival, TakenNotice, Wake,
};

use super::schedule::Point;
use super::shared::Shared;
use super::worker::Process;

/// As good as for ever in the real store's time.
const LONG: Duration = Duration::from_secs(24 * 3600);

/// Who holds what until when, on virtual time.
#[derive(Default)]
pub(super) struct Leases(Mutex<BTreeMap<MigrationId, (Claim, Timestamp)>>, Mutex<Option<Option<Wake>>>);

impl Leases {
    /// What the store said of the next work, for as long as nothing was changed: most looks of a worker come for nothing.
    fn known_due(&self) -> MutexGuard<'_, Option<Option<Wake>>> {
        self.1.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was changed.
    fn changed(&self) {
        *self.known_due() = None;
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<MigrationId, (Claim, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, shared: &Shared, claim: &Claim, lease: Duration) {
        let now = shared.clock.now();
        let until = after(now, SignedDuration::try_from(lease).unwrap());
        let slim = Claim { inputs: Vec::new(), ..claim.clone() };
        let before = self.held().insert(claim.migration.id().clone(), (slim, until));
        if let Some((other, _)) = before.filter(|(other, until)| other.fence != claim.fence && *until > now) {
            let (id, owner, other) = (claim.migration.id(), &claim.owner, other.owner);
            shared.violated(|| format!("{owner} was given {id} while {other} had a lease on it"));
        }
    }

    fn forget(&self, id: &MigrationId, fence: u64) {
        let mut held = self.held();
        if held.get(id).is_some_and(|(claim, _)| claim.fence == fence) {
            held.remove(id);
        }
    }

    /// When the first of them runs out.
    fn first_end(&self) -> Option<Timestamp> {
        self.held().values().map(|(_, until)| *until).min()
    }

    /// Only who has the claim may commit.
    fn see_committed(&self, shared: &Shared, claim: &Claim) {
        let held = self.held().get(claim.migration.id()).map(|(other, _)| (other.fence, other.owner.clone()));
        if let Some((_, other)) = held.filter(|(fence, _)| *fence != claim.fence) {
            let (id, owner) = (claim.migration.id(), &claim.owner);
            shared.violated(|| format!("{owner} committed {id} after {other} had claimed it"));
        }
    }

    fn take_over(&self, now: Timestamp) -> Vec<Claim> {
        let mut held = self.held();
        let over: Vec<MigrationId> =
            held.iter().filter(|(_, (_, until))| *until <= now).map(|(id, _)| id.clone()).collect();
        over.iter().filter_map(|id| held.remove(id)).map(|(claim, _)| claim).collect()
    }
}

/// The store of one process, or of whoever stands outside.
pub(super) struct ChaosStore {
    pub(super) inner: Arc<dyn Store>,
    pub(super) leases: Arc<Leases>,
    pub(super) shared: Arc<Shared>,
    pub(super) process: Option<Arc<Process>>,
}

impl ChaosStore {
    async fn reach(&self, point: Point, is_write: bool) {
        if let Some(process) = &self.process {
            process.reach(point, is_write).await;
        }
    }

    /// When the store says that there is work next.
    async fn due(&self) -> Result<Option<Wake>, StoreError> {
        if let Some(known) = *self.leases.known_due() {
            return Ok(known);
        }
        let due = self.inner.next_due().await?;
        *self.leases.known_due() = Some(due);
        Ok(due)
    }

    async fn end_leases(&self) -> Result<(), StoreError> {
        for claim in self.leases.take_over(self.shared.clock.now()) {
            self.leases.changed();
            match self.inner.renew(&claim, Duration::ZERO).await {
                Ok(()) => {
                    self.shared.tell(|| format!("the lease of {} on {} ends", claim.owner, claim.migration.id()));
                    self.shared.tally("lease expired");
                }
                Err(CommitError::Store(error)) => return Err(error),
                // It was somebody else's by then, or nobody's.
                Err(_) => {}
            }
        }
        Ok(())
    }
}

fn begins_a_write(events: &[Event]) -> bool {
    events.iter().any(|event| match &event.fact {
        Fact::AttemptStarted { attempt } => attempt.effect.kind().cannot_be_undone(),
        _ => false,
    })
}

/// Whether these say that nobody knows what came of the attempt.
fn is_lost(open: u64, events: &[Event]) -> bool {
    events.iter().any(|event| match &event.fact {
        Fact::AttemptEnded { attempt, outcome: Outcome::Unknown { why }, .. } => *attempt == open && why == LOST,
        _ => false,
    })
}

fn names(events: &[Event]) -> String {
    let name = |event: &Event| match &event.fact {
        Fact::AttemptStarted { attempt } => format!("begins {:?}", attempt.effect.kind()),
        Fact::AttemptEnded { kind, outcome, .. } => {
            let outcome = format!("{outcome:?}");
            format!("{kind:?} ended: {}", outcome.split([' ', '{']).next().unwrap_or_default())
        }
        Fact::Waiting { blockers, .. } => {
            let codes: Vec<&str> = blockers.iter().map(|blocker| blocker.code.as_str()).collect();
            format!("waits {}", codes.join(" "))
        }
        _ => event.kind().to_string(),
    };
    events.iter().map(name).collect::<Vec<_>>().join(", ")
}

#[async_trait]
impl Store for ChaosStore {
    fn chain_with(&self, key: JournalKey) {
        self.inner.chain_with(key);
    }

    async fn survival(&self) -> Result<Survival, StoreError> {
        self.inner.survival().await
    }

    async fn journals(&self) -> Result<Box<dyn JournalView + '_>, StoreError> {
        self.inner.journals().await
    }

    async fn shared_calls(&self, lane: &str) -> Result<SharedRow, StoreError> {
        self.inner.shared_calls(lane).await
    }

    async fn set_shared_calls(
        &self,
        lane: &str,
        expected_version: u64,
        state: &Value,
    ) -> Result<Option<u64>, StoreError> {
        self.inner.set_shared_calls(lane, expected_version, state).await
    }

    async fn claim_due(
        &self,
        now: Timestamp,
        limit: u32,
        owner: &str,
        lease: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        self.end_leases().await?;
        let is_due = match self.due().await? {
            Some(Wake::At(due)) => due <= now,
            Some(Wake::AtOnce) => true,
            None => false,
        };
        if !is_due {
            return Ok(Vec::new());
        }
        self.leases.changed();
        let claims = self.inner.claim_due(now, limit, owner, LONG).await?;
        claims.iter().for_each(|claim| self.leases.remember(&self.shared, claim, lease));
        if !claims.is_empty() {
            self.reach(Point::Claimed, false).await;
        }
        Ok(claims)
    }

    async fn claim(&self, id: &MigrationId, owner: &str, lease: Duration) -> Result<Option<Claim>, StoreError> {
        self.end_leases().await?;
        self.leases.changed();
        let claim = self.inner.claim(id, owner, LONG).await?;
        claim.iter().for_each(|claim| self.leases.remember(&self.shared, claim, lease));
        Ok(claim)
    }

    async fn commit(&self, claim: &Claim, commit: &Commit) -> Result<Committed, CommitError> {
        let is_write = begins_a_write(&commit.events);
        self.reach(Point::Committing, is_write).await;
        let (m, events, release) = (commit.snapshot.migration().clone(), commit.events.clone(), commit.release);
        self.leases.changed();
        let result = self.inner.commit(claim, commit).await;
        match &result {
            Ok(_) => {
                let id = m.id();
                self.shared.tell(|| format!("{}  {id} {}: {}", claim.owner, m.phase(), names(&events)));
                if let Some(open) = claim.migration.open_attempt().filter(|open| is_lost(open.id, &events)) {
                    self.shared.forgotten(id, &open.effect);
                }
                self.shared.committed(&claim.owner, &m);
                self.leases.see_committed(&self.shared, claim);
                if release {
                    self.leases.forget(id, claim.fence);
                }
            }
            Err(error) => {
                self.shared.tell(|| format!("{}  cannot commit: {error}", claim.owner));
                let kind = match error {
                    CommitError::FenceLost { .. } => "stale worker's commit refused",
                    CommitError::InputsWait { .. } => "step gave way to a person's input",
                    _ => "commit refused otherwise",
                };
                self.shared.tally(kind);
            }
        }
        self.reach(Point::Committed, is_write).await;
        result
    }

    async fn append_evidence(&self, id: &MigrationId, at: Timestamp, evidence: &Value) -> Result<u64, StoreError> {
        if evidence.get("outcome").is_some() {
            self.shared.tally("stale worker's outcome kept as evidence");
        }
        self.shared.tell(|| format!("evidence of {id}: {evidence}"));
        self.inner.append_evidence(id, at, evidence).await
    }

    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<(), CommitError> {
        self.leases.changed();
        self.inner.renew(claim, LONG).await?;
        self.leases.remember(&self.shared, claim, lease);
        Ok(())
    }

    async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        self.leases.changed();
        self.inner.release(claim).await?;
        self.leases.forget(claim.migration.id(), claim.fence);
        Ok(())
    }

    async fn release_all_of(&self, owner: &str) -> Result<u64, StoreError> {
        self.leases.changed();
        let released = self.inner.release_all_of(owner).await?;
        self.leases.held().retain(|_, (claim, _)| claim.owner != owner);
        Ok(released)
    }

    /// A lease that ends makes work as well.
    async fn next_due(&self) -> Result<Option<Wake>, StoreError> {
        self.end_leases().await?;
        let due = self.due().await?;
        let end = self.leases.first_end().map(|end| after(end, self.shared.offset()));
        Ok(match (due, end) {
            (Some(Wake::At(due)), Some(end)) => Some(Wake::At(due.min(end))),
            (None, Some(end)) => Some(Wake::At(end)),
            (due, _) => due,
        })
    }

    async fn woken(&self) {
        self.inner.woken().await;
    }

    async fn stamp(&self, wanted: &Stamp) -> Result<(), StoreError> {
        self.inner.stamp(wanted).await
    }

    async fn read_stamp(&self) -> Result<Option<Stamp>, StoreError> {
        self.inner.read_stamp().await
    }

    async fn import(&self, rows: Vec<NewMigration>, at: Timestamp) -> Result<Vec<Imported>, StoreError> {
        self.leases.changed();
        self.inner.import(rows, at).await
    }

    async fn load(&self, id: &MigrationId) -> Result<Option<Stored>, StoreError> {
        self.inner.load(id).await
    }

    async fn list(&self, filter: &Filter, after: Option<&Cursor>, limit: u32) -> Result<Page<Stored>, StoreError> {
        self.inner.list(filter, after, limit).await
    }

    async fn count_by_phase(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        self.inner.count_by_phase().await
    }

    async fn post_inputs(
        &self,
        ids: &[MigrationId],
        body: &Value,
        by: &str,
        at: Timestamp,
    ) -> Result<Vec<Option<u64>>, StoreError> {
        self.leases.changed();
        self.inner.post_inputs(ids, body, by, at).await
    }

    async fn journal(&self, id: &MigrationId, after_seq: u64, limit: u32) -> Result<Vec<JournalRow>, StoreError> {
        self.inner.journal(id, after_seq, limit).await
    }

    async fn fleet(&self) -> Result<StoredFleet, StoreError> {
        self.inner.fleet().await
    }

    async fn set_fleet(&self, expected_version: u64, state: &Value) -> Result<u64, CommitError> {
        self.inner.set_fleet(expected_version, state).await
    }

    async fn put_secret_if_absent(
        &self,
        kind: &str,
        name: &str,
        sealed: SealedSecret,
    ) -> Result<SealedSecret, StoreError> {
        self.inner.put_secret_if_absent(kind, name, sealed).await
    }

    async fn replace_secret(&self, kind: &str, name: &str, sealed: SealedSecret) -> Result<(), StoreError> {
        self.inner.replace_secret(kind, name, sealed).await
    }

    async fn get_secret(&self, kind: &str, name: &str) -> Result<Option<SealedSecret>, StoreError> {
        self.inner.get_secret(kind, name).await
    }

    async fn secret_names(&self, kind: &str) -> Result<Vec<String>, StoreError> {
        self.inner.secret_names(kind).await
    }

    async fn keep_documents(&self, id: &MigrationId, documents: BTreeMap<String, Vec<u8>>) -> Result<(), StoreError> {
        self.inner.keep_documents(id, documents).await
    }

    async fn document(&self, id: &MigrationId, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.document(id, name).await
    }

    async fn take_notices(&self, now: Timestamp, limit: u32, lease: Duration) -> Result<Vec<TakenNotice>, StoreError> {
        self.inner.take_notices(now, limit, lease).await
    }

    async fn notice_done(&self, seq: u64, at: Timestamp) -> Result<(), StoreError> {
        self.inner.notice_done(seq, at).await
    }

    async fn notice_failed(&self, seq: u64, why: &str, retry_at: Option<Timestamp>) -> Result<(), StoreError> {
        self.inner.notice_failed(seq, why, retry_at).await
    }

    async fn next_notice_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.inner.next_notice_due().await
    }
}
