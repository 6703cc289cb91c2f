//! How connections are made: the file, its permission, the settings that durability rests on.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::fault::explain;
use super::schema;
use crate::StoreError;

/// How long another process may keep the database locked before an operation gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// More than the number of different statements.
const STATEMENT_CACHE: usize = 96;
/// A write-ahead log that grew beyond this, e.g. in an import, is cut back.
const LOG_SIZE_LIMIT_BYTES: i64 = 64 << 20;
const CACHE_KIB: i64 = 16 << 10;

/// What a lost power supply may take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// Nothing that was answered.
    Full,
    /// Everything: the database is thrown away anyway.
    None,
}

/// Opens the database for writing; creates it, or brings it to the present schema, where needed.
pub(super) fn open_for_writing(path: &Path, durability: Durability) -> Result<Connection, StoreError> {
    ensure_file(path).map_err(|error| cannot_open(path, &error))?;
    let mut db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Before the first setting that writes to the file.
    schema::identify(&db, path)?;
    let failed = |error: rusqlite::Error| explain("set up the database", path, &error);
    for (setting, value) in [("synchronous", durability.setting()), ("fullfsync", 1), ("checkpoint_fullfsync", 1)] {
        db.pragma_update(None, setting, value).map_err(failed)?;
    }
    db.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    schema::upgrade(&mut db, path)?;
    let mode: String = db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        return Err(StoreError::CannotOpen {
            database: path.display().to_string(),
            why: format!("its file system offers only the journal mode {mode:?}"),
            advice: "put it on a local disk; network file systems cannot keep it safe".to_owned(),
        });
    }
    db.pragma_update_and_check(None, "journal_size_limit", LOG_SIZE_LIMIT_BYTES, |_| Ok(())).map_err(failed)?;
    if durability == Durability::None {
        // Nobody else opens it: no lock has to be asked for at every step.
        db.pragma_update_and_check(None, "locking_mode", "exclusive", |_| Ok(())).map_err(failed)?;
    }
    Ok(db)
}

/// Opens the database for copying it as a whole. SQLite takes that for writing, though it writes to the copy alone.
pub(super) fn open_for_copying(path: &Path) -> Result<Connection, StoreError> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// Opens the database, which is there and of the present schema, for reading alone.
pub(super) fn open_for_reading(path: &Path) -> Result<Connection, StoreError> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    db.pragma_update(None, "query_only", true).map_err(|error| explain("set up the database", path, &error))?;
    Ok(db)
}

impl Durability {
    /// SQLite's numbers of OFF and FULL.
    fn setting(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Full => 2,
        }
    }
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    let failed = |error: rusqlite::Error| explain("open the database", path, &error);
    let db = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
    db.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    db.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    db.pragma_update(None, "cache_size", -CACHE_KIB).map_err(failed)?;
    // Otherwise a statement whose bound values may matter to its plan, such as a LIMIT, is compiled anew whenever they change.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    db.pragma_update(None, "trusted_schema", false).map_err(failed)?;
    Ok(db)
}

/// Sees to it that the file is there and can be written; one that is made here belongs to its owner alone. SQLite gives
/// the files that it keeps beside it the same permission.
fn ensure_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        other => return other.map(drop),
    }
    options.create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        // Another process was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(file) => {
            file.sync_all()?;
            sync_folder(path)
        }
    }
}

/// Makes the new name in the folder as durable as what will be written under it.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn cannot_open(path: &Path, error: &io::Error) -> StoreError {
    let kind = error.kind();
    let (why, advice) = if kind == ErrorKind::NotFound {
        ("its folder does not exist".to_owned(), "create the folder, or give another path")
    } else if kind == ErrorKind::PermissionDenied {
        (
            "no permission to write it".to_owned(),
            "run as the user who owns the file and its folder, or give another path",
        )
    } else if kind == ErrorKind::ReadOnlyFilesystem {
        ("its file system is read-only".to_owned(), "give a path on a file system that can be written")
    } else if kind == ErrorKind::IsADirectory {
        ("it is a folder".to_owned(), "give the path of a file, e.g. one inside this folder")
    } else {
        (error.to_string(), "give a path that this user can read and write")
    };
    StoreError::CannotOpen { database: path.display().to_string(), why, advice: advice.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_way_is_told_with_a_way_out() {
        let told = |kind: ErrorKind| cannot_open(Path::new("/data/unmoor.db"), &io::Error::from(kind)).to_string();
        assert_eq!(
            told(ErrorKind::PermissionDenied),
            "cannot open the database /data/unmoor.db: no permission to write it: \
             run as the user who owns the file and its folder, or give another path"
        );
        assert_eq!(
            told(ErrorKind::ReadOnlyFilesystem),
            "cannot open the database /data/unmoor.db: its file system is read-only: \
             give a path on a file system that can be written"
        );
    }
}
