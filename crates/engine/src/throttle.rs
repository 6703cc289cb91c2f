//! Keeps within the vendor's limits, for one machine: calls are reserved before they are made.
//!
//! Every call counts in two *lanes*: the app's, and the one of the app with this WABA. Meta allows 200 calls an hour on
//! a WABA, 5000 once it has a registered number (observations: `limits.per_waba`); nothing is documented for the app as
//! a whole but the percentages of `X-App-Usage`. All calls on a WABA are counted, also those that are not on Meta's
//! list (observations: `limits.uncounted`): to wait a little too long is cheap, to be refused amid a cutover is not.
//!
//! Cutovers may use a lane up to its limit, ordinary work less, polls the least ([`Budgets::ordinary_percent`],
//! [`Budgets::poll_percent`]), so that a number's gap never waits behind somebody's reading.
//!
//! Everything is synchronous and pure, with time as an argument. A lane exists only while something about it is to be
//! remembered, at most an hour after its last use: waiting migrations cost nothing here.

mod lane;
#[cfg(test)]
mod tests;
mod window;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use unmoor_migration::WabaId;

use lane::LaneState;
use window::minute_of;

/// A move that nothing was heard of for so long takes no place any more: another worker has taken it over, or its number waits for
/// a person.
const MOVE_COUNTS_FOR: SignedDuration = SignedDuration::from_mins(30);

/// How much may be used. The defaults are Meta's figures where it gives any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budgets {
    /// Calls of the whole app in an hour; `None` where nobody knows, as Meta documents no figure.
    pub app_calls_per_hour: Option<u32>,
    /// Calls on a WABA without a registered number in an hour.
    pub waba_calls_per_hour: u32,
    /// Calls on a WABA with at least one registered number in an hour.
    pub registered_waba_calls_per_hour: u32,
    /// The share of a lane that ordinary work may fill; the rest is for cutovers. 80: of 200 calls, 40 stay.
    pub ordinary_percent: u32,
    /// The share of a lane that polls may fill, whoever filled it. 50: of 200 calls, 100 stay.
    pub poll_percent: u32,
    /// No move begins while the last reading of usage says this or more.
    pub usage_ceiling_percent: u32,
    /// How long the last reading of usage counts for that.
    pub usage_counts_for: SignedDuration,
    /// How long a lane is left alone when Meta limits it without saying for how long (observations:
    /// `limits.default_wait`).
    pub default_regain: SignedDuration,
    /// How many numbers may be between move and register at once.
    pub max_concurrent_moves: usize,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            app_calls_per_hour: None,
            waba_calls_per_hour: 200,
            registered_waba_calls_per_hour: 5000,
            ordinary_percent: 80,
            poll_percent: 50,
            usage_ceiling_percent: 80,
            usage_counts_for: SignedDuration::from_secs(60),
            default_regain: SignedDuration::from_mins(60),
            max_concurrent_moves: 32,
        }
    }
}

/// What is limited together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// All calls of the app.
    App,
    /// The app's calls on one WABA.
    Waba(WabaId),
}

/// How urgent a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkKind {
    /// Part of a number's move: its gates, move, register, and the probes between. May fill the lane.
    Cutover,
    /// Any other call that a migration waits for.
    Ordinary,
    /// A look whether something has changed.
    Poll,
}

/// Calls to be made on one WABA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// The WABA they are about.
    pub waba: WabaId,
    /// Whether the WABA is known to have a registered number.
    pub has_registered_number: bool,
    /// How urgent they are.
    pub kind: WorkKind,
    /// How many there are.
    pub calls: u32,
}

/// Calls that may be made now; they count whether or not they are made, unless given back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "calls that are not made are given back"]
pub struct Reservation {
    waba: WabaId,
    minute: i64,
    calls: u32,
}

/// Calls that may not be made now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Ask again at `until`.
    #[error("not before {until}: {why} ({lane:?})")]
    NotBefore {
        /// The earliest instant at which it is worth asking again; later than now.
        until: Timestamp,
        /// Which lane is in the way; the one for longer, where both are.
        lane: Lane,
        /// What is in the way.
        why: Why,
    },
    /// As many moves as may be are under way; ask again when one has ended.
    #[error("{running} numbers are between move and register already, and no more may be")]
    MovesFull {
        /// How many there are.
        running: usize,
    },
    /// More calls at once than the lane gives to such work in a whole hour: it will never be granted.
    #[error("{calls} calls at once exceed what {lane:?} gives to such work in an hour ({ceiling})")]
    TooLarge {
        /// Which lane.
        lane: Lane,
        /// How many were asked for.
        calls: u32,
        /// How many the lane gives.
        ceiling: u32,
    },
}

