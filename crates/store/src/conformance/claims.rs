use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::CommitError;

pub async fn claims_are_exclusive(database: &dyn Database) {
    let (first, second) = (one(database).await, database.open().await);
    let claims = first.claim_due(at(0), 10, "worker", HOUR).await.unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!((claims[0].version, claims[0].owner.as_str()), (1, "worker"));
    assert_eq!(claims[0].migration, migration(1));
    for store in [&first, &second] {
        for owner in ["worker", "other"] {
            assert!(store.claim_due(at(0), 10, owner, HOUR).await.unwrap().is_empty(), "{owner}");
            assert!(store.claim(&id(1), owner, HOUR).await.unwrap().is_none(), "{owner}");
        }
    }
}

pub async fn concurrent_claims_share_the_work_without_overlap(database: &dyn Database) {
    let stores = [database.open().await, database.open().await];
    import(&*stores[0], (0..200).map(|n| due_at(n, 0))).await;
    let workers = (0..8).map(|worker: usize| {
        let store = Arc::clone(&stores[worker % 2]);
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claims = store.claim_due(at(0), 7, &format!("worker {worker}"), HOUR).await.unwrap();
                if claims.is_empty() {
                    return mine;
                }
                mine.extend(claims.into_iter().map(|claim| claim.migration.id().clone()));
            }
        })
    });
    let mut all = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        all.extend(worker.await.unwrap());
    }
    assert_eq!(all.len(), 200);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), (0..200).map(id).collect());
}

pub async fn an_expired_lease_is_taken_over_with_a_higher_fence(database: &dyn Database) {
    let (first, second) = (one(database).await, database.open().await);
    let slow = first.claim_due(at(0), 1, "slow", EXPIRED).await.unwrap().remove(0);
    let quick = second.claim_due(at(0), 1, "quick", HOUR).await.unwrap().remove(0);
    assert!(quick.fence > slow.fence, "{} after {}", quick.fence, slow.fence);
    assert_eq!(quick.version, slow.version);
    second.commit(&quick, &plain(due_at(1, 5))).await.unwrap();
}

pub async fn a_lost_fence_can_do_nothing_but_append_evidence(database: &dyn Database) {
    let store = one(database).await;
    let lost = store.claim(&id(1), "worker", EXPIRED).await.unwrap().unwrap();
    // The same name on the new claim: it is the fence that shuts the old one out.
    let holder = claimed(&*store, 1).await;
    let before = Everything::of(&*store, 1).await;

    let refused = store.commit(&lost, &plain(due_at(1, 5))).await.unwrap_err();
    assert!(matches!(refused, CommitError::FenceLost { .. }), "{refused}");
    let refused = store.renew(&lost, HOUR).await.unwrap_err();
    assert!(matches!(refused, CommitError::FenceLost { .. }), "{refused}");
    store.release(&lost).await.unwrap();
    assert!(store.claim(&id(1), "third", HOUR).await.unwrap().is_none(), "the holder's lease was released by another");
    assert_eq!(Everything::of(&*store, 1).await, before);

    let seq = store.append_evidence(&id(1), at(9), &json!({ "register": "answered" })).await.unwrap();
    assert_eq!(seq, 2);
    store.commit(&holder, &plain(due_at(1, 5))).await.unwrap();
    let kinds: Vec<String> = store.journal(&id(1), 0, 10).await.unwrap().into_iter().map(|row| row.kind).collect();
    assert_eq!(kinds, ["imported", "evidence", "imported"]);
}

pub async fn an_expired_lease_that_nobody_took_still_commits(database: &dyn Database) {
    let store = one(database).await;
    let claim = store.claim(&id(1), "worker", EXPIRED).await.unwrap().unwrap();
    assert_eq!(store.commit(&claim, &plain(due_at(1, 5))).await.unwrap().version, 2);
}

pub async fn a_released_claim_has_ended(database: &dyn Database) {
    let store = one(database).await;
    let claim = claimed(&*store, 1).await;
    store.release(&claim).await.unwrap();
    store.release(&claim).await.unwrap();
    let refused = store.commit(&claim, &plain(due_at(1, 5))).await.unwrap_err();
    assert!(matches!(refused, CommitError::FenceLost { .. }), "{refused}");
    let next = claimed(&*store, 1).await;
    assert!(next.fence > claim.fence);

    let release = Commit { release: true, ..plain(due_at(1, 5)) };
    store.commit(&next, &release).await.unwrap();
    assert!(matches!(store.renew(&next, HOUR).await, Err(CommitError::FenceLost { .. })));
    claimed(&*store, 1).await;
}

pub async fn a_renewed_claim_is_live_again(database: &dyn Database) {
    let store = one(database).await;
    let claim = store.claim(&id(1), "worker", EXPIRED).await.unwrap().unwrap();
    store.renew(&claim, HOUR).await.unwrap();
    assert!(store.claim(&id(1), "other", HOUR).await.unwrap().is_none());
    store.renew(&claim, EXPIRED).await.unwrap();
    assert!(store.claim(&id(1), "other", HOUR).await.unwrap().is_some());
}

pub async fn one_migration_can_be_claimed_whatever_its_wake_time(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, [snapshot(1, |_| ()), snapshot(2, |outline| outline.is_final = true), due_at(3, 1000)]).await;
    for n in 1..=3 {
        assert_eq!(claimed(&*store, n).await.migration, migration(n));
    }
    let refused = store.claim(&id(4), "worker", HOUR).await.unwrap_err();
    assert_eq!(refused.to_string(), format!("there is no migration {}", id(4)));
}

pub async fn the_claims_of_a_dead_owner_are_released_together(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, (1..=3).map(|n| due_at(n, 0))).await;
    let dead = store.claim_due(at(0), 2, "dead", HOUR).await.unwrap();
    let alive = store.claim(&id(3), "alive", HOUR).await.unwrap().unwrap();
    assert_eq!(store.release_all_of("dead").await.unwrap(), 2);
    assert_eq!(store.release_all_of("dead").await.unwrap(), 0);
    let refused = store.commit(&dead[0], &plain(due_at(1, 5))).await.unwrap_err();
    assert!(matches!(refused, CommitError::FenceLost { .. }), "{refused}");
    assert_eq!(store.claim_due(at(0), 9, "next", HOUR).await.unwrap().len(), 2);
    store.commit(&alive, &plain(due_at(3, 5))).await.unwrap();
}

pub async fn a_claim_that_is_dropped_leaves_everything_as_it_was(database: &dyn Database) {
    let store = one(database).await;
    store.post_input(&id(1), &ask("pause"), "lead", at(0)).await.unwrap();
    let before = Everything::of(&*store, 1).await;
    let claim = store.claim_due(at(0), 1, "crashed", EXPIRED).await.unwrap().remove(0);
    drop(store);
    let store = database.open().await;
    assert_eq!(Everything::of(&*store, 1).await, before);
    let again = store.claim_due(at(0), 1, "restarted", HOUR).await.unwrap().remove(0);
    assert_eq!(again.inputs, claim.inputs);
    assert_eq!((again.version, &again.migration), (claim.version, &claim.migration));
}
