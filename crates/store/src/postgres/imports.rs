//! Many new migrations at once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tokio_postgres::Error;

use super::journal::{APPEND, Rows};
use super::lanes;
use super::pool::{Parameters, Pool};
use super::row::{Columns, big, ns};
use super::transaction::Transaction;
use crate::chain::{JournalKey, LANES};
use crate::rows::{Chained, ImportRow};
use crate::{Imported, StoreError};

/// So many rows share a transaction, which locks nothing that anybody works on.
pub(super) const ROWS_PER_TRANSACTION: usize = 250;

const OPERATION: &str = "import migrations";

/// In the order of ids, so that two imports of the same rows wait for one another and never both; of two rows of one id the
/// first counts.
const INSERT: &str = "INSERT INTO migration (id, version, journal_seq, journal_head, customer, wave, phase, turn, blockers, \
                      is_final, urgency, wake_at_ns) \
                      SELECT id, 1, journal_seq, journal_head, customer, wave, phase, turn, blockers, is_final, urgency, wake_at_ns \
                      FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], \
                      $8::boolean[], $9::bigint[], $10::bigint[], $11::bytea[]) WITH ORDINALITY AS row (id, journal_seq, customer, \
                      wave, phase, turn, blockers, is_final, urgency, wake_at_ns, journal_head, place) ORDER BY id COLLATE \"C\", place \
                      ON CONFLICT (id) DO NOTHING RETURNING id";

const INSERT_STATES: &str = "INSERT INTO snapshot (migration_id, body) SELECT * FROM unnest($1::text[], $2::text[])";
const INSERT_BLOCKERS: &str =
    "INSERT INTO migration_blocker (code, migration_id) SELECT * FROM unnest($1::text[], $2::text[])";

pub(super) async fn add(
    pool: &Pool,
    key: &JournalKey,
    rows: &[ImportRow],
    at: Timestamp,
) -> Result<Vec<Imported>, StoreError> {
    let at = ns(OPERATION, at)?;
    let wake_times = rows.iter().map(|row| row.snapshot.wake_at.map(|at| ns(OPERATION, at)).transpose());
    let wake_times = wake_times.collect::<Result<Vec<_>, _>>()?;
    let transaction = Transaction::begun(pool, OPERATION).await?;
    match add_in(transaction.client()?, key, rows, &wake_times, at).await {
        Ok(answers) => transaction.commit().await.map(|()| answers),
        Err(error) => Err(transaction.explain(error)),
    }
}

