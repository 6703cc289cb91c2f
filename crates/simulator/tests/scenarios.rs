//! The scenario file: what it may say, and how it is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{CUSTOMERS, Caller, WABA};
use unmoor_simulator::load::{self, Files};

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

#[test]
fn the_page_about_scenarios_is_made_from_them() {
    let page = include_str!("../../../docs/scenarios.md");
    let again = "cargo run -q -p unmoor-simulator --example scenarios > docs/scenarios.md";
    assert!(page == load::ready_made::page(), "docs/scenarios.md is outdated: {again}");
}

#[test]
fn everyone_is_whoever_says_nothing_else() {
    let customers = "customer,source_waba_id\nacorn,5001\nbirch,5002\n";
    let scenario = "[everyone]\nnumbers = 2\ntemplates = 7\n[everyone.each_number]\nquality = \"YELLOW\"\n\
        [customers.birch]\nnumbers = [{ number = \"+493023125001\", quality = \"RED\" }]\n";
    let world = load::load(customers, scenario, 1).unwrap().world;
    let seen = |waba: &str| {
        let waba = &world.wabas[&waba.parse().unwrap()];
        let qualities: Vec<String> = waba.numbers.iter().map(|number| format!("{:?}", number.quality)).collect();
        (qualities, waba.templates.len())
    };
    assert_eq!(seen("5001"), (vec!["Yellow".to_owned(), "Yellow".to_owned()], 7));
    assert_eq!(seen("5002"), (vec!["Red".to_owned()], 7));
    assert!(refusal("[everyone]\nnumbers = [\"+493023125001\"]\n").1.contains("belongs to one customer"));
    assert!(refusal("[everyone.each_number]\nnumber = \"+493023125001\"\n").1.contains("names none"));
}

#[test]
fn a_fault_script_goes_before_the_scenario() {
    let files = |fault_script: &str| Files {
        customers: CUSTOMERS.to_owned(),
        scenario:
            "[knobs]\nlatency_ms = 5\nintent_repeat = \"new_id\"\n[customers.acorn]\ntwo_step = false\nnumbers = 3\n\
            [[fault]]\naction = { http_status = 500 }\n"
                .to_owned(),
        fault_script: fault_script.to_owned(),
    };
    let script = "[knobs]\nlatency_ms = 7\n[everyone]\ntwo_step = true\n[[fault]]\naction = { latency_ms = 9 }\n";
    let setup = load::load_files(&files(script), 1).unwrap();
    assert_eq!((setup.knobs.latency_ms, setup.knobs.intent_repeat), (7, unmoor_simulator::IntentRepeat::NewId));
    assert_eq!(setup.faults.len(), 2, "one behind the other");
    let waba = &setup.world.wabas[&WABA.parse().unwrap()];
    assert!(waba.numbers.len() == 3 && waba.numbers.iter().all(|number| number.two_step));
    let wrong = load::load_files(&files("\n[everyone]\ntwo_stop = true\n"), 1).unwrap_err();
    assert!(wrong.to_string().starts_with("fault script, line 3"), "{wrong}");
}
