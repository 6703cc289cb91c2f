//! What a connection is set to, and what its loss means.

use std::time::Duration;

use super::TestDatabase;
use crate::conformance::{HOUR, ask, at, claimed, due_at, id, import, plain};
use crate::postgres::{DEFAULT_CONNECTIONS, PostgresStore};
use crate::{CommitError, Store, StoreError};

/// Ends every connection of the store, as a server that restarts does.
async fn cut(client: &tokio_postgres::Client) {
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    client.execute(sql, &[]).await.unwrap();
}

#[tokio::test]
async fn what_was_answered_is_durable_whatever_the_server_is_set_to() {
    let database = TestDatabase::fresh();
    let client = database.client().await;
    for (server, expected) in [("off", "on"), ("local", "on"), ("on", "on"), ("remote_apply", "remote_apply")] {
        let name = client.query_one("SELECT current_database()", &[]).await.unwrap().get::<_, String>(0);
        client.batch_execute(&format!("ALTER DATABASE {name} SET synchronous_commit = {server}")).await.unwrap();
        let store = database.store().await;
        let row = store.pool.row("look", "SHOW synchronous_commit", &[]).await.unwrap().unwrap();
        assert_eq!(row.get::<_, String>(0), expected, "of a server set to {server}");
    }
}

#[tokio::test]
async fn a_store_goes_on_with_new_connections_when_all_are_lost() {
    let database = TestDatabase::fresh();
    let store = database.store().await;
    import(&store, [due_at(1, 0)]).await;
    let claim = claimed(&store, 1).await;
    let client = database.client().await;
    cut(&client).await;
    // The first call may meet a connection whose end is not known yet; then nothing was begun.
    let mut committed = store.commit(&claim, &plain(due_at(1, 5))).await;
    for _ in 0..DEFAULT_CONNECTIONS {
        let Err(CommitError::Store(StoreError::Unreachable { .. })) = committed else { break };
        committed = store.commit(&claim, &plain(due_at(1, 5))).await;
    }
    assert_eq!(committed.unwrap().version, 2);
}

#[tokio::test]
async fn a_future_that_is_dropped_in_a_transaction_leaves_no_lock() {
    let database = TestDatabase::fresh();
    let store = database.store().await;
    import(&store, [due_at(1, 0)]).await;
    let claim = claimed(&store, 1).await;
    let mut client = database.client().await;
    let other = client.transaction().await.unwrap();
    other.execute("SELECT 1 FROM migration FOR UPDATE", &[]).await.unwrap();
    // It waits for the row, and is given up.
    let given = plain(due_at(1, 5));
    let commit = store.commit(&claim, &given);
    assert!(tokio::time::timeout(Duration::from_millis(100), commit).await.is_err());
    other.rollback().await.unwrap();
    assert_eq!(store.commit(&claim, &plain(due_at(1, 5))).await.unwrap().version, 2);
}

#[tokio::test]
async fn an_input_of_another_process_wakes_whoever_waits() {
    let database = TestDatabase::fresh();
    let (waiting, other) = (database.store().await, database.store().await);
    import(&other, [due_at(1, 0)]).await;
    // The one that is heard when listening begins.
    waiting.woken().await;
    other.post_input(&id(1), &ask("pause"), "lead", at(0)).await.unwrap();
    tokio::time::timeout(HOUR, waiting.woken()).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("host={} user=lead dbname=fleet", folder.path().display());
    let error = PostgresStore::connect(&address, None, 2).await.err().unwrap();
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    let told = error.to_string();
    assert!(told.contains("cannot be reached") && told.contains("see that the server runs"), "{told}");

    let database = TestDatabase::fresh();
    let missing = format!("{}x", database.address);
    let told = PostgresStore::connect(&missing, None, 2).await.err().unwrap().to_string();
    assert!(told.contains("does not exist") && told.contains("check user, password and database"), "{told}");
}
