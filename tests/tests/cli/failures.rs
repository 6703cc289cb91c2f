//! Databases that cannot be used, and disks and servers that fail under a run: in words, without a loss, and without a call
//! that nobody could account for.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres_server::{Durability, Server};

use crate::support::{
    Deadline, FLEET, FLEET_SCENARIO, Finished, Running, Simulated, Unmoor, Watch, effects, effects_of_lines,
    expect_same_effects, write,
};

const RATE: u32 = 100;
/// A client that still had something to send would have sent it.
const QUIET: Duration = Duration::from_millis(1_300);

/// A fleet that is about to begin.
struct Field {
    vendor: tempfile::TempDir,
    ours: tempfile::TempDir,
    simulated: Simulated,
    unmoor: Unmoor,
}

impl Field {
    fn new() -> Self {
        let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let simulated = Simulated::of(vendor.path(), FLEET, FLEET_SCENARIO, RATE);
        let unmoor = simulated.client(ours.path()).with("UNMOOR_DATABASE", "unmoor.db");
        write(ours.path(), "fleet.csv", FLEET);
        Self { vendor, ours, simulated, unmoor }
    }

    fn begun(self) -> Self {
        self.unmoor.done(["import", "fleet.csv"]);
        self.unmoor.done(["start", "--all", "--yes"]);
        self
    }

    fn database(&self) -> PathBuf {
        self.ours.path().join("unmoor.db")
    }

    fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.database()).unwrap().execute_batch(sql).unwrap();
    }

    /// What `unmoor run` says and ends with, without what differs from one machine to the next.
    fn told(&self, title: &str, finished: &Finished) -> String {
        let mut words = finished.stderr.clone();
        for (place, name) in [(self.ours.path(), "FOLDER"), (Path::new(&self.simulated.url), "SIMULATOR")] {
            words = words.replace(&place.display().to_string(), name);
        }
        format!("# {title}\n$ unmoor {}\n{words}=> {:?}\n\n", finished.title(), finished.status().unwrap())
    }

    fn requests(&self) -> usize {
        self.simulated.requests(0).len()
    }

    /// Nothing is sent, however much time passes at the vendor's.
    fn expect_silence(&self) {
        let deadline = Deadline::in_seconds(60);
        let mut watch = Watch::over(&self.simulated);
        while !watch.is_quiet_for(QUIET) {
            deadline.pause("silence");
        }
        let before = self.requests();
        self.simulated.advance(3_600);
        watch.begin_again();
        while !watch.is_quiet_for(QUIET) {
            deadline.pause("silence");
        }
        assert_eq!(self.requests(), before, "something was sent that could not be journaled");
    }

    /// Waits until the first customer is asked.
    fn await_the_first_intent(&self, running: &mut Running) {
        let deadline = Deadline::in_seconds(120);
        while self.simulated.changes("intent.created").is_empty() {
            assert!(!running.has_ended(), "it has ended before");
            deadline.pause("the first intent");
        }
    }

    fn expect_the_end_of_a_calm_run(&self, running: Running) -> Finished {
        let finished = self.simulated.hurry(running);
        finished.expect_status(3);
        let calm = Unmoor::at(self.vendor.path());
        calm.run(["rehearse", "customers.csv", "--keep", "kept", "--quiet"]).expect_status(0);
        let calm = fs::read_to_string(self.vendor.path().join("kept/ledger.jsonl")).unwrap();
        expect_same_effects(&effects(&self.simulated.ledger()), &effects_of_lines(&calm));
        finished
    }
}

#[test]
fn a_database_that_cannot_be_used_is_told_with_a_way_out_and_nothing_is_sent() {
    let field = Field::new().begun();
    let path = field.database();
    let whole = fs::read(&path).unwrap();
    let mut told = String::new();

    let mut garbage = whole.clone();
    garbage[..100].fill(0xA5);
    fs::write(&path, &garbage).unwrap();
    let finished = field.unmoor.run(["run"]);
    told += &field.told("The first bytes of the file are garbage", &finished);
    assert_eq!(fs::read(&path).unwrap(), garbage, "what is left of it is left alone");

    fs::write(&path, &whole).unwrap();
    field.sql("INSERT INTO schema_version (version, name) VALUES (99, 'later')");
    told += &field.told("A newer Unmoor wrote it", &field.unmoor.run(["run"]));
    field.sql("DELETE FROM schema_version WHERE version = 99");

    let read_only = "mkdir -p small && mount -t tmpfs none small && cp unmoor.db unmoor.db.key small/ && \
                     mount -o remount,ro small && exec \"$@\"";
    let small =
        field.unmoor.clone().with("UNMOOR_DATABASE", field.ours.path().join("small/unmoor.db").display().to_string());
    told += &field.told("The disk is read-only", &small.start_with_mounts(read_only, ["run"]).finish());

    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    let address = server.database("fleet").unwrap_or_else(|error| panic!("{error}"));
    let away = field.unmoor.clone().with("UNMOOR_DATABASE", &address);
    away.done(["import", "fleet.csv"]);
    server.stop_immediately().unwrap_or_else(|error| panic!("{error}"));
    let folder = server.folder().display().to_string();
    for finished in [away.run(["run"]), away.run(["status"]), away.run(["pause", "--all"])] {
        told += &field.told("PostgreSQL is away", &finished).replace(&folder, "SERVER");
    }
    assert_eq!(field.requests(), 0, "nothing was sent");
    server.restart().unwrap_or_else(|error| panic!("{error}"));
    told += &field.told("PostgreSQL is there again", &away.run(["pause", "--all"]));
    insta::assert_snapshot!("unusable_databases", told);
}

