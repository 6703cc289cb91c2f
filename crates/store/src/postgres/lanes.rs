//! The lanes that the heads of all chains are added up in.

use deadpool_postgres::ClientWrapper;
use tokio_postgres::{Error, Row};

use super::row::{Columns, big, number};
use crate::chain::{Lane, NOTHING};

macro_rules! lanes {
    ($more:literal) => {
        concat!("SELECT lane, commits, migrations, sum, seal FROM journal_lane ", $more)
    };
}
pub(super) const ALL: &str = lanes!("ORDER BY lane");

/// Locked in order, so that of two transactions that want several neither waits for the other.
pub(super) const SOME_LOCKED: &str = lanes!("WHERE lane = ANY($1) ORDER BY lane FOR UPDATE");

pub(super) fn lane(row: &Row) -> Result<Lane, Error> {
    let mut columns = Columns::of(row);
    let number = columns.number()?;
    numbered(number, &mut columns)
}

/// The lane in the next five columns, which are all null where there is none.
pub(super) fn in_columns(columns: &mut Columns<'_>) -> Result<Option<Lane>, Error> {
    match columns.take()? {
        Some(lane) => numbered(number(lane), columns).map(Some),
        None => {
            columns.pass_over(4);
            Ok(None)
        }
    }
}

fn numbered(number: u64, columns: &mut Columns<'_>) -> Result<Lane, Error> {
    Ok(Lane {
        number,
        commits: columns.number()?,
        migrations: columns.number()?,
        // One of another length was changed by hand, and no seal fits it.
        sum: columns.take::<&[u8]>()?.try_into().unwrap_or(NOTHING),
        seal: columns.take()?,
    })
}

/// The rows of these lanes, locked. Where somebody has removed one, what follows does not fit any more, and the work goes on.
pub(super) async fn locked(client: &ClientWrapper, numbers: &[i64]) -> Result<Vec<Lane>, Error> {
    let look = client.prepare_cached(SOME_LOCKED).await?;
    client.query(&look, &[&numbers]).await?.iter().map(lane).collect()
}

/// Of all that changed, in one statement.
pub(super) const UPDATE: &str = "UPDATE journal_lane l SET commits = row.commits, migrations = row.migrations, sum = row.sum, \
                                 seal = row.seal FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[]) \
                                 AS row (lane, commits, migrations, sum, seal) WHERE l.lane = row.lane";

/// The arrays of [`UPDATE`].
pub(super) struct Arrays<'a> {
    pub(super) numbers: Vec<i64>,
    pub(super) commits: Vec<i64>,
    pub(super) migrations: Vec<i64>,
    pub(super) sums: Vec<&'a [u8]>,
    pub(super) seals: Vec<&'a [u8]>,
}

impl<'a> Arrays<'a> {
    pub(super) fn of(lanes: &'a [Lane]) -> Self {
        let numbers = |of: fn(&Lane) -> u64| lanes.iter().map(|lane| big(of(lane))).collect();
        Self {
            numbers: numbers(|lane| lane.number),
            commits: numbers(|lane| lane.commits),
            migrations: numbers(|lane| lane.migrations),
            sums: lanes.iter().map(|lane| lane.sum.as_slice()).collect(),
            seals: lanes.iter().map(|lane| lane.seal.as_slice()).collect(),
        }
    }
}

pub(super) async fn update(client: &ClientWrapper, lanes: &[Lane]) -> Result<(), Error> {
    let update = client.prepare_cached(UPDATE).await?;
    let Arrays { numbers, commits, migrations, sums, seals } = Arrays::of(lanes);
    client.execute(&update, &[&numbers, &commits, &migrations, &sums, &seals]).await.map(drop)
}
