//! A backup while everything goes on, put back, noticed, recovered from; and a journal that somebody has changed.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Simulated, Unmoor};

const RATE: u32 = 100;

/// Two who accept and pay at once: their fleet ends by itself.
const FLEET: &str = "customer,source_waba_id\namber-anchor,310200000000101\ncopper-candle,310200000000102\n";
const FLEET_SCENARIO: &str = "\
[customers.amber-anchor]
numbers = [\"+493023125017\"]
[customers.amber-anchor.person]
answers_after = \"10 min\"
pays = \"with acceptance\"
[customers.copper-candle]
numbers = [\"+12125550110\"]
[customers.copper-candle.person]
answers_after = \"20 min\"
pays = \"with acceptance\"
";

fn database_of(unmoor: &Unmoor, folder: &Path) -> PathBuf {
    folder.join(unmoor.variable("UNMOOR_DATABASE"))
}

/// A fleet of which everybody who can has accepted, and nothing has moved yet.
fn accepted(simulated: &Simulated, unmoor: &Unmoor, folder: &Path) {
    let customers = folder.join("customers.csv").display().to_string();
    unmoor.done(["import", &customers]);
    unmoor.done(["start", "--all"]);
    simulated.hurry(unmoor.start(["run", "--until", "waiting"])).expect_status(4);
}

#[test]
fn a_restored_backup_is_noticed_and_recovered_from() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let simulated = Simulated::of(vendor.path(), FLEET, FLEET_SCENARIO, RATE);
    let unmoor = simulated.client(ours.path());
    accepted(&simulated, &unmoor, vendor.path());

    // While an engine runs.
    let mut running = unmoor.start(["run", "--json"]);
    running.line("its first line", |line| line.contains("version"));
    let backup = unmoor.run(["backup", "copy.db"]);
    backup.expect_status(0).expect_stdout("copy.db: ").expect_stdout("head ").expect_stderr("keep a copy apart");
    unmoor.run(["backup", "copy.db"]).expect_status(2).expect_stderr("is there already").expect_stderr("--force");
    unmoor.run(["backup", "copy.db", "--force"]).expect_status(0);
    let over = simulated.hurry(running);
    let before = over.json_lines().pop().unwrap();
    assert!(before["numbers"]["migrated"].as_u64().unwrap() > 0, "{before}");
    let verified = unmoor.done(["verify"]);
    let head = verified.lines().find_map(|line| line.strip_prefix("head ")).unwrap().to_owned();
    assert!(verified.contains("everything holds"), "{verified}");
    let ledger = simulated.ledger();

    let database = database_of(&unmoor, ours.path());
    std::fs::rename(ours.path().join("copy.db"), &database).unwrap();
    let told = unmoor.run(["run"]);
    told.expect_status(5).expect_stderr("was restored").expect_stderr("unmoor recover");
    let older = unmoor.run(["verify", "--expect", &head]);
    older.expect_status(5).expect_stdout("older than the head you expect").expect_stdout("next: ");

    let asked_before = simulated.requests(0).len() as u64;
    let recovered = simulated.hurry(unmoor.start(["recover"]));
    recovered.expect_status(0).expect_stdout("2 read, ").expect_stdout("found further than the database knew");
    let posts = |request: &&Value| {
        request["method"] == "POST" && request["path"].as_str().is_some_and(|path| path.starts_with("/v"))
    };
    assert_eq!(simulated.requests(asked_before).iter().find(posts), None, "a recovery only reads");
    assert_eq!(simulated.ledger(), ledger, "a recovery changes nothing");

    // Both intents are COMPLETED by now, and the database never saw them ACCEPTED: a matter for a person (rule 1).
    simulated.hurry(unmoor.start(["run", "--until", "waiting"])).expect_status(4);
    let waits = unmoor.done(["status"]);
    assert!(waits.contains("INTENT_STATUS_UNKNOWN"), "{waits}");
    let moved = |ledger: &[Value]| ledger.iter().filter(|entry| entry["kind"] == "number.moved").count();
    assert_eq!(moved(&simulated.ledger()), moved(&ledger), "nothing moves twice");
    unmoor.run(["verify"]).expect_status(0);
}

/// A copy of a database as it stands, while nobody uses it.
fn copy_of(address: &str) -> String {
    let (server, name) = address.rsplit_once('/').unwrap();
    let other = postgres_server::fresh_database().unwrap();
    postgres_server::execute(&other, &format!("CREATE DATABASE {name}_copy TEMPLATE {name}")).unwrap();
    format!("{server}/{name}_copy")
}

/// PostgreSQL has backups of its own, which leave no mark: whoever restores one says so with `unmoor recover`.
#[test]
fn on_postgres_an_older_copy_is_recovered_and_goes_on_with_intents_that_a_person_gives() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let simulated = Simulated::of(vendor.path(), FLEET, FLEET_SCENARIO, RATE);
    let address = postgres_server::fresh_database().unwrap();
    let unmoor = simulated.client(ours.path()).with("UNMOOR_DATABASE", &address);
    accepted(&simulated, &unmoor, vendor.path());
    let copy = copy_of(&address);
    simulated.hurry(unmoor.start(["run"])).expect_status(0);
    let ledger = simulated.ledger();

    let restored = unmoor.with("UNMOOR_DATABASE", &copy);
    let asked_before = simulated.requests(0).len() as u64;
    let recovered = simulated.hurry(restored.start(["recover"]));
    recovered.expect_status(0).expect_stdout("2 read, ");
    let posts = simulated.requests(asked_before).into_iter().filter(|request| request["method"] == "POST");
    assert_eq!(posts.filter(|post| post["path"].as_str().is_some_and(|path| path.starts_with("/v"))).count(), 0);
    assert_eq!(simulated.ledger(), ledger, "a recovery changes nothing");

    // Both intents are COMPLETED by now, and this copy never saw them ACCEPTED (rule 1).
    let world = simulated.read("world");
    for (id, intent) in world["intents"].as_object().unwrap() {
        let waba = intent["waba"].as_str().unwrap();
        let seen = "the report of Monday";
        restored.done(["adopt", waba, "--intent", id, "--by", "ada", "--acceptance-seen", seen]);
    }
    simulated.hurry(restored.start(["run"])).expect_status(0);
    let moved = |ledger: &[Value]| ledger.iter().filter(|entry| entry["kind"] == "number.moved").count();
    assert_eq!(moved(&simulated.ledger()), moved(&ledger), "nothing moves twice");
    let status = restored.run(["status", "--json"]).expect_status(0).json_lines();
    assert_eq!(
        status.last().unwrap()["phases"],
        serde_json::json!({ "completed_with_exceptions": 2 }),
        "their PINs are lost"
    );
    restored.run(["verify"]).expect_status(0);
}

