//! The template gate: where policy asks for it, no number moves before a named person has accepted what is lost.

use super::{Next, Wait, attempt, interval, poll};
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::Effect;
use crate::input::{Surroundings, TemplateGate};
use crate::migration::Migration;

/// Waits while something is lost that nobody has accepted. The source is looked at again meanwhile: a template that is mended
/// there is lost no longer.
pub(super) fn not_accepted(m: &Migration, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    if !is_asked(m, s) {
        return None;
    }
    let Some((forecast, read_at)) = m.template_forecast(s.policy.template_limit).zip(m.source.templates.as_ref())
    else {
        // Nobody knows what is lost.
        return attempt(m, s, read(s), wait);
    };
    let losses = forecast.losses();
    let words = match &m.loss_acceptance {
        Some(accepted) if losses.are_covered_by(&accepted.losses) => return None,
        Some(accepted) => {
            let beyond = losses.beyond(&accepted.losses);
            format!("{beyond}, beyond what {} accepted at {:.0}", accepted.by, accepted.at)
        }
        None if losses.is_empty() => return None,
        None => losses.to_string(),
    };
    let blocker = Blocker::new(BlockerCode::TemplateLossNotAccepted, s.now).saying(words);
    let every = interval(m, s, &blocker);
    wait.block(blocker);
    if m.source_is_lost() {
        return None;
    }
    poll(m, s, read(s), Some(read_at.at), every, wait)
}

/// Reads the source's templates again where the gate is asked for and its reading is too old. A source that can be read no
/// longer is judged by what was read of it last.
pub(super) fn refresh(m: &Migration, s: &Surroundings<'_>) -> Option<Next> {
    let read_at = m.source.templates.as_ref().filter(|_| is_asked(m, s) && !m.source_is_lost())?.at;
    let is_stale = s.now.duration_since(read_at) > s.pace.greatest_age || m.is_outdated(read_at);
    if !is_stale {
        return None;
    }
    let mut wait = Wait::default();
    Some(attempt(m, s, read(s), &mut wait).unwrap_or(Next::Wait(wait)))
}

/// With the first number that has begun the templates have begun too: nothing is decided about them any more.
fn is_asked(m: &Migration, s: &Surroundings<'_>) -> bool {
    s.policy.template_gate == TemplateGate::Losses && !m.has_begun()
}

/// A newer list comes with newer contents, where policy needs them.
fn read(s: &Surroundings<'_>) -> Effect {
    Effect::ReadSourceTemplates { keep_contents: s.policy.missing_templates.needs_contents() }
}
