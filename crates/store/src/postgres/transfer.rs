//! Moving everything to another database, or from one.

use async_trait::async_trait;
use deadpool_postgres::ClientWrapper;
use jiff::Timestamp;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row as Found};

use super::PostgresStore;
use super::fault::Fault;
use super::fleet::read_stamp_in;
use super::row::{Columns, ns, number};
use super::transaction::Transaction;
use crate::transfer::{
    BEGUN, Batch, Cell, Column, Contents, Kind, Moved, Row, RowSink, RowSource, TABLES, Table, Transfer, TransferError,
};
use crate::{Stamp, StoreError};

/// The code of the exception that the triggers of a database that was moved raise.
pub(super) const HAS_MOVED: &str = "UM001";

const EXPORT: &str = "export the database";
const IMPORT: &str = "import an export";
const MARK: &str = "mark the database as moved";
const TAKE_BACK: &str = "take the database back";

/// However long the others take, and however much there is to do.
const PATIENT: &str = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
const READ_MARK: &str = "SELECT at_ns, moved_by FROM moved WHERE only_row = 1";

/// So many rows are fetched at once.
const FETCH_ROWS: u32 = 500;

#[async_trait]
impl Transfer for PostgresStore {
    async fn move_away(&self, at: Timestamp, by: &str) -> Result<Moved, TransferError> {
        let at_ns = ns(MARK, at)?;
        let transaction = Transaction::begun(&self.pool, MARK).await?;
        let marked = mark(transaction.client()?, at_ns, by, self.place()).await;
        match marked.map_err(|fault| transaction.explain::<Refusal>(fault).0)? {
            Some(moved) => Ok(moved),
            None => {
                transaction.commit().await?;
                Ok(Moved { at, by: by.to_owned() })
            }
        }
    }

    async fn take_back(&self) -> Result<Option<Moved>, StoreError> {
        let transaction = Transaction::begun(&self.pool, TAKE_BACK).await?;
        let taken = unmark(transaction.client()?).await;
        let moved = taken.map_err(|error| transaction.explain::<StoreError>(error))?;
        transaction.commit().await?;
        Ok(moved)
    }

    async fn moved(&self) -> Result<Option<Moved>, StoreError> {
        let operation = "look whether the database was moved";
        let row = self.pool.row(operation, READ_MARK, &[]).await?;
        let moved = row.as_ref().map(moved_of).transpose();
        moved.map_err(|error| StoreError::Database { operation, detail: error.to_string() })
    }

