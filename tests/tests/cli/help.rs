//! What the command says about itself.

use std::process::Command;

use crate::support::{Unmoor, write};

/// Every command, as `unmoor --help` lists them.
const COMMANDS: [&str; 31] = [
    "rehearse",
    "import",
    "export",
    "adopt",
    "preflight",
    "attest",
    "start",
    "run",
    "status",
    "explain",
    "billing",
    "ids",
    "report",
    "settings",
    "instructions",
    "hold",
    "release",
    "pause",
    "resume",
    "retry",
    "leave-templates",
    "cancel",
    "pin",
    "simulate",
    "snapshot",
    "verify",
    "backup",
    "recover",
    "doctor",
    "completions",
    "help",
];

#[test]
fn each_command_explains_itself() {
    let folder = tempfile::tempdir().unwrap();
    // The width of the page does not depend on whoever runs the tests.
    let unmoor = Unmoor::at(folder.path()).with("COLUMNS", "120");
    insta::assert_snapshot!("help", unmoor.done(["--help"]));
    let overview = unmoor.done(["-h"]);
    for name in COMMANDS {
        assert!(overview.lines().any(|line| line.trim_start().starts_with(name)), "{name} is not listed\n{overview}");
        if name != "help" {
            insta::assert_snapshot!(format!("help_{name}"), unmoor.done([name, "--help"]));
        }
    }
}

#[test]
fn the_version_is_told_on_stdout() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Unmoor::at(folder.path()).done(["--version"]), format!("unmoor {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_can_be_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let unmoor = Unmoor::at(folder.path());
    let script = unmoor.done(["completions", "bash"]);
    for name in COMMANDS {
        assert!(script.contains(name), "{name} is not completed");
    }
    let script = write(folder.path(), "unmoor.bash", script);
    let checked = Command::new("bash").arg("-n").arg(&script).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    for shell in ["zsh", "fish", "powershell", "elvish"] {
        assert!(unmoor.done(["completions", shell]).contains("rehearse"), "{shell}");
    }
    unmoor.run(["completions", "cobol"]).expect_status(2);
}

#[test]
fn bad_usage_ends_with_two() {
    let folder = tempfile::tempdir().unwrap();
    let unmoor = Unmoor::at(folder.path());
    unmoor.run([]).expect_status(2);
    unmoor.run(["migrate"]).expect_status(2).expect_stderr("migrate");
    unmoor.run(["rehearse"]).expect_status(2).expect_stderr("<FILE>");
    unmoor.run(["rehearse", "a.csv", "--sped", "1"]).expect_status(2).expect_stderr("--seed");
    unmoor.run(["status", "--phase", "asleep"]).expect_status(2).expect_stderr("awaiting_acceptance");
    unmoor.run(["status", "--blocker", "BAD_WEATHER"]).expect_status(2);
    unmoor.run(["pause", "--all", "--wave", "first"]).expect_status(2);
    unmoor.run(["status", "--quiet", "--verbose"]).expect_status(2);
    unmoor.run(["pin", "+493023125017"]).expect_status(2).expect_stderr("--reason");
}
