//! Templates that the vendor did not duplicate are brought over, as the operators' policy says (guide T6): Flows first, then
//! copies on request, then new ones. One that cannot be had never holds up the others (rule 12).

use jiff::Timestamp;

use super::{Next, Wait, attempt, interval, poll, samples};
use crate::blocker::{Blocker, BlockerCode};
use crate::effect::Effect;
use crate::event::Fact;
use crate::input::Surroundings;
use crate::migration::{Destination, Migration};
use crate::number::Doubt;
use crate::observed::DestinationTemplates;
use crate::reading::Reading;
use crate::retry::{ABSENCE_SPACING, after};
use crate::templates::{CREATIONS_PER_HOUR, CarriedState, Means, SourceTemplate, TemplateKey};

/// Most templates of one copying call (observations: `templates.manual_copy`).
const COPIES_OF_A_CALL: usize = 500;

/// How many names a sentence lists.
const NAMES_TOLD: usize = 5;

/// Rule 5 for templates: each whose call had no answer is there, or two reads far enough apart prove that it is not.
pub(super) fn in_doubt(m: &Migration, d: &Destination, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    let doubts: Vec<(&TemplateKey, &Doubt)> = m.template_work.in_doubt().collect();
    if doubts.is_empty() {
        return None;
    }
    let reading = d.templates.as_ref();
    let chosen = |fits: &dyn Fn(&TemplateKey, &Doubt, &Reading<DestinationTemplates>) -> bool| -> Vec<TemplateKey> {
        let Some(reading) = reading else { return Vec::new() };
        let fitting = doubts.iter().filter(|(key, doubt)| reading.at >= doubt.sent_at && fits(key, doubt, reading));
        fitting.map(|(key, _)| (*key).clone()).collect()
    };
    let is_there =
        |key: &TemplateKey, reading: &Reading<DestinationTemplates>| reading.value.statuses.contains_key(key);
    let templates = chosen(&|key, _, reading| is_there(key, reading));
    if !templates.is_empty() {
        return Some(Next::Record(Fact::TemplatesFound { templates }));
    }
    // Presence is believed at once, absence only after the call's full time-out.
    let templates = chosen(&|_, doubt, reading| doubt.absent_at.is_none() && reading.at >= doubt.look_from);
    if let Some(reading) = reading.filter(|_| !templates.is_empty()) {
        return Some(Next::Record(Fact::TemplatesNotFoundOnce { templates, read_at: reading.at }));
    }
    let templates =
        chosen(&|_, doubt, reading| doubt.absent_at.is_some_and(|first| reading.at >= after(first, ABSENCE_SPACING)));
    if !templates.is_empty() {
        return Some(Next::Record(Fact::TemplatesProvenAbsent { templates }));
    }
    look(m, d, s, &doubts, wait)
}

fn look(
    m: &Migration,
    d: &Destination,
    s: &Surroundings<'_>,
    doubts: &[(&TemplateKey, &Doubt)],
    wait: &mut Wait,
) -> Option<Next> {
    let look_at = |(_, doubt): &(&TemplateKey, &Doubt)| {
        let was_read = d.templates.as_ref().is_some_and(|reading| reading.at >= doubt.sent_at);
        match (was_read, doubt.absent_at) {
            (false, None) => s.now,
            (true, None) => doubt.look_from,
            (_, Some(first)) => after(first, ABSENCE_SPACING),
        }
    };
    let next_look = doubts.iter().map(look_at).min().unwrap_or(s.now);
    if s.now >= next_look {
        if let Some(next) = attempt(m, s, read(d), wait) {
            return Some(next);
        }
    } else {
        wait.look_at(next_look);
    }
    let since = doubts.iter().map(|(_, doubt)| doubt.sent_at).min().unwrap_or(s.now);
    let why = doubts.first().map(|(_, doubt)| doubt.why.as_str()).unwrap_or_default();
    let names = names(doubts.iter().map(|(key, _)| *key));
    wait.block(Blocker::new(BlockerCode::TemplateOutcomeUnknown, since).saying(format_args!("{names}: {why}")));
    Some(Next::Wait(std::mem::take(wait)))
}

pub(super) fn read(d: &Destination) -> Effect {
    Effect::ReadDestinationTemplates { destination: d.waba.clone() }
}

/// `a/en, b/de and 3 more`.
pub(super) fn names<'k>(keys: impl ExactSizeIterator<Item = &'k TemplateKey>) -> String {
    let more = keys.len().saturating_sub(NAMES_TOLD);
    let told: Vec<String> = keys.take(NAMES_TOLD).map(ToString::to_string).collect();
    let told = told.join(", ");
    if more == 0 { told } else { format!("{told} and {more} more") }
}

/// By which means `template` is to be brought over now; `None` = by none: it is there, or nothing is left to try.
fn means_now(
    m: &Migration,
    template: &SourceTemplate,
    found: &DestinationTemplates,
    s: &Surroundings<'_>,
) -> Option<Means> {
    let (policy, work) = (s.policy.missing_templates, &m.template_work);
    if found.statuses.contains_key(&template.key) || work.left.contains_key(&template.key) {
        return None;
    }
    let may_create = policy.allows(Means::Create) && Means::Create.suits(template);
    match work.carried.get(&template.key).map(|carried| (&carried.state, carried.means)) {
        None => policy.first_means(template),
        Some((CarriedState::NotThere, means)) => policy.allows(means).then_some(means),
        // What is not copied on request is created.
        Some((CarriedState::Refused { .. }, Means::Copy)) => may_create.then_some(Means::Create),
        Some((CarriedState::Refused { at, .. }, Means::Create)) => {
            (may_create && m.is_asked_for(*at)).then_some(Means::Create)
        }
        Some((CarriedState::Sent | CarriedState::InDoubt { .. } | CarriedState::Taken { .. }, _)) => None,
    }
}

