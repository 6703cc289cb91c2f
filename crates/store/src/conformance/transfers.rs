use std::io::BufReader;

use super::*;
use crate::transfer::{STAYS, TABLES, export, import as import_export};
use crate::{CommitError, FleetUpdate, SealedSecret, Stamp, StoreError, TransferError};

fn stamp(app: &str) -> Stamp {
    Stamp { origin: "https://graph.example".to_owned(), app_id: app.to_owned() }
}

/// Something in every table and every column.
pub(crate) async fn full(database: &dyn Database) {
    let store = database.open().await;
    store.stamp(&stamp("77")).await.unwrap();
    let waiting = |outline: &mut Outline| {
        outline.wake_at = Some(at(3));
        outline.blockers = vec!["b".to_owned(), "a".to_owned()];
        outline.turn = Some("customer".to_owned());
    };
    import(&*store, (1..=7).map(|n| snapshot(n, waiting))).await;
    let grouped = migration_of(Customer { wave: Some("\"pilot\" \\ – é".to_owned()), ..customer(8) });
    import(&*store, [outlined(grouped, |outline| outline.is_final = true)]).await;
    for n in [1, 1, 2] {
        store.post_input(&id(n), &ask("\u{1F4DE} a line\nand \"another\""), "lead", at(4)).await.unwrap();
    }
    let claim = claimed(&*store, 1).await;
    let commit = Commit {
        inputs_done: vec![claim.inputs[0].seq],
        notices: vec![notice("one"), notice("two"), notice("three")],
        fleet: Some(FleetUpdate { expected_version: 0, state: Some(json!({ "stopped": ["\u{0}", 1.5] })) }),
        release: true,
        ..plain(due_at(1, 9))
    };
    store.commit(&claim, &commit).await.unwrap();
    store.append_evidence(&id(3), at(5), &json!({ "attempt": 7 })).await.unwrap();
    let taken = store.take_notices(at(6), 10, EXPIRED).await.unwrap();
    store.notice_done(taken[0].seq, at(7)).await.unwrap();
    store.notice_failed(taken[1].seq, "no answer", Some(at(8))).await.unwrap();
    store.replace_secret("pin", "+16505551234", SealedSecret(vec![0, 159, 146, 150, 255])).await.unwrap();
    store.replace_secret("token", "", SealedSecret(Vec::new())).await.unwrap();
    store.keep_documents(&id(2), BTreeMap::from([("template/\u{e9}/en".to_owned(), vec![0, 159])])).await.unwrap();
}

/// Everything in the database, as a file.
pub(crate) async fn exported(database: &dyn MovableDatabase) -> Vec<u8> {
    written(&*database.transfer().await).await
}

async fn written(transfer: &dyn Transfer) -> Vec<u8> {
    let mut file = Vec::new();
    let (mut told, mut last) = (0, (0, 0));
    let mut progress = |rows, total| {
        told += 1;
        last = (rows, total);
    };
    let counts = export(transfer, &mut file, &mut progress).await.unwrap();
    assert!(told > 0 && last.0 == last.1 && last.1 == counts.values().sum::<u64>(), "{last:?} of {counts:?}");
    file
}

pub(crate) async fn brought(database: &dyn MovableDatabase, file: &[u8]) -> Result<(), TransferError> {
    read(&*database.transfer().await, file).await
}

async fn read(transfer: &dyn Transfer, file: &[u8]) -> Result<(), TransferError> {
    import_export(transfer, &mut BufReader::new(file), &mut |_, _| {}).await.map(drop)
}

