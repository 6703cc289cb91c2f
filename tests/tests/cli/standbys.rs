//! A PostgreSQL server with a standby: only one that is waited for may take over, so that only then numbers move.

use postgres_server::{Durability, Replication, Server};

use crate::support::{Deadline, FLEET, FLEET_SCENARIO, Simulated, Watch, write};

const QUIET: std::time::Duration = std::time::Duration::from_millis(700);

fn started<T>(made: Result<T, postgres_server::Error>) -> T {
    made.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn no_number_moves_while_a_standby_is_not_waited_for() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let simulated = Simulated::of(vendor.path(), FLEET, FLEET_SCENARIO, 100);
    let primary = started(Server::start(Durability::Full));
    let address = started(primary.database("fleet"));
    let unmoor = simulated.client(ours.path()).with("UNMOOR_DATABASE", &address);
    write(ours.path(), "fleet.csv", FLEET);
    unmoor.done(["import", "fleet.csv"]);
    unmoor.run(["doctor"]).expect_stdout("and there is no standby");

    let _standby = started(primary.standby(Replication::Asynchronous));
    unmoor
        .run(["doctor"])
        .expect_status(5)
        .expect_stdout("no number moves: 1 standby follows without being waited for");
    unmoor.done(["start", "--all", "--yes"]);
    let mut running = unmoor.start(["run"]);
    let words = running.line("a warning", |line| line.contains("no number begins to move"));
    assert!(words.contains("synchronous_standby_names is empty"), "{words}");
    let deadline = Deadline::in_seconds(240);
    let mut watch = Watch::over(&simulated);
    let mut until = |what: &str, holds: &mut dyn FnMut() -> bool| {
        while !holds() {
            if watch.is_quiet_for(QUIET) {
                simulated.advance(1_800);
                watch.begin_again();
            }
            deadline.pause(what);
        }
    };
    until("the blocker", &mut || unmoor.done(["status", "--blocker", "DATABASE_NOT_DURABLE"]).lines().count() > 1);
    let shown = unmoor.done(["status"]);
    assert!(shown.contains("DATABASE_NOT_DURABLE"), "{shown}");
    assert!(simulated.changes("number.moved").is_empty(), "a number moved");

    // The administrator lets every commit wait for it.
    let name = started(postgres_server::query(&address, "SELECT application_name FROM pg_stat_replication"));
    started(primary.set("synchronous_standby_names", &name));
    unmoor.run(["doctor"]).expect_status(0).expect_stdout("every commit waits for a standby");
    unmoor.done(["retry", "--all"]);
    until("the first move", &mut || !simulated.changes("number.registered").is_empty());
    running.line("good news", |line| line.contains("numbers may move"));
    running.terminate();
    running.finish();
}

#[test]
fn a_synchronous_standby_has_what_was_answered_when_it_takes_over() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let simulated = Simulated::of(vendor.path(), FLEET, FLEET_SCENARIO, 100);
    let primary = started(Server::start(Durability::Full));
    let unmoor = simulated.client(ours.path());
    write(ours.path(), "fleet.csv", FLEET);
    let before = unmoor.clone().with("UNMOOR_DATABASE", started(primary.database("fleet")));
    before.done(["schema", "upgrade"]);
    let standby = started(primary.standby(Replication::Synchronous));
    before.done(["import", "fleet.csv"]);
    started(primary.stop_immediately());
    started(standby.promote());
    let after = unmoor.with("UNMOOR_DATABASE", standby.address("fleet"));
    after.run(["import", "fleet.csv"]).expect_status(0).expect_stdout("0 added, 0 updated, 6 unchanged");
}