    async fn read_all(&self, sink: &mut dyn RowSink) -> Result<(), TransferError> {
        let transaction = Transaction::on(&self.pool, EXPORT).await?;
        let client = transaction.client()?;
        let begun = client.batch_execute(&format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {PATIENT}")).await;
        begun.map_err(|error| transaction.explain::<StoreError>(error))?;
        let contents = contents(client).await;
        sink.begin(contents.map_err(|error| transaction.explain::<StoreError>(error))?)?;
        for table in TABLES {
            let declared = client.batch_execute(&declare(table)).await;
            declared.map_err(|error| transaction.explain::<StoreError>(error))?;
            loop {
                let batch = fetch(client, table).await;
                let batch = batch.map_err(|error| transaction.explain::<StoreError>(error))?;
                if batch.rows.is_empty() {
                    break;
                }
                sink.take(&batch)?;
            }
            let closed = client.batch_execute("CLOSE travelling").await;
            closed.map_err(|error| transaction.explain::<StoreError>(error))?;
        }
        transaction.roll_back().await;
        Ok(())
    }

    async fn write_all(&self, source: &mut dyn RowSource) -> Result<(), TransferError> {
        let transaction = Transaction::begun(&self.pool, IMPORT).await?;
        let client = transaction.client()?;
        let stamp = source.stamp().cloned();
        let empty = check_empty(client, self.place(), stamp.as_ref()).await;
        empty.map_err(|fault| transaction.explain::<Refusal>(fault).0)?;
        while let Some(batch) = source.give()? {
            let written = write_batch(client, &batch).await;
            written.map_err(|error| transaction.explain::<StoreError>(error))?;
        }
        let counted = count_on(client).await;
        counted.map_err(|error| transaction.explain::<StoreError>(error))?;
        Ok(transaction.commit().await?)
    }
}

/// What a piece of work refuses on its own grounds.
#[derive(Debug)]
struct Refusal(TransferError);

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

impl From<TransferError> for Fault<Refusal> {
    fn from(error: TransferError) -> Self {
        Self::Refused(Refusal(error))
    }
}

fn moved_of(row: &Found) -> Result<Moved, Error> {
    let mut columns = Columns::of(row);
    Ok(Moved { at: columns.instant()?, by: columns.take()? })
}

/// The mark that was there, or `None` when it is made now. Making triggers waits for every transaction that has begun to
/// write, and keeps others from it: what is read from then on is all there will ever be.
async fn mark(client: &ClientWrapper, at_ns: i64, by: &str, place: &str) -> Result<Option<Moved>, Fault<Refusal>> {
    client.batch_execute("LOCK TABLE migration IN SHARE ROW EXCLUSIVE MODE").await?;
    if let Some(row) = client.query_opt(READ_MARK, &[]).await? {
        return Ok(Some(moved_of(&row)?));
    }
    for Table { name, .. } in TABLES {
        client
            .batch_execute(&format!(
                "CREATE TRIGGER has_moved BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {name} \
                 FOR EACH STATEMENT EXECUTE FUNCTION refuse_moved()"
            ))
            .await?;
    }
    let sql = "SELECT string_agg(lease_owner || ' (' || held || ')', ', ' ORDER BY lease_owner) FROM \
               (SELECT lease_owner, count(*) AS held FROM migration WHERE lease_until > clock_timestamp() GROUP BY 1) AS live";
    let holders: Option<String> = client.query_one(sql, &[]).await?.try_get(0)?;
    if let Some(holders) = holders {
        let holders = format!("workers that hold migrations ({holders})");
        return Err(TransferError::InUse { database: place.to_owned(), holders }.into());
    }
    let sql = "INSERT INTO moved (only_row, at_ns, moved_by) VALUES (1, $1, $2)";
    client.execute(sql, &[&at_ns, &by]).await?;
    Ok(None)
}

async fn unmark(client: &ClientWrapper) -> Result<Option<Moved>, Error> {
    let Some(row) = client.query_opt(READ_MARK, &[]).await? else { return Ok(None) };
    for Table { name, .. } in TABLES {
        client.batch_execute(&format!("DROP TRIGGER IF EXISTS has_moved ON {name}")).await?;
    }
    client.batch_execute("DELETE FROM moved").await?;
    moved_of(&row).map(Some)
}

async fn contents(client: &ClientWrapper) -> Result<Contents, Error> {
    let stamp = read_stamp_in(client).await?;
    let mut counts = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let row = client.query_one(&format!("SELECT count(*) FROM {}", table.name), &[]).await?;
        counts.push((table, number(row.try_get(0)?)));
    }
    Ok(Contents { stamp, counts })
}

fn declare(table: &Table) -> String {
    let (name, order) = (table.name, table.order);
    // Whatever the column's own type is.
    let columns = table.columns.iter().map(|column| format!("{}::{}", column.name, type_of(column.kind)));
    let columns = columns.collect::<Vec<_>>().join(", ");
    format!("DECLARE travelling NO SCROLL CURSOR FOR SELECT {columns} FROM {name} ORDER BY {order}")
}

async fn fetch(client: &ClientWrapper, table: &'static Table) -> Result<Batch, Error> {
    let mut batch = Batch::of(table);
    for row in client.query(&format!("FETCH FORWARD {FETCH_ROWS} FROM travelling"), &[]).await? {
        let mut columns = Columns::of(&row);
        let cells = table.columns.iter().map(|column| read_cell(column, &mut columns));
        batch.push(cells.collect::<Result<Row, Error>>()?);
    }
    Ok(batch)
}

