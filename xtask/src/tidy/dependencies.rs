//! Compares the manifests, as cargo understands them, with the table of who may use whom.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Violation;
use super::files::SourceFile;
use super::house_rules::MODULE_DOC_SAYS;
use super::table::{MEMBERS, Member, NEVER_ANYWHERE, Never, Scope};

/// Where a missing row is added.
const TABLE: &str = "xtask/src/tidy/table.rs";

/// A package of the workspace, as its manifest says.
pub(super) struct Package {
    name: String,
    /// Below the root, with forward slashes.
    folder: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    /// The package's name, whatever it is called in the manifest.
    package: String,
    /// As the manifest calls it.
    called: String,
    is_for_tests: bool,
    is_optional: bool,
    origin: Origin,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Registry,
    Path,
    Other,
}

/// Reads the answer of `cargo metadata --no-deps`.
pub(super) fn members(metadata: &Value) -> Result<Vec<Package>> {
    let root = text(metadata, "workspace_root")?;
    list(metadata, "packages")?
        .iter()
        .map(|package| {
            let manifest = text(package, "manifest_path")?;
            let folder = manifest.strip_suffix("Cargo.toml").and_then(|folder| folder.strip_prefix(root));
            let folder = folder.with_context(|| format!("the manifest {manifest} is not below the workspace"))?;
            Ok(Package {
                name: text(package, "name")?.to_owned(),
                folder: folder.replace('\\', "/").trim_matches('/').to_owned(),
                dependencies: list(package, "dependencies")?.iter().map(dependency).collect::<Result<_>>()?,
            })
        })
        .collect()
}

fn dependency(value: &Value) -> Result<Dependency> {
    let package = text(value, "name")?.to_owned();
    let called = value.get("rename").and_then(Value::as_str).unwrap_or(&package).to_owned();
    let origin = match value.get("source").and_then(Value::as_str) {
        None => Origin::Path,
        Some(source) if source.starts_with("registry+") => Origin::Registry,
        Some(_) => Origin::Other,
    };
    let is_for_tests = value.get("kind").and_then(Value::as_str) == Some("dev");
    let is_optional = value.get("optional").and_then(Value::as_bool).unwrap_or(false);
    Ok(Dependency { package, called, is_for_tests, is_optional, origin })
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value.get(field).and_then(Value::as_str).with_context(|| format!("`cargo metadata` gave no text `{field}`"))
}

fn list<'a>(value: &'a Value, field: &str) -> Result<&'a Vec<Value>> {
    value.get(field).and_then(Value::as_array).with_context(|| format!("`cargo metadata` gave no list `{field}`"))
}

/// Every way in which `packages` differ from the table. `sources` give line numbers and module docs.
pub(super) fn check(packages: &[Package], sources: &[SourceFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for member in &MEMBERS {
        match packages.iter().find(|package| package.name == member.package) {
            Some(package) => {
                violations.extend(wrong_folder(package, member));
                violations.extend(package.dependencies.iter().flat_map(|used| {
                    let line = line_of_dependency(sources, package, used);
                    check_dependency(member, used).into_iter().map(move |(rule, advice)| {
                        Violation::new(format!("{}/Cargo.toml", package.folder), line, rule, advice)
                    })
                }));
                violations.extend(missing_module_doc(package, sources));
            }
            None => {
                let advice =
                    format!("the table lists `{}`: create it in {}, or strike the row", member.package, member.folder);
                violations.push(Violation::new("Cargo.toml", 1, "missing-member", advice));
            }
        }
    }
    let listed: BTreeSet<&str> = MEMBERS.iter().map(|member| member.package).collect();
    for package in packages.iter().filter(|package| !listed.contains(package.name.as_str())) {
        let advice = format!("`{}` has no row: say in the table whom it may use", package.name);
        violations.push(Violation::new(TABLE, 1, "unlisted-member", advice));
    }
    violations
}

fn wrong_folder(package: &Package, member: &Member) -> Option<Violation> {
    (package.folder != member.folder).then(|| {
        let advice = format!("`{}` belongs in {}", member.package, member.folder);
        Violation::new(format!("{}/Cargo.toml", package.folder), 1, "wrong-folder", advice)
    })
}

/// The rules that one dependency of `member` breaks, with what to do about each.
fn check_dependency(member: &Member, used: &Dependency) -> Vec<(&'static str, String)> {
    let Dependency { package: name, is_for_tests, is_optional, origin, .. } = used;
    let mut broken = Vec::new();
    let is_member = MEMBERS.iter().any(|other| other.package == name);
    if is_member && !member.may_use.contains(&name.as_str()) {
        let allowed = match member.may_use {
            [] => "no other member".to_owned(),
            some => format!("only {}", some.join(", ")),
        };
        broken.push(("forbidden-member", format!("`{}` may use {allowed}: take `{name}` out", member.package)));
    }
    let has_known_origin = match origin {
        Origin::Registry => true,
        Origin::Path => is_member,
        Origin::Other => false,
    };
    if !has_known_origin {
        broken.push(("unknown-origin", format!("take `{name}` from the registry")));
    }
    for rule in member.never.iter().chain(&NEVER_ANYWHERE).filter(|rule| forbids(rule, name, *is_for_tests)) {
        broken.push(("forbidden-crate", format!("take `{name}` out of `{}`: {}", member.package, rule.because)));
    }
    if member.only_behind_a_feature.contains(&name.as_str()) && !is_optional && !is_for_tests {
        broken.push((
            "not-optional",
            format!("make `{name}` optional: a feature of `{}` switches it on", member.package),
        ));
    }
    broken
}

fn forbids(rule: &Never, name: &str, is_for_tests: bool) -> bool {
    let holds_here = match rule.scope {
        Scope::AlsoInTests => true,
        Scope::NotInTests => !is_for_tests,
    };
    holds_here
        && rule.crates.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == *pattern,
        })
}

/// The line of the manifest on which the dependency stands; the first where it is not found.
fn line_of_dependency(sources: &[SourceFile], package: &Package, used: &Dependency) -> usize {
    let path = format!("{}/Cargo.toml", package.folder);
    let mut section_is_for_tests = false;
    let manifest = sources.iter().find(|file| file.path == path);
    let mut lines = manifest.into_iter().flat_map(SourceFile::lines);
    let found = lines.find(|(_, line)| {
        if line.starts_with('[') {
            section_is_for_tests = line.contains("dev-dependencies");
        }
        let after_name = line.strip_prefix(used.called.as_str());
        section_is_for_tests == used.is_for_tests && after_name.is_some_and(|rest| rest.starts_with([' ', '=', '.']))
    });
    found.map_or(1, |(number, _)| number)
}

/// The root file of a package begins with what the package is for and what it must never know.
fn missing_module_doc(package: &Package, sources: &[SourceFile]) -> Option<Violation> {
    let candidates = ["lib.rs", "main.rs"].map(|name| format!("{}/src/{name}", package.folder));
    let root = candidates.iter().find_map(|path| sources.iter().find(|file| file.path == *path));
    let Some(root) = root else {
        let [library, _] = candidates;
        return Some(Violation::new(library, 1, "module-doc", "create it: each package has a root file"));
    };
    let doc: Vec<&str> = root.text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    let says = doc.join(" ").to_lowercase().contains(MODULE_DOC_SAYS);
    (!says).then(|| {
        let advice = format!("begin with `//!`: what the package is for, and what it {MODULE_DOC_SAYS} know");
        Violation::new(&root.path, 1, "module-doc", advice)
    })
}

#[cfg(test)]
#[path = "dependencies_tests.rs"]
mod tests;