async fn add_in(
    client: &deadpool_postgres::ClientWrapper,
    key: &JournalKey,
    rows: &[ImportRow],
    wake_times: &[Option<i64>],
    at: i64,
) -> Result<Vec<Imported>, Error> {
    let ids: Vec<&str> = rows.iter().map(|row| row.snapshot.id.as_str()).collect();
    let insert = client.prepare_cached(INSERT).await?;
    let column = |of: fn(&ImportRow) -> &str| rows.iter().map(of).collect::<Vec<_>>();
    let optional = |of: fn(&ImportRow) -> Option<&str>| rows.iter().map(of).collect::<Vec<_>>();
    let journal_seqs: Vec<i64> = rows.iter().map(|row| big(row.entries.len() as u64)).collect();
    let chains: Vec<Chained> = rows.iter().map(|row| Chained::of(key, &row.snapshot.id, None, &row.entries)).collect();
    let heads: Vec<&[u8]> = chains.iter().map(|chained| chained.end.link.as_slice()).collect();
    let is_final: Vec<bool> = rows.iter().map(|row| row.snapshot.is_final).collect();
    let urgencies: Vec<i64> = rows.iter().map(|row| row.snapshot.urgency).collect();
    let customers = column(|row| &row.snapshot.customer);
    let waves = optional(|row| row.snapshot.wave.as_deref());
    let phases = column(|row| &row.snapshot.phase);
    let turns = optional(|row| row.snapshot.turn.as_deref());
    let blockers = column(|row| &row.snapshot.blockers);
    let columns: Parameters<'_> = &[
        &ids,
        &journal_seqs,
        &customers,
        &waves,
        &phases,
        &turns,
        &blockers,
        &is_final,
        &urgencies,
        &wake_times,
        &heads,
    ];
    let inserted = client.query(&insert, columns).await?;
    let inserted = inserted.iter().map(|row| row.try_get(0)).collect::<Result<BTreeSet<String>, _>>()?;
    let mut to_add = inserted.clone();
    let is_new = |(row, _): &(&ImportRow, &Chained)| to_add.remove(row.snapshot.id.as_str());
    let new: Vec<(&ImportRow, &Chained)> = rows.iter().zip(&chains).filter(is_new).collect();
    add_rest(client, &new, at).await?;
    enter(client, key, &new).await?;
    let mut versions_by_id = BTreeMap::new();
    if new.len() < rows.len() {
        let versions = client.prepare_cached("SELECT id, version FROM migration WHERE id = ANY($1)").await?;
        for row in client.query(&versions, &[&ids]).await? {
            let mut columns = Columns::of(&row);
            versions_by_id.insert(columns.take::<String>()?, columns.number()?);
        }
    }
    let mut added = inserted;
    let answer = |id: &str| {
        if added.remove(id) {
            Imported::Added
        } else {
            Imported::AlreadyThere(versions_by_id.get(id).copied().unwrap_or_default())
        }
    };
    Ok(ids.into_iter().map(answer).collect())
}

/// The states, journals and blockers of the new migrations, each in one statement.
async fn add_rest(
    client: &deadpool_postgres::ClientWrapper,
    new: &[(&ImportRow, &Chained)],
    at: i64,
) -> Result<(), Error> {
    let rows = || new.iter().map(|(row, _)| &row.snapshot);
    let states = client.prepare_cached(INSERT_STATES).await?;
    let append = client.prepare_cached(APPEND).await?;
    let blockers = client.prepare_cached(INSERT_BLOCKERS).await?;
    let ids: Vec<&str> = rows().map(|row| row.id.as_str()).collect();
    let bodies: Vec<&str> = rows().map(|row| row.body.as_str()).collect();
    let mut journal = Rows::default();
    new.iter().for_each(|(row, chained)| journal.push(row.snapshot.id.as_str(), &row.entries, chained));
    let each_code = || rows().flat_map(|row| row.blocker_codes.iter().map(|code| (row.id.as_str(), code.as_str())));
    let (blocked, codes): (Vec<&str>, Vec<&str>) = each_code().unzip();
    let states_columns: Parameters<'_> = &[&ids, &bodies];
    let entries: Parameters<'_> = &[&at, &journal.ids, &journal.seqs, &journal.kinds, &journal.bodies, &journal.links];
    let blockers_columns: Parameters<'_> = &[&codes, &blocked];
    let (stated, appended, blocked) = tokio::join!(
        biased;
        client.execute(&states, states_columns),
        client.execute(&append, entries),
        client.execute(&blockers, blockers_columns),
    );
    stated.and(appended).and(blocked).map(drop)
}

/// Enters the new migrations in their lanes.
async fn enter(
    client: &deadpool_postgres::ClientWrapper,
    key: &JournalKey,
    new: &[(&ImportRow, &Chained)],
) -> Result<(), Error> {
    let mut by_lane: BTreeMap<u64, Vec<&Chained>> = BTreeMap::new();
    for (_, chained) in new {
        by_lane.entry(chained.lane(LANES)).or_default().push(chained);
    }
    let numbers: Vec<i64> = by_lane.keys().copied().map(big).collect();
    let mut lanes = lanes::locked(client, &numbers).await?;
    for lane in &mut lanes {
        let members = by_lane.remove(&lane.number).unwrap_or_default();
        lane.change(key, |lane| members.iter().for_each(|chained| chained.enter(key, lane)));
    }
    lanes::update(client, &lanes).await
}
