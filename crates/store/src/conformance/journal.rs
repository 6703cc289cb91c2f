use super::*;
use crate::StoreError;

pub async fn rows_are_numbered_without_a_gap_and_paged(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, [due_at(1, 0), due_at(2, 0)]).await;
    let mut claim = claimed(&*store, 1).await;
    for _ in 0..3 {
        let commit = Commit { events: vec![imported(1), imported(1)], ..plain(due_at(1, 5)) };
        claim.version = store.commit(&claim, &commit).await.unwrap().version;
        store.append_evidence(&id(2), at(2), &json!("between")).await.unwrap();
    }
    let seqs = async |n, after, limit| -> Vec<u64> {
        store.journal(&id(n), after, limit).await.unwrap().iter().map(|row| row.seq).collect()
    };
    assert_eq!(seqs(1, 0, 100).await, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(seqs(1, 0, 3).await, [1, 2, 3]);
    assert_eq!(seqs(1, 3, 3).await, [4, 5, 6]);
    assert_eq!(seqs(1, 7, 3).await, [0; 0]);
    assert_eq!(seqs(2, 0, 100).await, [1, 2, 3, 4]);
    assert_eq!(seqs(3, 0, 100).await, [0; 0]);
}

pub async fn the_journal_is_append_only(database: &dyn Database) {
    let store = one(database).await;
    let before = store.journal(&id(1), 0, 10).await.unwrap();
    for sql in [
        "UPDATE journal SET body = '{}'".to_owned(),
        "DELETE FROM journal".to_owned(),
        "INSERT INTO journal SELECT migration_id, 1, at_ns, 'forged', body, link FROM journal".to_owned(),
        "INSERT INTO journal SELECT migration_id, 3, at_ns, 'forged', body, link FROM journal".to_owned(),
    ] {
        let refused = database.tamper(&sql).await.expect_err(&sql);
        // A number that is there already is refused by the key where the gap is looked for afterwards.
        assert!(refused.contains("append-only") || refused.contains("duplicate key"), "{sql}: {refused}");
    }
    assert!(database.tamper("DELETE FROM migration").await.is_err());
    assert_eq!(store.journal(&id(1), 0, 10).await.unwrap(), before);
}

pub async fn evidence_changes_nothing_else(database: &dyn Database) {
    let store = one(database).await;
    let claim = claimed(&*store, 1).await;
    let before = store.load(&id(1)).await.unwrap();
    assert_eq!(store.append_evidence(&id(1), at(4), &json!({ "answer": 200 })).await.unwrap(), 2);
    assert_eq!(store.load(&id(1)).await.unwrap(), before);
    assert!(store.claim(&id(1), "other", HOUR).await.unwrap().is_none());
    let row = store.journal(&id(1), 1, 10).await.unwrap().remove(0);
    assert_eq!((row.at, row.kind.as_str(), row.body), (at(4), crate::JournalRow::EVIDENCE, json!({ "answer": 200 })));
    store.commit(&claim, &plain(due_at(1, 5))).await.unwrap();

    let refused = store.append_evidence(&id(9), at(4), &json!(1)).await.unwrap_err();
    assert!(matches!(refused, StoreError::UnknownMigration { .. }), "{refused}");
}
