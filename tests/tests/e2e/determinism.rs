//! The same seed gives the same bytes.

use e2e::{Fleet, Stage};
use unmoor_simulator::{LedgerEntry, RequestEntry};

/// Everything that a rehearsal leaves behind.
#[derive(Debug, PartialEq)]
struct Traces {
    journals: Vec<String>,
    requests: Vec<RequestEntry>,
    ledger: Vec<LedgerEntry>,
}

fn fleet(seed: u64) -> Fleet {
    let faults = [
        r#"{ "match": { "method": "GET" }, "probability": 0.03, "action": { "graph_error": { "code": 2, "is_transient": true } } }"#,
        r#"{ "match": { "method": "GET" }, "probability": 0.02, "action": { "drop": "before" } }"#,
    ];
    faults.into_iter().fold(Fleet::generated(12, seed), Fleet::fault)
}

async fn traces(seed: u64) -> Traces {
    let stage = Stage::ended(&fleet(seed)).await;
    let mut journals = Vec::new();
    for m in stage.migrations().await {
        for row in stage.journal(m.id()).await {
            journals.push(format!("{} {} {} {} {}", m.id(), row.seq, row.at, row.kind, row.body));
        }
    }
    Traces { journals, requests: stage.simulator().requests(0), ledger: stage.simulator().ledger(0) }
}

fn same(one: &Traces, other: &Traces) {
    for (left, right) in one.journals.iter().zip(&other.journals) {
        assert_eq!(left, right, "the first row that differs");
    }
    assert_eq!(one.requests, other.requests);
    assert!(*one == *other);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_journals_requests_and_ledger() {
    let (one, other) = (traces(7).await, traces(7).await);
    assert!(one.journals.len() > 500, "a fleet that lived: {} rows", one.journals.len());
    same(&one, &other);
}

#[tokio::test]
async fn another_seed_gives_another_rehearsal() {
    let (one, other) = (traces(7).await, traces(8).await);
    assert_ne!(one.journals, other.journals);
    assert_ne!(one.requests, other.requests);
}

#[test]
fn many_threads_make_no_difference() {
    let many = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let one = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let threaded = many.block_on(async { tokio::spawn(traces(7)).await.unwrap() });
    same(&one.block_on(traces(7)), &threaded);
}
