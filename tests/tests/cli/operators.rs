//! What operators do while an engine runs, and while none does.

use serde_json::Value;

use crate::support::{Deadline, FLEET, FLEET_SCENARIO, Running, Simulated, Unmoor, write};

fn status_of(unmoor: &Unmoor, customer: &str) -> Value {
    let shown = unmoor.run(["status", customer, "--json"]);
    shown.expect_status(0).json_lines().into_iter().find(|line| line["type"] == "customer").unwrap()
}

fn has_blocker(unmoor: &Unmoor, customer: &str, code: &str) -> bool {
    status_of(unmoor, customer)["blockers"].as_array().unwrap().iter().any(|blocker| blocker == code)
}

fn imported() -> (tempfile::TempDir, Unmoor) {
    let folder = tempfile::tempdir().unwrap();
    let unmoor = Unmoor::at(folder.path());
    write(folder.path(), "fleet.csv", FLEET);
    unmoor.done(["import", "fleet.csv"]);
    (folder, unmoor)
}

#[test]
fn without_an_engine_the_answer_is_known_at_once() {
    let (_folder, unmoor) = imported();
    unmoor.run(["pause", "calm-cove-bakery", "--reason", "change freeze"]).expect_status(0).expect_stdout("paused");
    assert!(has_blocker(&unmoor, "calm-cove-bakery", "PAUSED"));
    unmoor.run(["explain", "calm-cove-bakery"]).expect_status(0).expect_stdout("change freeze").expect_stdout("ada");
    unmoor.run(["resume", "calm-cove-bakery"]).expect_status(0).expect_stdout("resumed");
    assert!(!has_blocker(&unmoor, "calm-cove-bakery", "PAUSED"));
    unmoor.run(["hold", "twin-tide-travel"]).expect_status(0).expect_stdout("held");
    unmoor.run(["explain", "twin-tide-travel"]).expect_status(0).expect_stdout("hold");
    unmoor.run(["release", "twin-tide-travel"]).expect_status(0).expect_stdout("released");
    unmoor
        .run(["cancel", "no-nettle-florist", "--yes", "--reason", "sold"])
        .expect_status(0)
        .expect_stdout("cancelled");
    assert_eq!(status_of(&unmoor, "no-nettle-florist")["phase"], "stopped_cancelled");
    let attest = |gate| ["attest", "slow-stone-toys", "--gate", gate, "--by", "grace", "--note", "settings page"];
    unmoor.run(attest("two_step_off")).expect_status(0).expect_stdout("attested");
    unmoor.run(attest("payment_method")).expect_status(5).expect_stderr("no new WABA yet");
    let story = unmoor.run(["explain", "slow-stone-toys"]);
    story.expect_status(0).expect_stdout("grace").expect_stdout("settings page");
    unmoor.run(["pause", "--wave", "second"]).expect_status(0).expect_stdout("three-fern-clinic");
    unmoor.run(["start", "calm-cove-bakery", "--yes"]).expect_status(0).expect_stdout("started");
    unmoor.run(["retry", "calm-cove-bakery"]).expect_status(0);
    unmoor.run(["adopt", "slow-stone-toys", "--intent", "400000000000004"]).expect_status(0).expect_stdout("given");
    unmoor
        .run(["explain", "slow-stone-toys"])
        .expect_status(0)
        .expect_stdout("ada gave migration intent 400000000000004");
}

