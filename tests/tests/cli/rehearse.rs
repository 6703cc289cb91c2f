//! `unmoor rehearse`: the first command that anybody runs.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{FLEET, FLEET_SCENARIO, Finished, Unmoor, example, write};

/// A folder with the fleet of these tests, and a command in it.
fn stage() -> (tempfile::TempDir, Unmoor) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "fleet.csv", FLEET);
    write(folder.path(), "fleet.scenario.toml", FLEET_SCENARIO);
    let unmoor = Unmoor::at(folder.path());
    (folder, unmoor)
}

/// What a rehearsal of the fleet needs to be over.
const DAYS: &str = "5d";

fn without_wall_time(finished: &Finished) -> Vec<Value> {
    let mut lines = finished.json_lines();
    lines.last_mut().unwrap().as_object_mut().unwrap().remove("wall_ms").expect("the summary has a wall time");
    lines
}

/// A figure that changes with every improvement of the engine, told apart from the words around it.
fn without_calls(text: &str) -> String {
    text.lines()
        .map(|line| if line.starts_with("calls ") { "calls      …" } else { line })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_example_ends_with_a_table_and_a_summary() {
    let folder = tempfile::tempdir().unwrap();
    let finished = Unmoor::at(folder.path()).run(["rehearse", example("customers.csv").to_str().unwrap()]);
    finished.expect_status(0);
    let customers = std::fs::read_to_string(example("customers.csv")).unwrap();
    for row in customers.lines().skip(1) {
        let reference = row.split(',').next().unwrap();
        let line = finished.stdout.lines().find(|line| line.trim_start().starts_with(reference));
        assert!(line.is_some(), "{reference} has no line\n{finished}");
    }
    let rows = customers.lines().count() - 1;
    finished.expect_stdout(&format!("customers  {rows} in all: "));
    for words in ["Waits for / left behind", "stopped rejected", "awaiting acceptance", "numbers ", "gap ", "calls "] {
        finished.expect_stdout(words);
    }
    assert!(!finished.stdout.contains('\u{1b}'), "no colours where nobody watches\n{finished}");
    assert!(!finished.stderr.contains("error"), "{finished}");
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "a rehearsal leaves nothing behind unless it is asked to");
}

#[test]
fn people_get_a_table_on_stdout_and_notes_on_stderr() {
    let (_folder, unmoor) = stage();
    let finished = unmoor.run(["rehearse", "fleet.csv", "--for", DAYS]);
    finished.expect_status(0);
    insta::assert_snapshot!("rehearse_stdout", without_calls(&finished.stdout));
    let notes: Vec<&str> = finished.stderr.lines().filter(|line| !line.is_empty()).collect();
    assert!(notes[0].starts_with("rehearsing 6 customers from 2027-03-01T08:00:00Z on"), "{finished}");
    assert!(notes[1].starts_with("1 day of virtual time took "), "{finished}");
    assert_eq!(notes.len(), 2, "{finished}");
    let quiet = unmoor.run(["rehearse", "fleet.csv", "--for", DAYS, "--quiet"]);
    assert_eq!((quiet.expect_status(0).stderr.as_str(), &quiet.stdout), ("", &finished.stdout));
}

#[test]
fn programs_get_json_lines_from_version_to_summary() {
    let (_folder, unmoor) = stage();
    let finished = unmoor.run(["rehearse", "fleet.csv", "--for", DAYS, "--json"]);
    let lines = finished.expect_status(0).json_lines();
    assert_eq!(finished.stderr, "");
    assert_eq!(lines[0]["type"], "version", "{finished}");
    let kinds: Vec<&str> = lines.iter().map(|line| line["type"].as_str().expect("each line has a type")).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "customer").count(), 6);
    assert_eq!(kinds.iter().filter(|kind| **kind == "version").count(), 1);
    assert_eq!(kinds.iter().filter(|kind| **kind == "summary").count(), 1);
    let summary = lines.last().unwrap();
    assert_eq!(fields(summary), SUMMARY, "these are the fields, and their order");
    assert_eq!(fields(&summary["numbers"]), ["listed", "connected", "migrated", "skipped", "stuck"]);
    assert_eq!(
        fields(&summary["templates"]),
        [
            "source",
            "duplicated",
            "rejected_on_recheck",
            "not_duplicated",
            "recreated",
            "rejected_on_review",
            "left_behind"
        ]
    );
    assert_eq!(fields(&summary["gap_ms"]), ["p50", "p99", "max"]);
    let figure = |name: &str| summary[name].as_i64().unwrap();
    assert_eq!((figure("customers"), figure("stopped"), figure("waiting")), (6, 1, 0));
    assert_eq!(figure("completed") + figure("completed_with_exceptions"), 5);
    assert_eq!(summary["numbers"]["migrated"], 8);
    assert_eq!(summary["numbers"]["stuck"], 0);
}

