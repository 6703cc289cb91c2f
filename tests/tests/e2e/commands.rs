//! Rule 7: cancel, pause and hold before, between and after move and register.

use e2e::{Fleet, Member, Stage, changes_of, days, hours, minutes, number_of};
use unmoor_migration::{BlockerCode, Command, NumberState, Phase, Stop};

fn cancel() -> Command {
    Command::Cancel { reason: Some("the customer asked for it".to_owned()) }
}

fn pause() -> Command {
    Command::Pause { reason: Some("change freeze".to_owned()) }
}

fn hold() -> Command {
    Command::Hold { reason: None }
}

/// How many numbers the vendor moved and registered.
fn moved_and_registered(stage: &Stage) -> (usize, usize) {
    (changes_of(stage.simulator(), "number.moved").len(), changes_of(stage.simulator(), "number.registered").len())
}

#[tokio::test]
async fn cancel_before_the_first_move_stops_everything_in_every_phase() {
    for (what, reached) in [
        ("draft", None),
        ("awaiting acceptance", Some(Phase::AwaitingAcceptance)),
        ("provisioning", Some(Phase::Provisioning)),
    ] {
        let members = [Member::new("amber-anchor", &["+493023125017"]).person("pays = \"never\"")];
        let stage = Stage::imported(&Fleet::of(&members)).await;
        if let Some(phase) = reached {
            stage.command(Command::Start).await;
            stage.until(what, |all| *all[0].phase() == phase).await;
        }
        stage.command(cancel()).await;
        stage.finish().await;
        assert_eq!(*stage.only().await.phase(), Phase::Stopped(Stop::Cancelled), "{what}");
        stage.pass(days(2)).await;
        assert_eq!(moved_and_registered(&stage), (0, 0), "{what}");
        let late = stage.simulator().requests(0).iter().filter(|request| request.at > stage.now()).count();
        assert_eq!(late, 0, "{what}");
    }
}

#[tokio::test]
async fn cancel_between_move_and_register_lets_the_register_follow() {
    let stage = Stage::of(&Fleet::one()).await;
    stage.until_change("number.moved").await;
    assert_eq!(moved_and_registered(&stage), (1, 0), "between");
    stage.command(cancel()).await;
    stage.finish().await;
    let m = stage.only().await;
    assert_eq!(moved_and_registered(&stage), (1, 1));
    assert_eq!(*m.phase(), Phase::Completed, "the only number was over: nothing was left to cancel");
    assert_eq!(m.numbers().next().unwrap().state, NumberState::Verified);
    let refusals = stage.refusals().await;
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert!(refusals[0].contains("+493023125017"), "it names the number: {}", refusals[0]);
}

#[tokio::test]
async fn cancel_between_move_and_register_of_the_first_of_three_skips_the_other_two() {
    let stage = Stage::of(&Fleet::three_numbers()).await;
    stage.until_change("number.moved").await;
    stage.command(cancel()).await;
    stage.finish().await;
    let m = stage.only().await;
    assert_eq!(*m.phase(), Phase::CompletedWithExceptions);
    assert_eq!(moved_and_registered(&stage), (1, 1));
    assert_eq!(number_of(&m, "+12125550110").state, NumberState::Verified);
    for left in ["+12125550111", "+12125550112"] {
        assert_eq!(number_of(&m, left).state_name(), "skipped");
        assert!(m.exceptions().iter().any(|exception| exception.contains(left)), "{:?}", m.exceptions());
    }
}

#[tokio::test]
async fn cancel_after_the_first_of_three_is_registered_skips_the_other_two() {
    let stage = Stage::of(&Fleet::three_numbers()).await;
    stage.until_change("number.registered").await;
    stage.command(cancel()).await;
    stage.finish().await;
    let m = stage.only().await;
    assert_eq!(*m.phase(), Phase::CompletedWithExceptions);
    assert_eq!(moved_and_registered(&stage), (1, 1));
    assert!(m.cancelled().is_some());
}

