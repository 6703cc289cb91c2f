//! What the vendor does wrong in a schedule, and what its faults are called when they are counted.

use unmoor_simulator::{Action, Drop, Fault, FaultAction, ScriptedError};

use super::draw::Draw;

/// Method and path of what may fail; the first four are what must not happen twice.
const CALLS: [(&str, &str); 10] = [
    ("POST", "/*/register"),
    ("POST", "/*/phone_numbers"),
    ("POST", "/*/set_solution_migration_intent"),
    ("POST", "/*/register"),
    ("POST", "/*/subscribed_apps"),
    ("POST", "/*/system_user_access_tokens"),
    ("GET", "/*/phone_numbers"),
    ("GET", "/*/subscribed_apps"),
    ("GET", "/*"),
    ("*", "/*"),
];

/// `is_lagging`: reads show what was written 20 seconds later, so that an effect must not land late as well: nobody could tell it
/// from one that never happened.
pub(super) fn faults(draw: &mut Draw, is_lagging: bool) -> Vec<Fault> {
    let count = draw.weighed(&[(1, 0), (3, 1), (4, 2), (3, 4), (1, 7)]);
    (0..count).map(|_| fault(draw, is_lagging)).collect()
}

fn fault(draw: &mut Draw, is_lagging: bool) -> Fault {
    let (method, path) = draw.pick(&CALLS);
    let mut fault = Fault::on(method, path);
    if method == "*" {
        fault.matches.method = None;
    }
    let is_write = method == "POST";
    if is_write || draw.chance(50) {
        fault = fault.nth(draw.between(1, if is_write { 3 } else { 12 }));
    } else {
        fault = fault.in_a_share_of(f64::from(draw.between(1, 30)) / 100.0).times(draw.between(1, 8));
    }
    if draw.chance(20) {
        fault.matches.nth = None;
        fault = fault.times(draw.between(1, 6)).lasting_s(draw.between(30, 3000));
    }
    match draw.weighed(&[
        (5, 'b'),
        (6, 'a'),
        (5, 'l'),
        (4, 'e'),
        (1, 'm'),
        (2, 'h'),
        (2, 's'),
        (2, 't'),
        (2, 'p'),
        (1, 'o'),
        (1, 'r'),
    ]) {
        'b' => fault.drops(Drop::Before),
        'a' => fault.drops(Drop::After),
        'l' if is_lagging => fault.drops(Drop::After),
        'l' => {
            // Within the call's full time-out: a vendor that is later than that cannot be told from one that did nothing.
            let mut fault = fault.drops(Drop::Later);
            fault.action.later_s = Some(draw.between(1, 29));
            fault
        }
        'e' => fault.fails_with(transient(draw)),
        'm' => fault.fails_with(refusal(draw)),
        'h' => fault.answers_status(draw.pick(&[500, 502, 503])),
        's' => fault.takes_ms(draw.between(1000, 29_000)),
        't' => fault.takes_ms(draw.between(30_000, 50_000)),
        'p' => {
            let action = draw.pick(&[Action::TurnOnTwoStep, Action::DeclinePaymentMethod, Action::AcceptIntent]);
            fault.lets_a_person(action).times(1)
        }
        'o' => {
            let mut fault = fault.times(1);
            fault.action.other_calls = Some(draw.pick(&[100, 190, 5000]));
            fault
        }
        // Longer than seven tries last.
        'f' => Fault::on("POST", "/*/register").times(12).fails_with(transient(draw)),
        _ => {
            let mut fault = Fault::on("POST", "/*/register").times(1);
            fault.action.other_registers = Some(draw.between(1, 10));
            fault
        }
    }
}

fn transient(draw: &mut Draw) -> ScriptedError {
    let code = draw.pick(&[1, 2, 2, 131_000, 131_016, 133_004, 4, 80_008, 613]);
    ScriptedError::of_code(code)
}

fn refusal(draw: &mut Draw) -> ScriptedError {
    ScriptedError::of_code(draw.pick(&[100, 10, 200, 190, 133_006, 133_016, 131_031]))
}

/// What a fault is counted as.
pub(super) fn kind(action: &FaultAction) -> String {
    let late = action.latency_ms.map(|ms| if ms >= 30_000 { "latency beyond the time-out" } else { "latency" });
    let error = action.graph_error.as_ref().map(|error| match error.code {
        4 | 613 | 80_007 | 80_008 | 133_016 => "Graph error: limit",
        10 | 200 => "Graph error: permission",
        190 => "Graph error: token",
        1 | 2 | 131_000 | 131_016 | 133_004 => "Graph error: transient",
        _ => "Graph error: refusal",
    });
    let dropped = action.drop.map(|when| match when {
        Drop::Before => "connection dropped before the effect",
        Drop::After => "connection dropped after the effect",
        Drop::Later => "connection dropped, effect later",
    });
    let status = action.http_status.map(|_| "HTTP status without a Graph error");
    let person = action.person.map(|_| "person acts just before a call");
    let others = action.other_calls.map(|_| "others used up the calls of a WABA");
    let registers = action.other_registers.map(|_| "others registered the number");
    let all = [error, dropped, status, late, person, others, registers];
    format!("vendor: {}", all.into_iter().flatten().next().unwrap_or("nothing"))
}
