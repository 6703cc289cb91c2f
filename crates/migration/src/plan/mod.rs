//! What a migration does next, from its state and surroundings alone. One file per stretch of the way.

mod acceptance;
mod adoption;
mod carrying;
mod cutover;
mod gates;
mod losses;
mod preflight;
mod provisioning;
mod reads;
mod ready;
mod recovery;
mod samples;
mod settings;
mod settling;
mod under_way;

pub(crate) use under_way::register_again_at;

use jiff::{SignedDuration, Timestamp};

use crate::blocker::{Blocker, BlockerCode, Turn};
use crate::effect::{Effect, EffectKind};
use crate::event::Fact;
use crate::input::Surroundings;
use crate::migration::Migration;
use crate::number::{NumberState, Skip};
use crate::phase::{Phase, Stop};
use crate::retry::{Failure, INTENT_REPEATS, QUIET_FAILURES, Trouble, after, patience, patience_in_outage};
use crate::{Cause, E164, Side, Verdict};

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// A fact that follows from what is known; afterwards, look again.
    Record(Fact),
    /// A call that is owed now.
    Call(Effect),
    /// Nothing now.
    Wait(Wait),
    /// Nothing ever again by itself.
    Rest,
}

/// Why nothing happens now, and when it is looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Wait {
    pub(crate) blockers: Vec<Blocker>,
    pub(crate) until: Option<Timestamp>,
}

impl Wait {
    fn because(blocker: Blocker) -> Self {
        Self { blockers: vec![blocker], until: None }
    }

    fn block(&mut self, blocker: Blocker) {
        if !self.blockers.iter().any(|known| known.is_same(&blocker)) {
            self.blockers.push(blocker);
        }
    }

    fn look_at(&mut self, instant: Timestamp) {
        self.until = Some(self.until.map_or(instant, |until| until.min(instant)));
    }
}

/// The next step of `m`.
pub(crate) fn next(m: &Migration, s: &Surroundings<'_>) -> Next {
    if m.phase.is_final() {
        return Next::Rest;
    }
    recovery::first(m, s).unwrap_or_else(|| recovery::held_back(onward(m, s), s))
}

/// The same where nothing has to be read first.
fn onward(m: &Migration, s: &Surroundings<'_>) -> Next {
    // A number that has begun comes before everything else, and nothing stops it (rules 3 and 7).
    if let Some(number) = m.under_way() {
        return under_way::carry_through(m, number, s);
    }
    if (m.phase == Phase::CuttingOver || m.recovered)
        && let Some(fact) = cutover::landed_late(m)
    {
        return Next::Record(fact);
    }
    if let Some(mark) = m.cancelled.as_ref().filter(|_| m.phase < Phase::Settling) {
        return cutover::last_look(m, mark.at, s).unwrap_or_else(|| cancel(m));
    }
    if let Some(mark) = &m.paused {
        let mut blocker = Blocker::new(BlockerCode::Paused, mark.at).saying(format_args!("by {}", mark.by));
        if let Some(reason) = &mark.reason {
            blocker = blocker.saying(format_args!("by {}: {reason}", mark.by));
        }
        return Next::Wait(Wait::because(blocker));
    }
    match m.phase {
        Phase::Draft => Next::Wait(Wait::because(Blocker::new(BlockerCode::NotPreflighted, m.phase_entered_at))),
        Phase::Preflight => preflight::next(m, s),
        Phase::Ready => ready::next(m, s),
        Phase::Tagging => ready::tag(m, s),
        Phase::AwaitingAcceptance => acceptance::next(m, s),
        Phase::Provisioning => provisioning::next(m, s),
        Phase::ReadyForCutover => cutover::begin(m, s),
        Phase::CuttingOver => cutover::next_number(m, s),
        Phase::Settling => settling::next(m, s),
        Phase::Completed | Phase::CompletedWithExceptions | Phase::Stopped(_) => Next::Rest,
    }
}

/// Gives up what has not begun. Numbers that are over stay where they are.
fn cancel(m: &Migration) -> Next {
    if !m.has_begun() {
        return Next::Record(Fact::PhaseEntered { phase: Phase::Stopped(Stop::Cancelled) });
    }
    let left = m.numbers.values().find(|number| matches!(number.state, NumberState::Eligible | NumberState::Listed));
    match left {
        Some(number) => Next::Record(Fact::NumberSkipped { number: number.number.clone(), reason: Skip::Cancelled }),
        None => Next::Record(Fact::PhaseEntered { phase: Phase::Settling }),
    }
}

