//! How many templates a WABA may have, and how many may be created in an hour (observations: templates.limit_per_waba,
//! templates.create_per_hour).

use jiff::{SignedDuration, Timestamp};

use super::{
    super::{Fidelity, Rule},
    refusal,
};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    state::{State, later},
    world::{NameStatus, World},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/limits",
    says: "250 templates of a WABA, or 6000 for a verified business with an approved display name; 100 creations an hour; copies do not count among the latter",
    source: "observations: templates.limit_per_waba, templates.create_per_hour",
    fidelity: Fidelity::Approximated {
        how: "the hour slides; beyond it code 80012 is given",
        because: "neither the hour's edges nor the code are documented",
    },
};

const OF_A_SMALL_BUSINESS: usize = 250;
const OF_A_VERIFIED_BUSINESS: usize = 6000;
const CREATIONS_PER_HOUR: usize = 100;

/// How many templates a WABA may have. Every language counts as one.
pub(crate) fn of(world: &World, waba: Id) -> usize {
    let Some(account) = world.wabas.get(&waba) else { return 0 };
    if let Some(limit) = account.template_limit {
        return limit;
    }
    let verified = world.portfolios.get(&account.owner).is_some_and(|portfolio| portfolio.verified);
    let approved_name = || {
        let owned = world.holdings().owned(account.owner).into_iter().flatten();
        let siblings = owned.filter_map(|(_, id)| world.wabas.get(id));
        siblings.flat_map(|sibling| &sibling.numbers).any(|number| number.name_status == NameStatus::Approved)
    };
    if verified && approved_name() { OF_A_VERIFIED_BUSINESS } else { OF_A_SMALL_BUSINESS }
}

/// Refuses one more template where there is no room.
pub(super) fn check_room(state: &State, waba: Id) -> Answer<()> {
    let limit = of(&state.world, waba);
    let has = state.world.wabas.get(&waba).map_or(0, |account| account.templates.len());
    if has < limit { Ok(()) } else { Err(refusal::limit_exceeded(limit)) }
}

/// Counts a creation by a call. Beyond the limit of an hour it is refused and not counted.
pub(super) fn count_creation(state: &mut State, at: Timestamp, waba: Id) -> Answer<()> {
    let since = later(at, SignedDuration::from_hours(-1));
    let creations = state.world.template_history.creations.entry(waba).or_default();
    creations.retain(|creation| *creation > since);
    if creations.len() >= CREATIONS_PER_HOUR {
        let title = "There have been too many template creations for this WhatsApp Business account";
        return Err(GraphError::limit(80_012, title)
            .details(format!("{CREATIONS_PER_HOUR} templates may be created in an hour")));
    }
    creations.push(at);
    Ok(())
}
