//! The thread that writes: what shares a transaction, what does not spoil what, and what callers are told.

use std::sync::mpsc;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::TestDatabase;
use crate::StoreError;
use crate::sqlite::fault::Fault;
use crate::sqlite::readers::Readers;
use crate::sqlite::writer::{Reopen, Writer};

type Work = Result<(), Fault<StoreError>>;

/// A database with one table, and the thread that writes it.
fn start(database: &TestDatabase, reopen: Reopen) -> Writer {
    let db = Connection::open(database.path()).unwrap();
    db.pragma_update(None, "journal_mode", "wal").unwrap();
    db.execute_batch("CREATE TABLE written (n INTEGER PRIMARY KEY); CREATE TABLE child (n REFERENCES written)")
        .unwrap();
    db.pragma_update(None, "foreign_keys", true).unwrap();
    Writer::start(&database.path(), db, reopen).unwrap()
}

fn reopening(database: &TestDatabase) -> Reopen {
    let path = database.path();
    Box::new(move || Ok(Connection::open(&path).unwrap()))
}

fn insert(n: i64) -> impl FnOnce(&Connection) -> Work + Send + 'static {
    move |db| Ok(db.execute("INSERT INTO written VALUES (?1)", [n]).map(drop)?)
}

fn written(database: &TestDatabase) -> Vec<i64> {
    let db = Connection::open(database.path()).unwrap();
    let mut statement = db.prepare("SELECT n FROM written ORDER BY n").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Keeps the thread busy until everything in `asked` waits in the queue, so that it is taken as one batch.
macro_rules! in_one_batch {
    ($writer:expr, $($asked:expr),+ $(,)?) => {{
        let (started, has_started) = oneshot::channel();
        let (open, opened) = mpsc::channel::<()>();
        let hold = move |_: &Connection| -> Work {
            started.send(()).unwrap();
            opened.recv().unwrap();
            Ok(())
        };
        let (held, answers) = tokio::join!($writer.write("hold", hold), async {
            has_started.await.unwrap();
            // Polled in this order: what is asked is in the queue before the hold ends.
            tokio::join!(biased; $($asked,)+ async { open.send(()).unwrap() })
        });
        held.unwrap();
        answers
    }};
}

#[tokio::test]
async fn what_waits_shares_a_transaction_and_a_failure_is_undone_alone() {
    let database = TestDatabase::fresh();
    let writer = start(&database, reopening(&database));
    let path = database.path();
    let failing = |db: &Connection| {
        insert(2)(db)?;
        insert(1)(db)
    };
    let looking = move |db: &Connection| {
        let inside: i64 = db.query_row("SELECT count(*) FROM written", [], |row| row.get(0))?;
        let outside = Connection::open(&path)?.query_row("SELECT count(*) FROM written", [], |row| row.get(0))?;
        Ok::<_, Fault<StoreError>>((inside, outside))
    };
    let (first, second, third, seen, ()) = in_one_batch!(
        writer,
        writer.write("insert 1", insert(1)),
        writer.write("insert 2 and fail", failing),
        writer.write("insert 3", insert(3)),
        writer.write("look", looking),
    );
    first.unwrap();
    let told = second.unwrap_err().to_string();
    assert!(told.starts_with("cannot insert 2 and fail: ") && told.contains("UNIQUE"), "{told}");
    third.unwrap();
    assert_eq!(seen.unwrap(), (2, 0), "inside the transaction, and what was committed at that time");
    assert_eq!(written(&database), [1, 3]);
}

#[tokio::test]
async fn a_panic_is_an_error_of_its_caller_alone() {
    let database = TestDatabase::fresh();
    let writer = start(&database, reopening(&database));
    let panicking = |db: &Connection| -> Work {
        insert(1)(db)?;
        panic!("a mistake of this test")
    };
    let (panicked, other, ()) =
        in_one_batch!(writer, writer.write("insert 1", panicking), writer.write("insert 2", insert(2)),);
    other.unwrap();
    let told = panicked.unwrap_err().to_string();
    assert!(told.contains("cannot insert 1") && told.contains("a mistake of this test"), "{told}");
    assert_eq!(written(&database), [2]);

    let readers = Readers::start(&database.path(), vec![Connection::open(database.path()).unwrap()]).unwrap();
    let told = readers.read("look", |_| -> Work { panic!("a mistake of this test") }).await.unwrap_err();
    assert!(told.to_string().contains("a mistake of this test"), "{told}");
    readers.read("look", |_| Ok(())).await.unwrap();
}

/// Work that makes the COMMIT itself fail.
fn unkept_promise(db: &Connection) -> Work {
    db.pragma_update(None, "defer_foreign_keys", true)?;
    db.execute("INSERT INTO child VALUES (77)", [])?;
    Ok(())
}

#[tokio::test]
async fn a_failed_commit_is_told_as_unknown_to_all_and_the_next_one_works() {
    let database = TestDatabase::fresh();
    let writer = start(&database, reopening(&database));
    let (innocent, guilty, ()) =
        in_one_batch!(writer, writer.write("insert 1", insert(1)), writer.write("break the promise", unkept_promise),);
    for result in [innocent, guilty] {
        let error = result.unwrap_err();
        assert!(matches!(error, StoreError::CommitUnknown { .. }), "{error}");
    }
    writer.write("insert 2", insert(2)).await.unwrap();
    assert_eq!(written(&database), [2]);
}

#[tokio::test]
async fn when_the_file_cannot_be_opened_again_everybody_is_told() {
    let database = TestDatabase::fresh();
    let place = database.path().display().to_string();
    let gone = move || Err(StoreError::DiskFull { operation: "open the database", database: place.clone() });
    let writer = start(&database, Box::new(gone));
    let broken = writer.write("break the promise", unkept_promise).await;
    assert!(matches!(broken.unwrap_err(), StoreError::CommitUnknown { .. }));
    let error = writer.write("insert 1", insert(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Stopped { .. }), "{error}");
    assert!(error.to_string().contains("the disk that holds"), "{error}");
}

#[tokio::test]
async fn when_sqlite_rolls_all_back_nobody_is_told_that_it_was_kept() {
    let database = TestDatabase::fresh();
    let writer = start(&database, reopening(&database));
    // What SQLite does by itself e.g. when the disk is full.
    let grave = |db: &Connection| -> Work {
        db.execute_batch("ROLLBACK")?;
        Err(StoreError::Database { operation: "be grave", detail: "it was".to_owned() }.into())
    };
    let (before, grave, after, ()) = in_one_batch!(
        writer,
        writer.write("insert 1", insert(1)),
        writer.write("be grave", grave),
        writer.write("insert 2", insert(2)),
    );
    assert!(before.unwrap_err().to_string().contains("rolled back"));
    assert_eq!(grave.unwrap_err().to_string(), "cannot be grave: the database says: it was");
    after.unwrap();
    assert_eq!(written(&database), [2]);
}

#[tokio::test]
async fn a_lock_that_stays_is_told_with_the_path() {
    let database = TestDatabase::fresh();
    let writer = start(&database, reopening(&database));
    writer.write::<_, StoreError>("be impatient", |db| Ok(db.busy_timeout(std::time::Duration::ZERO)?)).await.unwrap();
    let other = Connection::open(database.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = writer.write("insert 1", insert(1)).await.unwrap_err();
    let place = database.path().display().to_string();
    assert!(matches!(&error, StoreError::Busy { database, .. } if *database == place), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    writer.write("insert 1", insert(1)).await.unwrap();
}

#[tokio::test]
async fn dropping_does_first_what_was_asked() {
    let database = TestDatabase::fresh();
    let writer = start(&database, reopening(&database));
    {
        let asked = std::pin::pin!(writer.write("insert 1", insert(1)));
        tokio::select! {
            biased;
            _ = asked => {}
            () = std::future::ready(()) => {}
        }
    }
    drop(writer);
    assert_eq!(written(&database), [1]);
}