fn read_cell(column: &Column, columns: &mut Columns<'_>) -> Result<Cell, Error> {
    Ok(match column.kind {
        Kind::Text => columns.take::<Option<String>>()?.map(Cell::Text),
        Kind::Integer => columns.take::<Option<i64>>()?.map(Cell::Integer),
        Kind::Flag => columns.take::<Option<bool>>()?.map(Cell::Flag),
        Kind::Bytes => columns.take::<Option<Vec<u8>>>()?.map(Cell::Bytes),
    }
    .unwrap_or(Cell::Null))
}

/// Whoever would add something meanwhile waits until the import is there.
async fn check_empty(client: &ClientWrapper, place: &str, wanted: Option<&Stamp>) -> Result<(), Fault<Refusal>> {
    client.batch_execute(PATIENT).await?;
    let names = TABLES.iter().map(|table| table.name).collect::<Vec<_>>().join(", ");
    client.batch_execute(&format!("LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")).await?;
    if let (Some(found), Some(wanted)) = (read_stamp_in(client).await?, wanted)
        && found != *wanted
    {
        return Err(TransferError::from(StoreError::WrongStamp { found, wanted: wanted.clone() }).into());
    }
    for Table { name, .. } in TABLES.iter().filter(|table| !BEGUN.contains(&table.name)) {
        let row = client.query_one(&format!("SELECT EXISTS (SELECT FROM {name})"), &[]).await?;
        if row.try_get(0)? {
            let what = format!("there are rows in {name}");
            return Err(TransferError::NotEmpty { database: place.to_owned(), what }.into());
        }
    }
    for name in BEGUN {
        client.batch_execute(&format!("DELETE FROM {name}")).await?;
    }
    Ok(())
}

/// One array per column.
async fn write_batch(client: &ClientWrapper, batch: &Batch) -> Result<(), Error> {
    let table = batch.table;
    let arrays = (1..).zip(table.columns).map(|(place, column)| format!("${place}::{}[]", type_of(column.kind)));
    let sql = format!(
        "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT * FROM unnest({})",
        table.name,
        table.column_list(),
        arrays.collect::<Vec<_>>().join(", ")
    );
    let columns = table.columns.iter().enumerate().map(|(place, column)| array(column.kind, place, &batch.rows));
    let columns: Vec<Box<dyn ToSql + Sync + Send + '_>> = columns.collect();
    let parameters: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| &**column as &(dyn ToSql + Sync)).collect();
    client.execute(&client.prepare_cached(&sql).await?, &parameters).await?;
    Ok(())
}

fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Integer => "bigint",
        Kind::Flag => "boolean",
        Kind::Bytes => "bytea",
    }
}

/// A row's cell fits its column: both sides read them by its kind.
fn array(kind: Kind, place: usize, rows: &[Row]) -> Box<dyn ToSql + Sync + Send + '_> {
    let cells = rows.iter().map(move |row| row.get(place));
    match kind {
        Kind::Text => Box::new(
            cells
                .map(|cell| if let Some(Cell::Text(text)) = cell { Some(text.as_str()) } else { None })
                .collect::<Vec<_>>(),
        ),
        Kind::Integer => Box::new(
            cells
                .map(|cell| if let Some(Cell::Integer(number)) = cell { Some(*number) } else { None })
                .collect::<Vec<_>>(),
        ),
        Kind::Flag => Box::new(
            cells.map(|cell| if let Some(Cell::Flag(flag)) = cell { Some(*flag) } else { None }).collect::<Vec<_>>(),
        ),
        Kind::Bytes => Box::new(
            cells
                .map(|cell| if let Some(Cell::Bytes(bytes)) = cell { Some(bytes.as_slice()) } else { None })
                .collect::<Vec<_>>(),
        ),
    }
}

/// Numbers that the database gives go on behind those that were brought.
async fn count_on(client: &ClientWrapper) -> Result<(), Error> {
    for table in TABLES {
        let (name, Some(counter)) = (table.name, table.counter) else { continue };
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{name}', '{counter}'), max({counter})) FROM {name} HAVING count(*) > 0"
        );
        client.query(&sql, &[]).await?;
    }
    Ok(())
}
