//! The accounts that were read so far, one to a line, beside the file that they will make. What a process wrote before it died
//! is there for the next one; a line that was cut off is read again.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use unmoor_engine::copy::AccountCopy;

use crate::exit::Trouble;
use crate::private_file;

/// Accounts that were read longer ago are read again: a snapshot is one picture, not an album.
const LASTS: SignedDuration = SignedDuration::from_hours(24);

/// Whose accounts these are. A part of another origin or app is never gone on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Origin {
    /// Scheme, host and port of the other side.
    pub(crate) origin: String,
    /// The app.
    pub(crate) app: String,
    /// Of what form the lines are.
    pub(crate) format: u32,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    /// The source WABA.
    pub(crate) waba: String,
    /// What was read.
    pub(crate) copy: AccountCopy,
}

/// The open file, and what is in it.
#[derive(Debug)]
pub(crate) struct Part {
    path: PathBuf,
    file: File,
    /// By source WABA.
    pub(crate) read: BTreeMap<String, AccountCopy>,
}

impl Part {
    /// Goes on with what lies beside `out`, or begins.
    ///
    /// # Errors
    /// The file is another snapshot's, or cannot be read or written.
    pub(crate) fn open(out: &Path, origin: &Origin, begin_anew: bool, now: Timestamp) -> anyhow::Result<Self> {
        private_file::check_replaceable(out)?;
        let path = beside(out);
        private_file::check_replaceable(&path)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).with_context(|| format!("cannot write {}", path.display()))?;
        file.try_lock().map_err(|_| {
            Trouble::refused(format!("another process is at work on {}", path.display()))
                .hint("wait for it, or give another file with --out")
        })?;
        let text = match begin_anew {
            true => Vec::new(),
            false => fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?,
        };
        let (read, whole) = lines(&text, origin, now).map_err(|other| {
            Trouble::refused(format!("{} belongs to another snapshot: {other}", path.display()))
                .hint("--restart reads everything again; or give another file with --out")
        })?;
        let cannot = || format!("cannot write {}", path.display());
        file.set_len(whole).with_context(cannot)?;
        file.seek(SeekFrom::End(0)).with_context(cannot)?;
        let mut part = Self { path, file, read };
        if whole == 0 {
            part.append(origin)?;
        }
        Ok(part)
    }

    /// Keeps one more account.
    pub(crate) fn keep(&mut self, waba: &str, copy: AccountCopy) -> anyhow::Result<()> {
        let line = Line { waba: waba.to_owned(), copy };
        self.append(&line)?;
        self.read.insert(line.waba, line.copy);
        Ok(())
    }

    /// The snapshot is whole: nothing remains to go on with.
    pub(crate) fn remove(self) -> anyhow::Result<()> {
        fs::remove_file(&self.path).with_context(|| format!("cannot remove {}", self.path.display()))
    }

    fn append(&mut self, line: &impl Serialize) -> anyhow::Result<()> {
        let mut text = serde_json::to_vec(line).context("what was read has no form in JSON")?;
        text.push(b'\n');
        self.file.write_all(&text).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// `world.json.part` beside `world.json`.
fn beside(out: &Path) -> PathBuf {
    let mut name = out.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
    name.push(".part");
    out.with_file_name(name)
}

/// The accounts of a part that are young enough, and how many bytes of it are whole lines; what another snapshot is, where
/// it is one's.
fn lines(text: &[u8], origin: &Origin, now: Timestamp) -> Result<(BTreeMap<String, AccountCopy>, u64), String> {
    let mut read = BTreeMap::new();
    let mut whole = 0_usize;
    for (place, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if !line.ends_with(b"\n") {
            break;
        }
        if place == 0 {
            let found: Origin =
                serde_json::from_slice(line).map_err(|_| "its first line says nothing of one".to_owned())?;
            if found != *origin {
                return Err(format!("of app {} at {}", found.app, found.origin));
            }
        } else {
            let Ok(Line { waba, copy }) = serde_json::from_slice(line) else { break };
            if now.duration_since(copy.read_at) < LASTS {
                read.insert(waba, copy);
            }
        }
        whole += line.len();
    }
    Ok((read, u64::try_from(whole).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn origin() -> Origin {
        Origin { origin: "http://127.0.0.1:7070".to_owned(), app: "1009".to_owned(), format: 1 }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn copy(read_at: Timestamp) -> AccountCopy {
        AccountCopy {
            read_at,
            account: Value::Null,
            numbers: Vec::new(),
            number_settings: BTreeMap::new(),
            number_profiles: BTreeMap::new(),
            templates: Vec::new(),
            template_limit: None,
            subscribed_apps: Vec::new(),
            flows: Vec::new(),
            solutions: Vec::new(),
            not_shown: Vec::new(),
        }
    }

    #[test]
    fn what_was_cut_off_or_is_too_old_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("world.json");
        let now = at("2026-11-02T08:00:00Z");
        let mut part = Part::open(&out, &origin(), false, now).unwrap();
        part.keep("101", copy(at("2026-10-20T08:00:00Z"))).unwrap();
        part.keep("102", copy(now)).unwrap();
        part.keep("103", copy(now)).unwrap();
        drop(part);
        let path = folder.path().join("world.json.part");
        let text = fs::read(&path).unwrap();
        fs::write(&path, &text[..text.len() - 7]).unwrap();
        let mut part = Part::open(&out, &origin(), false, now).unwrap();
        assert_eq!(part.read.keys().collect::<Vec<_>>(), ["102"]);
        part.keep("103", copy(now)).unwrap();
        drop(part);
        let part = Part::open(&out, &origin(), false, now).unwrap();
        assert_eq!(part.read.keys().collect::<Vec<_>>(), ["102", "103"]);
        part.remove().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_part_of_somebody_elses_is_refused_until_somebody_wants_it_gone() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("world.json");
        let now = at("2026-11-02T08:00:00Z");
        drop(Part::open(&out, &origin(), false, now).unwrap());
        let other = Origin { app: "1010".to_owned(), ..origin() };
        let error = Part::open(&out, &other, false, now).unwrap_err();
        assert!(error.to_string().contains("of app 1009 at http://127.0.0.1:7070"), "{error}");
        assert!(Part::open(&out, &other, true, now).unwrap().read.is_empty());
    }

    #[test]
    fn two_processes_cannot_write_one_part() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("world.json");
        let now = at("2026-11-02T08:00:00Z");
        let first = Part::open(&out, &origin(), false, now).unwrap();
        let error = Part::open(&out, &origin(), false, now).unwrap_err();
        assert!(error.to_string().contains("another process"), "{error}");
        drop(first);
        Part::open(&out, &origin(), false, now).unwrap();
    }
}
