//! Tests of the comparison of manifests with the table.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::*;

const DOC: &str = "//! What it is for. What it\n//! must never know.\n";

fn root_files() -> Vec<SourceFile> {
    MEMBERS
        .iter()
        .map(|member| SourceFile { path: format!("{}/src/lib.rs", member.folder), text: DOC.to_owned() })
        .collect()
}

fn workspace_as_listed() -> Vec<Package> {
    let package = |member: &Member| Package {
        name: member.package.to_owned(),
        folder: member.folder.to_owned(),
        dependencies: member.may_use.iter().map(|name| used(name, Origin::Path)).collect(),
    };
    MEMBERS.iter().map(package).collect()
}

fn used(package: &str, origin: Origin) -> Dependency {
    Dependency {
        package: package.to_owned(),
        called: package.to_owned(),
        is_for_tests: false,
        is_optional: false,
        origin,
    }
}

fn rules_broken_by(member: &str, dependency: &Dependency) -> Vec<&'static str> {
    let member = MEMBERS.iter().find(|row| row.package == member).expect("a row of the table");
    check_dependency(member, dependency).into_iter().map(|(rule, _)| rule).collect()
}

fn rules_of(violations: &[Violation]) -> Vec<&'static str> {
    violations.iter().map(|violation| violation.rule).collect()
}

#[test]
fn a_workspace_as_listed_breaks_nothing() {
    assert_eq!(check(&workspace_as_listed(), &root_files()), []);
}

#[test]
fn members_may_use_only_whom_the_table_names() {
    for (member, other) in [
        ("unmoor-migration", "unmoor-graph-api"),
        ("unmoor-graph-api", "unmoor-migration"),
        ("unmoor-simulator", "unmoor-graph-api"),
        ("unmoor-simulator", "unmoor-migration"),
        ("unmoor-store", "unmoor-engine"),
        ("unmoor-store", "unmoor-graph-api"),
        ("unmoor-engine", "unmoor-simulator"),
        ("unmoor-engine", "unmoor-server"),
        ("unmoor-server", "unmoor-simulator"),
        ("unmoor-server", "unmoor-cli"),
    ] {
        assert_eq!(rules_broken_by(member, &used(other, Origin::Path)), ["forbidden-member"], "{member} uses {other}");
        let in_tests = Dependency { is_for_tests: true, ..used(other, Origin::Path) };
        assert_eq!(rules_broken_by(member, &in_tests), ["forbidden-member"], "{member} tests with {other}");
    }
    assert_eq!(rules_broken_by("unmoor-engine", &used("unmoor-store", Origin::Path)), Vec::<&str>::new());
    assert_eq!(rules_broken_by("e2e", &used("unmoor-simulator", Origin::Path)), Vec::<&str>::new());
}

