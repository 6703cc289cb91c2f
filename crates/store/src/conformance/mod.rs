//! What every backend must do, sentence by sentence of [`Store`](crate::Store).
//!
//! A backend runs it with
//! ```text
//! unmoor_store::conformance_tests!(MyDatabase::fresh().await);
//! ```
//! where the expression makes an empty [`Database`]. No test waits: a lease of no length has run out as soon as it is given.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    reason = "tests, whose names are their documentation"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value, json};
use unmoor_migration::{Customer, Event, Migration, MigrationId, Urgency, WabaId};

use crate::chain::JournalKey;
use crate::{Claim, Commit, NewMigration, Notice, Outline, Snapshot, Store, Transfer};

pub mod chains;
pub mod claims;
pub mod commits;
pub mod documents;
pub mod due;
pub mod fleet;
pub mod inbox;
pub mod journal;
pub mod lists;
pub mod migrations;
pub mod notices;
pub mod secrets;
pub mod shared_calls;
pub mod transfers;

/// An empty database of the backend under test.
#[async_trait]
pub trait Database: Send + Sync {
    /// One more handle on the same data, as another process would have, before it has the journal's key.
    async fn open_without_key(&self) -> Arc<dyn Store>;
    /// The same with the key.
    async fn open(&self) -> Arc<dyn Store> {
        let store = self.open_without_key().await;
        store.chain_with(journal_key());
        store
    }
    /// Runs SQL past the store, as somebody with access to the database could; the words of a refusal.
    async fn tamper(&self, sql: &str) -> Result<(), String>;
    /// The same, once the database's own guards are out of the way.
    async fn tamper_unguarded(&self, sql: &str) -> Result<(), String>;
}

/// One that can be moved, which a rehearsal's cannot.
#[async_trait]
pub trait MovableDatabase: Database {
    /// The same data, to be moved.
    async fn transfer(&self) -> Arc<dyn Transfer>;
    /// Every column of every table: table and column.
    async fn columns(&self) -> BTreeSet<(String, String)>;
}

