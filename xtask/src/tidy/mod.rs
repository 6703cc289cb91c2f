//! `cargo xtask tidy`: the house rules.
//!
//! What a rule allows is data in [`table`] and [`house_rules`]; how it is found is one file per kind of file. A rule
//! that nobody can break by accident does not belong here.

mod citations;
mod dependencies;
pub(crate) mod files;
mod house_rules;
mod links;
mod manifests;
mod rust_code;
mod rust_rules;
mod table;
mod text_rules;

use std::fmt;

use anyhow::Result;

use crate::output;
use crate::workspace::Workspace;
use files::SourceFile;

/// A place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    /// Below the root, with forward slashes.
    path: String,
    /// Counted from one.
    line: usize,
    /// The rule's short name.
    rule: &'static str,
    /// The way out.
    what_to_do: String,
}

impl Violation {
    fn new(path: impl Into<String>, line: usize, rule: &'static str, what_to_do: impl Into<String>) -> Self {
        Self { path: path.into(), line, rule, what_to_do: what_to_do.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, rule, what_to_do } = self;
        write!(formatter, "{path}:{line}: {rule}: {what_to_do}")
    }
}

/// Prints every violation to stdout. `false` if there is one.
pub(crate) fn run(workspace: &Workspace) -> Result<bool> {
    let sources = files::read_all(workspace.root())?;
    let mut violations = dependencies::check(&dependencies::members(&workspace.metadata()?)?, &sources);
    violations.extend(files::committed_pending_snapshots(workspace.root()));
    violations.extend(sources.iter().flat_map(check_file));
    violations.extend(citations::check(&sources));
    violations.extend(links::check(&sources, workspace.root()));
    violations.sort();
    for violation in &violations {
        output::line(&violation.to_string());
    }
    let verdict = match violations.len() {
        0 => format!("tidy: {} files, no violation", sources.len()),
        1 => "tidy: 1 violation".to_owned(),
        many => format!("tidy: {many} violations"),
    };
    output::error_line(&verdict);
    Ok(violations.is_empty())
}

/// The rules that need to see one file only.
fn check_file(file: &SourceFile) -> Vec<Violation> {
    let mut violations = text_rules::check(file);
    if file.has_extension("rs") {
        violations.extend(rust_rules::check(file));
    }
    if file.is_named("Cargo.toml") {
        violations.extend(manifests::check(file));
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_is_one_line_that_editors_can_follow() {
        let violation = Violation::new("crates/store/src/lib.rs", 7, "no-sleep", "wait for a value");
        assert_eq!(violation.to_string(), "crates/store/src/lib.rs:7: no-sleep: wait for a value");
    }
}
