//! After the last number: settings and templates are compared, the first 24 hours are watched (guide T9), what was left behind is
//! recorded.

use jiff::{SignedDuration, Timestamp};

use super::{Next, Wait, attempt, settings};
use crate::effect::Effect;
use crate::event::Fact;
use crate::input::Surroundings;
use crate::migration::Migration;
use crate::number::{Number, NumberState};
use crate::observed::{DestinationTemplates, ListedNumber};
use crate::phase::Phase;
use crate::retry::after;
use crate::templates::{self, TemplateKey};

/// The first look at the destination's templates: the vendor's copies take a while.
const FIRST_LOOK: SignedDuration = SignedDuration::from_mins(10);

/// The last look, when the new templates' UNKNOWN quality ends.
const LAST_LOOK: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn next(m: &Migration, s: &Surroundings<'_>) -> Next {
    let unreadable = || m.source.unreadable_numbers.iter().find_map(|entry| not_a_number(m, entry));
    if let Some(exception) = m.numbers.values().find_map(|number| left_behind(m, number)).or_else(unreadable) {
        return Next::Record(Fact::ExceptionRecorded { exception });
    }
    let mut wait = Wait::default();
    if let Some(next) = settings::after_cutover(m, s, &mut wait) {
        return next;
    }
    let next = match &m.source.templates {
        Some(source) if source.value.eligible().next().is_some() => watch(m, s),
        Some(_) | None => settle(m, &DestinationTemplates { statuses: std::collections::BTreeMap::new() }),
    };
    if wait == Wait::default() { next } else { waiting_for_both(next, wait) }
}

/// Settings that wait hold up the end, and nothing else.
fn waiting_for_both(next: Next, mut wait: Wait) -> Next {
    match next {
        Next::Wait(other) => {
            other.blockers.into_iter().for_each(|blocker| wait.block(blocker));
            if let Some(until) = other.until {
                wait.look_at(until);
            }
            Next::Wait(wait)
        }
        Next::Record(Fact::PhaseEntered { .. }) => Next::Wait(wait),
        next @ (Next::Record(_) | Next::Call(_) | Next::Rest) => next,
    }
}

fn left_behind(m: &Migration, number: &Number) -> Option<String> {
    let NumberState::Skipped { reason } = &number.state else { return None };
    let exception = format!("{} was not moved: {reason}", number.number);
    (!m.exceptions.contains(&exception)).then_some(exception)
}

/// An entry of the source's list that cannot be read as a phone number, and so cannot be moved.
fn not_a_number(m: &Migration, entry: &ListedNumber) -> Option<String> {
    let exception = format!(
        "{} was not moved: it cannot be read as a phone number (id {}, status {})",
        entry.display,
        entry.id,
        entry.status.as_deref().unwrap_or("not shown")
    );
    (!m.exceptions.contains(&exception)).then_some(exception)
}

fn watch(m: &Migration, s: &Surroundings<'_>) -> Next {
    let over_at = cutover_ended_at(m);
    let (first, last) = (after(over_at, FIRST_LOOK), after(over_at, LAST_LOOK));
    let mut wait = Wait::default();
    let reading = m.destination.as_ref().and_then(|destination| destination.templates.as_ref());
    let wanted = if s.now >= last { last } else { first };
    if s.now < wanted {
        wait.look_at(wanted);
        return Next::Wait(wait);
    }
    match reading {
        Some(reading) if reading.at >= last => settle(m, &reading.value),
        Some(reading) if reading.at >= wanted && !m.is_outdated(reading.at) => {
            wait.look_at(last);
            Next::Wait(wait)
        }
        Some(_) | None => match &m.destination {
            Some(destination) => {
                let read = Effect::ReadDestinationTemplates { destination: destination.waba.clone() };
                attempt(m, s, read, &mut wait).unwrap_or(Next::Wait(wait))
            }
            // A cutover without a destination cannot be; nothing is left to compare.
            None => settle(m, &DestinationTemplates { statuses: std::collections::BTreeMap::new() }),
        },
    }
}

fn cutover_ended_at(m: &Migration) -> Timestamp {
    m.numbers.values().filter_map(|number| number.verified_at).max().unwrap_or(m.phase_entered_at)
}

fn settle(m: &Migration, found: &DestinationTemplates) -> Next {
    if m.templates.is_none()
        && let Some(source) = &m.source.templates
    {
        return Next::Record(Fact::TemplatesSettled { balance: templates::balance(&source.value, found) });
    }
    let eligible = m.source.templates.iter().flat_map(|source| source.value.eligible());
    let exception =
        eligible.filter_map(|template| lost(&template.key, found)).find(|exception| !m.exceptions.contains(exception));
    if let Some(exception) = exception {
        return Next::Record(Fact::ExceptionRecorded { exception });
    }
    let phase = if m.exceptions.is_empty() { Phase::Completed } else { Phase::CompletedWithExceptions };
    Next::Record(Fact::PhaseEntered { phase })
}

/// An eligible template that the destination cannot use (guide T3, T5).
fn lost(key: &TemplateKey, found: &DestinationTemplates) -> Option<String> {
    match found.statuses.get(key).map(String::as_str) {
        Some("REJECTED") => Some(format!("template {key} was rejected when it was checked again")),
        Some(_) => None,
        None => Some(format!("template {key} was not duplicated")),
    }
}
