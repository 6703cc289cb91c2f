//! One commit: everything that one decision changes.

use tokio_postgres::Error;

use super::fault::Fault;
use super::lanes;
use super::pool::{Parameters, Pool};
use super::row::{FOUND_AND_LOCKED, big, found, ns};
use super::transaction::Transaction;
use super::{fleet, inbox, journal, notices};
use crate::chain::{JournalKey, LANES};
use crate::rows::{Chained, CommitRow, FleetRow, Found, SnapshotRow};
use crate::{CommitError, Committed};

const OPERATION: &str = "commit a migration";

macro_rules! update_with {
    ($more:literal) => {
        concat!(
            "UPDATE migration SET version = $2, journal_seq = $3, journal_head = $4, ",
            "inputs_waiting = inputs_waiting - $5, is_final = $6, urgency = $7, wake_at_ns = $8, phase = $9, turn = $10, ",
            "customer = $11, wave = $12, blockers = $13",
            $more,
            " WHERE id = $1"
        )
    };
}
const UPDATE: &str = update_with!("");
const UPDATE_AND_RELEASE: &str = update_with!(", lease_owner = NULL, lease_until = NULL");
const UPDATE_STATE: &str = "UPDATE snapshot SET body = $2 WHERE migration_id = $1";

/// Checks every condition and makes every change, in one transaction.
pub(super) async fn write(pool: &Pool, key: &JournalKey, commit: &CommitRow) -> Result<Committed, CommitError> {
    let transaction = Transaction::on(pool, OPERATION).await?;
    match write_in(&transaction, key, commit).await {
        Ok((committed, answer)) => {
            transaction.committed(answer)?;
            Ok(committed)
        }
        Err(fault) => {
            let error = transaction.explain(fault);
            transaction.roll_back().await;
            Err(error)
        }
    }
}

