//! A number is taken off Cloud API: nothing is deleted, local storage ends (observations: registration.deregister,
//! registration.deregister_errors).

use super::{Fidelity, Rule, register_number};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    ledger::Change,
    phone::E164,
    state::{Cause, State},
    world::{NumberStatus, Platform, World},
};

pub(super) const RULE: Rule = Rule {
    name: "deregister_number",
    says: "A number is taken off Cloud API, ten times in 72 hours at most; its PIN stays, its local storage ends",
    source: "observations: registration.deregister, registration.deregister_errors, registration.limit",
    fidelity: Fidelity::Approximated {
        how: "the number is DISCONNECTED afterwards",
        because: "no page names the status of a deregistered number",
    },
};

/// Deregisters the entry of `number` in `waba`.
pub(crate) fn deregister(state: &mut State, cause: Cause, waba: Id, number: &E164) -> Answer<()> {
    let World { deregister_attempts, deregister_blocked_until, .. } = &mut state.world;
    register_number::count_attempt(deregister_attempts, deregister_blocked_until, cause.at, number)?;
    let unknown = || GraphError::unknown_object("POST", number.as_str());
    let entry = state.world.wabas.get(&waba).and_then(|waba| waba.number(number)).ok_or_else(unknown)?;
    if entry.is_on_biz_app {
        return Err(GraphError::new(400, 100, "")
            .message("Deregister endpoint is not available for API solution for SMB businesses."));
    }
    if entry.status != NumberStatus::Connected {
        let text = "Phone number is not currently linked in Facebook Hosted System";
        return Err(GraphError::migration(2_207_051, "", text));
    }
    if let Some(entry) = state.change_waba(cause.at, waba).and_then(|waba| waba.number_mut(number)) {
        entry.status = NumberStatus::Disconnected;
        entry.platform = Platform::NotApplicable;
        entry.storage_region = None;
    }
    let source = state.world.source_of(waba);
    state.enter(cause, Change::new("number.deregistered", source).number(number).with("waba", waba));
    Ok(())
}
