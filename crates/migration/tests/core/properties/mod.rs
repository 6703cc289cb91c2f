//! Rules that hold whatever happens: random scripts of answers, silence, people and time against a random world.

mod checker;
mod rules;
mod script;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use self::checker::Checker;
use self::script::{Fate, Script, Step, heal, script};
use unmoor_migration::{Cause, Command, Event, Migration, Verdict, replay};

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

/// One disturbance at each step of the calm way of two numbers: every rule holds, and the way leads to an end.
#[test]
fn every_single_disturbance_at_every_step_leads_to_an_end() {
    let causes = [
        Cause::TwoStepVerificationOn,
        Cause::PaymentMethodMissing,
        Cause::NumberAlreadyThere,
        Cause::NumberNeedsVerification,
        Cause::TokenInvalid,
        Cause::Unrecognised,
    ];
    let mut disturbances: Vec<Step> =
        causes.map(|cause| Step::Go(Fate::Refused(cause, Verdict::Turn))).into_iter().collect();
    for fate in [Fate::SilentBefore, Fate::SilentAfter, Fate::SilentLate(70), Fate::NotSent, Fate::Lost(true)] {
        disturbances.push(Step::Go(fate));
    }
    let reason = None::<String>;
    for command in [
        Command::Pause { reason: reason.clone() },
        Command::Hold { reason: reason.clone() },
        Command::Cancel { reason },
        Command::Retry,
    ] {
        disturbances.push(Step::Command(command));
    }
    for calm_steps in 1..32 {
        for disturbance in &disturbances {
            let mut checker = Checker::of(&Script { calm_steps, ..Script::empty() });
            checker.take(disturbance);
            // What had begun goes on before anybody heals anything.
            (0..4).for_each(|_| checker.take(&Step::Go(Fate::True)));
            heal(&mut checker);
            let m = &checker.run.m;
            assert!(m.is_final(), "step {calm_steps}, {disturbance:?}: {:?} {:?}", m.phase(), m.blockers());
            let in_outage = m.numbers().find(|number| number.is_under_way());
            assert_eq!(in_outage, None, "step {calm_steps}, {disturbance:?}");
        }
    }
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
