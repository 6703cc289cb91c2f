use super::*;
use crate::Imported::{Added, AlreadyThere};
use crate::{Filter, Stamp};

pub async fn an_import_answers_each_row_in_order(database: &dyn Database) {
    let store = database.open().await;
    assert_eq!(store.import(Vec::new(), at(0)).await.unwrap(), []);
    import(&*store, [due_at(2, 0)]).await;
    let rows = [3, 2, 1, 3].map(|n| new(due_at(n, 0))).to_vec();
    assert_eq!(store.import(rows, at(4)).await.unwrap(), [Added, AlreadyThere(1), Added, AlreadyThere(1)]);
    let stored = store.load(&id(3)).await.unwrap().unwrap();
    assert_eq!((stored.migration, stored.version, stored.inputs_waiting), (migration(3), 1, 0));
    let journal = store.journal(&id(3), 0, 10).await.unwrap();
    assert_eq!(journal.len(), 1);
    assert_eq!((journal[0].seq, journal[0].at, journal[0].kind.as_str()), (1, at(4), "imported"));
    assert_eq!(journal[0].body, serde_json::to_value(imported(3)).unwrap());
}

pub async fn a_second_import_changes_nothing(database: &dyn Database) {
    let store = one(database).await;
    let claim = claimed(&*store, 1).await;
    store.commit(&claim, &plain(due_at(1, 5))).await.unwrap();
    let before = Everything::of(&*store, 1).await;
    let other = snapshot(1, |outline| outline.phase = "other".to_owned());
    assert_eq!(store.import(vec![new(other)], at(9)).await.unwrap(), [AlreadyThere(2)]);
    assert_eq!(Everything::of(&*store, 1).await, before);
}

pub async fn a_large_import_is_complete(database: &dyn Database) {
    let store = database.open().await;
    let answers = store.import((0..1201).map(|n| new(due_at(n, 0))).collect(), at(0)).await.unwrap();
    assert_eq!(answers, vec![Added; 1201]);
    assert_eq!(store.count_by_phase().await.unwrap().into_values().sum::<u64>(), 1201);
    let rest = store.list(&Filter::default(), Some(&crate::Cursor::after(&id(1199))), 10).await.unwrap();
    assert_eq!(rest.rows.len(), 1);
}

pub async fn a_migration_is_found_by_what_it_says_of_itself(database: &dyn Database) {
    let store = database.open().await;
    let itself = crate::Snapshot::from(migration(1));
    let outline = itself.outline().clone();
    assert!(!outline.blockers.is_empty(), "an imported migration waits for somebody");
    store.import(vec![new(itself)], at(0)).await.unwrap();
    let filter = Filter {
        ids: vec![id(1)],
        customers: vec![customer(1).reference],
        phases: vec![outline.phase.clone()],
        blockers: outline.blockers,
        turn: outline.turn,
        ..Filter::default()
    };
    let found = store.list(&filter, None, 10).await.unwrap().rows;
    assert_eq!(found.into_iter().map(|stored| stored.migration).collect::<Vec<_>>(), [migration(1)]);
    assert_eq!(store.count_by_phase().await.unwrap().into_keys().collect::<Vec<_>>(), [outline.phase]);
}

pub async fn what_is_not_there_is_not_loaded(database: &dyn Database) {
    let store = one(database).await;
    assert_eq!(store.load(&id(2)).await.unwrap(), None);
    assert!(store.load(&id(1)).await.unwrap().is_some());
}

pub async fn everything_is_there_again_after_closing(database: &dyn Database) {
    let store = one(database).await;
    let stamp = Stamp { origin: "https://graph.example".to_owned(), app_id: "1".to_owned() };
    store.stamp(&stamp).await.unwrap();
    store.post_input(&id(1), &ask("pause"), "lead", at(0)).await.unwrap();
    store.set_fleet(0, &json!({ "first": id(1) })).await.unwrap();
    let claim = claimed(&*store, 1).await;
    store.commit(&claim, &Commit { notices: vec![notice("hello")], ..plain(due_at(1, 5)) }).await.unwrap();
    let before = Everything::of(&*store, 1).await;
    drop(store);
    let store = database.open().await;
    assert_eq!(Everything::of(&*store, 1).await, before);
    assert_eq!(store.read_stamp().await.unwrap(), Some(stamp));
}
