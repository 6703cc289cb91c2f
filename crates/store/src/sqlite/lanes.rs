//! The lanes that the heads of all chains are added up in.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::chain::{JournalKey, Lane, NOTHING};

/// Changes a lane as one commit.
pub(super) fn change(
    db: &Connection,
    key: &JournalKey,
    number: u64,
    change: impl FnOnce(&mut Lane),
) -> rusqlite::Result<()> {
    let sql = "SELECT lane, commits, migrations, sum, seal FROM journal_lane WHERE lane = ?1";
    let found = db.prepare_cached(sql)?.query_row([number], lane).optional()?;
    // Where somebody has removed it, what follows does not fit any more, and the work goes on.
    let mut lane = found.unwrap_or_else(|| Lane::empty(number));
    lane.change(key, change);
    db.prepare_cached("UPDATE journal_lane SET commits = ?2, migrations = ?3, sum = ?4, seal = ?5 WHERE lane = ?1")?
        .execute(params![lane.number, lane.commits, lane.migrations, lane.sum, lane.seal])?;
    Ok(())
}

pub(super) fn read(db: &Connection) -> rusqlite::Result<Vec<Lane>> {
    db.prepare_cached("SELECT lane, commits, migrations, sum, seal FROM journal_lane ORDER BY lane")?
        .query_map([], lane)?
        .collect()
}

fn lane(row: &Row<'_>) -> rusqlite::Result<Lane> {
    let sum: Vec<u8> = row.get(3)?;
    Ok(Lane {
        number: row.get(0)?,
        commits: row.get(1)?,
        migrations: row.get(2)?,
        // One of another length was changed by hand, and no seal fits it.
        sum: sum.try_into().unwrap_or(NOTHING),
        seal: row.get(4)?,
    })
}