/// What is in the way of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The hour's calls for such work are used up.
    Budget,
    /// The last reading of usage is too high to begin a move.
    Usage,
    /// The vendor has limited the lane, until the time it stated.
    Limited,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Budget => "the calls of the hour are used up",
            Self::Usage => "the vendor reports high usage",
            Self::Limited => "the vendor has limited the calls",
        })
    }
}

/// What `X-Business-Use-Case-Usage` (for a WABA) or `X-App-Usage` (for the app) of an answer says (observations:
/// `limits.usage_headers`). Percentages may exceed 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UsageReading {
    /// `call_count`: the share of the calls.
    pub call_count_percent: u32,
    /// `total_cputime`.
    pub total_cpu_time_percent: u32,
    /// `total_time`.
    pub total_time_percent: u32,
    /// `estimated_time_to_regain_access`, which Meta gives in minutes; zero or none while nothing is limited.
    pub regain: Option<SignedDuration>,
}

impl UsageReading {
    fn highest_percent(self) -> u32 {
        self.call_count_percent.max(self.total_cpu_time_percent).max(self.total_time_percent)
    }
}

/// The state of all lanes of one machine.
#[derive(Debug)]
pub struct Throttle {
    budgets: Budgets,
    app: LaneState,
    wabas: BTreeMap<WabaId, LaneState>,
    /// Since when each counts.
    moves: BTreeMap<WabaId, Timestamp>,
    tidied_minute: i64,
}

impl Throttle {
    /// A throttle that has seen no call yet.
    #[must_use]
    pub fn new(budgets: Budgets) -> Self {
        Self {
            budgets,
            app: LaneState::default(),
            wabas: BTreeMap::new(),
            moves: BTreeMap::new(),
            tidied_minute: i64::MIN,
        }
    }

    /// Reserves calls in both lanes, or in none.
    ///
    /// # Errors
    /// [`Refusal`] when a lane has no room for them now.
    pub fn reserve(&mut self, now: Timestamp, work: &Work) -> Result<Reservation, Refusal> {
        self.tidy(now);
        self.room(now, work)?;
        self.app.window.add(now, work.calls);
        let minute = self.wabas.entry(work.waba.clone()).or_default().window.add(now, work.calls);
        Ok(Reservation { waba: work.waba.clone(), minute, calls: work.calls })
    }

    /// Gives back calls that were reserved and not made. More than were reserved are not given back.
    pub fn give_back(&mut self, reservation: &Reservation, calls: u32) {
        let calls = calls.min(reservation.calls);
        self.app.window.take_back(reservation.minute, calls);
        if let Some(lane) = self.wabas.get_mut(&reservation.waba) {
            lane.window.take_back(reservation.minute, calls);
        }
    }

    /// Admits the move of a number and reserves the calls of the whole cutover, whatever kind `work` says: a move never
    /// starts unless its register can follow at once. Every admitted move is ended by [`Throttle::end_move`].
    ///
    /// # Errors
    /// [`Refusal`] as for [`Throttle::reserve`], and while usage is high or too many moves are under way.
    pub fn begin_move(&mut self, now: Timestamp, work: &Work) -> Result<Reservation, Refusal> {
        self.moves.retain(|_, since| later(*since, MOVE_COUNTS_FOR) > now);
        let running = self.moves.len();
        if running >= self.budgets.max_concurrent_moves && !self.moves.contains_key(&work.waba) {
            return Err(Refusal::MovesFull { running });
        }
        self.usage_allows_move(now, &work.waba)?;
        let reservation = self.reserve(now, &Work { kind: WorkKind::Cutover, ..work.clone() })?;
        self.moves.insert(work.waba.clone(), now);
        Ok(reservation)
    }

    /// Counts a move that was begun before, by a process that is no more. It is never refused: its number is out of
    /// service.
    pub fn resume_move(&mut self, now: Timestamp, waba: &WabaId) {
        self.moves.insert(waba.clone(), now);
    }

