//! A whole fleet on virtual time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::sync::Arc;

use jiff::SignedDuration;
use unmoor_cli::rehearsal::{Plan, Rehearsal};
use unmoor_engine::NobodyWatches;
use unmoor_migration::{Customer, Policy, TwoStepBy, WabaId};
use unmoor_simulator::load;

#[tokio::test]
async fn generated() {
    let generated = load::generate(20, 7);
    let setup = load::load(&generated.customers, &generated.scenario, 7).unwrap();
    let customers = setup
        .world
        .customers
        .iter()
        .map(|customer| Customer {
            reference: customer.customer.clone(),
            source_waba: WabaId::new(&customer.waba.to_string()).unwrap(),
            portfolio: None,
            contact_email: None,
            language: None,
            time_zone: None,
            wave: None,
            two_step_by: TwoStepBy::Customer,
            callback_url: None,
            storage_region: None,
        })
        .collect();
    let plan = Plan {
        customers,
        setup,
        seed: 7,
        horizon: SignedDuration::from_hours(30 * 24),
        policy: Policy::default(),
        keep: None,
    };
    let rehearsal = Rehearsal::prepare(plan, Arc::new(NobodyWatches)).await.unwrap();
    let outcome = rehearsal.run().await.unwrap();
    for m in &outcome.migrations {
        println!("{} {} {:?} {:?} {:?}", m.customer().reference, m.phase(), m.blockers(), m.longest_gap(), m.last_attempt());
    }
    println!("{} calls {:?} {:?}", outcome.graph_calls, outcome.elapsed, outcome.broken_rules);
    assert!(outcome.broken_rules.is_empty());
}
