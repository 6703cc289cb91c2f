use super::*;
use crate::{CommitError, FleetUpdate, Stamp, StoreError, StoredFleet};

pub async fn the_first_stamp_is_kept_and_another_refused(database: &dyn Database) {
    let store = database.open().await;
    assert_eq!(store.read_stamp().await.unwrap(), None);
    let ours = Stamp { origin: "http://127.0.0.1:7070".to_owned(), app_id: "77".to_owned() };
    store.stamp(&ours).await.unwrap();
    store.stamp(&ours).await.unwrap();
    let store = database.open().await;
    for other in
        [Stamp { app_id: "78".to_owned(), ..ours.clone() }, Stamp { origin: "https://x".to_owned(), ..ours.clone() }]
    {
        match store.stamp(&other).await.unwrap_err() {
            StoreError::WrongStamp { found, wanted } => assert_eq!((found, wanted), (ours.clone(), other)),
            error => panic!("{error}"),
        }
    }
    assert_eq!(store.read_stamp().await.unwrap(), Some(ours));
}

pub async fn the_fleet_is_compared_and_set(database: &dyn Database) {
    let (first, second) = (database.open().await, database.open().await);
    assert_eq!(first.fleet().await.unwrap(), StoredFleet { version: 0, state: json!(null) });
    assert_eq!(first.set_fleet(0, &json!({ "moves": "stopped" })).await.unwrap(), 1);
    let refused = second.set_fleet(0, &json!({ "moves": "allowed" })).await.unwrap_err();
    assert!(matches!(refused, CommitError::FleetConflict { expected: 0, found: 1 }), "{refused}");
    assert_eq!(second.fleet().await.unwrap(), StoredFleet { version: 1, state: json!({ "moves": "stopped" }) });
    assert_eq!(second.set_fleet(1, &json!(7)).await.unwrap(), 2);
}

pub async fn a_commit_sets_the_fleet_with_it(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, [due_at(1, 0), due_at(2, 0)]).await;
    let claims = [claimed(&*store, 1).await, claimed(&*store, 2).await];
    let update = |n| Commit {
        fleet: Some(FleetUpdate { expected_version: 0, state: Some(json!({ "by": n })) }),
        ..plain(due_at(n, 5))
    };
    assert_eq!(store.commit(&claims[0], &update(1)).await.unwrap().fleet_version, Some(1));
    let refused = store.commit(&claims[1], &update(2)).await.unwrap_err();
    assert!(matches!(refused, CommitError::FleetConflict { expected: 0, found: 1 }), "{refused}");
    assert_eq!(store.fleet().await.unwrap().state, json!({ "by": 1 }));
    assert_eq!(store.load(&id(2)).await.unwrap().unwrap().version, 1);
}

pub async fn commits_that_rest_on_the_fleet_do_not_hinder_each_other(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, [due_at(1, 0), due_at(2, 0)]).await;
    store.set_fleet(0, &json!("moves are allowed")).await.unwrap();
    let mut claims = [claimed(&*store, 1).await, claimed(&*store, 2).await];
    let resting = |n| Commit { fleet: Some(FleetUpdate { expected_version: 1, state: None }), ..plain(due_at(n, 5)) };
    for (claim, n) in claims.iter_mut().zip([1, 2]) {
        let committed = store.commit(claim, &resting(n)).await.unwrap();
        assert_eq!(committed.fleet_version, None);
        claim.version = committed.version;
    }
    assert_eq!(store.fleet().await.unwrap(), StoredFleet { version: 1, state: json!("moves are allowed") });
    store.set_fleet(1, &json!("moves are stopped")).await.unwrap();
    let refused = store.commit(&claims[0], &resting(1)).await.unwrap_err();
    assert!(matches!(refused, CommitError::FleetConflict { expected: 1, found: 2 }), "{refused}");
    assert_eq!(store.load(&id(1)).await.unwrap().unwrap().version, claims[0].version);
}

pub async fn many_workers_that_change_the_fleet_lose_no_change(database: &dyn Database) {
    const WORKERS: u64 = 6;
    const COMMITS: u64 = 10;
    let stores = [database.open().await, database.open().await];
    import(&*stores[0], (0..WORKERS).map(|n| due_at(n, 0))).await;
    let workers = (0..WORKERS).map(|n| {
        let store = Arc::clone(&stores[usize::from(n % 2 == 0)]);
        tokio::spawn(async move {
            let mut claim = claimed(&*store, n).await;
            while claim.version <= COMMITS {
                let fleet = store.fleet().await.unwrap();
                let sum = fleet.state.as_u64().unwrap_or(0) + 1;
                let update = FleetUpdate { expected_version: fleet.version, state: Some(json!(sum)) };
                match store.commit(&claim, &Commit { fleet: Some(update), ..plain(due_at(n, 5)) }).await {
                    Ok(committed) => claim.version = committed.version,
                    // Somebody was faster: read it and decide again.
                    Err(CommitError::FleetConflict { .. }) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    let all = WORKERS * COMMITS;
    assert_eq!(stores[0].fleet().await.unwrap(), StoredFleet { version: all, state: json!(all) });
    for n in 0..WORKERS {
        let seqs: Vec<u64> = stores[1].journal(&id(n), 0, 100).await.unwrap().iter().map(|row| row.seq).collect();
        assert_eq!(seqs, (1..=COMMITS + 1).collect::<Vec<_>>(), "a refused commit left a journal row");
    }
}