/// Whether `found` lacks something that would be brought over.
pub(super) fn is_owed(m: &Migration, found: &DestinationTemplates, s: &Surroundings<'_>) -> bool {
    let mut source = m.source.templates.iter().flat_map(|source| source.value.iter());
    source.any(|template| means_now(m, template, found, s).is_some())
}

/// The next call that brings templates over; `None` when there is none, and `wait` says what holds any of them up.
pub(super) fn next(
    m: &Migration,
    d: &Destination,
    found: &Reading<DestinationTemplates>,
    s: &Surroundings<'_>,
    wait: &mut Wait,
) -> Option<Next> {
    let source = m.source.templates.iter().flat_map(|source| source.value.iter());
    let owed: Vec<(&SourceTemplate, Means)> =
        source.filter_map(|template| Some((template, means_now(m, template, &found.value, s)?))).collect();
    // A template whose Flow is not there is refused, whichever way it is brought over.
    let flows_first = m.template_work.flows.is_none() && owed.iter().any(|(one, _)| !one.kind.flows.is_empty());
    if flows_first && let Some(next) = attempt(m, s, Effect::MoveFlows { destination: d.waba.clone() }, wait) {
        return Some(next);
    }
    let ready = owed.into_iter().filter(|(one, _)| !flows_first || one.kind.flows.is_empty());
    let (copies, creations): (Vec<_>, Vec<_>) = ready.partition(|(_, means)| *means == Means::Copy);
    copy(m, d, s, &copies, wait).or_else(|| create(m, d, found, s, &creations, wait))
}

fn copy(
    m: &Migration,
    d: &Destination,
    s: &Surroundings<'_>,
    owed: &[(&SourceTemplate, Means)],
    wait: &mut Wait,
) -> Option<Next> {
    if owed.is_empty() {
        return None;
    }
    let templates = owed.iter().take(COPIES_OF_A_CALL).map(|(template, _)| template.key.clone()).collect();
    attempt(m, s, Effect::CopyTemplates { destination: d.waba.clone(), templates }, wait)
}

/// The first template that is ready, or the first step that makes one ready.
fn create(
    m: &Migration,
    d: &Destination,
    found: &Reading<DestinationTemplates>,
    s: &Surroundings<'_>,
    owed: &[(&SourceTemplate, Means)],
    wait: &mut Wait,
) -> Option<Next> {
    let mut by_hand: Vec<(&TemplateKey, String)> = Vec::new();
    for (template, _) in owed {
        if let Some(needs) = m.template_needs(template) {
            by_hand.push((&template.key, needs));
            continue;
        }
        if m.no_room().is_some() {
            continue;
        }
        if m.template_work.contents_at.is_none() {
            match samples::contents(m, s, None, wait) {
                Some(next) => return Some(next),
                None => continue,
            }
        }
        if let Some(next) = make_ready(m, s, template, wait) {
            return Some(next);
        }
        if !is_ready(m, template) {
            continue;
        }
        if let Some(room_at) = m.template_work.may_create_at(s.now) {
            let words = format!("Meta takes {CREATIONS_PER_HOUR} new templates an hour");
            wait.block(Blocker::new(BlockerCode::BudgetExhausted, s.now).saying(words));
            wait.look_at(room_at);
            break;
        }
        let effect = Effect::CreateTemplate { destination: d.waba.clone(), template: template.key.clone() };
        if let Some(next) = attempt(m, s, effect, wait) {
            return Some(next);
        }
    }
    wait_for_a_person(m, d, found.at, s, &by_hand, wait)
}

/// The next sample to be kept or uploaded.
fn make_ready(m: &Migration, s: &Surroundings<'_>, template: &SourceTemplate, wait: &mut Wait) -> Option<Next> {
    if let Some(next) = samples::keep(m, s, template, wait) {
        return Some(next);
    }
    let samples = m.template_work.samples.get(&template.key);
    let (kept, uploaded) = samples.map_or((0, 0), |samples| (samples.kept, samples.uploaded));
    if kept < template.kind.media_samples || uploaded >= kept {
        return None;
    }
    attempt(m, s, Effect::UploadSample { template: template.key.clone(), place: uploaded }, wait)
}

fn is_ready(m: &Migration, template: &SourceTemplate) -> bool {
    let uploaded = m.template_work.samples.get(&template.key).map_or(0, |samples| samples.uploaded);
    uploaded >= template.kind.media_samples
}

/// Somebody may create them by hand: then the destination lists them.
fn wait_for_a_person(
    m: &Migration,
    d: &Destination,
    read_at: Timestamp,
    s: &Surroundings<'_>,
    by_hand: &[(&TemplateKey, String)],
    wait: &mut Wait,
) -> Option<Next> {
    let (_, needs) = by_hand.first()?;
    let names = names(by_hand.iter().map(|(key, _)| *key));
    let since = super::standing_since(m, BlockerCode::TemplateNeedsSamples, None, s.now);
    let blocker = Blocker::new(BlockerCode::TemplateNeedsSamples, since).saying(format_args!("{names}: {needs}"));
    let every = interval(m, s, &blocker);
    wait.block(blocker);
    poll(m, s, read(d), Some(read_at), every, wait)
}
