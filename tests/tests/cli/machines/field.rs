//! What the scenes have in common: the machines, the cables between them, and the verdict.

use std::process::Command;
use std::time::Duration;

use postgres_server::{Durability, Replication, Server};
use serde_json::{Value, json};

use crate::support::{
    Deadline, Proxy, Running, Simulated, Target, Unmoor, Watch, effects, effects_of_lines, expect_same_effects, write,
};

const CUSTOMERS: &str = "customer,source_waba_id,business_portfolio_id\n\
     calm-cove-bakery,310200000000201,220200000000201\n\
     twin-tide-travel,310200000000202,220200000000202\n";
const SCENARIO: &str = r#"start = "2027-03-01T08:00:00Z"
[customers.calm-cove-bakery]
numbers = ["+493023125017"]
templates = 1
person.answers_after = "10 min"
[customers.twin-tide-travel]
numbers = ["+35315550123", "+35315550124"]
templates = 1
person.answers_after = "20 min"
"#;
const NUMBERS: usize = 3;
const RATE: u32 = 100;
/// A fleet at rest for so long waits for the vendor's time to pass.
const QUIET: Duration = Duration::from_millis(1_300);
const STEP_S: u64 = 4 * 3_600;

fn done<T>(made: Result<T, postgres_server::Error>) -> T {
    made.unwrap_or_else(|error| panic!("{error}"))
}

/// Simulator, database, standby, and a fleet that was started.
pub(super) struct Field {
    pub(super) database_cable: Proxy,
    pub(super) meta_cable: Proxy,
    simulated: Simulated,
    unmoor: Unmoor,
    primary: Server,
    standby: Server,
    /// The database, past the cable.
    direct: String,
    vendor: tempfile::TempDir,
    _ours: tempfile::TempDir,
}

impl Field {
    pub(super) fn new() -> Self {
        let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let simulated = Simulated::of(vendor.path(), CUSTOMERS, SCENARIO, RATE);
        let primary = done(Server::start(Durability::Full));
        let direct = done(primary.database("fleet"));
        let standby = done(primary.standby(Replication::Synchronous));
        let database_cable = Proxy::to(socket_of(&primary));
        let meta_cable = Proxy::to(Target::Port(simulated.url.rsplit(':').next().unwrap().parse().unwrap()));
        let unmoor = simulated
            .client(ours.path())
            .with("UNMOOR_DATABASE", format!("postgres://postgres@127.0.0.1:{}/fleet", database_cable.port))
            .with("UNMOOR_GRAPH_URL", format!("http://127.0.0.1:{}", meta_cable.port));
        unmoor.done(["schema", "upgrade"]);
        let customers = write(ours.path(), "fleet.csv", CUSTOMERS);
        unmoor.done(["import", customers.to_str().unwrap()]);
        unmoor.done(["start", "--all", "--yes"]);
        // Each call takes ten milliseconds of real time, so that things happen in the middle of one.
        simulated.post("faults", &json!({ "action": { "latency_ms": 1000 } }));
        Self { database_cable, meta_cable, simulated, unmoor, primary, standby, direct, vendor, _ours: ours }
    }

    pub(super) fn worker(&self) -> Running {
        self.unmoor.start(["worker"])
    }

    /// A worker, alone, that has just moved the first number.
    pub(super) fn in_a_cutover(&self) -> Running {
        let first = self.worker();
        self.until_moved();
        first
    }

    /// Three workers, one of which has just moved the first number.
    pub(super) fn three_in_a_cutover(&self) -> [Running; 3] {
        let mut workers = [self.worker(), self.worker(), self.worker()];
        for worker in &mut workers {
            worker.line("that it is at work", |line| line.contains("at work on"));
        }
        self.until_moved();
        workers
    }

    fn until_moved(&self) {
        self.until("the first move", || !self.simulated.changes("number.moved").is_empty());
    }

    pub(super) fn signal(&self, worker: &Running, signal: &str) {
        let told = Command::new("sh").args(["-c", &format!("kill -{signal} {}", worker.id())]).status().unwrap();
        assert!(told.success(), "cannot signal a worker");
    }

    /// Leases are measured by the database's clock: here three minutes pass at once.
    pub(super) fn expire_leases(&self) {
        let sql = "UPDATE migration SET lease_until = clock_timestamp() WHERE lease_owner IS NOT NULL";
        done(postgres_server::execute(&self.direct, sql));
    }

    pub(super) fn restart_database(&self) {
        done(self.primary.restart());
    }

    pub(super) fn promote_standby(&self) {
        done(self.primary.stop_immediately());
        done(self.standby.promote());
        self.database_cable.lead_to(socket_of(&self.standby));
    }

    pub(super) fn until_registered(&self, count: usize) {
        self.until("a register", || self.simulated.changes("number.registered").len() >= count);
    }

    pub(super) fn until_over(&self) {
        self.until("the end of the fleet", || {
            self.simulated.changes("number.registered").len() == NUMBERS && {
                let status = self.unmoor.run(["status", "--json"]);
                let summary = status.expect_status(0).json_lines().pop().unwrap();
                summary["phases"].as_object().unwrap().keys().all(|phase| phase.starts_with("completed"))
            }
        });
    }

    /// Lets the vendor's time jump whenever nobody does anything, until `holds`.
    fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let deadline = Deadline::in_seconds(240);
        let mut watch = Watch::over(&self.simulated);
        while !holds() {
            if watch.is_quiet_for(QUIET) {
                self.simulated.advance(STEP_S);
                watch.begin_again();
            }
            deadline.pause(what);
        }
    }

    /// Ends the workers and says how it went.
    #[expect(clippy::print_stdout, reason = "the verdict is what a person wants to read")]
    pub(super) fn verdict<const N: usize>(&self, scene: &str, workers: [Running; N]) {
        for worker in &workers {
            worker.terminate();
        }
        for worker in workers {
            worker.finish().expect_status(0).expect_stderr("stopped as asked");
        }
        let calm = Unmoor::at(self.vendor.path());
        calm.run(["rehearse", "customers.csv", "--keep", "kept", "--quiet"]).expect_status(0);
        let calm = std::fs::read_to_string(self.vendor.path().join("kept/ledger.jsonl")).unwrap();
        expect_same_effects(&effects(&self.simulated.ledger()), &effects_of_lines(&calm));
        self.unmoor.run(["verify"]).expect_status(0);
        let requests = self.simulated.requests(0);
        let writes = |path: &str| requests.iter().filter(|request| is_write(request, path)).count();
        println!(
            "{scene}: the ledger is that of a calm run, the journal verifies; {} requests, of them {} tags, {} moves and {} \
             registers for {NUMBERS} numbers of 2 customers",
            requests.len(),
            writes("/set_solution_migration_intent"),
            writes("/phone_numbers"),
            writes("/register"),
        );
    }
}

fn is_write(request: &Value, path: &str) -> bool {
    request["method"] == "POST" && request["path"].as_str().is_some_and(|whole| whole.ends_with(path))
}

fn socket_of(server: &Server) -> Target {
    Target::Socket(server.folder().join(".s.PGSQL.5432"))
}
