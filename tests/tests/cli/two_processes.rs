//! The same fleet over real HTTP: the simulator in one process, the commands of an operator in others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::support::{Finished, Simulated, Unmoor, effects, effects_of_lines, example, expect_same_effects};

/// Virtual seconds per real second: fast enough for a test, slow enough for readings that count for two minutes.
const RATE: u32 = 100;

/// What the same customers come to in one process on virtual time.
fn rehearsed(folder: &Path, customers: &Path) -> (Value, String) {
    let unmoor = Unmoor::at(folder);
    let finished = unmoor.run(["rehearse", customers.to_str().unwrap(), "--for", "14d", "--keep", "kept", "--json"]);
    let summary = finished.expect_status(0).json_lines().pop().unwrap();
    (summary, std::fs::read_to_string(folder.join("kept/ledger.jsonl")).unwrap())
}

/// What no order of events may ever break.
fn expect_sound(ledger: &[Value], requests: &[Value]) {
    let mut accepted = BTreeSet::new();
    let (mut moved, mut registered) = (BTreeSet::new(), BTreeSet::new());
    let mut under_way: BTreeMap<String, String> = BTreeMap::new();
    for entry in ledger {
        let (waba, number) = (entry["source_waba"].to_string(), entry["number"].to_string());
        match entry["kind"].as_str().unwrap() {
            "intent.accepted" => {
                accepted.insert(waba);
            }
            "number.moved" => {
                assert!(accepted.contains(&waba), "moved before acceptance: {entry}");
                assert!(moved.insert(number.clone()), "moved twice: {entry}");
                assert_eq!(under_way.insert(waba, number), None, "two numbers of a WABA at once: {entry}");
            }
            "number.registered" => {
                assert!(registered.insert(number.clone()), "registered twice: {entry}");
                assert_eq!(under_way.remove(&waba), Some(number), "registered without a move: {entry}");
            }
            _ => {}
        }
    }
    assert!(under_way.is_empty(), "moved and not registered: {under_way:?}");
    for request in requests {
        let path = request["path"].as_str().unwrap();
        assert!(!path.contains("request_code") && !path.contains("verify_code"), "{request}");
    }
}

#[test]
fn the_example_over_http_comes_to_what_its_rehearsal_comes_to() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let customers = example("customers.csv");
    let (calm, calm_ledger) = rehearsed(vendor.path(), &customers);
    let simulated = Simulated::of_file(vendor.path(), &customers, RATE);
    let unmoor = simulated.client(ours.path());
    let file = customers.to_str().unwrap();
    let total = calm["customers"].as_u64().unwrap();

    unmoor.run(["import", file]).expect_status(0).expect_stdout(&format!("{total} added, 0 updated, 0 unchanged"));
    unmoor.run(["import", file]).expect_status(0).expect_stdout(&format!("0 added, 0 updated, {total} unchanged"));
    // One account belongs to the partner: somebody else's turn.
    unmoor.run(["preflight", "--all"]).expect_status(4).expect_stdout("opal-quarry-interiors");
    assert!(simulated.ledger().is_empty(), "checks change nothing at the vendor");
    unmoor.run(["start", "--all", "--yes"]).expect_status(0);

    let open = calm["waiting"].clone();
    let run = simulated.live_through(&unmoor, |summary| summary["waiting"] == open);
    let summary = run.json_lines().pop().unwrap();
    for figure in ["customers", "completed", "completed_with_exceptions", "stopped", "waiting", "numbers", "templates"]
    {
        assert_eq!(summary[figure], calm[figure], "{figure}");
    }
    let (ledger, requests) = (simulated.ledger(), simulated.requests(0));
    expect_sound(&ledger, &requests);
    expect_same_effects(&effects(&ledger), &effects_of_lines(&calm_ledger));

    morning(&unmoor);
    stories(&unmoor, &ledger);
    simulated.end().expect_status(0);
}

/// What an operator looks at.
fn morning(unmoor: &Unmoor) {
    let status = unmoor.run(["status"]);
    status.expect_status(0).expect_stdout("awaiting acceptance").expect_stdout("gossamer-harbour-travel");
    let json = unmoor.run(["status", "--json"]);
    let lines = json.expect_status(0).json_lines();
    assert_eq!((&lines[0]["type"], &lines.last().unwrap()["type"]), (&"version".into(), &"summary".into()));
    let calls = unmoor.done(["status", "--turn", "customer", "--csv"]);
    let mut rows = calls.lines();
    let header = "customer,waba,contact_email,language,time_zone,phase,blocker,number,what_to_say,since,days_waiting";
    assert_eq!(rows.next(), Some(header));
    let rows: Vec<&str> = rows.collect();
    assert_eq!(rows.len(), 1, "one customer has never answered: {calls}");
    assert!(
        rows[0].starts_with(
            "gossamer-harbour-travel,310200000000107,office@gossamer-harbour-travel.example,en,Asia/Dubai,"
        )
    );
    assert!(rows[0].contains("AWAITING_ACCEPTANCE"), "{calls}");
    assert_eq!(unmoor.done(["status", "--phase", "completed", "--json"]).lines().count(), 17);
    unmoor.run(["doctor"]).expect_status(0);
}

fn stories(unmoor: &Unmoor, ledger: &[Value]) {
    let explain = |customer: &str| -> Finished { unmoor.run(["explain", customer]) };
    explain("gossamer-harbour-travel").expect_status(0).expect_stdout("gossamer-harbour-travel");
    explain("310200000000107").expect_status(0).expect_stdout("gossamer-harbour-travel");
    explain("opal-quarry-interiors").expect_status(0).expect_stdout("Solution Partner");
    explain("nobody").expect_status(2).expect_stderr("nobody");
    let number = ledger.iter().find(|entry| entry["kind"] == "number.registered").unwrap()["number"].as_str().unwrap();
    let pin = unmoor.run(["pin", number, "--by", "ada", "--reason", "the phone rang"]);
    let pin = pin.expect_status(0).stdout.trim_end();
    assert!(pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()), "six digits");
    let stranger = unmoor.run(["pin", "+493023125999", "--by", "ada", "--reason", "curious"]);
    stranger.expect_status(2).expect_stderr("+493023125999");
}
