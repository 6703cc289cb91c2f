//! `unmoor simulate`: the vendor's side in a process of its own.

use serde_json::{Value, json};

use crate::support::{Deadline, FLEET, FLEET_SCENARIO, Running, Simulated, Unmoor, get, mode_of, request, write};

#[test]
fn it_serves_its_control_surface_and_ends_politely() {
    let folder = tempfile::tempdir().unwrap();
    let simulated = Simulated::of(folder.path(), FLEET, FLEET_SCENARIO, 100);
    let clock = simulated.read("clock");
    assert_eq!(clock["rate"], 100.0);
    let before: jiff::Timestamp = clock["now"].as_str().unwrap().parse().unwrap();
    simulated.advance(86_400);
    let after: jiff::Timestamp = simulated.read("clock")["now"].as_str().unwrap().parse().unwrap();
    assert!(after.duration_since(before).as_hours() >= 24, "{before} {after}");
    assert_eq!(simulated.read("credentials")["customers"].as_array().unwrap().len(), 6);
    let refused = request("POST", &format!("{}/_sim/clock", simulated.url), Some(&json!({ "advance_s": -1 })));
    assert_eq!(refused.status, 400, "time never goes back");
    let unknown = request("GET", &format!("{}/_sim/nothing", simulated.url), None);
    assert_eq!(unknown.status, 501);
    assert!(unknown.body["error"].as_str().unwrap().contains("served are"), "{}", unknown.body);
    simulated.end().expect_status(0);
}

#[test]
fn the_environment_of_a_client_is_complete_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let simulated = Simulated::of(folder.path(), FLEET, FLEET_SCENARIO, 100);
    let client = simulated.client(folder.path());
    let credentials = simulated.read("credentials");
    assert_eq!(client.variable("UNMOOR_GRAPH_URL"), simulated.url);
    assert_eq!(client.variable("UNMOOR_APP_ID"), credentials["app_id"].as_str().unwrap());
    assert_eq!(client.variable("UNMOOR_APP_SECRET"), credentials["app_secret"].as_str().unwrap());
    assert_eq!(client.variable("UNMOOR_SYSTEM_TOKEN"), credentials["system_token"].as_str().unwrap());
    assert_eq!(client.variable("UNMOOR_CLOCK_RATE"), "100");
    let tokens = client.variable("UNMOOR_TOKENS");
    let rows = std::fs::read_to_string(tokens).unwrap();
    assert_eq!(rows.lines().count(), 7, "a header and a token for each customer");
    assert_eq!((mode_of(&simulated.environment), mode_of(tokens.as_ref())), (0o600, 0o600));
    assert!(!client.variable("UNMOOR_DATABASE").is_empty());
}

#[test]
fn a_world_that_was_saved_is_served_again() {
    let folder = tempfile::tempdir().unwrap();
    let world = Simulated::of(folder.path(), FLEET, FLEET_SCENARIO, 1).read("world");
    write(folder.path(), "world.json", world.to_string());
    let mut again = Unmoor::at(folder.path()).start(["simulate", "--world", "world.json", "--port", "0"]);
    let line = again.line("its address", |line| line.starts_with("listening on "));
    let served = get(&format!("{}/_sim/world", line.trim_start_matches("listening on ")));
    assert_eq!(served["wabas"], world["wabas"]);
    assert_eq!(served["wabas"].as_object().map(serde_json::Map::len), Some(6));
}

#[test]
fn a_port_that_is_taken_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = Unmoor::at(folder.path()).run(["simulate", "--port", &port]);
    refused.expect_status(5).expect_stderr("cannot listen on").expect_stderr("--port");
}

#[test]
fn what_cannot_be_served_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let unmoor = Unmoor::at(folder.path());
    write(folder.path(), "world.json", "{\"wabas\": 3}");
    unmoor.run(["simulate", "--port", "0", "--customers", "nowhere.csv"]).expect_status(2).expect_stderr("nowhere.csv");
    unmoor.run(["simulate", "--port", "0", "--world", "world.json"]).expect_status(2).expect_stderr("world.json");
    unmoor.run(["simulate", "--port", "0", "--rate", "-1"]).expect_status(2);
    unmoor.run(["simulate", "--port", "0", "--rate", "1e9"]).expect_status(2).expect_stderr("rate");
}

