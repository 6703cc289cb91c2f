//! What a running engine does when it is asked to end, or when there is another one.

use crate::support::{Deadline, FLEET, FLEET_SCENARIO, Simulated, Unmoor, write};

/// One customer with one number, who has accepted and paid.
const SCENARIO: &str = r#"
start = "2027-03-01T08:00:00Z"
[customers.calm-cove-bakery]
numbers = ["+493023125017", "+493023125018"]
templates = 0
person.answers_after = "1 s"
"#;

fn one_customer() -> String {
    FLEET.lines().take(2).map(|line| format!("{line}\n")).collect()
}

/// A simulator, and a client whose customers were imported and started.
fn started(
    vendor: &tempfile::TempDir,
    ours: &tempfile::TempDir,
    customers: &str,
    scenario: &str,
    rate: u32,
) -> (Simulated, Unmoor) {
    let simulated = Simulated::of(vendor.path(), customers, scenario, rate);
    let unmoor = simulated.client(ours.path());
    let file = write(ours.path(), "fleet.csv", customers);
    unmoor.done(["import", file.to_str().unwrap()]);
    unmoor.done(["start", "--all", "--yes"]);
    (simulated, unmoor)
}

#[test]
fn a_moved_number_is_registered_before_a_polite_end() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (simulated, unmoor) = started(&vendor, &ours, &one_customer(), SCENARIO, 20);
    // The answer to the move takes 20 s of the simulator's time, one of ours: the request to end comes in between.
    let slow = serde_json::json!({ "match": { "method": "POST", "path": "/*/phone_numbers" }, "action": { "latency_ms": 20000 } });
    simulated.post("faults", &slow);
    let running = unmoor.start(["run"]);
    let moved = |kind: &str| simulated.changes(kind).len();
    Deadline::in_seconds(60).until("a move", || (moved("number.moved") == 1).then_some(()));
    assert_eq!(moved("number.registered"), 0, "the answer to the move is still on its way");
    running.terminate();
    let ended = running.finish_within(60);
    ended.expect_status(0).expect_stderr("finishing what has begun").expect_stderr("stopped as asked");
    assert!(moved("number.registered") >= 1);
    assert_eq!(moved("number.moved"), moved("number.registered"), "no number is left between two accounts");
    // The next run goes on where this one ended.
    let rest = simulated.hurry(unmoor.start(["run"]));
    rest.expect_status(0);
    assert_eq!((moved("number.moved"), moved("number.registered")), (2, 2));
}

#[test]
fn an_idle_run_ends_at_once_when_asked() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (simulated, unmoor) = started(&vendor, &ours, FLEET, FLEET_SCENARIO, 1);
    let running = unmoor.start(["run"]);
    Deadline::in_seconds(60).until("all intents", || (simulated.changes("intent.created").len() == 6).then_some(()));
    running.terminate();
    running.finish_within(20).expect_status(0).expect_stderr("6 not over");
}

#[test]
fn a_second_engine_is_refused_and_names_the_first() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (simulated, unmoor) = started(&vendor, &ours, FLEET, FLEET_SCENARIO, 1);
    let first = unmoor.start(["run"]);
    Deadline::in_seconds(60).until("a first request", || (!simulated.requests(0).is_empty()).then_some(()));
    let second = unmoor.run(["run"]);
    second.expect_status(5).expect_stderr(&format!("process {}", first.id())).expect_stderr("hint: ");
    unmoor.run(["preflight", "--all"]).expect_status(5).expect_stderr(&format!("process {}", first.id()));
    // One that only reads is welcome.
    unmoor.run(["status"]).expect_status(0);
    first.terminate();
    first.finish_within(20).expect_status(0);
}
