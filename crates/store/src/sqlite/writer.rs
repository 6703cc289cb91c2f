//! The one thread that writes.
//!
//! It takes whatever waits, up to [`BATCH`] pieces of work, gives each its own savepoint inside one transaction, commits
//! once, and answers all of them only then. A piece of work that fails is undone alone. So a thousand callers share one
//! flush of the disk, and no caller can hold the write lock while it thinks.
//!
//! A rehearsal has one caller at a time and nothing to flush: its work is done in place, through the same transactions,
//! without a thread to hand it to.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::fault::{Fault, explain, guarded};
use crate::StoreError;

/// At most this many pieces of work share a transaction: what waits behind them does not wait long.
const BATCH: usize = 128;
/// At most this many pieces of work wait; further callers wait for room.
const QUEUE: usize = 1024;
/// Where several write at once, the first ones wait this long for the others: fewer flushes, and less work for each.
const GATHERING: Duration = Duration::from_millis(1);

/// How a connection like the first is had again after a commit failed.
pub(super) type Reopen = Box<dyn Fn() -> Result<Connection, StoreError> + Send>;

pub(super) struct Writer {
    hands: Hands,
    path: Arc<Path>,
    why_it_ended: Arc<OnceLock<String>>,
}

/// Who does the work.
enum Hands {
    Thread {
        /// `None` only while it is dropped.
        jobs: Option<mpsc::Sender<Box<dyn Job>>>,
        thread: Option<JoinHandle<()>>,
    },
    InPlace(Shared),
}

/// A connection that writer and readers use in turn.
pub(super) type Shared = Arc<Mutex<Connection>>;

impl Writer {
    pub(super) fn start(path: &Path, connection: Connection, reopen: Reopen) -> Result<Self, StoreError> {
        let (jobs, mut waiting) = mpsc::channel(QUEUE);
        let path: Arc<Path> = path.into();
        let why_it_ended = Arc::new(OnceLock::new());
        let ended = Arc::clone(&why_it_ended);
        let work = move || {
            if let Err(error) = run(connection, &reopen, &mut waiting) {
                tracing::error!(%error, "the database cannot be opened again, and nothing more is written");
                // Told before the queue is dropped, so that whoever still waits learns it.
                ended.get_or_init(|| error.to_string());
            }
        };
        let thread = std::thread::Builder::new().name("store-writer".to_owned()).spawn(work);
        let thread = thread.map_err(|error| StoreError::Stopped {
            operation: "start the writing thread",
            database: path.display().to_string(),
            why: error.to_string(),
        })?;
        Ok(Self { hands: Hands::Thread { jobs: Some(jobs), thread: Some(thread) }, path, why_it_ended })
    }

    /// The connection of a writer that works in place.
    pub(super) fn shared(&self) -> Option<Shared> {
        match &self.hands {
            Hands::Thread { .. } => None,
            Hands::InPlace(connection) => Some(Arc::clone(connection)),
        }
    }

    /// A writer whose work is done by whoever asks for it.
    pub(super) fn in_place(path: &Path, connection: Shared) -> Self {
        Self { hands: Hands::InPlace(connection), path: path.into(), why_it_ended: Arc::new(OnceLock::new()) }
    }

    /// Runs `work` in a transaction, and answers when that is durable. `operation` completes "cannot …".
    pub(super) async fn write<T, E>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Fault<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let path = self.path.to_path_buf();
        let job = Asked { operation, path, work: Some(work), result: None, reply };
        let stopped = || self.stopped(operation);
        match &self.hands {
            Hands::Thread { jobs, .. } => {
                let jobs = jobs.as_ref().ok_or_else(stopped)?;
                jobs.send(Box::new(job)).await.map_err(|_| stopped())?;
            }
            Hands::InPlace(connection) => {
                let mut alone = VecDeque::from([Box::new(job) as Box<dyn Job>]);
                let db = connection.lock().unwrap_or_else(PoisonError::into_inner);
                // Whoever asked is told of a failed commit; a database that is thrown away is not opened again.
                let _ = transact(&db, &mut alone);
            }
        }
        answer.await.map_err(|_| stopped())?
    }

    fn stopped(&self, operation: &'static str) -> StoreError {
        let why = self.why_it_ended.get().cloned().unwrap_or_else(|| "its thread broke off".to_owned());
        StoreError::Stopped { operation, database: self.path.display().to_string(), why }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let Hands::Thread { jobs, thread } = &mut self.hands else { return };
        drop(jobs.take());
        if let Some(thread) = thread.take() {
            // Panics of the work are caught inside and told to its caller.
            let _ = thread.join();
        }
    }
}

/// One piece of work of one caller.
trait Job: Send {
    /// Does the work, and says whether to keep what it did.
    fn run(&mut self, db: &Connection) -> bool;
    /// Tells the caller: `Err` when what was kept is lost after all.
    fn answer(self: Box<Self>, fate: Result<(), &Lost>);
}

/// Why a transaction's work did not become durable, or may not have.
enum Lost {
    /// It never began.
    NotBegun(rusqlite::Error),
    /// The disk had no room for it, and it was rolled back.
    NoRoom(rusqlite::Error),
    /// SQLite rolled everything back when one piece of work failed gravely.
    RolledBack,
    /// The commit failed.
    CommitFailed(rusqlite::Error),
}

