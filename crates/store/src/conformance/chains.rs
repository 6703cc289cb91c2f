use super::*;
use crate::chain::{JournalKey, Lane, NOTHING, digest};
use crate::{CommitError, FleetUpdate, JournalView, KeptEntry, KeptMigration, StoreError};

/// Everything that a view shows, whatever the size of its pages.
struct Shown {
    lanes: Vec<Lane>,
    migrations: Vec<KeptMigration>,
    entries: Vec<KeptEntry>,
    lane_count: u64,
}

async fn shown(view: &mut dyn JournalView) -> Shown {
    let mut shown = Shown {
        lanes: view.lanes().await.unwrap(),
        migrations: Vec::new(),
        entries: Vec::new(),
        lane_count: view.lane_count(),
    };
    loop {
        let after = shown.migrations.last().map_or("", |migration: &KeptMigration| &migration.id).to_owned();
        match view.migrations(&after, 2).await.unwrap() {
            page if page.is_empty() => break,
            page => shown.migrations.extend(page),
        }
    }
    loop {
        let last: Option<&KeptEntry> = shown.entries.last();
        let after = last.map_or(("", i64::MIN), |entry| (entry.migration_id.as_str(), entry.seq));
        match view.entries(after, 3).await.unwrap() {
            page if page.is_empty() => return shown,
            page => shown.entries.extend(page),
        }
    }
}

/// Computes all links and sums anew, from the rows as they stand.
fn holds(shown: &Shown, key: &JournalKey) -> Result<(), String> {
    let mut lanes: Vec<Lane> = (0..shown.lane_count).map(Lane::empty).collect();
    for migration in &shown.migrations {
        let (mut before, mut seq) = (NOTHING, 0);
        for entry in shown.entries.iter().filter(|entry| entry.migration_id == migration.id) {
            seq += 1;
            let text = digest(entry.at_ns, &entry.kind, &entry.body);
            before = key.link(&before, &migration.id, seq, &text);
            if entry.seq != seq || entry.link != before {
                return Err(format!("entry {seq} of {}", migration.id));
            }
        }
        if migration.journal_seq != seq || migration.journal_head != before {
            return Err(format!("the end of {}", migration.id));
        }
        let lane = &mut lanes[usize::try_from(Lane::number_of(&migration.id, shown.lane_count)).unwrap()];
        lane.toggle(&key.head(&migration.id, seq, &before));
        lane.migrations += 1;
    }
    for (found, wanted) in shown.lanes.iter().zip(&lanes) {
        if !found.is_sealed(key) || (found.sum, found.migrations) != (wanted.sum, wanted.migrations) {
            return Err(format!("lane {}", found.number));
        }
    }
    if shown.lanes.len() == lanes.len() { Ok(()) } else { Err("a lane is missing".to_owned()) }
}

async fn checked(store: &dyn Store) -> Result<(), String> {
    let mut view = store.journals().await.unwrap();
    holds(&shown(view.as_mut()).await, &journal_key())
}

/// Two migrations with commits, evidence and an update of the fleet between them.
async fn busy(database: &dyn Database) -> Arc<dyn Store> {
    let store = database.open().await;
    import(&*store, [due_at(1, 0), due_at(2, 0)]).await;
    let mut claim = claimed(&*store, 1).await;
    for round in 0..3 {
        let commit = Commit {
            events: vec![imported(1); 2],
            fleet: Some(FleetUpdate { expected_version: round, state: Some(json!({ "round": round })) }),
            ..plain(due_at(1, 5))
        };
        claim.version = store.commit(&claim, &commit).await.unwrap().version;
        store.append_evidence(&id(2), at(2), &json!({ "round": round })).await.unwrap();
        store.append_evidence(&id(1), at(2), &json!("after a lost fence")).await.unwrap();
    }
    claim.version = store.commit(&claim, &Commit { events: Vec::new(), ..plain(due_at(1, 6)) }).await.unwrap().version;
    store
}

pub async fn each_row_follows_on_the_one_before_whoever_wrote_it(database: &dyn Database) {
    let store = busy(database).await;
    assert_eq!(checked(&*store).await, Ok(()));
    let mut view = store.journals().await.unwrap();
    let shown = shown(view.as_mut()).await;
    assert_eq!(shown.entries.len(), 1 + 3 * 3 + 1 + 3);
    let other = JournalKey::new(&[1; 32]);
    assert_eq!(holds(&shown, &other), Err(format!("entry 1 of {}", id(1))));
}

pub async fn every_lane_is_the_sum_of_its_heads(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, (0..600).map(|n| due_at(n, 0))).await;
    import(&*store, (500..700).map(|n| due_at(n, 0))).await;
    assert_eq!(checked(&*store).await, Ok(()));
    let lanes = store.journals().await.unwrap().lanes().await.unwrap();
    assert_eq!(lanes.iter().map(|lane| lane.migrations).sum::<u64>(), 700);
}

pub async fn a_refused_commit_leaves_chains_and_lanes_as_they_were(database: &dyn Database) {
    let store = busy(database).await;
    let before = store.journals().await.unwrap().lanes().await.unwrap();
    let claim = claimed(&*store, 2).await;
    let update = FleetUpdate { expected_version: 0, state: Some(json!(1)) };
    let refused = store.commit(&claim, &Commit { fleet: Some(update), ..plain(due_at(2, 5)) }).await.unwrap_err();
    assert!(matches!(refused, CommitError::FleetConflict { .. }), "{refused}");
    assert_eq!(store.journals().await.unwrap().lanes().await.unwrap(), before);
    assert_eq!(checked(&*store).await, Ok(()));
}

