//! One number's part of the story.

use jiff::Timestamp;
use serde::Serialize;

use super::{instant, since};
use crate::E164;
use crate::number::{Doubt, FailedTry, Number, NumberState};
use crate::retry::{ABSENCE_SPACING, REGISTER_LIMIT, REGISTER_WINDOW, after};
use crate::words::duration;

/// One number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NumberStory {
    /// Which.
    pub number: E164,
    /// Name of its state.
    pub state: &'static str,
    /// Whether it can neither send nor receive right now, as far as is known.
    pub in_outage: bool,
    /// Its state in words.
    pub sentence: String,
}

/// The story of `number`; `stays` when what has not begun never will.
pub(super) fn story(number: &Number, stays: bool, now: Timestamp) -> NumberStory {
    let words = match &number.state {
        NumberState::Listed | NumberState::Eligible if stays => "stays at the source".to_owned(),
        NumberState::Listed
        | NumberState::Eligible
        | NumberState::Skipped { .. }
        | NumberState::Moving { .. }
        | NumberState::Moved
        | NumberState::Registering { .. }
        | NumberState::Registered
        | NumberState::Verified
        | NumberState::Serving
        | NumberState::Stuck { .. } => words(number, now),
    };
    NumberStory {
        number: number.number.clone(),
        state: number.state_name(),
        in_outage: number.is_in_outage(),
        sentence: format!("{}{} {}.", number.number, outage(number, now), words),
    }
}

fn outage(number: &Number, now: Timestamp) -> String {
    let moved_at = number.moved_at.filter(|_| number.is_in_outage());
    let told = |at| format!(" is between two accounts and can neither send nor receive, {}; it", since(at, now));
    moved_at.map(told).unwrap_or_default()
}

fn words(number: &Number, now: Timestamp) -> String {
    match &number.state {
        NumberState::Listed => "is listed by the source; whether it moves is decided after acceptance".to_owned(),
        NumberState::Skipped { reason } => format!("stays where it is: {reason}"),
        NumberState::Eligible => match &number.move_trouble {
            None => "will be moved".to_owned(),
            Some(failed) => format!("will be moved; {}; {}", failed_try("the move", failed), again(failed)),
        },
        NumberState::Moving { doubt: None } => "is being moved; the answer is awaited".to_owned(),
        NumberState::Moving { doubt: Some(doubt) } => format!("may have moved: {}", in_doubt(doubt)),
        NumberState::Moved => format!("waits for its register; {}", registers(number, now)),
        NumberState::Registering { doubt: None } => {
            format!("is being registered; the answer is awaited; {}", registers(number, now))
        }
        NumberState::Registering { doubt: Some(doubt) } => format!("may be registered: {}", in_doubt(doubt)),
        NumberState::Registered => match number.registered_at {
            None => "is registered, and not listed as CONNECTED yet".to_owned(),
            Some(at) => format!("is registered {}, and not listed as CONNECTED yet", since(at, now)),
        },
        NumberState::Verified => format!("is over and CONNECTED{}", gap(number)),
        NumberState::Serving => format!("is over, CONNECTED, and proven by traffic{}", gap(number)),
        NumberState::Stuck { code } => {
            format!("is not registered by itself any more ({code}); {}", registers(number, now))
        }
    }
}

/// What is probed, and what was seen so far (rule 5).
fn in_doubt(doubt: &Doubt) -> String {
    let sent = instant(doubt.sent_at);
    let seen = match doubt.absent_at {
        None => format!("the new WABA is read from {} on to see it", instant(doubt.look_from)),
        Some(first) => format!(
            "the new WABA did not show it at {}, and is read once more from {} on; only then is it sent again",
            instant(first),
            instant(after(first, ABSENCE_SPACING))
        ),
    };
    format!("it was sent at {sent} ({}); {seen}", doubt.why)
}

fn failed_try(what: &str, failed: &FailedTry) -> String {
    let times = if failed.failures == 1 { String::new() } else { format!(" {} times in a row, last", failed.failures) };
    format!("{what} failed{times} at {}: {}", instant(failed.at), failed.failure)
}

fn again(failed: &FailedTry) -> String {
    format!("it is not tried again before {}", instant(failed.next_try_at))
}

fn registers(number: &Number, now: Timestamp) -> String {
    let sent = number.registers_in_window(now);
    let counted =
        format!("{sent} of the {REGISTER_LIMIT} registers that Meta allows in {} are used", duration(REGISTER_WINDOW));
    match &number.register_trouble {
        None => counted,
        Some(failed) if matches!(number.state, NumberState::Stuck { .. }) => {
            format!("{}; {counted}", failed_try("register", failed))
        }
        Some(failed) => format!("{}; {}; {counted}", failed_try("register", failed), again(failed)),
    }
}

fn gap(number: &Number) -> String {
    number.gap().map(|gap| format!("; its gap was {}", duration(gap))).unwrap_or_default()
}