#[tokio::test]
async fn cancel_after_the_last_number_is_refused_and_kept_as_evidence() {
    for fleet in [Fleet::one(), Fleet::three_numbers()] {
        let stage = Stage::of(&fleet).await;
        stage.until("settling", |all| *all[0].phase() == Phase::Settling).await;
        stage.command(cancel()).await;
        stage.finish().await;
        assert_eq!(*stage.only().await.phase(), Phase::Completed);
        let refusals = stage.refusals().await;
        assert_eq!(refusals.len(), 1, "{refusals:?}");
        assert!(stage.only().await.cancelled().is_none());
    }
}

#[tokio::test]
async fn pause_before_the_move_holds_everything_until_resumed() {
    let stage = Stage::of(&Fleet::one()).await;
    stage.until("the tag", |all| *all[0].phase() == Phase::AwaitingAcceptance).await;
    stage.command(pause()).await;
    stage.pass(hours(5)).await;
    let m = stage.only().await;
    assert_eq!(m.blocker_codes(), ["PAUSED"]);
    assert!(m.blockers()[0].detail.as_ref().unwrap().contains("change freeze"));
    let requests = stage.simulator().requests(0).len();
    stage.pass(days(3)).await;
    assert_eq!(stage.simulator().requests(0).len(), requests, "a paused migration makes no call");
    stage.command(Command::Resume).await;
    stage.finish().await;
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
}

#[tokio::test]
async fn pause_between_move_and_register_takes_effect_behind_the_register() {
    let stage = Stage::of(&Fleet::three_numbers()).await;
    stage.until_change("number.moved").await;
    stage.command(pause()).await;
    stage.pass(hours(1)).await;
    let m = stage.only().await;
    assert_eq!(moved_and_registered(&stage), (1, 1), "the register followed, the next move did not");
    assert_eq!(m.blocker_codes(), ["PAUSED"]);
    assert!(m.longest_gap().unwrap() < minutes(1));
    stage.command(Command::Resume).await;
    stage.finish().await;
    assert_eq!(moved_and_registered(&stage), (3, 3));
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
}

#[tokio::test]
async fn pause_between_two_numbers_lets_the_second_wait() {
    let stage = Stage::of(&Fleet::three_numbers()).await;
    stage
        .until("the first to be verified", |all| all[0].numbers().any(|number| number.state == NumberState::Verified))
        .await;
    stage.command(pause()).await;
    stage.pass(days(1)).await;
    let (moved, registered) = moved_and_registered(&stage);
    assert_eq!(moved, registered, "nobody is left between two accounts");
    assert!(moved < 3);
    stage.command(Command::Resume).await;
    stage.finish().await;
    assert_eq!(moved_and_registered(&stage), (3, 3));
}

#[tokio::test]
async fn hold_lets_everything_before_go_on_and_no_number_move() {
    let stage = Stage::imported(&Fleet::one()).await;
    stage.command(Command::Start).await;
    stage.command(hold()).await;
    let blocker = stage.until_blocked(BlockerCode::Held).await;
    assert!(blocker.detail.unwrap().contains("ada"), "it says who holds it");
    stage.pass(days(2)).await;
    assert_eq!(changes_of(stage.simulator(), "app.subscribed").len(), 1, "guide 6 is done");
    assert_eq!(moved_and_registered(&stage), (0, 0));
    stage.command(Command::Release).await;
    stage.finish().await;
    assert_eq!(moved_and_registered(&stage), (1, 1));
}

#[tokio::test]
async fn hold_between_move_and_register_does_not_stop_the_register() {
    let stage = Stage::of(&Fleet::three_numbers()).await;
    stage.until_change("number.moved").await;
    stage.command(hold()).await;
    stage.pass(hours(2)).await;
    assert_eq!(moved_and_registered(&stage), (1, 1));
    assert_eq!(stage.only().await.blocker_codes(), ["HELD"]);
    stage.command(Command::Release).await;
    stage.finish().await;
    assert_eq!(moved_and_registered(&stage), (3, 3));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let stage = Stage::of(&Fleet::one()).await;
    stage.until("the tag", |all| *all[0].phase() == Phase::AwaitingAcceptance).await;
    for command in [Command::Resume, Command::Release, Command::Start, Command::Preflight] {
        stage.command(command).await;
    }
    stage.finish().await;
    assert_eq!(stage.refusals().await.len(), 4);
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
}
