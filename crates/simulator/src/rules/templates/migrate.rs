//! The copying that a caller asks for: wider than Meta's own, it takes templates of unknown quality too (observations:
//! templates.manual_copy, templates.manual_copy_answer).

use serde_json::Value;

use super::{
    super::{Fidelity, Rule},
    add, copy_of, flows, limits, refusal,
};
use crate::{
    http::error::Answer,
    ids::Id,
    ledger::Change,
    state::{Cause, State},
    world::{Components, Template},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/migrate",
    says: "Copies APPROVED templates of GREEN or UNKNOWN quality between WABAs of one business, in pages of up to 500 or by id; what fails is named with its reason",
    source: "observations: templates.manual_copy, templates.manual_copy_answer, templates.flows",
    fidelity: Fidelity::Approximated {
        how: "a name that the destination has, a lack of room and a Flow that was not moved fail with texts of our own; ids are the source's",
        because: "Meta documents two reasons only, and not whose ids they are",
    },
};

/// Most templates of a page, and of a call by id.
pub(crate) const PAGE: usize = 500;

/// Which templates of the source.
pub(crate) enum Which {
    /// A page of the eligible ones, newest first.
    Page { number: usize, count: usize },
    /// These, as texts: an id that is none fails like one that is unknown.
    Ids(Vec<String>),
}

/// What became of them, by the source's ids.
pub(crate) struct Migrated {
    pub(crate) templates: Vec<Id>,
    pub(crate) failed: Vec<(String, String)>,
}

/// Both accounts belong to one business: the same owner, and none held for somebody else.
pub(super) fn check_same_business(state: &State, source: Id, destination: Id) -> Answer<()> {
    let owner = |waba: Id| state.world.wabas.get(&waba).map(|account| (account.owner, account.on_behalf_of));
    if source == destination {
        return Err(refusal::invalid("source_waba_id is the destination itself"));
    }
    match (owner(source), owner(destination)) {
        (Some(source), Some(destination)) if source == destination => Ok(()),
        _ => Err(refusal::invalid("source_waba_id: both WhatsApp Business accounts must belong to the same business")),
    }
}

/// Copies templates.
pub(crate) fn migrate(state: &mut State, cause: Cause, source: Id, destination: Id, which: &Which) -> Answer<Migrated> {
    check_same_business(state, source, destination)?;
    let mut migrated = Migrated { templates: Vec::new(), failed: Vec::new() };
    let chosen = choose(state, source, which, &mut migrated.failed);
    let limit = limits::of(&state.world, destination);
    let mut copies: Vec<Template> = Vec::new();
    for original in chosen {
        match copy(state, cause, destination, &original, limit, copies.len()) {
            Ok(copy) => {
                migrated.templates.push(original.id);
                copies.push(copy);
            }
            Err(reason) => migrated.failed.push((original.id.to_string(), reason)),
        }
    }
    let entries: Vec<Change> = copies
        .iter()
        .map(|copy| {
            let change = Change::new("template.copied", state.world.source_of(source))
                .template(copy.label())
                .with("destination_waba", destination)
                .with("destination_template", copy.id);
            match copy.copied_from {
                Some(original) => change.with("source_template", original),
                None => change,
            }
        })
        .collect();
    add(state, cause.at, destination, copies);
    for entry in entries {
        state.enter(cause, entry);
    }
    Ok(migrated)
}

fn choose(state: &State, source: Id, which: &Which, failed: &mut Vec<(String, String)>) -> Vec<Template> {
    let templates = state.world.wabas.get(&source).map(|account| account.templates.as_slice()).unwrap_or_default();
    match which {
        Which::Page { number, count } => {
            let eligible = templates.iter().filter(|template| template.may_be_migrated());
            eligible.skip(number.saturating_mul(*count)).take(*count).cloned().collect()
        }
        Which::Ids(ids) => {
            let mut chosen: Vec<Template> = Vec::new();
            for id in ids {
                let wanted = id.parse().ok();
                match templates.iter().find(|template| Some(template.id) == wanted) {
                    None => failed.push((id.clone(), "Template not found in the source".to_owned())),
                    Some(template) if !template.may_be_migrated() => {
                        failed.push((
                            id.clone(),
                            "Only APPROVED templates of GREEN or UNKNOWN quality are eligible".to_owned(),
                        ));
                    }
                    Some(template) if chosen.iter().any(|known| known.id == template.id) => {}
                    Some(template) => chosen.push(template.clone()),
                }
            }
            chosen
        }
    }
}

fn copy(
    state: &State,
    cause: Cause,
    destination: Id,
    original: &Template,
    limit: usize,
    copied: usize,
) -> Result<Template, String> {
    let has = state.world.wabas.get(&destination).map(|account| account.templates.as_slice()).unwrap_or_default();
    if has.iter().any(|other| other.name == original.name && other.language == original.language) {
        return Err("The destination has a template of this name and language".to_owned());
    }
    if has.len() + copied >= limit {
        return Err("The destination has as many templates as it may have".to_owned());
    }
    let components = relink(state, original, destination)?;
    Ok(Template { components, ..copy_of(state.seed, original, destination, cause.at) })
}

/// Flow buttons come to name the Flow of the same name in the destination.
fn relink(state: &State, original: &Template, destination: Id) -> Result<Components, String> {
    let has_flow = |component: &Value| {
        component["buttons"].as_array().is_some_and(|buttons| buttons.iter().any(|button| button["type"] == "FLOW"))
    };
    if !original.components.iter().any(has_flow) {
        return Ok(original.components.clone());
    }
    let source = state.world.index.of_template(original.id);
    let mut components = original.components.to_vec();
    let buttons = components.iter_mut().filter_map(|component| component.get_mut("buttons")?.as_array_mut()).flatten();
    for button in buttons.filter_map(Value::as_object_mut) {
        let Some(id) = button.get("flow_id").and_then(Value::as_str) else { continue };
        let flow = source.and_then(|source| flows::by_id(&state.world, source, id));
        let moved = flow.and_then(|flow| flows::by_name(&state.world, destination, &flow.name));
        let Some(moved) = moved else {
            return Err("A button names a Flow that the destination does not have: migrate Flows first".to_owned());
        };
        button.insert("flow_id".to_owned(), moved.id.to_string().into());
    }
    Ok(components.into())
}
