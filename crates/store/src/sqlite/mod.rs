//! SQLite: one file, one thread that writes, a few that read.
//!
//! The file is in WAL mode, and every answered write was flushed to the disk (`synchronous=FULL`). Several processes may
//! open it at once: their transactions are short and wait for one another, and a migration is changed under a claim, which
//! only one of them gets.

mod claims;
mod commits;
mod documents;
mod fault;
mod fleet;
mod imports;
mod inbox;
mod journal;
mod lanes;
mod lists;
mod notices;
mod open;
mod readers;
mod row;
mod schema;
mod secrets;
mod shared_calls;
mod store;
#[cfg(test)]
pub(crate) mod tests;
mod transfer;
mod value;
mod view;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use self::open::Durability;
use self::readers::Readers;
use self::writer::Writer;
use crate::chain::KeyPlace;
use crate::{SchemaVersions, StoreError};

#[cfg(test)]
pub(crate) use self::schema::known as known_schema;

/// Enough that a long list and a short look do not wait for one another.
const READERS: usize = 2;

/// A [`Store`](crate::Store) in one SQLite file.
///
/// Dropping it waits until everything that was asked is done, and closes the file.
pub struct SqliteStore {
    // Dropped in this order: the connection that is closed last folds the log into the file, and only one that may
    // write can.
    readers: Readers,
    writer: Writer,
    key: KeyPlace,
    path: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl SqliteStore {
    /// Opens the database, after making or upgrading it where needed. A new file can be read by its owner alone; its
    /// folder must be there.
    ///
    /// # Errors
    /// [`StoreError::CannotOpen`], [`StoreError::NotOurs`], [`StoreError::NewerSchema`], [`StoreError::Corrupt`] or
    /// [`StoreError::Busy`], each with the path and what to do.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with_threads(path)
    }

    /// A new database of a rehearsal, which disappears with this value. The same schema and the same code, but nothing is
    /// flushed to the disk.
    ///
    /// It is a file in a private temporary folder, so that a long rehearsal costs disk and not memory. Its one connection is
    /// used by whoever asks, in turn: a rehearsal has one caller at a time, and handing work to a thread and back would cost
    /// more than the work.
    ///
    /// # Errors
    /// [`StoreError::CannotOpen`] when the folder of temporary files cannot be written.
    pub fn for_rehearsal() -> Result<Self, StoreError> {
        let folder = tempfile::Builder::new().prefix("unmoor-rehearsal-").tempdir();
        let folder = folder.map_err(|error| StoreError::CannotOpen {
            database: std::env::temp_dir().display().to_string(),
            why: error.to_string(),
            advice: "make this folder writable, or name another one in the environment variable TMPDIR".to_owned(),
        })?;
        let path = folder.path().join("rehearsal.db");
        let connection = Arc::new(Mutex::new(open::open_for_writing(&path, Durability::None)?));
        let writer = Writer::in_place(&path, Arc::clone(&connection));
        let readers = Readers::in_place(&path, connection);
        Ok(Self { readers, writer, key: KeyPlace::default(), path, _folder: Some(folder) })
    }

    fn open_with_threads(path: &Path) -> Result<Self, StoreError> {
        let connection = open::open_for_writing(path, Durability::Full)?;
        let again = path.to_path_buf();
        let reopen = Box::new(move || open::open_for_writing(&again, Durability::Full));
        let writer = Writer::start(path, connection, reopen)?;
        let connections = (0..READERS).map(|_| open::open_for_reading(path)).collect::<Result<_, _>>()?;
        let readers = Readers::start(path, connections)?;
        Ok(Self { readers, writer, key: KeyPlace::default(), path: path.to_path_buf(), _folder: None })
    }

    /// The version of the tables in the file at `path`, and that of this program. Nothing is made or changed.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn versions(path: &Path) -> Result<SchemaVersions, StoreError> {
        if !path.exists() {
            return Ok(SchemaVersions { found: None, known: schema::known() });
        }
        schema::look(&open::open_for_reading(path)?, path)
    }

    /// Writes everything that is committed by now into a new file at `path`, which is there and empty. Nobody waits for it:
    /// it is read as others read.
    ///
    /// # Errors
    /// [`StoreError`] when either file fails, and [`StoreError::Corrupt`] when what was written is not whole.
    pub fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let failed = |error: rusqlite::Error| fault::explain("copy the database", path, &error);
        let source = open::open_for_copying(&self.path)?;
        source.execute("VACUUM INTO ?1", [&path.to_string_lossy()]).map_err(failed)?;
        let copy = open::open_for_reading(path)?;
        let words: String = copy.pragma_query_value(None, "integrity_check", |row| row.get(0)).map_err(failed)?;
        if words == "ok" {
            return Ok(());
        }
        let database = path.display().to_string();
        Err(StoreError::Corrupt { operation: "copy the database", database, detail: words })
    }

    /// Where the database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Version of the SQLite library inside this program, e.g. `3.51.3`.
    #[must_use]
    pub fn sqlite_version() -> &'static str {
        rusqlite::version()
    }
}
