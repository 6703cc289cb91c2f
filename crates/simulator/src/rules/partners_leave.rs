//! Partners lose a WABA: all of them because its customer says so, or the old Solution Partner because the last number has left
//! (observations: webhooks.partner_removed, webhooks.partner_removed_after_s).

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Fidelity, Rule};
use crate::{
    agenda::Event,
    ids::Id,
    ledger::Change,
    state::{Cause, State},
    webhooks::occasions,
};

pub(super) const RULE: Rule = Rule {
    name: "partners_leave",
    says: "A partner that a WABA is no longer shared with is told so, and its tokens reach the WABA no more; the old Solution Partner may lose a source after its last number",
    source: "observations: webhooks.partner_removed, webhooks.partner_removed_after_s, webhooks.partner_entry_id",
    fidelity: Fidelity::Simulated,
};

/// Takes a WABA away from the partners with these portfolios. False if it is shared with none of them.
pub(crate) fn remove(state: &mut State, cause: Cause, id: Id, leaving: &BTreeSet<Id>) -> bool {
    if state.world.wabas.get(&id).is_none_or(|waba| waba.shared_with.is_disjoint(leaving)) {
        return false;
    }
    occasions::partners_removed(state, cause.at, id, leaving);
    state.world.unshare(id, leaving);
    if let Some(waba) = state.change_waba(cause.at, id) {
        waba.shared_with.retain(|partner| !leaving.contains(partner));
    }
    let world = &mut state.world;
    let apps: BTreeSet<Id> =
        world.apps.values().filter(|app| leaving.contains(&app.portfolio)).map(|app| app.id).collect();
    world.uncover(id, &apps);
    let source = world.source_of(id);
    state.enter(cause, Change::new("partner.removed", source).with("waba", id));
    true
}

/// The last number of a source has left: sets going that its Solution Partner loses it, if the knob says so.
pub(super) fn plan(state: &mut State, cause: Cause, source: Id) {
    if let Some(seconds) = state.knobs.partner_removed_after_s {
        let delay = SignedDuration::from_secs(seconds.into());
        state.plan_after(cause.at, delay, Event::OldPartnerLeaves { waba: source });
    }
}

/// The Solution Partner of a source loses it. The provider keeps it.
pub(crate) fn old_partner_leaves(state: &mut State, at: Timestamp, source: Id) {
    let solution = state.world.wabas.get(&source).and_then(|waba| waba.solution);
    let partner = solution.and_then(|id| state.world.solutions.get(&id)).map(|solution| solution.partner_portfolio);
    if let Some(partner) = partner {
        remove(state, Cause::time(at), source, &BTreeSet::from([partner]));
    }
}
