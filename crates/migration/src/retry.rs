//! When something is tried or looked at again. All schedules of the state machine stand here.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::effect::EffectKind;
use crate::{Cause, Refusal, Verdict};

/// The longest that one Graph call may take. Every HTTP client of ours gives up by then, so that "no answer" has a
/// definite beginning.
pub const CALL_TIMEOUT: SignedDuration = SignedDuration::from_secs(30);

/// A journaled try that has not left within this time is not sent (rule 9).
pub const SEND_WITHIN: SignedDuration = SignedDuration::from_secs(5);

/// Two reads that do not show an effect prove its absence only when they lie this far apart (rule 5). A read that shows it
/// proves its presence at any time.
pub const ABSENCE_SPACING: SignedDuration = SignedDuration::from_secs(30);

/// Register is sent at most this often by itself in [`REGISTER_WINDOW`]; the vendor allows ten, three stay for people
/// (rule 4, observations: `registration.limit`).
pub const REGISTER_TRIES: usize = 7;

/// What the vendor allows within [`REGISTER_WINDOW`].
pub const REGISTER_LIMIT: usize = 10;

/// The vendor's window for counting registers of one number.
pub const REGISTER_WINDOW: SignedDuration = SignedDuration::from_hours(72);

/// How often guide 2 is repeated by itself after an unknown outcome.
pub const INTENT_REPEATS: u32 = 3;

/// Random spread of a schedule in permille, drawn by the caller: -200 to 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Jitter(i16);

impl Jitter {
    /// The greatest spread either way.
    pub const GREATEST_PERMILLE: i16 = 200;

    /// A spread; values beyond the greatest are cut.
    #[must_use]
    pub fn from_permille(permille: i16) -> Self {
        Self(permille.clamp(-Self::GREATEST_PERMILLE, Self::GREATEST_PERMILLE))
    }

    /// `interval`, made shorter or longer.
    #[must_use]
    pub fn spread(self, interval: SignedDuration) -> SignedDuration {
        let ms = interval.as_millis();
        let spread = ms.saturating_mul(1000 + i128::from(self.0)) / 1000;
        SignedDuration::from_millis(i64::try_from(spread).unwrap_or(i64::MAX))
    }
}

/// Adds without leaving the range of instants.
#[must_use]
pub fn after(instant: Timestamp, wait: SignedDuration) -> Timestamp {
    instant.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

/// How often something is looked at that a person has to change, by how long it has been asked for: every 5 minutes
/// for an hour, every 15 for a day, hourly for a week, then every four hours.
#[must_use]
pub fn patience(asked_since: Timestamp, now: Timestamp) -> SignedDuration {
    let asked_for = now.duration_since(asked_since);
    if asked_for < SignedDuration::from_hours(1) {
        SignedDuration::from_mins(5)
    } else if asked_for < SignedDuration::from_hours(24) {
        SignedDuration::from_mins(15)
    } else if asked_for < SignedDuration::from_hours(7 * 24) {
        SignedDuration::from_hours(1)
    } else {
        SignedDuration::from_hours(4)
    }
}

/// The same while a number is between two accounts: every minute for an hour, then every 5 minutes.
#[must_use]
pub fn patience_in_outage(asked_since: Timestamp, now: Timestamp) -> SignedDuration {
    if now.duration_since(asked_since) < SignedDuration::from_hours(1) {
        SignedDuration::from_mins(1)
    } else {
        SignedDuration::from_mins(5)
    }
}

/// How often templates under the vendor's review are looked at, whose webhook usually tells first: every 15 minutes for an hour,
/// hourly for a day, then every four hours (observations: `templates.review`).
#[must_use]
pub fn review_patience(since: Timestamp, now: Timestamp) -> SignedDuration {
    let under_review_for = now.duration_since(since);
    if under_review_for < SignedDuration::from_hours(1) {
        SignedDuration::from_mins(15)
    } else if under_review_for < SignedDuration::from_hours(24) {
        SignedDuration::from_hours(1)
    } else {
        SignedDuration::from_hours(4)
    }
}

/// How long after its `sent`th try (counted from one) register may be sent again: 60 s, 5 min, then hourly (rule 4).
#[must_use]
pub fn register_spacing(sent: usize) -> SignedDuration {
    match sent {
        0 => SignedDuration::ZERO,
        1 => SignedDuration::from_secs(60),
        2 => SignedDuration::from_mins(5),
        _ => SignedDuration::from_hours(1),
    }
}

/// How long after its `sent`th try with unknown outcome guide 2 may be sent again; `None` when it is a person's turn.
/// An intent cannot be read without its id, so that a repeat is the only way on (observations: `intents.intent_repeat`).
#[must_use]
pub fn intent_spacing(sent: u32) -> Option<SignedDuration> {
    match sent {
        0 => Some(SignedDuration::ZERO),
        1 => Some(CALL_TIMEOUT + ABSENCE_SPACING),
        2 => Some(SignedDuration::from_mins(5)),
        3 => Some(SignedDuration::from_mins(30)),
        _ => None,
    }
}

/// Why a try did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "failure", rename_all = "snake_case")]
pub enum Failure {
    /// The vendor said no.
    Refused {
        /// Its words.
        refusal: Refusal,
    },
    /// No answer.
    Unknown {
        /// What is known.
        why: String,
    },
    /// It never left.
    NotSent {
        /// Why not.
        why: String,
    },
}

impl Failure {
    /// The cause that the vendor named.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Refused { refusal } => Some(refusal.cause),
            Self::Unknown { .. } | Self::NotSent { .. } => None,
        }
    }
}

