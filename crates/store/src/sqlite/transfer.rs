//! Moving everything to another database, or from one. On a thread and a connection of its own.

use std::path::Path;

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params, params_from_iter};
use tokio::sync::{mpsc, oneshot};

use super::fault::{Fault, explain};
use super::open::{Durability, open_for_reading, open_for_writing};
use super::value::Ns;
use super::{SqliteStore, fleet};
use crate::transfer::{
    BEGUN, Batch, Cell, Column, Contents, Kind, Moved, Row, RowSink, RowSource, TABLES, Table, Transfer, TransferError,
};
use crate::{Stamp, StoreError};

/// What the triggers of a database that was moved say.
pub(super) const HAS_MOVED: &str = "everything was moved to another database";

const EXPORT: &str = "export the database";
const IMPORT: &str = "import an export";
const MARK: &str = "mark the database as moved";

/// So many batches wait between the two sides.
const AHEAD: usize = 2;

#[async_trait]
impl Transfer for SqliteStore {
    async fn move_away(&self, at: Timestamp, by: &str) -> Result<Moved, TransferError> {
        let by = by.to_owned();
        let mark = move |db: &Connection| {
            if let Some(moved) = read_mark(db)? {
                return Ok(moved);
            }
            db.execute("INSERT INTO moved (only_row, at_ns, moved_by) VALUES (1, ?1, ?2)", params![Ns(at), by])?;
            for (table, change) in changes() {
                db.execute_batch(&format!(
                    "CREATE TRIGGER {table}_{change}_has_moved BEFORE {change} ON {table} \
                     BEGIN SELECT RAISE(ABORT, '{HAS_MOVED}'); END"
                ))?;
            }
            Ok::<_, Fault<StoreError>>(Moved { at, by })
        };
        Ok(self.writer.write(MARK, mark).await?)
    }

    async fn take_back(&self) -> Result<Option<Moved>, StoreError> {
        let unmark = |db: &Connection| {
            let moved = read_mark(db)?;
            for (table, change) in changes() {
                db.execute_batch(&format!("DROP TRIGGER IF EXISTS {table}_{change}_has_moved"))?;
            }
            db.execute("DELETE FROM moved", [])?;
            Ok::<_, Fault<StoreError>>(moved)
        };
        self.writer.write("take the database back", unmark).await
    }

    async fn moved(&self) -> Result<Option<Moved>, StoreError> {
        self.readers.read("look whether the database was moved", |db| Ok(read_mark(db)?)).await
    }

    async fn read_all(&self, sink: &mut dyn RowSink) -> Result<(), TransferError> {
        let (pieces, mut coming) = mpsc::channel(AHEAD);
        let path = self.path.clone();
        let reading = tokio::task::spawn_blocking(move || read_all(&path, &pieces));
        while let Some(piece) = coming.recv().await {
            match piece {
                Piece::Contents(contents) => sink.begin(contents)?,
                Piece::Batch(batch) => sink.take(&batch)?,
            }
        }
        Ok(reading.await.map_err(broken_off(EXPORT))??)
    }

    async fn write_all(&self, source: &mut dyn RowSource) -> Result<(), TransferError> {
        let (batches, coming) = mpsc::channel(AHEAD);
        let (confirm, confirmed) = oneshot::channel();
        let mut confirm = Some(confirm);
        let (path, stamp) = (self.path.clone(), source.stamp().cloned());
        let writing = tokio::task::spawn_blocking(move || write_all(&path, stamp.as_ref(), coming, confirmed));
        let whole = loop {
            match source.give() {
                Ok(Some(batch)) => {
                    if batches.send(batch).await.is_err() {
                        // It failed, and says why when it is asked for its end.
                        break Ok(());
                    }
                }
                Ok(None) => {
                    if let Some(confirm) = confirm.take() {
                        // Nobody listens only when it failed already.
                        let _ = confirm.send(());
                    }
                    break Ok(());
                }
                Err(error) => break Err(error),
            }
        };
        // Whoever waits for a confirmation that does not come undoes everything.
        drop((batches, confirm));
        let written = writing.await.map_err(broken_off(IMPORT))?;
        whole.and(written)
    }
}

fn broken_off(operation: &'static str) -> impl FnOnce(tokio::task::JoinError) -> StoreError {
    move |error| StoreError::Database { operation, detail: format!("its thread broke off: {error}") }
}

/// Every way in which a table that travels can be changed.
fn changes() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLES.iter().flat_map(|table| ["insert", "update", "delete"].map(|change| (table.name, change)))
}

pub(super) fn read_mark(db: &Connection) -> rusqlite::Result<Option<Moved>> {
    let sql = "SELECT at_ns, moved_by FROM moved WHERE only_row = 1";
    let moved = |row: &rusqlite::Row<'_>| Ok(Moved { at: row.get::<_, Ns>(0)?.0, by: row.get(1)? });
    db.prepare_cached(sql)?.query_row([], moved).optional()
}

