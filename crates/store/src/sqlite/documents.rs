//! What effects need beside a migration's state.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use unmoor_migration::MigrationId;

use super::fault::Fault;
use crate::StoreError;

pub(super) fn keep(
    db: &Connection,
    id: &MigrationId,
    documents: &BTreeMap<String, Vec<u8>>,
) -> Result<(), Fault<StoreError>> {
    let is_known = db.prepare_cached("SELECT 1 FROM migration WHERE id = ?1")?.exists([id.as_str()])?;
    if !is_known {
        return Err(StoreError::UnknownMigration { id: id.clone() }.into());
    }
    let sql = "INSERT INTO document (migration_id, name, content) VALUES (?1, ?2, ?3) \
               ON CONFLICT (migration_id, name) DO UPDATE SET content = excluded.content";
    let mut insert = db.prepare_cached(sql)?;
    for (name, content) in documents {
        insert.execute(params![id.as_str(), name, content])?;
    }
    Ok(())
}

pub(super) fn get(db: &Connection, id: &str, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    db.prepare_cached("SELECT content FROM document WHERE migration_id = ?1 AND name = ?2")?
        .query_row([id, name], |row| row.get(0))
        .optional()
}
