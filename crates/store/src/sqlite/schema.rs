//! The schema's versions, and how a database gets from one to the next.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::fault::explain;
use crate::{SchemaVersions, StoreError};

/// "UNMR", in the header of every database of ours, so that no other SQLite file is taken for one.
pub(super) const APPLICATION_ID: i64 = 0x554E_4D52;

struct Version {
    number: u64,
    name: &'static str,
    sql: &'static str,
}

/// Every version, oldest first; what was released is never changed.
const VERSIONS: &[Version] =
    &[Version { number: 1, name: "initial", sql: include_str!("../../schema/sqlite/0001_initial.sql") }];

/// What a file turned out to be before anything was written to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    Empty,
    Ours,
}

/// # Errors
/// [`StoreError::NotOurs`] when another program's data are in the file.
pub(super) fn identify(db: &Connection, path: &Path) -> Result<Identity, StoreError> {
    let sql = "SELECT application_id, (SELECT count(*) FROM sqlite_master) FROM pragma_application_id";
    let (application_id, objects) = db
        .query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
        .map_err(|error| explain("open the database", path, &error))?;
    match (application_id, objects) {
        (APPLICATION_ID, _) => Ok(Identity::Ours),
        (0, 0) => Ok(Identity::Empty),
        (0, _) => Err(not_ours(path, "it is an SQLite file with other tables".to_owned())),
        (other, _) => Err(not_ours(path, format!("its application id is {other:#010x}"))),
    }
}

fn not_ours(path: &Path, why: String) -> StoreError {
    StoreError::NotOurs { database: path.display().to_string(), why }
}

/// The version of this program.
pub(crate) fn known() -> u64 {
    VERSIONS.last().map_or(0, |version| version.number)
}

/// The version that is there; `None` of an empty file.
pub(super) fn look(db: &Connection, path: &Path) -> Result<SchemaVersions, StoreError> {
    let found = match identify(db, path)? {
        Identity::Empty => None,
        Identity::Ours => {
            let sql = "SELECT max(version) FROM schema_version";
            db.query_row(sql, [], |row| row.get(0)).map_err(|error| explain("look at the schema", path, &error))?
        }
    };
    Ok(SchemaVersions { found, known: known() })
}

/// Brings the database to the latest version, in one transaction.
///
/// # Errors
/// [`StoreError::NewerSchema`] when it is beyond that.
pub(super) fn upgrade(db: &mut Connection, path: &Path) -> Result<(), StoreError> {
    upgrade_through(VERSIONS, db, path)
}

fn upgrade_through(versions: &[Version], db: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let operation = "bring the database to the present schema";
    let failed = |error: rusqlite::Error| explain(operation, path, &error);
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Another process may have been faster: what the file is counts from inside the transaction.
    let found = match identify(&transaction, path)? {
        Identity::Empty => 0,
        Identity::Ours => transaction
            .query_row("SELECT coalesce(max(version), 0) FROM schema_version", [], |row| row.get(0))
            .map_err(failed)?,
    };
    let known = versions.last().map_or(0, |version| version.number);
    if found > known {
        return Err(StoreError::NewerSchema { database: path.display().to_string(), found, known });
    }
    for version in versions.iter().filter(|version| version.number > found) {
        transaction.execute_batch(version.sql).map_err(failed)?;
        let record = "INSERT INTO schema_version (version, name) VALUES (?1, ?2)";
        transaction.execute(record, (version.number, version.name)).map_err(failed)?;
    }
    if found == 0 {
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(db: &Connection) -> String {
        let sql = "SELECT group_concat(name, ' then ') FROM (SELECT name FROM schema_version ORDER BY version)";
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The first version, then these.
    fn and_then<const N: usize>(later: [(&'static str, &'static str); N]) -> Vec<Version> {
        let mut versions = vec![Version { number: 1, name: "initial", sql: VERSIONS[0].sql }];
        for (number, (name, sql)) in (2..).zip(later) {
            versions.push(Version { number, name, sql });
        }
        versions
    }

    #[test]
    fn versions_are_numbered_from_one_without_a_gap() {
        assert!(VERSIONS.iter().map(|version| version.number).eq(1..=VERSIONS.len() as u64));
    }

    #[test]
    fn an_older_database_gets_what_it_misses_and_keeps_what_it_has() {
        let (mut db, path) = (Connection::open_in_memory().unwrap(), Path::new("unmoor.db"));
        upgrade_through(&and_then([]), &mut db, path).unwrap();
        db.execute_batch("INSERT INTO stamp VALUES (1, 'https://graph.example', '77')").unwrap();
        let wider = and_then([
            ("colour", "ALTER TABLE stamp ADD COLUMN colour TEXT"),
            ("red", "UPDATE stamp SET colour = 'red'"),
        ]);
        upgrade_through(&wider, &mut db, path).unwrap();
        upgrade_through(&wider, &mut db, path).unwrap();
        assert_eq!(applied(&db), "initial then colour then red");
        let kept: (String, String) =
            db.query_row("SELECT app_id, colour FROM stamp", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(kept, ("77".to_owned(), "red".to_owned()));
        let older = upgrade_through(&and_then([]), &mut db, path);
        assert!(matches!(older, Err(StoreError::NewerSchema { found: 3, known: 1, .. })));
    }

    #[test]
    fn an_upgrade_that_fails_in_the_middle_changes_nothing() {
        let (mut db, path) = (Connection::open_in_memory().unwrap(), Path::new("unmoor.db"));
        upgrade_through(&and_then([]), &mut db, path).unwrap();
        let broken = and_then([
            ("colour", "ALTER TABLE stamp ADD COLUMN colour TEXT"),
            ("broken", "UPDATE nowhere SET colour = 'red'"),
        ]);
        let told = upgrade_through(&broken, &mut db, path).unwrap_err().to_string();
        assert!(told.contains("cannot bring the database to the present schema") && told.contains("nowhere"), "{told}");
        assert_eq!(applied(&db), "initial");
        assert!(db.prepare("SELECT colour FROM stamp").is_err());
    }
}