pub async fn commits_at_one_time_lose_no_head(database: &dyn Database) {
    let stores = [database.open().await, database.open().await];
    import(&*stores[0], (0..24).map(|n| due_at(n, 0))).await;
    let workers = (0..24_u64).map(|n| {
        let store = Arc::clone(&stores[usize::from(n % 2 == 0)]);
        tokio::spawn(async move {
            let mut claim = claimed(&*store, n).await;
            for _ in 0..5 {
                claim.version = store.commit(&claim, &plain(due_at(n, 5))).await.unwrap().version;
                store.append_evidence(&id(n), at(2), &json!("between")).await.unwrap();
            }
            import(&*store, (0..20).map(|m| due_at(1000 + 20 * n + m, 0))).await;
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    assert_eq!(checked(&*stores[1]).await, Ok(()));
}

pub async fn the_fleets_state_is_sealed(database: &dyn Database) {
    let store = database.open().await;
    let sealed = async || store.journals().await.unwrap().fleet().await.unwrap().unwrap().is_sealed(&journal_key());
    assert!(sealed().await);
    store.set_fleet(0, &json!({ "moves": "stopped" })).await.unwrap();
    assert!(sealed().await);
    database.tamper("UPDATE fleet SET body = '{}'").await.unwrap();
    assert!(!sealed().await);
    store.set_fleet(1, &json!({ "moves": "stopped" })).await.unwrap();
    assert!(!sealed().await, "a later change sealed what somebody had changed by hand");
}

pub async fn nothing_is_journaled_without_the_key(database: &dyn Database) {
    let store = one(database).await;
    let claim = claimed(&*store, 1).await;
    let keyless = database.open_without_key().await;
    let is_refused = |error: &StoreError| matches!(error, StoreError::NoJournalKey { .. });
    assert!(is_refused(&keyless.import(vec![new(due_at(2, 0))], at(0)).await.unwrap_err()));
    assert!(is_refused(&keyless.append_evidence(&id(1), at(0), &json!(1)).await.unwrap_err()));
    for refused in [
        keyless.commit(&claim, &plain(due_at(1, 5))).await.map(drop).unwrap_err(),
        keyless.set_fleet(0, &json!(1)).await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(&refused, CommitError::Store(error) if is_refused(error)), "{refused}");
    }
    assert_eq!(keyless.journal(&id(1), 0, 10).await.unwrap().len(), 1, "reading needs no key");
    keyless.post_input(&id(1), &ask("pause"), "lead", at(0)).await.unwrap();
    assert_eq!(checked(&*store).await, Ok(()));
}

pub async fn a_view_shows_one_instant(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, (0..5).map(|n| due_at(n, 0))).await;
    let mut view = store.journals().await.unwrap();
    let first = view.migrations("", 2).await.unwrap();
    let writer = database.open().await;
    import(&*writer, (5..9).map(|n| due_at(n, 0))).await;
    let claim = claimed(&*writer, 4).await;
    writer.commit(&claim, &plain(due_at(4, 5))).await.unwrap();
    let shown = shown(view.as_mut()).await;
    assert_eq!((shown.migrations.len(), shown.entries.len()), (5, 5));
    assert_eq!(shown.migrations[..2], first[..]);
    assert_eq!(holds(&shown, &journal_key()), Ok(()));
    drop(view);
    let mut view = store.journals().await.unwrap();
    assert_eq!(view.migrations("", 100).await.unwrap().len(), 9);
    assert_eq!(view.migration(id(4).as_str()).await.unwrap().unwrap().journal_seq, 2);
    assert_eq!(view.migration("none").await.unwrap(), None);
}

/// Whatever is committed after `sql` was run past the store, it shows.
async fn stays_broken(database: &dyn Database, sql: &str) {
    let store = database.open().await;
    import(&*store, [due_at(1, 0), due_at(2, 0)]).await;
    assert_eq!(checked(&*store).await, Ok(()));
    database.tamper_unguarded(sql).await.unwrap();
    assert!(checked(&*store).await.is_err());
    for n in [1, 2] {
        let claim = claimed(&*store, n).await;
        store.commit(&claim, &Commit { release: true, ..plain(due_at(n, 5)) }).await.unwrap();
        store.append_evidence(&id(n), at(6), &json!("more")).await.unwrap();
    }
    assert!(checked(&*store).await.is_err());
}

pub async fn a_changed_entry_is_not_mended_by_later_commits(database: &dyn Database) {
    stays_broken(database, "UPDATE journal SET body = '{}' WHERE seq = 1").await;
}

pub async fn a_changed_head_is_not_mended_by_later_commits(database: &dyn Database) {
    let other = format!("SELECT link FROM journal WHERE migration_id = '{}'", id(2));
    stays_broken(database, &format!("UPDATE migration SET journal_head = ({other}) WHERE id = '{}'", id(1))).await;
}

pub async fn a_changed_lane_is_not_mended_by_later_commits(database: &dyn Database) {
    stays_broken(database, "UPDATE journal_lane SET commits = commits + 1").await;
}
