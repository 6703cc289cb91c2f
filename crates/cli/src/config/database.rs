//! Where migrations are kept.

use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use unmoor_store::PostgresStore;

use crate::exit::Trouble;

/// An address of a database.
#[derive(Clone)]
pub(crate) enum DatabaseAddress {
    /// One SQLite file, used by one engine.
    File(PathBuf),
    /// A PostgreSQL database, used by any number of workers.
    Postgres(PostgresAddress),
}

/// An address that may hold a password.
#[derive(Clone)]
pub(crate) struct PostgresAddress {
    pub(crate) url: SecretString,
    /// The certificates that the server's is verified against; the usual authorities' where there are none.
    pub(crate) authorities: Option<PathBuf>,
    /// How many connections a process holds at most.
    pub(crate) connections: usize,
}

/// Where a text that names a database was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// In the environment, where secrets may be.
    Environment,
    /// On the command line or in `unmoor.toml`, which others can read.
    Open,
}

impl DatabaseAddress {
    /// A path below `base`, or `postgres://…`.
    pub(super) fn of(text: &str, source: Source, base: &Path) -> Result<Self, Trouble> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Trouble::bad_input("the database's name is empty").hint("name a file, e.g. unmoor.db"));
        }
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(Self::File(base.join(text))) };
        if !matches!(scheme, "postgres" | "postgresql") {
            let shown: String = scheme.chars().take(16).collect();
            return Err(Trouble::bad_input(format!("a database of the kind {shown:?} is not supported"))
                .hint("name a file, e.g. unmoor.db, or a PostgreSQL database: postgres://USER@HOST:PORT/DATABASE"));
        }
        if source == Source::Open && holds_password(rest) {
            return Err(Trouble::bad_input("the database's address holds a password, and others can read it here")
                .hint("set it in UNMOOR_DATABASE instead; where it was shared, change the password"));
        }
        Ok(Self::Postgres(PostgresAddress {
            url: SecretString::from(text.to_owned()),
            authorities: None,
            connections: unmoor_store::postgres::DEFAULT_CONNECTIONS,
        }))
    }

    /// The file, where it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

/// A user's password, or one among the parameters.
fn holds_password(rest: &str) -> bool {
    let user = rest.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || rest.contains("password=")
}

/// For people: without a password.
impl fmt::Display for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(address) => f.write_str(&PostgresStore::place_of(address.url.expose_secret())),
        }
    }
}
