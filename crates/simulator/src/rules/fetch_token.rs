//! Guide 5: a system token fetches the business token of a customer's portfolio (observations: tokens.fetch).

use super::{Fidelity, Rule};
use super::{access::Caller, answer_intent::current_business_token};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    ledger::Change,
    state::{Cause, State},
    world::Scope,
};

pub(super) const RULE: Rule = Rule {
    name: "fetch_token",
    says: "A system token fetches the business token of a customer's portfolio",
    source: "guide 5; observations: tokens.fetch",
    fidelity: Fidelity::Approximated {
        how: "a token that has expired is given like any other that exists; one that was revoked is a grant that was taken back, and refused with 200",
        because: "no page says what `fetch_only` makes of a token that is over",
    },
};

/// The business token of `portfolio` for the caller's app.
pub(crate) fn fetch(state: &mut State, cause: Cause, caller: &Caller, portfolio: Id) -> Answer<String> {
    let value = granted(state, caller, portfolio)?;
    enter_first_fetch(state, cause, caller.app, portfolio, &value);
    Ok(value)
}

/// What the portfolio has granted the caller's app, if the caller may ask for it.
pub(crate) fn granted(state: &State, caller: &Caller, portfolio: Id) -> Answer<String> {
    if !state.world.portfolios.contains_key(&portfolio) {
        return Err(GraphError::unknown_object("POST", &portfolio.to_string()));
    }
    if caller.system_portfolio().is_none() {
        return Err(GraphError::permission("this call needs the system token of the app's own portfolio"));
    }
    if state.knobs.token_fetch_needs_business_management {
        caller.needs(&[Scope::BusinessManagement])?;
    }
    let existing = current_business_token(state, caller.app, portfolio);
    let still_granted = |value: &String| {
        state.world.tokens.get(value.as_str()).is_some_and(|token| token.revoked_at.is_none_or(|at| at > state.now))
    };
    existing.filter(still_granted).ok_or_else(|| {
        GraphError::permission(format!("the business portfolio {portfolio} has granted the app nothing"))
    })
}

/// Only the first fetch changes anything: the app has the token from then on.
fn enter_first_fetch(state: &mut State, cause: Cause, app: Id, portfolio: Id, value: &str) {
    let Some(token) = state.world.tokens.get_mut(value).filter(|token| !token.fetched) else { return };
    token.fetched = true;
    if let Some(source) = state.world.first_source_of(portfolio) {
        state.enter(cause, Change::new("token.issued", source).with("portfolio", portfolio).with("app", app));
    }
}
