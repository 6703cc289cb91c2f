//! A world that was read through the API is the world that there was, as far as it can be read.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use serde_json::{Value, json};
use unmoor_engine::clock::Clock;
use unmoor_engine::copy::{self, AccountCopy, CopyError};
use unmoor_engine::hooks::Hooks;
use unmoor_engine::{Engine, NobodyWatches};
use unmoor_migration::retry::after;
use unmoor_migration::{Number, Policy, WabaId};
use unmoor_simulator::World;
use unmoor_simulator::load::{self, Setup};

use super::{Reading, world};
use crate::customer_file;
use crate::rehearsal::{Keep, Plan, Rehearsal};

/// What is rare in an invented fleet.
const SPECIAL: &str = r#"
[customers.acorn-bakery]
two_step = true
business_verified = false
template_limit = 300
numbers = [
  { number = "+15550100001", storage_region = "CH" },
  { number = "+15550100002", name_status = "PENDING_REVIEW", new_name = "Acorn Bakery and Mill" },
  { number = "+15550100003", status = "DISCONNECTED" },
]
templates = 60

[customers.brisk-bikes]
ownership = "ON_BEHALF_OF"
review = "PENDING"
"#;

const CUSTOMERS: &str = "\
customer,source_waba_id,business_portfolio_id
acorn-bakery,310400000000101,210400000000101
brisk-bikes,310400000000102,210400000000102
";

fn special() -> Setup {
    load::load(CUSTOMERS, SPECIAL, 3).unwrap()
}

/// An invented fleet, of everything that is drawn.
fn invented(count: usize) -> (String, Setup) {
    let generated = load::generate(count, 7);
    let setup = load::load(&generated.customers, &generated.scenario, 7).unwrap();
    (generated.customers, setup)
}

async fn rehearsal(customers: &str, setup: Setup) -> Rehearsal {
    let plan = Plan {
        customers: customer_file::read_text("customers", customers).unwrap().customers,
        setup,
        seed: 1,
        horizon: SignedDuration::from_hours(24 * 60),
        policy: Policy::default(),
        keep: Keep::Nowhere,
    };
    Rehearsal::imported(plan, Arc::new(NobodyWatches), Hooks::default()).await.unwrap()
}

/// Every account, one after the other, on virtual time.
async fn copies(rehearsal: &Rehearsal) -> Vec<(String, Result<AccountCopy, CopyError>)> {
    let migrations = rehearsal.migrations().await.unwrap();
    let of = |m: &unmoor_migration::Migration| (m.customer().reference.clone(), m.id().source().clone());
    let wanted: Vec<(String, WabaId)> = migrations.iter().map(of).collect();
    let read = Arc::new(Mutex::new(Vec::new()));
    let (engine, kept): (Arc<Engine>, _) = (Arc::clone(&rehearsal.engine), Arc::clone(&read));
    let work = async move {
        for (customer, waba) in wanted {
            let copied = copy::account(&engine, &waba).await;
            kept.lock().unwrap().push((customer, copied));
        }
        copy::finish(&engine).await.unwrap();
    };
    drop(rehearsal.clock.spawn("snapshot", Box::pin(work)));
    let horizon = after(rehearsal.start, SignedDuration::from_hours(24 * 30));
    rehearsal.clock.run_until(horizon).await.unwrap();
    std::mem::take(&mut *read.lock().unwrap())
}

async fn whole(rehearsal: &Rehearsal) -> Vec<(String, AccountCopy)> {
    copies(rehearsal).await.into_iter().map(|(customer, copied)| (customer, copied.unwrap())).collect()
}

fn made(rehearsal: &Rehearsal, accounts: Vec<(String, AccountCopy)>) -> World {
    let app = rehearsal.engine.graph.app.id.to_string();
    world(&Reading { app, now: rehearsal.start, accounts, not_read: Vec::new(), seed: 1 }).unwrap()
}

