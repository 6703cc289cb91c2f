//! What one migration's fate means for the others, and what the vendor's limits mean (rules 4, 8 and 12).

use e2e::{Fleet, Member, Stage, blocker, changes_of, days, hours, minutes, seconds};
use jiff::SignedDuration;
use unmoor_engine::fleet::{self, FleetAt};
use unmoor_migration::fleet::{Brake, Look, Pilot};
use unmoor_migration::{BlockerCode, Command, Gate, Migration, NumberState, Phase};
use unmoor_simulator::{Id, RequestEntry};

/// Three customers who accept one after the other.
fn three() -> Fleet {
    staggered(&["10 min", "20 min", "30 min"])
}

fn staggered(answers_after: &[&str]) -> Fleet {
    let references = ["amber-anchor", "brindle-badger", "copper-candle", "dapple-drum", "ember-fable"];
    let numbers = ["+493023125017", "+442079460142", "+12125550110", "+35315550123", "+33199001234"];
    let members = references.iter().zip(numbers).zip(answers_after).map(|((reference, number), answers_after)| {
        Member::new(reference, &[number]).person(&format!("answers_after = {answers_after:?}"))
    });
    Fleet::of(&members.collect::<Vec<_>>())
}

async fn state(stage: &Stage) -> unmoor_migration::Fleet {
    let FleetAt { fleet, .. } = fleet::load(stage.rehearsal.engine.store.as_ref()).await.unwrap();
    fleet
}

async fn look_and_resume(stage: &Stage) {
    let engine = &stage.rehearsal.engine;
    let (store, now) = (engine.store.as_ref(), engine.clock.now());
    fleet::resume(store, "ada", Some("the app was renewed"), now).await.unwrap().expect("something stopped it");
}

fn refused(path: &str, times: u32, error: &str) -> String {
    format!(
        r#"{{ "match": {{ "method": "POST", "path": "{path}" }}, "times": {times}, "action": {{ "graph_error": {error} }} }}"#
    )
}

/// A refusal that names nothing we know.
const OBSCURE: &str = r#"{ "code": 100, "message": "Invalid parameter" }"#;

fn is_blocked(m: &Migration, code: BlockerCode) -> bool {
    blocker(m, code).is_some()
}

fn registers(stage: &Stage) -> Vec<RequestEntry> {
    stage.simulator().requests(0).into_iter().filter(|request| request.path.ends_with("/register")).collect()
}

#[tokio::test]
async fn the_first_migration_of_a_fleet_goes_alone() {
    // The first number's register gets no answer, then a refusal: that takes minutes, and others are ready before.
    let lost = r#"{ "match": { "path": "/*/register" }, "times": 1, "action": { "drop": "before" } }"#;
    let fleet = staggered(&["10 min", "10 min", "10 min"]).fault(lost).fault(&refused("/*/register", 1, OBSCURE));
    let stage = Stage::of(&fleet).await;
    stage
        .until("one that waits for the first", |all| all.iter().any(|m| is_blocked(m, BlockerCode::PilotRunning)))
        .await;
    assert!(matches!(state(&stage).await.pilot, Pilot::Running { .. }));
    stage.finish().await;
    let moved = changes_of(stage.simulator(), "number.moved");
    let registered = changes_of(stage.simulator(), "number.registered");
    assert_eq!((moved.len(), registered.len()), (3, 3));
    let first = moved[0].source_waba;
    let shown = registered.iter().find(|entry| entry.source_waba == first).unwrap().at;
    assert!(moved[1..].iter().all(|entry| entry.at > shown), "nobody moves before the first is over");
    assert_eq!(state(&stage).await.pilot, Pilot::Over);
}

#[tokio::test]
async fn two_equal_refusals_across_the_fleet_stop_new_moves_until_a_person_looks() {
    let fleet = three().policy(|policy| policy.pilot_first = false).fault(&refused("/*/phone_numbers", 2, OBSCURE));
    let stage = Stage::of(&fleet).await;
    stage.until("a brake", |all| all.iter().any(|m| is_blocked(m, BlockerCode::FleetBraked))).await;
    stage.pass(hours(3)).await;
    let brake = state(&stage).await.brake.expect("braked");
    assert_eq!(brake.migrations.len(), 2, "{brake:?}");
    assert!(brake.signature.contains("100"), "{brake:?}");
    assert!(changes_of(stage.simulator(), "number.moved").is_empty(), "the third has not been tried");
    let third = stage.migration("copper-candle").await;
    assert!(is_blocked(&third, BlockerCode::FleetBraked), "{}", Stage::story(&third));
    look_and_resume(&stage).await;
    expect_look(&stage, &brake).await;
    stage.finish().await;
    assert!(stage.migrations().await.iter().all(|m| *m.phase() == Phase::Completed));
    let engine = &stage.rehearsal.engine;
    e2e::expect_verified(engine.store.as_ref(), &engine.vault).await;
}