#[test]
fn what_is_not_possible_is_refused_in_words() {
    let (_folder, unmoor) = imported();
    unmoor.done(["pause", "calm-cove-bakery"]);
    unmoor.done(["cancel", "no-nettle-florist", "--yes"]);
    unmoor.done(["start", "slow-stone-toys", "--yes"]);
    let mut told = String::new();
    let mut refused = |finished: crate::support::Finished, title: &str, status: i32| {
        finished.expect_status(status);
        told += &format!("$ unmoor {title}\n{}", finished.stderr);
    };
    refused(unmoor.run(["pause", "calm-cove-bakery"]), "pause calm-cove-bakery", 5);
    refused(unmoor.run(["resume", "twin-tide-travel"]), "resume twin-tide-travel", 5);
    refused(unmoor.run(["release", "twin-tide-travel"]), "release twin-tide-travel", 5);
    refused(unmoor.run(["pause", "no-nettle-florist"]), "pause no-nettle-florist", 5);
    refused(unmoor.run(["start", "slow-stone-toys", "--yes"]), "start slow-stone-toys --yes", 5);
    refused(unmoor.run(["start", "--all"]), "start --all", 5);
    refused(unmoor.run(["cancel", "calm-cove-bakery"]), "cancel calm-cove-bakery", 5);
    let gate = ["attest", "calm-cove-bakery", "--gate", "subscription", "--by", "ada", "--note", "seen"];
    refused(unmoor.run(gate), "attest calm-cove-bakery --gate subscription …", 5);
    let number = [
        "attest",
        "calm-cove-bakery",
        "--gate",
        "two_step_off",
        "--number",
        "+493023125999",
        "--by",
        "ada",
        "--note",
        "seen",
    ];
    refused(unmoor.run(number), "attest calm-cove-bakery --gate two_step_off --number …", 5);
    refused(unmoor.run(["pause"]), "pause", 2);
    refused(unmoor.run(["pause", "nobody"]), "pause nobody", 2);
    refused(unmoor.run(["pause", "--wave", "ninth"]), "pause --wave ninth", 2);
    refused(unmoor.run(["pin", "+493023125017", "--by", "ada", "--reason", "why not"]), "pin +493023125017 …", 2);
    refused(unmoor.run(["adopt", "slow-stone-toys", "--intent", "4000"]), "adopt slow-stone-toys --intent 4000", 5);
    refused(unmoor.run(["adopt", "slow-stone-toys", "--intent", "x"]), "adopt slow-stone-toys --intent x", 2);
    refused(unmoor.run(["run"]), "run", 2);
    insta::assert_snapshot!("operators_refusals", told);
    assert_eq!(status_of(&unmoor, "calm-cove-bakery")["phase"], "draft", "what was refused changed nothing");
}

/// An engine that runs, with everybody asked and nobody's answer.
fn running(vendor: &tempfile::TempDir, ours: &tempfile::TempDir) -> (Simulated, Unmoor, Running) {
    let simulated = Simulated::of(vendor.path(), FLEET, FLEET_SCENARIO, 20);
    let unmoor = simulated.client(ours.path());
    write(ours.path(), "fleet.csv", FLEET);
    unmoor.done(["import", "fleet.csv"]);
    unmoor.done(["start", "--all", "--yes"]);
    let engine = unmoor.start(["run"]);
    Deadline::in_seconds(60).until("all intents", || (simulated.changes("intent.created").len() == 6).then_some(()));
    (simulated, unmoor, engine)
}

#[test]
fn a_running_engine_answers_and_obeys() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (simulated, unmoor, engine) = running(&vendor, &ours);
    unmoor
        .run(["pause", "calm-cove-bakery"])
        .expect_status(0)
        .expect_stdout("calm-cove-bakery (310200000000201): paused");
    unmoor.run(["pause", "calm-cove-bakery"]).expect_status(5).expect_stderr("paused already");
    unmoor.run(["hold", "twin-tide-travel", "--reason", "their sale ends on Sunday"]).expect_status(0);
    unmoor.run(["cancel", "slow-stone-toys", "--yes"]).expect_status(0).expect_stdout("cancelled");
    assert_eq!(status_of(&unmoor, "slow-stone-toys")["phase"], "stopped_cancelled");
    unmoor.run(["retry", "three-fern-clinic"]).expect_status(0);

    // Everybody answers; only who is neither paused, held, cancelled nor says no moves.
    simulated.advance(3_600);
    let registered =
        |waba: &str| simulated.changes("number.registered").iter().filter(|entry| entry["source_waba"] == waba).count();
    let deadline = Deadline::in_seconds(100);
    deadline.until("the clinic's numbers", || (registered("310200000000203") == 3).then_some(()));
    deadline.until("the tour's number", || (registered("310200000000206") == 1).then_some(()));
    let held = ["310200000000201", "310200000000202", "310200000000205"];
    assert_eq!(held.map(registered), [0, 0, 0], "paused, held and cancelled");
    unmoor.run(["explain", "twin-tide-travel"]).expect_status(0).expect_stdout("their sale ends on Sunday");

    unmoor.run(["release", "twin-tide-travel"]).expect_status(0);
    unmoor.run(["resume", "calm-cove-bakery"]).expect_status(0);
    deadline.until("the held numbers", || (registered("310200000000202") == 2).then_some(()));
    deadline.until("the paused number", || (registered("310200000000201") == 1).then_some(()));
    unmoor.run(["cancel", "three-fern-clinic", "--yes"]).expect_status(5).expect_stderr("310200000000203");
    assert!(simulated.changes("number.moved").iter().all(|entry| entry["source_waba"] != "310200000000205"));
    engine.terminate();
    engine.finish_within(30).expect_status(0);
}
