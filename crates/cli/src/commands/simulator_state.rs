//! `simulate --state FILE`: where a simulator goes on the next time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::Value;
use unmoor_simulator::load::Setup;
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
}

/// Refuses a command line that wants another beginning than the state had.
pub(crate) fn check_origin(kept: &Setup, wanted: &Setup, path: &Path) -> anyhow::Result<()> {
    let Some(differs) = difference(kept, wanted)? else { return Ok(()) };
    Err(Trouble::refused(format!("the state in {} began with {differs} than the command line says", path.display()))
        .hint("leave the flag away to go on with it, or give another file for the state to begin anew")
        .into())
}

fn difference(kept: &Setup, wanted: &Setup) -> anyhow::Result<Option<&'static str>> {
    let texts = |setup: &Setup| -> [Option<String>; 3] {
        let files = setup.files.as_ref();
        [
            files.map(|files| files.customers.clone()),
            files.map(|files| files.scenario.clone()),
            files.map(|files| files.fault_script.clone()),
        ]
    };
    let (old, new) = (texts(kept), texts(wanted));
    let world = |setup: &Setup| -> anyhow::Result<Value> {
        // What files describe is compared as files.
        if setup.files.is_some() { Ok(Value::Null) } else { Ok(serde_json::to_value(&setup.world)?) }
    };
    Ok(if kept.seed != wanted.seed {
        Some("another seed")
    } else if old[0] != new[0] {
        Some("other customers")
    } else if old[1] != new[1] {
        Some("another scenario")
    } else if old[2] != new[2] || kept.faults != wanted.faults {
        Some("other faults")
    } else if kept.knobs != wanted.knobs {
        Some("other knobs")
    } else if world(kept)? != world(wanted)? {
        Some("another world")
    } else {
        None
    })
}
