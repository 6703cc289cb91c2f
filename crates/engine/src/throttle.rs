//! Keeps within the vendor's limits: calls are reserved before they are made.
//!
//! Every call counts in two *lanes*: the app's, and the one of the app with this WABA. Meta allows 200 calls an hour on
//! a WABA, 5000 once it has a registered number (observations: `limits.per_waba`); nothing is documented for the app as
//! a whole but the percentages of `X-App-Usage`. All calls on a WABA are counted, also those that are not on Meta's
//! list (observations: `limits.uncounted`): to wait a little too long is cheap, to be refused amid a cutover is not.
//!
//! A WABA's calls are made by whoever holds its migration's claim, so what is known of its lane travels with the
//! migration ([`Throttle::know`]). The app's lane is everybody's: its calls are taken in portions from a row that all
//! workers share (`shared`).
//!
//! A move takes the calls of its whole cutover in hand before it begins, and no other work can spend those. Beyond that,
//! ordinary work leaves as much of the app's lane as the cutovers in sight need, polls more; where no cutover is near they
//! may nearly fill it, since calls that nobody makes are lost.
//!
//! Everything is synchronous and pure, with time as an argument. A lane exists only while something about it is to be
//! remembered, at most an hour after its last use: waiting migrations cost nothing here.

mod budgets;
mod lane;
mod refusal;
mod shared;
#[cfg(test)]
mod tests;
mod usage;
mod window;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use unmoor_migration::WabaId;

pub use budgets::Budgets;
use lane::{LaneState, full_until};
pub use refusal::{Refusal, Why};
pub(crate) use shared::Proposal;
use shared::Share;
pub use shared::SharedCalls;
pub use usage::UsageReading;
use window::minute_of;

/// Calls that a move takes in hand: the move, its probe, the register, its probe, and the list that verifies it.
pub(crate) const CALLS_OF_A_MOVE: u32 = 5;

/// A cutover that was in sight and of which nothing was heard for so long is another worker's by now, or a person's.
const IN_SIGHT_FOR: SignedDuration = SignedDuration::from_hours(1);

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
    /// Part of a number's move: move, register, and the probes between. May fill the lane.
    Cutover,
    /// Any other call that a migration waits for.
    Ordinary,
    /// A look whether something has changed.
    Poll,
}

/// Calls to be made on one WABA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Whose they are: the migration's source WABA.
    pub migration: WabaId,
    /// The WABA they are about.
    pub waba: WabaId,
    /// Whether the WABA is known to have a registered number.
    pub has_registered_number: bool,
    /// How urgent they are.
    pub kind: WorkKind,
    /// How many there are.
    pub calls: u32,
    /// How many of the app's calls the same stretch of work will need after them: they are taken in hand too, so that what is
    /// begun is not interrupted, and nothing that was read grows old on the way.
    pub ahead: u32,
}

/// Calls that may be made now; they count whether or not they are made, unless given back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "calls that are not made are given back"]
pub struct Reservation {
    migration: WabaId,
    waba: WabaId,
    minute: i64,
    calls: u32,
    /// How many of them came out of what a move has in hand on its WABA.
    of_move: u32,
}

/// Calls that were taken in hand and not made yet.
#[derive(Debug, Clone, Copy)]
struct InHand {
    minute: i64,
    calls: u32,
}

/// The state of all lanes, as one worker knows it.
#[derive(Debug)]
pub struct Throttle {
    budgets: Budgets,
    app: LaneState,
    share: Share,
    wabas: BTreeMap<WabaId, LaneState>,
    /// The moves that this worker works on.
    moves: BTreeSet<WabaId>,
    /// What they have in hand of their WABA's calls.
    of_moves: BTreeMap<WabaId, InHand>,
    /// What stretches of work that have begun have in hand of the app's calls, by migration.
    of_stretches: BTreeMap<WabaId, InHand>,
    /// Cutovers that may begin any time, and when that was last heard.
    in_sight: BTreeMap<WabaId, Timestamp>,
    tidied_minute: i64,
}

impl Throttle {
    /// A throttle that has seen no call yet.
    #[must_use]
    pub fn new(budgets: Budgets) -> Self {
        Self {
            budgets,
            app: LaneState::default(),
            share: Share::default(),
            wabas: BTreeMap::new(),
            moves: BTreeSet::new(),
            of_moves: BTreeMap::new(),
            of_stretches: BTreeMap::new(),
            in_sight: BTreeMap::new(),
            tidied_minute: i64::MIN,
        }
    }

