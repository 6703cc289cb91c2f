//! Flows: they belong to one WABA, so a template with a Flow button needs its Flow moved first (observations:
//! templates.flows).

use super::super::{Fidelity, Rule};
use crate::{
    http::error::Answer,
    ids::Id,
    ledger::Change,
    state::{Cause, State},
    world::{Flow, World},
};

use super::refusal;

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/flows",
    says: "Flows are copied from one WABA to another of the same business by name, with new ids",
    source: "observations: templates.flows",
    fidelity: Fidelity::Approximated {
        how: "a Flow is an id and a name; a name that the destination has is reported as failed",
        because: "what is in a Flow matters to no migration; the answer's inside is not documented",
    },
};

/// A Flow of a WABA by its id.
pub(super) fn by_id<'a>(world: &'a World, waba: Id, id: &str) -> Option<&'a Flow> {
    world.flows.get(&waba)?.iter().find(|flow| flow.id.to_string() == id)
}

/// A Flow of a WABA by its name.
pub(super) fn by_name<'a>(world: &'a World, waba: Id, name: &str) -> Option<&'a Flow> {
    world.flows.get(&waba)?.iter().find(|flow| flow.name == name)
}

/// Why a Flow was not copied: Meta's number, where it is known, and words.
#[derive(Clone, Copy)]
pub(crate) struct Failure {
    pub(crate) code: Option<&'static str>,
    pub(crate) message: &'static str,
}

const NOT_FOUND: Failure =
    Failure { code: Some("4233041"), message: "Flows Migration Error: Flow name not found in source WABA." };
const TAKEN: Failure =
    Failure { code: None, message: "Flows Migration Error: the destination has a Flow of this name." };

/// What became of each Flow.
pub(crate) struct Migrated {
    /// Source name, source id, id in the destination.
    pub(crate) flows: Vec<(String, Id, Id)>,
    /// Name and reason.
    pub(crate) failed: Vec<(String, Failure)>,
}

/// Copies Flows by name; all of them if no names are given.
pub(crate) fn migrate(
    state: &mut State,
    cause: Cause,
    source: Id,
    destination: Id,
    names: Option<Vec<String>>,
) -> Answer<Migrated> {
    super::migrate::check_same_business(state, source, destination)?;
    let all = state.world.flows.get(&source).cloned().unwrap_or_default();
    let names = names.unwrap_or_else(|| all.iter().map(|flow| flow.name.clone()).collect());
    if names.is_empty() {
        return Err(refusal::invalid("the source WhatsApp Business account has no Flows"));
    }
    let mut migrated = Migrated { flows: Vec::new(), failed: Vec::new() };
    for name in names {
        let Some(original) = all.iter().find(|flow| flow.name == name) else {
            migrated.failed.push((name, NOT_FOUND));
            continue;
        };
        if by_name(&state.world, destination, &name).is_some() {
            migrated.failed.push((name, TAKEN));
            continue;
        }
        let id = state.seed.id(&["flow", &destination.to_string(), &name]);
        state.world.flows.entry(destination).or_default().insert(0, Flow { id, name: name.clone() });
        let change = Change::new("flow.copied", state.world.source_of(source))
            .with("destination_waba", destination)
            .with("source_flow", original.id)
            .with("destination_flow", id)
            .with("flow_name", name.clone());
        state.enter(cause, change);
        migrated.flows.push((name, original.id, id));
    }
    Ok(migrated)
}
