//! Guide T1 to T5: eligible templates are duplicated in the destination, as many as fit (observations: templates.eligible, templates.limit_per_waba, templates.existing_untouched).

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{Fidelity, Rule};
use crate::{
    agenda::Event,
    ids::Id,
    knobs::{CopyOrder, CopyWhen},
    ledger::Change,
    state::{Cause, State},
    world::{NameStatus, Quality, Template, TemplateStatus, World},
};

pub(super) const RULE: Rule = Rule {
    name: "duplicate_templates",
    says: "Templates that are APPROVED and GREEN are copied, as many as fit, with quality UNKNOWN; a re-check rejects a share",
    source: "guide T1 to T5, T8; observations: templates.eligible, templates.limit_per_waba, templates.existing_untouched",
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
    let eligible = eligible(state, source);
    let limit = limit(&state.world, destination);
    let seed = state.seed;
    let Some(waba) = state.change_waba(cause.at, destination) else { return };
    let mut taken: BTreeSet<String> = waba.templates.iter().map(Template::label).collect();
    let mut copies = Vec::new();
    for template in eligible {
        if waba.templates.len() + copies.len() >= limit {
            break;
        }
        if !taken.insert(template.label()) {
            continue;
        }
        let id = seed.id(&["template", &destination.to_string(), &template.name, &template.language]);
        copies.push((template.id, Template { id, quality: Quality::Unknown, created_at: cause.at, ..template }));
    }
    waba.templates.splice(0..0, copies.iter().map(|(_, copy)| copy.clone()));
    for (original, copy) in &copies {
        let change = Change::new("template.copied", source)
            .template(copy.label())
            .with("destination_waba", destination)
            .with("source_template", *original)
            .with("destination_template", copy.id);
        state.enter(cause, change);
        plan_recheck(state, cause, destination, copy.id);
    }
}

/// What the source has to copy, in the order of the knob.
fn eligible(state: &State, source: Id) -> Vec<Template> {
    let Some(waba) = state.world.wabas.get(&source) else { return Vec::new() };
    let mut eligible: Vec<Template> =
        waba.templates.iter().filter(|template| template.is_duplicated()).cloned().collect();
    eligible.sort_by(|a, b| {
        let by_name = (&a.name, &a.language).cmp(&(&b.name, &b.language));
        match state.knobs.template_copy_order {
            CopyOrder::NewestFirst => b.created_at.cmp(&a.created_at).then(by_name),
            CopyOrder::Name => by_name,
        }
    });
    eligible
}

/// 250 templates; 6000 if the business is verified and one of its WABAs has a number with an approved display name.
fn limit(world: &World, destination: Id) -> usize {
    let Some(waba) = world.wabas.get(&destination) else { return 0 };
    if let Some(limit) = waba.template_limit {
        return limit;
    }
    let verified = world.portfolios.get(&waba.owner).is_some_and(|portfolio| portfolio.verified);
    let approved_name = || {
        let owned = world.holdings().owned(waba.owner).into_iter().flatten();
        let siblings = owned.filter_map(|(_, id)| world.wabas.get(id));
        siblings.flat_map(|other| &other.numbers).any(|number| number.name_status == NameStatus::Approved)
    };
    if verified && approved_name() { 6000 } else { 250 }
}

fn plan_recheck(state: &mut State, cause: Cause, waba: Id, template: Id) {
    let share = state.knobs.template_reject_rate;
    if state.seed.draw(&["recheck", &template.to_string()]).chance(share) {
        let delay = SignedDuration::from_secs(state.knobs.template_recheck_delay_s.into());
        state.plan_after(cause.at, delay, Event::TemplateRechecked { waba, template });
    }
}

/// A copy turns out to be in the wrong category (guide T2).
pub(crate) fn reject(state: &mut State, cause: Cause, waba: Id, template: Id) {
    let Some(account) = state.change_waba(cause.at, waba) else { return };
    let Some(copy) = account.templates.iter_mut().find(|copy| copy.id == template) else { return };
    copy.status = TemplateStatus::Rejected;
    "INCORRECT_CATEGORY".clone_into(&mut copy.rejected_reason);
    let label = copy.label();
    let source = state.world.source_of(waba);
    state.enter(cause, Change::new("template.rejected", source).template(label).with("destination_waba", waba));
}