#[test]
fn a_changed_entry_is_told_in_plain_words() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let simulated = Simulated::of(vendor.path(), FLEET, FLEET_SCENARIO, RATE);
    let unmoor = simulated.client(ours.path());
    let customers = vendor.path().join("customers.csv").display().to_string();
    unmoor.done(["import", &customers]);
    unmoor.run(["verify", "--json"]).expect_status(0);
    let db = rusqlite::Connection::open(database_of(&unmoor, ours.path())).unwrap();
    db.execute_batch("DROP TRIGGER journal_is_not_changed; UPDATE journal SET at_ns = at_ns + 1 WHERE rowid = 1")
        .unwrap();
    let found = unmoor.run(["verify"]);
    found
        .expect_status(5)
        .expect_stdout("entry 1 is not what was written there")
        .expect_stdout("next: somebody has changed");
    let lines = unmoor.run(["verify", "--json"]).expect_status(5).json_lines();
    let codes: Vec<&Value> = lines.iter().map(|line| &line["type"]).collect();
    assert_eq!(codes, ["version", "finding", "summary"]);
    assert_eq!((&lines[1]["finding"], &lines[1]["entry"]), (&"entry_changed".into(), &1.into()));
    unmoor.run(["backup", "copy.db"]).expect_status(5).expect_stderr("nothing was backed up");
    assert!(!ours.path().join("copy.db").exists());
}
