//! Whose tables they are, and how they come to the present.

use super::TestDatabase;
use crate::StoreError;
use crate::postgres::{DEFAULT_CONNECTIONS, PostgresStore};

async fn refused(database: &TestDatabase) -> StoreError {
    let connected = PostgresStore::connect(&database.address, None, DEFAULT_CONNECTIONS).await;
    let upgraded = PostgresStore::upgrade(&database.address, None).await;
    let refused = connected.err().expect("it was not refused");
    assert_eq!(upgraded.expect_err("it was upgraded").to_string(), refused.to_string());
    refused
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
        tokio::spawn(async move { PostgresStore::upgrade(&address, None).await.map(drop) })
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
    let at = |schema: &str| format!("{}?options=-c%20search_path%3D{schema}", database.address);
    for schema in ["north", "south"] {
        PostgresStore::upgrade(&at(schema), None).await.unwrap();
        drop(PostgresStore::connect(&at(schema), None, 2).await.unwrap());
    }
    let error = PostgresStore::connect(&at("nowhere"), None, 2).await.err().unwrap();
    assert!(error.to_string().contains("names no schema that is there"), "{error}");
}

#[tokio::test]
async fn tables_are_made_when_asked_for_and_not_by_looking() {
    let database = TestDatabase::fresh();
    let empty = PostgresStore::versions(&database.address, None).await.unwrap();
    assert_eq!((empty.found, empty.known), (None, 1));
    let told = PostgresStore::connect(&database.address, None, 2).await.err().unwrap().to_string();
    assert!(told.ends_with("has schema version 0, and this program needs 1: run `unmoor schema upgrade`"), "{told}");
    assert_eq!(PostgresStore::upgrade(&database.address, None).await.unwrap().found, None);
    assert_eq!(PostgresStore::versions(&database.address, None).await.unwrap().found, Some(1));
}
