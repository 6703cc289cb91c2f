//! When a delivery is tried, and what befalls it on its way (observations: webhooks.retry, webhooks.order).

use jiff::{SignedDuration, Timestamp};

use super::Update;
use crate::{
    ids::{Id, Seed},
    knobs::{Knobs, RetryWindow},
    state::later,
};

/// Waits between an attempt that failed and the next one.
const WAITS: [SignedDuration; 10] = [
    SignedDuration::ZERO,
    SignedDuration::from_secs(10),
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(15),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(4),
    SignedDuration::from_hours(8),
];
/// The wait behind all of those.
const LAST_WAIT: SignedDuration = SignedDuration::from_hours(12);
/// A delivery that is held back stays for up to so long beyond twice the longest usual delay, while later ones pass it.
const HELD_BACK_S: u64 = 300;

/// What the network does to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    /// When it is first tried.
    pub(super) due_at: Timestamp,
    /// It never arrives, and nobody tries again.
    pub(super) is_lost: bool,
    /// It comes a second time, although it was taken.
    pub(super) comes_twice: bool,
}

/// Draws the fate of an update for one app: from what it says, never from how many went before, nor from the address at which
/// the app listens, which on a test's machine has another port in each run.
pub(super) fn fate(knobs: &Knobs, seed: Seed, at: Timestamp, app: Id, update: &Update) -> Fate {
    let about =
        [app.to_string(), update.field.as_str().to_owned(), at.as_microsecond().to_string(), update.value.to_string()];
    let draw = |what: &str| {
        let key: Vec<&str> = ["webhook", what].into_iter().chain(about.iter().map(String::as_str)).collect();
        seed.draw(&key)
    };
    let longest = u64::from(knobs.webhook_delay_s);
    let mut delay_ms = draw("delay").between(0, 1000 * longest);
    if draw("reorder").chance(knobs.webhook_reorder) {
        delay_ms += 1000 * draw("hold").between(longest + 1, 2 * longest + HELD_BACK_S);
    }
    Fate {
        due_at: later(at, SignedDuration::from_millis(i64::try_from(delay_ms).unwrap_or(i64::MAX))),
        is_lost: draw("loss").chance(knobs.webhook_loss),
        comes_twice: draw("duplicate").chance(knobs.webhook_duplicates),
    }
}

/// How long after the first one the second copy of a delivery comes.
pub(super) fn copy_delay(knobs: &Knobs, seed: Seed, first: u64) -> SignedDuration {
    let ms = seed.draw(&["webhook", "copy", &first.to_string()]).between(0, 1000 * u64::from(knobs.webhook_delay_s));
    SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))
}

/// When a delivery is tried again whose attempts so far, oldest first, have all failed; none once the window has ended.
pub(super) fn next_attempt(window: RetryWindow, attempts: &[Timestamp]) -> Option<Timestamp> {
    let (first, last) = (attempts.first()?, attempts.last()?);
    let wait = WAITS.get(attempts.len() - 1).copied().unwrap_or(LAST_WAIT);
    let next = later(*last, wait);
    (next <= later(*first, length(window))).then_some(next)
}

fn length(window: RetryWindow) -> SignedDuration {
    match window {
        RetryWindow::SevenDays => SignedDuration::from_hours(7 * 24),
        RetryWindow::ThirtySixHours => SignedDuration::from_hours(36),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// All instants at which a delivery is tried that nobody ever takes, in seconds after the first.
    fn all(window: RetryWindow) -> Vec<i64> {
        let mut attempts = vec![Timestamp::UNIX_EPOCH];
        while let Some(next) = next_attempt(window, &attempts) {
            attempts.push(next);
        }
        attempts.iter().map(|at| at.as_second()).collect()
    }

    #[test]
    fn a_delivery_is_tried_at_once_again_and_then_with_falling_frequency() {
        let first = [0, 0, 10, 40, 100, 400, 1300, 4900, 12_100, 26_500, 55_300];
        assert_eq!(all(RetryWindow::SevenDays)[..first.len()], first);
    }

    #[test]
    fn the_window_ends_after_seven_days_or_36_hours() {
        let (week, short) = (all(RetryWindow::SevenDays), all(RetryWindow::ThirtySixHours));
        assert_eq!((week.len(), *week.last().unwrap()), (23, 55_300 + 12 * 43_200));
        assert_eq!((short.len(), *short.last().unwrap()), (12, 55_300 + 43_200));
    }
}
