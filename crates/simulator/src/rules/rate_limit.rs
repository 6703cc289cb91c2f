//! Calls per hour, app and WABA: 200, or 5000 once the WABA has a registered number (observations: limits.per_waba); and those
//! of an app on all WABAs together (observations: limits.app_calls_per_hour).

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    knobs::ErrorHttpStyle,
    state::State,
    world::NumberStatus,
};

pub(super) const RULE: Rule = Rule {
    name: "rate_limit",
    says: "200 calls an hour per app and WABA, 5000 once a number is registered; a limit of the app's own if one is set",
    source: "observations: limits.per_waba, limits.app_calls_per_hour, limits.usage_headers",
    fidelity: Fidelity::Approximated {
        how: "counted by the minute over the last sixty minutes; the shares of processor time and time are a quarter of that of calls",
        because: "neither the window's edges nor the other shares are documented",
    },
};

const MINUTES: i64 = 60;

/// Calls of the last hour: of an app on a WABA, and, without a WABA, of an app on all of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Counted>", into = "Vec<Counted>")]
pub(crate) struct Meter(BTreeMap<(Id, Option<Id>), Calls>);

/// Calls by minute, oldest first.
type Calls = VecDeque<(i64, u32)>;

/// One row of it, as it is saved: JSON has no pairs for keys.
#[derive(Serialize, Deserialize)]
struct Counted {
    app: Id,
    waba: Option<Id>,
    calls: Calls,
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

/// How much of an hour's calls is used up.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    percent: u32,
    regain_minutes: i64,
}

/// What `X-Business-Use-Case-Usage` tells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    waba: Id,
    share: Share,
}

impl Usage {
    /// The header's value.
    pub(crate) fn header(self) -> String {
        let Self { waba, share } = self;
        let Share { percent, regain_minutes } = share;
        let quarter = percent / 4;
        format!(
            r#"{{"{waba}":[{{"type":"whatsapp_business_management","call_count":{percent},"total_cputime":{quarter},"total_time":{quarter},"estimated_time_to_regain_access":{regain_minutes}}}]}}"#
        )
    }
}

/// What `X-App-Usage` tells. It has no time in which access comes back.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AppUsage(Share);

impl AppUsage {
    /// The header's value.
    pub(crate) fn header(self) -> String {
        let Self(Share { percent, .. }) = self;
        let quarter = percent / 4;
        format!(r#"{{"call_count":{percent},"total_cputime":{quarter},"total_time":{quarter}}}"#)
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
    let (share, within) = spend(state, (app, Some(waba)), limit);
    let answer = if within {
        Ok(())
    } else {
        let title = "There have been too many calls to this WhatsApp Business account. Wait a bit and try again.";
        Err(GraphError::limit(state.knobs.rate_limit_code, title))
    };
    (Usage { waba, share }, answer)
}

/// Counts a call against its app. Without a limit nothing is counted, and nothing is used up.
pub(crate) fn count_app(state: &mut State, app: Id) -> (AppUsage, Answer<()>) {
    let Some(limit) = state.knobs.app_calls_per_hour else { return (AppUsage::default(), Ok(())) };
    let (share, within) = spend(state, (app, None), limit);
    if within {
        return (AppUsage(share), Ok(()));
    }
    let refusal = GraphError::limit(4, "Application request limit reached");
    let refusal = match state.knobs.error_http_style {
        ErrorHttpStyle::Docs => refusal,
        ErrorHttpStyle::Spec => refusal.subcode(2_446_079).transient(true),
    };
    (AppUsage(share), Err(refusal))
}

/// Counts one call, if there is still one to spend. Says whether there was.
fn spend(state: &mut State, lane: (Id, Option<Id>), limit: u32) -> (Share, bool) {
    let minute = minute_of(state.now);
    let calls = state.meter.0.entry(lane).or_default();
    while calls.front().is_some_and(|(old, _)| *old <= minute - MINUTES) {
        calls.pop_front();
    }
    let (used, limit) = (calls.iter().map(|(_, calls)| u64::from(*calls)).sum::<u64>(), u64::from(limit));
    if used >= limit {
        let oldest = calls.front().map_or(minute, |(old, _)| *old);
        return (Share { percent: 100, regain_minutes: (oldest + MINUTES - minute).max(1) }, false);
    }
    match calls.back_mut().filter(|(last, _)| *last == minute) {
        Some((_, calls)) => *calls += 1,
        None => calls.push_back((minute, 1)),
    }
    let percent = (used + 1) * 100 / limit;
    (Share { percent: u32::try_from(percent).unwrap_or(100), regain_minutes: 0 }, true)
}

/// Counts calls against a WABA that somebody else makes with the provider's app.
pub(crate) fn count_others(state: &mut State, waba: Id, calls: u32) {
    let (app, minute) = (state.world.provider.app, minute_of(state.now));
    state.meter.0.entry((app, Some(waba))).or_default().push_back((minute, calls));
}

fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}
