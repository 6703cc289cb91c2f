//! Users of a partner's portfolio are given tasks on a WABA (observations: waba.assigned_users).

use std::collections::BTreeSet;

use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    ledger::Change,
    state::{Cause, State},
    world::Task,
};

pub(super) const RULE: Rule = Rule {
    name: "assign_user",
    says: "A system user is given tasks on a WABA, or loses them",
    source: "observations: waba.assigned_users",
    fidelity: Fidelity::Approximated {
        how: "tasks are kept and shown; no call is refused for lack of one",
        because: "a system token of the portfolio that a WABA is shared with reaches it in this flow",
    },
};

/// Gives `user` exactly these tasks.
pub(crate) fn assign(state: &mut State, cause: Cause, waba: Id, user: Id, tasks: BTreeSet<Task>) -> Answer<()> {
    check_user(state, user)?;
    let before = state.world.wabas.get(&waba).and_then(|waba| waba.assigned_users.get(&user));
    if before == Some(&tasks) {
        return Ok(());
    }
    if let Some(account) = state.change_waba(cause.at, waba) {
        account.assigned_users.insert(user, tasks);
    }
    enter(state, cause, "user.assigned", waba, user);
    Ok(())
}

/// Takes every task from `user`.
pub(crate) fn remove(state: &mut State, cause: Cause, waba: Id, user: Id) -> Answer<()> {
    check_user(state, user)?;
    if !state.world.wabas.get(&waba).is_some_and(|waba| waba.assigned_users.contains_key(&user)) {
        return Err(GraphError::invalid_parameter(format!("the user {user} is not assigned to this account")));
    }
    if let Some(account) = state.change_waba(cause.at, waba) {
        account.assigned_users.remove(&user);
    }
    enter(state, cause, "user.removed", waba, user);
    Ok(())
}

fn check_user(state: &State, user: Id) -> Answer<()> {
    match state.world.holdings().portfolio_of_user(user) {
        Some(_) => Ok(()),
        None => Err(GraphError::invalid_parameter("user must be a valid user ID")),
    }
}

fn enter(state: &mut State, cause: Cause, kind: &'static str, waba: Id, user: Id) {
    let source = state.world.source_of(waba);
    state.enter(cause, Change::new(kind, source).with("waba", waba).with("user", user));
}
