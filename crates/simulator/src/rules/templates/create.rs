//! A new template: a free name, room, and not too many in an hour; then it is reviewed (guide T6; observations:
//! templates.create).

use jiff::{SignedDuration, Timestamp};

use super::{
    super::{Fidelity, Rule},
    change_of,
    draft::Draft,
    limits, refusal, review,
};
use crate::{
    http::error::Answer,
    ids::Id,
    knobs::DuplicateText,
    state::{Cause, State, later},
    world::{Quality, RejectedReason, Template, TemplateStatus, template_label},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/create",
    says: "Creates a template as PENDING; a name and language that exist are refused, and so is a name that was deleted while approved for 30 days",
    source: "guide T6; observations: templates.create, templates.name_blocked",
    fidelity: Fidelity::Simulated,
};

const NAME_BLOCKED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Creates a template and hands it in for review. An authentication template that comes by the call for many languages is
/// approved at once (observations: templates.upsert).
pub(crate) fn create(
    state: &mut State,
    cause: Cause,
    waba: Id,
    draft: Draft,
    status: TemplateStatus,
) -> Answer<Template> {
    check_name(state, cause.at, waba, &draft)?;
    let template = Template {
        id: new_id(state, waba, &draft),
        name: draft.name,
        language: draft.language,
        category: draft.category,
        status,
        quality: Quality::Unknown,
        rejected_reason: RejectedReason::None,
        components: draft.components,
        created_at: cause.at,
        quality_since: None,
        parameter_format: draft.parameter_format,
        sub_category: draft.sub_category,
        previous_category: None,
        correct_category: None,
        message_send_ttl_seconds: draft.message_send_ttl_seconds,
        library_template_name: draft.library_template_name,
        cta_url_link_tracking_opted_out: draft.cta_url_link_tracking_opted_out,
        copied_from: None,
    };
    if state.knobs.template_identical_text == DuplicateText::Create
        && let Some(label) = review::same_text(state, waba, &template, review::STANDING_OR_HANDED_IN)
    {
        return Err(refusal::invalid(format!("body and footer are those of {label}")));
    }
    limits::check_room(state, waba)?;
    limits::count_creation(state, cause.at, waba)?;
    super::add(state, cause.at, waba, vec![template.clone()]);
    let change = change_of(state, "template.created", waba, &template);
    state.enter(cause, change);
    review::submitted(state, cause.at, waba, &template);
    Ok(template)
}

/// The id derives from name and language; what has an id already was created before and deleted, so when counts too.
fn new_id(state: &State, waba: Id, draft: &Draft) -> Id {
    let key = waba.to_string();
    let deleted = deletions(state, waba, &draft.name, &draft.language).map(|(at, _)| at).max();
    match deleted {
        None => state.seed.id(&["template", &key, &draft.name, &draft.language]),
        Some(at) => {
            let after = at.as_millisecond().to_string();
            state.seed.id(&["template", &key, &draft.name, &draft.language, &after])
        }
    }
}

fn check_name(state: &State, at: Timestamp, waba: Id, draft: &Draft) -> Answer<()> {
    let label = template_label(&draft.name, &draft.language);
    let templates = state.world.wabas.get(&waba).map(|account| account.templates.as_slice()).unwrap_or_default();
    let same = templates.iter().find(|other| other.name == draft.name && other.language == draft.language);
    match same.map(|other| other.status) {
        Some(TemplateStatus::PendingDeletion) => {
            return Err(refusal::being_deleted(format!("{label} is being deleted")));
        }
        Some(_) => return Err(refusal::already_exists(&label)),
        None => {}
    }
    let blocked = deletions(state, waba, &draft.name, &draft.language)
        .filter(|(_, was_approved)| *was_approved)
        .map(|(deleted_at, _)| later(deleted_at, NAME_BLOCKED))
        .find(|until| *until > at);
    match blocked {
        Some(until) => Err(refusal::being_deleted(format!("{label} is blocked until {until}"))),
        None => Ok(()),
    }
}

/// When what had the name, or the name in this language, was deleted, and whether it was approved.
fn deletions(state: &State, waba: Id, name: &str, language: &str) -> impl Iterator<Item = (Timestamp, bool)> {
    let of_waba = state.world.template_history.deletions.get(&waba);
    let keys = [name.to_owned(), template_label(name, language)];
    keys.into_iter()
        .filter_map(move |key| of_waba.and_then(|of_waba| of_waba.get(&key)).map(|one| (one.at, one.was_approved)))
}
