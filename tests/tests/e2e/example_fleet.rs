//! The example that the first command rehearses.

use std::fmt::Write as _;

use e2e::{Fleet, Stage, days};
use unmoor_cli::report::Tally;
use unmoor_migration::Migration;

fn example() -> Fleet {
    let customers = include_str!("../../../examples/customers.csv");
    let scenario = include_str!("../../../examples/customers.scenario.toml");
    Fleet::from_files(customers, scenario, 1)
}

fn told(m: &Migration) -> String {
    let mut text = format!("{}: {}", m.customer().reference, m.phase());
    let mut counts = std::collections::BTreeMap::new();
    for number in m.numbers() {
        *counts.entry(number.state_name()).or_insert(0) += 1;
    }
    for (state, count) in counts {
        write!(text, ", {count} {state}").unwrap();
    }
    for blocker in m.blockers() {
        write!(text, "; {} ({})", blocker.code, blocker.turn.name()).unwrap();
    }
    if let Some(first) = m.exceptions().first() {
        write!(text, "; {} left behind, the first: {first}", m.exceptions().len()).unwrap();
    }
    text
}

#[tokio::test]
async fn the_example_shows_the_life_of_a_real_fleet() {
    let stage = Stage::of(&example()).await;
    stage.pass(days(30)).await;
    let outcome = stage.rehearsal.outcome().await.unwrap();
    assert_eq!(outcome.broken_rules, Vec::<String>::new());
    let lines: Vec<String> = outcome.migrations.iter().map(told).collect();
    insta::assert_snapshot!("outcomes", lines.join("\n"));
    let mut tally = Tally::default();
    outcome.migrations.iter().for_each(|m| tally.add(m));
    insta::assert_json_snapshot!("summary", tally.summary(outcome.graph_calls, outcome.elapsed.as_secs(), 0));
}
