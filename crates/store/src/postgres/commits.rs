//! One commit: everything that one decision changes.

use tokio_postgres::{Error, Row};
use unmoor_migration::MigrationId;

use super::fault::Fault;
use super::pool::{Parameters, Pool};
use super::row::{Columns, big, ns};
use super::transaction::Transaction;
use super::{fleet, journal, lanes};
use crate::chain::{ChainEnd, JournalKey, LANES, Lane};
use crate::rows::{Chained, CommitRow, FleetRow, Found};
use crate::{CommitError, Committed, SealedFleet};

const OPERATION: &str = "commit a migration";

/// What the schema says of these functions.
const FOUND: &str = "SELECT * FROM commit_found($1, $2, $3)";
const WRITE: &str = "SELECT commit_write($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
                     $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)";

/// The code of the exception that tells of an input which does not wait.
const INPUT_NOT_WAITING: &str = "UM002";

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
    let look = client.prepare_cached(FOUND).await?;
    // All is prepared before any is sent: whatever had to be prepared first would be overtaken by the COMMIT.
    let write = client.prepare_cached(WRITE).await?;
    let lane_number = commit.lane(LANES).map(big);
    let wanted: Parameters<'_> = &[&id, &lane_number, &fleet_use(commit)];
    let (begun, row) = tokio::join!(biased; client.batch_execute("BEGIN"), client.query_opt(&look, wanted));
    begun?;
    let (found, lane, fleet) = row?.as_ref().map(before).transpose()?.unwrap_or_default();
    let before = commit.check(found)?;
    let chained = Chained::of(key, &commit.id, Some(before.end.clone()), &commit.entries);
    let lane = lane.map(|mut lane| {
        lane.change(key, |lane| chained.enter(key, lane));
        lane
    });
    let fleet = new_fleet(key, commit, fleet)?;

    let row = &commit.snapshot;
    let version = before.version + 1;
    let (version_column, journal_seq) = (big(version), big(chained.end.seq));
    let at = ns(OPERATION, commit.at).map_err(CommitError::from)?;
    let wake_at = row.wake_at.map(|at| ns(OPERATION, at)).transpose().map_err(CommitError::from)?;
    let old_codes = (before.blockers != row.blockers)
        .then(|| serde_json::from_str::<Vec<String>>(&before.blockers).unwrap_or_default());
    let entries = journal::Rows::of(id, &commit.entries, &chained);
    let lane_columns =
        lane.as_ref().map(|lane| (big(lane.commits), big(lane.migrations), &lane.sum[..], &lane.seal[..]));
    let (lane_commits, lane_migrations) = (lane_columns.map(|lane| lane.0), lane_columns.map(|lane| lane.1));
    let (lane_sum, lane_seal) = (lane_columns.map(|lane| lane.2), lane_columns.map(|lane| lane.3));
    let inputs: Vec<i64> = commit.inputs_done.iter().copied().map(big).collect();
    let notice_kinds: Vec<&str> = commit.notices.iter().map(|notice| notice.kind.as_str()).collect();
    let notice_bodies: Vec<&str> = commit.notices.iter().map(|notice| notice.body.as_str()).collect();
    let fleet_version = fleet.as_ref().map(|fleet| big(fleet.version));
    let fleet_body = fleet.as_ref().map(|fleet| fleet.body.as_str());
    let fleet_seal = fleet.as_ref().map(|fleet| fleet.seal.as_slice());
    let columns: Parameters<'_> = &[
        &id,
        &at,
        &version_column,
        &journal_seq,
        &chained.end.link,
        &row.is_final,
        &row.urgency,
        &wake_at,
        &row.phase,
        &row.turn,
        &row.customer,
        &row.wave,
        &row.blockers,
        &old_codes,
        &row.blocker_codes,
        &commit.release,
        &row.body,
        &entries.seqs,
        &entries.kinds,
        &entries.bodies,
        &entries.links,
        &lane_number,
        &lane_commits,
        &lane_migrations,
        &lane_sum,
        &lane_seal,
        &inputs,
        &notice_kinds,
        &notice_bodies,
        &fleet_version,
        &fleet_body,
        &fleet_seal,
    ];
    let (written, answer) = tokio::join!(biased; client.execute(&write, columns), client.batch_execute("COMMIT"));
    let committed = Committed { version, fleet_version: fleet.map(|fleet| fleet.version) };
    // What the server refused has undone everything, whatever it says to the COMMIT behind it. What was not answered was followed
    // by a COMMIT that may have arrived.
    match written {
        Err(error) if error.code().is_none() => Ok((committed, Err(error))),
        Err(error) => Err(not_waiting(&commit.id, &error).map_or(Fault::Sql(error), Fault::Refused)),
        Ok(_) => Ok((committed, answer)),
    }
}

/// What it wants of the fleet's row.
fn fleet_use(commit: &CommitRow) -> &'static str {
    match &commit.fleet {
        None => "none",
        Some(FleetRow { state: None, .. }) => "rest",
        Some(FleetRow { state: Some(_), .. }) => "change",
    }
}

/// The migration, its lane and the fleet, as a commit finds them.
type Before = (Option<Found>, Option<Lane>, Option<SealedFleet>);

/// What was found of the migration, of its lane and of the fleet. Where somebody has removed the lane's row, what follows does not
/// fit any more, and the work goes on.
fn before(row: &Row) -> Result<Before, Error> {
    let mut columns = Columns::of(row);
    let (version, seq) = (columns.number()?, columns.number()?);
    let found = Found {
        version,
        fence: columns.number()?,
        lease_owner: columns.take()?,
        inputs_waiting: columns.number()?,
        phase: columns.take()?,
        turn: columns.take()?,
        customer: columns.take()?,
        wave: columns.take()?,
        blockers: columns.take()?,
        end: ChainEnd { seq, link: columns.take()? },
    };
    let lane = lanes::in_columns(&mut columns)?;
    Ok((Some(found), lane, fleet::in_columns(&mut columns)?))
}

/// The fleet's state with its seal, where the commit changes it.
fn new_fleet(
    key: &JournalKey,
    commit: &CommitRow,
    found: Option<SealedFleet>,
) -> Result<Option<SealedFleet>, Fault<CommitError>> {
    match &commit.fleet {
        None => Ok(None),
        Some(FleetRow { expected_version, state: None }) => fleet::checked(found, *expected_version).map(|_| None),
        Some(FleetRow { expected_version, state: Some(state) }) => {
            fleet::checked(found, *expected_version).map(|before| Some(fleet::after(key, &before, state)))
        }
    }
}

fn not_waiting(id: &MigrationId, error: &Error) -> Option<CommitError> {
    let told = error.as_db_error().filter(|told| told.code().code() == INPUT_NOT_WAITING)?;
    Some(CommitError::InputNotWaiting { id: id.clone(), seq: told.detail()?.parse().ok()? })
}
