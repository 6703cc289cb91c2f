//! The nine steps of the guide, one customer, one number.

use e2e::{Fleet, Member, Stage, TappedCall, changes_of, hours};
use unmoor_migration::{NumberState, Phase};
use unmoor_simulator::{TokenAfterAccept, World};

/// Graph calls of one migration that runs calm, polls of the intent apart: the guide's seven and thirteen more.
const CALLS_AT_MOST: usize = 7 + 13;

/// What the token of a call is: names in place of secrets.
fn token_kind(stage: &Stage, call: &TappedCall) -> &'static str {
    let credentials = stage.simulator().credentials();
    let onboarding = credentials.customers[0].business_token.as_ref().unwrap();
    let world: World = stage.simulator().world();
    let app = format!("{}|{}", credentials.app_id, credentials.app_secret.expose());
    if call.bearer == credentials.system_token.expose() {
        "system"
    } else if call.bearer == app {
        "app"
    } else if call.bearer == onboarding.expose() {
        "business, of the onboarding"
    } else if world.tokens.keys().any(|token| token.expose() == call.bearer) {
        "business, fetched"
    } else {
        "unknown"
    }
}

async fn heard_in_a_calm_run() -> (Stage, Vec<String>) {
    // Another token after acceptance, so that the two can be told apart.
    let fleet = Fleet::one().knobs(|knobs| knobs.token_after_accept = TokenAfterAccept::NewString);
    let mut stage = Stage::of(&fleet).await;
    let heard = stage.tap();
    stage.finish().await;
    let heard = heard.lock().unwrap().clone();
    let source = stage.simulator().credentials().customers[0].waba_id.to_string();
    let portfolio = stage.simulator().credentials().customers[0].portfolio_id.to_string();
    let world = stage.simulator().world();
    let intent = world.intents.values().next().unwrap();
    let phone = world.wabas[&intent.destination].numbers[0].id.to_string();
    let lines = heard.iter().map(|call| {
        let proof = if call.has_proof { ", with proof" } else { "" };
        let request = call
            .request
            .replace(&source, "SOURCE")
            .replace(&portfolio, "PORTFOLIO")
            .replace(&intent.destination.to_string(), "DESTINATION")
            .replace(&intent.id.to_string(), "INTENT")
            .replace(&phone, "PHONE");
        format!("{request}  ({}{proof})", token_kind(&stage, call))
    });
    let lines = lines.collect();
    (stage, lines)
}

/// guide: 2.3, 4.2, 5.1, 6.3, 6.4, 7.1, 7.2, 8.1, 8.2, 9.2
#[tokio::test]
async fn the_nine_steps_come_in_order_each_with_its_own_token() {
    let (stage, calls) = heard_in_a_calm_run().await;
    let m = stage.only().await;
    assert_eq!(*m.phase(), Phase::Completed);
    assert!(m.numbers().all(|number| number.state == NumberState::Verified));
    insta::assert_snapshot!(calls.join("\n"));
}

#[tokio::test]
async fn a_calm_migration_takes_few_calls() {
    let (stage, calls) = heard_in_a_calm_run().await;
    let polls = calls.iter().filter(|call| call.contains("INTENT")).count();
    // One read of the intent is guide 4 itself.
    let apart_from_polls = calls.len() - polls + 1;
    assert!(apart_from_polls <= CALLS_AT_MOST, "{apart_from_polls} calls:\n{}", calls.join("\n"));
    assert_eq!(stage.simulator().requests(0).len(), calls.len(), "nothing goes past the wire");
    assert_eq!(stage.only().await.graph_calls(), calls.len() as u64);
}

/// guide: 4.6
#[tokio::test]
async fn nothing_moves_before_acceptance_and_step_4_alone_shows_it() {
    let (stage, _) = heard_in_a_calm_run().await;
    let accepted = changes_of(stage.simulator(), "intent.accepted")[0].at;
    let requests = stage.simulator().requests(0);
    let intent = stage.simulator().world().intents.values().next().unwrap().id.to_string();
    let seen = requests.iter().find(|request| request.at >= accepted && request.path.contains(&intent)).unwrap().at;
    for request in requests.iter().filter(|request| request.method == "POST") {
        let is_tag = request.path.ends_with("/set_solution_migration_intent");
        assert!(is_tag || request.at > seen, "{} at {} before acceptance was seen", request.path, request.at);
    }
}

/// guide: T9
#[tokio::test]
async fn the_migration_ends_when_the_templates_have_been_watched_for_24_hours() {
    let stage = Stage::ended(&Fleet::one()).await;
    let registered = changes_of(stage.simulator(), "number.registered")[0].at;
    assert!(stage.now().duration_since(registered) >= hours(24));
    let balance = stage.only().await.templates().unwrap();
    insta::assert_json_snapshot!(balance);
}

/// guide: 6.2
#[tokio::test]
async fn a_callback_of_the_customers_own_is_set_also_where_only_a_subscribed_app_may_set_it() {
    const CALLBACK: &str = "https://hooks.provider.example/customer";
    for needs_subscription in [false, true] {
        let member = Member::new("amber-anchor-bakery", &["+14155550131"]).callback(CALLBACK);
        let fleet = Fleet::of(&[member]).knobs(|knobs| knobs.override_needs_subscription = needs_subscription);
        let stage = Stage::ended(&fleet).await;
        assert_eq!(*stage.only().await.phase(), Phase::Completed, "needs_subscription: {needs_subscription}");
        let world = stage.simulator().world();
        let intent = world.intents.values().next().unwrap();
        let overrides = world.wabas[&intent.destination].subscriptions.iter().map(|one| &one.override_callback_uri);
        assert_eq!(overrides.collect::<Vec<_>>(), [&Some(CALLBACK.to_owned())]);
    }
}
