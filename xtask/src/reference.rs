//! `cargo xtask docs`: the pages under `docs/` that are generated, so that they cannot differ from the code.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::output;
use crate::sentences;
use crate::workspace::Workspace;

/// Folders below `docs/` that hold generated pages and nothing else.
const GENERATED: [&str; 2] = ["blockers/", "reference/"];

/// Stands among them and is measured (`cargo xtask bench`): no machine makes it twice alike.
const MEASURED: &str = "reference/benchmarks.md";

/// Path below `docs/` to content.
type Pages = BTreeMap<String, String>;

/// How a page on disk differs from the generated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    Missing,
    Outdated,
    /// On disk, but no longer generated.
    Surplus,
}

impl Difference {
    fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Outdated => "outdated",
            Self::Surplus => "no longer generated",
        }
    }
}

/// Every generated page: path below `docs/`, and content.
pub(crate) fn generated(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let mut files = unmoor_migration::reference::files();
    files.push(sentences::page(workspace)?);
    Ok(files)
}

/// Makes the pages on disk those of `files`: path below `docs/`, and content.
pub(crate) fn write(workspace: &Workspace, files: Vec<(String, String)>) -> Result<bool> {
    let docs = workspace.root().join("docs");
    let generated = collect(files)?;
    let on_disk = on_disk(&docs)?;
    let differences = differences(&generated, &on_disk);
    for (path, difference) in &differences {
        let target = docs.join(path);
        match generated.get(*path) {
            Some(content) => write_page(&target, content)?,
            None => fs::remove_file(&target).with_context(|| format!("cannot remove {}", target.display()))?,
        }
        output::line(&format!("docs/{path}: was {}", difference.word()));
    }
    output::error_line(&format!("docs: {} pages, {} changed", generated.len(), differences.len()));
    Ok(true)
}

/// Names the pages on disk that differ from `files`. `false` if one does.
pub(crate) fn check(workspace: &Workspace, files: Vec<(String, String)>) -> Result<bool> {
    let generated = collect(files)?;
    let on_disk = on_disk(&workspace.root().join("docs"))?;
    let differences = differences(&generated, &on_disk);
    for (path, difference) in &differences {
        output::line(&format!(
            "docs/{path}:1: generated-page: {}; `cargo xtask docs` writes it anew",
            difference.word()
        ));
    }
    output::error_line(&format!("docs: {} pages, {} differ", generated.len(), differences.len()));
    Ok(differences.is_empty())
}

/// Refuses a page that lies outside the generated folders, or comes twice.
fn collect(files: Vec<(String, String)>) -> Result<Pages> {
    let mut pages = Pages::new();
    for (path, content) in files {
        let stays_inside = path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        if !stays_inside || !GENERATED.iter().any(|folder| path.starts_with(folder)) {
            bail!("the generated page `{path}` is not in one of the folders {}", GENERATED.join(", "));
        }
        if pages.insert(path.clone(), content).is_some() {
            bail!("the page `{path}` is generated twice");
        }
    }
    Ok(pages)
}

fn on_disk(docs: &Path) -> Result<Pages> {
    let mut pages = Pages::new();
    for folder in GENERATED {
        if docs.join(folder).is_dir() {
            read_pages(docs, folder, &mut pages)?;
        }
    }
    Ok(pages)
}

fn read_pages(docs: &Path, folder: &str, pages: &mut Pages) -> Result<()> {
    let entries = fs::read_dir(docs.join(folder)).with_context(|| format!("cannot list docs/{folder}"))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list docs/{folder}"))?;
        let name =
            entry.file_name().into_string().ok().with_context(|| format!("docs/{folder} has a name in no UTF-8"))?;
        let path = format!("{folder}{name}");
        if entry.path().is_dir() {
            read_pages(docs, &format!("{path}/"), pages)?;
        } else if path != MEASURED {
            let content = fs::read_to_string(entry.path()).with_context(|| format!("cannot read docs/{path}"))?;
            pages.insert(path, content);
        }
    }
    Ok(())
}

fn write_page(target: &Path, content: &str) -> Result<()> {
    let folder = target.parent().with_context(|| format!("{} has no folder", target.display()))?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::write(target, content).with_context(|| format!("cannot write {}", target.display()))
}

/// Paths that differ, in order.
fn differences<'a>(generated: &'a Pages, on_disk: &'a Pages) -> Vec<(&'a str, Difference)> {
    let mut found: Vec<(&str, Difference)> = Vec::new();
    for (path, content) in generated {
        match on_disk.get(path) {
            None => found.push((path, Difference::Missing)),
            Some(old) if old != content => found.push((path, Difference::Outdated)),
            Some(_) => {}
        }
    }
    let surplus = on_disk.keys().filter(|path| !generated.contains_key(*path));
    found.extend(surplus.map(|path| (path.as_str(), Difference::Surplus)));
    found.sort_unstable_by_key(|(path, _)| *path);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(list: &[(&str, &str)]) -> Pages {
        list.iter().map(|(path, content)| ((*path).to_owned(), (*content).to_owned())).collect()
    }

    #[test]
    fn a_page_that_is_missing_outdated_or_surplus_is_found() {
        let generated = pages(&[("blockers/A.md", "a"), ("blockers/B.md", "b"), ("reference/blockers.md", "all")]);
        let on_disk = pages(&[("blockers/B.md", "old"), ("blockers/GONE.md", "g"), ("reference/blockers.md", "all")]);
        assert_eq!(
            differences(&generated, &on_disk),
            [
                ("blockers/A.md", Difference::Missing),
                ("blockers/B.md", Difference::Outdated),
                ("blockers/GONE.md", Difference::Surplus),
            ]
        );
        assert_eq!(differences(&generated, &generated), []);
    }

    #[test]
    fn a_page_outside_the_generated_folders_is_refused() {
        let one = |path: &str| collect(vec![(path.to_owned(), String::new())]);
        assert!(one("reference/blockers.md").is_ok());
        for path in ["glossary.md", "../README.md", "reference/../glossary.md", "/etc/hosts", "reference//x.md"] {
            assert!(one(path).is_err(), "{path} was accepted");
        }
        let twice = vec![("blockers/A.md".to_owned(), String::new()), ("blockers/A.md".to_owned(), String::new())];
        assert!(collect(twice).is_err());
    }

    #[test]
    fn what_was_written_passes_the_check_until_it_is_edited() {
        let root = std::env::temp_dir().join(format!("unmoor-xtask-reference-{}", std::process::id()));
        let workspace = Workspace::at(root.clone());
        let files =
            || vec![("blockers/A.md".to_owned(), "a\n".to_owned()), ("reference/b/c.md".to_owned(), "c\n".to_owned())];

        let before = check(&workspace, files()).expect("no folder is no page");
        let written = write(&workspace, files()).expect("the temporary folder can be written");
        let after = check(&workspace, files()).expect("the temporary folder can be read");
        write_page(&root.join("docs/blockers/A.md"), "edited by hand\n").expect("a page can be written");
        write_page(&root.join("docs/blockers/GONE.md"), "of an earlier time\n").expect("a page can be written");
        let edited = check(&workspace, files()).expect("the temporary folder can be read");
        write(&workspace, files()).expect("the temporary folder can be written");
        let read = on_disk(&root.join("docs")).expect("the temporary folder can be read");
        fs::remove_dir_all(&root).expect("the temporary folder can be removed");

        assert_eq!([before, written, after, edited], [false, true, true, false]);
        assert_eq!(read, pages(&[("blockers/A.md", "a\n"), ("reference/b/c.md", "c\n")]));
    }
}