    /// Reserves calls in both lanes, or in none, and takes those ahead in hand. Calls that are in hand already need no room.
    ///
    /// # Errors
    /// [`Refusal`] when a lane has no room for them now, or the worker no portion to take them from.
    pub fn reserve(&mut self, now: Timestamp, work: &Work) -> Result<Reservation, Refusal> {
        self.tidy(now);
        self.bring_up_to_date(now, &work.migration, &work.waba);
        let of_move = match work.kind {
            WorkKind::Cutover => self.of_moves.get(&work.waba).map_or(0, |in_hand| in_hand.calls.min(work.calls)),
            WorkKind::Ordinary | WorkKind::Poll => 0,
        };
        let in_hand = self.of_stretches.get(&work.migration).map_or(0, |in_hand| in_hand.calls);
        let of_app = if in_hand >= work.calls { 0 } else { work.calls + self.ahead(now, work) - in_hand };
        self.room(now, work, work.calls - of_move, of_app)?;
        self.stretch(now, &work.migration, of_app, work.calls);
        Ok(self.take(now, work, of_move))
    }

    /// What is in hand is counted in the minute in which it is used, not in the one in which it was taken.
    fn bring_up_to_date(&mut self, now: Timestamp, migration: &WabaId, waba: &WabaId) {
        let minute = minute_of(now);
        if let Some(in_hand) = self.of_stretches.get_mut(migration).filter(|in_hand| in_hand.minute != minute) {
            self.share.unspend(now, in_hand.minute, in_hand.calls);
            self.share.spend(now, in_hand.calls);
            self.app.window.take_back(in_hand.minute, in_hand.calls);
            in_hand.minute = self.app.window.add(now, in_hand.calls);
        }
        if let Some(in_hand) = self.of_moves.get_mut(waba).filter(|in_hand| in_hand.minute != minute) {
            let lane = self.wabas.entry(waba.clone()).or_default();
            lane.window.take_back(in_hand.minute, in_hand.calls);
            in_hand.minute = lane.window.add(now, in_hand.calls);
        }
    }

    /// What is taken in hand ahead: never so much that a small lane could not give it at all.
    fn ahead(&self, now: Timestamp, work: &Work) -> u32 {
        let limit = self.budgets.app_calls_per_hour.or_else(|| self.app.learned_limit(now));
        let most = limit.map_or(u32::MAX, |limit| self.app_ceiling(now, limit, work.kind) / 4);
        work.ahead.min(most)
    }

    /// Takes `more` of the app's calls in hand, and uses `calls` of what is there then.
    fn stretch(&mut self, now: Timestamp, migration: &WabaId, more: u32, calls: u32) {
        if more > 0 {
            self.share.spend(now, more);
            let minute = self.app.window.add(now, more);
            let in_hand = self.of_stretches.entry(migration.clone()).or_insert(InHand { minute, calls: 0 });
            in_hand.calls = in_hand.calls.saturating_add(more);
        }
        if let Some(in_hand) = self.of_stretches.get_mut(migration) {
            in_hand.calls = in_hand.calls.saturating_sub(calls);
        }
    }

    fn take(&mut self, now: Timestamp, work: &Work, of_move: u32) -> Reservation {
        if let Some(in_hand) = self.of_moves.get_mut(&work.waba).filter(|_| of_move > 0) {
            in_hand.calls -= of_move;
        }
        let lane = self.wabas.entry(work.waba.clone()).or_default();
        let minute = lane.window.add(now, work.calls - of_move);
        let Work { migration, waba, calls, .. } = work.clone();
        Reservation { migration, waba, minute, calls, of_move }
    }

    /// Gives back calls that were reserved and not made.
    pub fn give_back(&mut self, now: Timestamp, reservation: Reservation) {
        let Reservation { migration, waba, minute, calls, of_move } = reservation;
        let app_minute = minute_of(now);
        let in_hand = self.of_stretches.entry(migration).or_insert(InHand { minute: app_minute, calls: 0 });
        in_hand.calls = in_hand.calls.saturating_add(calls);
        if let Some(lane) = self.wabas.get_mut(&waba) {
            lane.window.take_back(minute, calls - of_move);
        }
        if let Some(in_hand) = self.of_moves.get_mut(&waba) {
            in_hand.calls = in_hand.calls.saturating_add(of_move);
        }
    }

    /// Admits the move of a number and takes the calls of the whole cutover in hand, whatever kind `work` says: a move never
    /// starts unless its register can follow at once.
    ///
    /// # Errors
    /// [`Refusal`] as for [`Throttle::reserve`], and while usage is high or too many moves are under way.
    pub fn begin_move(&mut self, now: Timestamp, work: &Work) -> Result<Reservation, Refusal> {
        let running = self.moves.len();
        if running >= self.budgets.max_concurrent_moves && !self.moves.contains(&work.waba) {
            return Err(Refusal::MovesFull { running });
        }
        self.usage_allows_move(now, &work.waba)?;
        let whole = Work { kind: WorkKind::Cutover, calls: CALLS_OF_A_MOVE, ahead: 0, ..work.clone() };
        let Reservation { migration, waba, minute, calls, .. } = self.reserve(now, &whole)?;
        // Only the move itself is made now.
        let rest = calls.saturating_sub(1);
        self.stretch_back(&migration, minute, rest);
        self.of_moves.insert(waba.clone(), InHand { minute, calls: rest });
        self.moves.insert(waba.clone());
        Ok(Reservation { migration, waba, minute, calls: calls - rest, of_move: 0 })
    }

