//! A PostgreSQL server of this machine, in a temporary folder, for tests and measurements.
//!
//! It must never know anything of ours: it starts a server and makes databases, whoever uses them.
//!
//! It listens on a socket in its folder alone, so that it is in nobody's way, and it ends with the process that started it,
//! however that ends: a watcher of its own sees the process go, stops the server and removes the folder.
//!
//! Tests take [`fresh_database`]. `cargo xtask test` starts one server for all of them and names its folder in
//! [`FOLDER_VARIABLE`]; without it each process of tests starts one.

mod programs;
mod standby;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use programs::{Programs, read, run};
pub use standby::Replication;

/// Names the folder of a server that runs already.
pub const FOLDER_VARIABLE: &str = "UNMOOR_TEST_POSTGRES";

/// The user that owns everything in it. Nobody needs a password: only this machine's users reach the socket, and the server
/// holds nothing but the data of tests.
const USER: &str = "postgres";

/// Why there is no server. It says what to do.
#[derive(Debug)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// Whether this machine has the programs.
#[must_use]
pub fn is_installed() -> bool {
    Programs::find().is_ok()
}

/// What a lost power supply may take away from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Nothing, as in production: for measurements, and for servers that are killed.
    Full,
    /// Everything: it is thrown away anyway.
    None,
}

/// A server that runs until this value is dropped.
#[derive(Debug)]
pub struct Server {
    programs: Programs,
    folder: PathBuf,
    /// What it is started with.
    options: String,
    /// Its standard input is open as long as this process lives.
    watcher: Child,
}

impl Server {
    /// Makes and starts one.
    ///
    /// # Errors
    /// PostgreSQL is not installed, or it does not start; with its own words.
    pub fn start(durability: Durability) -> Result<Self, Error> {
        let (programs, folder) = new_folder()?;
        let data = folder.join("data");
        let mut initdb = programs.as_owner("initdb");
        initdb.args(["-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync", "-D"]).arg(&data);
        run(&mut initdb)?;
        let mut options = options_in(&folder);
        if durability == Durability::None {
            options.push_str(" -c fsync=off -c full_page_writes=off");
        }
        // The default, shared by a suite of tests at once.
        options.push_str(" -c max_connections=300");
        Self::begin(programs, folder, options)
    }

    /// Starts what lies in the folder.
    fn begin(programs: Programs, folder: PathBuf, options: String) -> Result<Self, Error> {
        let watcher = watcher(&programs, &folder)?;
        let server = Self { programs, folder, options, watcher };
        server.control(&["-o", &server.options, "start"])?;
        Ok(server)
    }

    /// `pg_ctl`, until what was asked is done.
    fn control(&self, arguments: &[&str]) -> Result<(), Error> {
        let mut control = self.programs.as_owner("pg_ctl");
        control.args(["-w", "-s", "-l"]).arg(self.folder.join("log")).arg("-D").arg(self.folder.join("data"));
        run(control.args(arguments))
    }

    /// Ends it as a crash does: nothing is finished, and what was not made durable is lost.
    ///
    /// # Errors
    /// It does not run.
    pub fn stop_immediately(&self) -> Result<(), Error> {
        self.control(&["-m", "immediate", "stop"])
    }

    /// Starts it, after ending it where it runs.
    ///
    /// # Errors
    /// It does not start; with its own words.
    pub fn restart(&self) -> Result<(), Error> {
        self.control(&["-m", "immediate", "-o", &self.options, "restart"])
    }

    /// The folder of its socket, its data and its log.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of a database that is there.
    #[must_use]
    pub fn address(&self, name: &str) -> String {
        address(&self.folder, name)
    }

    /// Makes an empty database and gives its address.
    ///
    /// # Errors
    /// The server refuses, or is gone; with its words.
    pub fn database(&self, name: &str) -> Result<String, Error> {
        database(&self.programs, &self.folder, name)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The watcher sees its standard input end, and does the rest.
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

/// The address of a new, empty database, on the server that [`FOLDER_VARIABLE`] names or else on one of this process.
///
/// # Errors
/// There is no server and none can be started.
pub fn fresh_database() -> Result<String, Error> {
    static OWN: OnceLock<Result<Server, String>> = OnceLock::new();
    static MADE: AtomicU64 = AtomicU64::new(0);
    let name = format!("test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    match std::env::var_os(FOLDER_VARIABLE) {
        Some(folder) => database(&Programs::find()?, Path::new(&folder), &name),
        None => {
            let own = OWN.get_or_init(|| Server::start(Durability::None).map_err(|error| error.to_string()));
            own.as_ref().map_err(|error| Error(error.clone()))?.database(&name)
        }
    }
}

/// The one value that a query gives, as text.
///
/// # Errors
/// The server refuses, with its words.
pub fn query(address: &str, sql: &str) -> Result<String, Error> {
    read(Programs::find()?.command("psql").args(["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-c", sql, address]))
}

/// Runs SQL as somebody with access to the database could.
///
/// # Errors
/// The server refuses, with its words.
pub fn execute(address: &str, sql: &str) -> Result<(), Error> {
    run(Programs::find()?.command("psql").args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, address]))
}

fn database(programs: &Programs, folder: &Path, name: &str) -> Result<String, Error> {
    let mut createdb = programs.command("createdb");
    run(createdb.arg("-h").arg(folder).args(["-U", USER, name]))?;
    Ok(address(folder, name))
}

fn address(folder: &Path, name: &str) -> String {
    // A host that begins with a slash is the folder of a socket.
    let host = folder.display().to_string().replace('/', "%2F");
    format!("postgres://{USER}@{host}/{name}")
}

/// A folder of a server of its own.
fn new_folder() -> Result<(Programs, PathBuf), Error> {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let programs = Programs::find()?;
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("unmoor-postgres-{}-{number}", std::process::id()));
    programs.make_folder(&folder)?;
    Ok((programs, folder))
}

fn options_in(folder: &Path) -> String {
    format!("-c listen_addresses= -c unix_socket_directories={}", folder.display())
}

/// A shell that waits until this process is gone or lets it go, then stops the server at once and removes its folder.
fn watcher(programs: &Programs, folder: &Path) -> Result<Child, Error> {
    let script = r#"read -r _; pid=$(head -1 "$1/data/postmaster.pid" 2>/dev/null)
        if [ -n "$pid" ]; then kill -INT "$pid" 2>/dev/null; while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done; fi
        rm -rf "$1""#;
    let mut command = Command::new("sh");
    command
        .args(["-c", script, "watcher"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let failed = |error: std::io::Error| {
        // Nothing runs yet; what cannot be removed is left to the system's own cleaning.
        let _ = fs::remove_dir_all(folder);
        Error(format!("cannot start the watcher of {}: {error}", programs.place()))
    };
    command.spawn().map_err(failed)
}