/// What a world holds that can be read of it, in its own form.
fn readable(world: &World) -> Value {
    let mut shown = serde_json::to_value(world).unwrap();
    let mut accounts = shown["wabas"].take();
    for account in accounts.as_object_mut().unwrap().values_mut() {
        for hidden in ["shared_with", "funding"] {
            account.as_object_mut().unwrap().remove(hidden);
        }
        for number in account["numbers"].as_array_mut().unwrap() {
            number.as_object_mut().unwrap().remove("created_at");
        }
        for template in account["templates"].as_array_mut().unwrap() {
            for hidden in ["created_at", "quality_since"] {
                template.as_object_mut().unwrap().remove(hidden);
            }
            without_files(&mut template["components"]);
        }
    }
    let of_customers = |portfolio: &Value| world.customers.iter().any(|one| json!(one.portfolio) == portfolio["id"]);
    let mut portfolios: Vec<Value> = shown["portfolios"].as_object().unwrap().values().cloned().collect();
    portfolios.retain(|portfolio| of_customers(portfolio));
    for portfolio in &mut portfolios {
        portfolio.as_object_mut().unwrap().remove("admins");
    }
    let mut solutions = shown["solutions"].take();
    for solution in solutions.as_object_mut().unwrap().values_mut() {
        solution.as_object_mut().unwrap().remove("partner_portfolio");
    }
    let mut customers: Vec<Value> = shown["customers"].as_array().unwrap().clone();
    customers.sort_by_key(|customer| customer["waba"].to_string());
    let apps: Vec<(String, String)> = world
        .apps
        .values()
        .filter(|app| world.wabas.values().any(|waba| waba.subscriptions.iter().any(|one| one.app == app.id)))
        .map(|app| (app.id.to_string(), app.name.clone()))
        .collect();
    json!({
        "accounts": accounts, "portfolios": portfolios, "solutions": solutions, "customers": customers,
        "flows": shown["flows"], "apps": apps, "app": shown["provider"]["app"], "now": shown["now"],
    })
}