#[test]
fn the_pure_core_has_no_runtime_wire_database_or_randomness() {
    for name in ["tokio", "axum", "reqwest", "http", "rusqlite", "rand", "rand_chacha", "getrandom", "tokio-util"] {
        assert_eq!(rules_broken_by("unmoor-migration", &used(name, Origin::Registry)), ["forbidden-crate"], "{name}");
    }
    for name in ["serde", "thiserror", "jiff"] {
        assert_eq!(rules_broken_by("unmoor-migration", &used(name, Origin::Registry)), Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn the_simulator_has_one_client_even_in_its_tests() {
    let in_tests = Dependency { is_for_tests: true, ..used("ureq", Origin::Registry) };
    assert_eq!(rules_broken_by("unmoor-simulator", &in_tests), ["forbidden-crate"]);
    assert_eq!(rules_broken_by("unmoor-simulator", &used("reqwest", Origin::Registry)), Vec::<&str>::new());
    assert_eq!(rules_broken_by("unmoor-simulator", &used("rand_chacha", Origin::Registry)), Vec::<&str>::new());
}

#[test]
fn a_runtime_may_drive_the_tests_of_the_client_but_not_the_client() {
    let in_tests = Dependency { is_for_tests: true, ..used("tokio", Origin::Registry) };
    assert_eq!(rules_broken_by("unmoor-graph-api", &in_tests), Vec::<&str>::new());
    assert_eq!(rules_broken_by("unmoor-graph-api", &used("tokio", Origin::Registry)), ["forbidden-crate"]);
}

#[test]
fn the_network_is_behind_a_feature() {
    let optional = Dependency { is_optional: true, ..used("reqwest", Origin::Registry) };
    assert_eq!(rules_broken_by("unmoor-graph-api", &optional), Vec::<&str>::new());
    assert_eq!(rules_broken_by("unmoor-graph-api", &used("reqwest", Origin::Registry)), ["not-optional"]);
}

#[test]
fn crates_come_from_the_registry() {
    assert_eq!(rules_broken_by("unmoor-store", &used("serde", Origin::Path)), ["unknown-origin"]);
    assert_eq!(rules_broken_by("unmoor-store", &used("serde", Origin::Other)), ["unknown-origin"]);
    assert_eq!(rules_broken_by("unmoor-cli", &used("chrono", Origin::Registry)), ["forbidden-crate"]);
}

#[test]
fn members_that_are_missing_moved_or_unlisted_are_named() {
    let mut packages = workspace_as_listed();
    packages.retain(|package| package.name != "unmoor-store");
    assert_eq!(rules_of(&check(&packages, &root_files())), ["missing-member"]);

    let mut packages = workspace_as_listed();
    packages.push(Package {
        name: "unmoor-common".to_owned(),
        folder: "crates/common".to_owned(),
        dependencies: vec![],
    });
    assert_eq!(rules_of(&check(&packages, &root_files())), ["unlisted-member"]);

    let mut packages = workspace_as_listed();
    packages.iter_mut().filter(|package| package.name == "e2e").for_each(|package| package.folder = "e2e".to_owned());
    assert_eq!(rules_of(&check(&packages, &root_files())), ["wrong-folder", "module-doc"]);
}

#[test]
fn a_package_begins_with_its_limits() {
    let missing = |text: &str| {
        let mut sources = root_files();
        sources
            .iter_mut()
            .filter(|file| file.path == "crates/store/src/lib.rs")
            .for_each(|file| file.text = text.to_owned());
        rules_of(&check(&workspace_as_listed(), &sources))
    };
    assert_eq!(missing("//! It\n//! must\n//! never know HTTP.\n"), Vec::<&str>::new());
    assert_eq!(missing("//! Placeholder.\n"), ["module-doc"]);
    assert_eq!(missing("mod x;\n//! must never\n"), ["module-doc"]);
    assert_eq!(missing("// must never\n"), ["module-doc"]);
}

#[test]
fn a_violation_points_at_the_line_of_the_manifest() {
    let manifest =
        "[package]\n[dependencies]\nserde_json = {}\nserde = {}\n[dev-dependencies]\nhttp.workspace = true\n";
    let sources = [SourceFile { path: "crates/store/Cargo.toml".to_owned(), text: manifest.to_owned() }];
    let package = Package { name: "unmoor-store".to_owned(), folder: "crates/store".to_owned(), dependencies: vec![] };
    let line = |name: &str, is_for_tests| {
        line_of_dependency(&sources, &package, &Dependency { is_for_tests, ..used(name, Origin::Registry) })
    };
    assert_eq!(line("serde", false), 4);
    assert_eq!(line("http", true), 6);
    assert_eq!(line("http", false), 1);
}

#[test]
fn the_answer_of_cargo_is_understood() {
    let metadata = json!({
        "workspace_root": "/checkout",
        "packages": [{
            "name": "unmoor-store",
            "manifest_path": "/checkout/crates/store/Cargo.toml",
            "dependencies": [
                {"name": "serde", "source": "registry+somewhere", "kind": null, "optional": false, "rename": null},
                {"name": "sqlx", "source": "git+somewhere", "kind": "dev", "optional": true, "rename": "sql"},
                {"name": "unmoor-migration", "source": null, "kind": "build", "optional": false, "rename": null},
            ],
        }],
    });
    let packages = members(&metadata).expect("a complete answer");
    let [package] = packages.as_slice() else { panic!("one package") };
    assert_eq!((package.name.as_str(), package.folder.as_str()), ("unmoor-store", "crates/store"));
    let [serde, sql, migration] = package.dependencies.as_slice() else { panic!("three dependencies") };
    assert!(serde.origin == Origin::Registry && !serde.is_for_tests && !serde.is_optional);
    assert!(sql.origin == Origin::Other && sql.is_for_tests && sql.is_optional);
    assert_eq!((sql.package.as_str(), sql.called.as_str()), ("sqlx", "sql"));
    assert!(migration.origin == Origin::Path && !migration.is_for_tests);
    assert!(members(&json!({"workspace_root": "/checkout"})).is_err());
}

/// The workspace globs of the root's manifest, expanded here by hand, give exactly the folders of the table.
#[test]
fn the_members_of_the_root_manifest_are_those_of_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("the root's manifest");
    let declared = manifest.lines().find_map(|line| line.strip_prefix("members = ")).expect("the list of members");
    let patterns: Vec<String> = serde_json::from_str(declared).expect("the list is in one line");
    let mut folders = BTreeSet::new();
    for pattern in patterns {
        match pattern.strip_suffix("/*") {
            None => drop(folders.insert(pattern)),
            Some(parent) => {
                for entry in fs::read_dir(root.join(parent)).expect("the folder of the pattern") {
                    let name = entry.expect("an entry").file_name().into_string().expect("a name in UTF-8");
                    folders.insert(format!("{parent}/{name}"));
                }
            }
        }
    }
    let listed: BTreeSet<String> = MEMBERS.iter().map(|member| member.folder.to_owned()).collect();
    assert_eq!(folders, listed);
    for member in &MEMBERS {
        let own = fs::read_to_string(root.join(member.folder).join("Cargo.toml")).expect("the member's manifest");
        let name = format!("name = \"{}\"", member.package);
        assert!(own.lines().any(|line| line == name), "{} is not {}", member.folder, member.package);
    }
}

#[test]
fn the_table_has_no_circle_and_each_row_once() {
    let mut packages: Vec<_> = MEMBERS.iter().map(|member| member.package).collect();
    packages.sort_unstable();
    packages.dedup();
    assert_eq!(packages.len(), MEMBERS.len());
    for member in &MEMBERS {
        let mut reached: Vec<&str> = member.may_use.to_vec();
        let mut next = 0;
        while let Some(name) = reached.get(next).copied() {
            assert_ne!(name, member.package, "{name} would use itself");
            let row = MEMBERS.iter().find(|row| row.package == name).expect("a row for each name");
            let new: Vec<_> = row.may_use.iter().copied().filter(|name| !reached.contains(name)).collect();
            reached.extend(new);
            next += 1;
        }
    }
}
