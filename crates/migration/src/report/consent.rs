//! When the customer agreed, as exactly as readings can tell (guide 3 and 4).

use jiff::Timestamp;
use serde::Serialize;

use super::entry::Entry;
use crate::effect::{Attempt, Outcome, Success};
use crate::event::Fact;
use crate::migration::Migration;
use crate::words::duration;

/// The customer's consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consent {
    /// When the request was set (guide 2).
    pub requested_at: Option<Timestamp>,
    /// How often the customer was reminded.
    pub reminders: u32,
    /// The last reading that did not show acceptance, before the first that did; or the last at all.
    pub last_without: Option<ConsentReading>,
    /// The first reading that showed acceptance.
    pub first_accepted: Option<ConsentReading>,
    /// When acceptance was recorded.
    pub accepted_at: Option<Timestamp>,
    /// How often the request was read.
    pub readings: u64,
    /// All of it in a sentence.
    pub sentence: String,
}

/// One reading of the request (guide 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentReading {
    /// When it was asked for: Meta may have looked at any time from then on.
    pub asked_at: Timestamp,
    /// When the answer was there.
    pub answered_at: Timestamp,
    /// The status, in Meta's word.
    pub status: String,
    /// The new account that it showed.
    pub destination_waba_id: Option<String>,
}

pub(super) fn consent(m: &Migration, entries: &[Entry]) -> Consent {
    let (mut open, mut readings) = (None::<&Attempt>, Vec::new());
    let mut accepted_at = None;
    for entry in entries {
        match entry.fact() {
            Some(Fact::AttemptStarted { attempt }) => open = Some(attempt),
            Some(Fact::AttemptEnded { attempt, outcome, .. }) => {
                let asked_at = open.take().filter(|open| open.id == *attempt).map(|open| open.started_at);
                if let Outcome::Success { answer: Success::Intent(answer) } = outcome {
                    readings.push(ConsentReading {
                        asked_at: asked_at.unwrap_or(entry.known_at()),
                        answered_at: entry.known_at(),
                        status: answer.status.clone(),
                        destination_waba_id: answer.destination.as_ref().map(ToString::to_string),
                    });
                }
            }
            Some(Fact::Accepted { .. }) => accepted_at = accepted_at.or(Some((entry.known_at(), readings.len()))),
            Some(_) | None => {}
        }
    }
    // Which answer counted as acceptance is decided elsewhere (rule 1): it is the one that the fact followed on.
    let first = accepted_at.and_then(|(_, read)| read.checked_sub(1));
    let last_without = match first {
        Some(first) => first.checked_sub(1).and_then(|before| readings.get(before)).cloned(),
        None => readings.last().cloned(),
    };
    let first_accepted = first.and_then(|first| readings.get(first)).cloned();
    let requested_at = m.intent().map(|intent| intent.set_at);
    let sentence = sentence(requested_at, last_without.as_ref(), first_accepted.as_ref());
    Consent {
        requested_at,
        reminders: m.intent().map_or(0, |intent| intent.reminders),
        last_without,
        first_accepted,
        accepted_at: accepted_at.map(|(at, _)| at),
        readings: readings.len() as u64,
        sentence,
    }
}

fn sentence(
    requested_at: Option<Timestamp>,
    before: Option<&ConsentReading>,
    accepted: Option<&ConsentReading>,
) -> String {
    let Some(requested_at) = requested_at else { return "The customer has not been asked yet.".to_owned() };
    let Some(accepted) = accepted else {
        return match before {
            None => "The customer was asked; its answer has not been read yet.".to_owned(),
            Some(last) => {
                format!("The customer was asked and has not accepted; the last status read is {}.", last.status)
            }
        };
    };
    let after = before.map_or(requested_at, |before| before.asked_at);
    let within = duration(accepted.answered_at.duration_since(after));
    let since = match before {
        Some(before) => format!("the reading before it still said {}", before.status),
        None => "no reading was made between the request and that one".to_owned(),
    };
    format!(
        "Meta's answer was first seen to say {}; {since}. So the customer accepted within these {within}, after it was asked and \
         before that answer; Meta does not tell the instant itself.",
        accepted.status
    )
}
