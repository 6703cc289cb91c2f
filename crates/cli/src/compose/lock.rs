//! One engine per database file: an advisory lock that the operating system takes back from a process that dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::Context;
use jiff::SignedDuration;
use unmoor_engine::clock::{Clock, SystemClock};
use unmoor_migration::retry::after;

use crate::exit::Trouble;

/// Other commands hold the lock for a moment only; an engine that runs keeps it.
const PATIENCE: SignedDuration = SignedDuration::from_secs(3);
const PAUSE: SignedDuration = SignedDuration::from_millis(50);

/// The lock, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct EngineLock {
    _file: File,
}

/// What came of trying to take the lock.
#[derive(Debug)]
pub(crate) enum Taken {
    /// It is ours.
    Ours(EngineLock),
    /// A process has it; its id, where it could be read.
    By(Option<u32>),
}

impl EngineLock {
    /// Tries once.
    pub(crate) fn try_take(path: &Path) -> anyhow::Result<Taken> {
        let mut options = OpenOptions::new();
        options.create(true).read(true).write(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let cannot = || format!("cannot take the lock {}", path.display());
        let mut file = options.open(path).with_context(cannot)?;
        match file.try_lock() {
            Ok(()) => {
                // For people who find it locked. Nothing depends on it.
                file.set_len(0).with_context(cannot)?;
                writeln!(file, "{}", std::process::id()).with_context(cannot)?;
                Ok(Taken::Ours(Self { _file: file }))
            }
            Err(TryLockError::WouldBlock) => Ok(Taken::By(holder(&mut file))),
            Err(TryLockError::Error(error)) => Err(error).with_context(cannot),
        }
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Takes the lock for an engine; commands that hold it for a moment are waited for.
pub(crate) async fn take_for_work(path: &Path) -> anyhow::Result<EngineLock> {
    let give_up_at = after(SystemClock.now(), PATIENCE);
    loop {
        let by = match EngineLock::try_take(path)? {
            Taken::Ours(lock) => return Ok(lock),
            Taken::By(by) => by,
        };
        let now = SystemClock.now();
        if now >= give_up_at {
            let by = by.map_or_else(|| "another process".to_owned(), |id| format!("process {id}"));
            return Err(Trouble::refused(format!("an engine works on this database already: {by}"))
                .hint("one is enough; stop it first (it finishes what has begun), or leave it to its work")
                .into());
        }
        SystemClock.sleep_until(after(now, PAUSE), "lock").await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_one_learns_who_has_it_and_may_have_it_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fleet.db.lock");
        let Taken::Ours(first) = EngineLock::try_take(&path).unwrap() else { panic!("nobody else has it") };
        let Taken::By(by) = EngineLock::try_take(&path).unwrap() else { panic!("it was given twice") };
        assert_eq!(by, Some(std::process::id()));
        drop(first);
        assert!(matches!(EngineLock::try_take(&path).unwrap(), Taken::Ours(_)));
    }
}
