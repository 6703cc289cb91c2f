//! Rule 5: an attempt without an answer is looked for before it is repeated, and nothing happens twice.

use e2e::{Fleet, Stage, effects, seconds};
use jiff::SignedDuration;
use unmoor_migration::{EffectKind, NumberState, Outcome, Phase};
use unmoor_simulator::{Drop, Ending, IntentRepeat, PhoneIdAfterMigrate};

/// Guide 2, 8 and 9 with the paths of their calls.
const STEPS: [(EffectKind, &str); 3] = [
    (EffectKind::SetIntent, "/*/set_solution_migration_intent"),
    (EffectKind::MoveNumber, "/*/phone_numbers"),
    (EffectKind::RegisterNumber, "/*/register"),
];

/// What differs between the vendor's possible ways: the number's id on the destination, and how late reads are.
fn vendors() -> impl Iterator<Item = Fleet> {
    let ids = [PhoneIdAfterMigrate::New, PhoneIdAfterMigrate::Same];
    ids.into_iter().flat_map(|id| {
        [0, 10].into_iter().map(move |lag_s| {
            Fleet::one().knobs(|knobs| {
                knobs.phone_id_after_migrate = id;
                knobs.read_after_write_lag_s = lag_s;
            })
        })
    })
}

fn dropped(path: &str, drop: Drop) -> String {
    let drop = serde_json::to_value(drop).unwrap();
    serde_json::json!({
        "match": { "method": "POST", "path": path }, "times": 1, "action": { "drop": drop }
    })
    .to_string()
}

/// Runs a fleet whose one call of `kind` gets no answer, and compares it with the calm run.
async fn without_answer(fleet: &Fleet, kind: EffectKind, path: &str, drop: Drop) -> Stage {
    let calm = Stage::ended(fleet).await;
    let stage = Stage::ended(&fleet.clone().fault(&dropped(path, drop))).await;
    let story = Stage::story(&stage.only().await);
    assert_eq!(effects(&stage.simulator().ledger(0)), effects(&calm.simulator().ledger(0)), "{drop:?} {path}: {story}");
    assert_eq!(*stage.only().await.phase(), Phase::Completed, "{drop:?} {path}: {story}");
    let unknown = stage.ends(kind, |outcome| matches!(outcome, Outcome::Unknown { .. })).await;
    assert_eq!(unknown, 1, "the journal shows one unknown outcome, {drop:?} {path}");
    let number = stage.only().await.numbers().next().unwrap().clone();
    assert_eq!(number.state, NumberState::Verified);
    let gap = number.gap().expect("the gap is measured");
    assert!(gap > SignedDuration::ZERO && gap < seconds(180), "{drop:?} {path}: a gap of {gap:?}");
    stage
}

#[tokio::test]
async fn a_connection_dropped_after_the_effect_leads_to_no_second_one() {
    for fleet in vendors() {
        for (kind, path) in STEPS {
            let stage = without_answer(&fleet, kind, path, Drop::After).await;
            let sent = stage.simulator().requests(0).into_iter().filter(|request| is_like(path, &request.path));
            let sent = sent.filter(|request| request.method == "POST").count();
            // An intent cannot be looked for without its id: it is asked for again, and the same one answers.
            let expected = if kind == EffectKind::SetIntent { 2 } else { 1 };
            assert_eq!(sent, expected, "{path}");
            assert_eq!(stage.count_of("proven_absent").await, 0);
        }
    }
}

#[tokio::test]
async fn a_connection_dropped_before_the_effect_is_repeated_once_absence_is_proven() {
    for fleet in vendors() {
        for (kind, path) in STEPS {
            let stage = without_answer(&fleet, kind, path, Drop::Before).await;
            let proofs = if kind == EffectKind::SetIntent { 0 } else { 1 };
            assert_eq!(stage.count_of("not_found_once").await, proofs, "{path}");
            assert_eq!(stage.count_of("proven_absent").await, proofs, "{path}");
            let successes = stage.ends(kind, |outcome| matches!(outcome, Outcome::Success { .. })).await;
            assert_eq!(successes, 1, "{path}");
        }
    }
}

#[tokio::test]
async fn absence_takes_two_reads_half_a_minute_apart_after_the_full_time_out() {
    let fleet = Fleet::one().fault(&dropped("/*/register", Drop::Before));
    let stage = Stage::ended(&fleet).await;
    let requests = stage.simulator().requests(0);
    let registers: Vec<_> = requests.iter().filter(|request| request.path.ends_with("/register")).collect();
    assert_eq!(registers.len(), 2);
    let destination = stage.destination();
    let reads: Vec<_> = requests
        .iter()
        .filter(|request| request.method == "GET" && request.path.ends_with(&format!("{destination}/phone_numbers")))
        .filter(|request| request.at > registers[0].at && request.at < registers[1].at)
        .collect();
    let after_time_out: Vec<_> =
        reads.iter().filter(|read| read.at.duration_since(registers[0].at) >= seconds(30)).collect();
    assert!(after_time_out.len() >= 2, "{reads:?}");
    let (first, last) = (after_time_out.first().unwrap().at, after_time_out.last().unwrap().at);
    assert!(last.duration_since(first) >= seconds(30));
}

#[tokio::test]
async fn an_effect_that_lands_twenty_seconds_after_the_drop_is_found_and_not_repeated() {
    for fleet in vendors() {
        for (kind, path) in STEPS {
            let stage = without_answer(&fleet, kind, path, Drop::Later).await;
            let late = stage.simulator().requests(0).into_iter().find(|request| request.ending == Ending::Late);
            let late = late.expect("the effect landed late");
            let dropped =
                stage.simulator().requests(0).into_iter().find(|r| r.ending == Ending::DroppedThenLate).unwrap();
            assert_eq!(late.at.duration_since(dropped.at), seconds(20), "{path}");
            assert_eq!(stage.count_of("proven_absent").await, 0, "{path}");
            let found = match kind {
                EffectKind::MoveNumber => stage.count_of("move_found").await,
                EffectKind::RegisterNumber => stage.count_of("register_found").await,
                _ => 1,
            };
            assert_eq!(found, 1, "{path}");
        }
    }
}

#[tokio::test]
async fn a_tag_without_an_answer_does_not_stop_where_a_repeat_is_refused() {
    // The vendor made the intent, and refuses a second one: nobody knows its id, so it is a person's turn.
    let fleet = Fleet::one()
        .knobs(|knobs| knobs.intent_repeat = IntentRepeat::Refused)
        .fault(&dropped("/*/set_solution_migration_intent", Drop::After));
    let stage = Stage::of(&fleet).await;
    let blocker = stage.until_blocked(unmoor_migration::BlockerCode::IntentOutcomeUnknown).await;
    assert!(blocker.detail.is_some(), "the vendor's words are kept");
    assert_eq!(stage.simulator().world().intents.len(), 1);
}

#[tokio::test]
async fn a_number_in_doubt_is_an_alarm_after_a_minute() {
    // The move is not there, and nobody can tell until two reads have been made: that takes longer than a minute.
    let stage = Stage::ended(&Fleet::one().fault(&dropped("/*/phone_numbers", Drop::Before))).await;
    assert_eq!(stage.count_of("gap_alarmed").await, 1);
}

fn is_like(pattern: &str, path: &str) -> bool {
    path.ends_with(pattern.trim_start_matches("/*"))
}
