//! Fleets that nobody thought up, calm and with a vendor that fails at random.

use e2e::{Fleet, Stage, effects, hours};
use unmoor_engine::fleet;
use unmoor_migration::blocker::Turn;

/// As many as the suite has time for, thrice, calm and faulty.
const CUSTOMERS: usize = 25;

/// Three calls of a hundred meet with something.
const FAULTS: [&str; 6] = [
    r#"{ "probability": 0.005, "action": { "graph_error": { "code": 2, "is_transient": true, "http_status": 500 } } }"#,
    r#"{ "probability": 0.005, "action": { "http_status": 502 } }"#,
    r#"{ "probability": 0.005, "action": { "drop": "before" } }"#,
    r#"{ "probability": 0.005, "action": { "drop": "after" } }"#,
    r#"{ "probability": 0.005, "action": { "drop": "later", "later_s": 20 } }"#,
    r#"{ "probability": 0.005, "action": { "latency_ms": 40000 } }"#,
];

/// Runs for 30 days; a person looks every hour, and lets a fleet that is braked go on.
async fn watched(fleet: &Fleet) -> Stage {
    let stage = Stage::of(fleet).await;
    for _ in 0..30 * 24 {
        stage.pass(hours(1)).await;
        let store = stage.rehearsal.engine.store.as_ref();
        if fleet::load(store).await.unwrap().fleet.brake.is_some() {
            fleet::resume(store, "ada", None, stage.rehearsal.engine.clock.now()).await.unwrap();
        }
    }
    stage
}

async fn ends_well(stage: &Stage, seed: u64) {
    let outcome = stage.rehearsal.outcome().await.unwrap();
    assert_eq!(outcome.broken_rules, Vec::<String>::new(), "seed {seed}");
    for m in &outcome.migrations {
        let waits_for_a_person = m.turn().is_some_and(|turn| turn == Turn::Customer);
        assert!(m.is_final() || waits_for_a_person, "seed {seed}: {}", Stage::story(m));
    }
}

async fn calm_and_faulty(seed: u64) {
    let calm_fleet = Fleet::generated(CUSTOMERS, seed);
    let calm = watched(&calm_fleet).await;
    ends_well(&calm, seed).await;
    let faulty = watched(&FAULTS.into_iter().fold(calm_fleet, Fleet::fault)).await;
    ends_well(&faulty, seed).await;
    let hit: u32 = faulty.simulator().faults().iter().map(|(_, fired)| fired).sum();
    assert!(hit > 30, "seed {seed}: only {hit} faults fired");
    let (calm, faulty) = (effects(&calm.simulator().ledger(0)), effects(&faulty.simulator().ledger(0)));
    for (key, count) in &faulty {
        assert_eq!(calm.get(key), Some(count), "seed {seed}: {key:?} in the faulty run");
    }
    assert_eq!(calm, faulty, "seed {seed}");
}

#[tokio::test]
async fn customers_of_seed_1() {
    calm_and_faulty(1).await;
}

#[tokio::test]
async fn customers_of_seed_2() {
    calm_and_faulty(2).await;
}

#[tokio::test]
async fn customers_of_seed_3() {
    calm_and_faulty(3).await;
}
