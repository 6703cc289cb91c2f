//! How each customer of the fleet ends, by knobs: the documented ends.

use std::fmt;

use serde_json::Value;
use unmoor_migration::Migration;

use crate::as_argument;

/// How a migration ended: its phase if that is final, else the blockers it waits with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End(String);

impl End {
    pub(crate) fn of(m: &Migration) -> Self {
        Self(if m.is_final() { m.phase_name().to_owned() } else { m.blocker_codes().join(" ") })
    }

    fn is(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value with which no migration goes past some point: there it waits for a person, because nobody may guess.
struct Stops {
    knob: &'static str,
    /// As `--knob` takes it.
    value: &'static str,
    /// The blockers, of which it waits with one.
    with: &'static [&'static str],
    /// Whether that is before the customer is asked.
    before_the_answer: bool,
}

/// In the order of the phases: the first that applies decides.
const STOPS: &[Stops] = &[
    // `numbers.status_values`: CONNECTED alone is explained by the guide, so a number of another word is not moved.
    Stops { knob: "phone_status_vocab", value: "LINKED", with: &["NO_CONNECTED_NUMBER"], before_the_answer: true },
    // `intents.contract`: the guide's words are sent, and nothing is tried in their place. Where one try had no answer, nobody
    // knows whether that one took effect.
    Stops {
        knob: "intent_contract",
        value: "spec_v23",
        with: &["CALL_REFUSED", "INTENT_OUTCOME_UNKNOWN"],
        before_the_answer: true,
    },
    // Rule 1: COMPLETED counts only where ACCEPTED was seen before.
    Stops {
        knob: "intent_completed_when",
        value: "accept",
        with: &["INTENT_STATUS_UNKNOWN"],
        before_the_answer: false,
    },
    // Rule 2: what cannot be read is attested by a named person, and nobody does so here.
    Stops { knob: "funding_readable", value: "false", with: &["PAYMENT_METHOD_UNREADABLE"], before_the_answer: false },
];

/// Whether a value keeps every migration from its end.
pub(crate) fn stops_everybody(knob: &str, value: &Value) -> bool {
    STOPS.iter().any(|stops| stops.knob == knob && as_argument(value) == stops.value)
}

/// The ends that are right for a customer of the fleet under all knobs.
pub(crate) fn documented(customer: &str, knobs: &Value) -> Vec<End> {
    let stopped = |before_the_answer: bool| {
        let found = STOPS.iter().find(|stops| {
            as_argument(&knobs[stops.knob]) == stops.value && (stops.before_the_answer || !before_the_answer)
        });
        found.map(|stops| stops.with.iter().map(|code| End::is(code)).collect())
    };
    if let Some(end) = stopped(true) {
        return end;
    }
    let answers = customer != "copper-candle-clinic";
    if !answers {
        // An open intent that runs out is, to whoever reads it, one that was rejected.
        if !knobs["intent_expiry_days"].is_null() {
            return vec![End::is("stopped_rejected")];
        }
        if knobs["intent_auto_accept_days"].is_null() {
            return vec![End::is("AWAITING_ACCEPTANCE")];
        }
    }
    stopped(false).unwrap_or_else(|| vec![End::is("completed"), End::is("completed_with_exceptions")])
}