/// A file is behind another handle and another address each time.
fn without_files(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_files),
        Value::Object(members) => {
            for (name, member) in members {
                if name == "header_handle" {
                    *member = json!("a file");
                } else {
                    without_files(member);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[track_caller]
fn expect_same(one: &Value, other: &Value) {
    let text = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let (one, other) = (text(one), text(other));
    let different = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    assert_eq!(different, None, "the worlds differ");
    assert_eq!(one.len(), other.len());
}

/// As the same world is read again, through the API alone.
fn as_read(mut accounts: Vec<(String, AccountCopy)>) -> Value {
    for (_, copy) in &mut accounts {
        copy.read_at = jiff::Timestamp::UNIX_EPOCH;
        for template in &mut copy.templates {
            without_files(template);
        }
    }
    serde_json::to_value(accounts).unwrap()
}

/// What was read is what there was, and reads the same again.
async fn expect_round_trip(customers: &str, setup: Setup) -> World {
    let (there_was, again) = expect_same_reading(customers, setup).await;
    expect_same(&readable(&again), &readable(&there_was));
    again
}

/// A world that is read, made and read again; gives it as it was and as it was made.
async fn expect_same_reading(customers: &str, setup: Setup) -> (World, World) {
    let knobs = setup.knobs.clone();
    let first = rehearsal(customers, setup).await;
    let there_was = first.simulator.world();
    let read = whole(&first).await;
    assert!(first.simulator.ledger(0).iter().all(|entry| entry.kind != "token.issued"), "it only reads");
    let again = made(&first, read.clone());
    let blank = load::load("", "", 1).unwrap();
    let start = again.now.unwrap();
    let second = rehearsal(customers, Setup { world: again.clone(), knobs, start, files: None, ..blank }).await;
    expect_same(&as_read(whole(&second).await), &as_read(read));
    (there_was, again)
}

#[tokio::test]
async fn an_invented_fleet_is_read_as_it_is() {
    let (customers, setup) = invented(20);
    let world = expect_round_trip(&customers, setup).await;
    assert_eq!(world.wabas.len(), 20);
}

#[tokio::test]
async fn what_is_rare_is_read_as_it_is() {
    let world = expect_round_trip(CUSTOMERS, special()).await;
    let text = serde_json::to_string(&world).unwrap();
    for rare in ["\"CH\"", "Acorn Bakery and Mill", "ON_BEHALF_OF", "\"template_limit\":300", "OTP", "\"cards\""] {
        assert!(text.contains(rare), "the world has no {rare}");
    }
}

fn with_knob(name: &str, value: &str) -> Setup {
    let mut setup = special();
    let mut knobs = serde_json::to_value(&setup.knobs).unwrap();
    knobs[name] = json!(value);
    setup.knobs = serde_json::from_value(knobs).unwrap();
    setup
}

#[tokio::test]
async fn the_vendors_other_words_make_the_same_world() {
    expect_round_trip(CUSTOMERS, with_knob("phone_status_vocab", "LINKED")).await;
}

/// The apps of its button are nowhere then: the world reads the same, and holds less.
#[tokio::test]
async fn a_one_time_code_whose_button_shows_only_an_address_is_made_of_that() {
    let (_, again) = expect_same_reading(CUSTOMERS, with_knob("template_otp_read_back", "address")).await;
    assert!(serde_json::to_string(&again).unwrap().contains("\"otp_type\":\"COPY_CODE\""));
}

#[tokio::test]
async fn a_world_that_was_read_is_rehearsed_to_its_end() {
    let (customers, setup) = invented(4);
    let first = rehearsal(&customers, setup).await;
    let again = made(&first, whole(&first).await);
    let blank = load::load("", "", 1).unwrap();
    let start = again.now.unwrap();
    let plan = Plan {
        customers: customer_file::read_text("customers", &customers).unwrap().customers,
        setup: Setup { world: again, start, files: None, ..blank },
        seed: 1,
        horizon: SignedDuration::from_hours(24 * 60),
        policy: Policy::default(),
        keep: Keep::Nowhere,
    };
    let outcome = Rehearsal::prepare(plan, Arc::new(NobodyWatches)).await.unwrap().run().await.unwrap();
    assert_eq!(outcome.broken_rules, Vec::<String>::new());
    let moved = outcome.migrations.iter().filter(|m| m.numbers().any(Number::is_migrated)).count();
    assert_eq!((moved, outcome.migrations.len()), (4, 4));
}

#[tokio::test]
async fn no_secret_and_no_change_is_left_behind() {
    let first = rehearsal(CUSTOMERS, special()).await;
    let there_was = first.simulator.world();
    let credentials = first.simulator.credentials();
    let again = made(&first, whole(&first).await);
    let text = serde_json::to_string(&again).unwrap();
    let business = credentials.customers.iter().filter_map(|customer| customer.business_token.clone());
    for secret in business.chain([credentials.app_secret, credentials.system_token]) {
        assert!(!text.contains(secret.expose()), "the world holds a secret of the one that was read");
    }
    assert!(first.simulator.requests(0).iter().all(|request| request.method == "GET"));
    assert!(first.simulator.ledger(0).is_empty());
    expect_same(
        &serde_json::to_value(first.simulator.world().wabas).unwrap(),
        &serde_json::to_value(there_was.wabas).unwrap(),
    );
}

fn with_faults(faults: &Value) -> Setup {
    Setup { faults: serde_json::from_value(faults.clone()).unwrap(), ..special() }
}

#[tokio::test]
async fn what_meta_refuses_to_show_is_noted_and_what_passes_is_waited_for() {
    let error = |code: u32, message: &str| json!({ "graph_error": { "code": code, "message": message } });
    let faults = json!([
        { "match": { "path": "/*/flows" }, "action": error(10, "Application does not have permission for this action") },
        { "match": { "path": "/*/phone_numbers" }, "times": 1, "action": error(80008, "There have been too many calls") },
        { "match": { "path": "/*/message_templates" }, "times": 2, "action": { "drop": "before" } },
    ]);
    let first = rehearsal(CUSTOMERS, with_faults(&faults)).await;
    let again = made(&first, whole(&first).await);
    let about_flows: Vec<&String> = again.notes.iter().filter(|note| note.contains("the Flows")).collect();
    assert_eq!(about_flows.len(), 1, "{:?}", again.notes);
    assert!(again.flows.is_empty());
    assert!(first.clock.now() > after(first.start, SignedDuration::from_mins(59)), "the limit was waited for");
}

#[tokio::test]
async fn an_account_that_cannot_be_read_leaves_the_others_alone() {
    let refusal = json!({ "graph_error": { "code": 190, "message": "Error validating access token" } });
    let faults = json!([{ "match": { "path": "/310400000000102" }, "action": refusal }]);
    let first = rehearsal(CUSTOMERS, with_faults(&faults)).await;
    let read = copies(&first).await;
    let failed: Vec<&str> =
        read.iter().filter(|(_, copied)| copied.is_err()).map(|(customer, _)| customer.as_str()).collect();
    assert_eq!((failed, read.len()), (vec!["brisk-bikes"], 2));
}
