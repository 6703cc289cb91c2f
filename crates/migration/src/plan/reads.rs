//! Calls that several stretches of the way make, with the token that fits, and what a listing of the destination shows.

use jiff::Timestamp;

use super::{Next, Wait, attempt, interval, poll};
use crate::Cause;
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::{Effect, EffectKind};
use crate::gate::TOKEN_VALIDITY;
use crate::input::Surroundings;
use crate::migration::{Destination, Migration};
use crate::number::Number;
use crate::observed::{ListedNumber, TokenKind};
use crate::reading::{Answer, Reading};
use crate::retry::{Failure, after};

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

pub(super) fn subscribe(m: &Migration, d: &Destination) -> Effect {
    Effect::Subscribe { destination: d.waba.clone(), callback_url: m.customer.callback_url.clone() }
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

pub(super) fn find<'a>(listing: &'a Reading<Vec<ListedNumber>>, number: &Number) -> Option<&'a ListedNumber> {
    listing.value.iter().find(|entry| entry.number.as_ref() == Some(&number.number))
}

/// What the destination lists, read at or after `since` and no older than a gate allows.
pub(super) fn fresh_listing<'a>(
    d: &'a Destination,
    since: Timestamp,
    s: &Surroundings<'_>,
) -> Option<&'a Reading<Vec<ListedNumber>>> {
    d.numbers.as_ref().filter(|listing| listing.at >= since && listing.is_fresh(s.now, s.pace.greatest_age))
}
