//! Killed at any instant and started again, a migration ends as if nothing had been.

use e2e::{Fleet, Member, Stage, effects};
use jiff::{SignedDuration, Timestamp};
use unmoor_simulator::RequestEntry;

/// Between a request's arrival and its answer.
const IN_FLIGHT: SignedDuration = SignedDuration::from_millis(40);

/// How many of the instants are drawn, beside those of the calls that cannot be undone.
const DRAWN: usize = 20;

fn fleet() -> Fleet {
    Fleet::of(&[
        Member::new("amber-anchor", &["+493023125017"]),
        Member::new("copper-candle", &["+12125550110", "+12125550111"]).person("pays = \"5 hours\""),
    ])
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn is_write(request: &RequestEntry) -> bool {
    request.method == "POST"
}

/// Every instant at which a write is in flight, and some others: drawn by a multiplicative step through the calm run's log.
fn instants(requests: &[RequestEntry], seed: usize) -> Vec<Timestamp> {
    let writes = requests.iter().filter(|request| is_write(request)).map(|request| request.at + IN_FLIGHT);
    let drawn = (1..=DRAWN).map(|place| {
        let request = &requests[(seed + place * 7919) % requests.len()];
        // Before it, in flight, or just as its answer arrives.
        request.at + SignedDuration::from_millis([-1, 40, 80][place % 3])
    });
    writes.chain(drawn).collect()
}

/// A database that outlives its process.
#[derive(Debug, Clone, Copy)]
enum Backend {
    Sqlite,
    Postgres,
}

/// Dies at each of `instants` in turn, and is started again each time.
fn killed_at(backend: Backend, instants: &[Timestamp]) -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let fleet = match backend {
        Backend::Sqlite => fleet().kept_in(folder.path().join("kept.db")),
        Backend::Postgres => fleet().kept_in_postgres(),
    };
    let first = runtime();
    let mut stage = first.block_on(Stage::of(&fleet));
    drop(first);
    for instant in instants {
        // A life of its own from its first connection to the database on.
        let life = runtime();
        stage = life.block_on(stage.reborn(&fleet));
        life.block_on(stage.pass_and_die(*instant));
        // With the runtime goes every task, wherever it is.
        drop(life);
    }
    let last = runtime();
    let stage = last.block_on(stage.reborn(&fleet));
    last.block_on(stage.finish());
    expect_completed(&last, &stage, instants);
    stage
}

fn expect_completed(runtime: &tokio::runtime::Runtime, stage: &Stage, instants: &[Timestamp]) {
    let all = runtime.block_on(stage.migrations());
    let story = all.iter().map(Stage::story).collect::<Vec<_>>().join("\n");
    let outcome = runtime.block_on(stage.rehearsal.outcome()).unwrap();
    assert_eq!(outcome.broken_rules, Vec::<String>::new(), "{instants:?}");
    assert!(all.iter().all(|m| m.phase().name() == "completed"), "{instants:?}\n{story}");
}

fn a_kill_at_any_instant(backend: Backend) {
    let calm = runtime().block_on(Stage::ended(&fleet()));
    let requests = calm.simulator().requests(0);
    let instants = instants(&requests, 11);
    assert!(instants.len() >= 30, "{} instants", instants.len());
    let between = requests.iter().filter(|request| request.path.ends_with("/register")).count();
    assert_eq!(between, 3, "each number is killed once between its move and the answer to its register");
    let calm = effects(&calm.simulator().ledger(0));
    for instant in instants {
        let stage = killed_at(backend, &[instant]);
        assert_eq!(effects(&stage.simulator().ledger(0)), calm, "{instant}");
    }
}

fn many_kills_in_one_life(backend: Backend) {
    let calm = runtime().block_on(Stage::ended(&fleet()));
    let mut instants = instants(&calm.simulator().requests(0), 3);
    instants.sort_unstable();
    instants.dedup();
    let stage = killed_at(backend, &instants);
    assert_eq!(effects(&stage.simulator().ledger(0)), effects(&calm.simulator().ledger(0)));
}

#[test]
fn a_kill_at_any_instant_leaves_the_ledger_of_a_calm_run() {
    a_kill_at_any_instant(Backend::Sqlite);
}

#[test]
fn on_postgres_a_kill_at_any_instant_leaves_the_ledger_of_a_calm_run() {
    a_kill_at_any_instant(Backend::Postgres);
}

#[test]
fn many_kills_in_one_life_change_nothing_either() {
    many_kills_in_one_life(Backend::Sqlite);
}

#[test]
fn on_postgres_many_kills_in_one_life_change_nothing_either() {
    many_kills_in_one_life(Backend::Postgres);
}
