//! Everything moves from one database to another while a number is between two accounts.

use serde_json::Value;

use crate::support::{
    Deadline, FLEET, FLEET_SCENARIO, Simulated, Unmoor, Watch, effects, effects_of_lines, expect_same_effects, mode_of,
    write,
};

const RATE: u32 = 100;
const QUIET: std::time::Duration = std::time::Duration::from_millis(400);

fn fleet(vendor: &std::path::Path, ours: &std::path::Path) -> (Simulated, Unmoor) {
    let simulated = Simulated::of(vendor, FLEET, FLEET_SCENARIO, RATE);
    let unmoor = simulated.client(ours).with("UNMOOR_MASTER_KEY_FILE", ours.join("key").display().to_string());
    write(ours, "fleet.csv", FLEET);
    (simulated, unmoor)
}

/// Kills a run while the answer to its first move is under way.
fn kill_at_the_first_move(simulated: &Simulated, unmoor: &Unmoor) {
    let deadline = Deadline::in_seconds(120);
    let mut running = unmoor.start(["run"]);
    let mut watch = Watch::over(simulated);
    while simulated.changes("number.moved").is_empty() {
        assert!(!running.has_ended(), "it ended before it was killed: {}", running.finish());
        if watch.is_quiet_for(QUIET) {
            simulated.advance(1_200);
            watch.begin_again();
        }
        deadline.pause("the first move");
    }
    assert_eq!(running.kill().status(), None);
}

fn requests(simulated: &Simulated) -> usize {
    simulated.requests(0).len()
}

#[test]
fn a_fleet_in_the_middle_of_its_cutover_moves_to_postgresql_and_finishes_there() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (simulated, old) = fleet(vendor.path(), ours.path());
    // Each call takes ten milliseconds of real time, and the first register three seconds: the run dies between the two.
    let slow = serde_json::json!({ "match": { "method": "POST", "path": "/*/register" }, "times": 1, "action": { "latency_ms": 300_000 } });
    simulated.post("faults", &slow);
    simulated.post("faults", &serde_json::json!({ "action": { "latency_ms": 1000 } }));
    old.done(["import", "fleet.csv"]);
    old.done(["start", "--all", "--yes"]);
    kill_at_the_first_move(&simulated, &old);
    assert!(simulated.changes("number.registered").is_empty());

    let told = old.run(["export", "moved.jsonl"]);
    told.expect_status(5).expect_stderr("nobody is there to ask").expect_stderr("say --yes");
    let told = old.run(["export", "moved.jsonl", "--yes"]);
    told.expect_status(0)
        .expect_stderr("every change of it will be refused")
        .expect_stdout("moved.jsonl: 6 migrations");
    let file = ours.path().join("moved.jsonl");
    assert_eq!(mode_of(&file), 0o600);
    old.run(["export", "moved.jsonl", "--yes"]).expect_status(2).expect_stderr("is there already");

    // The old one can be read, and nothing else.
    let before = requests(&simulated);
    for refused in
        [old.run(["run"]), old.run(["worker"]), old.run(["pause", "--all"]), old.run(["import", "fleet.csv"])]
    {
        refused.expect_status(5).expect_stderr("was moved to another database").expect_stderr("--take-back");
    }
    old.run(["status"]).expect_status(0);
    old.run(["export", "again.jsonl"]).expect_status(0);
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(std::fs::read(ours.path().join("again.jsonl")).unwrap(), bytes);
    assert_eq!(requests(&simulated), before, "nothing was asked of the vendor");

    let database = postgres_server::fresh_database().unwrap_or_else(|error| panic!("{error}"));
    let new = old.clone().with("UNMOOR_DATABASE", &database);
    let text = String::from_utf8(bytes).unwrap();
    write(ours.path(), "cut.jsonl", &text[..text.len() - 40]);
    new.run(["import", "--from-export", "cut.jsonl"]).expect_status(2).expect_stderr("nothing was imported");
    let counted = new.run(["import", "--from-export", "moved.jsonl", "--json"]);
    let summary = counted.expect_status(0).json_lines().pop().unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(summary["counts"], last["counts"]);
    new.run(["import", "--from-export", "moved.jsonl"]).expect_status(5).expect_stderr("is not empty");

    let run = simulated.hurry(new.start(["run", "--json"]));
    let summary = run.expect_status(3).json_lines().pop().unwrap();
    assert_eq!((&summary["stopped"], &summary["waiting"]), (&1.into(), &0.into()), "{run}");
    let calm = Unmoor::at(vendor.path());
    calm.run(["rehearse", "customers.csv", "--keep", "kept", "--quiet"]).expect_status(0);
    let calm = std::fs::read_to_string(vendor.path().join("kept/ledger.jsonl")).unwrap();
    expect_same_effects(&effects(&simulated.ledger()), &effects_of_lines(&calm));
}

#[test]
fn a_database_that_an_engine_works_on_is_not_moved() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_simulated, unmoor) = fleet(vendor.path(), ours.path());
    unmoor.done(["import", "fleet.csv"]);
    unmoor.done(["start", "--all", "--yes"]);
    let mut running = unmoor.start(["run"]);
    running.line("a phase", |line| line.contains(": "));
    let refused = unmoor.run(["export", "moved.jsonl", "--yes"]);
    refused.expect_status(5).expect_stderr("an engine works on this database already");
    assert!(!ours.path().join("moved.jsonl").exists());
    running.terminate();
    running.finish().expect_status(0);
    unmoor.run(["export", "moved.jsonl", "--yes"]).expect_status(0);
    unmoor.run(["export", "--take-back", "--yes"]).expect_status(0).expect_stdout("can be used again");
    unmoor.run(["pause", "--all"]).expect_status(0);
}

#[test]
fn a_worker_whose_database_is_moved_away_ends_with_words() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (simulated, unmoor) = fleet(vendor.path(), ours.path());
    let database = postgres_server::fresh_database().unwrap_or_else(|error| panic!("{error}"));
    let unmoor = unmoor.with("UNMOOR_DATABASE", &database);
    unmoor.done(["import", "fleet.csv"]);
    let worker = unmoor.start(["worker"]);
    let deadline = Deadline::in_seconds(60);
    // It has stamped the database, and has nothing to do.
    while !unmoor.run(["doctor"]).stdout.contains(&simulated.url) {
        deadline.pause("the worker's stamp");
    }
    unmoor.run(["export", "moved.jsonl", "--yes"]).expect_status(0);
    worker.finish().expect_status(5).expect_stderr("was moved to another database");
}
