//! Deletion of templates (observations: templates.delete, templates.name_blocked).

use jiff::SignedDuration;

use super::{
    super::{Fidelity, Rule},
    change_of, refusal,
};
use crate::{
    agenda::Event,
    http::error::Answer,
    ids::Id,
    state::{Cause, State},
    webhooks::shapes::templates as shapes,
    world::{Content, Deletion, Message, MessageStatus, Template, TemplateStatus},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/delete",
    says: "By name every language, by name and id one; a DISABLED template stays; one with messages on their way is PENDING_DELETION for 30 days",
    source: "observations: templates.delete, templates.name_blocked",
    fidelity: Fidelity::Simulated,
};

const WAITS_FOR_MESSAGES: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a call names.
#[derive(Clone, Debug)]
pub(crate) enum Which {
    /// Every language of a name.
    Name(String),
    /// One template; its name is checked where it is given.
    One { id: Id, name: Option<String> },
    /// Several.
    Many(Vec<Id>),
}

/// Deletes what a call names. Nothing is deleted if something of it cannot be.
pub(crate) fn delete(state: &mut State, cause: Cause, waba: Id, which: &Which) -> Answer<()> {
    let templates = state.world.wabas.get(&waba).map(|account| account.templates.as_slice()).unwrap_or_default();
    let is_meant = |template: &&Template| match which {
        Which::Name(name) => template.name == *name,
        Which::One { id, name } => template.id == *id && name.as_ref().is_none_or(|name| *name == template.name),
        Which::Many(ids) => ids.contains(&template.id),
    };
    let meant: Vec<Template> = templates.iter().filter(is_meant).cloned().collect();
    let expected = if let Which::Many(ids) = which { ids.len() } else { 1 };
    if meant.len() < expected {
        return Err(refusal::invalid("this WhatsApp Business account has no such message template"));
    }
    if let Some(disabled) = meant.iter().find(|template| template.status == TemplateStatus::Disabled) {
        return Err(refusal::not_changeable(format!("{} is DISABLED and cannot be deleted", disabled.label())));
    }
    for template in &meant {
        let key = if matches!(which, Which::Name(_)) { template.name.clone() } else { template.label() };
        remember(state, cause, waba, key, template);
        if has_undelivered(state, template.id) {
            keep_until_delivered(state, cause, waba, template);
        } else {
            remove(state, cause, waba, template.id);
        }
    }
    Ok(())
}

fn has_undelivered(state: &State, template: Id) -> bool {
    let is_of_it = |message: &Message| match &message.content {
        Content::Template { id, .. } => *id == template && message.status == MessageStatus::Sent,
        Content::FreeForm(_) => false,
    };
    state.world.messaging.on_the_way.values().any(is_of_it)
}

/// A name stays blocked by what was approved under it, however often it is deleted.
fn remember(state: &mut State, cause: Cause, waba: Id, key: String, template: &Template) {
    let was_approved = template.status == TemplateStatus::Approved;
    let of_waba = state.world.template_history.deletions.entry(waba).or_default();
    let before = of_waba.get(&key).filter(|before| before.at == cause.at).is_some_and(|before| before.was_approved);
    of_waba.insert(key, Deletion { at: cause.at, was_approved: was_approved || before });
}

fn keep_until_delivered(state: &mut State, cause: Cause, waba: Id, template: &Template) {
    let Some((_, entry)) = super::change(state, cause.at, template.id) else { return };
    entry.status = TemplateStatus::PendingDeletion;
    let entry = entry.clone();
    let change = change_of(state, "template.pending_deletion", waba, &entry);
    state.enter(cause, change);
    shapes::status_updated(state, cause.at, waba, &entry, "PENDING_DELETION", None);
    state.plan_after(cause.at, WAITS_FOR_MESSAGES, Event::TemplateDeleted { waba, template: template.id });
}

/// A template goes for good.
pub(crate) fn remove(state: &mut State, cause: Cause, waba: Id, id: Id) {
    let Some(account) = state.change_waba(cause.at, waba) else { return };
    let Some(place) = account.templates.iter().position(|template| template.id == id) else { return };
    let template = account.templates.remove(place);
    state.world.index.remove_template(id);
    state.world.template_history.edits.remove(&id);
    let change = change_of(state, "template.deleted", waba, &template);
    state.enter(cause, change);
    shapes::status_updated(state, cause.at, waba, &template, "DELETED", None);
}
