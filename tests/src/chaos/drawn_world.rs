//! The customers of a schedule, their people, and what is unknown about the vendor.

use serde_json::{Value, json};
use unmoor_simulator::Knobs;

use super::draw::Draw;
use crate::Member;

/// One or two customers with one to three numbers each: every rule that is about two of something has two, and a run stays short.
pub(super) fn customers(draw: &mut Draw) -> Vec<Member> {
    let count = draw.weighed(&[(2, 1), (1, 2)]);
    (0..count).map(|place| customer(draw, place)).collect()
}

fn customer(draw: &mut Draw, place: usize) -> Member {
    let numbers = draw.weighed(&[(3, 1), (4, 2), (2, 3)]);
    let listed: Vec<String> = (0..numbers).map(|number| number_of(draw, place, number)).collect();
    let mut member = Member::bare(&format!("customer-{place}")).world(&format!("numbers = [{}]", listed.join(", ")));
    if draw.chance(25) {
        member = member.world("two_step = true");
        if draw.chance(90) {
            let after = draw.pick(&["1 min", "10 min", "50 min", "3 h"]);
            member = member.person(&format!("turns_off_two_step_after = \"{after}\""));
        }
    }
    let answer = draw.weighed(&[(88, "accept"), (5, "reject"), (3, "never"), (4, "wrong_portfolio")]);
    let after = draw.weighed(&[(2, "10 s"), (5, "2 min"), (5, "20 min"), (3, "2 h"), (1, "30 h")]);
    let pays = draw.weighed(&[
        (14, "with acceptance"),
        (1, "1 min"),
        (2, "20 min"),
        (2, "3 h"),
        (1, "never"),
        (1, "declined"),
    ]);
    member = member.person(&format!("answer = \"{answer}\"")).person(&format!("answers_after = \"{after}\""));
    member = member.person(&format!("pays = \"{pays}\""));
    if draw.chance(5) {
        let after = draw.pick(&["0 min", "5 min", "3 h"]);
        member = member.person(&format!("removes_partner_after = \"{after}\""));
    }
    member
}

fn number_of(draw: &mut Draw, customer: usize, place: usize) -> String {
    let number = format!("+4930231250{}{}", customer + 1, place + 7);
    let special = draw.weighed(&[
        (40, ""),
        (2, ", status = \"DISCONNECTED\""),
        (1, ", is_on_biz_app = true"),
        (2, ", name_status = \"PENDING_REVIEW\", name_approved_after = \"40 min\""),
        (2, ", two_step = true"),
    ]);
    format!("{{ number = \"{number}\"{special} }}")
}

/// Knobs with which nobody would get anywhere without a person who mends what has no cure, or that are about messages.
const LEFT_ALONE: [&str; 6] = [
    "phone_status_vocab",
    "intent_contract",
    "intent_completed_when",
    "intent_auto_accept_days",
    "intent_expiry_days",
    "transient_fault_rate",
];

/// Up to four that differ from their defaults.
pub(super) fn knobs(draw: &mut Draw) -> Vec<(&'static str, Value)> {
    let count = draw.weighed(&[(3, 0), (3, 1), (2, 2), (2, 4)]);
    // Those that make most of the trouble come more often.
    let mut chosen: Vec<(&'static str, Value)> = Vec::new();
    if draw.chance(15) {
        chosen.push(("read_after_write_lag_s", json!(20)));
    }
    if draw.chance(8) {
        chosen.push(("funding_readable", json!(false)));
    }
    if draw.chance(10) {
        chosen.push(("intent_dest_before_accept", drawn_value(draw, "intent_dest_before_accept")));
    }
    if draw.chance(10) {
        chosen.push(("phone_id_after_migrate", drawn_value(draw, "phone_id_after_migrate")));
    }
    let all: Vec<_> = Knobs::catalog().into_iter().filter(|knob| !LEFT_ALONE.contains(&knob.name)).collect();
    for _ in 0..count {
        let knob = &all[draw.below(all.len())];
        let others: Vec<Value> = knob.values.iter().filter(|value| **value != knob.default).cloned().collect();
        let value = draw.pick(&others);
        if !chosen.iter().any(|(name, _)| *name == knob.name) {
            chosen.push((knob.name, value));
        }
    }
    // A call takes time. Where it takes none, what a person asked for and its refusal have one instant, and it is asked for again.
    chosen.retain(|(name, value)| *name != "latency_ms" || *value != json!(0));
    chosen
}

fn drawn_value(draw: &mut Draw, name: &str) -> Value {
    let knob = Knobs::catalog().into_iter().find(|knob| knob.name == name).unwrap();
    draw.pick(&knob.values.into_iter().filter(|value| *value != knob.default).collect::<Vec<_>>())
}
