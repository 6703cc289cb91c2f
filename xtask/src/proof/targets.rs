//! Which tests of which package a file belongs to.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::workspace::Workspace;

/// Something that `cargo test` builds into one program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    pub(crate) package: String,
    /// The package's folder, below the root; empty for the root itself.
    pub(crate) folder: String,
    /// What chooses it: `--lib`, or `--test` and its name.
    pub(crate) selection: Vec<String>,
    /// Its first file, below the root.
    root_file: String,
}

impl Target {
    /// `unmoor-simulator --test move_rules`.
    pub(crate) fn words(&self) -> String {
        format!("{} {}", self.package, self.selection.join(" "))
    }
}

/// All of the workspace.
pub(crate) struct Targets(Vec<Target>);

impl Targets {
    pub(crate) fn of(workspace: &Workspace) -> Result<Self> {
        let metadata = workspace.metadata()?;
        let root = metadata.get("workspace_root").and_then(Value::as_str).context("cargo names no root")?;
        let mut targets = Vec::new();
        for package in metadata.get("packages").and_then(Value::as_array).into_iter().flatten() {
            for target in package.get("targets").and_then(Value::as_array).into_iter().flatten() {
                targets.extend(target_of(package, target, root));
            }
        }
        Ok(Self(targets))
    }

    /// The one whose first file this is, or in whose folder it lies.
    pub(crate) fn of_file(&self, path: &str) -> Option<&Target> {
        let exact = self.0.iter().find(|target| target.root_file == path);
        let folder = |target: &&Target| {
            let (folder, name) = target.root_file.rsplit_once('/')?;
            let holds_modules = ["main.rs", "lib.rs"].contains(&name);
            (holds_modules && path.strip_prefix(folder)?.starts_with('/')).then_some(folder.len())
        };
        exact.or_else(|| self.0.iter().filter(|target| folder(target).is_some()).max_by_key(folder))
    }
}

fn target_of(package: &Value, target: &Value, root: &str) -> Option<Target> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let below_root = |path: String| path.strip_prefix(root).map(|path| path.trim_start_matches('/').to_owned());
    let name = text(target, "name")?;
    let kind = target.get("kind")?.as_array()?.first()?.as_str()?;
    let selection = match kind {
        "lib" => vec!["--lib".to_owned()],
        "test" => vec!["--test".to_owned(), name],
        "bin" => vec!["--bin".to_owned(), name],
        _ => return None,
    };
    let manifest = below_root(text(package, "manifest_path")?)?;
    Some(Target {
        package: text(package, "name")?,
        folder: manifest.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default(),
        selection,
        root_file: below_root(text(target, "src_path")?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets() -> Targets {
        let target = |selection: &[&str], root_file: &str| Target {
            package: "a".to_owned(),
            folder: "crates/a".to_owned(),
            selection: selection.iter().map(|word| (*word).to_owned()).collect(),
            root_file: root_file.to_owned(),
        };
        Targets(vec![
            target(&["--lib"], "crates/a/src/lib.rs"),
            target(&["--test", "core"], "crates/a/tests/core/main.rs"),
            target(&["--test", "guide"], "crates/a/tests/guide.rs"),
        ])
    }

    #[test]
    fn a_file_belongs_to_the_target_that_it_begins_or_whose_folder_holds_it() {
        let targets = targets();
        let of = |path: &str| targets.of_file(path).map(Target::words);
        assert_eq!(of("crates/a/tests/guide.rs").as_deref(), Some("a --test guide"));
        assert_eq!(of("crates/a/tests/core/deep/cutover.rs").as_deref(), Some("a --test core"));
        assert_eq!(of("crates/a/src/phone.rs").as_deref(), Some("a --lib"));
        assert_eq!(of("crates/a/tests/other.rs"), None);
        assert_eq!(of("crates/a/srcs/phone.rs"), None);
    }

    #[test]
    fn the_targets_of_this_checkout_are_found() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root");
        let targets = Targets::of(&Workspace::at(root.to_owned())).expect("cargo is there");
        let found = targets.of_file("crates/simulator/tests/move_rules.rs").expect("the simulator's tests");
        assert_eq!(
            (found.words().as_str(), found.folder.as_str()),
            ("unmoor-simulator --test move_rules", "crates/simulator")
        );
    }
}
