//! Settings that do not travel: what a customer had is there again on the other side, whatever its calls meet, and nothing of the
//! old partner's is.

use e2e::{FURNISHED, FURNISHED_ACCOUNT, Fleet, Member, Stage, blocker, changes_of, effects};
use unmoor_migration::settings::{Row, SettingName, Verdict, rows};
use unmoor_migration::{BlockerCode, EffectKind, Outcome, Phase, SettingsPolicy};
use unmoor_simulator::world::{Number, Waba};
use unmoor_simulator::{Drop, SettingsAfterMigrate};

const NUMBER: &str = "+493023125017";

/// A customer who has everything set.
fn furnished() -> Member {
    Member::bare("amber-anchor")
        .world(&format!("numbers = [{{ number = \"{NUMBER}\", {FURNISHED} }}]"))
        .world(FURNISHED_ACCOUNT)
}

fn fleet(policy: SettingsPolicy) -> Fleet {
    Fleet::of(&[furnished()]).policy(|known| known.settings = policy)
}

/// Source and destination as the vendor has them.
fn sides(stage: &Stage) -> (Waba, Waba) {
    let world = stage.simulator().world();
    let intent = world.intents.values().next().unwrap();
    (world.wabas[&intent.waba].clone(), world.wabas[&intent.destination].clone())
}

fn of_number(waba: &Waba) -> &Number {
    waba.numbers.iter().find(|number| number.number.as_str() == NUMBER).unwrap()
}

async fn verdict(stage: &Stage, name: SettingName) -> Row {
    let rows = rows(&stage.only().await);
    rows.into_iter().find(|row| row.setting == name).unwrap_or_else(|| panic!("{name:?} is not compared"))
}

/// Everything but the picture, which is a file.
fn expect_restored(stage: &Stage, why: &str) {
    let (source, destination) = sides(stage);
    let (before, after) = (of_number(&source), of_number(&destination));
    let mut expected = before.settings.clone();
    expected.profile.picture = after.settings.profile.picture;
    assert_eq!(after.settings, expected, "{why}");
    let address = |number: &Number| number.callback_overrides.values().map(|one| one.uri.clone()).collect::<Vec<_>>();
    assert_eq!(address(after), address(before), "{why}");
    assert_eq!(destination.settings, source.settings, "{why}");
}

#[tokio::test]
async fn what_the_customer_had_is_there_again() {
    let stage = Stage::ended(&fleet(SettingsPolicy::Restore)).await;
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
    expect_restored(&stage, "calm");
    assert_eq!(verdict(&stage, SettingName::ProfilePicture).await.verdict, Verdict::ByHand);
    let first_set = changes_of(stage.simulator(), "number.profile_changed")[0].at;
    assert!(first_set > changes_of(stage.simulator(), "number.registered")[0].at);
}

#[tokio::test]
async fn listing_writes_nothing_and_leaving_reads_nothing() {
    let mut calls = Vec::new();
    for policy in [SettingsPolicy::Leave, SettingsPolicy::List] {
        let stage = Stage::ended(&fleet(policy)).await;
        assert_eq!(*stage.only().await.phase(), Phase::Completed);
        let (_, destination) = sides(&stage);
        assert_eq!(of_number(&destination).settings, unmoor_simulator::world::NumberSettings::default());
        calls.push(stage.simulator().requests(0).len());
        let open = rows(&stage.only().await).into_iter().filter(|row| row.verdict.is_open()).count();
        assert_eq!(open, if policy == SettingsPolicy::Leave { 0 } else { 8 });
    }
    assert_eq!(calls[1] - calls[0], 8, "on each side the account, and of the number its node, profile and settings");
}

#[tokio::test]
async fn what_comes_along_by_itself_needs_no_call() {
    let fleet = fleet(SettingsPolicy::Restore).knobs(|knobs| knobs.settings_after_migrate = SettingsAfterMigrate::Kept);
    let stage = Stage::ended(&fleet).await;
    assert!(changes_of(stage.simulator(), "number.profile_changed").is_empty());
    assert_eq!(verdict(&stage, SettingName::BusinessProfile).await.verdict, Verdict::Same);
    assert_eq!(verdict(&stage, SettingName::Insights).await.verdict, Verdict::Restored, "the account is another");
}

#[tokio::test]
async fn the_old_partners_callback_and_server_stay_with_the_old_partner() {
    let theirs = "callback_override = \"https://partner.example/in?secret=hunter2\", \
                  calling = { status = \"ENABLED\", sip = { status = \"ENABLED\", servers = [] } }";
    let member = Member::bare("amber-anchor").world(&format!("numbers = [{{ number = \"{NUMBER}\", {theirs} }}]"));
    let stage = Stage::ended(&Fleet::of(&[member]).policy(|policy| policy.settings = SettingsPolicy::Restore)).await;
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
    let (_, destination) = sides(&stage);
    let number = of_number(&destination);
    assert!(number.callback_overrides.is_empty() && number.settings.calling.is_empty());
    for name in [SettingName::NumberCallback, SettingName::Calling] {
        assert_eq!(verdict(&stage, name).await.verdict, Verdict::ByHand, "{name:?}");
    }
    let journal = serde_json::to_string(&stage.facts().await).unwrap();
    assert!(!journal.contains("hunter2"), "what may be somebody else's secret is kept nowhere");
}

