//! A second server that follows the first.

use std::thread;
use std::time::Duration;

use crate::programs::run;
use crate::{Error, Server, USER, new_folder, options_in, query};

/// Whether a commit waits for the standby.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replication {
    /// It does: what was answered is on both.
    Synchronous,
    /// It does not: what was answered last may be lost with the first server.
    Asynchronous,
}

/// Another look at what is awaited, and how many of them.
const PAUSE: Duration = Duration::from_millis(50);
const LOOKS: u32 = 1200;

impl Server {
    /// Makes and starts a standby of this server, and waits until it follows.
    ///
    /// # Errors
    /// It does not start, or does not follow within a minute.
    pub fn standby(&self, replication: Replication) -> Result<Self, Error> {
        let (programs, folder) = new_folder()?;
        let name = folder.file_name().map(|name| name.to_string_lossy().replace('-', "_")).unwrap_or_default();
        let primary = format!("host={} user={USER} application_name={name}", self.folder.display());
        let mut copy = programs.as_owner("pg_basebackup");
        copy.args(["-d", &primary, "-R", "-X", "stream", "-c", "fast", "--no-sync", "-D"]).arg(folder.join("data"));
        run(&mut copy)?;
        let options = format!("{} -c max_connections=300", options_in(&folder));
        let standby = Self::begin(programs, folder, options)?;
        if replication == Replication::Synchronous {
            self.set("synchronous_standby_names", &name)?;
        }
        let wanted = if replication == Replication::Synchronous { "sync" } else { "async" };
        let sql = format!(
            "SELECT sync_state FROM pg_stat_replication WHERE application_name = '{name}' AND state = 'streaming'"
        );
        await_value(&self.address(USER), &sql, wanted)?;
        Ok(standby)
    }

    /// Makes a standby the server that may be written to.
    ///
    /// # Errors
    /// It is none, or does not become one.
    pub fn promote(&self) -> Result<(), Error> {
        self.control(&["promote"])
    }

    /// Changes a setting of the whole server, as its administrator would, without a restart.
    ///
    /// # Errors
    /// The server refuses, with its words.
    pub fn set(&self, setting: &str, value: &str) -> Result<(), Error> {
        let address = self.address(USER);
        query(&address, &format!("ALTER SYSTEM SET {setting} = '{value}'"))?;
        query(&address, "SELECT pg_reload_conf()").map(drop)
    }
}

fn await_value(address: &str, sql: &str, wanted: &str) -> Result<(), Error> {
    for _ in 0..LOOKS {
        if query(address, sql)? == wanted {
            return Ok(());
        }
        thread::park_timeout(PAUSE);
    }
    Err(Error(format!("{sql} never gives {wanted}")))
}
