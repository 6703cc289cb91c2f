use jiff::SignedDuration;

use super::*;
use crate::Wake;

async fn claim_ids(store: &dyn Store, now: Timestamp, limit: u32) -> Vec<MigrationId> {
    let claims = store.claim_due(now, limit, "worker", HOUR).await.unwrap();
    claims.into_iter().map(|claim| claim.migration.id().clone()).collect()
}

pub async fn only_what_is_due_is_claimed_to_the_nanosecond(database: &dyn Database) {
    let store = database.open().await;
    let instant = at(10) + SignedDuration::from_nanos(1);
    import(&*store, [snapshot(1, |outline| outline.wake_at = Some(instant)), snapshot(2, |_| ())]).await;
    assert!(claim_ids(&*store, at(10), 9).await.is_empty());
    assert_eq!(store.next_due().await.unwrap(), Some(Wake::At(instant)));
    assert_eq!(claim_ids(&*store, instant, 9).await, [id(1)]);
}

pub async fn the_most_urgent_come_first(database: &dyn Database) {
    let store = database.open().await;
    let outlines = [
        (1, Urgency::Poll, 1),
        (2, Urgency::Work, 4),
        (3, Urgency::Work, 3),
        (4, Urgency::Cutover, 8),
        (5, Urgency::Outage, 9),
        (6, Urgency::Work, 2),
        (7, Urgency::Outage, 11),
        (8, Urgency::Work, 2),
        (9, Urgency::Work, 9),
    ];
    let snapshots = outlines.map(|(n, urgency, second)| {
        snapshot(n, |outline| {
            outline.urgency = urgency;
            outline.wake_at = Some(at(second));
        })
    });
    import(&*store, snapshots).await;
    store.post_input(&id(9), &ask("hold"), "lead", at(5)).await.unwrap();
    // A number between two accounts goes before all else; an input before equals; then the first due; then the smaller id.
    assert_eq!(claim_ids(&*store, at(10), 4).await, [5, 4, 9, 6].map(id));
    assert_eq!(claim_ids(&*store, at(10), 9).await, [8, 3, 2, 1].map(id));
    assert_eq!(claim_ids(&*store, at(11), 9).await, [id(7)]);
}

pub async fn an_input_makes_due_at_once_even_what_is_final(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, [snapshot(1, |_| ()), due_at(2, 1000), snapshot(3, |outline| outline.is_final = true)]).await;
    assert!(claim_ids(&*store, at(0), 9).await.is_empty());
    for n in 1..=3 {
        // Posted by somebody whose clock is far ahead.
        store.post_input(&id(n), &ask("look"), "lead", at(1_000_000)).await.unwrap();
    }
    assert_eq!(store.next_due().await.unwrap(), Some(Wake::AtOnce));
    assert_eq!(claim_ids(&*store, at(0), 9).await, [1, 2, 3].map(id));
}

pub async fn a_final_migration_is_never_due_by_itself(database: &dyn Database) {
    let store = database.open().await;
    let last = snapshot(1, |outline| {
        outline.wake_at = Some(at(1));
        outline.is_final = true;
    });
    import(&*store, [last]).await;
    assert!(claim_ids(&*store, at(100), 9).await.is_empty());
    assert_eq!(store.next_due().await.unwrap(), None);
}

pub async fn the_next_due_time_leaves_out_what_is_leased(database: &dyn Database) {
    let store = database.open().await;
    assert_eq!(store.next_due().await.unwrap(), None);
    let poll = snapshot(3, |outline| {
        outline.urgency = Urgency::Poll;
        outline.wake_at = Some(at(2));
    });
    import(&*store, [due_at(1, 1), due_at(2, 3), poll, snapshot(4, |_| ())]).await;
    assert_eq!(store.next_due().await.unwrap(), Some(Wake::At(at(1))));
    let claim = claimed(&*store, 1).await;
    assert_eq!(store.next_due().await.unwrap(), Some(Wake::At(at(2))));
    claimed(&*store, 3).await;
    assert_eq!(store.next_due().await.unwrap(), Some(Wake::At(at(3))));
    store.post_input(&id(1), &ask("look"), "lead", at(0)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(Wake::At(at(3))), "whoever holds it will see the input");
    store.release(&claim).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(Wake::AtOnce));
}

pub async fn a_commit_moves_the_wake_time(database: &dyn Database) {
    let store = one(database).await;
    let claim = claimed(&*store, 1).await;
    store.commit(&claim, &Commit { release: true, ..plain(due_at(1, 60)) }).await.unwrap();
    assert!(claim_ids(&*store, at(59), 9).await.is_empty());
    assert_eq!(claim_ids(&*store, at(60), 9).await, [id(1)]);
}

pub async fn a_state_that_cannot_be_read_stops_no_other(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, [due_at(1, 0), due_at(2, 0), due_at(3, 0)]).await;
    let sql = format!("UPDATE snapshot SET body = '{{}}' WHERE migration_id = '{}'", id(2));
    database.tamper(&sql).await.unwrap();
    assert_eq!(claim_ids(&*store, at(0), 9).await, [id(1), id(3)]);
    let error = store.load(&id(2)).await.unwrap_err().to_string();
    assert!(error.contains(id(2).as_str()), "{error}");
}
