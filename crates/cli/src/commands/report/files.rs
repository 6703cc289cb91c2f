//! Where reports are written.

use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

use anyhow::Context;
use unmoor_migration::MigrationId;

use crate::args::{ReportArgs, ReportFormat};
use crate::exit::Trouble;

/// Refuses early what would be refused late.
pub(super) fn check(args: &ReportArgs) -> Result<(), Trouble> {
    if let Some(path) = args.out.as_deref().filter(|path| path.exists() && !args.force) {
        return Err(Trouble::bad_input(format!("{} is there already", path.display())).hint("--force replaces it"));
    }
    if let Some(folder) = &args.out_dir {
        let is_full = std::fs::read_dir(folder).is_ok_and(|mut found| found.next().is_some());
        if is_full && !args.force {
            return Err(Trouble::bad_input(format!("{} is there already, with files in it", folder.display()))
                .hint("--force replaces files of the same names"));
        }
    }
    let is_nowhere = args.out.is_none() && args.out_dir.is_none();
    if is_nowhere && args.format == ReportFormat::Html && stdout().is_terminal() {
        return Err(Trouble::bad_input("a page is nothing for a terminal").hint("name a file with --out"));
    }
    Ok(())
}

/// A folder with a file per customer.
pub(super) struct Folder {
    folder: PathBuf,
    extension: &'static str,
}

const CUSTOMERS: &str = "customers";

impl Folder {
    pub(super) fn make(folder: &Path, format: ReportFormat) -> anyhow::Result<Self> {
        let customers = folder.join(CUSTOMERS);
        std::fs::create_dir_all(&customers).with_context(|| format!("cannot make {}", customers.display()))?;
        Ok(Self { folder: folder.to_owned(), extension: format.extension() })
    }

    pub(super) fn index(&self) -> PathBuf {
        self.folder.join("index.html")
    }

    pub(super) fn file(&self, reference: &str, id: &MigrationId) -> PathBuf {
        self.folder.join(CUSTOMERS).join(self.name(reference, id))
    }

    /// The file's address, seen from the overview. Its name has no letter that an address would change.
    pub(super) fn link(&self, reference: &str, id: &MigrationId) -> String {
        format!("{CUSTOMERS}/{}", self.name(reference, id))
    }

    fn name(&self, reference: &str, id: &MigrationId) -> String {
        let letters = reference.chars().take(80);
        let plain: String = letters.map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
        format!("{plain}-{id}.{}", self.extension)
    }
}