/// One `#[tokio::test]` for each test of the suite.
#[macro_export]
macro_rules! conformance_tests {
    (movable $database:expr) => {
        $crate::conformance_tests!($database);
        $crate::conformance_tests! { @each $database;
            transfers::each_column_travels_or_stays_for_a_reason,
            transfers::a_database_that_was_moved_refuses_every_change,
            transfers::a_database_that_was_taken_back_goes_on,
            transfers::an_import_into_a_database_with_something_in_it_is_refused,
            transfers::an_import_of_another_stamp_is_refused,
            transfers::a_file_that_is_cut_or_changed_leaves_the_database_empty,
            transfers::numbers_go_on_behind_those_that_were_brought,
        }
    };
    ($database:expr) => {
        $crate::conformance_tests! { @each $database;
            chains::each_row_follows_on_the_one_before_whoever_wrote_it,
            chains::every_lane_is_the_sum_of_its_heads,
            chains::a_refused_commit_leaves_chains_and_lanes_as_they_were,
            chains::commits_at_one_time_lose_no_head,
            chains::the_fleets_state_is_sealed,
            chains::a_changed_entry_is_not_mended_by_later_commits,
            chains::a_changed_head_is_not_mended_by_later_commits,
            chains::a_changed_lane_is_not_mended_by_later_commits,
            claims::claims_are_exclusive,
            claims::concurrent_claims_share_the_work_without_overlap,
            claims::an_expired_lease_is_taken_over_with_a_higher_fence,
            claims::a_lost_fence_can_do_nothing_but_append_evidence,
            claims::an_expired_lease_that_nobody_took_still_commits,
            claims::a_released_claim_has_ended,
            claims::a_renewed_claim_is_live_again,
            claims::one_migration_can_be_claimed_whatever_its_wake_time,
            claims::the_claims_of_a_dead_owner_are_released_together,
            claims::a_claim_that_is_dropped_leaves_everything_as_it_was,
            commits::a_commit_writes_everything,
            commits::several_commits_under_one_claim,
            commits::a_version_conflict_is_told_with_both_versions,
            commits::a_refused_commit_leaves_nothing_half_done,
            commits::the_state_of_another_migration_is_refused,
            commits::a_lost_fence_is_told_before_any_other_condition,
            documents::a_document_is_kept_until_it_is_replaced,
            documents::documents_belong_to_a_migration,
            due::only_what_is_due_is_claimed_to_the_nanosecond,
            due::the_most_urgent_come_first,
            due::an_input_makes_due_at_once_even_what_is_final,
            due::a_final_migration_is_never_due_by_itself,
            due::the_next_due_time_leaves_out_what_is_leased,
            due::a_commit_moves_the_wake_time,
            due::a_state_that_cannot_be_read_stops_no_other,
            fleet::the_first_stamp_is_kept_and_another_refused,
            fleet::the_fleet_is_compared_and_set,
            fleet::many_workers_that_change_the_fleet_lose_no_change,
            fleet::a_commit_sets_the_fleet_with_it,
            fleet::commits_that_rest_on_the_fleet_do_not_hinder_each_other,
            inbox::inputs_come_in_order_and_are_consumed_once,
            inbox::an_input_posted_under_a_claim_waits_for_the_next,
            inbox::an_input_to_nobody_is_refused,
            inbox::one_input_goes_to_many_at_once,
            inbox::an_input_of_another_migration_cannot_be_consumed,
            inbox::a_commit_can_give_way_to_inputs_that_it_does_not_decide,
            journal::rows_are_numbered_without_a_gap_and_paged,
            journal::the_journal_is_append_only,
            journal::evidence_changes_nothing_else,
            lists::paging_shows_each_migration_once_whatever_happens_meanwhile,
            lists::each_part_of_the_filter_restricts,
            lists::parts_of_the_filter_must_all_fit,
            lists::the_filter_follows_commits,
            lists::phases_are_counted,
            migrations::an_import_answers_each_row_in_order,
            migrations::a_second_import_changes_nothing,
            migrations::a_large_import_is_complete,
            migrations::a_migration_is_found_by_what_it_says_of_itself,
            migrations::what_is_not_there_is_not_loaded,
            migrations::everything_is_there_again_after_closing,
            notices::a_notice_comes_until_it_is_done,
            notices::a_taken_notice_is_nobody_elses,
            notices::a_failed_notice_comes_again_when_it_is_told,
            notices::a_given_up_notice_never_comes_again,
            notices::a_delivered_notice_stays_delivered,
            secrets::the_first_secret_is_kept_until_it_is_replaced,
            secrets::kinds_are_apart_and_names_in_order,
            shared_calls::shared_calls_are_compared_and_set,
            shared_calls::many_workers_that_take_shared_calls_lose_no_change,
        }
    };
    // What takes two handles of two processes; a rehearsal has one.
    (between processes: $database:expr) => {
        $crate::conformance_tests! { @each $database;
            chains::nothing_is_journaled_without_the_key,
            chains::a_view_shows_one_instant,
        }
    };
    (@each $database:expr; $($module:ident::$name:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $name() {
                let database = $database;
                $crate::conformance::$module::$name(&database).await;
            }
        )*
    };
}

/// The key of the tests' chains.
#[must_use]
pub fn journal_key() -> JournalKey {
    JournalKey::new(&[9; 32])
}

/// Longer than any test takes.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
/// A lease that has run out as soon as it is given.
pub(crate) const EXPIRED: Duration = Duration::ZERO;

/// An instant so many seconds into the tests' own time.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub(crate) fn id(n: u64) -> MigrationId {
    MigrationId::of(WabaId::new(&format!("{}", 700_000 + n)).unwrap())
}

pub(crate) fn customer(n: u64) -> Customer {
    Customer::new(format!("customer-{n}"), id(n).source().clone())
}

/// Migration `n` as it is imported.
pub(crate) fn migration(n: u64) -> Migration {
    migration_of(customer(n))
}

pub(crate) fn migration_of(customer: Customer) -> Migration {
    unmoor_migration::begin(&unmoor_migration::import(customer, at(0))).unwrap()
}

/// The state of migration `n`, with an outline of the test's choice.
pub(crate) fn snapshot(n: u64, change: impl FnOnce(&mut Outline)) -> Snapshot {
    outlined(migration(n), change)
}

