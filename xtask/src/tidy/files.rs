//! The files that the rules look at.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::Violation;

/// A text file of the checkout.
pub(crate) struct SourceFile {
    /// Below the root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl SourceFile {
    pub(crate) fn has_extension(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
    }

    pub(super) fn is_named(&self, name: &str) -> bool {
        self.path.rsplit('/').next() == Some(name)
    }

    /// Lines with their numbers, counted from one.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.split_terminator('\n'))
    }
}

/// Hidden folders that belong to the project.
const HIDDEN_BUT_OURS: [&str; 3] = [".cargo", ".ci", ".config"];

/// Reads every text file below `root`, sorted by path: those of [`paths`] that are UTF-8.
pub(crate) fn read_all(root: &Path) -> Result<Vec<SourceFile>> {
    let mut found = Vec::new();
    for path in paths(root)? {
        let bytes = fs::read(root.join(&path)).with_context(|| format!("cannot read {path}"))?;
        if let Ok(text) = String::from_utf8(bytes) {
            found.push(SourceFile { path, text });
        }
    }
    Ok(found)
}

/// Every file below `root`, sorted. Build output and hidden folders are left out; links are not followed.
pub(crate) fn paths(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    list_folder(root, "", &mut found)?;
    found.sort();
    Ok(found)
}

fn list_folder(folder: &Path, prefix: &str, found: &mut Vec<String>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list the folder {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list the folder {}", folder.display()))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().with_context(|| format!("cannot tell what {path} is"))?;
        if kind.is_dir() && !is_skipped(&path, &name) {
            list_folder(&entry.path(), &format!("{path}/"), found)?;
        } else if kind.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

fn is_skipped(path: &str, name: &str) -> bool {
    path == "target" || (name.starts_with('.') && !HIDDEN_BUT_OURS.contains(&name))
}

/// Snapshots that wait for a review and were committed nevertheless. Those that lie about uncommitted are a developer's
/// own, and without git there is nothing committed.
pub(super) fn committed_pending_snapshots(root: &Path) -> Vec<Violation> {
    let listed = Command::new("git").current_dir(root).args(["ls-files", "-z", "--", "*.snap.new"]).output();
    let Ok(output) = listed else { return Vec::new() };
    let paths = String::from_utf8_lossy(&output.stdout).into_owned();
    pending_snapshots(paths.split('\0').filter(|path| !path.is_empty()))
}

fn pending_snapshots<'a>(committed: impl Iterator<Item = &'a str>) -> Vec<Violation> {
    committed
        .map(|path| {
            let advice = "review it: keep it as `.snap`, or delete it; a pending snapshot is never committed";
            Violation::new(path, 1, "pending-snapshot", advice)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), text: "one\ntwo\n".to_owned() }
    }

    #[test]
    fn a_file_knows_its_name_and_extension() {
        assert!(file("crates/store/Cargo.toml").is_named("Cargo.toml"));
        assert!(file("Cargo.toml").is_named("Cargo.toml"));
        assert!(!file("crates/store/NotCargo.toml").is_named("Cargo.toml"));
        assert!(file("src/lib.rs").has_extension("rs"));
        assert!(!file("src/lib.rs.txt").has_extension("rs"));
        assert_eq!(file("a").lines().collect::<Vec<_>>(), [(1, "one"), (2, "two")]);
    }

    #[test]
    fn build_output_and_the_folders_of_tools_are_skipped() {
        assert!(is_skipped("target", "target"));
        assert!(is_skipped(".git", ".git"));
        assert!(is_skipped("docs/.cache", ".cache"));
        assert!(!is_skipped("docs/target", "target"));
        assert!(!is_skipped(".ci", ".ci"));
    }

    #[test]
    fn this_very_file_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root");
        let all = read_all(root).expect("the checkout can be read");
        assert!(all.iter().any(|file| file.path == "xtask/src/tidy/files.rs"));
        assert!(all.iter().any(|file| file.path == ".cargo/config.toml"));
        assert!(all.iter().all(|file| !file.path.starts_with("target/") && !file.path.starts_with(".git/")));
    }

    #[test]
    fn a_committed_pending_snapshot_is_named() {
        let found = pending_snapshots(["crates/cli/tests/table.snap.new"].into_iter());
        assert_eq!(found.len(), 1);
        assert!(found.iter().all(|violation| violation.path == "crates/cli/tests/table.snap.new"));
    }
}
