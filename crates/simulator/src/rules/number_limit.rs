//! How many numbers a portfolio may have registered: 2 while it is new, 20 once it is verified or at the tier of 2000
//! (observations: numbers.portfolio_limit, numbers.portfolio_limit_code, numbers.number_counts_on_both_sides).

use std::collections::BTreeSet;

use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    phone::E164,
    state::State,
    world::{NumberStatus, Portfolio, Waba, World},
};

pub(super) const RULE: Rule = Rule {
    name: "number_limit",
    says: "A portfolio has 2 registered numbers, or 20 once it is verified or at the 2K tier; checked at register",
    source: "observations: numbers.portfolio_limit, numbers.portfolio_limit_code, numbers.number_counts_on_both_sides",
    fidelity: Fidelity::Simulated,
};

const NEW: usize = 2;
const ESTABLISHED: usize = 20;

/// Tiers of 2000 and more.
const HIGH_TIERS: [&str; 5] = ["TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED", "UNLIMITED"];

/// The most registered numbers that a portfolio may have.
pub(crate) fn limit(portfolio: &Portfolio) -> usize {
    let established = portfolio.verified || HIGH_TIERS.contains(&portfolio.messaging_limit_tier.as_str());
    if established { ESTABLISHED } else { NEW }
}

/// Refuses the register of `number` in `waba` where its portfolio has as many as it may.
pub(crate) fn check(state: &State, waba: &Waba, number: &E164) -> Answer<()> {
    let Some(portfolio) = state.world.portfolios.get(&waba.owner) else { return Ok(()) };
    let limit = limit(portfolio);
    let counts_itself = state.knobs.number_counts_on_both_sides;
    let others = registered(&state.world, portfolio.id, limit, |other| counts_itself || other != number);
    if others < limit {
        return Ok(());
    }
    let code = state.knobs.portfolio_limit_code;
    let status = if code == 200 { 403 } else { 400 };
    let error = GraphError::new(status, code, "Limit Exceeded");
    let error =
        error.details(format!("the business portfolio {} may have {limit} registered phone numbers", portfolio.id));
    Err(if code == 200 { error.subcode(1_349_175) } else { error })
}

/// How many numbers are registered under a portfolio, counted up to `enough`.
fn registered(world: &World, portfolio: Id, enough: usize, counts: impl Fn(&E164) -> bool) -> usize {
    let mut numbers = BTreeSet::new();
    let wabas = world.holdings().owned(portfolio).into_iter().flatten();
    for waba in wabas.filter_map(|(_, id)| world.wabas.get(id)) {
        for entry in waba.numbers.iter().filter(|entry| entry.status == NumberStatus::Connected) {
            if counts(&entry.number) {
                numbers.insert(&entry.number);
            }
        }
        if numbers.len() >= enough {
            break;
        }
    }
    numbers.len()
}
