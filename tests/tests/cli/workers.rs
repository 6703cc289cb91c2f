//! Several workers on one PostgreSQL database, one of which dies in the middle of a cutover.

use std::time::Duration;

use serde_json::Value;

use crate::support::{
    Deadline, FLEET, FLEET_SCENARIO, Running, Simulated, Unmoor, Watch, effects, effects_of_lines, expect_same_effects,
    write,
};

const RATE: u32 = 100;
/// How many numbers of the fleet move.
const NUMBERS: usize = 8;
/// A fleet at rest for so long waits for the vendor's time to pass.
const QUIET: Duration = Duration::from_millis(1_300);
const STEP_S: u64 = 4 * 3_600;

/// A fleet on a database of its own.
struct Field {
    simulated: Simulated,
    unmoor: Unmoor,
    database: String,
}

impl Field {
    fn of(vendor: &std::path::Path, ours: &std::path::Path) -> Self {
        let simulated = Simulated::of(vendor, FLEET, FLEET_SCENARIO, RATE);
        let database = postgres_server::fresh_database().unwrap_or_else(|error| panic!("{error}"));
        let unmoor = simulated.client(ours).with("UNMOOR_DATABASE", &database);
        let customers = write(ours, "fleet.csv", FLEET);
        unmoor.done(["import", customers.to_str().unwrap()]);
        unmoor.done(["start", "--all", "--yes"]);
        Self { simulated, unmoor, database }
    }

    fn worker(&self) -> Running {
        self.unmoor.start(["worker"])
    }

    fn summary(&self) -> Value {
        let status = self.unmoor.run(["status", "--json"]);
        status.expect_status(0).json_lines().pop().unwrap()
    }

    /// Lets the vendor's time jump whenever nobody does anything, until `holds`.
    fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let deadline = Deadline::in_seconds(180);
        let mut watch = Watch::over(&self.simulated);
        while !holds() {
            if watch.is_quiet_for(QUIET) {
                self.simulated.advance(STEP_S);
                watch.begin_again();
            }
            deadline.pause(what);
        }
    }

    /// Whether every migration is over. Asked only when the last number may have been registered.
    fn is_over(&self) -> bool {
        self.simulated.changes("number.registered").len() == NUMBERS && {
            let summary = self.summary();
            let phases = summary["phases"].as_object().unwrap();
            let is_over = |phase: &str| phase.starts_with("completed") || phase.starts_with("stopped");
            phases.keys().all(|phase| is_over(phase))
        }
    }

    fn expect_the_effects_of_a_calm_run(&self, vendor: &std::path::Path) {
        let calm = Unmoor::at(vendor);
        calm.run(["rehearse", "customers.csv", "--keep", "kept", "--quiet"]).expect_status(0);
        let calm = std::fs::read_to_string(vendor.join("kept/ledger.jsonl")).unwrap();
        expect_same_effects(&effects(&self.simulated.ledger()), &effects_of_lines(&calm));
    }
}

#[test]
fn what_a_dead_worker_held_is_finished_by_the_others() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let field = Field::of(vendor.path(), ours.path());
    // Each call takes ten milliseconds of real time, so that the worker dies in the middle of one.
    field.simulated.post("faults", &serde_json::json!({ "action": { "latency_ms": 1000 } }));
    let first = field.worker();
    field.until("the first move", || !field.simulated.changes("number.moved").is_empty());
    assert_eq!(first.kill().status(), None);
    let others = [field.worker(), field.worker()];
    // Its leases are measured by the database's clock: here three minutes pass at once.
    let sql = "UPDATE migration SET lease_until = clock_timestamp() WHERE lease_owner IS NOT NULL";
    postgres_server::execute(&field.database, sql).unwrap_or_else(|error| panic!("{error}"));
    field.until("the end of the fleet", || field.is_over());
    for other in others {
        other.terminate();
        other.finish().expect_status(0).expect_stderr("stopped as asked");
    }
    field.expect_the_effects_of_a_calm_run(vendor.path());
}

#[test]
fn commands_are_answered_while_workers_run_and_while_none_does() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let field = Field::of(vendor.path(), ours.path());
    field.unmoor.run(["pause", "--all"]).expect_status(0).expect_stdout("paused");
    let workers = [field.worker(), field.worker()];
    field.unmoor.run(["resume", "--all"]).expect_status(0);
    field.until("a first acceptance", || !field.simulated.changes("intent.accepted").is_empty());
    field.unmoor.run(["schema", "check"]).expect_status(0).expect_stdout("the present one");
    field.unmoor.run(["doctor"]).expect_status(0).expect_stdout("PostgreSQL");
    for worker in workers {
        worker.terminate();
        worker.finish().expect_status(0);
    }
}
