//! After a restore: what is true at the vendor's is read again before anything else is done.

use jiff::{SignedDuration, Timestamp};

use super::{Next, Wait, attempt};
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::Effect;
use crate::event::Fact;
use crate::fleet::Recovery;
use crate::input::Surroundings;
use crate::migration::Migration;
use crate::observed::TokenKind;
use crate::phase::Phase;
use crate::retry::after;

/// Whoever ends the recovery wakes those who wait for it; this is the backstop.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// What has to be read first; `None` where nothing has.
pub(super) fn first(m: &Migration, s: &Surroundings<'_>) -> Option<Next> {
    let since = match s.fleet.recovery.as_ref()? {
        Recovery::Needed { why, at } => {
            return Some(Next::Wait(waiting(Blocker::new(BlockerCode::Recovering, *at).saying(why), s)));
        }
        Recovery::Reading { since } | Recovery::Over { since } => *since,
    };
    (!m.is_recovered_since(since)).then(|| read(m, since, s))
}

/// While the others are read, facts are taken in and no call is made.
pub(super) fn held_back(next: Next, s: &Surroundings<'_>) -> Next {
    match (&next, &s.fleet.recovery) {
        (Next::Call(_), Some(Recovery::Reading { since })) => {
            Next::Wait(waiting(Blocker::new(BlockerCode::Recovering, *since), s))
        }
        _ => next,
    }
}

fn waiting(blocker: Blocker, s: &Surroundings<'_>) -> Wait {
    Wait { until: Some(after(s.now, LOOK_AGAIN)), ..Wait::because(blocker) }
}

fn read(m: &Migration, since: Timestamp, s: &Surroundings<'_>) -> Next {
    for Reading { effect, read_at, may_be_refused } in owed(m) {
        let refused_at = m.troubles.get(&effect.kind()).map(|trouble| trouble.at).filter(|_| may_be_refused);
        if read_at.max(refused_at).is_some_and(|at| at >= since) {
            continue;
        }
        let mut wait = Wait::default();
        if let Some(next) = attempt(m, s, effect, &mut wait) {
            return next;
        }
        wait.block(Blocker::new(BlockerCode::Recovering, since).saying("this customer could not be read yet"));
        return Next::Wait(wait);
    }
    Next::Record(Fact::Recovered { since })
}

struct Reading {
    effect: Effect,
    read_at: Option<Timestamp>,
    /// Access may have ended rightly: then there is nothing more to learn there.
    may_be_refused: bool,
}

/// What is true of a migration that stands where it does, and when that was read last. What comes after acceptance and has no
/// token yet is read when it has one, before any number is chosen (`provisioning`).
fn owed(m: &Migration) -> Vec<Reading> {
    let mut owed = Vec::new();
    if *m.phase() == Phase::Draft || m.source.token.is_none() {
        return owed;
    }
    if m.phase < Phase::Provisioning
        && let Some(intent) = &m.intent
    {
        let effect = Effect::ReadIntent { intent: intent.id.clone() };
        let read_at = intent.status.as_ref().map(|status| status.at);
        owed.push(Reading { effect, read_at, may_be_refused: false });
    }
    if let Some(d) = m.destination.as_ref().filter(|d| d.token_fetched_at.is_some()) {
        let effect = Effect::ReadDestinationNumbers { destination: d.waba.clone() };
        owed.push(Reading { effect, read_at: d.numbers.as_ref().map(|numbers| numbers.at), may_be_refused: false });
        let effect = Effect::ReadSubscriptions { destination: d.waba.clone() };
        let read_at = d.subscriptions.as_ref().map(|subscriptions| subscriptions.at);
        owed.push(Reading { effect, read_at, may_be_refused: true });
    }
    if m.phase < Phase::Settling && !m.has_begun() {
        let effect = Effect::ReadSourceNumbers { token: TokenKind::SourceBusiness };
        owed.push(Reading { effect, read_at: m.source.numbers_at, may_be_refused: true });
    }
    owed
}
