//! A migration intent whose id was lost, given by a person: it is read, and taken only if it is this WABA's.

use e2e::{Fleet, Member, Stage, blocker, changes_of, minutes};
use unmoor_migration::{BlockerCode, Command, IntentId, Migration, Phase, Turn};
use unmoor_simulator::Id;

/// The intent that the vendor has for a source WABA.
fn intent_of(stage: &Stage, m: &Migration) -> IntentId {
    let source: Id = m.id().as_str().parse().unwrap();
    let intents = stage.simulator().world().intents;
    let (id, _) = intents.iter().find(|(_, intent)| intent.waba == source).expect("it is tagged");
    IntentId::new(&id.to_string()).unwrap()
}

fn adopt(intent: IntentId) -> Command {
    Command::Adopt { intent, acceptance_seen: None }
}

#[tokio::test]
async fn a_tag_whose_answers_were_all_lost_goes_on_with_its_own_intent_and_with_no_other() {
    let members = [Member::new("amber-anchor", &["+493023125017"]), Member::new("birch-books", &["+493023125018"])];
    let amber = "310200000000101";
    let lost = format!(
        r#"{{ "match": {{ "path": "/*/set_solution_migration_intent", "waba": "{amber}" }}, "times": 4, "action": {{ "drop": "after" }} }}"#
    );
    let stage = Stage::of(&Fleet::of(&members).fault(&lost)).await;
    let is_a_persons =
        |m: &Migration| blocker(m, BlockerCode::IntentOutcomeUnknown).is_some_and(|b| b.turn == Turn::TechProvider);
    stage.until("a person's turn", |all| all.iter().any(is_a_persons)).await;
    let (ours, other) = (stage.migration("amber-anchor").await, stage.migration("birch-books").await);
    assert_eq!(ours.id().as_str(), amber);

    stage.command_for(ours.id(), adopt(intent_of(&stage, &other))).await;
    let refused = stage.until_blocked(BlockerCode::IntentNotOurs).await;
    assert!(refused.detail.unwrap().contains(other.id().as_str()), "it names whose it is");
    stage.pass(minutes(90)).await;
    assert_eq!(*stage.migration("amber-anchor").await.phase(), Phase::Tagging);

    stage.command_for(ours.id(), adopt(intent_of(&stage, &ours))).await;
    let outcome = stage.finish().await;
    assert_eq!(outcome.broken_rules, [""; 0]);
    assert!(stage.migrations().await.iter().all(|m| *m.phase() == Phase::Completed));
    assert_eq!(changes_of(stage.simulator(), "number.registered").len(), 2);
}