/// Who ended the brake, when and why stands in the fleet's state and in the journal of each migration that had helped to stop it.
async fn expect_look(stage: &Stage, brake: &Brake) {
    let look = state(stage).await.looks.pop().expect("a look");
    assert_eq!((look.by.as_str(), look.reason.as_deref(), look.at), ("ada", Some("the app was renewed"), stage.now()));
    assert_eq!(look.ended, [format!("twice {}", brake.signature)]);
    assert_eq!(look.migrations, brake.migrations);
    for m in stage.migrations().await {
        let journal = stage.journal(m.id()).await;
        let found: Vec<Look> = journal.iter().filter_map(|row| fleet::look_in(&row.body)).collect();
        let expected = if brake.migrations.contains(m.id()) { vec![look.clone()] } else { Vec::new() };
        assert_eq!(found, expected, "{}", m.customer().reference);
    }
}

#[tokio::test]
async fn two_equal_unknown_outcomes_stop_new_moves_as_well() {
    let fault =
        r#"{ "match": { "method": "POST", "path": "/*/phone_numbers" }, "times": 2, "action": { "drop": "after" } }"#;
    let stage = Stage::of(&three().policy(|policy| policy.pilot_first = false).fault(fault)).await;
    stage.pass(hours(6)).await;
    assert!(state(&stage).await.brake.is_some());
    // What had begun was carried through; what had not stays.
    assert_eq!(changes_of(stage.simulator(), "number.moved").len(), 2);
    assert_eq!(changes_of(stage.simulator(), "number.registered").len(), 2, "rule 7: a brake stops no register");
    look_and_resume(&stage).await;
    stage.finish().await;
    assert_eq!(changes_of(stage.simulator(), "number.registered").len(), 3);
}

#[tokio::test]
async fn a_customers_own_payment_brakes_nobody() {
    let members = ["amber-anchor", "brindle-badger", "copper-candle"].into_iter().zip(1..).map(|(reference, place)| {
        let pays = if place < 3 { "never" } else { "with acceptance" };
        Member::new(reference, &[&format!("+4930231250{place}0")])
            .person(&format!("pays = {pays:?}"))
            .person(&format!("answers_after = \"{place}0 min\""))
    });
    let fleet = Fleet::of(&members.collect::<Vec<_>>())
        .policy(|policy| policy.pilot_first = false)
        .knobs(|knobs| knobs.funding_readable = false);
    let stage = Stage::of(&fleet).await;
    stage.pass(hours(2)).await;
    for m in stage.migrations().await {
        let attest = Command::Attest { gate: Gate::PaymentMethod, number: None, note: "they say so".to_owned() };
        stage.command_for(m.id(), attest).await;
    }
    stage.pass(days(3)).await;
    for reference in ["amber-anchor", "brindle-badger"] {
        let m = stage.migration(reference).await;
        assert!(is_blocked(&m, BlockerCode::PaymentMethodMissing), "{}", Stage::story(&m));
    }
    assert_eq!(state(&stage).await.brake, None, "rule 12");
    assert_eq!(*stage.migration("copper-candle").await.phase(), Phase::Completed);
}

#[tokio::test]
async fn register_is_tried_seven_times_on_its_schedule_and_three_are_left_for_people() {
    let stage = Stage::of(&Fleet::one().fault(&refused("/*/register", 100, OBSCURE))).await;
    stage.until_blocked(BlockerCode::RegisterTriesUsed).await;
    let spacing: Vec<i64> =
        registers(&stage).windows(2).map(|pair| pair[1].at.duration_since(pair[0].at).as_secs()).collect();
    assert_eq!(spacing.len(), 6, "seven tries: {spacing:?}");
    for (waited, at_least) in spacing.iter().zip([60, 300, 3600, 3600, 3600, 3600]) {
        assert!((at_least..at_least + 60).contains(waited), "{spacing:?}");
    }
    stage.pass(hours(48)).await;
    assert_eq!(registers(&stage).len(), 7, "no eighth by itself");
    assert!(matches!(stage.only().await.numbers().next().unwrap().state, NumberState::Stuck { .. }));
    // A person finds the cause and asks for one of the three.
    stage.simulator().clear_faults();
    stage.command(Command::Retry).await;
    stage.finish().await;
    assert_eq!(registers(&stage).len(), 8);
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
}