/// The calls that restore, each without an answer: before it took effect, after it, and seconds later.
#[tokio::test]
async fn a_restoring_call_without_an_answer_is_looked_for_and_nothing_is_lost() {
    let fleet = fleet(SettingsPolicy::Restore);
    let calm = effects(&Stage::ended(&fleet).await.simulator().ledger(0));
    for path in ["/*/whatsapp_business_profile", "/*/conversational_automation", "/*/settings"] {
        for drop in [Drop::Before, Drop::After, Drop::Later] {
            let fault = serde_json::json!({
                "match": { "method": "POST", "path": path }, "times": 1, "action": { "drop": drop, "later_s": 12 }
            });
            let mut fault = fault;
            if drop != Drop::Later {
                fault["action"].as_object_mut().unwrap().remove("later_s");
            }
            let stage = Stage::ended(&fleet.clone().fault(&fault.to_string())).await;
            let unknown =
                stage.ends(EffectKind::RestoreSetting, |outcome| matches!(outcome, Outcome::Unknown { .. })).await;
            assert_eq!(unknown, 1, "{drop:?} {path}");
            assert_eq!(*stage.only().await.phase(), Phase::Completed, "{drop:?} {path}");
            expect_restored(&stage, path);
            assert_eq!(effects(&stage.simulator().ledger(0)), calm, "{drop:?} {path}");
        }
    }
}

#[tokio::test]
async fn a_setting_that_meta_refuses_is_recorded_and_the_others_are_restored() {
    let refused = r#"{"match":{"method":"POST","path":"/*/whatsapp_business_profile"},
        "action":{"graph_error":{"code":100,"message":"Invalid parameter"}}}"#;
    let stage = Stage::ended(&fleet(SettingsPolicy::Restore).fault(refused)).await;
    let m = stage.only().await;
    assert_eq!(*m.phase(), Phase::CompletedWithExceptions);
    assert_eq!(m.exceptions().len(), 1, "{:?}", m.exceptions());
    assert!(m.exceptions()[0].contains("the business profile of +493023125017 was not restored"));
    assert_eq!(verdict(&stage, SettingName::Calling).await.verdict, Verdict::Restored);
}

#[tokio::test]
async fn what_meta_does_not_show_is_unreadable_and_holds_up_nothing() {
    let refused = r#"{"match":{"method":"GET","path":"/*/whatsapp_business_profile"},
        "action":{"graph_error":{"code":10,"message":"Application does not have permission for this action"}}}"#;
    let stage = Stage::ended(&fleet(SettingsPolicy::Restore).fault(refused)).await;
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
    assert_eq!(verdict(&stage, SettingName::BusinessProfile).await.verdict, Verdict::Unreadable);
    assert_eq!(verdict(&stage, SettingName::Calling).await.verdict, Verdict::Restored);
}

fn wanting_a_region() -> Fleet {
    Fleet::of(&[Member::new("amber-anchor", &[NUMBER]).storage_region("DE")])
}

#[tokio::test]
async fn a_wanted_region_is_set_before_the_register() {
    let stage = Stage::ended(&wanting_a_region()).await;
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
    let at = |kind: &str| changes_of(stage.simulator(), kind)[0].at;
    assert!(at("number.moved") < at("number.storage_region_changed"));
    assert!(at("number.storage_region_changed") < at("number.registered"));
    let (_, destination) = sides(&stage);
    assert!(of_number(&destination).storage_region.is_some());
    let gap = stage.only().await.longest_gap().unwrap();
    assert!(gap < e2e::seconds(1), "{gap}");
}

#[tokio::test]
async fn a_register_waits_where_the_region_is_refused_and_goes_on_when_it_is_taken() {
    let refused = r#"{"match":{"method":"POST","path":"/*/settings"},"times":2,
        "action":{"graph_error":{"code":100,"message":"Invalid parameter"}}}"#;
    let stage = Stage::of(&wanting_a_region().fault(refused)).await;
    let found = stage.until_blocked(BlockerCode::StorageRegionOpen).await;
    assert!(found.detail.unwrap().contains("code 100"));
    assert!(changes_of(stage.simulator(), "number.registered").is_empty());
    stage.finish().await;
    let m = stage.only().await;
    assert_eq!(*m.phase(), Phase::Completed);
    assert!(blocker(&m, BlockerCode::StorageRegionOpen).is_none());
    assert!(m.longest_gap().unwrap() < e2e::minutes(3));
}

#[tokio::test]
async fn a_region_without_an_answer_is_set_once_more_and_changes_nothing_twice() {
    let calm = effects(&Stage::ended(&wanting_a_region()).await.simulator().ledger(0));
    for drop in [Drop::Before, Drop::After] {
        let fault = serde_json::json!({
            "match": { "method": "POST", "path": "/*/settings" }, "times": 1, "action": { "drop": drop }
        });
        let stage = Stage::ended(&wanting_a_region().fault(&fault.to_string())).await;
        assert_eq!(*stage.only().await.phase(), Phase::Completed, "{drop:?}");
        assert_eq!(effects(&stage.simulator().ledger(0)), calm, "{drop:?}");
    }
}
