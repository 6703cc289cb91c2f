//! Changes of a template that exists (observations: templates.edit, templates.pausing).

use jiff::SignedDuration;
use serde_json::json;

use super::{
    super::{Fidelity, Rule},
    change_of,
    content::{self, Context},
    draft::{self, Draft, Place},
    refusal, review,
};
use crate::{
    http::{error::Answer, params::Params},
    ids::Id,
    state::{Cause, State, later},
    webhooks::shapes::templates as shapes,
    world::{Category, Components, RejectedReason, Template, TemplateStatus},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/edit",
    says: "Category, components and time to live can be changed; an APPROVED template once in 24 hours and ten times in 30 days and never its category; a PENDING one not at all; every change is reviewed again; a PAUSED template can be taken up again",
    source: "observations: templates.edit, templates.pausing",
    fidelity: Fidelity::Simulated,
};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);
const EDITS_A_MONTH: usize = 10;
/// Parameters that name a template and cannot be changed.
const FIXED: &[&str] = &["name", "language", "parameter_format", "sub_category", "library_template_name"];

/// What an edit leaves behind.
struct Edited {
    category: Category,
    components: Components,
    message_send_ttl_seconds: Option<i32>,
}

/// `POST /<TEMPLATE>`.
pub(crate) fn edit(state: &mut State, cause: Cause, place: Place, template: &Template, params: &Params) -> Answer<()> {
    draft::refuse_retired(params)?;
    if let Some(name) = FIXED.iter().find(|name| params.has(name)) {
        return Err(refusal::invalid(format!("{name} of a template cannot be changed")));
    }
    check_changeable(state, cause, template)?;
    let edited = read(state, place, template, params)?;
    apply(state, cause, place.waba, template.id, edited, TemplateStatus::Pending);
    Ok(())
}

/// What `POST /<WABA>/upsert_message_templates` makes of a template that exists.
pub(super) fn replace(
    state: &mut State,
    cause: Cause,
    waba: Id,
    template: &Template,
    draft: Draft,
    status: TemplateStatus,
) -> Answer<()> {
    check_changeable(state, cause, template)?;
    if template.category != draft.category {
        return Err(refusal::not_changeable(format!("{} has another category", template.label())));
    }
    let edited = Edited {
        category: draft.category,
        components: draft.components,
        message_send_ttl_seconds: draft.message_send_ttl_seconds,
    };
    apply(state, cause, waba, template.id, edited, status);
    Ok(())
}

fn read(state: &State, place: Place, template: &Template, params: &Params) -> Answer<Edited> {
    let wanted = draft::category(params)?;
    let category = wanted.unwrap_or(template.category);
    if category != template.category && template.status == TemplateStatus::Approved {
        return Err(refusal::invalid("the category of an APPROVED template cannot be changed"));
    }
    let given = params.structure("components")?;
    let ttl = draft::time_to_live(params, category)?;
    if given.is_none() && wanted.is_none() && ttl.is_none() {
        return Err(refusal::invalid("one of category, components and message_send_ttl_seconds is needed"));
    }
    // Also what stays is checked where the category changes: it may not fit the new one.
    let given = given.or_else(|| (category != template.category).then(|| json!(&template.components)));
    let components = match given {
        None => template.components.clone(),
        Some(given) => {
            let Place { app, waba } = place;
            let format = template.parameter_format;
            let context = Context { world: &state.world, knobs: &state.knobs, app, waba, category, format };
            content::check(&context, &given)?.into()
        }
    };
    Ok(Edited { category, components, message_send_ttl_seconds: ttl.or(template.message_send_ttl_seconds) })
}

fn check_changeable(state: &State, cause: Cause, template: &Template) -> Answer<()> {
    let label = template.label();
    match template.status {
        TemplateStatus::Approved => {
            let edits = state.world.template_history.edits.get(&template.id).map(Vec::as_slice).unwrap_or_default();
            let within = |span: SignedDuration| {
                let since = later(cause.at, -span);
                edits.iter().filter(|edit| **edit > since).count()
            };
            if within(DAY) >= 1 {
                return Err(refusal::not_changeable(format!("{label} was edited less than 24 hours ago")));
            }
            if within(MONTH) >= EDITS_A_MONTH {
                return Err(refusal::not_changeable(format!("{label} was edited {EDITS_A_MONTH} times in 30 days")));
            }
            Ok(())
        }
        TemplateStatus::Rejected | TemplateStatus::Paused => Ok(()),
        other @ (TemplateStatus::Pending
        | TemplateStatus::Disabled
        | TemplateStatus::InAppeal
        | TemplateStatus::LimitExceeded
        | TemplateStatus::PendingDeletion
        | TemplateStatus::Archived) => Err(refusal::not_changeable(format!("{label} is {}", other.as_str()))),
    }
}

fn apply(state: &mut State, cause: Cause, waba: Id, id: Id, edited: Edited, status: TemplateStatus) {
    let Some((_, entry)) = super::change(state, cause.at, id) else { return };
    let was_approved = entry.status == TemplateStatus::Approved;
    if entry.category != edited.category {
        entry.previous_category = Some(entry.category);
    }
    entry.category = edited.category;
    entry.components = edited.components;
    entry.message_send_ttl_seconds = edited.message_send_ttl_seconds;
    entry.status = status;
    entry.rejected_reason = RejectedReason::None;
    let entry = entry.clone();
    if was_approved {
        let since = later(cause.at, -MONTH);
        let edits = state.world.template_history.edits.entry(id).or_default();
        edits.retain(|edit| *edit > since);
        edits.push(cause.at);
    }
    let change = change_of(state, "template.edited", waba, &entry);
    state.enter(cause, change);
    shapes::components_updated(state, cause.at, waba, &entry);
    review::submitted(state, cause.at, waba, &entry);
}

/// `POST /<TEMPLATE>/unpause`.
pub(crate) fn unpause(state: &mut State, cause: Cause, waba: Id, template: &Template) -> Answer<()> {
    if template.status != TemplateStatus::Paused {
        return Err(refusal::not_changeable(format!("{} is not PAUSED", template.label())));
    }
    let Some((_, entry)) = super::change(state, cause.at, template.id) else { return Ok(()) };
    entry.status = TemplateStatus::Approved;
    let entry = entry.clone();
    let change = change_of(state, "template.unpaused", waba, &entry);
    state.enter(cause, change);
    shapes::status_updated(state, cause.at, waba, &entry, "APPROVED", None);
    Ok(())
}
