//! Where secrets are, and where they must never be.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{FLEET, FLEET_SCENARIO, Finished, Simulated, Unmoor, everything_below, mode_of, request, write};

/// A hook that writes down all that it was given: arguments, variables, standard input.
const HOOKS: &str = r#"
[hooks]
before_move = ["sh", "-c", "{ echo \"$@\"; env; cat; } >> hooks.log", "before"]
after_register = ["sh", "-c", "{ echo \"$@\"; env; cat; } >> hooks.log", "after"]
alarm = ["sh", "-c", "{ echo \"$@\"; env; cat; } >> hooks.log", "alarm"]
"#;

/// Everything that was written where somebody may read it.
struct Written(Vec<(String, Vec<u8>)>);

impl Written {
    fn keep(&mut self, finished: &Finished) {
        self.0.push((format!("the output of {}", finished.title()), finished.to_string().into_bytes()));
    }

    fn keep_file(&mut self, path: &Path) {
        self.0.push((path.display().to_string(), fs::read(path).unwrap()));
    }

    /// Fails where `is_there` finds what must not be there.
    fn expect_none(&self, what: &str, is_there: impl Fn(&[u8]) -> bool) {
        for (place, bytes) in &self.0 {
            assert!(!is_there(bytes), "{what} is in {place}");
        }
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Six digits that are not part of a longer number, nor of a fraction of a second.
fn contains_pin(bytes: &[u8], pin: &[u8]) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
    bytes.windows(pin.len()).enumerate().any(|(at, window)| {
        let before = at.checked_sub(1).and_then(|place| bytes.get(place));
        window == pin && !is_part(before) && !is_part(bytes.get(at + pin.len()))
    })
}

/// Every token that the vendor knows, and the secrets of the app.
fn secrets_of(simulated: &Simulated, client: &Unmoor) -> Vec<String> {
    let world = simulated.read("world");
    let mut secrets: Vec<String> = world["tokens"].as_object().unwrap().keys().cloned().collect();
    secrets.push(client.variable("UNMOOR_APP_SECRET").to_owned());
    let key = fs::read_to_string(client.folder().join("unmoor-simulated.db.key")).unwrap();
    secrets.push(key.trim().to_owned());
    assert!(secrets.iter().all(|secret| secret.len() >= 32), "none is too short to be looked for");
    secrets
}

#[test]
fn a_whole_journey_at_the_highest_level_tells_no_secret() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let simulated = Simulated::of(vendor.path(), FLEET, FLEET_SCENARIO, 100);
    // After acceptance another token is given, so that both kinds exist, and things go wrong where people log most.
    let knobs =
        request("PUT", &format!("{}/_sim/knobs", simulated.url), Some(&json!({ "token_after_accept": "new_string" })));
    assert_eq!(knobs.status, 200, "{}", knobs.body);
    simulated.post("faults", &json!({ "match": { "path": "/*/register" }, "times": 1, "action": { "drop": "after" } }));
    simulated.post(
        "faults",
        &json!({ "match": { "path": "/*/system_user_access_tokens" }, "times": 1, "action": { "http_status": 502 } }),
    );
    let error = json!({ "code": 190, "message": "Error validating access token", "is_transient": true });
    simulated.post(
        "faults",
        &json!({ "match": { "path": "/*/subscribed_apps" }, "times": 1, "action": { "graph_error": error } }),
    );
    let unmoor = simulated.client(ours.path()).with("UNMOOR_LOG", "trace");
    write(ours.path(), "fleet.csv", FLEET);
    write(ours.path(), "unmoor.toml", HOOKS);

    let mut written = Written(Vec::new());
    written.keep(unmoor.run(["-vvv", "import", "fleet.csv"]).expect_status(0));
    written.keep(unmoor.run(["-vvv", "doctor"]).expect_status(0));
    written.keep(unmoor.run(["-vvv", "preflight", "--all"]).expect_status(0));
    written.keep(unmoor.run(["-vvv", "start", "--all", "--yes"]).expect_status(0));
    let running = unmoor.start(["-vvv", "run", "--json"]);
    written.0.push(("the arguments that `ps` shows".to_owned(), arguments_of(running.id())));
    let run = simulated.hurry(running);
    let summary = run.expect_status(3).json_lines().pop().unwrap();
    assert_eq!(summary["numbers"]["migrated"], 8, "{run}");
    assert!(run.stderr.contains("TRACE") || run.stderr.contains("DEBUG"), "it says all it can say\n{run}");
    written.keep(&run);
    for look in ["status", "explain", "pause", "doctor"] {
        written.keep(&match look {
            "status" => unmoor.run(["-vvv", "status", "--json"]),
            "explain" => unmoor.run(["-vvv", "explain", "three-fern-clinic", "--json"]),
            "pause" => unmoor.run(["-vvv", "pause", "three-fern-clinic"]),
            _ => unmoor.run(["-vvv", "doctor", "--json"]),
        });
    }
    for path in everything_below(ours.path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(fs::metadata(&path).unwrap().len() > 0 || name.contains("db"), "{name} is empty");
        if !name.ends_with(".key") {
            written.keep_file(&path);
        }
    }
    let hooks = fs::read_to_string(ours.path().join("hooks.log")).unwrap();
    assert!(hooks.contains("UNMOOR_NUMBER=+12125550110"), "the hooks were run\n{hooks}");

