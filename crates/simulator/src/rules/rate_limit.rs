//! Calls per hour, app and WABA: 200, or 5000 once the WABA has a registered number (observations: limits.per_waba).

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    state::State,
    world::NumberStatus,
};

pub(super) const RULE: Rule = Rule {
    name: "rate_limit",
    says: "200 calls an hour per app and WABA, 5000 once a number is registered",
    source: "observations: limits.per_waba, limits.usage_headers",
    fidelity: Fidelity::Approximated {
        how: "counted by the minute over the last sixty minutes; the shares of processor time and time are a quarter of that of calls",
        because: "neither the window's edges nor the other shares are documented",
    },
};

const MINUTES: i64 = 60;

/// Calls of the last hour, by app and WABA.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Counted>", into = "Vec<Counted>")]
pub(crate) struct Meter(BTreeMap<(Id, Id), VecDeque<(i64, u32)>>);

/// One row of it, as it is saved: JSON has no pairs for keys.
#[derive(Serialize, Deserialize)]
struct Counted {
    app: Id,
    waba: Id,
    calls: VecDeque<(i64, u32)>,
}

impl From<Vec<Counted>> for Meter {
    fn from(rows: Vec<Counted>) -> Self {
        Self(rows.into_iter().map(|Counted { app, waba, calls }| ((app, waba), calls)).collect())
    }
}

impl From<Meter> for Vec<Counted> {
    fn from(meter: Meter) -> Self {
        meter.0.into_iter().map(|((app, waba), calls)| Counted { app, waba, calls }).collect()
    }
}

/// What `X-Business-Use-Case-Usage` tells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    waba: Id,
    percent: u32,
    regain_minutes: i64,
}

impl Usage {
    /// The header's value.
    pub(crate) fn header(self) -> String {
        json!({ self.waba.to_string(): [{
            "type": "whatsapp_business_management",
            "call_count": self.percent,
            "total_cputime": self.percent / 4,
            "total_time": self.percent / 4,
            "estimated_time_to_regain_access": self.regain_minutes,
        }] })
        .to_string()
    }
}

/// Counts a call against a WABA. Beyond the limit it is refused and not counted.
pub(crate) fn count(state: &mut State, app: Id, waba: Id) -> (Usage, Answer<()>) {
    let has_registered = state
        .world
        .wabas
        .get(&waba)
        .is_some_and(|waba| waba.numbers.iter().any(|number| number.status == NumberStatus::Connected));
    let limit = if has_registered { 5000 } else { 200 };
    let minute = minute_of(state.now);
    let calls = state.meter.0.entry((app, waba)).or_default();
    while calls.front().is_some_and(|(old, _)| *old <= minute - MINUTES) {
        calls.pop_front();
    }
    let used: u32 = calls.iter().map(|(_, calls)| calls).sum();
    if used >= limit {
        let oldest = calls.front().map_or(minute, |(old, _)| *old);
        let usage = Usage { waba, percent: 100, regain_minutes: (oldest + MINUTES - minute).max(1) };
        let title = "There have been too many calls to this WhatsApp Business account. Wait a bit and try again.";
        return (usage, Err(GraphError::limit(state.knobs.rate_limit_code, title)));
    }
    match calls.back_mut().filter(|(last, _)| *last == minute) {
        Some((_, calls)) => *calls += 1,
        None => calls.push_back((minute, 1)),
    }
    (Usage { waba, percent: (used + 1) * 100 / limit, regain_minutes: 0 }, Ok(()))
}

fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}
