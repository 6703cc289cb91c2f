//! Time: weeks pass in one call, and what falls due in them happens in order.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::collections::BTreeSet;

use bytes::Bytes;
use common::Caller;
use http::Request;
use jiff::SignedDuration;
use serde_json::json;
use unmoor_simulator::{Simulator, control, load};

const MONTH_S: i64 = 30 * 86_400;

/// Six score customers of all kinds, each in the middle of something: people who answer, pay, forget and turn things off, reviews,
/// templates that are copied and re-checked, an answer that lands late.
const BUSY: &str = r#"
[knobs]
destination_review = "pending"
intent_expiry_days = 7
template_copy_when = "accept"
template_copy_delay_s = 86400
template_reject_rate = 0.5
token_covers_dest_after_accept = "delayed"

[everyone]
review = "PENDING"
review_approved_after = "3 days"

[everyone.each_number]
name_status = "PENDING_REVIEW"
name_approved_after = "5 days"

[[fault]]
match = { path = "/*/set_solution_migration_intent", nth = 3 }
action = { drop = "later", later_s = 90000 }
"#;

fn busy(seed: u64) -> Simulator {
    let generated = load::generate(120, seed);
    let mut caller = Caller::new(&generated.customers, &format!("{BUSY}\n{}", generated.scenario));
    let app = caller.credentials.app_id;
    for customer in caller.credentials.customers.clone() {
        let token = customer.business_token.unwrap();
        let path = format!("/{}/set_solution_migration_intent", customer.waba_id);
        caller.exchange("POST", &path, Some(token.expose()), Some(json!({ "app_id": app })));
    }
    caller.simulator
}

/// Everything that it is, byte for byte.
fn bytes(simulator: &Simulator) -> String {
    String::from_utf8(simulator.save().unwrap()).unwrap()
}

#[test]
fn thirty_days_in_one_call_bring_everything_that_is_due_in_order() {
    let simulator = busy(1);
    let (start, before) = (simulator.now(), simulator.ledger(0).len());
    let body = Bytes::from(json!({ "advance_s": MONTH_S }).to_string());
    let request = Request::builder().method("POST").uri("/_sim/clock").body(body).unwrap();
    let (answer, wanted) = control(&simulator, 1.0, &request);
    assert_eq!(answer.status(), 200);
    assert!(wanted.moved);
    assert_eq!(simulator.now().duration_since(start), SignedDuration::from_secs(MONTH_S));
    let due = simulator.ledger(before as u64);
    assert!(due.len() > 100, "a busy world: {} changes", due.len());
    assert!(due.windows(2).all(|pair| pair[0].at <= pair[1].at && pair[0].seq < pair[1].seq), "in order");
    assert!(due.iter().all(|change| change.at > start && change.at <= simulator.now()));
    let kinds: BTreeSet<&str> = due.iter().map(|change| change.kind.as_str()).collect();
    for kind in [
        "intent.created",
        "intent.accepted",
        "intent.rejected",
        "funding.added",
        "two_step.turned_off",
        "name.approved",
        "waba.approved",
        "template.copied",
        "template.rejected",
    ] {
        assert!(kinds.contains(kind), "nothing of kind {kind} fell due: {kinds:?}");
    }
    assert!(simulator.next_event_at().is_none_or(|next| next > simulator.now()), "nothing that was due is left");
}

#[test]
fn one_long_step_and_many_short_ones_lead_to_the_same_world() {
    let (long, short) = (busy(1), busy(1));
    long.advance(SignedDuration::from_secs(MONTH_S));
    for _ in 0..30 * 24 {
        short.advance(SignedDuration::from_hours(1));
    }
    assert_eq!(bytes(&long), bytes(&short));
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_does_not() {
    let after_a_month = |seed| {
        let simulator = busy(seed);
        simulator.advance(SignedDuration::from_secs(MONTH_S));
        bytes(&simulator)
    };
    assert_eq!(after_a_month(1), after_a_month(1));
    assert_ne!(after_a_month(1), after_a_month(2));
}

#[test]
fn time_never_goes_back() {
    let simulator = busy(1);
    let now = simulator.advance(SignedDuration::from_hours(5));
    assert_eq!(simulator.advance(SignedDuration::from_hours(-3)), now);
    assert_eq!(simulator.now(), now);
}