const SUMMARY: [&str; 13] = [
    "type",
    "customers",
    "completed",
    "completed_with_exceptions",
    "stopped",
    "waiting",
    "numbers",
    "templates",
    "settings",
    "graph_calls",
    "gap_ms",
    "virtual_s",
    "wall_ms",
];

fn fields(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_does_not() {
    let (folder, unmoor) = stage();
    // Nothing is said about this world, so that all of it is drawn.
    write(folder.path(), "drawn.csv", FLEET);
    let rehearse = |seed: &str| unmoor.run(["rehearse", "drawn.csv", "--for", "1d", "--json", "--seed", seed]);
    let first = rehearse("7");
    let lines = without_wall_time(first.expect_status(0));
    assert_eq!(lines, without_wall_time(&rehearse("7")));
    assert_ne!(lines, without_wall_time(&rehearse("8")));
    let but_last = |finished: &Finished| finished.stdout.lines().rev().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(but_last(&first), but_last(&rehearse("7")), "byte for byte");
}

#[test]
fn fail_on_makes_it_a_gate() {
    let (folder, unmoor) = stage();
    let rehearse =
        |fail_on: &str| unmoor.run(["rehearse", "fleet.csv", "--for", DAYS, "--quiet", "--fail-on", fail_on]).status();
    assert_eq!(rehearse("stopped"), Some(3));
    assert_eq!(rehearse("exceptions"), Some(3));
    assert_eq!(rehearse("waiting"), Some(0), "nobody waits in the end");
    assert_eq!(rehearse("waiting,stopped"), Some(3));
    let one: String = FLEET.lines().take(2).map(|line| format!("{line}\n")).collect();
    write(folder.path(), "one.csv", one);
    write(folder.path(), "one.scenario.toml", "[customers.calm-cove-bakery]\nperson.answer = \"never\"\n");
    let waiting = |fail_on: &str| unmoor.run(["rehearse", "one.csv", "--for", "1d", "--fail-on", fail_on]).status();
    assert_eq!(waiting("waiting"), Some(4));
    assert_eq!(waiting("stopped,exceptions"), Some(0));
    assert_eq!(waiting("everything"), Some(2), "no such thing to fail on");
}

#[test]
fn colours_are_for_terminals_and_for_who_asks() {
    let (_folder, unmoor) = stage();
    let bad = ["rehearse", "nowhere.csv"];
    let painted = |finished: &Finished| finished.stderr.contains('\u{1b}');
    assert!(!painted(unmoor.run(bad).expect_status(2)), "nobody watches");
    assert!(painted(unmoor.run(["rehearse", "nowhere.csv", "--color", "always"]).expect_status(2)));
    assert!(!painted(&unmoor.clone().with("NO_COLOR", "1").run(bad)));
    assert!(!painted(&unmoor.with("NO_COLOR", "1").run(["rehearse", "nowhere.csv", "--color", "never"])));
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let (_folder, unmoor) = stage();
    let mut command = unmoor.command(["rehearse", "fleet.csv", "--for", DAYS, "--json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    // Dropping the reader closes the pipe, as `| head -1` does.
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(first.contains("\"version\""), "{first}");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
fn what_cannot_be_rehearsed_is_refused_in_words() {
    let (folder, unmoor) = stage();
    write(
        folder.path(),
        "bad.scenario.toml",
        "start = \"2027-03-01T08:00:00Z\"\n\n[customers.calm-cove-bakery]\nnumbers = [\"abc\"]\n",
    );
    write(folder.path(), "stranger.scenario.toml", "[customers.nobody]\ntemplates = 2\n");
    write(folder.path(), "broken.scenario.toml", "[customers\n");
    write(folder.path(), "broken.json", "{\"action\":{\"drop\":\"sideways\"}}");
    let mut told = String::new();
    for arguments in [
        ["rehearse", "nowhere.csv", "--seed", "1"],
        ["rehearse", "fleet.csv", "--knob", "colour=red"],
        ["rehearse", "fleet.csv", "--knob", "phone_id_after_migrate=blue"],
        ["rehearse", "fleet.csv", "--knob", "nonsense"],
        ["rehearse", "fleet.csv", "--scenario", "bad.scenario.toml"],
        ["rehearse", "fleet.csv", "--scenario", "stranger.scenario.toml"],
        ["rehearse", "fleet.csv", "--scenario", "broken.scenario.toml"],
        ["rehearse", "fleet.csv", "--faults", "broken.json"],
        ["rehearse", "fleet.csv", "--for", "60"],
        ["rehearse", "fleet.csv", "--generate", "3"],
    ] {
        let finished = unmoor.run(arguments);
        finished.expect_status(2);
        assert_eq!(finished.stdout, "", "{finished}");
        told += &format!("$ unmoor {}\n{}\n", arguments.join(" "), finished.stderr);
    }
    insta::assert_snapshot!("rehearse_refusals", told);
}

#[test]
fn a_knob_changes_the_world() {
    let (_folder, unmoor) = stage();
    let knob = "phone_id_after_migrate=same";
    let finished = unmoor.run(["rehearse", "fleet.csv", "--for", DAYS, "--knob", knob, "--keep", "kept"]);
    finished.expect_status(0);
    let moved = std::fs::read_to_string(unmoor.folder().join("kept/ledger.jsonl")).unwrap();
    let moved: Vec<Value> = moved.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let registered = moved.iter().filter(|entry| entry["kind"] == "number.registered").count();
    assert_eq!(registered, 8, "the fleet does not mind");
}

#[test]
fn bad_rows_are_told_and_the_others_are_rehearsed() {
    let (folder, unmoor) = stage();
    write(folder.path(), "some.csv", FLEET.replace("310200000000204", "31O2"));
    let finished = unmoor.run(["rehearse", "some.csv", "--for", "1d"]);
    finished.expect_status(2).expect_stderr("row 5: source_waba_id").expect_stdout("calm-cove-bakery");
    assert!(!finished.stdout.contains("no-nettle-florist"), "{finished}");
}

#[test]
fn what_is_kept_is_for_its_owner_and_is_never_overwritten() {
    let (_folder, unmoor) = stage();
    let keep = ["rehearse", "fleet.csv", "--for", "1h", "--keep", "kept"];
    unmoor.run(keep).expect_status(0);
    let kept = unmoor.folder().join("kept");
    assert_eq!(crate::support::mode_of(&kept.join("rehearsal.db")), 0o600);
    assert!(Path::new(&kept.join("requests.jsonl")).exists());
    unmoor.run(keep).expect_status(2).expect_stderr("is there already");
}

#[test]
fn a_name_is_enough_for_a_rehearsal_that_teaches_something() {
    let folder = tempfile::tempdir().unwrap();
    let finished = Unmoor::at(folder.path()).run(["rehearse", "--faults", "register-answer-lost", "--for", "5d"]);
    finished.expect_status(0);
    for words in [
        "register-answer-lost: Meta registers the number, and its answer comes too late.",
        "fault on POST /*/register: befell 1 request",
        "register-answer-lost: documented end completed or completed_with_exceptions; 3 of 3 ended so",
    ] {
        finished.expect_stderr(words);
    }
}