enum Piece {
    Contents(Contents),
    Batch(Batch),
}

/// Ends early, and without an error, when nobody takes the pieces any more.
fn read_all(path: &Path, pieces: &mpsc::Sender<Piece>) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| explain(EXPORT, path, &error);
    let mut db = open_for_reading(path)?;
    let snapshot = db.transaction().map_err(failed)?;
    let stamp = fleet::read_stamp(&snapshot).map_err(failed)?;
    let count = |table: &'static Table| {
        let count = snapshot.query_row(&format!("SELECT count(*) FROM {}", table.name), [], |row| row.get(0))?;
        Ok((table, count))
    };
    let counts = TABLES.iter().map(count).collect::<rusqlite::Result<Vec<_>>>().map_err(failed)?;
    if pieces.blocking_send(Piece::Contents(Contents { stamp, counts })).is_err() {
        return Ok(());
    }
    for table in TABLES {
        let sql = format!("SELECT {} FROM {} ORDER BY {}", table.column_list(), table.name, table.order);
        let mut statement = snapshot.prepare(&sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut batch = Batch::of(table);
        while let Some(row) = rows.next().map_err(failed)? {
            batch.push(read_row(table, row).map_err(failed)?);
            if batch.is_full() {
                let full = std::mem::replace(&mut batch, Batch::of(table));
                if pieces.blocking_send(Piece::Batch(full)).is_err() {
                    return Ok(());
                }
            }
        }
        if !batch.rows.is_empty() && pieces.blocking_send(Piece::Batch(batch)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn read_row(table: &Table, row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let cell = |(place, column): (usize, &Column)| {
        Ok(match (column.kind, row.get_ref(place)?) {
            (_, ValueRef::Null) => Cell::Null,
            (Kind::Flag, value) => Cell::Flag(value.as_i64()? != 0),
            (Kind::Integer, value) => Cell::Integer(value.as_i64()?),
            (Kind::Text, value) => Cell::Text(value.as_str()?.to_owned()),
            (Kind::Bytes, value) => Cell::Bytes(value.as_blob()?.to_vec()),
        })
    };
    table.columns.iter().enumerate().map(cell).collect()
}

/// Commits only when the source has confirmed that all of it was given.
fn write_all(
    path: &Path,
    stamp: Option<&Stamp>,
    mut batches: mpsc::Receiver<Batch>,
    confirmed: oneshot::Receiver<()>,
) -> Result<(), TransferError> {
    let failed = |error: rusqlite::Error| TransferError::from(explain(IMPORT, path, &error));
    let mut db = open_for_writing(path, Durability::Full)?;
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    check_empty(&transaction, path, stamp)?;
    for table in BEGUN {
        transaction.execute(&format!("DELETE FROM {table}"), []).map_err(failed)?;
    }
    while let Some(batch) = batches.blocking_recv() {
        write_batch(&transaction, batch).map_err(failed)?;
    }
    if confirmed.blocking_recv().is_err() {
        // Whoever broke it off tells why; dropping the transaction undoes it.
        return Ok(());
    }
    transaction.commit().map_err(|error| {
        let database = path.display().to_string();
        StoreError::CommitUnknown { operation: IMPORT, database, detail: error.to_string() }.into()
    })
}

fn check_empty(db: &Connection, path: &Path, stamp: Option<&Stamp>) -> Result<(), TransferError> {
    let failed = |error: rusqlite::Error| TransferError::from(explain(IMPORT, path, &error));
    if let (Some(found), Some(wanted)) = (fleet::read_stamp(db).map_err(failed)?, stamp)
        && found != *wanted
    {
        return Err(StoreError::WrongStamp { found, wanted: wanted.clone() }.into());
    }
    for table in TABLES.iter().filter(|table| !BEGUN.contains(&table.name)) {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {})", table.name);
        if db.query_row(&sql, [], |row| row.get(0)).map_err(failed)? {
            let what = format!("there are rows in {}", table.name);
            return Err(TransferError::NotEmpty { database: path.display().to_string(), what });
        }
    }
    Ok(())
}

fn write_batch(db: &Connection, batch: Batch) -> rusqlite::Result<()> {
    let table = batch.table;
    let places = vec!["?"; table.columns.len()].join(", ");
    let sql = format!("INSERT INTO {} ({}) VALUES ({places})", table.name, table.column_list());
    let mut insert = db.prepare_cached(&sql)?;
    for row in batch.rows {
        insert.execute(params_from_iter(row.into_iter().map(value)))?;
    }
    Ok(())
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => Value::Text(text),
        Cell::Integer(number) => Value::Integer(number),
        Cell::Flag(flag) => Value::Integer(i64::from(flag)),
        Cell::Bytes(bytes) => Value::Blob(bytes),
    }
}