pub(crate) fn outlined(migration: Migration, change: impl FnOnce(&mut Outline)) -> Snapshot {
    let mut outline = Outline {
        phase: "draft".to_owned(),
        is_final: false,
        wake_at: None,
        urgency: Urgency::Work,
        blockers: Vec::new(),
        turn: None,
    };
    change(&mut outline);
    Snapshot::outlined(migration, outline)
}

pub(crate) fn due_at(n: u64, second: i64) -> Snapshot {
    snapshot(n, |outline| outline.wake_at = Some(at(second)))
}

pub(crate) fn imported(n: u64) -> Event {
    event(&migration(n))
}

fn event(migration: &Migration) -> Event {
    unmoor_migration::import(migration.customer().clone(), at(0))
}

pub(crate) fn new(snapshot: Snapshot) -> NewMigration {
    let events = vec![event(snapshot.migration())];
    NewMigration { snapshot, events }
}

pub(crate) async fn import(store: &dyn Store, snapshots: impl IntoIterator<Item = Snapshot>) {
    store.chain_with(journal_key());
    store.import(snapshots.into_iter().map(new).collect(), at(0)).await.unwrap();
}

/// A store with migration 1, due at second 0.
pub(crate) async fn one(database: &dyn Database) -> Arc<dyn Store> {
    let store = database.open().await;
    import(&*store, [due_at(1, 0)]).await;
    store
}

pub(crate) async fn claimed(store: &dyn Store, n: u64) -> Claim {
    store.claim(&id(n), "worker", HOUR).await.unwrap().expect("nobody else holds it")
}

/// A commit that changes nothing but the version and the journal.
pub(crate) fn plain(snapshot: Snapshot) -> Commit {
    let events = vec![event(snapshot.migration())];
    Commit {
        snapshot,
        events,
        at: at(1),
        inputs_done: Vec::new(),
        notices: Vec::new(),
        fleet: None,
        unless_asked: false,
        release: false,
    }
}

pub(crate) fn notice(text: &str) -> Notice {
    Notice { kind: "mail".to_owned(), body: json!({ "text": text }) }
}

/// Everything about a migration that a test could find changed.
#[derive(Debug, PartialEq)]
pub(crate) struct Everything {
    stored: crate::Stored,
    journal: Vec<crate::JournalRow>,
    fleet: crate::StoredFleet,
    next_due: Option<crate::Wake>,
    next_notice: Option<Timestamp>,
    phases: std::collections::BTreeMap<String, u64>,
}

impl Everything {
    pub(crate) async fn of(store: &dyn Store, n: u64) -> Self {
        Self {
            stored: store.load(&id(n)).await.unwrap().unwrap(),
            journal: store.journal(&id(n), 0, 1000).await.unwrap(),
            fleet: store.fleet().await.unwrap(),
            next_due: store.next_due().await.unwrap(),
            next_notice: store.next_notice_due().await.unwrap(),
            phases: store.count_by_phase().await.unwrap(),
        }
    }
}

pub(crate) fn ask(what: &str) -> Value {
    json!({ "ask": what })
}

#[test]
#[cfg(test)]
fn every_test_of_the_suite_is_run() {
    let list = include_str!("mod.rs");
    let mut tests = 0;
    for (module, source) in [
        ("chains", include_str!("chains.rs")),
        ("claims", include_str!("claims.rs")),
        ("commits", include_str!("commits.rs")),
        ("documents", include_str!("documents.rs")),
        ("due", include_str!("due.rs")),
        ("fleet", include_str!("fleet.rs")),
        ("inbox", include_str!("inbox.rs")),
        ("journal", include_str!("journal.rs")),
        ("lists", include_str!("lists.rs")),
        ("migrations", include_str!("migrations.rs")),
        ("notices", include_str!("notices.rs")),
        ("secrets", include_str!("secrets.rs")),
        ("transfers", include_str!("transfers.rs")),
    ] {
        for line in source.lines() {
            let Some(name) = line.strip_prefix("pub async fn ") else { continue };
            let name = name.split('(').next().unwrap();
            assert!(list.contains(&format!(" {module}::{name},")), "{module}::{name} is not in the list");
            tests += 1;
        }
    }
    assert!(tests >= 50, "only {tests} tests were found");
}
