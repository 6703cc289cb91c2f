//! Who may change a migration, and until when.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use unmoor_migration::MigrationId;

use super::fault::Fault;
use super::inbox;
use super::row::{stored_columns, stored_row};
use super::value::{Ns, real_now_ms};
use crate::rows::ClaimRow;
use crate::value::{URGENCIES, urgency_rank};
use crate::{CommitError, StoreError, Wake};

/// Whether nobody holds a live lease.
macro_rules! unleased {
    () => {
        concat!("(lease_until_ms IS NULL OR lease_until_ms <= ", real_now_ms!(), ")")
    };
}

/// Due migrations of one urgency, straight from the index.
pub(super) const DUE: &str = concat!(
    "SELECT id FROM migration WHERE urgency = ?1 AND due_at_ns <= ?2 AND ",
    unleased!(),
    " ORDER BY due_at_ns, id LIMIT ?3"
);

/// The first due time of one urgency, straight from the index.
pub(super) const NEXT_DUE: &str = concat!(
    "SELECT inputs_waiting > 0, wake_at_ns FROM migration WHERE urgency = ?1 AND due_at_ns IS NOT NULL AND ",
    unleased!(),
    " ORDER BY due_at_ns, id LIMIT 1"
);

pub(super) fn claim_due(
    db: &Connection,
    now: Timestamp,
    limit: u32,
    owner: &str,
    lease_ms: i64,
) -> Result<Vec<ClaimRow>, Fault<StoreError>> {
    let mut claims = Vec::new();
    for urgency in URGENCIES {
        let room = u64::from(limit) - claims.len() as u64;
        if room == 0 {
            break;
        }
        let ids: Vec<String> = db
            .prepare_cached(DUE)?
            .query_map(params![urgency_rank(urgency), Ns(now), room], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for id in ids {
            claims.push(take(db, &id, owner, lease_ms)?);
        }
    }
    Ok(claims)
}

pub(super) fn claim_one(
    db: &Connection,
    id: &MigrationId,
    owner: &str,
    lease_ms: i64,
) -> Result<Option<ClaimRow>, Fault<StoreError>> {
    let sql = concat!("SELECT ", unleased!(), " FROM migration WHERE id = ?1");
    let free = db.prepare_cached(sql)?.query_row([id.as_str()], |row| row.get(0)).optional()?;
    match free {
        None => Err(StoreError::UnknownMigration { id: id.clone() }.into()),
        Some(false) => Ok(None),
        Some(true) => Ok(Some(take(db, id.as_str(), owner, lease_ms)?)),
    }
}

/// Takes a migration that was seen free in the same transaction.
fn take(db: &Connection, id: &str, owner: &str, lease_ms: i64) -> rusqlite::Result<ClaimRow> {
    let sql = concat!(
        "UPDATE migration SET fence = fence + 1, lease_owner = ?2, lease_until_ms = ",
        real_now_ms!(),
        " + ?3 WHERE id = ?1 RETURNING fence"
    );
    let fence = db.prepare_cached(sql)?.query_row(params![id, owner, lease_ms], |row| row.get(0))?;
    let sql = concat!(
        "SELECT ",
        stored_columns!(),
        " FROM migration m JOIN snapshot s ON s.migration_id = m.id WHERE m.id = ?1"
    );
    let stored = db.prepare_cached(sql)?.query_row([id], stored_row)?;
    let inputs = inbox::waiting(db, id)?;
    Ok(ClaimRow { stored, fence, owner: owner.to_owned(), inputs })
}

pub(super) fn renew(
    db: &Connection,
    id: &MigrationId,
    owner: &str,
    fence: u64,
    lease_ms: i64,
) -> Result<(), Fault<CommitError>> {
    let sql = concat!(
        "UPDATE migration SET lease_until_ms = ",
        real_now_ms!(),
        " + ?4 WHERE id = ?1 AND lease_owner = ?2 AND fence = ?3"
    );
    match db.prepare_cached(sql)?.execute(params![id.as_str(), owner, fence, lease_ms])? {
        0 => Err(CommitError::FenceLost { id: id.clone(), fence }.into()),
        _ => Ok(()),
    }
}

pub(super) fn release(db: &Connection, id: &MigrationId, owner: &str, fence: u64) -> rusqlite::Result<()> {
    let sql = "UPDATE migration SET lease_owner = NULL, lease_until_ms = NULL \
               WHERE id = ?1 AND lease_owner = ?2 AND fence = ?3";
    db.prepare_cached(sql)?.execute(params![id.as_str(), owner, fence]).map(drop)
}

pub(super) fn release_all_of(db: &Connection, owner: &str) -> rusqlite::Result<u64> {
    let sql = "UPDATE migration SET lease_owner = NULL, lease_until_ms = NULL WHERE lease_owner = ?1";
    db.prepare_cached(sql)?.execute([owner]).map(|released| released as u64)
}

pub(super) fn next_due(db: &Connection) -> rusqlite::Result<Option<Wake>> {
    let mut earliest: Option<Timestamp> = None;
    for urgency in URGENCIES {
        let first = db
            .prepare_cached(NEXT_DUE)?
            .query_row([urgency_rank(urgency)], |row| Ok((row.get::<_, bool>(0)?, row.get::<_, Option<Ns>>(1)?)))
            .optional()?;
        match first {
            Some((true, _)) => return Ok(Some(Wake::AtOnce)),
            Some((false, Some(Ns(wake_at)))) => {
                earliest = Some(earliest.map_or(wake_at, |other| other.min(wake_at)));
            }
            Some((false, None)) | None => {}
        }
    }
    Ok(earliest.map(Wake::At))
}