    fn stretch_back(&mut self, migration: &WabaId, minute: i64, calls: u32) {
        let in_hand = self.of_stretches.entry(migration.clone()).or_insert(InHand { minute, calls: 0 });
        in_hand.calls = in_hand.calls.saturating_add(calls);
    }

    /// Counts a move that was begun before this worker took it up. It is never refused: its number is out of service.
    pub fn resume_move(&mut self, waba: &WabaId) {
        self.moves.insert(waba.clone());
    }

    /// Counts calls that nothing can hold up: the register that follows a move, or the further pages of a list.
    pub fn count(&mut self, now: Timestamp, migration: &WabaId, waba: &WabaId, calls: u32) {
        self.bring_up_to_date(now, migration, waba);
        let of_move = self.of_moves.get(waba).map_or(0, |in_hand| in_hand.calls.min(calls));
        if let Some(in_hand) = self.of_moves.get_mut(waba) {
            in_hand.calls -= of_move;
        }
        self.wabas.entry(waba.clone()).or_default().window.add(now, calls - of_move);
        let in_hand = self.of_stretches.get(migration).map_or(0, |in_hand| in_hand.calls);
        self.stretch(now, migration, calls.saturating_sub(in_hand), calls);
    }

    /// This worker does not work on the migration any more: the place of its move is free. What was in hand for a move
    /// stays its own while that is not over, since it may be taken up again; all else is given back.
    pub fn leave(&mut self, now: Timestamp, migration: &WabaId, waba: &WabaId) {
        self.moves.remove(waba);
        if self.of_moves.contains_key(waba) {
            return;
        }
        if let Some(InHand { minute, calls }) = self.of_stretches.remove(migration) {
            self.share.unspend(now, minute, calls);
            self.app.window.take_back(minute, calls);
        }
    }

    /// The WABA's number is registered, or its move did not happen: what it still had in hand on its WABA is given back.
    pub fn end_move(&mut self, waba: &WabaId) {
        self.moves.remove(waba);
        if let Some(InHand { minute, calls }) = self.of_moves.remove(waba)
            && let Some(lane) = self.wabas.get_mut(waba)
        {
            lane.window.take_back(minute, calls);
        }
    }

    /// How many moves this worker works on.
    #[must_use]
    pub fn moves_under_way(&self) -> usize {
        self.moves.len()
    }

    /// Whether a cutover on the WABA may begin any time: other work then leaves it the calls it will need.
    pub fn expect_move(&mut self, now: Timestamp, waba: &WabaId, is_near: bool) {
        if is_near {
            self.in_sight.insert(waba.clone(), now);
        } else {
            self.in_sight.remove(waba);
        }
    }