    /// The WABA's number is registered, or its move did not happen.
    pub fn end_move(&mut self, waba: &WabaId) {
        self.moves.remove(waba);
    }

    /// How many moves are under way.
    #[must_use]
    pub fn moves_under_way(&self) -> usize {
        self.moves.len()
    }

    /// Learns what an answer's usage header says about a lane. Others use the same lanes: what is reported beyond our
    /// own calls counts as theirs, until the next reading or for an hour.
    pub fn correct(&mut self, now: Timestamp, lane: &Lane, reading: &UsageReading) {
        let state = self.lane_mut(lane);
        state.read(now, reading);
        if let Some(regain) = reading.regain.filter(SignedDuration::is_positive) {
            state.limit_until(later(now, regain));
        }
    }

    /// The vendor has refused a call because of a limit: the lane is left alone until it says it is good again, or for
    /// [`Budgets::default_regain`] where it does not say.
    pub fn limited(&mut self, now: Timestamp, lane: &Lane, regain: Option<SignedDuration>) {
        let regain = regain.filter(SignedDuration::is_positive).unwrap_or(self.budgets.default_regain);
        self.lane_mut(lane).limit_until(later(now, regain));
    }

    /// How many lanes are remembered, the app's apart.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.wabas.len()
    }

    /// Whether both lanes have room; the one that is in the way for longer answers.
    fn room(&self, now: Timestamp, work: &Work) -> Result<(), Refusal> {
        let percent = match work.kind {
            WorkKind::Cutover => 100,
            WorkKind::Ordinary => self.budgets.ordinary_percent,
            WorkKind::Poll => self.budgets.poll_percent,
        };
        let waba_limit = if work.has_registered_number {
            self.budgets.registered_waba_calls_per_hour
        } else {
            self.budgets.waba_calls_per_hour
        };
        let unused = LaneState::default();
        let waba = self.wabas.get(&work.waba).unwrap_or(&unused);
        let lanes = [
            (Lane::App, &self.app, self.budgets.app_calls_per_hour),
            (Lane::Waba(work.waba.clone()), waba, Some(waba_limit)),
        ];
        let mut longest: Option<(Timestamp, Why, Lane)> = None;
        for (lane, state, limit) in lanes {
            let ceiling = limit.map(|limit| share(limit, percent));
            if let Some(ceiling) = ceiling.filter(|ceiling| work.calls > *ceiling) {
                return Err(Refusal::TooLarge { lane, calls: work.calls, ceiling });
            }
            let wait = state.wait(now, work.calls, limit.zip(ceiling));
            longest = longest.max(wait.map(|(until, why)| (until, why, lane)));
        }
        match longest {
            None => Ok(()),
            Some((until, why, lane)) => Err(Refusal::NotBefore { until, lane, why }),
        }
    }

    fn usage_allows_move(&self, now: Timestamp, waba: &WabaId) -> Result<(), Refusal> {
        let lanes = [(Lane::App, Some(&self.app)), (Lane::Waba(waba.clone()), self.wabas.get(waba))];
        let high = lanes.into_iter().filter_map(|(lane, state)| {
            let read = state?.read_at_or_above(self.budgets.usage_ceiling_percent)?;
            Some((later(read, self.budgets.usage_counts_for), lane)).filter(|(until, _)| *until > now)
        });
        match high.max() {
            None => Ok(()),
            Some((until, lane)) => Err(Refusal::NotBefore { until, lane, why: Why::Usage }),
        }
    }

    fn lane_mut(&mut self, lane: &Lane) -> &mut LaneState {
        match lane {
            Lane::App => &mut self.app,
            Lane::Waba(waba) => self.wabas.entry(waba.clone()).or_default(),
        }
    }

    /// Once a minute, forgets lanes about which there is nothing to remember.
    fn tidy(&mut self, now: Timestamp) {
        let minute = minute_of(now);
        if minute > self.tidied_minute {
            self.tidied_minute = minute;
            self.wabas.retain(|_, lane| !lane.is_idle(now));
        }
    }
}

/// `percent` of `limit`, rounded down.
fn share(limit: u32, percent: u32) -> u32 {
    u32::try_from(u64::from(limit) * u64::from(percent) / 100).unwrap_or(u32::MAX)
}

fn later(instant: Timestamp, span: SignedDuration) -> Timestamp {
    instant.checked_add(span).unwrap_or(Timestamp::MAX)
}
