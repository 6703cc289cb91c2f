//! Machines that die: three workers, a PostgreSQL server with a synchronous standby, and what can befall them in the middle of a
//! cutover. However it goes, the vendor's ledger is that of a calm run, and the journal verifies.
#![cfg(target_os = "linux")]

mod field;

use field::Field;

/// The first worker is in the middle of a cutover when it dies.
#[test]
fn a_worker_is_killed() {
    let field = Field::new();
    let first = field.in_a_cutover();
    assert_eq!(first.kill().status(), None);
    let others = [field.worker(), field.worker()];
    field.expire_leases();
    field.until_over();
    field.verdict("a worker is killed between a move and its register", others);
}

/// It stands still until others have taken over what it held, and goes on as if nothing had been.
#[test]
fn a_worker_is_frozen_past_its_lease_and_wakes() {
    let field = Field::new();
    let first = field.in_a_cutover();
    field.signal(&first, "STOP");
    let others = [field.worker(), field.worker()];
    field.expire_leases();
    field.until_registered(1);
    field.signal(&first, "CONT");
    field.until_over();
    let [second, third] = others;
    field.verdict("a worker is frozen past its lease and wakes", [first, second, third]);
}

/// It cannot keep what it learns, and must send nothing that it could not journal.
#[test]
fn a_worker_is_cut_off_from_the_database() {
    let field = Field::new();
    let first = field.in_a_cutover();
    field.database_cable.cut(first.id());
    let others = [field.worker(), field.worker()];
    field.expire_leases();
    field.until_registered(1);
    field.database_cable.mend(first.id());
    field.until_over();
    let [second, third] = others;
    field.verdict("a worker is cut off from the database", [first, second, third]);
}

/// What it sends gets no answer; it may or may not have arrived.
#[test]
fn a_worker_is_cut_off_from_meta() {
    let field = Field::new();
    let first = field.in_a_cutover();
    field.meta_cable.cut(first.id());
    let others = [field.worker(), field.worker()];
    field.expire_leases();
    field.until_registered(1);
    field.meta_cable.mend(first.id());
    field.until_over();
    let [second, third] = others;
    field.verdict("a worker is cut off from Meta", [first, second, third]);
}

/// Every connection is lost at once, and what was being committed may be there or not.
#[test]
fn the_database_crashes_and_comes_back() {
    let field = Field::new();
    let workers = field.three_in_a_cutover();
    field.restart_database();
    field.until_over();
    field.verdict("PostgreSQL crashes and comes back", workers);
}

/// Nothing that was answered is lost with the first server, and the workers find the second one.
#[test]
fn the_standby_takes_over() {
    let field = Field::new();
    let workers = field.three_in_a_cutover();
    field.promote_standby();
    field.until_over();
    field.verdict("the standby takes over", workers);
}