    /// What was counted on a WABA, by the minute, before this worker took it up; and until when the vendor has closed its lane.
    pub fn know(
        &mut self,
        waba: &WabaId,
        minutes: impl IntoIterator<Item = (i64, u32)>,
        limited_until: Option<Timestamp>,
    ) {
        let mut minutes = minutes.into_iter().peekable();
        if minutes.peek().is_none() && limited_until.is_none() {
            return;
        }
        let lane = self.wabas.entry(waba.clone()).or_default();
        lane.window.know(minutes);
        if let Some(until) = limited_until {
            lane.limit_until(until);
        }
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

    /// Whether so many of the app's calls are in hand.
    pub(crate) fn has_in_hand(&self, now: Timestamp, calls: u32) -> bool {
        self.share.in_hand_at(now) >= calls
    }

    /// Puts everything by that is in hand for nothing in particular, and says whether there is anything to give back.
    pub(crate) fn put_by(&mut self) -> bool {
        let has_unused = self.share.has_unused();
        if has_unused {
            self.share.put_all_by();
        }
        has_unused
    }

    /// The row of the app's calls with another portion taken, of at least `calls`; of none, it gives back alone.
    pub(crate) fn propose(&mut self, now: Timestamp, calls: u32) -> Proposal {
        self.share.propose(now, calls, self.budgets.app_calls_per_hour, self.app.limited_until())
    }

    /// The proposal is the row now, in this version.
    pub(crate) fn accepted(&mut self, now: Timestamp, version: u64, proposal: Proposal) {
        self.share.accepted(now, version, proposal);
    }

    /// Somebody was faster: the row is this one.
    pub(crate) fn overtaken(&mut self, version: u64, row: SharedCalls, proposal: Proposal) {
        self.share.overtaken(version, row, proposal);
    }

    /// Whether both lanes have room; the one that is in the way for longer answers. `of_waba` and `of_app` are what is not in
    /// hand already.
    fn room(&self, now: Timestamp, work: &Work, of_waba: u32, of_app: u32) -> Result<(), Refusal> {
        let unused = LaneState::default();
        let waba = self.wabas.get(&work.waba).unwrap_or(&unused);
        let waba_lane = Lane::Waba(work.waba.clone());
        let limit = self.waba_limit(work.has_registered_number);
        let percent = self.percent(work.kind);
        let in_waba = wait(of_waba, share(limit, percent), || waba.counting(now, limit), &waba_lane)?;
        let in_app = self.app_wait(now, work.kind, of_app)?;
        let of = |lane: Lane| move |(until, why)| (until, why, lane);
        let in_waba = in_waba.max(waba.limited(now)).map(of(waba_lane));
        match in_app.map(of(Lane::App)).max(in_waba) {
            Some((until, why, lane)) => Err(Refusal::NotBefore { until, lane, why }),
            None if self.share.in_hand_at(now) < of_app => Err(Refusal::NotInHand { calls: of_app }),
            None => Ok(()),
        }
    }

    fn app_wait(&self, now: Timestamp, kind: WorkKind, calls: u32) -> Result<Option<(Timestamp, Why)>, Refusal> {
        let told_others = self.share.limited_until().filter(|until| *until > now).map(|until| (until, Why::Limited));
        let limited = self.app.limited(now).max(told_others);
        if calls == 0 {
            return Ok(limited);
        }
        let full = match self.budgets.app_calls_per_hour {
            Some(limit) => {
                let others = || self.app.others_beyond(now, limit, |then| self.share.seen.total_then(then));
                let counting = || self.share.counting(now).into_iter().chain(others()).collect();
                wait(calls, self.app_ceiling(now, limit, kind), counting, &Lane::App)?
            }
            None => self.app.learned_limit(now).and_then(|limit| {
                let ceiling = self.app_ceiling(now, limit, kind);
                let until = full_until(self.app.window.counting(now).collect(), calls, ceiling)?;
                Some((until, Why::Budget))
            }),
        };
        Ok(limited.max(full))
    }

    /// What such work may fill of the app's lane: all but what the cutovers in sight need, within bounds.
    fn app_ceiling(&self, now: Timestamp, limit: u32, kind: WorkKind) -> u32 {
        if kind == WorkKind::Cutover {
            return limit;
        }
        let near = self.in_sight.values().filter(|heard| later(**heard, IN_SIGHT_FOR) > now).count();
        let needed = u32::try_from(near).unwrap_or(u32::MAX).saturating_mul(CALLS_OF_A_MOVE);
        let at_most = limit - share(limit, self.percent(kind));
        let at_least = share(limit, self.budgets.reserve_percent).min(at_most);
        limit - needed.clamp(at_least, at_most)
    }

    fn percent(&self, kind: WorkKind) -> u32 {
        match kind {
            WorkKind::Cutover => 100,
            WorkKind::Ordinary => self.budgets.ordinary_percent.min(100),
            WorkKind::Poll => self.budgets.poll_percent.min(100),
        }
    }

    fn waba_limit(&self, has_registered_number: bool) -> u32 {
        if has_registered_number {
            self.budgets.registered_waba_calls_per_hour
        } else {
            self.budgets.waba_calls_per_hour
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
            self.in_sight.retain(|_, heard| later(*heard, IN_SIGHT_FOR) > now);
            // They do not count any more.
            self.of_moves.retain(|_, in_hand| window::end_of(in_hand.minute) > now);
            self.of_stretches.retain(|_, in_hand| window::end_of(in_hand.minute) > now);
        }
    }
}

/// Until when a lane has no room below `ceiling`.
fn wait(
    calls: u32,
    ceiling: u32,
    counting: impl FnOnce() -> Vec<(Timestamp, u64)>,
    lane: &Lane,
) -> Result<Option<(Timestamp, Why)>, Refusal> {
    if calls > ceiling {
        return Err(Refusal::TooLarge { lane: lane.clone(), calls, ceiling });
    }
    Ok(full_until(counting(), calls, ceiling).map(|until| (until, Why::Budget)))
}

/// `percent` of `limit`, rounded down.
fn share(limit: u32, percent: u32) -> u32 {
    u32::try_from(u64::from(limit) * u64::from(percent) / 100).unwrap_or(u32::MAX)
}

fn later(instant: Timestamp, span: SignedDuration) -> Timestamp {
    instant.checked_add(span).unwrap_or(Timestamp::MAX)
}
