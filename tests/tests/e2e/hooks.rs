//! The operator's own commands: real programs, asked and told in a rehearsal.
#![cfg(unix)]

use std::path::Path;
use std::time::Duration;

use e2e::{Fleet, Stage, changes_of, hours};
use serde_json::{Value, json};
use unmoor_engine::hooks::{HookCommand, Hooks};
use unmoor_migration::{BlockerCode, Phase};
use unmoor_simulator::PhoneIdAfterMigrate;

fn script(text: &str) -> Option<HookCommand> {
    let words = ["/bin/sh", "-c", text].map(str::to_owned).to_vec();
    Some(HookCommand::new(words, Duration::from_secs(20)).unwrap())
}

/// A command that keeps what it is told, one line each.
fn keeps(file: &Path) -> Option<HookCommand> {
    script(&format!("cat >> '{0}'; echo >> '{0}'", file.display()))
}

fn told(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_veto_before_the_move_holds_it_until_the_hook_allows_it() {
    let folder = tempfile::tempdir().unwrap();
    let (freeze, log) = (folder.path().join("freeze"), folder.path().join("asked"));
    std::fs::write(&freeze, "").unwrap();
    let text = format!(
        "cat >> '{1}'; echo >> '{1}'; if [ -e '{0}' ]; then echo 'change freeze until Monday' >&2; exit 1; fi",
        freeze.display(),
        log.display()
    );
    let hooks = Hooks { before_move: script(&text), ..Hooks::default() };
    let stage = Stage::with_hooks(&Fleet::one().policy(|policy| policy.before_move_hook = true), hooks).await;
    let blocker = stage.until_blocked(BlockerCode::HookVetoed).await;
    assert!(blocker.detail.as_ref().unwrap().contains("change freeze until Monday"), "{blocker:?}");
    stage.pass(hours(3)).await;
    assert!(changes_of(stage.simulator(), "number.moved").is_empty());
    std::fs::remove_file(&freeze).unwrap();
    stage.finish().await;
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
    let asked = told(&log);
    assert!(asked.len() >= 2, "asked again by itself");
    let last = asked.last().unwrap();
    assert_eq!(last["hook"], "before_move");
    assert_eq!(last["number"], "+493023125017");
    assert_eq!(last["rehearsal"], true);
    assert_eq!(last["destination_waba"], stage.destination().to_string());
}

#[tokio::test]
async fn a_hook_that_cannot_be_run_is_a_veto() {
    let missing = HookCommand::new(vec!["/nowhere/at/all".to_owned()], Duration::from_secs(5)).unwrap();
    let hooks = Hooks { before_move: Some(missing), ..Hooks::default() };
    let stage = Stage::with_hooks(&Fleet::one().policy(|policy| policy.before_move_hook = true), hooks).await;
    stage.until_blocked(BlockerCode::HookVetoed).await;
    stage.pass(hours(3)).await;
    assert!(changes_of(stage.simulator(), "number.moved").is_empty());
}

#[tokio::test]
async fn after_register_tells_the_old_and_the_new_id_of_every_number() {
    for (knob, is_new) in [(PhoneIdAfterMigrate::New, true), (PhoneIdAfterMigrate::Same, false)] {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("told");
        let hooks = Hooks { after_register: keeps(&log), ..Hooks::default() };
        let fleet = Fleet::three_numbers().knobs(|knobs| knobs.phone_id_after_migrate = knob);
        let stage = Stage::with_hooks(&fleet, hooks).await;
        let before = stage.simulator().credentials().customers[0].phone_number_ids.clone();
        stage.finish().await;
        let told = told(&log);
        let stages = |stage| told.iter().filter(|line| line["stage"] == stage).count();
        assert_eq!((told.len(), stages("registered"), stages("verified")), (6, 3, 3), "{told:?}");
        let world = stage.simulator().world();
        let listed = &world.wabas[&stage.destination()].numbers;
        for line in &told {
            let (old, new) =
                (line["old_phone_number_id"].as_str().unwrap(), line["new_phone_number_id"].as_str().unwrap());
            assert!(before.iter().any(|id| id.to_string() == old), "{line}");
            assert_eq!(old != new, is_new, "{line}");
            let entry = listed.iter().find(|entry| entry.id.to_string() == new).expect("the destination's id");
            assert_eq!(line["number"], entry.number.to_string());
            let form = (&line["old_display_phone_number"], false);
            let is_known = line["stage"] == "verified";
            assert_eq!(line["new_display_phone_number"], if is_known { form.0.clone() } else { Value::Null }, "{line}");
            assert_eq!(line["written_form_changed"], if is_known { json!(form.1) } else { Value::Null }, "{line}");
        }
    }
}

#[tokio::test]
async fn after_register_is_told_as_well_where_only_a_read_found_the_register() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("told");
    let hooks = Hooks { after_register: keeps(&log), ..Hooks::default() };
    let fault = r#"{ "match": { "path": "/*/register" }, "times": 1, "action": { "drop": "after" } }"#;
    let stage = Stage::with_hooks(&Fleet::one().fault(fault), hooks).await;
    stage.finish().await;
    let stages: Vec<Value> = told(&log).iter().map(|line| line["stage"].clone()).collect();
    assert_eq!(stages, ["registered", "verified"]);
}

#[tokio::test]
async fn a_gap_that_lasts_raises_an_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("told");
    let hooks = Hooks { alarm: keeps(&log), ..Hooks::default() };
    let fault = r#"{ "match": { "path": "/*/register" }, "times": 1, "action": { "drop": "before" } }"#;
    let stage = Stage::with_hooks(&Fleet::one().fault(fault), hooks).await;
    stage.finish().await;
    let told = told(&log);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["code"], "GAP");
    assert_eq!(told[0]["number"], "+493023125017");
    let moved = changes_of(stage.simulator(), "number.moved")[0].at;
    let raised: jiff::Timestamp = told[0]["at"].as_str().unwrap().parse().unwrap();
    assert_eq!(raised.duration_since(moved).as_secs(), 60);
}
