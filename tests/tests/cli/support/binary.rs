//! Where the binary is, built from the sources as they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Names a binary to test instead of the one that cargo builds, e.g. an installed one.
const VARIABLE: &str = "E2E_UNMOOR_BINARY";

/// The binary `unmoor` of the profile that the tests are built with.
///
/// Cargo builds the binaries of a package for the tests of that package only, and these tests belong to another one. So the
/// binary beside them is taken where it is at least as new as all its sources, and otherwise built, once per process. Two
/// processes that build at the same time wait for each other at cargo's own lock.
pub(crate) fn path() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| std::env::var_os(VARIABLE).map_or_else(beside_the_tests, PathBuf::from))
}

fn beside_the_tests() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // target/PROFILE/deps/cli-HASH
    let profile = test.parent().and_then(Path::parent).unwrap();
    let binary = profile.join(format!("unmoor{}", std::env::consts::EXE_SUFFIX));
    if !is_fresh(&binary) {
        build(profile);
    }
    assert!(binary.exists(), "cargo has built no {}", binary.display());
    binary
}

/// Whether the binary is at least as new as everything that cargo noted it was made of.
fn is_fresh(binary: &Path) -> bool {
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let Some(built) = modified(binary) else { return false };
    let Ok(noted) = fs::read_to_string(binary.with_extension("d")) else { return false };
    let Some((_, sources)) = noted.split_once(": ") else { return false };
    // A space within a path is written as `\ `.
    let sources = sources.replace("\\ ", "\0");
    sources.split_whitespace().map(|source| PathBuf::from(source.replace('\0', " "))).all(|source| {
        let Some(changed) = modified(&source) else { return false };
        changed <= built
    })
}

fn build(profile: &Path) {
    let name = match profile.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--package", "unmoor-cli", "--bin", "unmoor", "--profile", name, "--target-dir"])
        .arg(profile.parent().unwrap())
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo builds the binary that is tested");
    assert!(built.status.success(), "cannot build unmoor:\n{}", String::from_utf8_lossy(&built.stderr));
}
