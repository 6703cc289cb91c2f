//! Whose tables they are, and how they come to the present.

use super::TestDatabase;
use crate::StoreError;
use crate::postgres::{DEFAULT_CONNECTIONS, PostgresStore};

async fn refused(database: &TestDatabase) -> StoreError {
    PostgresStore::connect(&database.address, None, DEFAULT_CONNECTIONS).await.err().expect("it was not refused")
}

#[tokio::test]
async fn tables_of_another_program_are_left_alone() {
    let database = TestDatabase::fresh();
    let client = database.client().await;
    client.batch_execute("CREATE TABLE orders (id integer)").await.unwrap();
    let error = refused(&database).await;
    assert!(matches!(error, StoreError::NotOurs { .. }), "{error}");
    assert!(error.to_string().contains("1 tables of another program in its schema public"), "{error}");
    let tables = client.query_one("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", &[]).await.unwrap();
    assert_eq!(tables.get::<_, i64>(0), 1);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let database = TestDatabase::fresh();
    drop(database.store().await);
    let client = database.client().await;
    client.batch_execute("INSERT INTO schema_version (version, name) VALUES (99, 'later')").await.unwrap();
    let error = refused(&database).await;
    assert!(matches!(error, StoreError::NewerSchema { found: 99, known: 1, .. }), "{error}");
    assert!(error.to_string().contains("use the newer program that wrote it"), "{error}");
}

#[tokio::test]
async fn many_that_start_at_once_make_the_tables_once() {
    let database = TestDatabase::fresh();
    let address = database.address.clone();
    let starting = (0..8).map(|_| {
        let address = address.clone();
        tokio::spawn(async move { PostgresStore::connect(&address, None, 2).await.map(drop) })
    });
    for started in starting.collect::<Vec<_>>() {
        started.await.unwrap().unwrap();
    }
    let versions = database.client().await.query_one("SELECT count(*) FROM schema_version", &[]).await.unwrap();
    assert_eq!(versions.get::<_, i64>(0), 1);
}

#[tokio::test]
async fn a_search_path_of_its_own_keeps_two_fleets_in_one_database_apart() {
    let database = TestDatabase::fresh();
    database.client().await.batch_execute("CREATE SCHEMA north; CREATE SCHEMA south").await.unwrap();
    let at = |schema: &str| format!("{} options='-c search_path={schema}'", database.address);
    for schema in ["north", "south"] {
        drop(PostgresStore::connect(&at(schema), None, 2).await.unwrap());
    }
    let error = PostgresStore::connect(&at("nowhere"), None, 2).await.err().unwrap();
    assert!(error.to_string().contains("names no schema that is there"), "{error}");
}
