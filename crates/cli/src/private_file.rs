//! Files with secrets in them: for their owner's eyes only.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::exit::Trouble;

/// Writes `text` into a file that its owner alone can read, in place of whatever was there.
pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path).with_context(|| format!("cannot write {}", path.display()))?;
    #[cfg(unix)]
    {
        // A file that was there before keeps its mode unless told.
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))
            .with_context(|| format!("cannot protect {}", path.display()))?;
    }
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

/// Refuses what is there and no regular file: a device may have no end, and would be replaced by a file.
pub(crate) fn check_replaceable(path: &Path) -> anyhow::Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(Trouble::bad_input(format!("{} is no regular file", path.display()))
            .hint("give a file of its own")
            .into()),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Puts `bytes` in place of whatever file was there, at once: whoever reads it, and whatever happens meanwhile, finds the old
/// content or the new one. The file is its owner's alone.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = Beside::of(path)?;
    file.write_all(bytes).with_context(|| format!("cannot write {}", path.display()))?;
    file.put_in_place()
}

/// A file that is written beside another one, and takes its place when it is whole.
pub(crate) struct Beside {
    file: BufWriter<File>,
    beside: PathBuf,
    path: PathBuf,
}

impl Beside {
    /// Begins one, for its owner's eyes only.
    pub(crate) fn of(path: &Path) -> anyhow::Result<Self> {
        check_replaceable(path)?;
        let mut name = path.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
        name.push(".new");
        let beside = path.with_file_name(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = options.open(&beside).with_context(|| format!("cannot write {}", beside.display()))?;
        Ok(Self { file: BufWriter::new(file), beside, path: path.to_owned() })
    }

    /// Takes the other one's place.
    pub(crate) fn put_in_place(mut self) -> anyhow::Result<()> {
        let cannot = || format!("cannot write {}", self.beside.display());
        self.file.flush().with_context(cannot)?;
        self.file.get_ref().sync_all().with_context(cannot)?;
        std::fs::rename(&self.beside, &self.path).with_context(|| format!("cannot replace {}", self.path.display()))
    }
}

impl Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