pub async fn each_column_travels_or_stays_for_a_reason(database: &dyn MovableDatabase) {
    let found = database.columns().await;
    let travels: BTreeSet<(String, String)> = TABLES
        .iter()
        .flat_map(|table| table.columns.iter().map(|column| (table.name.to_owned(), column.name.to_owned())))
        .collect();
    let stays = |(table, column): &(String, String)| {
        let named = STAYS.iter().find(|stays| stays.table == table && (stays.column == "*" || stays.column == column));
        named.is_some_and(|stays| !stays.because.is_empty())
    };
    let lost: Vec<_> = found.iter().filter(|column| !travels.contains(*column) && !stays(column)).collect();
    assert_eq!(lost, [] as [&(String, String); 0], "name them in transfer/tables.rs: an export would lose them");
    let invented: Vec<_> = travels.difference(&found).collect();
    assert_eq!(invented, [] as [&(String, String); 0]);
}

pub async fn a_database_that_was_moved_refuses_every_change(database: &dyn MovableDatabase) {
    full(database).await;
    let (store, transfer) = (database.open().await, database.transfer().await);
    let claim = claimed(&*store, 4).await;
    store.release(&claim).await.unwrap();
    let before = exported(database).await;
    let moved = transfer.move_away(at(20), "ada").await.unwrap();
    assert_eq!((moved.at, moved.by.as_str()), (at(20), "ada"));
    assert_eq!(transfer.move_away(at(30), "grace").await.unwrap(), moved, "the first mark is kept");
    assert_eq!(transfer.moved().await.unwrap(), Some(moved));

    let expect = |what: &str, error: Option<StoreError>| {
        assert!(matches!(error, Some(StoreError::Moved { .. })), "{what}: {error:?}");
    };
    let of_commit = |error: Option<CommitError>| match error {
        Some(CommitError::Store(error)) => Some(error),
        other => panic!("{other:?}"),
    };
    expect("stamp", store.stamp(&stamp("77")).await.err());
    expect("import", store.import(vec![new(due_at(9, 0))], at(1)).await.err());
    expect("claim_due", store.claim_due(at(100), 5, "worker", HOUR).await.err());
    expect("claim", store.claim(&id(1), "worker", HOUR).await.err());
    expect("append_evidence", store.append_evidence(&id(1), at(1), &1.into()).await.err());
    expect("post_input", store.post_input(&id(1), &1.into(), "lead", at(1)).await.err());
    expect("set_fleet", of_commit(store.set_fleet(1, &1.into()).await.err()));
    expect("put_secret", store.put_secret_if_absent("pin", "new", SealedSecret(vec![1])).await.err());
    expect("replace_secret", store.replace_secret("pin", "+16505551234", SealedSecret(vec![1])).await.err());
    expect("keep_documents", store.keep_documents(&id(2), BTreeMap::from([("a".to_owned(), vec![1])])).await.err());
    expect("notice_failed", store.notice_failed(3, "why", None).await.err());
    assert_eq!(exported(database).await, before);
    assert!(store.load(&id(1)).await.unwrap().is_some(), "it can still be read");
}

pub async fn a_database_that_was_taken_back_goes_on(database: &dyn MovableDatabase) {
    full(database).await;
    let (store, transfer) = (database.open().await, database.transfer().await);
    assert_eq!(transfer.take_back().await.unwrap(), None);
    let moved = transfer.move_away(at(20), "ada").await.unwrap();
    assert_eq!(transfer.take_back().await.unwrap(), Some(moved));
    assert_eq!(transfer.moved().await.unwrap(), None);
    let claim = claimed(&*store, 4).await;
    store.commit(&claim, &Commit { release: true, ..plain(due_at(4, 0)) }).await.unwrap();
    transfer.move_away(at(30), "grace").await.unwrap();
    assert!(store.claim(&id(1), "worker", HOUR).await.is_err(), "and may be moved again");
}

pub async fn an_import_into_a_database_with_something_in_it_is_refused(database: &dyn MovableDatabase) {
    full(database).await;
    let file = exported(database).await;
    let refused = brought(database, &file).await.unwrap_err();
    assert!(matches!(refused, TransferError::NotEmpty { .. }), "{refused}");
    assert!(refused.to_string().contains("is not empty"), "{refused}");
    assert_eq!(exported(database).await, file);
}

