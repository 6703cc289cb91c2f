//! Between acceptance and cutover: token, subscription, numbers (guide 5 to 7), and everything a move will need.

use jiff::Timestamp;

use super::cutover::reading_gates;
use super::ready::no_connected_number;
use super::{Next, Wait, attempt, interval, poll};
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::{Effect, EffectKind};
use crate::event::Fact;
use crate::gate::TOKEN_VALIDITY;
use crate::input::Surroundings;
use crate::migration::{Destination, Migration};
use crate::number::{Number, NumberState, Skip};
use crate::observed::TokenKind;
use crate::phase::Phase;
use crate::reading::Answer;
use crate::retry::{Failure, after};
use crate::{Cause, E164};

pub(super) fn next(m: &Migration, s: &Surroundings<'_>) -> Next {
    let Some(destination) = &m.destination else {
        // Unreachable through `apply`: acceptance comes with a destination.
        return Next::Wait(Wait::because(Blocker::new(BlockerCode::DestinationUnknown, s.now)));
    };
    let mut wait = Wait::default();
    let steps = [business_token, subscription, source_numbers];
    for step in steps {
        if let Some(next) = step(m, destination, s, &mut wait) {
            return next;
        }
        if wait != Wait::default() {
            return Next::Wait(wait);
        }
    }
    if let Some(fact) = classify(m) {
        return Next::Record(fact);
    }
    if m.eligible().next().is_none() {
        let blocker = no_connected_number(m, s);
        let every = interval(m, s, &blocker);
        wait.block(blocker);
        return poll(m, s, list_source(m), m.source.numbers_at, every, &mut wait).unwrap_or(Next::Wait(wait));
    }
    let numbers: Vec<&Number> = m.eligible().collect();
    if let Some(next) = reading_gates(m, s, &numbers, &mut wait) {
        return next;
    }
    if wait != Wait::default() {
        return Next::Wait(wait);
    }
    if let Some(number) = m.eligible().find(|number| !number.pin_sealed) {
        let seal = Effect::SealPin { number: number.number.clone() };
        return attempt(m, s, seal, &mut wait).unwrap_or(Next::Wait(wait));
    }
    Next::Record(Fact::PhaseEntered { phase: Phase::ReadyForCutover })
}

/// Guide 5, and what the fetched token is good for.
pub(super) fn business_token(m: &Migration, d: &Destination, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    let Some(portfolio) = m.portfolio() else {
        let blocker = Blocker::new(BlockerCode::PortfolioUnknown, s.now);
        let every = interval(m, s, &blocker);
        wait.block(blocker);
        return poll(m, s, Effect::ReadSource, m.source.account.as_ref().map(|account| account.at), every, wait);
    };
    let fetch = Effect::FetchBusinessToken { portfolio: portfolio.clone() };
    let Some(fetched_at) = d.token_fetched_at else { return attempt(m, s, fetch, wait) };
    let check = Effect::CheckToken { token: TokenKind::DestinationBusiness, waba: d.waba.clone() };
    let Some(token) = &d.token else { return attempt(m, s, check, wait) };
    let facts = &token.value;
    let blocker = if !facts.valid {
        Blocker::new(BlockerCode::TokenInvalid, s.now)
    } else if facts.management == Answer::No || facts.messaging == Answer::No {
        Blocker::new(BlockerCode::TokenScopeMissing, s.now).saying("the fetched token does not reach the new WABA")
    } else if facts.expires_at.is_some_and(|expires_at| expires_at < after(s.now, TOKEN_VALIDITY)) {
        Blocker::new(BlockerCode::TokenExpiresSoon, s.now)
    } else {
        return None;
    };
    let every = interval(m, s, &blocker);
    wait.block(blocker);
    // The grant may have come since, or another token: fetch again, then check that.
    poll(m, s, fetch, Some(fetched_at), every, wait)
}

/// Guide 6. Whether it holds is a gate; here it is made once.
fn subscription(m: &Migration, d: &Destination, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    if d.subscribed_at.is_none() {
        return attempt(m, s, subscribe(m, d), wait);
    }
    if d.subscriptions.is_none() {
        return attempt(m, s, Effect::ReadSubscriptions { destination: d.waba.clone() }, wait);
    }
    None
}

