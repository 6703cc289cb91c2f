//! The PIN of a registered number is set or changed by a call, without the old one; that turns two-step verification on, and no
//! call turns it off (observations: registration.set_pin, registration.no_disable).

use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    ledger::Change,
    phone::E164,
    state::{Cause, State},
    world::{NumberStatus, Secret},
};

pub(super) const RULE: Rule = Rule {
    name: "set_pin",
    says: "A call sets or changes the PIN of a registered number and turns two-step verification on; none turns it off",
    source: "observations: registration.set_pin, registration.no_disable",
    fidelity: Fidelity::Simulated,
};

/// Sets the PIN of `number`, as `waba` lists it, to `pin` of six digits.
pub(crate) fn set(state: &mut State, cause: Cause, waba: Id, number: &E164, pin: &str) -> Answer<()> {
    let unknown = || GraphError::unknown_object("POST", number.as_str());
    let entry = state.world.wabas.get(&waba).and_then(|waba| waba.number(number)).ok_or_else(unknown)?;
    if entry.status != NumberStatus::Connected {
        return Err(GraphError::new(400, 133_010, "Phone number not registered"));
    }
    let kind = match &entry.pin {
        Some(before) if entry.two_step && before.expose() == pin => return Ok(()),
        Some(_) | None if entry.two_step => "two_step.pin_changed",
        Some(_) | None => "two_step.turned_on",
    };
    if let Some(entry) = state.change_waba(cause.at, waba).and_then(|waba| waba.number_mut(number)) {
        entry.two_step = true;
        entry.pin = Some(Secret::new(pin));
    }
    let source = state.world.source_of(waba);
    state.enter(cause, Change::new(kind, source).number(number).with("waba", waba));
    Ok(())
}