/// Everything, and the answer to its `COMMIT`.
async fn write_in(
    transaction: &Transaction<'_>,
    key: &JournalKey,
    commit: &CommitRow,
) -> Result<(Committed, Result<(), Error>), Fault<CommitError>> {
    let client = transaction.client().map_err(CommitError::from)?;
    let id = commit.id.as_str();
    let look = client.prepare_cached(FOUND_AND_LOCKED).await?;
    let look_at_lane = client.prepare_cached(lanes::SOME_LOCKED).await?;
    let changes_fleet = commit.fleet.as_ref().is_some_and(|fleet| fleet.state.is_some());
    let look_at_fleet = client.prepare_cached(if changes_fleet { fleet::LOCKED } else { fleet::SHARED }).await?;
    let migration: Parameters<'_> = &[&id];
    // The lane and the fleet's row are locked after the migration's, by everybody: nobody waits in a circle.
    let lane_numbers = commit.lane(LANES).map(big).into_iter().collect::<Vec<_>>();
    let lane: Parameters<'_> = &[&lane_numbers];
    let fleet_is_wanted: Parameters<'_> = &[&commit.fleet.is_some()];
    let (begun, row, lane, fleet_row) = tokio::join!(
        biased;
        client.batch_execute("BEGIN"),
        client.query_opt(&look, migration),
        client.query(&look_at_lane, lane),
        client.query_opt(&look_at_fleet, fleet_is_wanted),
    );
    begun?;
    let before = commit.check(row?.as_ref().map(found).transpose()?)?;
    let chained = Chained::of(key, &commit.id, Some(before.end.clone()), &commit.entries);
    let mut lanes = lane?.iter().map(lanes::lane).collect::<Result<Vec<_>, _>>()?;
    lanes.iter_mut().for_each(|lane| lane.change(key, |lane| chained.enter(key, lane)));
    let fleet_row = fleet_row?.as_ref().map(fleet::sealed).transpose()?;

    // What is not in every commit, one after the other.
    inbox::consume(client, &commit.id, &commit.inputs_done, ns(OPERATION, commit.at).map_err(CommitError::from)?)
        .await?;
    for notice in &commit.notices {
        notices::write(client, &commit.id, ns(OPERATION, commit.at).map_err(CommitError::from)?, notice).await?;
    }
    replace_blockers(client, &before, &commit.snapshot).await?;
    let fleet_version = match &commit.fleet {
        None => None,
        Some(FleetRow { expected_version, state: Some(state) }) => {
            Some(fleet::set_in(client, key, fleet_row, *expected_version, state).await?)
        }
        Some(FleetRow { expected_version, state: None }) => {
            fleet::checked(fleet_row, *expected_version).map(|_| None)?
        }
    };

    // What is in every commit, behind one another. All is prepared before any is sent: whatever had to be prepared first
    // would be overtaken by the COMMIT.
    let version = before.version + 1;
    let row = &commit.snapshot;
    let wake_at = row.wake_at.map(|at| ns(OPERATION, at)).transpose().map_err(CommitError::from)?;
    let (version_column, journal_seq) = (big(version), big(chained.end.seq));
    let inputs_done = big(commit.inputs_done.len() as u64);
    let update = client.prepare_cached(if commit.release { UPDATE_AND_RELEASE } else { UPDATE }).await?;
    let update_state = client.prepare_cached(UPDATE_STATE).await?;
    let append = client.prepare_cached(journal::APPEND).await?;
    let update_lanes = client.prepare_cached(lanes::UPDATE).await?;
    let rows = journal::Rows::of(&commit.entries, &chained);
    let lane_rows = lanes::Arrays::of(&lanes);
    let at = ns(OPERATION, commit.at).map_err(CommitError::from)?;
    let columns: Parameters<'_> = &[
        &id,
        &version_column,
        &journal_seq,
        &chained.end.link,
        &inputs_done,
        &row.is_final,
        &row.urgency,
        &wake_at,
        &row.phase,
        &row.turn,
        &row.customer,
        &row.wave,
        &row.blockers,
    ];
    let state: Parameters<'_> = &[&id, &row.body];
    let entries: Parameters<'_> = &[&id, &at, &rows.seqs, &rows.kinds, &rows.bodies, &rows.links];
    let lane_columns: Parameters<'_> =
        &[&lane_rows.numbers, &lane_rows.commits, &lane_rows.migrations, &lane_rows.sums, &lane_rows.seals];
    let (updated, state_updated, appended, lane_updated, committed) = tokio::join!(
        biased;
        client.execute(&update, columns),
        client.execute(&update_state, state),
        client.execute(&append, entries),
        client.execute(&update_lanes, lane_columns),
        client.batch_execute("COMMIT"),
    );
    // A statement that the server refused has undone everything, whatever it says to the COMMIT behind it. One whose answer
    // was lost was followed by a COMMIT that may have arrived.
    for written in [updated, state_updated, appended, lane_updated] {
        match written {
            Err(error) if error.code().is_none() => return Ok((Committed { version, fleet_version }, Err(error))),
            written => written.map(drop)?,
        }
    }
    Ok((Committed { version, fleet_version }, committed))
}

async fn replace_blockers(
    client: &deadpool_postgres::ClientWrapper,
    before: &Found,
    row: &SnapshotRow,
) -> Result<(), Error> {
    if before.blockers == row.blockers {
        return Ok(());
    }
    let remove =
        client.prepare_cached("DELETE FROM migration_blocker WHERE migration_id = $1 AND code = ANY($2)").await?;
    let codes: Vec<String> = serde_json::from_str(&before.blockers).unwrap_or_default();
    client.execute(&remove, &[&row.id.as_str(), &codes]).await?;
    insert_blockers(client, row).await
}

pub(super) async fn insert_blockers(client: &deadpool_postgres::ClientWrapper, row: &SnapshotRow) -> Result<(), Error> {
    if row.blocker_codes.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO migration_blocker (code, migration_id) SELECT code, $1 FROM unnest($2::text[]) AS code";
    let insert = client.prepare_cached(sql).await?;
    client.execute(&insert, &[&row.id.as_str(), &row.blocker_codes]).await.map(drop)
}
