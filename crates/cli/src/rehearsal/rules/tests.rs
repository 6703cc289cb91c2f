#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use serde_json::{Value, json};

use super::*;

const NUMBER: &str = "+493023125017";
const OTHER: &str = "+493023125018";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + second).unwrap()
}

/// The change `kind` of a number, or of the WABA, so many seconds into the tests' own time.
fn change(second: i64, kind: &str, number: Option<&str>, request: Option<u64>) -> LedgerEntry {
    let entry = json!({
        "seq": 1, "at": at(second), "by": "api", "request": request, "kind": kind, "source_waba": "310200000000301",
        "number": number, "template": null,
    });
    serde_json::from_value(entry).unwrap()
}

/// What goes before a move, as it has to.
fn gates() -> Vec<LedgerEntry> {
    let kinds = ["intent.created", "intent.accepted", "app.subscribed", "funding.added"];
    kinds.into_iter().map(|kind| change(600, kind, None, None)).collect()
}

fn registered_calmly() -> Vec<LedgerEntry> {
    let mut ledger = gates();
    ledger.push(change(700, "number.moved", Some(NUMBER), Some(1)));
    ledger.push(change(701, "number.registered", Some(NUMBER), Some(2)));
    ledger
}

fn told(began: &Began, ledger: &[LedgerEntry]) -> String {
    broken_rules(began, ledger, &[], true).join("\n")
}

fn began_with_two_step() -> Began {
    let waba = "310200000000301".parse().unwrap();
    Began {
        two_step_on: BTreeMap::from([(NUMBER.to_owned(), at(-600))]),
        numbers: BTreeMap::from([(waba, BTreeSet::from([NUMBER.to_owned()]))]),
    }
}

fn request(second: i64, path: &str) -> RequestEntry {
    let entry: Value = json!({
        "seq": 1, "at": at(second), "method": "POST", "path": path, "ending": "answered", "status": 400,
        "error_code": null, "error_subcode": null, "waba": null, "trace_id": "x",
    });
    serde_json::from_value(entry).unwrap()
}

#[test]
fn a_calm_cutover_breaks_nothing() {
    assert_eq!(told(&Began::default(), &registered_calmly()), "");
}

#[test]
fn each_gate_that_was_shut_is_told() {
    for (left_out, expected) in [
        ("intent.accepted", "rule 1: +493023125017 was moved before acceptance"),
        ("app.subscribed", "rule 2: +493023125017 was moved although the app was not subscribed"),
        ("funding.added", "rule 2: +493023125017 was moved although there was no payment method"),
    ] {
        let ledger: Vec<_> = registered_calmly().into_iter().filter(|entry| entry.kind != left_out).collect();
        assert_eq!(told(&Began::default(), &ledger), expected);
    }
}

#[test]
fn two_step_verification_counts_once_a_fresh_reading_shows_it() {
    let told_of = |ledger: &[LedgerEntry]| told(&began_with_two_step(), ledger);
    let both = "rule 16: 310200000000301 was tagged with two-step verification on: +493023125017\n\
                rule 2: +493023125017 was moved although two-step verification was on";
    assert_eq!(told_of(&registered_calmly()), both);
    let mut off = registered_calmly();
    off.insert(0, change(1, "two_step.turned_off", Some(NUMBER), None));
    assert_eq!(told_of(&off), "");
    let mut on_again = off;
    on_again.insert(5, change(690, "two_step.turned_on", Some(NUMBER), None));
    assert_eq!(told_of(&on_again), "", "ten seconds before the move it may not have been seen");
    // A reading before a tag may be ten minutes old (rule 16).
    let mut on_before_the_tag = registered_calmly();
    let tagged = on_before_the_tag.iter_mut().find(|entry| entry.kind == "intent.created").unwrap();
    let before = tagged.at;
    tagged.at = before + jiff::SignedDuration::from_mins(9);
    on_before_the_tag.insert(0, LedgerEntry { at: before, ..change(1, "two_step.turned_on", Some(NUMBER), None) });
    let began = Began { two_step_on: BTreeMap::new(), ..began_with_two_step() };
    assert!(!told(&began, &on_before_the_tag).contains("rule 16"));
}

#[test]
fn nothing_happens_twice_and_no_two_numbers_are_between() {
    let mut ledger = registered_calmly();
    ledger.push(change(800, "number.moved", Some(NUMBER), Some(3)));
    ledger.push(change(801, "number.moved", Some(OTHER), Some(4)));
    ledger.push(change(802, "number.registered", Some(NUMBER), Some(5)));
    assert_eq!(
        told(&Began::default(), &ledger),
        "rule 5: number.moved twice for +493023125017\n\
         rule 8: +493023125018 was moved while +493023125017 was not registered\n\
         rule 5: number.registered twice for +493023125017"
    );
}

#[test]
fn a_template_is_not_written_before_the_first_register() {
    let mut ledger = gates();
    ledger.push(change(650, "template.created", None, Some(9)));
    assert!(told(&Began::default(), &ledger).starts_with("rule 14"));
    let mut ledger = registered_calmly();
    ledger.push(change(100_000, "template.created", None, Some(9)));
    assert_eq!(told(&Began::default(), &ledger), "");
}

#[test]
fn registers_are_few_and_apart() {
    let told = |seconds: &[i64]| {
        let requests: Vec<_> = seconds.iter().map(|second| request(*second, "/v25.0/1/register")).collect();
        broken_rules(&Began::default(), &[], &requests, true)
    };
    let as_planned = [0, 60, 360, 3_960, 7_560, 11_160, 14_760];
    assert_eq!(told(&as_planned), Vec::<String>::new());
    assert_eq!(told(&[0, 20]).len(), 1);
    let late = RequestEntry { ending: Ending::Late, ..request(20, "/v25.0/1/register") };
    let once = broken_rules(&Began::default(), &[], &[request(0, "/v25.0/1/register"), late], true);
    assert_eq!(once, Vec::<String>::new(), "it was asked for once");
    let mut eighth = as_planned.to_vec();
    eighth.push(72 * 3600 - 1);
    assert_eq!(told(&eighth), ["rule 4: /v25.0/1/register was asked for more than 7 times"]);
    *eighth.last_mut().unwrap() = 72 * 3600;
    assert_eq!(told(&eighth), Vec::<String>::new(), "the first counts no more");
}

#[test]
fn no_code_is_asked_for() {
    let broken = broken_rules(&Began::default(), &[], &[request(0, "/v25.0/1/request_code")], true);
    assert_eq!(broken, ["rule 15: /v25.0/1/request_code was called"]);
}