pub(super) fn subscribe(m: &Migration, d: &Destination) -> Effect {
    Effect::Subscribe { destination: d.waba.clone(), callback_url: m.customer.callback_url.clone() }
}

/// Guide 7, once more after acceptance; and the destination's node.
fn source_numbers(m: &Migration, d: &Destination, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    let accepted_at = m.intent.as_ref().and_then(|intent| intent.accepted_at);
    let read_since_acceptance = m.source.numbers_at.zip(accepted_at).is_some_and(|(read, accepted)| read >= accepted);
    if !read_since_acceptance && !m.source_is_lost() {
        return attempt_list(m, s, wait);
    }
    if d.account.is_none() {
        return attempt(m, s, Effect::ReadDestination { destination: d.waba.clone() }, wait);
    }
    None
}

/// Lists the source's numbers. A refusal to one token is followed at once by a try with the other.
pub(super) fn attempt_list(m: &Migration, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    let just_refused = m
        .troubles
        .get(&EffectKind::ReadSourceNumbers)
        .is_some_and(|trouble| trouble.failures == 1 && is_refusal_of_access(&trouble.last) && s.throttled.is_none());
    if just_refused && m.destination.is_some() {
        return Some(Next::Call(list_source(m)));
    }
    attempt(m, s, list_source(m), wait)
}

/// With the destination's token first, the source's where that was refused (observations: `numbers.source_read_after_accept`).
pub(super) fn list_source(m: &Migration) -> Effect {
    let refused_before = m
        .troubles
        .get(&EffectKind::ReadSourceNumbers)
        .is_some_and(|trouble| trouble.failures % 2 == 1 && is_refusal_of_access(&trouble.last));
    let has_destination_token = m.destination.as_ref().is_some_and(|d| d.token_fetched_at.is_some());
    let token = if has_destination_token && !refused_before {
        TokenKind::DestinationBusiness
    } else {
        TokenKind::SourceBusiness
    };
    Effect::ReadSourceNumbers { token }
}

fn is_refusal_of_access(failure: &Failure) -> bool {
    matches!(
        failure.cause(),
        Some(Cause::PermissionMissing | Cause::ObjectUnknown | Cause::TokenInvalid | Cause::TokenMissing)
    )
}

impl Migration {
    /// Both tokens were refused the source: the customer has removed the old partner too early, and the list of the
    /// preflight is all there is.
    #[must_use]
    pub fn source_is_lost(&self) -> bool {
        self.troubles
            .get(&EffectKind::ReadSourceNumbers)
            .is_some_and(|trouble| trouble.failures >= 2 && is_refusal_of_access(&trouble.last))
    }

    /// When the source's number list was read last.
    #[must_use]
    pub fn source_numbers_at(&self) -> Option<Timestamp> {
        self.source.numbers_at
    }
}

/// Which numbers move: those that are CONNECTED on Cloud API (guide 7).
pub(super) fn classify(m: &Migration) -> Option<Fact> {
    m.numbers.values().find_map(|number| {
        let chosen = |number: &E164| Fact::NumberChosen { number: number.clone() };
        let skipped = |reason: Skip| Fact::NumberSkipped { number: number.number.clone(), reason };
        match (&number.state, number.reason_to_skip()) {
            (NumberState::Listed, None) => Some(chosen(&number.number)),
            (NumberState::Listed | NumberState::Eligible, Some(reason)) => Some(skipped(reason)),
            (NumberState::Skipped { reason: Skip::Cancelled }, _) => None,
            (NumberState::Skipped { .. }, None) => Some(chosen(&number.number)),
            (NumberState::Skipped { reason: known }, Some(reason)) => (*known != reason).then(|| skipped(reason)),
            (
                NumberState::Eligible
                | NumberState::Moving { .. }
                | NumberState::Moved
                | NumberState::Registering { .. }
                | NumberState::Registered
                | NumberState::Verified
                | NumberState::Serving
                | NumberState::Stuck { .. },
                _,
            ) => None,
        }
    })
}
