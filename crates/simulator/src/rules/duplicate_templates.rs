//! Guide T1 to T5: eligible templates are duplicated in the destination, as many as fit (observations: templates.eligible,
//! templates.limit_per_waba, templates.existing_untouched).

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{Fidelity, Rule, templates};
use crate::{
    agenda::Event,
    ids::Id,
    knobs::{CopyOrder, CopyWhen},
    ledger::Change,
    state::{Cause, State},
    webhooks::shapes::templates as shapes,
    world::{RejectedReason, Template, TemplateStatus},
};

pub(super) const RULE: Rule = Rule {
    name: "duplicate_templates",
    says: "Templates that are APPROVED and GREEN are copied, as many as fit, with quality UNKNOWN; a re-check rejects a share",
    source: "guide T1 to T5, T7, T8; observations: templates.eligible, templates.limit_per_waba, templates.existing_untouched",
    fidelity: Fidelity::Simulated,
};

/// Sets the duplication going if `event` is the one that starts it. Once per intent.
pub(crate) fn plan(state: &mut State, cause: Cause, intent: Id, event: CopyWhen) {
    if state.knobs.template_copy_when != event {
        return;
    }
    let Some(entry) = state.world.intents.get_mut(&intent).filter(|intent| !intent.copy_planned) else { return };
    entry.copy_planned = true;
    let delay = SignedDuration::from_secs(state.knobs.template_copy_delay_s.into());
    state.plan_after(cause.at, delay, Event::TemplatesCopied { intent });
}

/// Copies what is eligible: same status, new id, quality unknown. What the destination has keeps its place.
pub(crate) fn copy(state: &mut State, cause: Cause, intent: Id) {
    let Some((source, destination)) = state.world.intents.get(&intent).map(|intent| (intent.waba, intent.destination))
    else {
        return;
    };
    let (copies, left_out) = fitting(state, cause, source, destination);
    templates::add(state, cause.at, destination, copies.clone());
    for copy in &copies {
        let mut change = Change::new("template.copied", source)
            .template(copy.label())
            .with("destination_waba", destination)
            .with("destination_template", copy.id);
        if let Some(original) = copy.copied_from {
            change = change.with("source_template", original);
        }
        state.enter(cause, change);
        plan_recheck(state, cause, destination, copy.id);
    }
    if let Some(template) = left_out {
        shapes::status_updated(state, cause.at, destination, &template, "LIMIT_EXCEEDED", None);
    }
}

/// Copies of what fits, and the first template for which there was no room. A name and language that the destination has is
/// skipped.
fn fitting(state: &State, cause: Cause, source: Id, destination: Id) -> (Vec<Template>, Option<Template>) {
    let limit = templates::limits::of(&state.world, destination);
    let has = state.world.wabas.get(&destination).map(|waba| waba.templates.as_slice()).unwrap_or_default();
    let mut taken: BTreeSet<String> = has.iter().map(Template::label).collect();
    let mut copies = Vec::new();
    for original in eligible(state, source) {
        if !taken.insert(original.label()) {
            continue;
        }
        if has.len() + copies.len() >= limit {
            return (copies, Some(original.clone()));
        }
        copies.push(templates::copy_of(state.seed, original, destination, cause.at));
    }
    (copies, None)
}

/// What the source has to copy, in the order of the knob.
fn eligible(state: &State, source: Id) -> Vec<&Template> {
    let Some(waba) = state.world.wabas.get(&source) else { return Vec::new() };
    let mut eligible: Vec<&Template> = waba.templates.iter().filter(|template| template.is_duplicated()).collect();
    eligible.sort_by(|a, b| {
        let by_name = (&a.name, &a.language).cmp(&(&b.name, &b.language));
        match state.knobs.template_copy_order {
            CopyOrder::NewestFirst => b.created_at.cmp(&a.created_at).then(by_name),
            CopyOrder::Name => by_name,
        }
    });
    eligible
}

fn plan_recheck(state: &mut State, cause: Cause, waba: Id, template: Id) {
    let share = state.knobs.template_reject_rate;
    let disputed = templates::find(state, template).is_some_and(|(_, copy)| copy.is_disputed());
    if disputed || state.seed.draw(&["recheck", &template.to_string()]).chance(share) {
        let delay = SignedDuration::from_secs(state.knobs.template_recheck_delay_s.into());
        state.plan_after(cause.at, delay, Event::TemplateRechecked { waba, template });
    }
}

/// A copy turns out to be in the wrong category (guide T3). What was deleted or changed meanwhile is left alone.
pub(crate) fn reject(state: &mut State, cause: Cause, waba: Id, template: Id) {
    let Some((_, copy)) = templates::change(state, cause.at, template) else { return };
    if copy.status != TemplateStatus::Approved {
        return;
    }
    copy.status = TemplateStatus::Rejected;
    copy.rejected_reason = RejectedReason::IncorrectCategory;
    let copy = copy.clone();
    let source = state.world.source_of(waba);
    state.enter(cause, Change::new("template.rejected", source).template(copy.label()).with("destination_waba", waba));
    shapes::status_updated(state, cause.at, waba, &copy, "REJECTED", None);
}
