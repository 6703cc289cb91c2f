use super::*;
use crate::{CommitError, StoreError, WaitingInput};

pub async fn inputs_come_in_order_and_are_consumed_once(database: &dyn Database) {
    let (store, other) = (database.open().await, database.open().await);
    import(&*store, [snapshot(1, |_| ()), snapshot(2, |_| ())]).await;
    let first = store.post_input(&id(1), &ask("pause"), "lead", at(3)).await.unwrap();
    let elsewhere = other.post_input(&id(2), &ask("pause"), "lead", at(2)).await.unwrap();
    let second = other.post_input(&id(1), &ask("resume"), "support", at(1)).await.unwrap();
    assert!(first < elsewhere && elsewhere < second);
    assert_eq!(store.load(&id(1)).await.unwrap().unwrap().inputs_waiting, 2);

    let claim = claimed(&*store, 1).await;
    let expected = [
        WaitingInput { seq: first, body: ask("pause"), by: "lead".to_owned(), at: at(3) },
        WaitingInput { seq: second, body: ask("resume"), by: "support".to_owned(), at: at(1) },
    ];
    assert_eq!(claim.inputs, expected);
    let consume = Commit { inputs_done: vec![first], release: true, ..plain(snapshot(1, |_| ())) };
    store.commit(&claim, &consume.clone()).await.unwrap();

    let claim = claimed(&*store, 1).await;
    assert_eq!(claim.inputs, expected[1..]);
    let refused = store.commit(&claim, &consume).await.unwrap_err();
    assert!(matches!(refused, CommitError::InputNotWaiting { seq, .. } if seq == first), "{refused}");
    let rest = Commit { inputs_done: vec![second], release: true, ..plain(snapshot(1, |_| ())) };
    store.commit(&claim, &rest).await.unwrap();
    assert_eq!(store.load(&id(1)).await.unwrap().unwrap().inputs_waiting, 0);
    let due: Vec<_> = store.claim_due(at(9), 9, "worker", HOUR).await.unwrap();
    assert_eq!(due.iter().map(|claim| claim.migration.id().clone()).collect::<Vec<_>>(), [id(2)]);
}

pub async fn an_input_posted_under_a_claim_waits_for_the_next(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, [snapshot(1, |_| ())]).await;
    let claim = claimed(&*store, 1).await;
    let seq = store.post_input(&id(1), &ask("cancel"), "lead", at(3)).await.unwrap();
    store.commit(&claim, &Commit { release: true, ..plain(snapshot(1, |_| ())) }).await.unwrap();
    let next = store.claim_due(at(0), 1, "worker", HOUR).await.unwrap().remove(0);
    assert_eq!(next.inputs.iter().map(|input| input.seq).collect::<Vec<_>>(), [seq]);
}

pub async fn an_input_to_nobody_is_refused(database: &dyn Database) {
    let store = one(database).await;
    let refused = store.post_input(&id(2), &ask("pause"), "lead", at(0)).await.unwrap_err();
    assert!(matches!(&refused, StoreError::UnknownMigration { id: told } if *told == id(2)), "{refused}");
    assert_eq!(store.load(&id(1)).await.unwrap().unwrap().inputs_waiting, 0);
}

pub async fn an_input_of_another_migration_cannot_be_consumed(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, [snapshot(1, |_| ()), snapshot(2, |_| ())]).await;
    let theirs = store.post_input(&id(2), &ask("pause"), "lead", at(0)).await.unwrap();
    let claim = claimed(&*store, 1).await;
    let refused = store.commit(&claim, &Commit { inputs_done: vec![theirs], ..plain(snapshot(1, |_| ())) }).await;
    assert!(matches!(refused, Err(CommitError::InputNotWaiting { .. })));
    assert_eq!(claimed(&*store, 2).await.inputs.len(), 1);
}

pub async fn a_commit_can_give_way_to_inputs_that_it_does_not_decide(database: &dyn Database) {
    let store = one(database).await;
    let claim = claimed(&*store, 1).await;
    let asked = store.post_input(&id(1), &ask("pause"), "lead", at(1)).await.unwrap();
    let before = Everything::of(&*store, 1).await;
    let begins = Commit { unless_asked: true, ..plain(due_at(1, 5)) };
    let refused = store.commit(&claim, &begins.clone()).await.unwrap_err();
    assert!(matches!(refused, CommitError::InputsWait { .. }), "{refused}");
    assert_eq!(Everything::of(&*store, 1).await, before);
    let decides = Commit { inputs_done: vec![asked], ..begins.clone() };
    let version = store.commit(&claim, &decides).await.unwrap().version;
    store.commit(&Claim { version, ..claim }, &begins).await.unwrap();
}

pub async fn one_input_goes_to_many_at_once(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, [snapshot(1, |_| ()), snapshot(2, |_| ()), snapshot(3, |_| ())]).await;
    let before = store.post_input(&id(2), &ask("pause"), "lead", at(1)).await.unwrap();
    let seqs = store.post_inputs(&[id(3), id(7), id(2)], &ask("start"), "lead", at(2)).await.unwrap();
    let [Some(third), None, Some(second)] = seqs[..] else { panic!("{seqs:?}") };
    assert!(before < second && second != third);
    let inputs = claimed(&*store, 2).await.inputs;
    assert_eq!(inputs.iter().map(|input| input.seq).collect::<Vec<_>>(), [before, second]);
    let input = WaitingInput { seq: third, body: ask("start"), by: "lead".to_owned(), at: at(2) };
    assert_eq!(claimed(&*store, 3).await.inputs, [input]);
    assert_eq!(store.load(&id(1)).await.unwrap().unwrap().inputs_waiting, 0);
}
