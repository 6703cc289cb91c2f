//! Rules over the text of manifests: versions, features and lints are chosen once, at the root.

use super::Violation;
use super::files::SourceFile;

const ROOT: &str = "Cargo.toml";

pub(super) fn check(file: &SourceFile) -> Vec<Violation> {
    if file.path == ROOT || is_a_workspace_of_its_own(file) {
        return Vec::new();
    }
    let mut violations = own_versions(file);
    violations.extend(own_lints(file));
    violations
}

/// A package that another toolchain builds, and that therefore cannot take anything from the root.
fn is_a_workspace_of_its_own(file: &SourceFile) -> bool {
    file.lines().any(|(_, line)| line.trim() == "[workspace]")
}

/// Dependencies that do not take their version and features from the root.
fn own_versions(file: &SourceFile) -> Vec<Violation> {
    let mut section = "";
    let mut found = Vec::new();
    for (number, line) in file.lines() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']');
            if section.contains("dependencies.") {
                found.push(Violation::new(
                    &file.path,
                    number,
                    "own-version",
                    "write it in one line: `name = { workspace = true }`",
                ));
            }
            continue;
        }
        let is_dependency = section.ends_with("dependencies") && line.contains('=') && !line.starts_with('#');
        let compact: String = line.split_whitespace().collect();
        if is_dependency && !compact.contains("workspace=true") {
            let advice =
                "choose version and features in [workspace.dependencies] of the root; here `{ workspace = true }`";
            found.push(Violation::new(&file.path, number, "own-version", advice));
        }
    }
    found
}

fn own_lints(file: &SourceFile) -> Option<Violation> {
    let mut lines = file.lines().map(|(_, line)| line.trim());
    let inherits = lines.any(|line| line == "[lints]") && lines.next() == Some("workspace = true");
    (!inherits).then(|| Violation::new(&file.path, 1, "own-lints", "add `[lints]` with `workspace = true`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, &'static str)> {
        let file = SourceFile { path: "crates/store/Cargo.toml".to_owned(), text: text.to_owned() };
        check(&file).into_iter().map(|violation| (violation.line, violation.rule)).collect()
    }

    #[test]
    fn a_workspace_of_its_own_chooses_for_itself() {
        assert_eq!(found("[package]\nname = \"fuzz\"\n[dependencies]\nserde = \"1\"\n[workspace]\n"), []);
    }

    #[test]
    fn versions_are_chosen_at_the_root() {
        let lints = "[lints]\nworkspace = true\n";
        assert_eq!(
            found(&format!("{lints}[dependencies]\nserde = {{ workspace = true }}\njiff.workspace = true\n")),
            []
        );
        assert_eq!(found(&format!("{lints}[dependencies]\nserde = \"1\"\n")), [(4, "own-version")]);
        assert_eq!(
            found(&format!("{lints}[target.'cfg(unix)'.dev-dependencies]\nserde = {{ version = \"1\" }}\n")),
            [(4, "own-version")]
        );
        assert_eq!(found(&format!("{lints}[dependencies.serde]\nversion = \"1\"\n")), [(3, "own-version")]);
        assert_eq!(found(&format!("{lints}[features]\ndefault = [\"network\"]\n")), []);
    }

    #[test]
    fn lints_are_chosen_at_the_root() {
        assert_eq!(found("[package]\n"), [(1, "own-lints")]);
        assert_eq!(found("[lints]\nworkspace = false\n"), [(1, "own-lints")]);
    }
}