/// Calls `effect`, unless an earlier failure, the fleet or the throttle says not yet: then `wait` says why.
fn attempt(m: &Migration, s: &Surroundings<'_>, effect: Effect, wait: &mut Wait) -> Option<Next> {
    let kind = effect.kind();
    if let Some(trouble) = m.troubles.get(&kind)
        && uses_destination_token(&effect)
        && trouble.last.cause() == Some(Cause::TokenInvalid)
    {
        match fetched_since(m, trouble.at) {
            // Another token is there: the refusal was about the old one.
            true if trouble.failures < QUIET_FAILURES => return Some(Next::Call(effect)),
            true => {}
            false => {
                if let Some(next) = fetch_again(m, s, wait) {
                    return Some(next);
                }
            }
        }
    }
    if let Some(trouble) = m.troubles.get(&kind)
        && is_too_early(m, kind, trouble, s.now)
    {
        if let Some(blocker) = blocker_of(m, kind, trouble) {
            wait.block(blocker);
        }
        if !is_left_to_a_person(kind, trouble) {
            wait.look_at(trouble.next_try_at);
        }
        return None;
    }
    if uses_system_token(kind)
        && let Some((blocker, until)) = &s.fleet.no_system_token
    {
        wait.block(blocker.clone());
        wait.look_at(*until);
        return None;
    }
    if let Some(throttled) = s.throttled.as_ref().filter(|_| kind.is_graph_call()) {
        wait.block(Blocker::new(BlockerCode::BudgetExhausted, s.now).saying(&throttled.lane));
        wait.look_at(throttled.until);
        return None;
    }
    Some(Next::Call(effect))
}

/// A person may ask for anything at once. A webhook brings reads forward, but neither a write nor what a limit holds back.
fn is_too_early(m: &Migration, kind: EffectKind, trouble: &Trouble, now: Timestamp) -> bool {
    if m.is_asked_for(trouble.at) {
        return false;
    }
    if is_left_to_a_person(kind, trouble) {
        return true;
    }
    let may_be_brought_forward = !kind.cannot_be_undone() && !trouble.last.is_limit();
    now < trouble.next_try_at && !(may_be_brought_forward && m.is_outdated(trouble.at))
}

/// Guide 2 without an answer, after its last repeat, or refused because of an intent that may well be the one that was never
/// answered: nobody knows what another one would do.
fn is_left_to_a_person(kind: EffectKind, trouble: &Trouble) -> bool {
    let is_over = match &trouble.last {
        Failure::Unknown { .. } => trouble.failures > INTENT_REPEATS,
        Failure::Refused { refusal } => is_of_our_own_intent(refusal.cause, trouble),
        Failure::NotSent { .. } => false,
    };
    kind == EffectKind::SetIntent && is_over
}

/// After a tag without an answer, the intent that stands in the way of another may be our own: open still, or accepted.
fn is_of_our_own_intent(cause: Cause, trouble: &Trouble) -> bool {
    trouble.unanswered > 0 && matches!(cause, Cause::TaggedElsewhere | Cause::IntentStateInvalid)
}

/// Reads again what was read at `read_at`, when its time has come; otherwise `wait` says when that is.
fn poll(
    m: &Migration,
    s: &Surroundings<'_>,
    effect: Effect,
    read_at: Option<Timestamp>,
    every: SignedDuration,
    wait: &mut Wait,
) -> Option<Next> {
    let Some(read_at) = read_at else { return attempt(m, s, effect, wait) };
    // The spread is drawn once, when the wait begins; from its shortest on the read is due.
    let due = after(read_at, every * 4 / 5);
    if m.is_outdated(read_at) || s.now >= due {
        return attempt(m, s, effect, wait);
    }
    wait.look_at(after(read_at, s.jitter.spread(every)));
    None
}

/// Since when a blocker stands; now, if it is new.
fn standing_since(m: &Migration, code: BlockerCode, number: Option<&E164>, now: Timestamp) -> Timestamp {
    m.blockers
        .iter()
        .find(|blocker| blocker.code == code && blocker.number.as_ref() == number)
        .map_or(now, |blocker| blocker.since)
}

/// How often the read behind `blocker` is made: more often while a number is between two accounts.
fn interval(m: &Migration, s: &Surroundings<'_>, blocker: &Blocker) -> SignedDuration {
    let since = standing_since(m, blocker.code, blocker.number.as_ref(), s.now);
    if m.numbers.values().any(crate::number::Number::is_in_outage) {
        patience_in_outage(since, s.now)
    } else {
        patience(since, s.now)
    }
}

