//! Before the tag, and the tag itself (guide R1, 1 and 2).

use super::{Next, Wait, adoption, attempt, interval, poll};
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::Effect;
use crate::event::Fact;
use crate::gate::{self, GREATEST_AGE_AT_TAG, Gate};
use crate::input::Surroundings;
use crate::migration::Migration;
use crate::number::Number;
use crate::observed::TokenKind;
use crate::phase::Phase;
use crate::reading::Answer;

pub(super) fn next(m: &Migration, s: &Surroundings<'_>) -> Next {
    if let Some(next) = adoption::first(m, s) {
        return next;
    }
    let into_tagging = || Next::Record(Fact::PhaseEntered { phase: Phase::Tagging });
    if m.intent.is_some() {
        // It is tagged: what has to come before the tag comes too late, and is a gate of the move where it matters still.
        let not_released = || Next::Wait(Wait::because(Blocker::new(BlockerCode::NotReleased, m.phase_entered_at)));
        return if m.started.is_some() { into_tagging() } else { not_released() };
    }
    not_ready(m, s).unwrap_or_else(into_tagging)
}

/// What has to come before the tag; `None` when the WABA may be tagged now.
fn not_ready(m: &Migration, s: &Surroundings<'_>) -> Option<Next> {
    let mut wait = Wait::default();
    for (blocker, effect, read_at) in obstacles(m, s) {
        let every = interval(m, s, &blocker);
        wait.block(blocker);
        // What nobody has released is looked at on demand only.
        if (m.started.is_some() || m.is_outdated(read_at))
            && let Some(next) = poll(m, s, effect, Some(read_at), every, &mut wait)
        {
            return Some(next);
        }
    }
    if m.started.is_none() {
        wait.block(Blocker::new(BlockerCode::NotReleased, m.phase_entered_at));
    }
    if !wait.blockers.is_empty() {
        return Some(Next::Wait(wait));
    }
    let numbers_are_fresh =
        m.source.numbers_at.is_some_and(|at| s.now.duration_since(at) <= GREATEST_AGE_AT_TAG && !m.is_outdated(at));
    if !numbers_are_fresh {
        let read = Effect::ReadSourceNumbers { token: TokenKind::SourceBusiness };
        return Some(attempt(m, s, read, &mut wait).unwrap_or(Next::Wait(wait)));
    }
    None
}

/// Guide 2.
pub(super) fn tag(m: &Migration, s: &Surroundings<'_>) -> Next {
    if m.intent.is_some() {
        return Next::Record(Fact::PhaseEntered { phase: Phase::AwaitingAcceptance });
    }
    if let Some(next) = adoption::first(m, s) {
        return next;
    }
    let mut wait = Wait::default();
    let Some(next) = attempt(m, s, Effect::SetIntent, &mut wait) else { return Next::Wait(wait) };
    // A pause, or the wait after a try without an answer, may lie between the checks and this one (rule 16).
    not_ready(m, s).unwrap_or(next)
}

/// What must be cleared before the tag, with the read that shows it and when that was made last.
fn obstacles(m: &Migration, s: &Surroundings<'_>) -> Vec<(Blocker, Effect, jiff::Timestamp)> {
    let mut found = Vec::new();
    let check = Effect::CheckToken { token: TokenKind::SourceBusiness, waba: m.customer.source_waba.clone() };
    if let Some(token) = &m.source.token {
        if !token.value.valid {
            found.push((Blocker::new(BlockerCode::TokenInvalid, s.now), check, token.at));
        } else if token.value.management == Answer::No || token.value.messaging == Answer::No {
            let missing = match (token.value.management, token.value.messaging) {
                (Answer::No, Answer::No) => "whatsapp_business_management and whatsapp_business_messaging are missing",
                (Answer::No, _) => "whatsapp_business_management is missing",
                _ => "whatsapp_business_messaging is missing",
            };
            found.push((Blocker::new(BlockerCode::TokenScopeMissing, s.now).saying(missing), check, token.at));
        }
    }
    if let Some(account) = &m.source.account {
        if account.value.is_owned_by_partner() {
            let words = format!("ownership_type is {}", account.value.ownership.as_deref().unwrap_or("unknown"));
            let blocker = Blocker::new(BlockerCode::WabaOwnedByPartner, s.now).saying(words);
            found.push((blocker, Effect::ReadSource, account.at));
        }
        if let Some(review) = account.value.review.as_deref().filter(|review| *review != "APPROVED") {
            let blocker = Blocker::new(BlockerCode::SourceNotApproved, s.now)
                .saying(format_args!("account_review_status is {review}"));
            found.push((blocker, Effect::ReadSource, account.at));
        }
    }
    let Some(numbers_at) = m.source.numbers_at else { return found };
    let list = || Effect::ReadSourceNumbers { token: TokenKind::SourceBusiness };
    let movable: Vec<&Number> = m.numbers.values().filter(|number| number.reason_to_skip().is_none()).collect();
    if movable.is_empty() {
        found.push((no_connected_number(m, s), list(), numbers_at));
    }
    if s.policy.two_step_before_tag {
        for number in movable {
            let reading = gate::read(m, number, Gate::TwoStepOff);
            if !reading.is_open() {
                found.push((reading.blocker(m, Some(number), s.now), list(), numbers_at));
            }
        }
    }
    found
}

/// A migration without a number to move is a matter for a person, never a success.
pub(super) fn no_connected_number(m: &Migration, s: &Surroundings<'_>) -> Blocker {
    let skipped =
        m.numbers.values().filter_map(|number| number.reason_to_skip().map(|why| format!("{}: {why}", number.number)));
    let unreadable = m
        .source
        .unreadable_numbers
        .iter()
        .map(|entry| format!("{}: it cannot be read as a phone number", entry.display));
    let words: Vec<String> = skipped.chain(unreadable).collect();
    let blocker = Blocker::new(BlockerCode::NoConnectedNumber, s.now);
    if words.is_empty() { blocker.saying("the source WABA lists no number") } else { blocker.saying(words.join("; ")) }
}
