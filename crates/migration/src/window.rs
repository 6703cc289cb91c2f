//! The hours in which a cutover may begin, in the customer's own time zone.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

/// A weekly window. It opens on each of `days` at `from` and closes at `until` of the same day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutoverWindow {
    /// Days on which it opens, Monday = 1 … Sunday = 7.
    pub days: Vec<i8>,
    /// First instant of the day.
    pub from: Time,
    /// First instant that is too late.
    pub until: Time,
}

impl CutoverWindow {
    /// Whether a move may begin at `now`; otherwise when the window opens next (`None` = never: it names no day, or no
    /// time of the day).
    ///
    /// # Errors
    /// The next opening, when the window is closed.
    pub fn check(&self, now: Timestamp, zone: &TimeZone) -> Result<(), Option<Timestamp>> {
        let local = now.to_zoned(zone.clone());
        if self.opens_on(local.weekday()) && self.from <= local.time() && local.time() < self.until {
            return Ok(());
        }
        Err(self.next_opening(&local))
    }

    fn opens_on(&self, day: Weekday) -> bool {
        self.days.contains(&day.to_monday_one_offset())
    }

    fn next_opening(&self, local: &Zoned) -> Option<Timestamp> {
        if self.from >= self.until {
            return None;
        }
        let mut date = local.date();
        for _ in 0..=7 {
            // A gap of the time zone moves the opening to the first instant after it.
            let opening = date.to_datetime(self.from).to_zoned(local.time_zone().clone()).ok()?;
            if self.opens_on(opening.weekday()) && opening.timestamp() > local.timestamp() {
                return Some(opening.timestamp());
            }
            date = date.tomorrow().ok()?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn nights() -> CutoverWindow {
        CutoverWindow { days: vec![2, 4], from: Time::constant(1, 0, 0, 0), until: Time::constant(4, 0, 0, 0) }
    }

    #[test]
    fn it_is_meant_in_the_customers_zone_and_tells_when_it_opens_next() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        // Tuesday 01:30 there.
        assert_eq!(nights().check("2026-11-03T04:30:00Z".parse().unwrap(), &zone), Ok(()));
        // Tuesday 04:00 there: closed; opens on Thursday at 01:00.
        assert_eq!(
            nights().check("2026-11-03T07:00:00Z".parse().unwrap(), &zone),
            Err(Some("2026-11-05T04:00:00Z".parse().unwrap()))
        );
    }

    #[test]
    fn a_window_that_never_opens_says_so() {
        let never = CutoverWindow { days: vec![], ..nights() };
        assert_eq!(never.check("2026-11-03T04:30:00Z".parse().unwrap(), &TimeZone::UTC), Err(None));
    }
}
