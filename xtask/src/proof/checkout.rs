//! A copy of the checkout below `target/`, with a target folder of its own that stays warm from run to run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::Change;
use crate::tidy::files;
use crate::workspace::Workspace;

/// Where it lies, below the root.
const FOLDER: &str = "target/removals";

/// A copy whose files may be changed.
pub(crate) struct Copy {
    workspace: Workspace,
    target: PathBuf,
}

impl Copy {
    /// Brings the copy up to date. A file that is the same already keeps its time, so that nothing is compiled for it.
    pub(crate) fn of(original: &Workspace) -> Result<Self> {
        let folder = original.root().join(FOLDER);
        let root = folder.join("checkout");
        let listed: BTreeSet<String> = files::paths(original.root())?.into_iter().collect();
        for path in &listed {
            let bytes = fs::read(original.root().join(path)).with_context(|| format!("cannot read {path}"))?;
            let place = root.join(path);
            if fs::read(&place).is_ok_and(|known| known == bytes) {
                continue;
            }
            let above = place.parent().with_context(|| format!("{path} has no folder"))?;
            fs::create_dir_all(above).with_context(|| format!("cannot create {}", above.display()))?;
            fs::write(&place, bytes).with_context(|| format!("cannot write {}", place.display()))?;
        }
        remove_others(&root, "", &listed)?;
        Ok(Self { workspace: Workspace::at(root), target: folder.join("target") })
    }

    pub(crate) fn root(&self) -> &Path {
        self.workspace.root()
    }

    /// Cargo, in the copy. Its programs carry no debug information, which nobody reads.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.workspace.cargo(arguments);
        command.env("CARGO_TARGET_DIR", &self.target).env("CARGO_PROFILE_DEV_DEBUG", "0");
        command
    }

    /// Does `work` with these changes made, and takes them back. The inner error says why one cannot be made.
    pub(crate) fn changed<T>(&self, changes: &[Change], work: impl FnOnce() -> Result<T>) -> Result<Result<T, String>> {
        let mut before: Vec<(&str, String)> = Vec::new();
        let mut problem = None;
        for change in changes {
            let text = self.read(&change.file)?;
            match change.apply(&text) {
                Ok(changed) => {
                    self.write(&change.file, &changed)?;
                    before.push((&change.file, text));
                }
                Err(why) => problem = Some(why),
            }
        }
        let done = match problem {
            Some(why) => Ok(Err(why)),
            None => work().map(Ok),
        };
        for (file, text) in before.iter().rev() {
            self.write(file, text)?;
        }
        done
    }

    fn read(&self, path: &str) -> Result<String> {
        fs::read_to_string(self.root().join(path)).with_context(|| format!("cannot read {path} of the copy"))
    }

    fn write(&self, path: &str, text: &str) -> Result<()> {
        fs::write(self.root().join(path), text).with_context(|| format!("cannot write {path} of the copy"))
    }
}

/// Removes files that the original does not have, such as those a failing test left behind.
fn remove_others(folder: &Path, prefix: &str, listed: &BTreeSet<String>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            remove_others(&entry.path(), &format!("{path}/"), listed)?;
        } else if path != "Cargo.lock" && !listed.contains(&path) {
            fs::remove_file(entry.path()).with_context(|| format!("cannot remove {}", entry.path().display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_longer_there_leaves_the_copy() {
        let root = std::env::temp_dir().join(format!("unmoor-copy-{}", std::process::id()));
        fs::create_dir_all(root.join("src")).expect("a temporary folder");
        for path in ["src/kept.rs", "src/gone.rs", "Cargo.lock"] {
            fs::write(root.join(path), "text").expect("a temporary file");
        }
        remove_others(&root, "", &BTreeSet::from(["src/kept.rs".to_owned()])).expect("it can be cleaned");
        let left = ["src/kept.rs", "src/gone.rs", "Cargo.lock"].map(|path| root.join(path).exists());
        fs::remove_dir_all(&root).expect("the temporary folder can be removed");
        assert_eq!(left, [true, false, true]);
    }
}
