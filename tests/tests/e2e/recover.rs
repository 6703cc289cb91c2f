//! A backup that was restored knows nothing of what happened since: it is read before anything is done.

use e2e::{Fleet, Member, Stage, effects, expect_verified, minutes};
use jiff::civil::time;
use tempfile::TempDir;
use unmoor_cli::rehearsal::Keep;
use unmoor_engine::fleet;
use unmoor_migration::window::CutoverWindow;
use unmoor_migration::{BlockerCode, Command, EffectKind, Event, Fact, Migration, Phase};
use unmoor_simulator::Simulator;
use unmoor_store::SqliteStore;

/// A fleet of one customer, whose database is restored.
struct Restored {
    stage: Stage,
    fleet: Fleet,
    _folder: TempDir,
}

impl Restored {
    /// Backs up once `backed_up` holds, goes on until the vendor's ledger has a change of the kind `lost`, and puts the backup
    /// back.
    async fn after(fleet: Fleet, backed_up: impl Fn(&Migration) -> bool, lost: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (database, copy) = (folder.path().join("fleet.db"), folder.path().join("copy.db"));
        let fleet = fleet.kept_in(database.clone());
        let stage = Stage::of(&fleet).await;
        stage.until("the backup", |all| all.iter().all(&backed_up)).await;
        SqliteStore::open(&database).unwrap().copy_to(&copy).unwrap();
        stage.until_change(lost).await;
        // Whoever still has the old file open has it to himself from here on.
        std::fs::rename(&copy, &database).unwrap();
        for ending in ["wal", "shm"] {
            std::fs::rename(database.with_extension(format!("db-{ending}")), folder.path().join(ending)).unwrap();
        }
        let stage = stage.reborn(&fleet).await;
        Self { stage, fleet, _folder: folder }
    }

    /// Nothing is called before the recovery, only reads are in it, and the fleet ends as if nothing had been.
    async fn recovers(self) -> Stage {
        let Self { stage, fleet, _folder } = self;
        let store = std::sync::Arc::clone(&stage.rehearsal.engine.store);
        fleet::need_recovery(store.as_ref(), "a copy", stage.now()).await.unwrap();
        let before = Heard::of(stage.simulator());
        stage.pass(minutes(20)).await;
        assert_eq!(Heard::of(stage.simulator()).requests, before.requests, "called before the recovery");
        assert!(stage.only().await.blocker_codes().contains(&BlockerCode::Recovering.as_str()));

        let since = fleet::begin_recovery(store.as_ref(), stage.now()).await.unwrap();
        stage.pass(minutes(20)).await;
        assert!(stage.only().await.is_recovered_since(since), "{}", Stage::story(&stage.only().await));
        let after = Heard::of(stage.simulator());
        assert!(after.requests > before.requests, "nothing was read");
        let calls = stage.simulator().requests(before.requests);
        assert!(calls.iter().all(|call| call.method == "GET"), "{calls:#?}");
        assert_eq!(after.ours, before.ours, "the ledger changed");

        fleet::end_recovery(store.as_ref(), since, stage.now()).await.unwrap();
        let outcome = stage.finish().await;
        assert_eq!(outcome.broken_rules, [""; 0]);
        expect_verified(store.as_ref(), &stage.rehearsal.engine.vault).await;
        let mut calm = fleet.calm();
        calm.keep = Keep::Nowhere;
        let calm = Stage::ended(&calm).await;
        assert_eq!(effects(&stage.simulator().ledger(0)), effects(&calm.simulator().ledger(0)));
        stage
    }
}

/// How much the vendor has heard, and what it changed for us.
struct Heard {
    requests: u64,
    ours: usize,
}

impl Heard {
    fn of(simulator: &Simulator) -> Self {
        let ours = ["intent.created", "subscription.created", "number.moved", "number.registered"];
        Self {
            requests: simulator.requests(0).len() as u64,
            ours: simulator.ledger(0).iter().filter(|entry| ours.contains(&entry.kind.as_str())).count(),
        }
    }
}

fn waits_for_acceptance(m: &Migration) -> bool {
    *m.phase() == Phase::AwaitingAcceptance
}

/// Every gate is open and the PIN is sealed; moves begin at noon.
fn before_noon() -> Fleet {
    let noon = CutoverWindow { days: (1..=7).collect(), from: time(12, 0, 0, 0), until: time(18, 0, 0, 0) };
    Fleet::one().policy(|policy| policy.window = Some(noon))
}

fn is_ready(m: &Migration) -> bool {
    *m.phase() == Phase::ReadyForCutover
}

