//! Rules that hold whatever happens: random scripts of answers, silence, people and time against a random world.

mod checker;
mod rules;
mod script;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use self::checker::Checker;
use self::script::{Script, heal, script};
use unmoor_migration::{Event, Migration, replay};

fn config() -> ProptestConfig {
    // The same scripts in every run; another seed or more cases through PROPTEST_RNG_SEED and PROPTEST_CASES.
    let from_surroundings = ProptestConfig::default();
    let is_chosen = std::env::var_os("PROPTEST_RNG_SEED").is_some();
    let seed = if is_chosen { from_surroundings.rng_seed } else { RngSeed::Fixed(0x5eed) };
    ProptestConfig { rng_seed: seed, failure_persistence: None, ..from_surroundings }
}

proptest! {
    #![proptest_config(config())]

    /// Every rule, after every input; and after the script, with everything in order again, the way leads to an end.
    #[test]
    fn every_rule_holds_for_every_script(script in script()) {
        let mut checker = Checker::of(&script);
        for step in &script.steps {
            checker.take(step);
        }
        checker.journal_adds_up();
        heal(&mut checker);
        prop_assert!(checker.run.m.is_final(), "{:?} {:?}", checker.run.m.phase(), checker.run.m.blockers());
        checker.journal_adds_up();
    }
}

/// A script that says nothing goes the calm way, so that the property above is known to reach the end.
#[test]
fn an_empty_script_ends_well() {
    let mut checker = Checker::of(&Script::empty());
    heal(&mut checker);
    assert_eq!(checker.run.m.phase_name(), "completed");
}

fn survives_serde(events: &[Event], migration: &Migration) {
    let text = serde_json::to_string(events).unwrap();
    let again: Vec<Event> = serde_json::from_str(&text).unwrap();
    assert_eq!(again, events, "events do not survive JSON");
    let text = serde_json::to_string(migration).unwrap();
    let again: Migration = serde_json::from_str(&text).unwrap();
    assert_eq!(again, *migration, "the migration does not survive JSON");
    assert_eq!(replay(events).unwrap(), *migration, "the journal does not add up to the state");
}
