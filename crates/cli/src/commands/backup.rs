//! `unmoor backup`: the database as it is by now, in a file of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;
use unmoor_engine::fleet;
use unmoor_engine::journal::{self, Checked, Head};
use unmoor_store::{SqliteStore, Store};

use crate::args::{BackupArgs, GlobalArgs};
use crate::compose;
use crate::config::Config;
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::text::counted;

pub(crate) async fn run(args: &BackupArgs, global: &GlobalArgs, output: &Output) -> anyhow::Result<Exit> {
    let config = Config::load(global)?;
    let Some(database) = config.database.file() else {
        return Err(Trouble::refused("a PostgreSQL database is backed up with its own tools")
            .hint("use pg_dump or a base backup with WAL archiving; after a restore, run `unmoor recover`")
            .into());
    };
    if !database.exists() {
        return Err(Trouble::bad_input(format!("there is no database {}", database.display())).into());
    }
    if args.file.exists() && !args.force {
        return Err(Trouble::bad_input(format!("{} is there already", args.file.display()))
            .hint("name another file, or say --force to replace it")
            .into());
    }
    if is_same(&args.file, database) {
        return Err(Trouble::bad_input("that is the database itself").hint("name another file").into());
    }
    let temporary = Temporary::beside(&args.file)?;
    let checked = copy(&config, database, &temporary.0).await?;
    let size = temporary.become_file(&args.file)?;
    tell(args, &checked, size, &config, output)?;
    Ok(Exit::Done)
}

fn is_same(file: &Path, database: &Path) -> bool {
    matches!((fs::canonicalize(file), fs::canonicalize(database)), (Ok(a), Ok(b)) if a == b)
}

/// The copy, marked as one, and checked as `verify` checks.
async fn copy(config: &Config, database: &Path, to: &Path) -> anyhow::Result<Checked> {
    let source = SqliteStore::open(database)?;
    let now = compose::present(config, &source).await?.now();
    source.copy_to(to)?;
    drop(source);
    let copy: std::sync::Arc<dyn Store> = std::sync::Arc::new(SqliteStore::open(to)?);
    let Some(key) = compose::journal_key(config, &copy).await? else {
        return Err(Trouble::bad_input("nothing was journaled yet: there is nothing to back up").into());
    };
    copy.chain_with(key.clone());
    fleet::need_recovery(copy.as_ref(), "a copy that `unmoor backup` took", now).await?;
    let mut first = None;
    let mut watch = |seen: journal::Seen<'_>| {
        if let (journal::Seen::Finding(finding), None) = (seen, &first) {
            first = Some(finding.what.words());
        }
    };
    let checked = journal::verify(copy.as_ref(), &key, None, None, &mut watch).await?;
    if let Some(words) = first {
        return Err(Trouble::refused(format!("the journal does not hold, and nothing was backed up: {words}"))
            .hint("`unmoor verify` tells all of it")
            .into());
    }
    Ok(checked)
}

/// A file that is removed again unless it becomes the one that is wanted.
struct Temporary(PathBuf);

impl Temporary {
    fn beside(file: &Path) -> anyhow::Result<Self> {
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let path = PathBuf::from(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self(path))
    }

    /// Makes it durable, and gives it its name; its size in bytes.
    fn become_file(self, file: &Path) -> anyhow::Result<u64> {
        let cannot = || format!("cannot write {}", file.display());
        let written = File::open(&self.0).with_context(cannot)?;
        written.sync_all().with_context(cannot)?;
        let size = written.metadata().with_context(cannot)?.len();
        fs::rename(&self.0, file).with_context(cannot)?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if cfg!(unix) {
            File::open(folder).and_then(|folder| folder.sync_all()).with_context(cannot)?;
        }
        Ok(size)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm", "-journal"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(ending);
            // Most of them are not there.
            let _ = fs::remove_file(name);
        }
    }
}

fn tell(args: &BackupArgs, checked: &Checked, size: u64, config: &Config, output: &Output) -> anyhow::Result<()> {
    let head = checked.head.as_ref().map(Head::to_string);
    if args.json {
        output.json_version()?;
        output.json(&json!({
            "type": "summary",
            "file": args.file.display().to_string(),
            "bytes": size,
            "migrations": checked.migrations,
            "head": head,
        }))?;
        return Ok(());
    }
    output.line(format_args!(
        "{}: {}, {} bytes, checked",
        args.file.display(),
        counted(checked.migrations, "migration"),
        size
    ))?;
    if let Some(head) = head {
        output.line(format_args!("head {head}"))?;
    }
    let key = if config.master_key.is_some() {
        "UNMOOR_MASTER_KEY".to_owned()
    } else {
        config.master_key_file.display().to_string()
    };
    output.note(format_args!(
        "The master key ({key}) is not in it, and nothing in it can be opened without: keep a copy apart."
    ));
    Ok(())
}