/// What a failed effect means to people; `None` while it is too early to bother them.
fn blocker_of(m: &Migration, kind: EffectKind, trouble: &Trouble) -> Option<Blocker> {
    let code = match &trouble.last {
        Failure::Unknown { .. } if kind == EffectKind::SetIntent => BlockerCode::IntentOutcomeUnknown,
        Failure::Unknown { .. } | Failure::NotSent { .. } => {
            (trouble.failures >= QUIET_FAILURES).then_some(BlockerCode::VendorTrouble)?
        }
        Failure::Refused { refusal } => match (refusal.cause, refusal.verdict) {
            (Cause::TokenMissing | Cause::TokenInvalid, _) if uses_system_token(kind) => {
                BlockerCode::SystemTokenRefused
            }
            (Cause::TokenMissing, _) => BlockerCode::TokenMissing,
            (Cause::TokenInvalid, _) => BlockerCode::TokenInvalid,
            (Cause::PermissionMissing, _) if kind == EffectKind::SetIntent => BlockerCode::AdvancedAccessMissing,
            (Cause::PermissionMissing, _) if uses_system_token(kind) => BlockerCode::SystemTokenRefused,
            (Cause::PermissionMissing, _) => BlockerCode::TokenScopeMissing,
            (Cause::ObjectUnknown, _) if m.destination.is_none() || kind == EffectKind::ReadSourceNumbers => {
                BlockerCode::SourceUnreadable
            }
            (cause, _) if is_of_our_own_intent(cause, trouble) => BlockerCode::IntentOutcomeUnknown,
            (Cause::TaggedElsewhere, _) => BlockerCode::TaggedElsewhere,
            (Cause::NotMigratable | Cause::IntentStateInvalid, _) => BlockerCode::NotMigratable,
            (_, Verdict::Wait { .. }) => BlockerCode::RateLimited,
            (_, Verdict::Retry) => (trouble.failures >= QUIET_FAILURES).then_some(BlockerCode::VendorTrouble)?,
            (_, Verdict::Turn | Verdict::Permanent) => BlockerCode::CallRefused,
        },
    };
    let blocker = Blocker::new(code, trouble.since).saying(format_args!("{}: {}", kind.doing(), trouble.last));
    let is_repeated_by_itself = code == BlockerCode::IntentOutcomeUnknown && !is_left_to_a_person(kind, trouble);
    Some(if is_repeated_by_itself { blocker.turn_of(Turn::Time) } else { blocker })
}

/// Guide 5 once more: a business token that Meta calls invalid is not tried again before another was asked for.
pub(super) fn fetch_again(m: &Migration, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    let portfolio = m.portfolio()?.clone();
    attempt(m, s, Effect::FetchBusinessToken { portfolio }, wait)
}

/// Whether guide 5 gave a token since a refusal at `refused_at`.
pub(super) fn fetched_since(m: &Migration, refused_at: Timestamp) -> bool {
    m.destination.as_ref().and_then(|d| d.token_fetched_at).is_some_and(|at| at >= refused_at)
}

fn uses_destination_token(effect: &Effect) -> bool {
    match effect {
        Effect::Subscribe { .. }
        | Effect::ReadSubscriptions { .. }
        | Effect::ReadDestination { .. }
        | Effect::ReadDestinationNumbers { .. }
        | Effect::ReadDestinationTemplates { .. }
        | Effect::MoveFlows { .. }
        | Effect::CopyTemplates { .. }
        | Effect::CreateTemplate { .. }
        | Effect::ReadSettings { side: Side::Destination, .. }
        | Effect::SetStorageRegion { .. } => true,
        // Move and register keep their own count of failures, and the source has a token of its own.
        Effect::CheckToken { .. }
        | Effect::ReadSource
        | Effect::ReadSourceNumbers { .. }
        | Effect::ReadSourceTemplates { .. }
        | Effect::SetIntent
        | Effect::ReadIntent { .. }
        | Effect::ReadGivenIntent { .. }
        | Effect::FetchBusinessToken { .. }
        | Effect::SealPin { .. }
        | Effect::AskBeforeMove { .. }
        | Effect::MoveNumber { .. }
        | Effect::RegisterNumber { .. }
        | Effect::KeepSample { .. }
        | Effect::UploadSample { .. }
        // A setting keeps its own, too.
        | Effect::RestoreSetting { .. }
        | Effect::ReadSettings { side: Side::Source, .. } => false,
    }
}

fn uses_system_token(kind: EffectKind) -> bool {
    matches!(
        kind,
        EffectKind::ReadIntent
            | EffectKind::ReadGivenIntent
            | EffectKind::FetchBusinessToken
            | EffectKind::UploadSample
    )
}