#[tokio::test]
async fn a_register_limit_is_waited_out_for_72_hours() {
    let limit = r#"{ "code": 133016, "message": "Account register or deregister rate limit exceeded" }"#;
    let stage = Stage::of(&Fleet::one().fault(&refused("/*/register", 1, limit))).await;
    stage.until_blocked(BlockerCode::RegisterLimit).await;
    stage.finish().await;
    let tries = registers(&stage);
    assert_eq!(tries.len(), 2);
    let waited = tries[1].at.duration_since(tries[0].at);
    assert!(waited >= hours(72), "Meta blocks for 72 hours, and it was tried after {waited:#}");
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
}

#[tokio::test]
async fn a_call_limit_of_one_account_holds_up_no_other() {
    for code in [80008, 80007] {
        let limit = format!(r#"{{ "code": {code}, "message": "There have been too many calls" }}"#);
        let fleet =
            three().policy(|policy| policy.pilot_first = false).fault(&refused("/*/subscribed_apps", 1, &limit));
        let stage = Stage::of(&fleet).await;
        stage.until("a limit", |all| all.iter().any(|m| is_blocked(m, BlockerCode::RateLimited))).await;
        let limited_at = stage.now();
        let limited = stage.migration("amber-anchor").await;
        assert!(is_blocked(&limited, BlockerCode::RateLimited), "{}", Stage::story(&limited));
        let destination: Id = limited.destination().unwrap().waba.as_str().parse().unwrap();
        let calls_before = stage.simulator().requests(0).len();
        stage.finish().await;
        assert!(stage.migrations().await.iter().all(|m| *m.phase() == Phase::Completed));
        let requests = stage.simulator().requests(calls_before as u64);
        let next = requests.iter().find(|request| request.waba == Some(destination)).unwrap();
        assert!(next.at.duration_since(limited_at) >= minutes(45), "{code}: asked again too soon, {next:?}");
        let others = requests.iter().filter(|request| request.at.duration_since(limited_at) < minutes(40));
        let paths: Vec<_> = others.filter(|request| request.path.ends_with("/register")).collect();
        assert_eq!(paths.len(), 2, "{code}: the two others went their way");
    }
}

#[tokio::test]
async fn a_refused_system_token_is_one_matter_of_the_fleet() {
    let stage = Stage::of(&staggered(&["3 hours", "4 hours", "5 hours", "6 hours", "7 hours"])).await;
    stage.until("five tagged", |all| all.iter().all(|m| *m.phase() == Phase::AwaitingAcceptance)).await;
    let token = stage.simulator().credentials().system_token;
    let since = stage.now();
    stage.change_world(|world| world.tokens.get_mut(&token).unwrap().expires_at = Some(since));
    stage.until("five blocked", |all| all.iter().all(|m| is_blocked(m, BlockerCode::SystemTokenRefused))).await;
    stage.pass(hours(12)).await;
    let refused: Vec<_> =
        stage.simulator().requests(0).into_iter().filter(|request| request.error_code == Some(190)).collect();
    assert!(!refused.is_empty());
    // 12 hours of patience are an hour at 5 minutes and eleven at 15: for one, not for five. The first refusals cross.
    assert!(refused.len() < 75, "{} refused calls: each of the five asks for itself", refused.len());
    assert!(state(&stage).await.system_token.is_some());
    stage.change_world(|world| world.tokens.get_mut(&token).unwrap().expires_at = None);
    stage.finish().await;
    assert!(state(&stage).await.system_token.is_none());
    assert!(stage.migrations().await.iter().all(|m| *m.phase() == Phase::Completed));
}

#[tokio::test]
async fn one_bad_customer_stops_nobody_else() {
    let mut members = vec![Member::new("amber-anchor", &["+493023125017"]).world("ownership = \"ON_BEHALF_OF\"")];
    members.push(Member::new("brindle-badger", &["+442079460142"]).person("answer = \"reject\""));
    members.push(Member::new("copper-candle", &["+12125550110"]));
    let stage = Stage::ended(&Fleet::of(&members)).await;
    assert_eq!(*stage.migration("copper-candle").await.phase(), Phase::Completed);
    let gap = stage.migration("copper-candle").await.longest_gap().unwrap();
    assert!(gap > SignedDuration::ZERO && gap < seconds(2), "{gap:?}");
}
