//! Every value of every knob, singly and with every value of every other one: a small fleet ends as documented, and no rule of the
//! state machine is broken.
//!
//! `UNMOOR_KNOBS=all cargo nextest run -p e2e --test knobs` takes one run for each pair instead of a covering set.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests that say how much they cover"
)]

mod ends;
mod pairwise;
mod ready_made;
mod runs;

use serde_json::Value;
use unmoor_simulator::{KnobEntry, Knobs};

use runs::{Run, check_all};

fn catalog() -> Vec<KnobEntry> {
    Knobs::catalog()
}

#[test]
fn every_value_of_every_knob_singly() {
    let mut runs = vec![Run::default()];
    for knob in catalog() {
        let others = knob.values.iter().filter(|value| **value != knob.default);
        runs.extend(others.map(|value| Run::of(vec![(knob.name, value.clone())])));
    }
    let count = runs.len();
    check_all(runs);
    eprintln!("{count} runs, the defaults among them");
}

#[test]
fn every_pair_of_values_of_two_knobs() {
    let knobs = catalog();
    let sizes: Vec<usize> = knobs.iter().map(|knob| knob.values.len()).collect();
    let pairs = pairwise::all_pairs(&sizes);
    let masks =
        |(place, value): pairwise::Choice| ends::stops_everybody(knobs[place].name, &knobs[place].values[value]);
    let set = |place: usize, value: usize| (knobs[place].name, knobs[place].values[value].clone());
    let runs: Vec<Run> = if std::env::var("UNMOOR_KNOBS").is_ok_and(|wanted| wanted == "all") {
        pairs.iter().map(|((left, one), (right, other))| Run::of(vec![set(*left, *one), set(*right, *other)])).collect()
    } else {
        let mut draw = small_draw(1);
        let rows = pairwise::covering_rows(&sizes, masks, &mut draw);
        let settings = |row: Vec<usize>| row.into_iter().enumerate().map(|(place, value)| set(place, value)).collect();
        rows.into_iter().map(|row| Run::of(settings(row))).collect()
    };
    eprintln!(
        "{} knobs with {} values: {} pairs in {} runs",
        sizes.len(),
        sizes.iter().sum::<usize>(),
        pairs.len(),
        runs.len()
    );
    check_all(runs);
}

/// Numbers below a bound that look random and repeat with their seed.
fn small_draw(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    }
}

/// A value as `--knob` takes it.
fn as_argument(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
