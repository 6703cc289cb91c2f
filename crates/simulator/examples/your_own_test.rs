//! How a test of your own integration uses the simulator: once in process, once over HTTP.
//!
//! `cargo run -p unmoor-simulator --example your_own_test` runs it.

#![allow(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "an example that reads like the test of somebody else"
)]

use std::error::Error;

use bytes::Bytes;
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use unmoor_simulator::{Action, Drop, Fault, Reply, Simulator, load};

/// One customer. A real file has a line for each; more columns are allowed.
const CUSTOMERS: &str = "customer,source_waba_id\nacorn-bakery,102290129340398\n";

/// What is special about it. Everything else is drawn from the seed, the same each time.
const SCENARIO: &str = r#"
[customers.acorn-bakery]
numbers = ["+493023125001"]
person = { answer = "accept", answers_after = "2 hours", pays = "never" }
"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    in_process()?;
    over_http().await
}

/// No socket and no waiting: requests are values, and time passes when you say so.
fn in_process() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::from_setup(load::load(CUSTOMERS, SCENARIO, 1)?);
    let credentials = simulator.credentials();
    let customer = simulator.customer("acorn-bakery").ok_or("no such customer")?;
    let token = customer.business_token.ok_or("the customer was never onboarded")?;

    // Step 2 of Meta's guide: tag the account for migration.
    let path = format!("/v25.0/{}/set_solution_migration_intent", customer.waba_id);
    let intent = call(&simulator, "POST", &path, token.expose(), &json!({ "app_id": credentials.app_id }))?;
    let intent = intent["id"].as_str().ok_or("no intent")?.to_owned();

    // Step 3: the person accepts after two hours, as the scenario says. Step 4: read it.
    simulator.advance(SignedDuration::from_hours(3));
    let path = format!("/v25.0/{intent}");
    let read = call(&simulator, "GET", &path, credentials.system_token.expose(), &Value::Null)?;
    assert_eq!(read["status"], "ACCEPTED");

    // People are calls, and the ledger tells what changed.
    simulator.lets("acorn-bakery", Action::AddPaymentMethod);
    let changes: Vec<String> = simulator.ledger(0).into_iter().map(|change| change.kind).collect();
    assert!(changes.contains(&"funding.added".to_owned()));
    Ok(())
}

/// The same behind a port, for a client that speaks HTTP: give it `url()` in place of Meta's address.
async fn over_http() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::from_setup(load::load(CUSTOMERS, SCENARIO, 1)?).start().await?;
    println!("point your client at {}/v25.0/", simulator.url());

    // The second register loses its answer although it took effect: does your client look before it repeats?
    simulator.add_fault(Fault::on("POST", "/*/register").nth(2).drops(Drop::After))?;

    // … your client's calls …

    simulator.stop().await?;
    Ok(())
}

fn call(simulator: &Simulator, method: &str, path: &str, token: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/json")
        .body(body)?;
    match simulator.exchange(simulator.now(), &request).reply {
        Reply::Answer(answer) => Ok(serde_json::from_slice(answer.body())?),
        Reply::DroppedBefore | Reply::DroppedAfter | Reply::DroppedThenLate { .. } => Err("no answer".into()),
    }
}
