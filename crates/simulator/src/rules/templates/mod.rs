//! Templates: how they are made, looked at, changed and taken away by calls, and what Meta's review and rating make of them.
//! Meta's own copying after a cutover is in `duplicate_templates.rs`.

pub(crate) mod analytics;
pub(crate) mod content;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod draft;
pub(crate) mod edit;
pub(crate) mod flows;
pub(crate) mod limits;
pub(crate) mod media;
pub(crate) mod migrate;
pub(crate) mod rate;
pub(crate) mod read_back;
pub(crate) mod refusal;
pub(crate) mod review;
pub(crate) mod upload;
pub(crate) mod upsert;

use jiff::Timestamp;

use crate::{
    agenda::Event,
    http::error::{Answer, GraphError},
    ids::{Id, Seed},
    ledger::Change,
    state::State,
    world::{Quality, Template},
};

/// A copy of a template for another WABA: a new id, unknown quality, nothing sent yet (guide T7, T8; observations:
/// templates.ids).
pub(crate) fn copy_of(seed: Seed, original: &Template, destination: Id, at: Timestamp) -> Template {
    Template {
        id: seed.id(&["template", &destination.to_string(), &original.name, &original.language]),
        quality: Quality::Unknown,
        quality_since: None,
        created_at: at,
        copied_from: Some(original.id),
        ..original.clone()
    }
}

/// Adds templates to a WABA, in front of those it has. Their rating is looked at when their first 24 hours are over (guide T9).
pub(crate) fn add(state: &mut State, at: Timestamp, waba: Id, templates: Vec<Template>) {
    if !templates.is_empty() {
        state.plan_after(at, rate::UNRATED, Event::CopiesRated { waba });
    }
    for template in &templates {
        state.world.index.add_template(waba, template.id);
    }
    if let Some(account) = state.change_waba(at, waba) {
        account.templates.splice(0..0, templates);
    }
}

/// A template with its WABA.
pub(crate) fn find(state: &State, id: Id) -> Option<(Id, &Template)> {
    let waba = state.world.index.of_template(id)?;
    let template = state.world.wabas.get(&waba)?.templates.iter().find(|template| template.id == id)?;
    Some((waba, template))
}

/// A template that is about to change.
pub(crate) fn change(state: &mut State, at: Timestamp, id: Id) -> Option<(Id, &mut Template)> {
    let waba = state.world.index.of_template(id)?;
    let account = state.change_waba(at, waba)?;
    account.templates.iter_mut().find(|template| template.id == id).map(|template| (waba, template))
}

/// The template of a call, or Meta's refusal of an id that is none.
pub(crate) fn expect(state: &State, method: &str, id: Id) -> Answer<(Id, Template)> {
    let found = find(state, id).map(|(waba, template)| (waba, template.clone()));
    found.ok_or_else(|| GraphError::unknown_object(method, &id.to_string()))
}

/// A change of a template, for the ledger. `source_waba` is that of the migration the WABA belongs to.
pub(crate) fn change_of(state: &State, kind: &'static str, waba: Id, template: &Template) -> Change {
    Change::new(kind, state.world.source_of(waba))
        .template(template.label())
        .with("waba", waba)
        .with("template_id", template.id)
}
