//! A migration's rows, written and read.

use rusqlite::{Connection, OptionalExtension, params};
use unmoor_migration::MigrationId;

use super::value::Ns;
use crate::chain::ChainEnd;
use crate::rows::{Found, SnapshotRow, StoredRow};

/// Adds the migration with version 1 and a journal that ends so; `false` when it is there already.
pub(super) fn insert(db: &Connection, row: &SnapshotRow, end: &ChainEnd) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO migration (id, version, journal_seq, journal_head, customer, wave, phase, turn, blockers, \
               is_final, urgency, wake_at_ns) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
               ON CONFLICT (id) DO NOTHING";
    let added = db.prepare_cached(sql)?.execute(params![
        row.id.as_str(),
        end.seq,
        end.link,
        row.customer,
        row.wave,
        row.phase,
        row.turn,
        row.blockers,
        row.is_final,
        row.urgency,
        row.wake_at.map(Ns),
    ])?;
    if added == 0 {
        return Ok(false);
    }
    db.prepare_cached("INSERT INTO snapshot (migration_id, body) VALUES (?1, ?2)")?
        .execute(params![row.id.as_str(), row.body])?;
    insert_blockers(db, row)?;
    Ok(true)
}

/// Replaces the state, and what the migration is found by. One statement for what changes every time, others only
/// for what did change: SQLite writes the index of every column that a statement names.
pub(super) fn update(db: &Connection, row: &SnapshotRow, before: &Found, step: &Step) -> rusqlite::Result<()> {
    let id = row.id.as_str();
    let sql = if step.release { UPDATE_AND_RELEASE } else { UPDATE };
    db.prepare_cached(sql)?.execute(params![
        id,
        step.version,
        step.end.seq,
        step.end.link,
        step.inputs_done,
        row.is_final,
        row.urgency,
        row.wake_at.map(Ns),
    ])?;
    db.prepare_cached("UPDATE snapshot SET body = ?2 WHERE migration_id = ?1")?.execute([id, &row.body])?;
    if before.phase != row.phase || before.turn != row.turn {
        db.prepare_cached("UPDATE migration SET phase = ?2, turn = ?3 WHERE id = ?1")?
            .execute(params![id, row.phase, row.turn])?;
    }
    if before.customer != row.customer || before.wave != row.wave {
        db.prepare_cached("UPDATE migration SET customer = ?2, wave = ?3 WHERE id = ?1")?.execute(params![
            id,
            row.customer,
            row.wave
        ])?;
    }
    if before.blockers != row.blockers {
        replace_blockers(db, row, &before.blockers)?;
    }
    Ok(())
}

fn replace_blockers(db: &Connection, row: &SnapshotRow, before: &str) -> rusqlite::Result<()> {
    let id = row.id.as_str();
    db.prepare_cached(
        "DELETE FROM migration_blocker WHERE migration_id = ?1 AND code IN (SELECT value FROM json_each(?2))",
    )?
    .execute([id, before])?;
    db.prepare_cached("UPDATE migration SET blockers = ?2 WHERE id = ?1")?.execute([id, &row.blockers])?;
    insert_blockers(db, row)
}

fn insert_blockers(db: &Connection, row: &SnapshotRow) -> rusqlite::Result<()> {
    for code in &row.blocker_codes {
        db.prepare_cached("INSERT INTO migration_blocker (code, migration_id) VALUES (?1, ?2)")?
            .execute([code.as_str(), row.id.as_str()])?;
    }
    Ok(())
}

/// What every commit changes besides the state.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) version: u64,
    pub(super) end: ChainEnd,
    pub(super) inputs_done: u64,
    pub(super) release: bool,
}

macro_rules! update_with {
    ($more:literal) => {
        concat!(
            "UPDATE migration SET version = ?2, journal_seq = ?3, journal_head = ?4, \
             inputs_waiting = inputs_waiting - ?5, is_final = ?6, urgency = ?7, wake_at_ns = ?8",
            $more,
            " WHERE id = ?1"
        )
    };
}
const UPDATE: &str = update_with!("");
const UPDATE_AND_RELEASE: &str = update_with!(", lease_owner = NULL, lease_until_ms = NULL");

/// What a commit compares with; `None` when there is no such migration.
pub(super) fn found(db: &Connection, id: &MigrationId) -> rusqlite::Result<Option<Found>> {
    let sql = "SELECT version, journal_seq, fence, lease_owner, inputs_waiting, phase, turn, customer, wave, blockers, \
               journal_head FROM migration WHERE id = ?1";
    let of = |row: &rusqlite::Row<'_>| {
        Ok(Found {
            version: row.get(0)?,
            end: ChainEnd { seq: row.get(1)?, link: row.get(10)? },
            fence: row.get(2)?,
            lease_owner: row.get(3)?,
            inputs_waiting: row.get(4)?,
            phase: row.get(5)?,
            turn: row.get(6)?,
            customer: row.get(7)?,
            wave: row.get(8)?,
            blockers: row.get(9)?,
        })
    };
    db.prepare_cached(sql)?.query_row([id.as_str()], of).optional()
}

/// Columns of [`StoredRow`], of `migration` named `m` joined with `snapshot` named `s`.
macro_rules! stored_columns {
    () => {
        "m.id, m.version, m.inputs_waiting, s.body"
    };
}
pub(super) use stored_columns;

pub(super) fn stored_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredRow> {
    Ok(StoredRow { id: row.get(0)?, version: row.get(1)?, inputs_waiting: row.get(2)?, body: row.get(3)? })
}