/// A simulator that keeps its state in `sim.state`, and its address.
fn kept(folder: &std::path::Path) -> (Running, String) {
    let mut process = Unmoor::at(folder).start([
        "simulate",
        "--generate",
        "2",
        "--seed",
        "4",
        "--rate",
        "0",
        "--port",
        "0",
        "--state",
        "sim.state",
    ]);
    let line = process.line("its address", |line| line.starts_with("listening on "));
    (process, line.trim_start_matches("listening on ").to_owned())
}

/// Everything that can be seen of it.
fn seen(url: &str) -> [Value; 6] {
    ["world", "ledger", "requests", "knobs", "faults", "clock"].map(|what| get(&format!("{url}/_sim/{what}")))
}

/// Something of everything.
fn live(url: &str) {
    request("PUT", &format!("{url}/_sim/knobs"), Some(&json!({ "intent_repeat": "new_id" })));
    request("POST", &format!("{url}/_sim/faults"), Some(&json!({ "times": 3, "action": { "http_status": 503 } })));
    request("POST", &format!("{url}/_sim/clock"), Some(&json!({ "advance_s": 5000 })));
    assert_eq!(request("GET", &format!("{url}/v25.0/me"), None).status, 503);
}

#[test]
fn a_state_that_is_kept_goes_on_after_a_polite_end() {
    let folder = tempfile::tempdir().unwrap();
    let (process, url) = kept(folder.path());
    live(&url);
    let before = seen(&url);
    process.terminate();
    process.finish().expect_status(0);
    assert_eq!(mode_of(&folder.path().join("sim.state")), 0o600);
    let (_process, url) = kept(folder.path());
    assert_eq!(seen(&url), before);
}

#[test]
fn a_state_outlives_a_power_failure() {
    let folder = tempfile::tempdir().unwrap();
    let (process, url) = kept(folder.path());
    live(&url);
    let before = seen(&url);
    Deadline::in_seconds(30).until("the state of the last change", || {
        let saved = std::fs::read_to_string(folder.path().join("sim.state")).unwrap();
        saved.contains("/v25.0/me").then_some(())
    });
    process.kill();
    let (_process, url) = kept(folder.path());
    assert_eq!(seen(&url), before);
}

#[test]
fn a_state_is_one_simulators_and_belongs_to_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let (process, _) = kept(folder.path());
    let unmoor = Unmoor::at(folder.path());
    let again = ["simulate", "--port", "0", "--state", "sim.state"];
    unmoor.run(again).expect_status(5).expect_stderr("another simulator keeps its state in sim.state");
    process.terminate();
    process.finish().expect_status(0);
    let with = |flag: &str, value: &str| unmoor.run(["simulate", "--port", "0", "--state", "sim.state", flag, value]);
    with("--seed", "5").expect_status(5).expect_stderr("another seed");
    let other = ["simulate", "--port", "0", "--state", "sim.state", "--seed", "4", "--generate", "3"];
    unmoor.run(other).expect_status(5).expect_stderr("other customers");
    // What is not named is not compared, and a knob may be turned at any time.
    for (flag, value) in [("--seed", "4"), ("--generate", "2"), ("--knob", "intent_repeat=new_id")] {
        let mut again = unmoor.start(["simulate", "--port", "0", "--state", "sim.state", flag, value]);
        let line = again.line("its address", |line| line.starts_with("listening on "));
        let knobs = get(&format!("{}/_sim/knobs", line.trim_start_matches("listening on ")));
        assert_eq!(knobs["intent_repeat"] == "new_id", flag == "--knob", "{flag}: {knobs}");
        again.terminate();
        again.finish().expect_status(0);
    }
    let path = folder.path().join("sim.state");
    let saved = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, saved.replacen(env!("CARGO_PKG_VERSION"), "0.0.1", 1)).unwrap();
    unmoor.run(again).expect_status(5).expect_stderr("version 0.0.1").expect_stderr("--export");
    std::fs::write(&path, &saved[..saved.len() - 100]).unwrap();
    unmoor.run(again).expect_status(5).expect_stderr("damaged");
    assert_eq!(std::fs::read_to_string(&path).unwrap().len(), saved.len() - 100, "what is refused is left as it is");
    std::fs::write(&path, "customer,source_waba_id\n").unwrap();
    unmoor.run(again).expect_status(5).expect_stderr("not the saved state");
}

