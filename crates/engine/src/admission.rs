//! Which calls may be made now: the machine's effects in the throttle's terms.

use jiff::{SignedDuration, Timestamp};
use unmoor_migration::retry::after;
use unmoor_migration::{Attempt, EffectKind, Migration, Phase, Side, Throttled, Turn, Urgency, WabaId};

use crate::throttle::{CALLS_OF_A_MOVE, Refusal, Reservation, Throttle, Work, WorkKind};

/// When to ask again while as many moves as may be are under way.
const MOVES_FULL: SignedDuration = SignedDuration::from_secs(2);

/// What a call has been given.
pub(crate) enum Admitted {
    /// Nothing is counted.
    Free,
    /// These calls, to be given back if the attempt is not journaled.
    Reserved(Reservation),
}

/// Why a call may not be made now.
pub(crate) enum Denied {
    /// The worker has too few calls in hand: it takes a portion, and asks again.
    NotInHand(u32),
    /// The limit in the way, and until when.
    Throttled(Throttled),
}

/// Reserves what `attempt` needs.
///
/// # Errors
/// [`Denied`] when it may not be made now.
pub(crate) fn admit(
    throttle: &mut Throttle,
    m: &Migration,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<Admitted, Denied> {
    let kind = attempt.effect.kind();
    // Its calls were reserved with its move, and nothing may hold it up (rules 2 and 3). Those of a wanted storage region are few.
    if !kind.is_graph_call() || matches!(kind, EffectKind::RegisterNumber | EffectKind::SetStorageRegion) {
        return Ok(Admitted::Free);
    }
    let work = Work {
        migration: m.id().source().clone(),
        waba: waba_of(m, m.side_of(kind)).clone(),
        has_registered_number: m.phase() < &Phase::Provisioning
            || m.numbers().any(unmoor_migration::Number::is_migrated),
        kind: if m.urgency() == Urgency::Outage {
            WorkKind::Cutover
        } else if m.waits_for_something() {
            WorkKind::Poll
        } else {
            WorkKind::Ordinary
        },
        calls: 1,
        ahead: ahead(m),
    };
    let admitted =
        if kind == EffectKind::MoveNumber { throttle.begin_move(now, &work) } else { throttle.reserve(now, &work) };
    admitted.map(Admitted::Reserved).map_err(|refusal| denied(&refusal, now))
}

/// The attempt was not journaled after all.
pub(crate) fn withdraw(throttle: &mut Throttle, m: &Migration, attempt: &Attempt, admitted: Admitted, now: Timestamp) {
    let Admitted::Reserved(reservation) = admitted else { return };
    throttle.give_back(now, reservation);
    if attempt.effect.kind() == EffectKind::MoveNumber {
        throttle.end_move(waba_of(m, Side::Destination));
    }
}

/// How many calls usually follow the next one before `m` comes to rest: of a stretch of work that grows old where it is
/// interrupted. A look at something that others have to change is one call.
fn ahead(m: &Migration) -> u32 {
    if m.waits_for_something() || m.urgency() == Urgency::Outage {
        return 0;
    }
    match m.phase() {
        // The token, the node, its numbers and templates, the tag.
        Phase::Draft | Phase::Preflight => 4,
        // Guide 5 to 7 with the readings of the gates, then as below.
        Phase::Provisioning => 5 + CALLS_OF_A_MOVE,
        // The readings of the gates, and the move.
        Phase::ReadyForCutover | Phase::CuttingOver => 2 + CALLS_OF_A_MOVE,
        Phase::Ready
        | Phase::Tagging
        | Phase::AwaitingAcceptance
        | Phase::Settling
        | Phase::Completed
        | Phase::CompletedWithExceptions
        | Phase::Stopped(_) => 0,
    }
}

/// What the throttle has to know of a migration that was just claimed: the calls that were made for it, by whomever.
pub(crate) fn take_up(throttle: &mut Throttle, m: &Migration) {
    for side in [Side::Source, Side::Destination] {
        throttle.know(waba_of(m, side), m.recent_calls().on(side), m.limited_until(side));
        if m.destination().is_none() {
            break;
        }
    }
    if m.numbers().any(unmoor_migration::Number::is_under_way) {
        throttle.resume_move(waba_of(m, Side::Destination));
    }
}

/// After a commit: a register that follows is counted, and the place of a move that is over is free.
pub(crate) fn follow(throttle: &mut Throttle, m: &Migration, now: Timestamp) {
    let Some(destination) = m.destination() else { return };
    let open = m.open_attempt().map(|open| open.effect.kind());
    if open == Some(EffectKind::RegisterNumber) {
        throttle.count(now, m.id().source(), &destination.waba, 1);
    } else if open == Some(EffectKind::SetStorageRegion) {
        // It is set and read back.
        throttle.count(now, m.id().source(), &destination.waba, 2);
    }
    let is_under_way = m.numbers().any(unmoor_migration::Number::is_under_way);
    if !is_under_way {
        throttle.end_move(&destination.waba);
    }
    // What waits for a person, or for the fleet, begins no move by itself.
    let may_begin = m.turn().is_none_or(|turn| turn == Turn::Time);
    let is_near = matches!(m.phase(), Phase::ReadyForCutover | Phase::CuttingOver) && may_begin && !is_under_way;
    throttle.expect_move(now, &destination.waba, is_near);
}

/// The claim has ended: whatever is still under way waits for its next one.
pub(crate) fn leave(throttle: &mut Throttle, m: &Migration, now: Timestamp) {
    throttle.leave(now, m.id().source(), waba_of(m, Side::Destination));
}

fn waba_of(m: &Migration, side: Side) -> &WabaId {
    match m.destination() {
        Some(destination) if side == Side::Destination => &destination.waba,
        Some(_) | None => m.id().source(),
    }
}

fn denied(refusal: &Refusal, now: Timestamp) -> Denied {
    let until = match refusal {
        Refusal::NotInHand { calls } => return Denied::NotInHand(*calls),
        Refusal::NotBefore { until, .. } => *until,
        Refusal::MovesFull { .. } => after(now, MOVES_FULL),
        Refusal::TooLarge { .. } => after(now, SignedDuration::from_hours(1)),
    };
    Denied::Throttled(Throttled { until, lane: refusal.to_string() })
}
