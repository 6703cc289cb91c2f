use super::*;
use crate::TakenNotice;

/// A store with one notice, written at second 3.
async fn told(database: &dyn Database) -> Arc<dyn Store> {
    let store = one(database).await;
    let claim = claimed(&*store, 1).await;
    store.commit(&claim, &Commit { notices: vec![notice("hello")], at: at(3), ..plain(due_at(1, 5)) }).await.unwrap();
    store
}

async fn take(store: &dyn Store, second: i64, lease: Duration) -> Vec<TakenNotice> {
    store.take_notices(at(second), 10, lease).await.unwrap()
}

pub async fn a_notice_comes_until_it_is_done(database: &dyn Database) {
    let store = told(database).await;
    assert_eq!(take(&*store, 2, HOUR).await, [], "not before it was written");
    for earlier_attempts in 0..3 {
        // Whoever took it died: its lease ran out.
        let taken = take(&*database.open().await, 3, EXPIRED).await;
        let expected = TakenNotice {
            seq: taken[0].seq,
            migration_id: id(1).to_string(),
            written_at: at(3),
            notice: notice("hello"),
            earlier_attempts,
        };
        assert_eq!(taken, [expected]);
    }
    let taken = take(&*store, 3, HOUR).await;
    store.notice_done(taken[0].seq, at(4)).await.unwrap();
    assert_eq!(take(&*store, 1000, HOUR).await, []);
    assert_eq!(store.next_notice_due().await.unwrap(), None);
}

pub async fn a_taken_notice_is_nobody_elses(database: &dyn Database) {
    let store = told(database).await;
    assert_eq!(store.next_notice_due().await.unwrap(), Some(at(3)));
    assert_eq!(take(&*store, 3, HOUR).await.len(), 1);
    assert_eq!(take(&*database.open().await, 3, HOUR).await, []);
    assert_eq!(store.next_notice_due().await.unwrap(), None);
}

pub async fn a_failed_notice_comes_again_when_it_is_told(database: &dyn Database) {
    let store = told(database).await;
    let seq = take(&*store, 3, HOUR).await[0].seq;
    store.notice_failed(seq, "the mail server is away", Some(at(60))).await.unwrap();
    assert_eq!(store.next_notice_due().await.unwrap(), Some(at(60)));
    assert_eq!(take(&*store, 59, HOUR).await, []);
    let again = take(&*store, 60, HOUR).await;
    assert_eq!((again[0].seq, again[0].earlier_attempts, again[0].written_at), (seq, 1, at(3)));
}

pub async fn a_given_up_notice_never_comes_again(database: &dyn Database) {
    let store = told(database).await;
    let seq = take(&*store, 3, EXPIRED).await[0].seq;
    store.notice_failed(seq, "nobody has this address", None).await.unwrap();
    assert_eq!(take(&*store, 1_000_000, HOUR).await, []);
}

pub async fn a_delivered_notice_stays_delivered(database: &dyn Database) {
    let store = told(database).await;
    // Two deliver it, since the first was slow; the slow one fails after the other has delivered.
    let slow = take(&*store, 3, EXPIRED).await[0].seq;
    let quick = take(&*store, 3, HOUR).await[0].seq;
    assert_eq!(slow, quick);
    store.notice_done(quick, at(4)).await.unwrap();
    store.notice_failed(slow, "no answer", Some(at(5))).await.unwrap();
    assert_eq!(take(&*store, 100, HOUR).await, []);
}
