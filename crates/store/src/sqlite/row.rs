//! A migration's rows: written from a [`Snapshot`], read as they stand.
//!
//! JSON is made and parsed on the caller's side, never on the thread that writes.

use rusqlite::{Connection, params};
use unmoor_migration::MigrationId;

use super::value::{Ns, from_json, to_json, urgency_rank};
use crate::{Snapshot, StoreError, Stored};

/// The columns of a snapshot, ready to be written.
#[derive(Debug)]
pub(super) struct SnapshotRow {
    pub(super) id: MigrationId,
    customer: String,
    wave: Option<String>,
    phase: String,
    turn: Option<String>,
    blocker_codes: Vec<String>,
    blockers: String,
    is_final: bool,
    urgency: i64,
    wake_at: Option<Ns>,
    body: String,
}

impl SnapshotRow {
    pub(super) fn of(snapshot: &Snapshot) -> Result<Self, StoreError> {
        let migration = snapshot.migration();
        let outline = snapshot.outline();
        let id = migration.id().clone();
        let body = to_json(&format!("the state of migration {id}"), migration)?;
        let mut blocker_codes = outline.blockers.clone();
        blocker_codes.sort();
        blocker_codes.dedup();
        Ok(Self {
            customer: migration.customer().reference.clone(),
            wave: migration.customer().wave.clone(),
            phase: outline.phase.clone(),
            turn: outline.turn.clone(),
            blockers: to_json("blocker codes", &blocker_codes)?,
            blocker_codes,
            is_final: outline.is_final,
            urgency: urgency_rank(outline.urgency),
            wake_at: outline.wake_at.map(Ns),
            id,
            body,
        })
    }

    /// Adds the migration with version 1 and a journal of so many rows; `false` when it is there already.
    pub(super) fn insert(&self, db: &Connection, journal_seq: u64) -> rusqlite::Result<bool> {
        let sql = "INSERT INTO migration (id, version, journal_seq, customer, wave, phase, turn, blockers, is_final, \
                   urgency, wake_at_ns) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                   ON CONFLICT (id) DO NOTHING";
        let added = db.prepare_cached(sql)?.execute(params![
            self.id.as_str(),
            journal_seq,
            self.customer,
            self.wave,
            self.phase,
            self.turn,
            self.blockers,
            self.is_final,
            self.urgency,
            self.wake_at,
        ])?;
        if added == 0 {
            return Ok(false);
        }
        db.prepare_cached("INSERT INTO snapshot (migration_id, body) VALUES (?1, ?2)")?
            .execute(params![self.id.as_str(), self.body])?;
        self.insert_blockers(db)?;
        Ok(true)
    }

    /// Replaces the state, and what the migration is found by. One statement for what changes every time, others only
    /// for what did change: SQLite writes the index of every column that a statement names.
    pub(super) fn update(&self, db: &Connection, before: &Found, step: &Step) -> rusqlite::Result<()> {
        let id = self.id.as_str();
        let sql = if step.release { UPDATE_AND_RELEASE } else { UPDATE };
        db.prepare_cached(sql)?.execute(params![
            id,
            step.version,
            step.journal_seq,
            step.inputs_done,
            self.is_final,
            self.urgency,
            self.wake_at,
        ])?;
        db.prepare_cached("UPDATE snapshot SET body = ?2 WHERE migration_id = ?1")?.execute([id, &self.body])?;
        if before.phase != self.phase || before.turn != self.turn {
            db.prepare_cached("UPDATE migration SET phase = ?2, turn = ?3 WHERE id = ?1")?
                .execute(params![id, self.phase, self.turn])?;
        }
        if before.customer != self.customer || before.wave != self.wave {
            db.prepare_cached("UPDATE migration SET customer = ?2, wave = ?3 WHERE id = ?1")?.execute(params![
                id,
                self.customer,
                self.wave
            ])?;
        }
        if before.blockers != self.blockers {
            self.replace_blockers(db, &before.blockers)?;
        }
        Ok(())
    }

    fn replace_blockers(&self, db: &Connection, before: &str) -> rusqlite::Result<()> {
        let id = self.id.as_str();
        db.prepare_cached(
            "DELETE FROM migration_blocker WHERE migration_id = ?1 AND code IN (SELECT value FROM json_each(?2))",
        )?
        .execute([id, before])?;
        db.prepare_cached("UPDATE migration SET blockers = ?2 WHERE id = ?1")?.execute([id, &self.blockers])?;
        self.insert_blockers(db)
    }

    fn insert_blockers(&self, db: &Connection) -> rusqlite::Result<()> {
        for code in &self.blocker_codes {
            db.prepare_cached("INSERT INTO migration_blocker (code, migration_id) VALUES (?1, ?2)")?
                .execute([code.as_str(), self.id.as_str()])?;
        }
        Ok(())
    }
}

/// What every commit changes besides the state.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) version: u64,
    pub(super) journal_seq: u64,
    pub(super) inputs_done: u64,
    pub(super) release: bool,
}

macro_rules! update_with {
    ($more:literal) => {
        concat!(
            "UPDATE migration SET version = ?2, journal_seq = ?3, inputs_waiting = inputs_waiting - ?4, \
             is_final = ?5, urgency = ?6, wake_at_ns = ?7",
            $more,
            " WHERE id = ?1"
        )
    };
}
const UPDATE: &str = update_with!("");
const UPDATE_AND_RELEASE: &str = update_with!(", lease_owner = NULL, lease_until_ms = NULL");

/// What a commit compares with.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) version: u64,
    pub(super) journal_seq: u64,
    pub(super) fence: u64,
    pub(super) lease_owner: Option<String>,
    phase: String,
    turn: Option<String>,
    customer: String,
    wave: Option<String>,
    blockers: String,
}

impl Found {
    pub(super) fn of(db: &Connection, id: &MigrationId) -> rusqlite::Result<Option<Self>> {
        let sql = "SELECT version, journal_seq, fence, lease_owner, phase, turn, customer, wave, blockers \
                   FROM migration WHERE id = ?1";
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query([id.as_str()])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(Self {
            version: row.get(0)?,
            journal_seq: row.get(1)?,
            fence: row.get(2)?,
            lease_owner: row.get(3)?,
            phase: row.get(4)?,
            turn: row.get(5)?,
            customer: row.get(6)?,
            wave: row.get(7)?,
            blockers: row.get(8)?,
        }))
    }
}

/// Columns of [`StoredRow`], of `migration` named `m` joined with `snapshot` named `s`.
macro_rules! stored_columns {
    () => {
        "m.id, m.version, m.inputs_waiting, s.body"
    };
}
pub(super) use stored_columns;

/// A migration as it stands in the tables.
#[derive(Debug)]
pub(super) struct StoredRow {
    pub(super) id: String,
    version: u64,
    inputs_waiting: u64,
    body: String,
}

impl StoredRow {
    pub(super) fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get(0)?, version: row.get(1)?, inputs_waiting: row.get(2)?, body: row.get(3)? })
    }

    pub(super) fn parse(self) -> Result<Stored, StoreError> {
        let migration = from_json(|| format!("the state of migration {}", self.id), &self.body)?;
        Ok(Stored { migration, version: self.version, inputs_waiting: self.inputs_waiting })
    }
}
