//! The audit that the fuzz target leans on sees what is wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, WABA};
use unmoor_simulator::{World, world::NumberStatus};

/// What the audit says about a world after a whole migration and `spoil`.
fn audited(spoil: fn(&mut World)) -> Vec<String> {
    let mut caller = Caller::usual("");
    let (_, phone) = caller.moved();
    caller.register(&phone);
    let mut world = caller.simulator.world();
    spoil(&mut world);
    caller.simulator.set_world(world);
    caller.simulator.audit()
}

/// What breaks a world.
type Breakage = fn(&mut World);

#[test]
fn a_whole_world_has_nothing_wrong_with_it() {
    assert_eq!(audited(|_| {}), [""; 0]);
}

#[test]
fn what_cannot_be_is_said() {
    let cases: [(&str, Breakage); 5] = [
        ("is registered under", |world| {
            world.wabas.get_mut(&WABA.parse().unwrap()).unwrap().numbers[0].status = NumberStatus::Connected;
        }),
        ("lists +493023125001 twice", |world| {
            let numbers = &mut world.wabas.get_mut(&WABA.parse().unwrap()).unwrap().numbers;
            numbers.push(numbers[0].clone());
        }),
        ("belongs to nobody", |world| world.portfolios.clear()),
        ("a token covers an account that is not there", |world| {
            world.wabas.remove(&WABA.parse().unwrap());
        }),
        ("its destination false", |world| {
            let destination = world.intents.values().next().unwrap().destination;
            world.wabas.remove(&destination);
        }),
    ];
    for (said, spoil) in cases {
        let wrong = audited(spoil);
        assert!(wrong.iter().any(|sentence| sentence.contains(said)), "{said}: {wrong:?}");
    }
}
