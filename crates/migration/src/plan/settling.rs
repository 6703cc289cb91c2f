//! After the last number: settings and templates are compared, what is missing is brought over where the operators want that, the
//! first 24 hours are watched (guide T9), what was left behind is recorded.

use jiff::{SignedDuration, Timestamp};

use super::carrying::{self, read};
use super::{Next, Wait, attempt, poll, settings};
use crate::blocker::{Blocker, BlockerCode};
use crate::event::Fact;
use crate::input::Surroundings;
use crate::migration::{Destination, Migration};
use crate::number::{Number, NumberState};
use crate::observed::{DestinationTemplates, ListedNumber};
use crate::phase::Phase;
use crate::reading::Reading;
use crate::retry::{after, review_patience};
use crate::templates::{LeftBehind, MissingTemplates, SourceTemplate, SourceTemplates, Standing, TemplateKey};

/// The first look at the destination's templates: the vendor's copies take a while.
const FIRST_LOOK: SignedDuration = SignedDuration::from_mins(10);

/// The last look, when the new templates' UNKNOWN quality ends; and the end of waiting for the vendor's own copies (rule 14).
const LAST_LOOK: SignedDuration = SignedDuration::from_hours(24);

/// How long the count of the vendor's copies stays as it is before they count as complete, where all of them are there.
const REST_OF_ALL: SignedDuration = SignedDuration::from_hours(1);

/// The same where only some of them are: more may come, and would skip a name that we took.
const REST_OF_SOME: SignedDuration = SignedDuration::from_hours(6);

/// How often the vendor's copies are counted meanwhile.
const COUNT_EVERY: SignedDuration = SignedDuration::from_hours(2);

