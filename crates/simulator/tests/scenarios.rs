//! The scenario file: what it may say, and how it is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{CUSTOMERS, Caller, WABA};
use unmoor_simulator::load;

fn refusal(scenario: &str) -> (usize, String) {
    let error = load::load(CUSTOMERS, scenario, 1).unwrap_err();
    (error.line, error.reason)
}

#[test]
fn a_number_that_is_none_is_refused_with_its_line() {
    let (line, reason) = refusal("# who\n[customers.acorn]\nnumbers = [\"abc\"]\n");
    assert_eq!(line, 3);
    assert!(reason.contains("`abc` is no phone number") && reason.contains("7 to 15 digits"), "{reason}");
    let (line, reason) =
        refusal("[customers.acorn]\n\nnumbers = [\n  \"+493023125001\",\n  { number = \"030 23125\" },\n]\n");
    assert_eq!(line, 5, "{reason}");
}

#[test]
fn mistakes_are_refused_with_line_and_reason() {
    for (scenario, line, said) in [
        ("[customers.acron]\n", 1, "no customer `acron`"),
        ("\n[customers.acorn]\nnumers = 2\n", 3, "numers"),
        ("[customers.acorn]\nnumbers = -1\n", 2, "count"),
        ("[customers.acorn]\nnumbers = [{ status = \"CONNECTED\" }]\n", 2, "number"),
        ("[customers.acorn]\nperson = { answer = \"perhaps\" }\n", 2, "perhaps"),
        ("[customers.acorn]\nperson = { answers_after = \"soon\" }\n", 2, "no span of time"),
        ("[customers.acorn]\nperson = { pays = \"sometimes\" }\n", 2, "how long after acceptance"),
        ("[knobs]\nintent_repaet = \"new_id\"\n", 2, "intent_repaet"),
        ("# \n[knobs]\ntransient_fault_rate = 2.0\n", 2, "share"),
        ("[[fault]]\naction = { drop = \"after\" }\n\n[[fault]]\naction = { }\n", 4, "needs one of"),
        ("start = \"yesterday\"\n", 1, ""),
        ("start = = 1\n", 1, ""),
    ] {
        let (at, reason) = refusal(scenario);
        assert_eq!(at, line, "{scenario}: {reason}");
        assert!(reason.contains(said), "{scenario}: {reason}");
    }
}

#[test]
fn a_number_belongs_to_one_customer() {
    let customers = "customer,source_waba_id\nacorn,5001\nbirch,5002\n";
    let scenario =
        "[customers.acorn]\nnumbers = [\"+493023125001\"]\n[customers.birch]\nnumbers = [\"+493023125001\"]\n";
    let error = load::load(customers, scenario, 1).unwrap_err();
    assert_eq!((error.line, error.reason.as_str()), (3, "+493023125001 is given to `acorn` and to `birch`"));
}

#[test]
fn a_customer_is_named_by_reference_or_by_waba() {
    for key in ["acorn", WABA] {
        let setup = load::load(CUSTOMERS, &format!("[customers.{key}]\nnumbers = 4\n"), 1).unwrap();
        assert_eq!(setup.world.wabas[&WABA.parse().unwrap()].numbers.len(), 4);
    }
}

#[test]
fn what_is_not_said_is_drawn_from_the_seed() {
    let world = |seed| serde_json::to_string(&load::load(CUSTOMERS, "", seed).unwrap().world).unwrap();
    assert_eq!(world(1), world(1));
    assert_ne!(world(1), world(2));
    for seed in 0..50 {
        let world = load::load(CUSTOMERS, "", seed).unwrap().world;
        let waba = &world.wabas[&WABA.parse().unwrap()];
        assert!((1..=3).contains(&waba.numbers.len()));
        assert!((4..=20).contains(&waba.templates.len()));
    }
}

#[test]
fn knobs_and_faults_come_from_the_scenario() {
    let more =
        "\n[knobs]\nlatency_ms = 5\n\n[[fault]]\nmatch = { path = \"/*/register\" }\naction = { drop = \"after\" }\n";
    let caller = Caller::usual(more);
    assert_eq!(caller.simulator.knobs().latency_ms, 5);
    assert_eq!(caller.simulator.faults().len(), 1);
}
