//! Large fleets of plainly invented companies.

use std::fmt::Write as _;

use super::{
    countries::COUNTRIES,
    words::{FIRST, SECOND, TRADE},
};
use crate::ids::{Draw, Seed};

/// A customer file and its scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// CSV with a header line.
    pub customers: String,
    /// TOML.
    pub scenario: String,
}

/// `count` customers in three waves. Most go all the way; of fifty, one rejects, one never answers, two pay late and two
/// leave two-step verification on for some days.
pub fn generate(count: usize, seed: u64) -> Generated {
    let seed = Seed(seed);
    let mut customers =
        "customer,source_waba_id,business_portfolio_id,contact_email,language,time_zone,wave,two_step_by\n".to_owned();
    let mut scenario =
        "# What people do, where it is not the usual: accept within two days and pay with it.\n".to_owned();
    for index in 0..count {
        let mut draw = seed.draw(&["generated", &index.to_string()]);
        let reference = reference(index);
        let Some(country) = draw.pick(COUNTRIES) else { break };
        let language = country.languages.first().unwrap_or(&"en");
        let time_zone = country.time_zones.first().unwrap_or(&"UTC");
        let (waba, portfolio) = (seed.id(&["waba", &reference]), seed.id(&["portfolio", &reference]));
        let wave = draw.pick(&["first", "second", "third"]).unwrap_or(&"first");
        let two_step_by = draw.pick(&["us", "customer"]).unwrap_or(&"us");
        // Writing to a String cannot fail.
        let _ = writeln!(
            customers,
            "{reference},{waba},{portfolio},office@{reference}.example,{language},{time_zone},{wave},{two_step_by}"
        );
        if let Some(person) = unusual(&mut draw) {
            let _ = writeln!(scenario, "\n[customers.{reference}.person]\n{person}");
        }
    }
    Generated { customers, scenario }
}

/// A name for each index; behind the last one with a number.
fn reference(index: usize) -> String {
    let pick = |words: &[&'static str], place: usize| {
        words.get(place % words.len()).copied().unwrap_or("Amber").to_lowercase()
    };
    // The lengths share no divisor with the step, so neighbours differ in every word.
    let place = index.wrapping_mul(7919);
    let words =
        [pick(FIRST, place), pick(SECOND, place / FIRST.len()), pick(TRADE, place / (FIRST.len() * SECOND.len()))];
    let names = FIRST.len() * SECOND.len() * TRADE.len();
    let round = index / names;
    if round == 0 { words.join("-") } else { format!("{}-{}", words.join("-"), round + 1) }
}

fn unusual(draw: &mut Draw) -> Option<String> {
    match draw.between(1, 50) {
        1 => Some("answer = \"reject\"".to_owned()),
        2 => Some("answer = \"never\"".to_owned()),
        3 | 4 => Some(format!("pays = \"{} days\"", draw.between(1, 6))),
        5 | 6 => Some(format!("turns_off_two_step_after = \"{} days\"", draw.between(1, 6))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeSet;

    use super::*;
    use crate::load::load;

    #[test]
    fn generated_customers_are_all_different_and_load() {
        let generated = generate(500, 1);
        assert_eq!(generated, generate(500, 1));
        let setup = load(&generated.customers, &generated.scenario, 1).unwrap();
        assert_eq!(setup.world.customers.len(), 500);
        let names: BTreeSet<&str> = setup.world.customers.iter().map(|customer| customer.customer.as_str()).collect();
        assert_eq!(names.len(), 500);
        let numbers: Vec<_> =
            setup.world.wabas.values().flat_map(|waba| &waba.numbers).map(|entry| &entry.number).collect();
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len(), "every number is somebody's alone");
        assert!(numbers.len() >= 500);
    }

    #[test]
    fn names_do_not_repeat_when_the_words_run_out() {
        let all: BTreeSet<String> = (0..30_000).map(reference).collect();
        assert_eq!(all.len(), 30_000);
    }
}
