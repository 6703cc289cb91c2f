//! Opening: what is ours, what is not, and what stands in the way.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::TestDatabase;
use crate::conformance::{at, due_at, import};
use crate::{SqliteStore, Store, StoreError};

fn refused(path: &Path) -> StoreError {
    match SqliteStore::open(path) {
        Ok(_store) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

#[test]
fn the_library_is_one_that_cannot_corrupt_a_log_shared_by_two_connections() {
    // The bug was there up to 3.51.2.
    assert!(rusqlite::version_number() >= 3_051_003, "{}", SqliteStore::sqlite_version());
    let db = Connection::open_in_memory().unwrap();
    let version: String = db.query_row("SELECT sqlite_version()", [], |row| row.get(0)).unwrap();
    assert_eq!(version, SqliteStore::sqlite_version());
}

#[tokio::test]
async fn what_is_answered_was_flushed() {
    let database = TestDatabase::fresh();
    let store = SqliteStore::open(&database.path()).unwrap();
    let settings = store.writer.write::<_, StoreError>("read the settings", |db| {
        let number = |name| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let mode: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        Ok((mode, number("synchronous")?, number("fullfsync")?, number("foreign_keys")?, number("application_id")?))
    });
    assert_eq!(settings.await.unwrap(), ("wal".to_owned(), 2, 1, 1, 0x554E_4D52));
}

#[tokio::test]
async fn a_rehearsal_leaves_nothing_behind() {
    let store = SqliteStore::for_rehearsal().unwrap();
    import(&store, [due_at(1, 0)]).await;
    let folder = store.path().parent().unwrap().to_path_buf();
    assert!(folder.is_dir());
    drop(store);
    assert!(!folder.exists());
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_belongs_to_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let database = TestDatabase::fresh();
    let store = SqliteStore::open(&database.path()).unwrap();
    import(&store, [due_at(1, 0)]).await;
    let mut files: Vec<_> = fs::read_dir(database.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn many_processes_may_open_a_new_file_at_once() {
    let database = TestDatabase::fresh();
    let opening: Vec<_> = (0..8)
        .map(|_| {
            let path = database.path();
            tokio::task::spawn_blocking(move || SqliteStore::open(&path))
        })
        .collect();
    let mut stores = Vec::new();
    for store in opening {
        stores.push(store.await.unwrap().unwrap());
    }
    import(&stores[0], [due_at(1, 0)]).await;
    for store in &stores {
        assert_eq!(store.count_by_phase().await.unwrap().into_values().sum::<u64>(), 1);
    }
}

#[test]
fn an_empty_file_becomes_a_database() {
    let database = TestDatabase::fresh();
    fs::write(database.path(), b"").unwrap();
    SqliteStore::open(&database.path()).unwrap();
}

#[test]
fn another_programs_file_is_refused_and_left_alone() {
    let database = TestDatabase::fresh();
    let path = database.path();
    let cases: [(&str, &str); 2] = [
        ("CREATE TABLE orders (id INTEGER)", "it is an SQLite file with other tables"),
        ("PRAGMA application_id = 7", "its application id is 0x00000007"),
    ];
    for (sql, why) in cases {
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let before = fs::read(&path).unwrap();
        let told = refused(&path).to_string();
        let expected = format!("{} is not a database of Unmoor ({why}): give another one", path.display());
        assert_eq!(told, expected);
        assert_eq!(fs::read(&path).unwrap(), before);
        fs::remove_file(&path).unwrap();
    }
    let letter = "Dear customer, your numbers move on Monday. ".repeat(100);
    fs::write(&path, &letter).unwrap();
    let error = refused(&path);
    assert!(matches!(error, StoreError::NotOurs { .. }), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), letter);
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let database = TestDatabase::fresh();
    let path = database.path();
    drop(SqliteStore::open(&path).unwrap());
    let sql = "INSERT INTO schema_version (version, name) VALUES (99, 'later')";
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let before = fs::read(&path).unwrap();
    let expected = format!(
        "{} has schema version 99, and this program knows versions up to 1: use the newer program that wrote it",
        path.display()
    );
    assert_eq!(refused(&path).to_string(), expected);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn each_version_is_recorded_once() {
    let database = TestDatabase::fresh();
    for _ in 0..2 {
        drop(SqliteStore::open(&database.path()).unwrap());
    }
    let db = Connection::open(database.path()).unwrap();
    let sql = "SELECT group_concat(version || ' ' || name) FROM schema_version";
    let versions: String = db.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(versions, "1 initial");
}

#[test]
fn a_place_that_cannot_hold_a_file_is_told_with_a_way_out() {
    let database = TestDatabase::fresh();
    let folder = database.folder.path();
    assert_eq!(
        refused(folder).to_string(),
        format!(
            "cannot open the database {}: it is a folder: give the path of a file, e.g. one inside this folder",
            folder.display()
        )
    );
    let nowhere = folder.join("missing").join("unmoor.db");
    assert_eq!(
        refused(&nowhere).to_string(),
        format!(
            "cannot open the database {}: its folder does not exist: create the folder, or give another path",
            nowhere.display()
        )
    );
}

#[tokio::test]
async fn a_damaged_file_is_told_as_such() {
    let database = TestDatabase::fresh();
    let path = database.path();
    let store = SqliteStore::open(&path).unwrap();
    import(&store, (0..500).map(|n| due_at(n, 0))).await;
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    // All but the first page, which holds the header.
    for byte in bytes.iter_mut().skip(4096) {
        *byte = 0xA5;
    }
    fs::write(&path, bytes).unwrap();
    let error = refused(&path);
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("restore a backup"), "{error}");
}

#[tokio::test]
async fn an_instant_beyond_the_columns_is_refused_and_the_store_goes_on() {
    let database = TestDatabase::fresh();
    let store = SqliteStore::open(&database.path()).unwrap();
    import(&store, [due_at(1, 0)]).await;
    let refused = store.post_input(&crate::conformance::id(1), &1.into(), "lead", jiff::Timestamp::MAX).await;
    let told = refused.unwrap_err().to_string();
    assert!(told.starts_with("cannot post an input: ") && told.contains("1678 to 2262"), "{told}");
    assert_eq!(store.load(&crate::conformance::id(1)).await.unwrap().unwrap().inputs_waiting, 0);
    store.post_input(&crate::conformance::id(1), &1.into(), "lead", at(1)).await.unwrap();
}
