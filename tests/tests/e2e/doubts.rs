//! What a person is told of calls that got no answer.

use e2e::{Fleet, Stage};
use unmoor_migration::story::Doubts;
use unmoor_migration::{Event, Phase};

fn dropped(path: &str, drop: &str) -> String {
    fault(&serde_json::json!({ "method": "POST", "path": path }), &serde_json::json!({ "drop": drop }))
}

fn fault(on: &serde_json::Value, action: &serde_json::Value) -> String {
    serde_json::json!({ "match": on, "times": 1, "action": action }).to_string()
}

fn told(facts: &[Event]) -> String {
    let mut doubts = Doubts::default();
    facts.iter().for_each(|event| doubts.observe(event));
    let doubts = doubts.stories();
    let json = doubts.iter().map(|doubt| serde_json::to_string(doubt).unwrap());
    doubts.iter().map(|doubt| doubt.sentence.clone()).chain(json).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn what_became_of_a_call_without_an_answer_is_told() {
    let mut shown = String::new();
    for (title, path, drop) in [
        ("The tag: it took place before the connection was lost", "/*/set_solution_migration_intent", "after"),
        ("A move: it took place before the connection was lost", "/*/phone_numbers", "after"),
        ("A move: nothing happened", "/*/phone_numbers", "before"),
        ("A move: it took place late", "/*/phone_numbers", "later"),
        ("A register: it took place before the connection was lost", "/*/register", "after"),
        ("A register: nothing happened", "/*/register", "before"),
        ("A register: it took place late", "/*/register", "later"),
    ] {
        let stage = Stage::ended(&Fleet::one().fault(&dropped(path, drop))).await;
        assert_eq!(*stage.only().await.phase(), Phase::Completed, "{title}");
        shown = format!("{shown}# {title}\n{}\n\n", told(&stage.facts().await));
    }
    insta::assert_snapshot!("doubts", shown);
}

#[tokio::test]
async fn a_look_that_is_refused_is_told_and_counts_for_nothing() {
    let fleet = Fleet::one().fault(&dropped("/*/register", "after"));
    let calm = Stage::ended(&fleet).await;
    let list = format!("/{}/phone_numbers", calm.destination());
    // The looks before the register are let pass.
    let before = calm.simulator().requests(0).into_iter().take_while(|request| !request.path.ends_with("/register"));
    let before = before.filter(|request| request.method == "GET" && request.path.ends_with(&list)).count();
    let on = serde_json::json!({ "method": "GET", "path": list, "nth": before + 1 });
    let fleet = fleet.fault(&fault(
        &on,
        &serde_json::json!({ "graph_error": { "code": 2, "message": "An unexpected error has occurred" } }),
    ));
    let stage = Stage::ended(&fleet).await;
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
    insta::assert_snapshot!("doubt_with_a_refused_look", told(&stage.facts().await));
}

#[tokio::test]
async fn a_calm_run_leaves_no_doubt() {
    assert_eq!(told(&Stage::ended(&Fleet::one()).await.facts().await), "");
}