impl Failure {
    /// Whether a limit of the vendor's holds the call back.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::Refused { refusal } if matches!(refusal.verdict, Verdict::Wait { .. }))
    }
}

impl Failure {
    /// Whether a limit of the calls on one WABA refused it (observations: `limits.rate_limit_code`).
    #[must_use]
    pub fn is_of_waba_limit(&self) -> bool {
        matches!(self, Self::Refused { refusal } if matches!(refusal.code, 80_007 | 80_008))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused { refusal } => refusal.fmt(f),
            Self::Unknown { why } => write!(f, "no answer: {why}"),
            Self::NotSent { why } => write!(f, "not sent: {why}"),
        }
    }
}

/// Failures of one kind of effect since its last success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// How many in a row.
    pub failures: u32,
    /// How many of them nobody answered: what they asked for may have happened.
    pub unanswered: u32,
    /// When the first was.
    pub since: Timestamp,
    /// When the latest was.
    pub at: Timestamp,
    /// The latest.
    pub last: Failure,
    /// Not tried again before.
    pub next_try_at: Timestamp,
}

/// How many failures in a row are borne before a person hears of them.
pub const QUIET_FAILURES: u32 = 3;

/// When an effect that failed may be tried again. `failures` counts this one.
#[must_use]
pub fn next_try(
    kind: EffectKind,
    failures: u32,
    since: Timestamp,
    failure: &Failure,
    now: Timestamp,
    jitter: Jitter,
) -> Timestamp {
    let backoff = || {
        let doublings = failures.saturating_sub(1).min(6);
        let quick = SignedDuration::from_secs((1_i64 << doublings).min(60));
        if failures <= 6 { quick } else { SignedDuration::from_mins(15) }
    };
    // What the vendor or a proof of absence needs may only become longer.
    let at_least = |wait: SignedDuration| jitter.spread(wait).max(wait);
    let wait = match failure {
        Failure::NotSent { .. } => backoff(),
        Failure::Unknown { .. } if kind == EffectKind::SetIntent => {
            return after(now, at_least(intent_spacing(failures).unwrap_or(SignedDuration::from_hours(24))));
        }
        // A Flow that is not there is proven by a read that comes late enough.
        Failure::Unknown { .. } if kind == EffectKind::MoveFlows => {
            return after(now, at_least(CALL_TIMEOUT + ABSENCE_SPACING));
        }
        Failure::Unknown { .. } => backoff(),
        Failure::Refused { refusal } => match refusal.verdict {
            Verdict::Retry => backoff(),
            Verdict::Wait { until: Some(until) } => return until.max(after(now, SignedDuration::from_secs(1))),
            Verdict::Wait { until: None } if refusal.cause == Cause::RegisterLimit => {
                return after(now, at_least(REGISTER_WINDOW));
            }
            Verdict::Wait { until: None } => return after(now, at_least(SignedDuration::from_hours(1))),
            Verdict::Turn => patience(since, now),
            Verdict::Permanent => SignedDuration::from_hours(24),
        },
    };
    after(now, jitter.spread(wait))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn polls_grow_ever_slower() {
        let since = at("2026-11-02T08:00:00Z");
        let after_hours = |hours| patience(since, after(since, SignedDuration::from_hours(hours)));
        assert_eq!(patience(since, since), SignedDuration::from_mins(5));
        assert_eq!(after_hours(1), SignedDuration::from_mins(15));
        assert_eq!(after_hours(24), SignedDuration::from_hours(1));
        assert_eq!(after_hours(24 * 7), SignedDuration::from_hours(4));
    }

    #[test]
    fn register_is_tried_at_once_then_after_a_minute_five_minutes_and_hourly() {
        let spacing: Vec<i64> = (0..5).map(|sent| register_spacing(sent).as_secs()).collect();
        assert_eq!(spacing, [0, 60, 300, 3600, 3600]);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        let hour = SignedDuration::from_hours(1);
        assert_eq!(Jitter::from_permille(500).spread(hour), SignedDuration::from_mins(72));
        assert_eq!(Jitter::from_permille(-500).spread(hour), SignedDuration::from_mins(48));
    }

    #[test]
    fn a_stated_regain_time_is_kept_and_register_limit_parks_for_72_hours() {
        let now = at("2026-11-02T08:00:00Z");
        let refused = |cause, until| Failure::Refused {
            refusal: Refusal {
                cause,
                verdict: Verdict::Wait { until },
                code: 80008,
                subcode: None,
                message: String::new(),
                details: None,
                trace_id: None,
            },
        };
        let stated = after(now, SignedDuration::from_mins(17));
        let limited = refused(Cause::RateLimited, Some(stated));
        assert_eq!(next_try(EffectKind::ReadSource, 1, now, &limited, now, Jitter::default()), stated);
        let parked = refused(Cause::RegisterLimit, None);
        for permille in [-200, 0] {
            let jitter = Jitter::from_permille(permille);
            assert_eq!(
                next_try(EffectKind::RegisterNumber, 1, now, &parked, now, jitter),
                after(now, REGISTER_WINDOW),
                "a limit is never asked before it has passed"
            );
        }
    }
}