#[test]
fn a_state_is_kept_in_a_regular_file() {
    let folder = tempfile::tempdir().unwrap();
    let unmoor = Unmoor::at(folder.path());
    for endless in ["/dev/full", "/dev/zero"] {
        let refused = unmoor.run(["simulate", "--port", "0", "--state", endless]);
        refused.expect_status(2).expect_stderr("no regular file");
    }
}

#[test]
fn an_exported_world_is_served_again_and_its_time_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let unmoor = Unmoor::at(folder.path());
    let mut first = unmoor.start(["simulate", "--generate", "2", "--port", "0", "--export", "world.json"]);
    let line = first.line("its address", |line| line.starts_with("listening on "));
    let clock = format!("{}/_sim/clock", line.trim_start_matches("listening on "));
    let advanced = request("POST", &clock, Some(&json!({ "advance_s": 1_000_000 })));
    first.terminate();
    first.finish().expect_status(0);
    let exported: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("world.json")).unwrap()).unwrap();
    let mut again = unmoor.start(["simulate", "--world", "world.json", "--port", "0", "--rate", "0"]);
    let line = again.line("its address", |line| line.starts_with("listening on "));
    assert_eq!(get(&format!("{}/_sim/world", line.trim_start_matches("listening on "))), exported);
    let instant = |value: &Value| value["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(instant(&exported) >= instant(&advanced.body), "{} {}", exported["now"], advanced.body);
}

#[test]
fn programs_are_told_where_it_listens_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Unmoor::at(folder.path()).start(["simulate", "--scenario", "calm", "--port", "0", "--json"]);
    let line = process.line("its address", |line| line.contains("listening"));
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&told["type"], &told["customers"], &told["goes_on"]), (&json!("listening"), &json!(3), &json!(false)));
    let url = told["url"].as_str().unwrap();
    assert_eq!(told["inspector_url"], format!("{url}/_sim/"));
    assert_eq!(get(&format!("{url}/_sim"))["simulator"], "unmoor");
}

#[test]
fn scenarios_and_fault_scripts_have_names() {
    let folder = tempfile::tempdir().unwrap();
    let unmoor = Unmoor::at(folder.path());
    insta::assert_snapshot!("scenarios", unmoor.done(["simulate", "--list-scenarios"]));
    insta::assert_snapshot!("fault_scripts", unmoor.done(["rehearse", "--list-faults"]));
    let lines = unmoor.run(["rehearse", "--list-faults", "--json"]).json_lines();
    assert!(lines.iter().any(|line| line["name"] == "maintenance" && line["kind"] == "fault_script"), "{lines:?}");
    let wrong = unmoor.run(["simulate", "--port", "0", "--scenario", "forgoten-two-step"]);
    wrong.expect_status(2).expect_stderr("did you mean forgotten-two-step?");
    unmoor.run(["rehearse", "--faults", "nothing-of-the-sort"]).expect_status(2).expect_stderr("--list-faults");
    let mut served = unmoor.start(["simulate", "--scenario", "late-payment", "--faults", "maintenance", "--port", "0"]);
    let line = served.line("its address", |line| line.starts_with("listening on "));
    let url = line.trim_start_matches("listening on ");
    assert_eq!(get(&format!("{url}/_sim/faults"))["faults"].as_array().map(Vec::len), Some(1));
    let reset = request("POST", &format!("{url}/_sim/reset"), Some(&json!({ "scenario": "unreadable-payment" })));
    assert_eq!(reset.status, 200, "{}", reset.body);
    assert_eq!(get(&format!("{url}/_sim/knobs"))["funding_readable"], false);
}
