//! Which calls may be made now: the machine's effects in the throttle's terms.

use jiff::{SignedDuration, Timestamp};
use unmoor_migration::retry::after;
use unmoor_migration::{Attempt, EffectKind, Migration, Phase, Throttled, Urgency, WabaId};

use crate::throttle::{Refusal, Throttle, Work, WorkKind};

/// Calls reserved with a move: the move, its probe, the register, its probe, and the list that verifies it.
const CALLS_OF_A_MOVE: u32 = 5;

/// When to ask again while as many moves as may be are under way.
const MOVES_FULL: SignedDuration = SignedDuration::from_secs(2);

/// Reserves what `attempt` needs.
///
/// # Errors
/// [`Throttled`]: the limit in the way, and until when.
pub(crate) fn admit(
    throttle: &mut Throttle,
    m: &Migration,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<(), Throttled> {
    let kind = attempt.effect.kind();
    // Its calls were reserved with its move, and nothing may hold it up (rules 2 and 3).
    if !kind.is_graph_call() || kind == EffectKind::RegisterNumber {
        return Ok(());
    }
    let work = Work {
        waba: lane(m, kind).clone(),
        has_registered_number: m.phase() < &Phase::Provisioning
            || m.numbers().any(unmoor_migration::Number::is_migrated),
        kind: if m.urgency() == Urgency::Outage {
            WorkKind::Cutover
        } else if m.blockers().is_empty() {
            WorkKind::Ordinary
        } else {
            WorkKind::Poll
        },
        calls: 1,
    };
    let admitted = if kind == EffectKind::MoveNumber {
        throttle.begin_move(now, &Work { calls: CALLS_OF_A_MOVE, ..work })
    } else {
        throttle.reserve(now, &work)
    };
    admitted.map(drop).map_err(|refusal| later(&refusal, now))
}

/// Frees the place of a move that is over, or takes one for a move that another process began.
pub(crate) fn follow(throttle: &mut Throttle, m: &Migration, now: Timestamp) {
    let Some(destination) = m.destination() else { return };
    if m.numbers().any(unmoor_migration::Number::is_under_way) {
        throttle.resume_move(now, &destination.waba);
    } else {
        throttle.end_move(&destination.waba);
    }
}

/// The WABA whose limit a call counts against.
fn lane(m: &Migration, kind: EffectKind) -> &WabaId {
    let of_source = matches!(
        kind,
        EffectKind::CheckSourceToken
            | EffectKind::ReadSource
            | EffectKind::ReadSourceNumbers
            | EffectKind::ReadSourceTemplates
            | EffectKind::SetIntent
            | EffectKind::ReadIntent
    );
    match m.destination() {
        Some(destination) if !of_source => &destination.waba,
        Some(_) | None => m.id().source(),
    }
}

fn later(refusal: &Refusal, now: Timestamp) -> Throttled {
    let until = match refusal {
        Refusal::NotBefore { until, .. } => *until,
        Refusal::MovesFull { .. } => after(now, MOVES_FULL),
        Refusal::TooLarge { .. } => after(now, SignedDuration::from_hours(1)),
    };
    Throttled { until, lane: refusal.to_string() }
}
