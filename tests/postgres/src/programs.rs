//! PostgreSQL's programs: found, and run as somebody who may. The server refuses to run as root.

use std::env;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Error, USER};

/// Names the folder of the programs.
const VARIABLE: &str = "UNMOOR_POSTGRES_PROGRAMS";
/// Where Debian and those who descend from it keep each version's.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Where they are, and whether they have to be run as another user.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    is_root: bool,
}

impl Programs {
    pub(crate) fn find() -> Result<Self, Error> {
        let named = env::var_os(VARIABLE).map(PathBuf::from);
        let path = env::var_os("PATH").unwrap_or_default();
        let folder =
            named.or_else(newest_of_debian).or_else(|| env::split_paths(&path).find(|folder| is_there(folder)));
        let folder = folder.filter(|folder| is_there(folder)).ok_or_else(|| {
            Error(format!(
                "PostgreSQL's server is not installed: install it (on Debian: apt-get install postgresql), \
                 or name the folder of its programs in {VARIABLE}"
            ))
        })?;
        // A file of this process belongs to whoever runs it.
        let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        Ok(Self { folder, is_root })
    }

    pub(crate) fn place(&self) -> std::path::Display<'_> {
        self.folder.display()
    }

    /// A program that only connects.
    pub(crate) fn command(&self, name: &str) -> Command {
        Command::new(self.folder.join(name))
    }

    /// A program that has to run as the owner of the data.
    pub(crate) fn as_owner(&self, name: &str) -> Command {
        if !self.is_root {
            return self.command(name);
        }
        let mut command = Command::new("runuser");
        command.args(["-u", USER, "--"]).arg(self.folder.join(name)).current_dir("/");
        command
    }

    /// A folder that the owner of the data can write, and everybody can reach the socket in.
    pub(crate) fn make_folder(&self, folder: &Path) -> Result<(), Error> {
        let cannot = |error: std::io::Error| Error(format!("cannot make the folder {}: {error}", folder.display()));
        fs::create_dir(folder).map_err(cannot)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).map_err(cannot)?;
        if self.is_root {
            run(Command::new("chown").arg(USER).arg(folder))?;
        }
        Ok(())
    }
}

/// The programs of the newest version that Debian has installed.
fn newest_of_debian() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN).ok()?.flatten().map(|entry| entry.path());
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    versions.max_by_key(number).map(|newest| newest.join("bin"))
}

fn is_there(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file())
}

/// Runs to its end.
pub(crate) fn run(command: &mut Command) -> Result<(), Error> {
    // What a server inherits it keeps open: its output goes to its log.
    finish(command.stdout(Stdio::null())).map(drop)
}

/// Runs to its end, and gives what it wrote.
pub(crate) fn read(command: &mut Command) -> Result<String, Error> {
    finish(command.stdout(Stdio::piped()))
}

fn finish(command: &mut Command) -> Result<String, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.map_err(|error| Error(format!("cannot start {program}: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(Error(format!("{program} ended with {}: {}", output.status, told.trim())))
}
