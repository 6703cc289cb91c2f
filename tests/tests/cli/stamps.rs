//! Whom a database belongs to, and who is spoken to at all.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::support::{FLEET, FLEET_SCENARIO, Simulated, Unmoor, write};

/// A server that is neither Meta nor a simulator: it answers 404 to whatever it hears, and tells what it heard.
fn stranger() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, heard) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            if sender.send(hear(stream.unwrap())).is_err() {
                return;
            }
        }
    });
    (url, heard)
}

fn hear(mut stream: TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0; 1];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    // Whoever has gone needs no answer.
    let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
    String::from_utf8_lossy(&head).into_owned()
}

fn simulated() -> (tempfile::TempDir, tempfile::TempDir, Simulated, Unmoor) {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let simulated = Simulated::of(vendor.path(), FLEET, FLEET_SCENARIO, 1);
    let unmoor = simulated.client(ours.path());
    write(ours.path(), "fleet.csv", FLEET);
    unmoor.done(["import", "fleet.csv"]);
    (vendor, ours, simulated, unmoor)
}

#[test]
fn a_database_of_a_simulator_is_refused_for_meta_without_a_call() {
    let (_vendor, _ours, simulated, unmoor) = simulated();
    unmoor.run(["preflight", "--all"]).expect_status(0);
    // Whatever leaves for Meta would have to come through here.
    let (proxy, heard) = stranger();
    let meta = unmoor.without("UNMOOR_GRAPH_URL").without("UNMOOR_CLOCK_RATE");
    let meta = meta.with("HTTPS_PROXY", proxy.as_str()).with("https_proxy", proxy.as_str());
    for command in ["run", "preflight"] {
        let refused = if command == "run" { meta.run(["run"]) } else { meta.run(["preflight", "--all"]) };
        refused.expect_status(5).expect_stderr("https://graph.facebook.com").expect_stderr(&simulated.url);
        refused.expect_stderr("hint: ").expect_stderr("--database");
    }
    assert!(heard.recv_timeout(Duration::from_millis(200)).is_err(), "something was sent");
    // A command that sends nothing says so too where the settings name Meta.
    let named = meta.with("UNMOOR_GRAPH_URL", "https://graph.facebook.com");
    named.run(["pause", "--all"]).expect_status(5).expect_stderr(&simulated.url);
}

#[test]
fn a_database_of_a_rehearsal_is_refused_by_a_simulator() {
    let (vendor, ours, simulated, unmoor) = simulated();
    let kept = ours.path().join("kept");
    let file = vendor.path().join("customers.csv");
    let (file, folder) = (file.to_str().unwrap(), kept.to_str().unwrap());
    Unmoor::at(vendor.path()).run(["rehearse", file, "--for", "1h", "--keep", folder, "--quiet"]).expect_status(0);
    let before = simulated.requests(0).len();
    let refused = unmoor.run(["run", "--database", "kept/rehearsal.db"]);
    refused.expect_status(5).expect_stderr("hint: ").expect_stderr(&simulated.url);
    assert_eq!(simulated.requests(0).len(), before, "it was asked for nothing but its clock");
    // Reading it is what it was kept for.
    let read = Unmoor::at(ours.path());
    read.run(["status", "--database", "kept/rehearsal.db"]).expect_status(0).expect_stdout("calm-cove-bakery");
    read.run(["explain", "calm-cove-bakery", "--database", "kept/rehearsal.db"]).expect_status(0);
}

#[test]
fn a_database_of_another_simulator_is_refused() {
    let (_vendor, _ours, _simulated, unmoor) = simulated();
    unmoor.run(["preflight", "--all"]).expect_status(0);
    let elsewhere = tempfile::tempdir().unwrap();
    let other = Simulated::of(elsewhere.path(), FLEET, FLEET_SCENARIO, 1);
    unmoor.with("UNMOOR_GRAPH_URL", other.url.as_str()).run(["run"]).expect_status(5).expect_stderr(&other.url);
    assert!(other.requests(0).is_empty());
}

#[test]
fn a_stranger_gets_no_token_and_is_refused() {
    let (_vendor, _ours, _simulated, unmoor) = simulated();
    let (url, heard) = stranger();
    let unmoor = unmoor.with("UNMOOR_GRAPH_URL", url.as_str());
    unmoor.run(["run"]).expect_status(5).expect_stderr("neither Meta nor a simulator").expect_stderr(&url);
    let request = heard.recv_timeout(Duration::from_secs(5)).unwrap();
    assert!(request.starts_with("GET /_sim/clock HTTP/1.1\r\n"), "{request}");
    for secret in ["UNMOOR_SYSTEM_TOKEN", "UNMOOR_APP_SECRET", "UNMOOR_APP_ID"] {
        assert!(!request.contains(unmoor.variable(secret)), "{secret} was sent");
    }
    assert!(!request.to_lowercase().contains("authorization"), "{request}");
    assert!(heard.recv_timeout(Duration::from_millis(200)).is_err(), "it was asked twice");
    let doctor = unmoor.run(["doctor"]);
    doctor.expect_status(5).expect_stdout("neither Meta nor a simulator");
}

#[test]
fn nobody_there_is_an_error_with_the_next_step() {
    let (_vendor, _ours, simulated, unmoor) = simulated();
    let url = simulated.url.clone();
    simulated.end().expect_status(0);
    unmoor
        .run(["run"])
        .expect_status(1)
        .expect_stderr(&format!("nobody answers at {url}"))
        .expect_stderr("unmoor simulate");
    // Those who only look need nobody.
    unmoor.run(["status"]).expect_status(0).expect_stdout("6 customers");
}

#[test]
fn plain_http_leaves_this_machine_for_nobody() {
    let (_vendor, _ours, _simulated, unmoor) = simulated();
    for url in ["http://graph.facebook.com", "http://10.1.2.3:7070", "http://0.0.0.0:7070", "ftp://127.0.0.1", "graph"]
    {
        let refused = unmoor.clone().with("UNMOOR_GRAPH_URL", url).run(["run"]);
        refused.expect_status(2).expect_stderr("UNMOOR_GRAPH_URL");
    }
}

#[test]
fn time_at_meta_cannot_be_hurried() {
    let (_vendor, _ours, _simulated, unmoor) = simulated();
    for rate in ["fast", "-5", "0", "1e12"] {
        let refused = unmoor.clone().with("UNMOOR_CLOCK_RATE", rate).run(["run"]);
        refused.expect_status(2).expect_stderr("UNMOOR_CLOCK_RATE");
    }
    let meta = unmoor.without("UNMOOR_GRAPH_URL");
    meta.run(["run"]).expect_status(5).expect_stderr("UNMOOR_CLOCK_RATE").expect_stderr("hint: ");
}
