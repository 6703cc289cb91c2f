//! Threads that only read, each on its own connection: a long list keeps nobody from loading one migration, and no
//! reader ever waits for the writer.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::fault::{Fault, guarded};
use super::writer::Shared;
use crate::StoreError;

/// At most this many reads wait; further callers wait for room.
const QUEUE: usize = 1024;

type Read = Box<dyn FnOnce(&Connection) + Send>;

pub(super) struct Readers {
    /// `None` while it is dropped, and where the reads are made in place.
    reads: Option<mpsc::Sender<Read>>,
    threads: Vec<JoinHandle<()>>,
    in_place: Option<Shared>,
    path: Arc<Path>,
}

impl Readers {
    pub(super) fn start(path: &Path, connections: Vec<Connection>) -> Result<Self, StoreError> {
        let (reads, waiting) = mpsc::channel::<Read>(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        let mut readers = Self { reads: Some(reads), threads: Vec::new(), in_place: None, path: path.into() };
        for connection in connections {
            let waiting = Arc::clone(&waiting);
            let work = move || serve(&connection, &waiting);
            let thread = std::thread::Builder::new().name("store-reader".to_owned()).spawn(work);
            readers.threads.push(thread.map_err(|error| StoreError::Stopped {
                operation: "start a reading thread",
                database: path.display().to_string(),
                why: error.to_string(),
            })?);
        }
        Ok(readers)
    }

    /// Readers whose work is done by whoever asks for it, on the writer's own connection.
    pub(super) fn in_place(path: &Path, connection: Shared) -> Self {
        Self { reads: None, threads: Vec::new(), in_place: Some(connection), path: path.into() }
    }

    /// Runs `work` on a connection that sees everything that was committed before. `operation` completes "cannot …".
    pub(super) async fn read<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Fault<StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        if let Some(connection) = &self.in_place {
            let db = connection.lock().unwrap_or_else(PoisonError::into_inner);
            return guarded(operation, &self.path, || work(&db));
        }
        let (reply, answer) = oneshot::channel();
        let path = Arc::clone(&self.path);
        let read: Read = Box::new(move |db| {
            // Whoever asked may have gone.
            let _ = reply.send(guarded(operation, &path, || work(db)));
        });
        let stopped = || StoreError::Stopped {
            operation,
            database: self.path.display().to_string(),
            why: "a reading thread broke off".to_owned(),
        };
        let reads = self.reads.as_ref().ok_or_else(stopped)?;
        reads.send(read).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

/// Reads what is asked until nobody can ask any more.
fn serve(db: &Connection, waiting: &Mutex<mpsc::Receiver<Read>>) {
    loop {
        // The lock is held while this thread waits; the others wait for the lock, and one after the other gets work.
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(read) = next else { return };
        read(db);
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        drop(self.reads.take());
        for thread in self.threads.drain(..) {
            // Panics of the work are caught inside and told to its caller.
            let _ = thread.join();
        }
    }
}
