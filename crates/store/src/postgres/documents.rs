//! What effects need beside a migration's state.

use std::collections::BTreeMap;

use unmoor_migration::MigrationId;

use super::pool::Pool;
use crate::StoreError;

pub(super) async fn keep(
    pool: &Pool,
    id: &MigrationId,
    documents: &BTreeMap<String, Vec<u8>>,
) -> Result<(), StoreError> {
    if documents.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = documents.keys().map(String::as_str).collect();
    let contents: Vec<&[u8]> = documents.values().map(Vec::as_slice).collect();
    let sql = "INSERT INTO document (migration_id, name, content) \
               SELECT id, kept.name, kept.content FROM migration, unnest($2::text[], $3::bytea[]) AS kept (name, content) \
               WHERE id = $1 ON CONFLICT (migration_id, name) DO UPDATE SET content = excluded.content";
    match pool.execute("keep documents", sql, &[&id.as_str(), &names, &contents]).await? {
        0 => Err(StoreError::UnknownMigration { id: id.clone() }),
        _ => Ok(()),
    }
}

pub(super) async fn get(pool: &Pool, id: &str, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let operation = "read a document";
    let sql = "SELECT content FROM document WHERE migration_id = $1 AND name = $2";
    let row = pool.row(operation, sql, &[&id, &name]).await?;
    let content = row.map(|row| row.try_get(0)).transpose();
    content.map_err(|error| StoreError::Database { operation, detail: error.to_string() })
}
