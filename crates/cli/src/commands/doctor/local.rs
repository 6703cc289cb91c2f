//! What can be looked at without talking to anybody.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;
use unmoor_engine::durability::refusal;
use unmoor_migration::BlockerCode;
use unmoor_store::{SqliteStore, Store, Survival};

use super::Check;
use crate::compose::{self, EngineLock, Taken};
use crate::config::{Config, DatabaseAddress, Environment, is_open_to_others};
use crate::output::Output;
use crate::tokens_file;

pub(super) fn configuration(config: &Config) -> Vec<Check> {
    let mut checks = vec![Check::fine(
        "configuration",
        match &config.file {
            Some(path) => format!("{} and the environment", path.display()),
            None => "the environment (there is no unmoor.toml)".to_owned(),
        },
    )];
    for (name, near) in Environment::of_process().unknown() {
        let next = near.map_or_else(
            || "remove it if it is not meant for Unmoor".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        checks.push(Check::wrong("environment", format_args!("{name} is set, and nothing reads it"), next));
    }
    checks
}

/// The zones are compiled in, so that the one of the machine does not matter.
pub(super) fn time_zones() -> Check {
    match TimeZone::get("America/Sao_Paulo") {
        Ok(_) => Check::fine("time zones", "compiled in"),
        Err(error) => Check::wrong("time zones", error, "this build lacks the time zones; build it as the README says"),
    }
}

pub(super) async fn database(config: &Config) -> Vec<Check> {
    let shown = &config.database;
    if config.database.file().is_some_and(|file| !file.exists()) {
        return vec![Check::fine("database", format_args!("{shown} is not there yet; `unmoor import` makes it"))];
    }
    let store = match compose::open_existing(config).await {
        Ok(store) => store,
        Err(error) => return vec![Check::failed("database", &error)],
    };
    let mut checks = vec![opened(config, store.as_ref()).await];
    if config.database.file().is_none() {
        checks.push(durability(config, store.as_ref()).await);
    }
    checks.push(vault(config, &store).await);
    checks.extend(engine(config));
    checks
}

/// Whether numbers may move, as far as the database is concerned.
async fn durability(config: &Config, store: &dyn Store) -> Check {
    let survival = match store.survival().await {
        Ok(survival) => survival,
        Err(error) => return Check::failed("durability", &error.into()),
    };
    let attested_by = config.durability_attested_by.as_deref();
    let is_rehearsal = config.endpoint().is_ok_and(|endpoint| !endpoint.is_meta());
    match (refusal(&survival, attested_by, is_rehearsal), &survival) {
        (Some(why), _) => Check::wrong(
            "durability",
            format_args!("no number moves: {why}"),
            BlockerCode::DatabaseNotDurable.row().clears,
        ),
        (None, Survival::Kept { because }) => Check::fine("durability", because),
        (None, Survival::Unreadable { .. }) => {
            Check::fine("durability", format_args!("vouched for by {}", attested_by.unwrap_or_default()))
        }
        (None, Survival::MayBeLost { why, .. }) => {
            Check::fine("durability", format_args!("{why}; enough for a simulator"))
        }
    }
}

async fn opened(config: &Config, store: &dyn Store) -> Check {
    let shown = &config.database;
    let version = match shown {
        DatabaseAddress::File(_) => format!("SQLite {}", SqliteStore::sqlite_version()),
        DatabaseAddress::Postgres(_) => "PostgreSQL".to_owned(),
    };
    let stamp = match compose::check_stamp(config, store).await {
        Ok(()) => store.read_stamp().await,
        Err(error) => return Check::failed("database", &error),
    };
    match (stamp, store.count_by_phase().await) {
        (Ok(stamp), Ok(counts)) => {
            let belongs =
                stamp.map_or_else(|| "belongs to nobody yet".to_owned(), |stamp| format!("belongs to {stamp}"));
            let migrations: u64 = counts.values().sum();
            Check::fine("database", format_args!("{shown}: {migrations} migrations, {belongs} ({version})"))
        }
        (Err(error), _) | (_, Err(error)) => Check::failed("database", &error.into()),
    }
}

async fn vault(config: &Config, store: &Arc<dyn Store>) -> Check {
    let file = &config.master_key_file;
    if config.master_key.is_none() && !file.exists() {
        return match compose::holds_secrets(store).await {
            Ok(false) => Check::fine("master key", format_args!("{} is made on first use", file.display())),
            Ok(true) => Check::wrong(
                "master key",
                format_args!("{} is gone, and the database holds secrets that only it opens", file.display()),
                "put it back from its backup, or give the key in UNMOOR_MASTER_KEY, or name its file in UNMOOR_MASTER_KEY_FILE",
            ),
            Err(error) => Check::failed("master key", &error),
        };
    }
    let whence = if config.master_key.is_some() { "UNMOOR_MASTER_KEY".to_owned() } else { file.display().to_string() };
    let checked = match compose::vault(config, store).await {
        Ok(vault) => vault.check().await.map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    match checked {
        Ok(opened) => {
            Check::fine("master key", format_args!("{whence} opens all {opened} secrets; keep a copy of it apart"))
        }
        Err(error) => Check::failed("master key", &error),
    }
}

fn engine(config: &Config) -> Option<Check> {
    let file = config.lock_file().filter(|file| file.exists())?;
    Some(match EngineLock::try_take(&file) {
        Ok(Taken::Ours(_)) => Check::fine("engine", "none is running"),
        Ok(Taken::By(Some(id))) => Check::fine("engine", format_args!("process {id} is running")),
        Ok(Taken::By(None)) => Check::fine("engine", "one is running"),
        Err(error) => Check::failed("engine", &error),
    })
}

pub(super) fn tokens(config: &Config, output: &Output) -> Option<Check> {
    let path = config.tokens.as_deref()?;
    let shown = path.display();
    let quiet = Output { quiet: true, ..output.clone() };
    if path.exists() && is_open_to_others(path) {
        return Some(Check::wrong(
            "tokens file",
            format_args!("{shown} can be read by others than its owner"),
            format!("chmod 600 {shown}"),
        ));
    }
    Some(match tokens_file::read(path, &quiet) {
        Err(error) => Check::failed("tokens file", &error),
        Ok(tokens) => match tokens.bad_rows.first() {
            None => Check::fine("tokens file", format_args!("{shown}: {} tokens", tokens.len())),
            Some((line, why)) => Check::wrong(
                "tokens file",
                format_args!("{shown}: {} rows cannot be used, the first in line {line}: {why}", tokens.bad_rows.len()),
                "correct these rows; the others are used",
            ),
        },
    })
}

pub(super) fn hooks(config: &Config) -> Vec<Check> {
    let look = |(name, program): &(&'static str, String)| match find(program) {
        Some(path) => Check::fine("hooks", format_args!("{name}: {}", path.display())),
        None => Check::wrong(
            "hooks",
            format_args!("{name}: {program:?} is not there, or may not be run"),
            "correct the path in unmoor.toml, or `chmod +x` it; until then a before_move hook vetoes every move",
        ),
    };
    config.hook_programs.iter().map(look).collect()
}

/// Where a program is found, as the operating system looks for it.
fn find(program: &str) -> Option<PathBuf> {
    let path = Path::new(program);
    if path.components().count() > 1 {
        return is_executable(path).then(|| path.to_path_buf());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| is_executable(path))
}

fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        path.is_file()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_as_the_system_finds_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hook");
        std::fs::write(&file, "#!/bin/sh\n").unwrap();
        let named = file.to_str().unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(find(named), None, "it may not be run yet");
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
            assert!(find("sh").is_some());
        }
        assert_eq!(find(named), Some(file.clone()));
        assert_eq!(find("no-such-program-anywhere"), None);
        assert_eq!(find(folder.path().to_str().unwrap()), None, "a folder is no program");
    }
}
