use super::*;
use crate::{CommitError, Committed, FleetUpdate, Imported, StoreError};

pub async fn a_commit_writes_everything(database: &dyn Database) {
    let store = one(database).await;
    let seq = store.post_input(&id(1), &ask("pause"), "lead", at(0)).await.unwrap();
    let claim = claimed(&*store, 1).await;
    let changed = snapshot(1, |outline| {
        outline.phase = "ready".to_owned();
        outline.wake_at = Some(at(50));
    });
    let commit = Commit {
        snapshot: changed,
        events: vec![imported(1), imported(1)],
        at: at(7),
        inputs_done: vec![seq],
        notices: vec![notice("first"), notice("second")],
        fleet: Some(FleetUpdate { expected_version: 0, state: Some(json!({ "stopped": true })) }),
        unless_asked: false,
        release: true,
    };
    let committed = store.commit(&claim, &commit).await.unwrap();
    assert_eq!(committed, Committed { version: 2, fleet_version: Some(1) });

    let store = database.open().await;
    let stored = store.load(&id(1)).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.inputs_waiting), (2, 0));
    let journal = store.journal(&id(1), 1, 10).await.unwrap();
    let shape: Vec<_> = journal.iter().map(|row| (row.seq, row.at, row.kind.as_str())).collect();
    assert_eq!(shape, [(2, at(7), "imported"), (3, at(7), "imported")]);
    assert_eq!(journal[0].body, serde_json::to_value(imported(1)).unwrap());
    let fleet = store.fleet().await.unwrap();
    assert_eq!((fleet.version, fleet.state), (1, json!({ "stopped": true })));
    let told: Vec<_> = store.take_notices(at(7), 10, HOUR).await.unwrap();
    assert_eq!(told.iter().map(|taken| taken.notice.clone()).collect::<Vec<_>>(), [notice("first"), notice("second")]);
    assert_eq!(store.count_by_phase().await.unwrap().into_iter().collect::<Vec<_>>(), [("ready".to_owned(), 1)]);
    assert_eq!(store.next_due().await.unwrap(), Some(crate::Wake::At(at(50))));
}

pub async fn several_commits_under_one_claim(database: &dyn Database) {
    let store = one(database).await;
    let mut claim = claimed(&*store, 1).await;
    for version in 2..=4 {
        let committed = store.commit(&claim, &plain(due_at(1, 5))).await.unwrap();
        assert_eq!(committed, Committed { version, fleet_version: None });
        claim.version = committed.version;
    }
    assert_eq!(store.journal(&id(1), 0, 10).await.unwrap().len(), 4);
}

pub async fn a_version_conflict_is_told_with_both_versions(database: &dyn Database) {
    let store = one(database).await;
    let claim = claimed(&*store, 1).await;
    store.commit(&claim, &plain(due_at(1, 5))).await.unwrap();
    match store.commit(&claim, &plain(due_at(1, 9))).await.unwrap_err() {
        CommitError::Conflict { expected: 1, found: 2, id: told } => assert_eq!(told, id(1)),
        other => panic!("{other}"),
    }
    let again = store.import(vec![new(due_at(1, 5))], at(2)).await.unwrap();
    assert_eq!(again, [Imported::AlreadyThere(2)], "the refused commit left its version");
}

pub async fn a_refused_commit_leaves_nothing_half_done(database: &dyn Database) {
    let store = one(database).await;
    let seq = store.post_input(&id(1), &ask("pause"), "lead", at(0)).await.unwrap();
    store.set_fleet(0, &json!("calm")).await.unwrap();
    let claim = claimed(&*store, 1).await;
    let full = || Commit {
        snapshot: snapshot(1, |outline| {
            outline.phase = "ready".to_owned();
            outline.blockers = vec!["PAYMENT".to_owned()];
        }),
        events: vec![imported(1)],
        at: at(7),
        inputs_done: vec![seq],
        notices: vec![notice("told too early")],
        fleet: Some(FleetUpdate { expected_version: 1, state: Some(json!("storm")) }),
        unless_asked: false,
        release: true,
    };
    let before = Everything::of(&*store, 1).await;

    let stale_fleet = FleetUpdate { expected_version: 0, state: Some(json!("storm")) };
    let refused = store.commit(&claim, &Commit { fleet: Some(stale_fleet), ..full() }).await.unwrap_err();
    assert!(matches!(refused, CommitError::FleetConflict { expected: 0, found: 1 }), "{refused}");
    assert_eq!(Everything::of(&*store, 1).await, before);

    let refused = store.commit(&claim, &Commit { inputs_done: vec![seq, seq + 1], ..full() }).await.unwrap_err();
    assert!(matches!(refused, CommitError::InputNotWaiting { seq: other, .. } if other == seq + 1), "{refused}");
    let refused = store.commit(&claim, &Commit { inputs_done: vec![seq, seq], ..full() }).await.unwrap_err();
    assert!(matches!(refused, CommitError::InputNotWaiting { .. }), "{refused}");
    assert_eq!(Everything::of(&*store, 1).await, before);

    let stale = Claim { version: 9, ..claim.clone() };
    let refused = store.commit(&stale, &full()).await.unwrap_err();
    assert!(matches!(refused, CommitError::Conflict { expected: 9, found: 1, .. }), "{refused}");
    assert_eq!(Everything::of(&*store, 1).await, before);

    let blocked = crate::Filter { blockers: vec!["PAYMENT".to_owned()], ..crate::Filter::default() };
    assert!(store.list(&blocked, None, 10).await.unwrap().rows.is_empty());
    store.commit(&claim, &full()).await.unwrap();
    assert_eq!(store.list(&blocked, None, 10).await.unwrap().rows.len(), 1);
}

pub async fn the_state_of_another_migration_is_refused(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, [due_at(1, 0), due_at(2, 0)]).await;
    let claim = claimed(&*store, 1).await;
    match store.commit(&claim, &plain(due_at(2, 5))).await.unwrap_err() {
        CommitError::OtherMigration { claimed, given } => assert_eq!((claimed, given), (id(1), id(2))),
        other => panic!("{other}"),
    }
    for n in [1, 2] {
        assert_eq!(store.load(&id(n)).await.unwrap().unwrap().version, 1);
    }
}

pub async fn a_lost_fence_is_told_before_any_other_condition(database: &dyn Database) {
    let store = one(database).await;
    let lost = store.claim(&id(1), "slow", EXPIRED).await.unwrap().unwrap();
    let holder = store.claim(&id(1), "quick", HOUR).await.unwrap().unwrap();
    store.commit(&holder, &plain(due_at(1, 5))).await.unwrap();
    let fleet = Some(FleetUpdate { expected_version: 9, state: Some(json!(null)) });
    let refused = store.commit(&lost, &Commit { fleet, inputs_done: vec![77], ..plain(due_at(1, 9)) }).await;
    match refused.unwrap_err() {
        CommitError::FenceLost { id: told, fence } => assert_eq!((told, fence), (id(1), lost.fence)),
        other => panic!("{other}"),
    }
    let nobody = Claim { migration: migration(8), ..lost };
    let refused = store.commit(&nobody, &plain(due_at(8, 9))).await.unwrap_err();
    assert!(matches!(refused, CommitError::Store(StoreError::UnknownMigration { .. })), "{refused}");
}