/// The customer takes its time to pay; no PIN is drawn yet.
fn late_payer() -> Fleet {
    Fleet::of(&[Member::new("amber-anchor", &["+493023125017"]).person("pays = \"2 hours\"")])
}

fn waits_for_payment(m: &Migration) -> bool {
    m.blocker_codes().iter().any(|code| code.starts_with("PAYMENT_METHOD"))
}

async fn moves_begun(stage: &Stage) -> usize {
    let is_move = |event: &Event| matches!(&event.fact, Fact::AttemptStarted { attempt } if attempt.effect.kind() == EffectKind::MoveNumber);
    stage.facts().await.iter().filter(|event| is_move(event)).count()
}

#[tokio::test]
async fn a_customer_accepted_after_the_backup() {
    Restored::after(Fleet::one(), waits_for_acceptance, "intent.accepted").await.recovers().await;
}

#[tokio::test]
async fn a_number_moved_and_was_registered_after_the_backup() {
    let stage = Restored::after(before_noon(), is_ready, "number.registered").await.recovers().await;
    assert_eq!((stage.count_of("move_found").await, stage.count_of("register_found").await), (1, 1));
    assert_eq!(moves_begun(&stage).await, 0, "it was not moved again");
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
}

#[tokio::test]
async fn a_number_moved_and_was_not_registered() {
    let stage = Restored::after(before_noon(), is_ready, "number.moved").await.recovers().await;
    assert_eq!((stage.count_of("move_found").await, stage.count_of("register_found").await), (1, 0));
    assert_eq!(moves_begun(&stage).await, 0, "it was not moved again");
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
}

/// Meta shows that the number has no PIN, so that another one may be drawn.
#[tokio::test]
async fn a_number_that_moved_before_any_register_gets_a_new_pin() {
    let stage = Restored::after(late_payer(), waits_for_payment, "number.moved").await.recovers().await;
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
}

/// The number works, with a PIN that is gone: a person sets another one, and no second one is sent.
#[tokio::test]
async fn a_number_registered_with_a_pin_that_is_lost_is_told_as_an_exception() {
    let stage = Restored::after(late_payer(), waits_for_payment, "number.registered").await.recovers().await;
    let only = stage.only().await;
    assert_eq!(*only.phase(), Phase::CompletedWithExceptions);
    assert!(only.exceptions()[0].contains("a PIN that is not in the restored vault"), "{:?}", only.exceptions());
}

/// Everything was over, and the backup knows neither that nor the acceptance: only a person's word opens the way (rule 1).
#[tokio::test]
async fn an_intent_that_is_completed_by_now_goes_on_once_a_person_tells_that_it_was_accepted() {
    let Restored { stage, fleet: _, _folder } =
        Restored::after(Fleet::one(), waits_for_acceptance, "number.registered").await;
    let store = std::sync::Arc::clone(&stage.rehearsal.engine.store);
    fleet::need_recovery(store.as_ref(), "a copy", stage.now()).await.unwrap();
    let since = fleet::begin_recovery(store.as_ref(), stage.now()).await.unwrap();
    stage.pass(minutes(20)).await;
    fleet::end_recovery(store.as_ref(), since, stage.now()).await.unwrap();
    let blocker = stage.until_blocked(BlockerCode::IntentStatusUnknown).await;
    assert!(blocker.detail.unwrap().contains("COMPLETED"));

    let intent = stage.only().await.intent().unwrap().id.clone();
    stage.command(Command::Adopt { intent: intent.clone(), acceptance_seen: None }).await;
    stage.pass(minutes(90)).await;
    assert_eq!(*stage.only().await.phase(), Phase::AwaitingAcceptance, "the id alone opens nothing");

    let acceptance_seen = Some("the report of Monday".to_owned());
    stage.command(Command::Adopt { intent, acceptance_seen }).await;
    let outcome = stage.finish().await;
    assert_eq!(outcome.broken_rules, [""; 0]);
    assert_eq!((stage.count_of("move_found").await, moves_begun(&stage).await), (1, 0), "it was not moved again");
    let only = stage.only().await;
    assert_eq!(*only.phase(), Phase::CompletedWithExceptions);
    assert!(only.exceptions()[0].contains("a PIN that is not in the restored vault"), "{:?}", only.exceptions());
    expect_verified(store.as_ref(), &stage.rehearsal.engine.vault).await;
}

#[tokio::test]
async fn one_of_two_numbers_moved_after_the_backup() {
    let fleet = Fleet::of(&[Member::new("copper-candle", &["+12125550110", "+12125550111"])]);
    Restored::after(fleet, waits_for_acceptance, "number.moved").await.recovers().await;
}
