//! Sealed secrets; what is inside is known to the vault alone.

use rusqlite::{Connection, OptionalExtension, params};

use crate::SealedSecret;

pub(super) fn get(db: &Connection, kind: &str, name: &str) -> rusqlite::Result<Option<SealedSecret>> {
    db.prepare_cached("SELECT sealed FROM secret WHERE kind = ?1 AND name = ?2")?
        .query_row([kind, name], |row| row.get(0).map(SealedSecret))
        .optional()
}

/// Keeps `sealed` if nothing was kept before, and returns what is kept.
pub(super) fn put_if_absent(
    db: &Connection,
    kind: &str,
    name: &str,
    sealed: SealedSecret,
) -> rusqlite::Result<SealedSecret> {
    if let Some(kept) = get(db, kind, name)? {
        return Ok(kept);
    }
    replace(db, kind, name, &sealed)?;
    Ok(sealed)
}

pub(super) fn replace(db: &Connection, kind: &str, name: &str, sealed: &SealedSecret) -> rusqlite::Result<()> {
    let sql = "INSERT INTO secret (kind, name, sealed) VALUES (?1, ?2, ?3) \
               ON CONFLICT (kind, name) DO UPDATE SET sealed = excluded.sealed";
    db.prepare_cached(sql)?.execute(params![kind, name, sealed.0]).map(drop)
}

pub(super) fn names(db: &Connection, kind: &str) -> rusqlite::Result<Vec<String>> {
    db.prepare_cached("SELECT name FROM secret WHERE kind = ?1 ORDER BY name")?
        .query_map([kind], |row| row.get(0))?
        .collect()
}