pub async fn an_import_of_another_stamp_is_refused(database: &dyn MovableDatabase) {
    let store = database.open().await;
    store.stamp(&stamp("78")).await.unwrap();
    let mut file = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    let other = crate::SqliteStore::open(&folder.path().join("other.db")).unwrap();
    other.stamp(&stamp("77")).await.unwrap();
    export(&other, &mut file, &mut |_, _| {}).await.unwrap();
    let refused = brought(database, &file).await.unwrap_err();
    assert!(matches!(refused, TransferError::Store(StoreError::WrongStamp { .. })), "{refused}");
}

pub async fn a_file_that_is_cut_or_changed_leaves_the_database_empty(database: &dyn MovableDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let source = crate::SqliteStore::open(&folder.path().join("source.db")).unwrap();
    import(&source, (1..=600).map(|n| due_at(n, 0))).await;
    let mut file = Vec::new();
    export(&source, &mut file, &mut |_, _| {}).await.unwrap();
    let text = String::from_utf8(file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let transfer = database.transfer().await;
    let empty = written(&*transfer).await;
    let whole = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let mut swapped = lines.clone();
    swapped.swap(700, 701);
    let mut without = lines.clone();
    without.remove(800);
    let cases = [
        ("nothing", String::new(), "is empty"),
        ("another file", "customer,source_waba_id\n".to_owned(), "no export of Unmoor"),
        ("the first line alone", whole(&lines[..1]), "its last line, with the digest, is missing"),
        ("half", whole(&lines[..900]), "its last line, with the digest, is missing"),
        ("all but the last", whole(&lines[..lines.len() - 1]), "its last line, with the digest, is missing"),
        ("cut in a line", text[..text.len() / 2].to_owned(), "cut off in the middle"),
        ("without its last byte", text[..text.len() - 1].to_owned(), "cut off in the middle"),
        ("a row is missing", whole(&without), "was changed or is not whole"),
        ("rows are in another order", whole(&swapped), "was changed or is not whole"),
        ("a byte is changed", text.replacen("draft", "drafT", 1), "was changed or is not whole"),
        ("more follows", format!("{text}{text}"), "something follows"),
        (
            "a new column",
            text.replacen("\"only_row\":1,", "\"only_row\":1,\"colour\":2,", 1),
            "does not know its colour",
        ),
        ("a new table", text.replacen("{\"type\":\"fleet\"", "{\"type\":\"colours\"", 1), "knows no table \"colours\""),
        ("another form", text.replacen("\"export\":1", "\"export\":2", 1), "use the version of Unmoor that wrote it"),
    ];
    for (what, file, told) in cases {
        let refused = read(&*transfer, file.as_bytes()).await.unwrap_err();
        assert!(matches!(refused, TransferError::File { .. }), "{what}: {refused}");
        assert!(refused.to_string().contains(told), "{what}: {refused}");
        assert_eq!(written(&*transfer).await, empty, "{what}");
    }
    read(&*transfer, text.as_bytes()).await.unwrap();
    assert_eq!(written(&*transfer).await, text.as_bytes());
}

pub async fn numbers_go_on_behind_those_that_were_brought(database: &dyn MovableDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let source = crate::SqliteStore::open(&folder.path().join("source.db")).unwrap();
    import(&source, [due_at(1, 0)]).await;
    let mut last = 0;
    for _ in 0..5 {
        last = source.post_input(&id(1), &1.into(), "lead", at(1)).await.unwrap();
    }
    let mut file = Vec::new();
    export(&source, &mut file, &mut |_, _| {}).await.unwrap();
    brought(database, &file).await.unwrap();
    let store = database.open().await;
    assert!(store.post_input(&id(1), &2.into(), "lead", at(2)).await.unwrap() > last);
    let claim = claimed(&*store, 1).await;
    assert_eq!(claim.inputs.len(), 6);
    store.commit(&claim, &Commit { notices: vec![notice("new")], ..plain(due_at(1, 0)) }).await.unwrap();
    let journal = store.journal(&id(1), 0, 10).await.unwrap();
    assert_eq!(journal.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2]);
}
