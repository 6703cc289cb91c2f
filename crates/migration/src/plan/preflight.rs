//! The read-only checks of the source. Nothing is changed, so they may run for any customer at any time.

use super::{Next, Wait, attempt, interval, poll, samples, settings};
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::Effect;
use crate::event::Fact;
use crate::input::Surroundings;
use crate::migration::Migration;
use crate::observed::TokenKind;
use crate::phase::Phase;

pub(super) fn next(m: &Migration, s: &Surroundings<'_>) -> Next {
    let mut wait = Wait::default();
    if let Some(next) = token(m, s, &mut wait) {
        return next;
    }
    // Without a token every other read would only repeat its refusal.
    if !wait.blockers.is_empty() || wait.until.is_some() {
        return Next::Wait(wait);
    }
    let missing = [
        (m.source.account.is_none(), Effect::ReadSource),
        (m.source.numbers_at.is_none(), Effect::ReadSourceNumbers { token: TokenKind::SourceBusiness }),
        (
            m.source.templates.is_none(),
            Effect::ReadSourceTemplates { keep_contents: s.policy.missing_templates.needs_contents() },
        ),
    ];
    let mut complete = true;
    for (is_missing, effect) in missing {
        if is_missing {
            complete = false;
            if let Some(next) = attempt(m, s, effect, &mut wait) {
                return next;
            }
        }
    }
    if complete && let Some(next) = samples::next(m, s, &mut wait) {
        return next;
    }
    if complete && let Some(next) = settings::before(m, s, &mut wait) {
        return next;
    }
    let holds = wait != Wait::default();
    if complete && !holds { Next::Record(Fact::PhaseEntered { phase: Phase::Ready }) } else { Next::Wait(wait) }
}

/// The business token is there, valid, and reaches the source.
fn token(m: &Migration, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    let check = Effect::CheckToken { token: TokenKind::SourceBusiness, waba: m.customer.source_waba.clone() };
    let Some(reading) = &m.source.token else { return attempt(m, s, check, wait) };
    if reading.value.valid {
        return None;
    }
    let blocker = Blocker::new(BlockerCode::TokenInvalid, s.now);
    let every = interval(m, s, &blocker);
    wait.block(blocker);
    poll(m, s, check, Some(reading.at), every, wait)
}