struct Asked<W, T, E> {
    operation: &'static str,
    path: PathBuf,
    work: Option<W>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<W, T, E> Job for Asked<W, T, E>
where
    W: FnOnce(&Connection) -> Result<T, Fault<E>> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, db: &Connection) -> bool {
        let Some(work) = self.work.take() else { return false };
        let result = guarded(self.operation, &self.path, || work(db));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, fate: Result<(), &Lost>) {
        let Self { operation, path, result, reply, .. } = *self;
        let result = match (fate, result) {
            (Ok(()), Some(result)) => result,
            // Its own failure says more than the fate of the others.
            (Err(Lost::RolledBack), Some(Err(error))) => Err(error),
            (Err(lost), _) => Err(lost.explain(operation, &path).into()),
            (Ok(()), None) => Err(StoreError::Database { operation, detail: "it was not run".to_owned() }.into()),
        };
        // Whoever asked may have gone.
        let _ = reply.send(result);
    }
}

impl Lost {
    fn explain(&self, operation: &'static str, path: &Path) -> StoreError {
        match self {
            Self::NotBegun(error) | Self::NoRoom(error) => explain(operation, path, error),
            Self::RolledBack => StoreError::Database {
                operation,
                detail: "the transaction was rolled back, because other work in it failed gravely".to_owned(),
            },
            // In doubt as well, and nobody should try again.
            Self::CommitFailed(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                explain(operation, path, error)
            }
            Self::CommitFailed(error) => {
                let database = path.display().to_string();
                StoreError::CommitUnknown { operation, database, detail: error.to_string() }
            }
        }
    }
}

fn run(
    mut connection: Connection,
    reopen: &Reopen,
    waiting: &mut mpsc::Receiver<Box<dyn Job>>,
) -> Result<(), StoreError> {
    let mut batch = VecDeque::with_capacity(BATCH);
    let mut last = 0;
    while let Some(first) = waiting.blocking_recv() {
        batch.push_back(first);
        take_waiting(waiting, &mut batch);
        if batch.len() < last / 2 {
            gather();
            take_waiting(waiting, &mut batch);
        }
        last = batch.len();
        // More than one round only when SQLite rolled a transaction back in the middle of the batch.
        while !batch.is_empty() {
            if let Err(Unsure) = transact(&connection, &mut batch) {
                // Nothing that this connection believes counts any more.
                drop(connection);
                connection = reopen()?;
            }
        }
    }
    Ok(())
}

fn take_waiting(waiting: &mut mpsc::Receiver<Box<dyn Job>>, batch: &mut VecDeque<Box<dyn Job>>) {
    while batch.len() < BATCH {
        let Ok(next) = waiting.try_recv() else { break };
        batch.push_back(next);
    }
}

#[expect(clippy::disallowed_methods, reason = "a thread of its own, which no rehearsal has")]
fn gather() {
    std::thread::sleep(GATHERING);
}

/// The connection is not to be trusted any more.
struct Unsure;

/// Runs as much of `batch` as one transaction takes, and answers it.
fn transact(db: &Connection, batch: &mut VecDeque<Box<dyn Job>>) -> Result<(), Unsure> {
    if let Err(error) = execute(db, "BEGIN IMMEDIATE") {
        answer(batch.drain(..), Err(&Lost::NotBegun(error)));
        return if db.is_autocommit() { Ok(()) } else { Err(Unsure) };
    }
    let mut done = Vec::with_capacity(batch.len());
    while let Some(mut job) = batch.pop_front() {
        let in_order = in_savepoint(db, job.as_mut()).is_ok();
        done.push(job);
        if !in_order || db.is_autocommit() {
            answer(done, Err(&Lost::RolledBack));
            return if db.is_autocommit() { Ok(()) } else { Err(Unsure) };
        }
    }
    match execute(db, "COMMIT") {
        Ok(()) => {
            answer(done, Ok(()));
            Ok(())
        }
        // The commit's own mark is written last: without room for it nothing was kept, and nothing is in doubt.
        Err(error)
            if error.sqlite_error_code() == Some(ErrorCode::DiskFull)
                && (db.is_autocommit() || execute(db, "ROLLBACK").is_ok()) =>
        {
            answer(done, Err(&Lost::NoRoom(error)));
            Ok(())
        }
        Err(error) => {
            answer(done, Err(&Lost::CommitFailed(error)));
            Err(Unsure)
        }
    }
}

/// # Errors
/// When a savepoint cannot be set or ended, so that this work cannot be told from the others'.
fn in_savepoint(db: &Connection, job: &mut dyn Job) -> rusqlite::Result<()> {
    execute(db, "SAVEPOINT job")?;
    let keep = job.run(db);
    if db.is_autocommit() {
        return Ok(());
    }
    if !keep {
        execute(db, "ROLLBACK TO job")?;
    }
    execute(db, "RELEASE job")
}

fn execute(db: &Connection, sql: &str) -> rusqlite::Result<()> {
    db.prepare_cached(sql)?.execute([]).map(drop)
}

fn answer(jobs: impl IntoIterator<Item = Box<dyn Job>>, fate: Result<(), &Lost>) {
    for job in jobs {
        job.answer(fate);
    }
}
