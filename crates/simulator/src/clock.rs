//! Virtual time for a server: the start, plus real time at a rate, plus what somebody advanced it by.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::state::later;

/// A clock that is told how much real time has passed; it never goes back.
#[derive(Clone, Debug)]
pub struct VirtualClock {
    anchor: Timestamp,
    /// Real time at the anchor.
    since: Duration,
    rate: f64,
}

/// A rate that no clock can have.
#[derive(Debug, thiserror::Error)]
#[error("rate {0}: expected a number from 0 (stands still) to 1000000 virtual seconds per real second")]
pub struct InvalidRate(f64);

/// The longest time that passes at once: a hundred years of 365 days.
const LONGEST_ADVANCE: SignedDuration = SignedDuration::from_hours(100 * 365 * 24);

/// An advance that no clock takes.
#[derive(Debug, thiserror::Error)]
#[error("time is advanced by 0 to {} seconds at once, a hundred years; it never goes back", LONGEST_ADVANCE.as_secs())]
pub(crate) struct InvalidAdvance;

/// What time is to be advanced by, if it can be.
pub(crate) fn check_advance(wanted: SignedDuration) -> Result<SignedDuration, InvalidAdvance> {
    if (SignedDuration::ZERO..=LONGEST_ADVANCE).contains(&wanted) { Ok(wanted) } else { Err(InvalidAdvance) }
}

impl VirtualClock {
    /// A clock that shows `start` at real time zero.
    ///
    /// # Errors
    /// Refuses a rate below 0, above 1000000, or none at all.
    pub fn new(start: Timestamp, rate: f64) -> Result<Self, InvalidRate> {
        Ok(Self { anchor: start, since: Duration::ZERO, rate: check(rate)? })
    }

    /// Virtual seconds per real second.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// What the clock shows when `elapsed` real time has passed since it was made.
    pub fn at(&self, elapsed: Duration) -> Timestamp {
        let real = elapsed.saturating_sub(self.since);
        let passed = SignedDuration::try_from_secs_f64(real.as_secs_f64() * self.rate).unwrap_or(SignedDuration::MAX);
        later(self.anchor, passed)
    }

    /// Real time that `virtual_time` takes; none on a clock that stands still.
    pub fn real(&self, virtual_time: SignedDuration) -> Duration {
        if self.rate == 0.0 {
            return Duration::ZERO;
        }
        Duration::try_from_secs_f64(virtual_time.as_secs_f64().max(0.0) / self.rate).unwrap_or(Duration::MAX)
    }

    /// Goes on at another rate.
    ///
    /// # Errors
    /// As for [`Self::new`]; the rate is kept then.
    pub fn set_rate(&mut self, elapsed: Duration, rate: f64) -> Result<(), InvalidRate> {
        let rate = check(rate)?;
        self.set(elapsed, self.at(elapsed));
        self.rate = rate;
        Ok(())
    }

    /// Shows `now` from here on.
    pub fn set(&mut self, elapsed: Duration, now: Timestamp) {
        self.anchor = now;
        self.since = elapsed;
    }
}

fn check(rate: f64) -> Result<f64, InvalidRate> {
    if (0.0..=1_000_000.0).contains(&rate) { Ok(rate) } else { Err(InvalidRate(rate)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn virtual_time_runs_at_its_rate_and_can_be_set() {
        let start: Timestamp = "2027-03-01T08:00:00Z".parse().unwrap();
        let mut clock = VirtualClock::new(start, 60.0).unwrap();
        assert_eq!(clock.at(Duration::from_secs(2)).to_string(), "2027-03-01T08:02:00Z");
        clock.set_rate(Duration::from_secs(2), 1.0).unwrap();
        assert_eq!(clock.at(Duration::from_secs(3)).to_string(), "2027-03-01T08:02:01Z");
        clock.set(Duration::from_secs(3), "2027-03-02T00:00:00Z".parse().unwrap());
        assert_eq!(clock.at(Duration::from_secs(4)).to_string(), "2027-03-02T00:00:01Z");
        assert_eq!(clock.real(SignedDuration::from_millis(80)), Duration::from_millis(80));
    }

    #[test]
    fn senseless_rates_are_refused() {
        for rate in [-1.0, f64::NAN, f64::INFINITY, 2e6] {
            assert!(VirtualClock::new(Timestamp::UNIX_EPOCH, rate).is_err(), "{rate}");
        }
        let still = VirtualClock::new(Timestamp::UNIX_EPOCH, 0.0).unwrap();
        assert_eq!(still.at(Duration::from_secs(9)), Timestamp::UNIX_EPOCH);
        assert_eq!(still.real(SignedDuration::from_secs(9)), Duration::ZERO);
    }
}