pub(super) fn next(m: &Migration, s: &Surroundings<'_>) -> Next {
    let unreadable = || m.source.unreadable_numbers.iter().find_map(|entry| not_a_number(m, entry));
    if let Some(exception) = m.numbers.values().find_map(|number| left_behind(m, number)).or_else(unreadable) {
        return Next::Record(Fact::ExceptionRecorded { exception });
    }
    let mut wait = Wait::default();
    if let Some(next) = settings::after_cutover(m, s, &mut wait) {
        return next;
    }
    let next = match (&m.source.templates, &m.destination) {
        (Some(source), Some(destination)) if is_watched(&source.value, s) => watch(m, destination, &source.value, s),
        // Nothing was to come over. A cutover without a destination cannot be.
        (Some(_) | None, _) => settle(m, s),
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

/// Whether anything is expected on the destination: from the vendor, or by our own doing.
fn is_watched(source: &SourceTemplates, s: &Surroundings<'_>) -> bool {
    source.iter().any(|template| template.is_eligible() || s.policy.missing_templates.first_means(template).is_some())
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

fn watch(m: &Migration, d: &Destination, source: &SourceTemplates, s: &Surroundings<'_>) -> Next {
    let over_at = m.cutover_ended_at();
    let (first, last) = (after(over_at, FIRST_LOOK), after(over_at, LAST_LOOK));
    let mut wait = Wait::default();
    if let Some(next) = carrying::in_doubt(m, d, s, &mut wait) {
        return next;
    }
    let Some(found) = d.templates.as_ref().filter(|found| found.at >= first && !m.is_outdated(found.at)) else {
        if s.now < first {
            wait.look_at(first);
            return Next::Wait(wait);
        }
        return attempt(m, s, read(d), &mut wait).unwrap_or(Next::Wait(wait));
    };
    if carrying::is_owed(m, &found.value, s) {
        if m.template_work.at_rest.is_none()
            && let Some(next) = rest(m, d, source, found, last, s, &mut wait)
        {
            return next;
        }
        if m.template_work.at_rest.is_some()
            && let Some(next) = carrying::next(m, d, found, s, &mut wait)
        {
            return next;
        }
    }
    if let Some(next) = review(m, d, found, s, &mut wait) {
        return next;
    }
    if wait != Wait::default() {
        return Next::Wait(wait);
    }
    if found.at >= last {
        return settle(m, s);
    }
    if s.now < last {
        wait.look_at(last);
        return Next::Wait(wait);
    }
    attempt(m, s, read(d), &mut wait).unwrap_or(Next::Wait(wait))
}

/// Rule 14: nothing is written before the count of the vendor's own copies has been stable, or 24 hours have passed.
fn rest(
    m: &Migration,
    d: &Destination,
    source: &SourceTemplates,
    found: &Reading<DestinationTemplates>,
    last: Timestamp,
    s: &Surroundings<'_>,
    wait: &mut Wait,
) -> Option<Next> {
    let expected = u32::try_from(source.eligible().count()).unwrap_or(u32::MAX);
    let (count, since) = m.template_work.copies.map_or((0, found.at), |copies| (copies.found, copies.since));
    let rests_at = match count {
        _ if count >= expected => after(since, REST_OF_ALL),
        // Where nothing has come at all, that says nothing about what may come.
        0 => last,
        _ => after(since, REST_OF_SOME).min(last),
    };
    if found.at >= rests_at {
        return Some(Next::Record(Fact::CopiesAtRest { found: count, expected }));
    }
    let look_at = rests_at.min(after(found.at, COUNT_EVERY));
    if s.now >= look_at {
        return attempt(m, s, read(d), wait);
    }
    wait.look_at(look_at);
    None
}

/// What we brought over is watched until the vendor has decided, or a person has.
fn review(
    m: &Migration,
    d: &Destination,
    found: &Reading<DestinationTemplates>,
    s: &Surroundings<'_>,
    wait: &mut Wait,
) -> Option<Next> {
    let is_open = |key: &TemplateKey, taken_at: Timestamp| {
        let status = found.value.statuses.get(key).map(String::as_str);
        let is_undecided = status.is_some_and(|status| matches!(status, "PENDING" | "IN_APPEAL"));
        !m.template_work.left.contains_key(key) && (found.at < taken_at || is_undecided)
    };
    let open: Vec<(&TemplateKey, Timestamp)> = m
        .template_work
        .taken()
        .filter(|(key, _, taken_at)| is_open(key, *taken_at))
        .map(|(key, _, taken_at)| (key, taken_at))
        .collect();
    let since = open.iter().map(|(_, taken_at)| *taken_at).min()?;
    let latest = open.iter().map(|(_, taken_at)| *taken_at).max()?;
    let names = carrying::names(open.iter().map(|(key, _)| *key));
    wait.block(Blocker::new(BlockerCode::TemplateInReview, since).saying(names));
    let every = review_patience(since, s.now);
    poll(m, s, read(d), Some(found.at.max(latest)), every, wait)
}

fn settle(m: &Migration, s: &Surroundings<'_>) -> Next {
    if m.templates.is_none() && m.source.templates.is_some() {
        return Next::Record(Fact::TemplatesSettled { balance: m.template_balance() });
    }
    let source = m.source.templates.as_ref().map(|source| &source.value);
    let mut standings = m.template_standings();
    let exception = standings.find_map(|(key, standing)| {
        let template = source?.get(key)?;
        lost(key, &standing, template, s.policy.missing_templates).filter(|exception| !m.exceptions.contains(exception))
    });
    if let Some(exception) = exception {
        return Next::Record(Fact::ExceptionRecorded { exception });
    }
    let phase = if m.exceptions.is_empty() { Phase::Completed } else { Phase::CompletedWithExceptions };
    Next::Record(Fact::PhaseEntered { phase })
}

/// A template that the destination cannot use, although it was to (guide T3, T5, T6).
fn lost(key: &TemplateKey, standing: &Standing, template: &SourceTemplate, policy: MissingTemplates) -> Option<String> {
    match standing {
        Standing::Duplicated | Standing::Carried { .. } => None,
        Standing::RejectedOnRecheck { .. } => Some(format!("template {key} was rejected when it was checked again")),
        Standing::RejectedOnReview { reason } => {
            let reason = reason.as_deref().unwrap_or("no reason is shown");
            Some(format!("template {key} was brought over and rejected: {reason}"))
        }
        Standing::Left(LeftBehind::NotDuplicated) => Some(format!("template {key} was not duplicated")),
        Standing::Left(why) => {
            let was_wanted = template.is_eligible() || policy.first_means(template).is_some();
            was_wanted.then(|| format!("template {key} was left behind: {why}"))
        }
    }
}
