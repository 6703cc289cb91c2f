//! `unmoor simulate`: the vendor's side in a process of its own.

use serde_json::json;

use crate::support::{FLEET, FLEET_SCENARIO, Simulated, Unmoor, get, mode_of, request, write};

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
