//! `unmoor snapshot`: a fleet is read into a world, and rehearsed in it.

use std::fs;

use serde_json::{Value, json};

use crate::support::{FLEET, FLEET_SCENARIO, Simulated, Unmoor, mode_of, request, write};

/// The account that cannot be read at first.
const UNREADABLE: &str = "310200000000204";

fn imported() -> (tempfile::TempDir, Simulated, Unmoor) {
    let folder = tempfile::tempdir().unwrap();
    let simulated = Simulated::of(folder.path(), FLEET, FLEET_SCENARIO, 1);
    let unmoor = simulated.client(folder.path());
    unmoor.done(["import", "customers.csv"]);
    (folder, simulated, unmoor)
}

#[test]
fn what_could_not_be_read_is_read_later_and_the_whole_fleet_is_rehearsed() {
    let (folder, simulated, unmoor) = imported();
    let (world, part) = (folder.path().join("world.json"), folder.path().join("world.json.part"));
    let refusal = json!({ "graph_error": { "code": 190, "message": "Error validating access token" } });
    let path = format!("/{UNREADABLE}");
    simulated.post("faults", &json!({ "match": { "method": "GET", "path": path }, "action": refusal }));
    let first = unmoor.run(["snapshot", "--out", "world.json"]);
    first.expect_status(3).expect_stderr("no-nettle-florist was not read").expect_stdout("5 accounts");
    assert!(part.exists());
    assert_eq!((mode_of(&world), mode_of(&part)), (0o600, 0o600));

    request("DELETE", &format!("{}/_sim/faults", simulated.url), None);
    let seen = simulated.requests(0).len() as u64;
    let again = unmoor.run(["snapshot", "--out", "world.json"]);
    again.expect_status(0).expect_stderr("5 were read before").expect_stdout("6 accounts, 10 numbers");
    assert!(!part.exists());
    let requests = simulated.requests(seen);
    assert!(requests.iter().all(|request| request["method"] == "GET" && request["waba"] == UNREADABLE), "{requests:?}");
    assert!(simulated.ledger().is_empty(), "it only reads");

    let text = fs::read_to_string(&world).unwrap();
    assert!(text.starts_with("{\n\"notes\": [\n  \"A snapshot of 6 accounts"), "{}", &text[..200]);
    let read: Value = serde_json::from_str(&text).unwrap();
    let there_is = simulated.read("world");
    for (waba, account) in there_is["wabas"].as_object().unwrap() {
        for field in ["name", "owner", "currency", "subscriptions", "message_template_namespace"] {
            assert_eq!(read["wabas"][waba][field], account[field], "{waba} {field}");
        }
    }
    let elsewhere = Unmoor::at(folder.path().join("elsewhere"));
    fs::create_dir(elsewhere.folder()).unwrap();
    let lines = elsewhere.run(["rehearse", "--world", "../world.json", "--json"]);
    let summary = lines.expect_status(0).json_lines().pop().unwrap();
    assert_eq!((&summary["customers"], &summary["waiting"]), (&json!(6), &json!(0)), "{summary}");
    let one = "customer,source_waba_id\ncalm-cove-bakery,310200000000201\n";
    write(elsewhere.folder(), "one.csv", one);
    let lines = elsewhere.run(["rehearse", "one.csv", "--world", "../world.json", "--json"]);
    assert_eq!(lines.expect_status(0).json_lines().pop().unwrap()["customers"], 1);
}

#[test]
fn what_cannot_be_a_snapshot_is_refused_in_words() {
    let (folder, _simulated, unmoor) = imported();
    unmoor.run(["snapshot", "--out", "world.json", "--wave", "third"]).expect_status(2).expect_stderr("no wave");
    unmoor.run(["snapshot"]).expect_status(2).expect_stderr("--out");
    unmoor.run(["snapshot", "--out", "."]).expect_status(2).expect_stderr("no regular file");
    let other = r#"{"origin":"https://graph.facebook.com","app":"1","format":1}"#;
    write(folder.path(), "world.json.part", format!("{other}\n"));
    let refused = unmoor.run(["snapshot", "--out", "world.json"]);
    refused.expect_status(5).expect_stderr("belongs to another snapshot").expect_stderr("--restart");
    let one = ["snapshot", "calm-cove-bakery", "--out", "world.json", "--restart", "--json"];
    let lines = unmoor.run(one);
    let lines = lines.expect_status(0).json_lines();
    assert_eq!((&lines[1]["customer"], &lines[2]["accounts"]), (&json!("calm-cove-bakery"), &json!(1)));
    write(folder.path(), "broken.json", "{\"customers\": 3}");
    let broken = unmoor.run(["rehearse", "--world", "broken.json"]);
    broken.expect_status(2).expect_stderr("unmoor snapshot --out");
    unmoor.run(["rehearse", "--world", "nowhere.json"]).expect_status(2).expect_stderr("cannot read");
}
