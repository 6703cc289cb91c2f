//! The schema's versions, and how a database gets from one to the next.

use deadpool_postgres::ClientWrapper;
use tokio_postgres::Error;

use super::fault::Fault;
use super::pool::Pool;
use super::row::number;
use super::transaction::Transaction;
use crate::{SchemaVersions, StoreError};

struct Version {
    number: u64,
    name: &'static str,
    sql: &'static str,
}

/// Every version, oldest first; what was released is never changed.
const VERSIONS: &[Version] =
    &[Version { number: 1, name: "initial", sql: include_str!("../../schema/postgres/0001_initial.sql") }];

const OPERATION: &str = "bring the database to the present schema";

/// Marks the tables of ours, so that no other program's are taken for them.
const MARK: &str = "Unmoor";

/// "UNMR": whoever upgrades holds this lock until it is done.
const LOCK: i64 = 0x554E_4D52;

/// The version that is there; `None` of an empty database.
pub(super) async fn look(pool: &Pool) -> Result<SchemaVersions, StoreError> {
    let client = pool.get("look at the schema").await?;
    let found = found(&client, pool.place()).await;
    let found = found.map_err(|fault| fault.explain("look at the schema", pool.place()))?;
    Ok(SchemaVersions { found: Some(found).filter(|found| *found > 0), known: known(VERSIONS) })
}

/// # Errors
/// [`StoreError::OlderSchema`] or [`StoreError::NewerSchema`] when this program cannot work with what is there.
pub(super) async fn check(pool: &Pool) -> Result<(), StoreError> {
    let SchemaVersions { found, known } = look(pool).await?;
    let database = pool.place().to_owned();
    match found {
        Some(found) if found > known => Err(StoreError::NewerSchema { database, found, known }),
        Some(found) if found == known => Ok(()),
        found => Err(StoreError::OlderSchema { database, found: found.unwrap_or_default(), known }),
    }
}

/// The version of this program.
#[cfg(test)]
pub(crate) fn known_here() -> u64 {
    known(VERSIONS)
}

fn known(versions: &[Version]) -> u64 {
    versions.last().map_or(0, |version| version.number)
}

/// Brings the database to the latest version, in one transaction.
///
/// # Errors
/// [`StoreError::NewerSchema`] when it is beyond that, [`StoreError::NotOurs`] when another program's tables are there.
pub(super) async fn upgrade(pool: &Pool) -> Result<(), StoreError> {
    upgrade_through(VERSIONS, pool).await
}

async fn upgrade_through(versions: &[Version], pool: &Pool) -> Result<(), StoreError> {
    let transaction = Transaction::begun(pool, OPERATION).await?;
    match upgrade_in(versions, transaction.client()?, pool.place()).await {
        Ok(()) => transaction.commit().await,
        Err(fault) => Err(transaction.explain(fault)),
    }
}

async fn upgrade_in(versions: &[Version], client: &ClientWrapper, place: &str) -> Result<(), Fault<StoreError>> {
    let known = known(versions);
    // Looked at first without the lock: programs that have nothing to do need not wait for one another.
    if found(client, place).await? == known {
        return Ok(());
    }
    // However long the others take, and however much there is to change.
    client.batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0").await?;
    client.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    let found = found(client, place).await?;
    if found > known {
        return Err(StoreError::NewerSchema { database: place.to_owned(), found, known }.into());
    }
    for version in versions.iter().filter(|version| version.number > found) {
        client.batch_execute(version.sql).await?;
        let record = "INSERT INTO schema_version (version, name) VALUES ($1, $2)";
        client.execute(record, &[&super::row::big(version.number), &version.name]).await?;
    }
    if found == 0 {
        client.batch_execute(&format!("COMMENT ON TABLE schema_version IS '{MARK}'")).await?;
    }
    Ok(())
}

/// The database's version; 0 of an empty one.
async fn found(client: &ClientWrapper, place: &str) -> Result<u64, Fault<StoreError>> {
    let sql = "SELECT obj_description(to_regclass(quote_ident(current_schema()) || '.schema_version'), 'pg_class'), \
               (SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace(current_schema()) AND relkind = 'r'), \
               current_schema()";
    let row = client.query_one(sql, &[]).await?;
    let read =
        (|| Ok::<(Option<String>, i64, Option<String>), Error>((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))();
    let not_ours = |why: String| StoreError::NotOurs { database: place.to_owned(), why };
    match read? {
        (Some(mark), ..) if mark == MARK => {
            let row = client.query_one("SELECT coalesce(max(version), 0) FROM schema_version", &[]).await?;
            Ok(number(row.try_get(0)?))
        }
        (_, _, None) => Err(not_ours("the search path of this user names no schema that is there".to_owned()).into()),
        (_, 0, Some(_)) => Ok(0),
        (_, tables, Some(schema)) => {
            Err(not_ours(format!("there are {tables} tables of another program in its schema {schema}")).into())
        }
    }
}