#[test]
fn a_second_engine_on_a_file_is_refused_and_sends_nothing() {
    let field = Field::new().begun();
    let mut first = field.unmoor.start(["run"]);
    first.line("a phase", |line| line.contains(": "));
    let second = field.unmoor.run(["run"]);
    second.expect_status(5);
    let told = field.told("Another engine works on it", &second).replace(&first.id().to_string(), "ID");
    insta::assert_snapshot!("two_engines", told);
    first.terminate();
    first.finish().expect_status(0);
}

/// Puts garbage into the first page of a table or an index.
fn damage(path: &Path, name: &str) {
    let db = rusqlite::Connection::open(path).unwrap();
    let page: usize =
        db.query_row("SELECT rootpage FROM sqlite_master WHERE name = ?1", [name], |row| row.get(0)).unwrap();
    let size: usize = db.query_row("SELECT page_size FROM pragma_page_size", [], |row| row.get(0)).unwrap();
    drop(db);
    let mut bytes = fs::read(path).unwrap();
    bytes[(page - 1) * size..page * size].fill(0xA5);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_page_that_is_found_on_the_way_ends_the_run_before_anything_is_changed() {
    let field = Field::new().begun();
    damage(&field.database(), "journal");
    let finished = field.unmoor.run(["run"]);
    finished.expect_status(1);
    let writes = field.simulated.requests(0).into_iter().filter(|request| request["method"] != "GET");
    assert_eq!(writes.count(), 0, "an attempt at a change that cannot be journaled is not sent");
    let error = finished.stderr.lines().find(|line| line.starts_with("error: ")).unwrap().to_owned();
    let error = error.replace(&field.ours.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!("damaged_page", error);
}

/// Everything that fits.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("filler");
    let mut file = fs::File::create(&path).unwrap();
    for block in [64 << 10, 4 << 10, 512, 1] {
        while file.write_all(&vec![0; block]).is_ok() {}
    }
    path
}

#[test]
fn a_full_disk_is_waited_for_without_a_call_and_the_run_goes_on_when_there_is_room() {
    let field = Field::new().begun();
    let small = field.ours.path().join("small");
    let unmoor = field.unmoor.clone().with("UNMOOR_DATABASE", small.join("unmoor.db").display().to_string());
    let mounts =
        "mkdir -p small && mount -t tmpfs -o size=8m none small && cp unmoor.db unmoor.db.key small/ && exec \"$@\"";
    let mut running = unmoor.start_with_mounts(mounts, ["run"]);
    field.await_the_first_intent(&mut running);
    // As the process sees it: nobody else does.
    let seen = PathBuf::from(format!("/proc/{}/root{}", running.id(), small.display()));
    let filler = fill(&seen);
    let words = running.line("the full disk", |line| line.contains("is full"));
    field.expect_silence();
    fs::remove_file(filler).unwrap();
    assert!(words.contains("the disk that holds") && words.contains("make room"), "{words}");
    field.expect_the_end_of_a_calm_run(running);
}

#[test]
fn a_postgresql_that_goes_away_is_waited_for_without_a_call_and_the_run_goes_on() {
    let field = Field::new();
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    let address = server.database("fleet").unwrap_or_else(|error| panic!("{error}"));
    let unmoor = field.unmoor.clone().with("UNMOOR_DATABASE", &address);
    unmoor.done(["import", "fleet.csv"]);
    unmoor.done(["start", "--all", "--yes"]);
    let mut running = unmoor.start(["run"]);
    field.await_the_first_intent(&mut running);
    server.stop_immediately().unwrap_or_else(|error| panic!("{error}"));
    let words =
        running.line("the lost database", |line| line.contains("nothing is begun until the database answers again"));
    assert!(words.contains("cannot be reached") || words.contains("cannot tell whether"), "{words}");
    field.expect_silence();
    server.restart().unwrap_or_else(|error| panic!("{error}"));
    running.line("the database's return", |line| line.contains("the database answers again: going on"));
    field.expect_the_end_of_a_calm_run(running);
}
