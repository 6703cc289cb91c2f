//! The customer's turn (guide 3), watched by reading the intent (guide 4).

use jiff::{SignedDuration, Timestamp};

use super::{Next, Wait, adoption, interval, poll};
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::Effect;
use crate::event::Fact;
use crate::input::Surroundings;
use crate::migration::{Intent, Migration};
use crate::phase::{Phase, Stop};
use crate::retry::{after, patience};

pub(super) fn next(m: &Migration, s: &Surroundings<'_>) -> Next {
    let Some(intent) = &m.intent else {
        // Unreachable through `apply`: Tagging is left only with an intent.
        return Next::Wait(Wait::because(Blocker::new(BlockerCode::IntentOutcomeUnknown, s.now)));
    };
    let mut wait = Wait::default();
    if let Some(next) = adoption::next(m, s, &mut wait).or_else(|| verdict(m, intent)) {
        return next;
    }
    let blocker = standing(intent, s);
    let every = if blocker.code == BlockerCode::AwaitingAcceptance {
        patience(intent.set_at, s.now)
    } else {
        interval(m, s, &blocker)
    };
    wait.block(blocker);
    if intent.is_pending() {
        // Those that fell due together, in a pause for instance, are one.
        let mut count = intent.reminders;
        while s.now >= reminder_due(intent.set_at, count) {
            count += 1;
        }
        if count > intent.reminders {
            return Next::Record(Fact::Reminded { count });
        }
        wait.look_at(reminder_due(intent.set_at, count));
    }
    let read_at = intent.status.as_ref().map_or(intent.set_at, |status| status.at);
    let read = Effect::ReadIntent { intent: intent.id.clone() };
    poll(m, s, read, Some(read_at), every, &mut wait).unwrap_or(Next::Wait(wait))
}

/// Only `ACCEPTED` with a destination proceeds (guide 4.6, rule 1), and only `REJECTED` ends it. `COMPLETED` says that
/// everything is over: it proceeds where a person says to have seen the acceptance that this journal lacks.
fn verdict(m: &Migration, intent: &Intent) -> Option<Next> {
    if intent.accepted_at.is_some() {
        return Some(Next::Record(Fact::PhaseEntered { phase: Phase::Provisioning }));
    }
    let status = intent.status.as_ref()?;
    match status.value.as_str() {
        "ACCEPTED" => accepted(m, intent),
        "COMPLETED" if intent.acceptance_seen.is_some() => accepted(m, intent),
        "REJECTED" => Some(Next::Record(Fact::PhaseEntered { phase: Phase::Stopped(Stop::Rejected) })),
        _ => None,
    }
}

fn accepted(m: &Migration, intent: &Intent) -> Option<Next> {
    let destination = intent.shown_destination.clone()?;
    (destination != m.customer.source_waba).then_some(Next::Record(Fact::Accepted { destination }))
}

fn standing(intent: &Intent, s: &Surroundings<'_>) -> Blocker {
    match intent.status.as_ref().map(|status| status.value.as_str()) {
        None | Some("INITIATED") => Blocker::new(BlockerCode::AwaitingAcceptance, intent.set_at),
        Some("COMPLETED") if intent.acceptance_seen.is_none() => Blocker::new(BlockerCode::IntentStatusUnknown, s.now)
            .saying(
                "status COMPLETED, but acceptance was not seen here; if it was seen before, run \
                 `unmoor adopt CUSTOMER --intent ID --acceptance-seen WHERE`",
            ),
        Some("ACCEPTED" | "COMPLETED") => Blocker::new(BlockerCode::DestinationUnknown, s.now)
            .saying("the answer names no WABA but the source's, or none at all"),
        Some(status) => Blocker::new(BlockerCode::IntentStatusUnknown, s.now).saying(format_args!("status {status}")),
    }
}

/// Reminders after 1, 3, 7 and 14 days, then every two weeks.
fn reminder_due(set_at: Timestamp, sent: u32) -> Timestamp {
    let days = match sent {
        0 => 1,
        1 => 3,
        2 => 7,
        sent => 14 * i64::from(sent - 2),
    };
    after(set_at, SignedDuration::from_hours(24 * days))
}
