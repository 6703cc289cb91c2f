//! `simulate --state FILE`: where a simulator goes on the next time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use unmoor_simulator::load::{Files, Setup};
use unmoor_simulator::{InvalidSave, Simulator};

use crate::exit::Trouble;
use crate::private_file;

/// The file, which no other simulator keeps as long as this lives.
pub(crate) struct StateFile {
    path: PathBuf,
    _lock: File,
}

impl StateFile {
    /// Takes it for this process alone, through a file of the same name with `.lock` behind it.
    pub(crate) fn lock(path: &Path) -> anyhow::Result<Self> {
        private_file::check_replaceable(path)?;
        let mut beside = path.as_os_str().to_owned();
        beside.push(".lock");
        let cannot = || format!("cannot keep a state in {}", path.display());
        let mut options = OpenOptions::new();
        options.create(true).write(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(&beside).map_err(|error| Trouble::bad_input(format!("{}: {error}", cannot())))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(Trouble::refused(format!("another simulator keeps its state in {}", path.display()))
                    .hint("stop that one, or give another file")
                    .into())
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(cannot),
        }
    }

    /// The simulator that was kept; none where nothing was kept yet.
    pub(crate) fn read(&self) -> anyhow::Result<Option<Simulator>> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Trouble::bad_input(format!("cannot read {}: {error}", self.path.display())).into());
            }
        };
        let restored = Simulator::restore(&bytes).map_err(|error| self.refusal(&error))?;
        Ok(Some(restored))
    }

    fn refusal(&self, error: &InvalidSave) -> Trouble {
        let what = format!("{}: {error}", self.path.display());
        match error {
            InvalidSave::SomethingElse => {
                Trouble::refused(what).hint("it is left as it is; give another file for the state")
            }
            InvalidSave::OtherVersion { .. } => Trouble::refused(what).hint(
                "start it with that version, or begin anew by moving the file away; --export takes a world along",
            ),
            InvalidSave::Damaged(_) => Trouble::refused(what).hint("begin anew by moving the file away"),
        }
    }

    /// Puts the simulator's present state in place of what was there. Whatever happens meanwhile, the file is the old or the new one.
    pub(crate) fn write(&self, simulator: &Simulator) -> anyhow::Result<()> {
        private_file::replace(&self.path, &simulator.save()?)
    }

    /// Refuses a command line that names another beginning than the state had.
    pub(crate) fn check_origin(&self, kept: &Setup, wanted: &Setup, named: Named) -> anyhow::Result<()> {
        let Some(differs) = difference(kept, wanted, named)? else { return Ok(()) };
        let path = self.path.display();
        Err(Trouble::refused(format!("the state in {path} began with {differs} than the command line says"))
            .hint("leave the flag away to go on with it, or give another file for the state to begin anew")
            .into())
    }
}

/// What of a beginning the command line names. What it does not name may be what it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) seed: bool,
    pub(crate) customers: bool,
    pub(crate) scenario: bool,
    pub(crate) faults: bool,
    pub(crate) world: bool,
}

fn difference(kept: &Setup, wanted: &Setup, named: Named) -> anyhow::Result<Option<&'static str>> {
    let text = |setup: &Setup, of: fn(&Files) -> &String| setup.files.as_ref().map(of).cloned();
    let differ = |of: fn(&Files) -> &String| text(kept, of) != text(wanted, of);
    Ok(if named.seed && kept.seed != wanted.seed {
        Some("another seed")
    } else if named.customers && differ(|files| &files.customers) {
        Some("other customers")
    } else if named.scenario && differ(|files| &files.scenario) {
        Some("another scenario")
    // Those of a scenario stand before those that were named apart from it.
    } else if named.faults && (differ(|files| &files.fault_script) || !kept.faults.ends_with(&wanted.faults)) {
        Some("other faults")
    } else if named.world && serde_json::to_value(&kept.world)? != serde_json::to_value(&wanted.world)? {
        Some("another world")
    } else {
        None
    })
}
