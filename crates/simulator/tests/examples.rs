//! The example files load, and hold what they promise.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use unmoor_simulator::{
    Simulator, load,
    load::Setup,
    world::{NameStatus, NumberStatus, Ownership},
};

fn example() -> Setup {
    let customers = include_str!("../../../examples/customers.csv");
    let scenario = include_str!("../../../examples/customers.scenario.toml");
    load::load(customers, scenario, 1).unwrap()
}

#[test]
fn the_example_has_the_variety_it_promises() {
    let world = example().world;
    assert_eq!(world.customers.len(), 25);
    let wabas: Vec<_> = world.customers.iter().map(|customer| &world.wabas[&customer.waba]).collect();
    let counts: BTreeSet<usize> = wabas.iter().map(|waba| waba.numbers.len()).collect();
    assert!(counts.is_superset(&BTreeSet::from([1, 2, 5])), "{counts:?}");
    let numbers: Vec<_> = wabas.iter().flat_map(|waba| &waba.numbers).collect();
    let code_lengths: BTreeSet<usize> = numbers.iter().map(|entry| entry.number.split().0.len()).collect();
    assert_eq!(code_lengths, BTreeSet::from([1, 2, 3]));
    let distinct: BTreeSet<_> = numbers.iter().map(|entry| &entry.number).collect();
    assert_eq!(distinct.len(), numbers.len());
    assert_eq!(numbers.iter().filter(|entry| entry.status != NumberStatus::Connected).count(), 1);
    assert_eq!(numbers.iter().filter(|entry| entry.name_status == NameStatus::PendingReview).count(), 1);
    assert_eq!(wabas.iter().filter(|waba| waba.ownership == Ownership::OnBehalfOf).count(), 1);
    assert!(wabas.iter().any(|waba| waba.templates.len() > 250));
}

#[test]
fn two_step_verification_is_on_only_where_somebody_turns_it_off_later() {
    let setup = example();
    let on = |simulator: &Simulator| {
        let world = simulator.world();
        let numbers = world.wabas.values().flat_map(|waba| &waba.numbers);
        numbers.filter(|entry| entry.two_step).map(|entry| entry.number.to_string()).collect::<Vec<_>>()
    };
    let simulator = Simulator::from_setup(setup.clone());
    assert_eq!(on(&simulator), ["+494066969020"]);
    simulator.advance_to(setup.start + jiff::SignedDuration::from_hours(24 * 4));
    assert_eq!(on(&simulator), Vec::<String>::new());
}