    let secrets = secrets_of(&simulated, &unmoor);
    assert!(secrets.len() > 12, "six tokens of before, five of after, the system token, and two more");
    for secret in &secrets {
        written.expect_none("a secret", |bytes| contains(bytes, secret.as_bytes()));
    }
    for pin in pins(&simulated, &unmoor) {
        written.expect_none("a PIN", |bytes| contains_pin(bytes, pin.as_bytes()));
    }
    let places = ["unmoor-simulated.db", "unmoor-simulated.db.key"].map(|name| ours.path().join(name));
    for path in places.iter().chain([&simulated.environment, &vendor.path().join("sim.tokens.csv")]) {
        assert_eq!(mode_of(path), 0o600, "{}", path.display());
    }
}

/// The PIN of each number that is over, as the vendor was told it and as we show it to who gives a reason.
fn pins(simulated: &Simulated, unmoor: &Unmoor) -> Vec<String> {
    let registered = simulated.changes("number.registered");
    assert_eq!(registered.len(), 8);
    let reveal = |entry: &Value| {
        let number = entry["number"].as_str().unwrap();
        unmoor.done(["pin", number, "--by", "ada", "--reason", "a test"]).trim_end().to_owned()
    };
    let pins: Vec<String> = registered.iter().map(reveal).collect();
    assert!(pins.iter().all(|pin| pin.len() == 6), "{pins:?}");
    pins
}

#[cfg(target_os = "linux")]
fn arguments_of(process: u32) -> Vec<u8> {
    fs::read(format!("/proc/{process}/cmdline")).unwrap()
}

#[cfg(not(target_os = "linux"))]
fn arguments_of(process: u32) -> Vec<u8> {
    let ps = std::process::Command::new("ps").args(["-o", "args=", "-p", &process.to_string()]).output().unwrap();
    ps.stdout
}

#[test]
fn the_search_finds_what_is_there() {
    // A test that looks for what must not be there has to be able to find it.
    assert!(contains(b"Bearer EAAtoken!", b"EAAtoken"));
    assert!(contains_pin(b"pin=123456&x", b"123456") && contains_pin(b"123456", b"123456"));
    assert!(!contains_pin(b"at 0.123456Z or 9123456 or 1234567", b"123456"));
}

#[test]
fn a_reveal_leaves_a_trace_with_who_and_why() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let customers: String = FLEET.lines().take(2).map(|line| format!("{line}\n")).collect();
    let scenario = "[customers.calm-cove-bakery]\nnumbers = [\"+493023125017\"]\nperson.answers_after = \"1 s\"\n";
    let simulated = Simulated::of(vendor.path(), &customers, scenario, 100);
    let unmoor = simulated.client(ours.path());
    write(ours.path(), "fleet.csv", &customers);
    unmoor.done(["import", "fleet.csv"]);
    unmoor.done(["start", "--all", "--yes"]);
    let pin = ["pin", "+493023125017", "--by", "grace", "--reason", "the number shows two-step verification"];
    unmoor.run(["preflight", "--all"]);
    unmoor.run(pin).expect_status(2).expect_stderr("no PIN yet");
    simulated.live_through(&unmoor, |summary| summary["waiting"] == 0);
    let first = unmoor.run(pin);
    first.expect_status(0).expect_stderr("keeps who asked and why");
    assert_eq!(unmoor.run(pin).stdout, first.stdout, "one PIN per number, never drawn again");
    let database = fs::read(ours.path().join("unmoor-simulated.db")).unwrap();
    let log = fs::read(ours.path().join("unmoor-simulated.db-wal")).unwrap_or_default();
    let is_kept = |words: &str| contains(&database, words.as_bytes()) || contains(&log, words.as_bytes());
    assert!(is_kept("the number shows two-step verification") && is_kept("grace"));
}

#[test]
fn files_that_others_may_read_are_pointed_out() {
    use std::os::unix::fs::PermissionsExt;
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let simulated = Simulated::of(vendor.path(), FLEET, FLEET_SCENARIO, 1);
    let unmoor = simulated.client(ours.path());
    write(ours.path(), "fleet.csv", FLEET);
    let tokens = unmoor.variable("UNMOOR_TOKENS").to_owned();
    fs::set_permissions(&tokens, fs::Permissions::from_mode(0o644)).unwrap();
    unmoor.run(["import", "fleet.csv"]).expect_status(0).expect_stderr("chmod 600");
    fs::set_permissions(&tokens, fs::Permissions::from_mode(0o600)).unwrap();
    let calm = unmoor.run(["import", "fleet.csv"]);
    assert!(!calm.expect_status(0).stderr.contains("chmod"), "{calm}");
    // The key in other hands opens everything: it is not used.
    fs::set_permissions(ours.path().join("unmoor-simulated.db.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let refused = unmoor.run(["preflight", "--all"]);
    assert_ne!(refused.status(), Some(0), "{refused}");
    refused.expect_stderr("unmoor-simulated.db.key");
    // Without the key no second one is made over secrets that only the first opens.
    fs::remove_file(ours.path().join("unmoor-simulated.db.key")).unwrap();
    unmoor.run(["preflight", "--all"]).expect_status(5).expect_stderr("is gone").expect_stderr("hint: ");
}
