//! Sealed secrets; what is inside is known to the vault alone.

use super::pool::Pool;
use crate::{SealedSecret, StoreError};

pub(super) async fn get(pool: &Pool, kind: &str, name: &str) -> Result<Option<SealedSecret>, StoreError> {
    let operation = "read a secret";
    let row = pool.row(operation, "SELECT sealed FROM secret WHERE kind = $1 AND name = $2", &[&kind, &name]).await?;
    let sealed = row.map(|row| row.try_get(0).map(SealedSecret)).transpose();
    sealed.map_err(|error| StoreError::Database { operation, detail: error.to_string() })
}

/// Keeps `sealed` if nothing was kept before, and returns what is kept.
pub(super) async fn put_if_absent(
    pool: &Pool,
    kind: &str,
    name: &str,
    sealed: SealedSecret,
) -> Result<SealedSecret, StoreError> {
    let sql = "INSERT INTO secret (kind, name, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    if pool.execute("keep a secret", sql, &[&kind, &name, &sealed.0]).await? == 1 {
        return Ok(sealed);
    }
    let gone =
        || StoreError::Database { operation: "keep a secret", detail: "the one in its place is gone".to_owned() };
    get(pool, kind, name).await?.ok_or_else(gone)
}

pub(super) async fn replace(pool: &Pool, kind: &str, name: &str, sealed: &SealedSecret) -> Result<(), StoreError> {
    let sql = "INSERT INTO secret (kind, name, sealed) VALUES ($1, $2, $3) \
               ON CONFLICT (kind, name) DO UPDATE SET sealed = excluded.sealed";
    pool.execute("replace a secret", sql, &[&kind, &name, &sealed.0]).await.map(drop)
}

pub(super) async fn names(pool: &Pool, kind: &str) -> Result<Vec<String>, StoreError> {
    let operation = "list secrets";
    let rows = pool.rows(operation, "SELECT name FROM secret WHERE kind = $1 ORDER BY name", &[&kind]).await?;
    let names = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>();
    names.map_err(|error: tokio_postgres::Error| StoreError::Database { operation, detail: error.to_string() })
}
