//! Quality of templates: unknown for the first 24 hours, then rated if there are enough data (guide T8, T9; observations:
//! templates.rating).

use jiff::SignedDuration;

use super::{
    super::{Fidelity, Rule},
    change_of, find,
};
use crate::{
    ids::Id,
    state::{Cause, State, later},
    webhooks::shapes::templates as shapes,
    world::{Quality, TemplateStatus},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/rate",
    says: "A template keeps quality UNKNOWN for 24 hours; after that it is rated as soon as enough messages were delivered with it",
    source: "guide T8, T9; observations: templates.rating",
    fidelity: Fidelity::Approximated {
        how: "enough is a number of messages, the rating the value of a knob",
        because: "what Meta rates by is not documented",
    },
};

/// For how long nothing is rated.
pub(crate) const UNRATED: SignedDuration = SignedDuration::from_hours(24);

/// Rates every template of a WABA that may be rated now.
pub(crate) fn rate_all(state: &mut State, cause: Cause, waba: Id) {
    let Some(account) = state.world.wabas.get(&waba) else { return };
    let unrated = account.templates.iter().filter(|template| template.quality == Quality::Unknown);
    let unrated: Vec<Id> = unrated.map(|template| template.id).collect();
    for template in unrated {
        rate(state, cause, template);
    }
}

/// Rates a template if its time has come and its messages suffice. Asked whenever a message was delivered.
pub(crate) fn rate(state: &mut State, cause: Cause, id: Id) {
    let delivered = state.world.messaging.template_traffic.get(&id).copied().unwrap_or_default();
    if delivered < state.knobs.template_rating_messages {
        return;
    }
    let Some((waba, template)) = find(state, id) else { return };
    let is_due = template.quality == Quality::Unknown
        && template.status == TemplateStatus::Approved
        && later(template.created_at, UNRATED) <= cause.at;
    let quality = state.knobs.template_rating;
    if !is_due || quality == Quality::Unknown {
        return;
    }
    let Some((_, entry)) = super::change(state, cause.at, id) else { return };
    let before = entry.quality;
    entry.quality = quality;
    entry.quality_since = Some(cause.at);
    let entry = entry.clone();
    let change = change_of(state, "template.rated", waba, &entry).with("quality", quality.as_str());
    state.enter(cause, change);
    shapes::quality_updated(state, cause.at, waba, &entry, before);
}
